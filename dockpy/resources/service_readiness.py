"""Whether a service runs as it shall, told from what its swarm says of it and of its tasks."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from dockpy.resources.base import parse_time
from dockpy.resources.versioned import spec_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dockpy.resources.base import Answer

__all__ = ["ServiceReadiness", "service_readiness"]

_FAILED = ("failed", "rejected")
_HINTS = {
    "data-plane address is not currently known": (
        "The node's engine has no overlay networks since it entered the swarm; its log says why. As a rule "
        "another engine of that host has port 7946 of its address: give listen_addr=… to swarm.init and "
        "swarm.join, an address for each engine."
    ),
}
"""What to try, by what nodes say."""


@dataclass(frozen=True, slots=True)
class ServiceReadiness:
    """How it stands with a service.

    Attributes:
        wanted: how many tasks it shall have; None where the swarm has not said so yet.
        ready: how many of them run, or, of a job, are complete.
        update: how far its last update is, as the engine has it; empty where there was none.
        update_message: what the engine says of that.
        failures: why tasks of what it is now failed since its last update began, the oldest first.
        waiting: why tasks do not run yet.
        final: a task that ended is not replaced.
        unsure: its swarm may not have looked yet at what was changed last.
        undone: where it was rolled back, why the last of its tasks that failed before did.
        judged: its swarm pauses the update that is under way, or takes it back, where too many tasks fail.
    """

    wanted: int | None
    ready: int
    update: str = ""
    update_message: str = ""
    failures: list[str] = field(default_factory=list[str])
    waiting: list[str] = field(default_factory=list[str])
    final: bool = False
    unsure: bool = False
    undone: str = ""
    judged: bool = False

    @property
    def hint(self) -> str | None:
        """What to try next."""
        told = "\n".join([*self.failures, *self.waiting])
        return next((hint for text, hint in _HINTS.items() if text in told), None)

    @property
    def done(self) -> bool:
        """Whether it runs as it shall, and no update is under way."""
        under_way = self.update in ("updating", "rollback_started")
        return self.wanted is not None and self.ready >= self.wanted and not under_way

    def hopeless(self, updating: bool, max_failures: int) -> bool:
        """Whether it will not become ready.

        Args:
            updating: whether an update was seen under way.
            max_failures: how many of its tasks may fail.
        """
        if self.update in ("paused", "rollback_paused"):
            return True
        # Not where somebody asked for the rollback.
        if (updating and self.update == "rollback_completed") or "update rolled back" in self.update_message:
            return True
        given_up = len(self.failures) >= (1 if self.final else max_failures)
        return given_up and not self.done and not self.judged

    def __str__(self) -> str:
        parts = [f"{self.ready} of {'?' if self.wanted is None else self.wanted} tasks"]
        if self.update and self.update_message:
            parts.append(f"{self.update}: {self.update_message}")
        parts += [f"a task failed: {why}" for why in dict.fromkeys(self.failures)]
        parts += [f"a task waits: {why}" for why in dict.fromkeys(self.waiting)]
        parts += [f"before that a task failed: {self.undone}"] if self.undone else []
        return "; ".join(parts)


def service_readiness(service: Answer, tasks: Sequence[Answer]) -> ServiceReadiness:
    """How it stands with a service.

    Args:
        service: the service, as the engine has it.
        tasks: its tasks, as the engine has them, those that ended too.
    """
    mode = spec_of(service).get("Mode") or {}
    job = mode.get("ReplicatedJob") is not None or mode.get("GlobalJob") is not None
    current = [task for task in tasks if _is_current(service, task, job)]
    if job:
        alive = [task for task in current if task.get("DesiredState") == "complete"]
        ready = [task for task in current if _state(task) == "complete"]
    else:
        alive = [task for task in current if task.get("DesiredState") == "running"]
        ready = [task for task in alive if _state(task) == "running"]
    update: Mapping[str, Any] = service.get("UpdateStatus") or {}
    policy = (spec_of(service).get("TaskTemplate") or {}).get("RestartPolicy") or {}
    unsure = not update and _is_changed(service)
    begun = parse_time(service.get("UpdatedAt") if unsure else update.get("StartedAt"))
    fallen = sorted((t for t in tasks if _state(t) in _FAILED), key=_created)
    failed = [task for task in fallen if task in current and (begun is None or _created(task) >= begun)]
    before = [task for task in fallen if task not in failed]
    undone = bool(before) and str(update.get("State")).startswith("rollback")
    waiting = [task for task in alive if task not in ready and task not in failed]
    config = {"updating": "UpdateConfig", "rollback_started": "RollbackConfig"}.get(str(update.get("State")))
    action = (spec_of(service).get(config) or {}).get("FailureAction") or "pause" if config else "continue"
    return ServiceReadiness(
        wanted=_wanted(mode, len(alive)),
        ready=len(ready),
        update=str(update.get("State") or ""),
        update_message=str(update.get("Message") or ""),
        failures=[_why(task) for task in failed],
        waiting=[_why(task) for task in waiting if (task.get("Status") or {}).get("Err")],
        final=policy.get("Condition") == "none",
        unsure=unsure,
        undone=_why(before[-1]) if undone else "",
        judged=action != "continue",
    )


def _is_changed(service: Answer) -> bool:
    """Whether its last change was one that tasks may be made anew for."""
    now, before = spec_of(service), service.get("PreviousSpec") or {}
    return bool(before) and any(now.get(key) != before.get(key) for key in ("TaskTemplate", "EndpointSpec"))


def _is_current(service: Answer, task: Answer, job: bool) -> bool:
    """Whether a task was made from what the service is now, in its last run where it is a job."""
    if job:
        ours = (service.get("JobStatus") or {}).get("JobIteration") or {}
        return bool(ours.get("Index", 0) == (task.get("JobIteration") or {}).get("Index", 0))
    wanted, made = spec_of(service).get("TaskTemplate") or {}, spec_of(task)
    same = wanted.get("ContainerSpec") == made.get("ContainerSpec")
    return same and (wanted.get("ForceUpdate") or 0) == (made.get("ForceUpdate") or 0)


def _wanted(mode: Mapping[str, Any], alive: int) -> int | None:
    """How many tasks there shall be; of a global service the swarm says so by having made them."""
    if (replicated := mode.get("Replicated")) is not None:
        return int(replicated.get("Replicas", 1))
    if (job := mode.get("ReplicatedJob")) is not None:
        return int(job.get("TotalCompletions", job.get("MaxConcurrent", 1)))
    return alive or None


def _created(task: Answer) -> datetime:
    return parse_time(task.get("CreatedAt")) or datetime.min.replace(tzinfo=UTC)


def _state(task: Answer) -> str:
    return str((task.get("Status") or {}).get("State") or "")


def _why(task: Answer) -> str:
    status = task.get("Status") or {}
    return str(status.get("Err") or status.get("Message") or status.get("State") or "")
