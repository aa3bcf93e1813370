"""How a container runs on its host: what it may use, and what it is given of the host."""

from __future__ import annotations

from typing import Annotated

from dockpy.wire.base import Model, Name, Since, Until
from dockpy.wire.mounts import Mount
from dockpy.wire.networks import PortMap

__all__ = [
    "DeviceMapping",
    "DeviceRequest",
    "HostConfig",
    "LogConfig",
    "Resources",
    "RestartPolicy",
    "ThrottleDevice",
    "Ulimit",
    "WeightDevice",
]


class Ulimit(Model):
    """A resource limit of processes; -1 for no limit."""

    name: str | None = None
    soft: int | None = None
    hard: int | None = None


class WeightDevice(Model):
    """The share that a container gets of a block device's time: 10 to 1000."""

    path: str | None = None
    weight: int | None = None


class ThrottleDevice(Model):
    """The limit of a block device, in bytes or operations a second."""

    path: str | None = None
    rate: int | None = None


class DeviceMapping(Model):
    """A device of the host, and what it is in the container."""

    path_on_host: str | None = None
    path_in_container: str | None = None
    cgroup_permissions: str | None = None  # some of r, w, m


class DeviceRequest(Model):
    """Devices that a device driver chooses, such as GPUs."""

    driver: str | None = None
    count: int | None = None  # -1 for all
    device_ids: Annotated[list[str], Name("DeviceIDs")] = []
    capabilities: list[list[str]] = []  # any of these sets
    options: dict[str, str] = {}


class RestartPolicy(Model):
    """When a container that exited is started again."""

    name: str | None = None  # no | always | unless-stopped | on-failure, or empty for no
    maximum_retry_count: int | None = None  # of on-failure


class LogConfig(Model):
    """Where a container's output goes."""

    type: str | None = None  # a log driver: json-file | local | journald | syslog | none | …
    config: dict[str, str] = {}


class Resources(Model):
    """What a container may use of its host; can be updated while it runs."""

    cpu_shares: int | None = None
    memory: int | None = None  # bytes
    cgroup_parent: str | None = None
    blkio_weight: int | None = None  # 10 to 1000, 0 for the default
    blkio_weight_device: list[WeightDevice] = []
    blkio_device_read_bps: list[ThrottleDevice] = []
    blkio_device_write_bps: list[ThrottleDevice] = []
    blkio_device_read_iops: Annotated[list[ThrottleDevice], Name("BlkioDeviceReadIOps")] = []
    blkio_device_write_iops: Annotated[list[ThrottleDevice], Name("BlkioDeviceWriteIOps")] = []
    cpu_period: int | None = None  # microseconds, as all of CPU's until nano_cpus
    cpu_quota: int | None = None
    cpu_realtime_period: int | None = None
    cpu_realtime_runtime: int | None = None
    cpuset_cpus: str | None = None  # such as 0-2,4
    cpuset_mems: str | None = None
    devices: list[DeviceMapping] = []
    device_cgroup_rules: list[str] = []
    device_requests: list[DeviceRequest] = []
    kernel_memory: Annotated[int | None, Until("1.42")] = None  # bytes; deprecated in 1.41
    # deprecated in 1.51
    kernel_memory_tcp: Annotated[int | None, Name("KernelMemoryTCP"), Until("1.52")] = None
    memory_reservation: int | None = None  # bytes, a soft limit
    memory_swap: int | None = None  # bytes of memory and swap together; -1 for no limit
    memory_swappiness: int | None = None  # 0 to 100
    nano_cpus: int | None = None  # billionths of a CPU
    oom_kill_disable: bool | None = None
    init: bool | None = None
    pids_limit: int | None = None  # 0 or -1 for no limit
    ulimits: list[Ulimit] = []
    cpu_count: int | None = None  # Windows, as all that follows
    cpu_percent: int | None = None
    io_maximum_iops: Annotated[int | None, Name("IOMaximumIOps")] = None
    io_maximum_bandwidth: Annotated[int | None, Name("IOMaximumBandwidth")] = None  # bytes a second


class HostConfig(Resources):
    """How a container runs on its host."""

    binds: list[str] = []  # source:target[:options]
    container_id_file: Annotated[str | None, Name("ContainerIDFile")] = None
    log_config: LogConfig | None = None
    network_mode: str | None = None  # bridge | host | none | container:<id> | a network's name
    port_bindings: PortMap = {}
    restart_policy: RestartPolicy | None = None
    auto_remove: bool | None = None
    volume_driver: str | None = None
    volumes_from: list[str] = []  # container[:ro|rw]
    mounts: list[Mount] = []
    console_size: list[int] = []  # height, width; heeded on Linux since 1.42
    annotations: Annotated[dict[str, str], Since("1.43")] = {}
    cap_add: list[str] = []
    cap_drop: list[str] = []
    cgroupns_mode: str | None = None  # private | host
    dns: list[str] = []
    dns_options: list[str] = []
    dns_search: list[str] = []
    extra_hosts: list[str] = []  # name:address
    group_add: list[str] = []
    ipc_mode: str | None = None  # none | private | shareable | host | container:<id>
    cgroup: str | None = None
    links: list[str] = []  # container:alias
    oom_score_adj: int | None = None
    pid_mode: str | None = None  # host | container:<id>
    privileged: bool | None = None
    publish_all_ports: bool | None = None
    readonly_rootfs: bool | None = None
    security_opt: list[str] = []
    storage_opt: dict[str, str] = {}
    tmpfs: dict[str, str] = {}  # directory: options
    uts_mode: Annotated[str | None, Name("UTSMode")] = None  # host
    userns_mode: str | None = None  # host
    shm_size: int | None = None  # bytes
    sysctls: dict[str, str] = {}
    runtime: str | None = None
    isolation: str | None = None  # default | process | hyperv; Windows
    masked_paths: list[str] = []
    readonly_paths: list[str] = []
