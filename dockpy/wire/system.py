"""An engine: what it is, what it can do, and the host it runs on."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from dockpy.wire.base import CamelModel, JsonObject, Model, Name, Since, Until
from dockpy.wire.nodes import GenericResource
from dockpy.wire.swarm import SwarmInfo

__all__ = [
    "AddressPool",
    "Commit",
    "ComponentVersion",
    "ContainerdInfo",
    "ContainerdNamespaces",
    "DeviceInfo",
    "FirewallInfo",
    "IndexInfo",
    "NRIInfo",
    "PlatformInfo",
    "PluginsInfo",
    "RegistryServiceConfig",
    "Runtime",
    "SystemInfo",
    "SystemVersion",
]

# The version


class PlatformInfo(Model):
    """The product that the engine belongs to."""

    name: str = ""


class ComponentVersion(Model):
    """The version of a part of the engine, such as containerd."""

    name: str = ""
    version: str = ""
    details: JsonObject = {}  # strings, by names that are the component's own


class SystemVersion(Model):
    """The answer of SystemVersion."""

    platform: PlatformInfo = Field(default_factory=PlatformInfo)
    components: list[ComponentVersion] = []
    version: str = ""
    api_version: str = ""  # the newest that the engine speaks
    min_api_version: Annotated[str, Name("MinAPIVersion")] = ""  # the oldest
    git_commit: str = ""
    go_version: str = ""
    os: str = ""
    arch: str = ""
    kernel_version: str = ""
    experimental: bool = False
    build_time: str = ""


# The parts of an engine


class PluginsInfo(Model):
    """The names of what an engine can be told to use, built in or installed."""

    volume: list[str] = []
    network: list[str] = []
    authorization: list[str] = []
    log: list[str] = []


class IndexInfo(Model):
    """How the engine is set up for one registry."""

    name: str = ""
    mirrors: list[str] = []
    secure: bool = False  # False: plain HTTP and unknown certificates are accepted
    official: bool = False  # Docker Hub


class RegistryServiceConfig(Model):
    """How the engine is set up for registries."""

    # deprecated in 1.48, and null since
    allow_nondistributable_artifacts_cidrs: Annotated[
        list[str], Name("AllowNondistributableArtifactsCIDRs"), Until("1.49")
    ] = []
    allow_nondistributable_artifacts_hostnames: Annotated[list[str], Until("1.49")] = []
    insecure_registry_cidrs: Annotated[list[str], Name("InsecureRegistryCIDRs")] = []
    index_configs: dict[str, IndexInfo] = {}  # by the registry's name
    mirrors: list[str] = []  # of Docker Hub


class Runtime(CamelModel):
    """What runs a container's processes: runc, or what is set up in its place."""

    path: str | None = None
    runtime_args: list[str] = []
    status: Annotated[dict[str, str], Since("1.44")] = {}  # what the runtime says of itself


class Commit(Model):
    """Of which commit a program was built."""

    id: Annotated[str, Name("ID")] = ""
    expected: Annotated[str | None, Until("1.49")] = None  # deprecated in 1.48


class AddressPool(Model):
    """Where networks without a subnet of their own get one."""

    base: str = ""  # a subnet
    size: int = 0  # the prefix length of what is cut out of it


class FirewallInfo(Model):
    """How ports are published and networks kept apart."""

    driver: str = ""  # iptables | nftables | either with +firewalld
    info: list[list[str]] = []  # pairs of a label and a text


class DeviceInfo(Model):
    """A device that containers may be given."""

    source: str = ""  # who found it: cdi
    id: Annotated[str, Name("ID")] = ""


class NRIInfo(Model):
    """The state of the node resource interface."""

    info: list[list[str]] = []  # pairs of a label and a text


class ContainerdNamespaces(Model):
    """In which of containerd's namespaces the engine works."""

    containers: str = ""
    plugins: str = ""


