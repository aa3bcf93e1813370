"""Changing what a container may use, and its restart policy, while it is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockpy.fake.failure import Failure
from dockpy.fake.state.resource_checks import check_resources
from dockpy.fake.state.restart_policy import check_policy
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockpy.fake.state.container import Container

__all__ = ["update"]

_UPDATED = (
    "CpuShares", "Memory", "NanoCpus", "CpuPeriod", "CpuQuota", "CpuRealtimePeriod", "CpuRealtimeRuntime",
    "CpusetCpus", "CpusetMems", "MemoryReservation", "MemorySwap", "BlkioWeight",
)  # fmt: skip


def update(container: Container, request: Mapping[str, Any]) -> list[str]:
    """Change a container.

    Args:
        container: which.
        request: ``ContainerUpdateRequest``; what is zero or empty stays as it is.

    Returns:
        Warnings.

    Raises:
        Failure: what is asked for cannot be, or not of this container.
    """
    engine = container.engine
    modern = at_least(engine.api, "1.42")
    policy = request.get("RestartPolicy") or {}
    check_policy(policy, modern)
    warnings = check_resources(request, engine.api, update=True)
    host = container.host_config
    changed = {name: request[name] for name in _UPDATED if request.get(name)}
    _check_against(container, host, changed)
    if policy.get("Name"):
        if host.get("AutoRemove") and policy["Name"] != "no":
            _refuse(
                container, "Restart policy cannot be updated because AutoRemove is enabled for the container"
            )
        host["RestartPolicy"] = {
            "Name": policy["Name"],
            "MaximumRetryCount": policy.get("MaximumRetryCount") or 0,
        }
    host.update(changed)
    if request.get("PidsLimit") is not None:
        host["PidsLimit"] = request["PidsLimit"] if request["PidsLimit"] > 0 else None
    if changed.get("NanoCpus"):
        host["CpuPeriod"] = host["CpuQuota"] = 0
    if container.namespace is not None:
        container.namespace.memory_limit = container.memory_limit or None
    container.emit("update")
    return warnings


def _check_against(container: Container, host: Mapping[str, Any], changed: Mapping[str, Any]) -> None:
    for name, label in (("CpuPeriod", "CPU Period"), ("CpuQuota", "CPU Quota")):
        if changed.get(name) and host.get("NanoCpus"):
            problem = f"{label} cannot be updated as NanoCPUs has already been set"
            _refuse(container, f"Conflicting options: {problem}")
        if changed.get("NanoCpus") and host.get(name):
            problem = f"Nano CPUs cannot be updated as {label} has already been set"
            _refuse(container, f"Conflicting options: {problem}")
    if changed.get("Memory", 0) > (host.get("MemorySwap") or 0) and not changed.get("MemorySwap"):
        _refuse(
            container,
            "Memory limit should be smaller than already set memoryswap limit, "
            "update the memoryswap at the same time",
        )


def _refuse(container: Container, why: str) -> None:
    raise Failure(409, f"Cannot update container {container.id}: {why}")
