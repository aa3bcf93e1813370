"""A task: a piece of work that the swarm gave to a node, or will."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dockpy.fake.state.swarm_store import Kept
from dockpy.fake.times import rfc3339

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["STATES", "Task", "is_over"]

STATES = (
    "new",
    "allocated",
    "pending",
    "assigned",
    "accepted",
    "preparing",
    "ready",
    "starting",
    "running",
    "complete",
    "shutdown",
    "failed",
    "rejected",
    "remove",
    "orphaned",
)
"""From the first to the last; no task goes back."""

_ENDED = STATES.index("complete")


def is_over(state: str) -> bool:
    """Whether a task in this state runs no more."""
    return STATES.index(state) >= _ENDED


@dataclass(slots=True, kw_only=True)
class Task(Kept):
    """A task.

    Attributes:
        slot: its place in a replicated service; 0 in others, and for the first place of a job.
        spec: ``TaskSpec``, without the runtime.
        endpoint: ``EndpointSpec`` of the service when it was made.
        auth: the header ``X-Registry-Auth`` that its image is pulled with.
        container_id: empty before it had one; None while nothing is told of a container.
        iteration: the round of the job; None for services.
        after: the id of the task that has to be over before it starts.
        not_before: when it starts at the earliest, in nanoseconds since 1970.
        stopping: its container was told to stop.
        unhealthy: its container was killed because its checks failed.
        place: of services on every node, the node that it is made for.
    """

    service_id: str
    service_name: str
    service_labels: dict[str, str]
    spec: dict[str, Any]
    endpoint: dict[str, Any] | None = None
    auth: str | None = None
    slot: int = 0
    place: str = ""
    node_id: str = ""
    state: str = "new"
    message: str = "created"
    error: str = ""
    desired: str = "running"
    timestamp: int = 0
    container_id: str | None = None
    pid: int = 0
    exit_code: int = 0
    ports: list[dict[str, Any]] = field(default_factory=list)
    networks: list[dict[str, Any]] = field(default_factory=list)
    iteration: int | None = None
    after: str = ""
    not_before: int = 0
    stopping: bool = False
    unhealthy: bool = False

    @property
    def name(self) -> str:
        """``service.slot.id``, or with the node where it has no slot."""
        return f"{self.service_name}.{self.slot or self.node_id}.{self.id}"

    @property
    def slot_key(self) -> tuple[str, str]:
        """The place in its service that it takes: successors have the same."""
        return self.service_id, self.place or str(self.slot)

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return is_over(self.state)

    @property
    def wanted(self) -> bool:
        """Whether it shall run, or run to its end."""
        return not is_over(self.desired) or self.desired == "complete"

    def host_ports(self) -> list[tuple[int, str]]:
        """The ports of its node that it asks for by number."""
        ports = (self.endpoint or {}).get("Ports") or ()
        return [
            (port["PublishedPort"], port["Protocol"])
            for port in ports
            if port["PublishMode"] == "host" and port.get("PublishedPort")
        ]

    def made_from(self, template: Mapping[str, Any], endpoint: Mapping[str, Any] | None) -> bool:
        """Whether it is what a service's spec asks for."""
        wanted = {name: value for name, value in template.items() if name != "Runtime"}
        return self.spec == wanted and self.endpoint == endpoint

    def as_json(self) -> dict[str, Any]:
        """What is told of it."""
        status: dict[str, Any] = {
            "Timestamp": rfc3339(self.timestamp),
            "State": self.state,
            "Message": self.message,
            **({"Err": self.error} if self.error else {}),
        }
        if self.container_id is not None:
            status["ContainerStatus"] = {
                "ContainerID": self.container_id,
                "PID": self.pid,
                "ExitCode": self.exit_code,
            }
        status["PortStatus"] = {"Ports": self.ports} if self.ports else {}
        told = self.meta() | {"Labels": {}, "Spec": self.spec, "ServiceID": self.service_id}
        if self.slot:
            told["Slot"] = self.slot
        if self.node_id:
            told["NodeID"] = self.node_id
        told |= {"Status": status, "DesiredState": self.desired}
        if self.networks:
            told["NetworksAttachments"] = self.networks
        if self.iteration is not None:
            told["JobIteration"] = {"Index": self.iteration} if self.iteration else {}
        return told
