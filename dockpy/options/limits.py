"""What a container may use of its host, as keywords."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typing_extensions import TypedDict

from dockpy.options import devices as of
from dockpy.options.fields import Place, each, host
from dockpy.options.values import between, flag, nano_cpus, size_bytes, text, whole

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dockpy.options.devices import Ulimits
    from dockpy.wire.host_config import DeviceMapping, DeviceRequest, ThrottleDevice, WeightDevice

__all__ = ["FIELDS", "LimitOptions"]


class LimitOptions(TypedDict, total=False):
    """What a container may use of its host."""

    mem_limit: str | float
    """Memory, in bytes or as ``"512m"``."""
    mem_reservation: str | float
    """Memory that it is held to where memory is short."""
    memswap_limit: str | float
    """Memory and swap together, in bytes or as ``"1g"``; -1 for no limit."""
    mem_swappiness: int
    """How readily its memory is swapped out, 0 to 100; -1 for the host's own."""
    kernel_memory: str | float
    """Memory of the kernel for it; gone since API 1.42."""
    kernel_memory_tcp: str | float
    """Memory of the kernel for its TCP buffers; gone since API 1.52."""
    oom_kill_disable: bool
    """Do not kill its processes where memory runs out."""
    oom_score_adj: int
    """How likely its processes are to be killed then, -1000 to 1000."""
    pids_limit: int
    """How many processes it may have; -1 for no limit."""
    cpus: str | float
    """CPUs, such as 1.5."""
    nano_cpus: int
    """CPUs, in billionths of one."""
    cpu_shares: int
    """Its share of busy CPUs, relative to others', which have 1024."""
    cpu_period: int
    """The length of a period of the scheduler, in microseconds."""
    cpu_quota: int
    """Microseconds of CPU that it may use in each period."""
    cpu_rt_period: int
    """The length of a period of the real-time scheduler, in microseconds."""
    cpu_rt_runtime: int
    """Microseconds that real-time tasks may run in each such period."""
    cpuset_cpus: str
    """CPUs that it may run on: ``0-3`` or ``0,1``."""
    cpuset_mems: str
    """Memory nodes that it may use: ``0-3`` or ``0,1``."""
    cpu_count: int
    """How many CPUs it may use; Windows."""
    cpu_percent: int
    """Percent of the CPUs that it may use; Windows."""
    io_maximum_bandwidth: str | float
    """Bytes a second of the system drive; Windows."""
    io_maximum_iops: int
    """Operations a second of the system drive; Windows."""
    blkio_weight: int
    """Its share of block devices, 10 to 1000; 0 for the host's own."""
    blkio_weight_device: Sequence[str | Mapping[str, Any] | WeightDevice]
    """The share of each: ``["/dev/sda:200"]`` or ``[{"Path": "/dev/sda", "Weight": 200}]``."""
    device_read_bps: Sequence[str | Mapping[str, Any] | ThrottleDevice]
    """Bytes a second to read of each: ``["/dev/sda:1mb"]``, ``[{"Path": "/dev/sda", "Rate": 1048576}]``."""
    device_write_bps: Sequence[str | Mapping[str, Any] | ThrottleDevice]
    """Bytes a second to write to each; the same forms."""
    device_read_iops: Sequence[str | Mapping[str, Any] | ThrottleDevice]
    """Operations a second to read of each: ``["/dev/sda:100"]``, ``[{"Path": "/dev/sda", "Rate": 100}]``."""
    device_write_iops: Sequence[str | Mapping[str, Any] | ThrottleDevice]
    """Operations a second to write to each; the same forms."""
    devices: Sequence[str | Mapping[str, str] | DeviceMapping]
    """Devices of the host: ``["/dev/fuse", "/dev/sda:/dev/xvda:rw"]``; of CDI: ``["vendor.com/gpu=0"]``."""
    device_cgroup_rules: Sequence[str]
    """Rules for devices: ``["c 1:3 mr"]``."""
    device_requests: Sequence[Mapping[str, Any] | DeviceRequest]
    """Devices that a driver chooses: ``[{"Driver": "nvidia", "Count": -1, "Capabilities": [["gpu"]]}]``."""
    gpus: str | int
    """GPUs: ``"all"``, how many, or as of ``docker run --gpus``: ``"device=0,1"``."""
    ulimits: Ulimits
    """Limits of processes: ``["nofile=1024:2048"]``, ``{"nofile": 1024}`` or ``{"nofile": (1024, 2048)}``; or
    ``[{"name": "nofile", "soft": 1024, "hard": 2048}]``."""


_throttle_bytes = each(of.throttle_bytes)
_throttle_operations = each(of.throttle_operations)

FIELDS: dict[str, Place] = {
    "mem_limit": host("memory", size_bytes),
    "mem_reservation": host("memory_reservation", size_bytes),
    "memswap_limit": host("memory_swap", size_bytes),
    "mem_swappiness": host("memory_swappiness", between(0, 100, -1)),
    "kernel_memory": host("kernel_memory", size_bytes),
    "kernel_memory_tcp": host("kernel_memory_tcp", size_bytes),
    "oom_kill_disable": host("oom_kill_disable", flag),
    "oom_score_adj": host("oom_score_adj", between(-1000, 1000)),
    "pids_limit": host("pids_limit", whole),
    "cpus": host("nano_cpus", nano_cpus),
    "nano_cpus": host("nano_cpus", whole),
    "cpu_shares": host("cpu_shares", whole),
    "cpu_period": host("cpu_period", whole),
    "cpu_quota": host("cpu_quota", whole),
    "cpu_rt_period": host("cpu_realtime_period", whole),
    "cpu_rt_runtime": host("cpu_realtime_runtime", whole),
    "cpuset_cpus": host("cpuset_cpus", text),
    "cpuset_mems": host("cpuset_mems", text),
    "cpu_count": host("cpu_count", whole),
    "cpu_percent": host("cpu_percent", whole),
    "io_maximum_bandwidth": host("io_maximum_bandwidth", size_bytes),
    "io_maximum_iops": host("io_maximum_iops", whole),
    "blkio_weight": host("blkio_weight", between(10, 1000, 0)),
    "blkio_weight_device": host("blkio_weight_device", each(of.weight)),
    "device_read_bps": host("blkio_device_read_bps", _throttle_bytes),
    "device_write_bps": host("blkio_device_write_bps", _throttle_bytes),
    "device_read_iops": host("blkio_device_read_iops", _throttle_operations),
    "device_write_iops": host("blkio_device_write_iops", _throttle_operations),
    "devices": of.place_devices,
    "device_cgroup_rules": host("device_cgroup_rules", each(of.cgroup_rule)),
    "device_requests": of.device_requests,
    "gpus": of.place_gpus,
    "ulimits": host("ulimits", of.ulimits),
}
