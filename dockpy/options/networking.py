"""A container's networks, ports and names, as keywords."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from typing_extensions import TypedDict

from dockpy.errors import InvalidArgument
from dockpy.options.endpoints import (
    EndpointOptions,
    addresses,
    ip_address,
    link_list,
    mac_address,
    place_first,
    place_networks,
)
from dockpy.options.fields import Draft, Place, config, host
from dockpy.options.ports import Ports, container_ports, port_bindings
from dockpy.options.values import flag, string_list, text

if TYPE_CHECKING:
    from dockpy.wire.networks import EndpointSettings, NetworkingConfig

__all__ = ["FIELDS", "NetworkOptions"]


class NetworkOptions(TypedDict, total=False):
    """What a container has of networks."""

    network: str
    """The network that it joins."""
    network_mode: str
    """``bridge``, ``none``, ``host``, ``container:<name>`` or a network's name; not with ``network``."""
    networks: Mapping[str, EndpointOptions | Mapping[str, Any] | EndpointSettings | None] | Sequence[str]
    """The networks that it joins, each with its `EndpointOptions`: ``{"front": {"aliases": ["web"]}}``; the
    first one is ``network``, if that is not given. Several need API 1.44."""
    networking_config: Mapping[str, Any] | NetworkingConfig
    """docker-py's name for ``networks``."""
    network_aliases: Sequence[str]
    """Other names that it has on its first network."""
    ip: str
    """Its IPv4 address on its first network, one that a user made."""
    ip6: str
    """Its IPv6 address there."""
    link_local_ips: Sequence[str]
    """Link-local addresses there."""
    mac_address: str
    """Its MAC address there."""
    network_disabled: bool
    """No network at all, not even a loopback interface."""
    links: Mapping[str, str] | Sequence[str] | Sequence[tuple[str, str]]
    """Other containers, and what they are called in this one: ``{"web": "alias"}`` or ``["web:alias"]``."""
    ports: Ports
    """Ports to publish: ``{"80/tcp": 8080}`` or ``["127.0.0.1:8080:80/tcp"]``."""
    publish_all_ports: bool
    """Publish every port that is exposed, each on a free port of the host."""
    expose: Sequence[str | int]
    """Ports to expose without publishing them: ``[80, "53/udp", "8000-8010"]``."""
    hostname: str
    """Its host name; the short id where none is given."""
    domainname: str
    """Its domain name."""
    extra_hosts: Mapping[str, str] | Sequence[str]
    """Names for its hosts file: ``{"db": "10.0.0.2"}``, ``["db:10.0.0.2"]``; ``host-gateway`` is the host."""
    dns: Sequence[str]
    """Addresses of name servers."""
    dns_opt: Sequence[str]
    """Options of its resolver, such as ``ndots:2``."""
    dns_search: Sequence[str]
    """Domains to search names in; ``.`` for none."""


def _ports(draft: Draft, option: str, value: Any) -> None:
    bindings = port_bindings(value)
    draft.host["port_bindings"] = bindings
    _expose(draft, list(bindings))


def _exposed(draft: Draft, option: str, value: Any) -> None:
    items = [value] if isinstance(value, (str, int)) else value
    if not isinstance(items, (list, tuple)):
        raise InvalidArgument(
            f"{option}={value!r}: it takes a list of ports, such as [80, '53/udp', '8000-8010']"
        )
    _expose(draft, [port for item in items for port in container_ports(option, item)])


def _expose(draft: Draft, ports: list[str]) -> None:
    draft.config["exposed_ports"] = draft.config.get("exposed_ports", {}) | {port: {} for port in ports}


def _extra_hosts(option: str, value: Any) -> list[str]:
    if isinstance(value, Mapping):
        pairs = [(name, address) for name, address in value.items()]
    else:
        # The docker command takes = too, which leaves the colons to an address of IPv6.
        pairs = [
            (name, address)
            for item in string_list(option, value)
            for name, _, address in [item.partition("=" if "=" in item else ":")]
        ]
    return [f"{text(option, name)}:{_host_address(option, name, address)}" for name, address in pairs]


def _host_address(option: str, name: str, address: Any) -> str:
    bare = text(option, address)
    if bare.startswith("[") and bare.endswith("]"):
        bare = bare[1:-1]
    if not name:
        raise InvalidArgument(
            f"{option}: it takes {{'db': '10.0.0.2'}} or ['db:10.0.0.2'], and no name is empty"
        )
    if bare == "host-gateway":
        return bare
    return str(ip_address()(f"{option}: {name!r}", bare))


FIELDS: dict[str, Place] = {
    "network": host("network_mode", text),
    "network_mode": host("network_mode", text),
    "networks": place_networks,
    "networking_config": place_networks,
    "network_aliases": place_first("aliases", string_list),
    "ip": place_first("ipv4_address", ip_address(4)),
    "ip6": place_first("ipv6_address", ip_address(6)),
    "link_local_ips": place_first("link_local_ips", addresses),
    "mac_address": config("mac_address", mac_address),
    "network_disabled": config("network_disabled", flag),
    "links": host("links", link_list),
    "ports": _ports,
    "publish_all_ports": host("publish_all_ports", flag),
    "expose": _exposed,
    "hostname": config("hostname", text),
    "domainname": config("domainname", text),
    "extra_hosts": host("extra_hosts", _extra_hosts),
    "dns": host("dns", addresses),
    "dns_opt": host("dns_options", string_list),
    "dns_search": host("dns_search", string_list),
}
