"""Statistics of containers. Counters only grow; 0 or None where the host does not count.

A sample's `precpu_stats` are the CPU's of the sample before, so that one sample is enough for a percentage.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from dockpy.wire.base import Since, SnakeModel
from dockpy.wire.figures import figure

__all__ = [
    "ContainerBlkioStatEntry",
    "ContainerBlkioStats",
    "ContainerCPUStats",
    "ContainerCPUUsage",
    "ContainerMemoryStats",
    "ContainerNetworkStats",
    "ContainerPidsStats",
    "ContainerStatsResponse",
    "ContainerStorageStats",
    "ContainerThrottlingData",
]


class ContainerPidsStats(SnakeModel):
    """How many processes and threads a container has (Linux)."""

    current: int | None = None
    limit: int | None = None  # None, 0 or 2**64 - 1 for no limit


class ContainerBlkioStatEntry(SnakeModel):
    """A number about a block device."""

    major: int = 0
    minor: int = 0
    op: str = ""  # read | write | sync | async | discard | total, in any case
    value: int = 0


class ContainerBlkioStats(SnakeModel):
    """What a container did to block devices (Linux). All but the first come with cgroups v1 only."""

    io_service_bytes_recursive: list[ContainerBlkioStatEntry] = []
    io_serviced_recursive: list[ContainerBlkioStatEntry] = []
    io_queue_recursive: list[ContainerBlkioStatEntry] = []
    io_service_time_recursive: list[ContainerBlkioStatEntry] = []
    io_wait_time_recursive: list[ContainerBlkioStatEntry] = []
    io_merged_recursive: list[ContainerBlkioStatEntry] = []
    io_time_recursive: list[ContainerBlkioStatEntry] = []
    sectors_recursive: list[ContainerBlkioStatEntry] = []


class ContainerStorageStats(SnakeModel):
    """What a container did to its disk (Windows)."""

    read_count_normalized: int | None = None
    read_size_bytes: int | None = None
    write_count_normalized: int | None = None
    write_size_bytes: int | None = None


class ContainerCPUUsage(SnakeModel):
    """CPU time in nanoseconds; on Windows in hundreds of nanoseconds."""

    total_usage: int = 0
    percpu_usage: list[int] = []  # cgroups v1 only
    usage_in_kernelmode: int = 0
    usage_in_usermode: int = 0


class ContainerThrottlingData(SnakeModel):
    """How often, and for how many nanoseconds, a container was held back (Linux)."""

    periods: int = 0
    throttled_periods: int = 0
    throttled_time: int = 0


class ContainerCPUStats(SnakeModel):
    """CPU time of a container, and of the whole host beside it."""

    cpu_usage: ContainerCPUUsage = Field(default_factory=ContainerCPUUsage)
    system_cpu_usage: int | None = None  # nanoseconds of all CPUs together (Linux)
    online_cpus: int | None = None
    throttling_data: ContainerThrottlingData | None = None


class ContainerMemoryStats(SnakeModel):
    """Memory of a container, in bytes."""

    usage: int | None = None  # with the cache, which `stats` tells
    max_usage: int | None = None  # cgroups v1 only
    stats: dict[str, int | None] = {}  # memory.stat; its keys differ between cgroups v1 and v2
    failcnt: int | None = None  # cgroups v1 only
    limit: int | None = None
    commitbytes: int | None = None  # Windows, as all that follows
    commitpeakbytes: int | None = None
    privateworkingset: int | None = None


class ContainerNetworkStats(SnakeModel):
    """What went through one interface of a container."""

    rx_bytes: int = 0
    rx_packets: int = 0
    rx_errors: int = 0
    rx_dropped: int = 0
    tx_bytes: int = 0
    tx_packets: int = 0
    tx_errors: int = 0
    tx_dropped: int = 0
    endpoint_id: str | None = None  # Windows, as the next
    instance_id: str | None = None


class ContainerStatsResponse(SnakeModel):
    """One sample of a container's statistics; of a container that does not run, all zeros."""

    name: str | None = None
    id: str | None = None
    os_type: Annotated[str | None, Since("1.52")] = None  # linux | windows
    read_: str = ""  # when it was taken; 0001-01-01T00:00:00Z for not at all, as is the next
    preread: str = ""  # when the sample before was taken
    pids_stats: ContainerPidsStats | None = None
    blkio_stats: ContainerBlkioStats | None = None
    num_procs: int = 0  # processors, on Windows only
    storage_stats: ContainerStorageStats | None = None
    cpu_stats: ContainerCPUStats = Field(default_factory=ContainerCPUStats)
    precpu_stats: ContainerCPUStats = Field(default_factory=ContainerCPUStats)
    memory_stats: ContainerMemoryStats | None = None
    networks: dict[str, ContainerNetworkStats] = {}  # by interface, such as eth0

    # What the docker command makes of it

    @property
    @figure
    def cpu_percent(self) -> float | None:
        """Percent of one CPU since the sample before, 200 for two; None without that, and on Windows."""
        now, before = self.cpu_stats, self.precpu_stats
        if not now.system_cpu_usage or not before.system_cpu_usage:
            return None
        used = now.cpu_usage.total_usage - before.cpu_usage.total_usage
        all_cpus = now.system_cpu_usage - before.system_cpu_usage
        count = now.online_cpus or len(now.cpu_usage.percpu_usage)
        return used / all_cpus * count * 100 if used > 0 and all_cpus > 0 else 0.0

    @property
    @figure
    def memory_usage(self) -> int:
        """Bytes of memory that it needs: without the cache that the host can take back."""
        memory = self.memory_stats
        if memory is None:
            return 0
        if memory.privateworkingset:
            return memory.privateworkingset
        usage = memory.usage or 0
        # The first one is the name in cgroups v1, where the second one leaves out what is below it.
        for name in ("total_inactive_file", "inactive_file"):
            if (cache := memory.stats.get(name)) is not None:
                return usage - cache if cache < usage else usage
        return usage

    @property
    @figure
    def memory_percent(self) -> float | None:
        """Percent of its limit, or of the host's memory where it has none; None where neither is told."""
        limit = self.memory_stats.limit if self.memory_stats else None
        return self.memory_usage / limit * 100 if limit else None

    @property
    @figure
    def network_io(self) -> tuple[int, int]:
        """Bytes that it has received and sent, over all its interfaces."""
        networks = self.networks.values()
        return sum(each.rx_bytes for each in networks), sum(each.tx_bytes for each in networks)

    @property
    @figure
    def block_io(self) -> tuple[int, int]:
        """Bytes that it has read from block devices and written to them."""
        entries = self.blkio_stats.io_service_bytes_recursive if self.blkio_stats else []
        read, written = (
            sum(entry.value for entry in entries if entry.op.lower().startswith(op))
            for op in ("read", "write")
        )
        return read, written
