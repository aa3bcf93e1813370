"""What a container may use of its host: what an engine refuses, and what it warns of."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dockpy.fake.failure import Failure
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CPUS", "HOST_MEMORY", "check_resources"]

CPUS = 2
HOST_MEMORY = 8 * 1024**3
"""Of the host of a fake daemon."""

_SMALLEST = 6 * 1024 * 1024
_CPUS_SET = re.compile(r"\d+(?:-\d+)?(?:,\d+(?:-\d+)?)*")


def check_resources(values: Mapping[str, Any], api: str, *, update: bool = False) -> list[str]:
    """Check resources.

    Args:
        values: ``HostConfig``, or what an update asks for.
        api: the engine's newest version.
        update: they are of an update, so that what is missing is not known.

    Returns:
        Warnings.

    Raises:
        Failure: 400.
    """
    modern = at_least(api, "1.42")
    warnings: list[str] = []
    _check_memory(values, modern, warnings, update)
    _check_cpus(values, modern)
    _check_sets(values)
    if values.get("BlkioWeight"):
        warnings.append(
            "Your kernel does not support Block I/O weight or the cgroup is not mounted. Weight discarded."
        )
    if values.get("BlkioWeightDevice"):
        warnings.append(
            "Your kernel does not support Block I/O weight_device or the cgroup is not mounted. "
            "Weight-device discarded."
        )
    return warnings


def _number(values: Mapping[str, Any], name: str) -> int:
    return int(values.get(name) or 0)


def _check_memory(values: Mapping[str, Any], modern: bool, warnings: list[str], update: bool) -> None:
    memory, swap = _number(values, "Memory"), _number(values, "MemorySwap")
    reservation = _number(values, "MemoryReservation")
    if memory and memory < _SMALLEST:
        raise Failure(400, "Minimum memory limit allowed is 6MB")
    if memory > 0 and 0 < swap < memory:
        raise Failure(400, "Minimum memoryswap limit should be larger than memory limit, see usage")
    if memory == 0 and swap > 0 and not update:
        raise Failure(400, "You should always set the Memory limit when using Memoryswap limit, see usage")
    swappiness = values.get("MemorySwappiness")
    if swappiness is not None and swappiness != -1 and not 0 <= swappiness <= 100:
        raise Failure(400, f"Invalid value: {swappiness}, valid memory swappiness range is 0-100")
    if reservation and reservation < _SMALLEST:
        raise Failure(400, "Minimum memory reservation allowed is 6MB")
    if 0 < memory < reservation:
        raise Failure(400, "Minimum memory limit can not be less than memory reservation limit, see usage")
    if not modern and (kernel := _number(values, "KernelMemory")):
        warnings.append(
            "Specifying a kernel memory limit is deprecated and will be removed in a future release."
        )
        if kernel < _SMALLEST:
            raise Failure(400, "Minimum kernel memory limit allowed is 6MB")
    if values.get("OomKillDisable") and not memory:
        warnings.append(
            "OOM killer is disabled for the container, but no memory limit is set, "
            "this can result in the system running out of resources."
        )


def _check_cpus(values: Mapping[str, Any], modern: bool) -> None:
    nano, period, quota = (_number(values, name) for name in ("NanoCpus", "CpuPeriod", "CpuQuota"))
    if nano and period:
        raise Failure(400, "Conflicting options: Nano CPUs and CPU Period cannot both be set")
    if nano and quota:
        raise Failure(400, "Conflicting options: Nano CPUs and CPU Quota cannot both be set")
    if nano < 0 or nano > CPUS * 10**9:
        text = f"ange of CPUs is from 0.01 to {CPUS}.00, as there are only {CPUS} CPUs available"
        raise Failure(400, ("r" if modern else "R") + text)
    shares = _number(values, "CpuShares")
    if modern and shares < 0:
        raise Failure(400, f"invalid CPU shares ({shares}): value must be a positive integer")
    if period and not 1000 <= period <= 1_000_000:
        raise Failure(
            400, "CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)"
        )
    if 0 < quota < 1000:
        raise Failure(400, "CPU cfs quota can not be less than 1ms (i.e. 1000)")


def _check_sets(values: Mapping[str, Any]) -> None:
    for name, label, things, available in (
        ("CpusetCpus", "cpus", "CPUs", set(range(CPUS))),
        ("CpusetMems", "mems", "memory nodes", {0}),
    ):
        text = str(values.get(name) or "")
        if not text:
            continue
        if not _CPUS_SET.fullmatch(text):
            raise Failure(400, f"Invalid value {text} for cpuset {label}: invalid format: {text}")
        wanted: set[int] = set()
        for part in text.split(","):
            first, _, last = part.partition("-")
            wanted.update(range(int(first), min(int(last or first), int(first) + 4096) + 1))
        if not wanted <= available:
            shown = f"0-{CPUS - 1}" if len(available) > 1 else "0"
            raise Failure(400, f"Requested {things} are not available - requested {text}, available: {shown}")