class ContainerdInfo(Model):
    """The containerd that the engine uses."""

    address: str = ""
    namespaces: ContainerdNamespaces = Field(default_factory=ContainerdNamespaces)


# The engine


class SystemInfo(Model):
    """The answer of SystemInfo."""

    id: Annotated[str, Name("ID")] = ""
    containers: int = 0
    containers_running: int = 0
    containers_paused: int = 0
    containers_stopped: int = 0
    images: int = 0
    driver: str = ""  # that stores images and containers
    driver_status: list[list[str]] = []  # pairs of a label and a text
    docker_root_dir: str = ""
    plugins: PluginsInfo = Field(default_factory=PluginsInfo)

    # What the kernel lets containers be limited by
    memory_limit: bool = False
    swap_limit: bool = False
    kernel_memory: Annotated[bool | None, Until("1.42")] = None  # deprecated
    kernel_memory_tcp: Annotated[bool | None, Name("KernelMemoryTCP"), Until("1.52")] = (
        None  # deprecated in 1.51
    )
    cpu_cfs_period: bool = False
    cpu_cfs_quota: bool = False
    cpu_shares: Annotated[bool, Name("CPUShares")] = False
    cpu_set: Annotated[bool, Name("CPUSet")] = False
    pids_limit: bool = False
    oom_kill_disable: bool = False

    ipv4_forwarding: bool = False
    bridge_nf_iptables: Annotated[bool | None, Until("1.50")] = None  # deprecated in 1.48
    bridge_nf_ip6tables: Annotated[bool | None, Until("1.50")] = None  # deprecated in 1.48
    debug: bool = False
    n_fd: int = 0  # open files
    n_goroutines: int = 0
    system_time: str = ""
    logging_driver: str = ""  # of containers that name none
    cgroup_driver: str = ""  # cgroupfs | systemd | none
    cgroup_version: str = ""  # 1 | 2
    n_events_listener: int = 0
    kernel_version: str = ""
    operating_system: str = ""  # its name, in words
    os_version: Annotated[str, Name("OSVersion")] = ""
    os_type: Annotated[str, Name("OSType")] = ""  # linux | windows
    architecture: str = ""  # as uname says: x86_64
    ncpu: Annotated[int, Name("NCPU")] = 0
    mem_total: int = 0  # bytes
    index_server_address: str = ""
    registry_config: RegistryServiceConfig = Field(default_factory=RegistryServiceConfig)
    generic_resources: list[GenericResource] = []  # that this node offers to services
    http_proxy: str = ""
    https_proxy: str = ""
    no_proxy: str = ""
    name: str = ""  # of the host
    labels: list[str] = []  # NAME=value
    experimental_build: bool = False
    server_version: str = ""
    cluster_store: Annotated[str | None, Until("1.42")] = None  # deprecated
    cluster_advertise: Annotated[str | None, Until("1.42")] = None  # deprecated
    runtimes: dict[str, Runtime] = {}
    default_runtime: str = ""
    swarm: SwarmInfo = Field(default_factory=SwarmInfo)
    live_restore_enabled: bool = False
    isolation: str = ""  # Windows: default | hyperv | process
    init_binary: str = ""
    containerd_commit: Commit = Field(default_factory=Commit)
    runc_commit: Commit = Field(default_factory=Commit)
    init_commit: Commit = Field(default_factory=Commit)
    security_options: list[str] = []  # name=seccomp,profile=builtin
    product_license: str | None = None
    default_address_pools: list[AddressPool] = []
    firewall_backend: Annotated[FirewallInfo | None, Since("1.49")] = None
    discovered_devices: Annotated[list[DeviceInfo], Since("1.50")] = []
    nri: Annotated[NRIInfo | None, Name("NRI"), Since("1.53")] = None
    warnings: list[str] = []
    cdi_spec_dirs: Annotated[list[str], Name("CDISpecDirs"), Since("1.44")] = []
    containerd: Annotated[ContainerdInfo | None, Since("1.46")] = None
