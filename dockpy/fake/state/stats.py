"""Statistics of containers, as cgroups of the first version have them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockpy.fake.kernel.clock import SECOND
from dockpy.fake.state.resource_checks import CPUS, HOST_MEMORY
from dockpy.fake.times import ZERO_TIME, rfc3339
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dockpy.fake.state.container import Container

__all__ = ["samples"]

_BLKIO = (
    "io_service_bytes_recursive",
    "io_serviced_recursive",
    "io_queue_recursive",
    "io_service_time_recursive",
    "io_wait_time_recursive",
    "io_merged_recursive",
    "io_time_recursive",
    "sectors_recursive",
)
_MEMORY = (
    "active_anon", "active_file", "cache", "dirty", "hierarchical_memory_limit", "hierarchical_memsw_limit",
    "inactive_anon", "inactive_file", "mapped_file", "pgfault", "pgmajfault", "pgpgin", "pgpgout", "rss",
    "rss_huge", "total_active_anon", "total_active_file", "total_cache", "total_dirty", "total_inactive_anon",
    "total_inactive_file", "total_mapped_file", "total_pgfault", "total_pgmajfault", "total_pgpgin",
    "total_pgpgout", "total_rss", "total_rss_huge", "total_unevictable", "total_writeback", "unevictable",
    "writeback",
)  # fmt: skip
_NO_LIMIT = 9223372036854771712
_THROTTLING = {"periods": 0, "throttled_periods": 0, "throttled_time": 0}
_PER_PROCESS = 512 * 1024
_START_COST, _PER_SECOND = 20_000_000, 100_000
"""Nanoseconds of CPU time that a simulated container is said to have needed."""


def samples(
    container: Container,
    *,
    stream: bool,
    once: bool,
    peer: Callable[[], bool],
    knows: Callable[[str], bool],
) -> Iterator[dict[str, Any]]:
    """What ContainerStats tells, a sample a second.

    Args:
        container: whose.
        stream: go on; else one sample, with the one before it.
        once: one sample, without the one before it.
        peer: who waits.
        knows: whether the API version spoken is at least this one.
    """
    engine = container.engine
    previous: dict[str, Any] | None = None
    before = ZERO_TIME
    while not container.state.removed:
        if not container.state.running:
            yield _named(container, _empty(), knows)
            if not stream:
                return
            _wait_a_second(container, peer)
            continue
        if previous is None and not stream and not once:
            before, previous = rfc3339(engine.now()), _cpu(container)
            _wait_a_second(container, peer)
            if not container.state.running:
                continue
        cpu, now = _cpu(container), rfc3339(engine.now())
        sample = _sample(container, now, before, cpu, previous)
        yield sample if once and at_least(engine.api, "1.42") else _named(container, sample, knows)
        if not stream:
            return
        before, previous = now, cpu
        _wait_a_second(container, peer)


def _wait_a_second(container: Container, peer: Callable[[], bool]) -> None:
    engine = container.engine
    due = engine.now() + SECOND
    engine.scheduler.at(due, engine.notify)
    engine.wait(lambda: engine.now() >= due or container.state.removed, peer)


def _named(container: Container, sample: dict[str, Any], knows: Callable[[str], bool]) -> dict[str, Any]:
    named = {"name": f"/{container.name}", "id": container.id}
    if knows("1.52"):
        named["os_type"] = "linux"
    return {**named, **sample}


def _cpu(container: Container) -> dict[str, Any]:
    engine = container.engine
    used = _START_COST + (engine.now() - container.state.started_at) * _PER_SECOND // SECOND
    if container.namespace is not None:
        used += container.namespace.cpu_time
    return {
        "cpu_usage": {
            "total_usage": used,
            "percpu_usage": [used // 2, used - used // 2],
            "usage_in_kernelmode": 0,
            "usage_in_usermode": used // 10_000_000 * 10_000_000,
        },
        "system_cpu_usage": engine.now() * CPUS // 10_000_000 % 10**12 * 10_000_000,
        "online_cpus": CPUS,
        "throttling_data": dict(_THROTTLING),
    }


def _no_cpu() -> dict[str, Any]:
    return {
        "cpu_usage": {"total_usage": 0, "usage_in_kernelmode": 0, "usage_in_usermode": 0},
        "throttling_data": dict(_THROTTLING),
    }


def _sample(
    container: Container, now: str, before: str, cpu: dict[str, Any], previous: dict[str, Any] | None
) -> dict[str, Any]:
    namespace = container.namespace
    count = 0 if namespace is None else len(namespace.processes)
    allocated = 0 if namespace is None else namespace.memory
    usage = count * _PER_PROCESS + allocated
    stats = dict.fromkeys(_MEMORY, 0)
    limit = container.memory_limit
    stats["hierarchical_memory_limit"] = limit or _NO_LIMIT
    swap = container.host_config.get("MemorySwap") or 0
    stats["hierarchical_memsw_limit"] = swap if swap > 0 else _NO_LIMIT
    for name in ("rss", "total_rss", "inactive_anon", "total_inactive_anon"):
        stats[name] = usage
    pids: dict[str, Any] = {"current": count}
    if container.host_config.get("PidsLimit"):
        pids["limit"] = container.host_config["PidsLimit"]
    sample: dict[str, Any] = {
        "read": now,
        "preread": before,
        "pids_stats": pids,
        "blkio_stats": {name: [] for name in _BLKIO},
        "num_procs": 0,
        "storage_stats": {},
        "cpu_stats": cpu,
        "precpu_stats": previous or _no_cpu(),
        "memory_stats": {
            "usage": usage,
            "max_usage": usage,
            "stats": stats,
            "limit": limit or HOST_MEMORY,
        },
    }
    interfaces = len(container.engine.networks.summary(container))
    if container.host_config["NetworkMode"] not in ("none", "host") and interfaces:
        sample["networks"] = {f"eth{n}": _interface() for n in range(interfaces)}
    return sample


def _interface() -> dict[str, int]:
    return {f"{way}_{what}": 0 for way in ("rx", "tx") for what in ("bytes", "packets", "errors", "dropped")}


def _empty() -> dict[str, Any]:
    return {
        "read": ZERO_TIME,
        "preread": ZERO_TIME,
        "pids_stats": {},
        "blkio_stats": dict.fromkeys(_BLKIO),
        "num_procs": 0,
        "storage_stats": {},
        "cpu_stats": _no_cpu(),
        "precpu_stats": _no_cpu(),
        "memory_stats": {},
    }
