"""Networks, the endpoints by which containers hang on them, and the ports that are published."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from dockpy.wire.base import Model, Name, Since, Until

__all__ = [
    "IPAM",
    "Address",
    "ConfigReference",
    "EndpointIPAMConfig",
    "EndpointResource",
    "EndpointSettings",
    "IPAMConfig",
    "IPAMStatus",
    "Network",
    "NetworkConnectRequest",
    "NetworkCreateRequest",
    "NetworkCreateResponse",
    "NetworkDisconnectRequest",
    "NetworkInspect",
    "NetworkPruneResponse",
    "NetworkSettings",
    "NetworkStatus",
    "NetworkSummary",
    "NetworkTaskInfo",
    "NetworkingConfig",
    "PeerInfo",
    "PortBinding",
    "PortMap",
    "ServiceInfo",
    "SubnetStatus",
]

# Networks


class IPAMConfig(Model):
    """A subnet, and what of it is given out."""

    subnet: str | None = None
    ip_range: str | None = None
    gateway: str | None = None
    auxiliary_addresses: dict[str, str] = {}  # taken already: host name to address


class IPAM(Model):
    """How the addresses of a network are managed."""

    driver: str | None = None
    config: list[IPAMConfig] = []
    options: dict[str, str] = {}


class ConfigReference(Model):
    """The network whose configuration another one takes over."""

    network: str | None = None


class PeerInfo(Model):
    """A node of the swarm that takes part in an overlay network."""

    name: str = ""
    ip: str = ""


class EndpointResource(Model):
    """A container on a network, as the network sees it."""

    name: str = ""
    endpoint_id: Annotated[str, Name("EndpointID")] = ""
    mac_address: str = ""
    ipv4_address: str = ""  # with the length of its prefix, as the next
    ipv6_address: str = ""


class NetworkTaskInfo(Model):
    """A task of a service on a network."""

    name: str = ""
    endpoint_id: Annotated[str, Name("EndpointID")] = ""
    endpoint_ip: str = ""
    info: dict[str, str] = {}


class ServiceInfo(Model):
    """A service on a network."""

    vip: Annotated[str, Name("VIP")] = ""
    ports: list[str] = []
    local_lb_index: Annotated[int, Name("LocalLBIndex")] = 0
    tasks: list[NetworkTaskInfo] = []


class SubnetStatus(Model):
    """How many addresses of a subnet are taken and left, up to 2**64 - 1."""

    ips_in_use: Annotated[int, Name("IPsInUse")] = 0
    dynamic_ips_available: Annotated[int, Name("DynamicIPsAvailable")] = 0


class IPAMStatus(Model):
    """What is taken of each subnet."""

    subnets: dict[str, SubnetStatus] = {}


class NetworkStatus(Model):
    """How it stands with a network at the moment."""

    ipam: IPAMStatus | None = None


class Network(Model):
    """What is told of a network wherever it is told of."""

    name: str = ""
    id: str = ""
    created: str = ""
    scope: str = ""  # local | global | swarm
    driver: str = ""
    enable_ipv4: Annotated[bool | None, Since("1.48")] = None
    enable_ipv6: bool = False
    ipam: IPAM = Field(default_factory=IPAM)
    internal: bool = False
    attachable: bool = False
    ingress: bool = False
    config_from: ConfigReference | None = None
    config_only: bool = False
    options: dict[str, str] = {}
    labels: dict[str, str] = {}
    peers: list[PeerInfo] = []  # of an overlay


class NetworkSummary(Network):
    """A network in the answer of NetworkList."""

    containers: Annotated[dict[str, EndpointResource], Until("1.52")] = {}  # empty, whatever is on it


class NetworkInspect(Network):
    """The answer of NetworkInspect."""

    containers: dict[str, EndpointResource] = {}  # by the container's id
    services: dict[str, ServiceInfo] = {}  # of a swarm's network, if asked with verbose
    status: Annotated[NetworkStatus | None, Since("1.52")] = None


class NetworkCreateRequest(Model):
    """What NetworkCreate is asked for."""

    name: str | None = None
    check_duplicate: Annotated[bool | None, Until("1.46")] = None  # deprecated in 1.44: always on
    driver: str | None = None
    scope: str | None = None  # local | swarm
    internal: bool | None = None
    attachable: bool | None = None
    ingress: bool | None = None
    config_only: bool | None = None
    config_from: ConfigReference | None = None
    ipam: IPAM | None = None
    enable_ipv4: Annotated[bool | None, Since("1.48")] = None
    enable_ipv6: bool | None = None
    options: dict[str, str] = {}
    labels: dict[str, str] = {}


class NetworkCreateResponse(Model):
    """The answer of NetworkCreate."""

    id: str = ""
    warning: str = ""


class NetworkPruneResponse(Model):
    """The names of the networks that NetworkPrune removed."""

    networks_deleted: list[str] = []


# Endpoints


class EndpointIPAMConfig(Model):
    """The addresses that an endpoint asks for."""

    ipv4_address: str | None = None
    ipv6_address: str | None = None
    link_local_ips: Annotated[list[str], Name("LinkLocalIPs")] = []


class EndpointSettings(Model):
    """A container's place on a network: what is asked of it, and what it came to."""

    ipam_config: EndpointIPAMConfig | None = None
    links: list[str] = []
    mac_address: str | None = None  # can be asked for since 1.44
    aliases: list[str] = []
    driver_opts: dict[str, str] = {}
    gw_priority: Annotated[int | None, Since("1.48")] = None  # the highest is the default gateway
    network_id: Annotated[str | None, Name("NetworkID")] = None
    endpoint_id: Annotated[str | None, Name("EndpointID")] = None
    gateway: str | None = None
    ip_address: str | None = None
    ip_prefix_len: int | None = None
    ipv6_gateway: str | None = None
    global_ipv6_address: str | None = None
    global_ipv6_prefix_len: int | None = None
    dns_names: Annotated[list[str], Name("DNSNames"), Since("1.44")] = []


