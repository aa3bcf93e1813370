"""Restart policies: whether a container that exited is started again, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockpy.fake.failure import Failure
from dockpy.fake.kernel.clock import SECOND

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockpy.fake.state.container import Container

__all__ = ["check_policy", "next_delay", "should_restart"]

_FIRST = SECOND // 10
_LONGEST = 60 * SECOND
_LONG_ENOUGH = 10 * SECOND
"""Who ran so long begins anew with the shortest delay."""


def check_policy(policy: Mapping[str, Any], modern: bool) -> None:
    """
    Raises:
        Failure: 400, there is no such policy, or its number of retries cannot be.
    """
    name = str(policy.get("Name") or "")
    count = int(policy.get("MaximumRetryCount") or 0)
    if name not in ("", "no", "always", "on-failure", "unless-stopped"):
        raise Failure(
            400,
            f"invalid restart policy: unknown policy '{name}'; "
            "use one of 'no', 'always', 'on-failure', or 'unless-stopped'"
            if modern
            else f"invalid restart policy '{name}'",
        )
    if name == "on-failure":
        if count < 0:
            raise Failure(
                400, ("invalid restart policy: " if modern else "") + "maximum retry count cannot be negative"
            )
    elif count:
        if modern:
            negative = " and cannot be negative" if count < 0 else ""
            text = f"invalid restart policy: maximum retry count can only be used with 'on-failure'{negative}"
            raise Failure(400, text)
        if name:
            raise Failure(400, f"maximum retry count cannot be used with restart policy '{name}'")


def should_restart(container: Container, exit_code: int) -> bool:
    """Whether a container that exited is to be started again."""
    policy = container.host_config.get("RestartPolicy") or {}
    if container.manually_stopped:
        return False
    match policy.get("Name"):
        case "always" | "unless-stopped":
            return True
        case "on-failure":
            most = policy.get("MaximumRetryCount") or 0
            return exit_code != 0 and (not most or container.restart_count < most)
        case _:
            return False


def next_delay(container: Container) -> int:
    """How long to wait before it is started again, in nanoseconds: twice as long each time."""
    ran = container.state.finished_at - container.state.started_at
    if ran >= _LONG_ENOUGH or not container.restart_delay:
        container.restart_delay = _FIRST
    else:
        container.restart_delay = min(container.restart_delay * 2, _LONGEST)
    return container.restart_delay
