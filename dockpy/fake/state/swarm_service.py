"""A service: what the swarm keeps running."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dockpy.fake.state.swarm_service_checks import mode_of
from dockpy.fake.state.swarm_store import Kept
from dockpy.fake.times import rfc3339

if TYPE_CHECKING:
    from collections.abc import Collection

    from dockpy.fake.state.swarm_update import Update

__all__ = ["Service", "UpdateStatus", "update_config"]

SECOND = 1_000_000_000
_UPDATE = {
    "Parallelism": 1,
    "FailureAction": "pause",
    "Monitor": 5 * SECOND,
    "MaxFailureRatio": 0,
    "Order": "stop-first",
}
_RESTART = {"Condition": "any", "Delay": 5 * SECOND, "MaxAttempts": 0}


@dataclass(slots=True)
class UpdateStatus:
    """How far the last update is. Times are nanoseconds since 1970, 0 for not yet."""

    state: str
    started: int
    message: str
    completed: int = 0

    def as_json(self) -> dict[str, Any]:
        """``UpdateStatus``."""
        return {
            "State": self.state,
            "StartedAt": rfc3339(self.started),
            **({"CompletedAt": rfc3339(self.completed)} if self.completed else {}),
            "Message": self.message,
        }


@dataclass(slots=True, kw_only=True)
class Service(Kept):
    """A service.

    Attributes:
        spec: ``ServiceSpec``.
        previous: the spec before the last update.
        auth: the header ``X-Registry-Auth`` that its images are pulled with.
        ports: those that it publishes, as JSON, with the numbers that were chosen.
        addresses: ``VirtualIPs``, as JSON.
        iteration: the round of a job.
        executed: when that began.
        status: how far its last update is.
        update: the one that is being made.
    """

    spec: dict[str, Any]
    previous: dict[str, Any] | None = None
    auth: str | None = None
    previous_auth: str | None = None
    ports: list[dict[str, Any]] = field(default_factory=list)
    addresses: list[dict[str, Any]] = field(default_factory=list)
    allocated: bool = False
    iteration: int = 0
    executed: int = 0
    status: UpdateStatus | None = None
    update: Update | None = None

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.spec["Name"])

    @property
    def mode(self) -> str:
        """``Replicated``, ``Global``, ``ReplicatedJob`` or ``GlobalJob``."""
        return mode_of(self.spec)

    @property
    def is_job(self) -> bool:
        """Whether its tasks run to their end."""
        return self.mode.endswith("Job")

    @property
    def is_global(self) -> bool:
        """Whether every node has a task of it."""
        return self.mode.startswith("Global")

    @property
    def networks(self) -> list[dict[str, Any]]:
        """The networks that its tasks are on."""
        return self.spec["TaskTemplate"].get("Networks") or self.spec.get("Networks") or []

    @property
    def restart(self) -> dict[str, Any]:
        """``RestartPolicy``, whole."""
        return {**_RESTART, "Window": 0, **(self.spec["TaskTemplate"].get("RestartPolicy") or {})}

    def references(self, kind: str) -> Collection[str]:
        """The ids of the secrets, or configs, that its tasks get."""
        word = kind.capitalize()
        container = self.spec["TaskTemplate"]["ContainerSpec"]
        return {one.get(f"{word}ID") or "" for one in container.get(f"{word}s") or ()}

    def as_json(self, *, defaults: bool = False) -> dict[str, Any]:
        """What is told of it.

        Args:
            defaults: with what holds where nothing was asked for.
        """
        told = self.meta() | {"Spec": _with_defaults(self.spec) if defaults else self.spec}
        if self.previous is not None:
            told["PreviousSpec"] = self.previous
        endpoint: dict[str, Any] = {"Spec": {}}
        if self.allocated:
            if self.spec.get("EndpointSpec"):
                endpoint["Spec"] = self.spec["EndpointSpec"]
            if self.ports:
                endpoint["Ports"] = self.ports
            if self.addresses:
                endpoint["VirtualIPs"] = self.addresses
        told["Endpoint"] = endpoint
        if self.status is not None:
            told["UpdateStatus"] = self.status.as_json()
        if self.is_job:
            told["JobStatus"] = {
                "JobIteration": {"Index": self.iteration} if self.iteration else {},
                "LastExecution": rfc3339(self.executed),
            }
        return told


def update_config(spec: dict[str, Any], *, rollback: bool) -> dict[str, Any]:
    """``UpdateConfig``, or ``RollbackConfig``, whole."""
    return {**_UPDATE, **(spec.get("RollbackConfig" if rollback else "UpdateConfig") or {})}


def _with_defaults(spec: dict[str, Any]) -> dict[str, Any]:
    whole = copy.deepcopy(spec)
    task = whole["TaskTemplate"]
    container = task["ContainerSpec"]
    container.setdefault("StopGracePeriod", 10 * SECOND)
    container.setdefault("DNSConfig", {})
    task.setdefault("Resources", {})
    task["RestartPolicy"] = {**_RESTART, **(task.get("RestartPolicy") or {})}
    task.setdefault("Placement", {})
    if not mode_of(spec).endswith("Job"):
        whole["UpdateConfig"] = update_config(spec, rollback=False)
        whole["RollbackConfig"] = update_config(spec, rollback=True)
    return whole