class NetworkingConfig(Model):
    """The networks that a new container shall be on, by name; one only, before 1.44."""

    endpoints_config: dict[str, EndpointSettings | None] = {}


class NetworkConnectRequest(Model):
    """What NetworkConnect is asked for."""

    container: str | None = None
    endpoint_config: EndpointSettings | None = None


class NetworkDisconnectRequest(Model):
    """What NetworkDisconnect is asked for."""

    container: str | None = None
    force: bool | None = None


# A container's networks


class PortBinding(Model):
    """Where on the host a container's port can be reached."""

    host_ip: Annotated[str | None, Name("HostIp")] = None
    host_port: str | None = None  # a range such as 8000-8010, too, where it is asked for


PortMap = dict[str, list[PortBinding] | None]
"""A container's ports, such as ``80/tcp``, and where they are published; null for exposed only."""


class Address(Model):
    """An IP address with the length of its prefix."""

    addr: str = ""
    prefix_len: int = 0


class NetworkSettings(Model):
    """A container's networks, in the answer of ContainerInspect."""

    sandbox_id: Annotated[str, Name("SandboxID")] = ""
    sandbox_key: str = ""  # the path of its network namespace
    ports: PortMap = {}
    networks: dict[str, EndpointSettings | None] = {}

    # Of the default bridge alone, and deprecated for `networks` since 1.21.
    endpoint_id: Annotated[str | None, Name("EndpointID"), Until("1.52")] = None
    gateway: Annotated[str | None, Until("1.52")] = None
    global_ipv6_address: Annotated[str | None, Until("1.52")] = None
    global_ipv6_prefix_len: Annotated[int | None, Until("1.52")] = None
    ip_address: Annotated[str | None, Until("1.52")] = None
    ip_prefix_len: Annotated[int | None, Until("1.52")] = None
    ipv6_gateway: Annotated[str | None, Until("1.52")] = None
    mac_address: Annotated[str | None, Until("1.52")] = None
    bridge: Annotated[str | None, Until("1.52")] = None  # deprecated in 1.51

    # Never set; deprecated in 1.44.
    hairpin_mode: Annotated[bool | None, Until("1.52")] = None
    link_local_ipv6_address: Annotated[str | None, Until("1.52")] = None
    link_local_ipv6_prefix_len: Annotated[int | None, Until("1.52")] = None
    secondary_ip_addresses: Annotated[list[Address], Until("1.52")] = []
    secondary_ipv6_addresses: Annotated[list[Address], Until("1.52")] = []
