"""The two engines of a pair as one swarm, and short words for what it runs."""

from __future__ import annotations

import contextlib
from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pairs import Member, until

import dockpy

if TYPE_CHECKING:
    from dockpy import Client
    from dockpy.resources.node import Node
    from dockpy.resources.service import Service
    from dockpy.resources.task import Task

__all__ = ["Duo", "ended", "on", "resolved", "running", "since", "spread", "update_state"]


class Duo:
    """The two, and a client of each."""

    def __init__(self, members: tuple[Member, Member], a: Client, b: Client) -> None:
        self.members = members
        self.a, self.b = a, b
        self.clients = (a, b)

    def form(self) -> None:
        """Make the swarm, where it is not there."""
        one, other = self.members
        if self.a.swarm.state == "active" == self.b.swarm.state:
            return
        self.part()
        node = self.a.swarm.init(
            advertise_addr=one.address, listen_addr=f"{one.address}:2377", dispatcher_heartbeat_period="1s"
        )
        self.b.swarm.join(
            [f"{one.address}:2377"],
            self.a.swarm.join_tokens.worker,
            advertise_addr=other.address,
            listen_addr=f"{other.address}:2377",
        )
        assert self.a.info().swarm.node_id == node
        until(lambda: [found.state for found in self.a.nodes.list()] == ["ready", "ready"])

    def part(self) -> None:
        """Leave the swarm, and leave nothing of it."""
        with contextlib.suppress(dockpy.ServerError):  # there is none
            for service in self.a.services.list():
                service.remove()
            until(lambda: not self.containers(all=True))
            for network in self.a.networks.list(filters={"driver": "overlay"}):
                if network.name != "ingress":
                    network.remove()
        for client in reversed(self.clients):
            if client.swarm.state != "inactive":
                client.swarm.leave(force=True)

    def containers(self, **options: Any) -> list[Any]:
        """The containers of tasks, of both."""
        mine = {"label": "com.docker.swarm.service.name"}
        return [c for client in self.clients for c in client.containers.list(filters=mine, **options)]

    @property
    def nodes(self) -> tuple[Node, Node]:
        """Both nodes, as the manager sees them."""
        return self.a.nodes.get(self.a.info().swarm.node_id), self.a.nodes.get(self.b.info().swarm.node_id)


def running(service: Service) -> list[Task]:
    """Its tasks that run and shall, by their slots."""
    tasks = service.tasks(filters={"desired-state": "running"})
    return sorted((task for task in tasks if task.state == "running"), key=lambda task: task.slot or 0)


def spread(service: Service, *nodes: Node) -> list[int]:
    """How many of its tasks run on each of the nodes."""
    counts = Counter(task.node_id for task in running(service))
    return [counts[node.id] for node in nodes]


def since(task: Task) -> datetime:
    """When it came to its state."""
    text = task.attrs["Status"]["Timestamp"]
    return datetime.fromisoformat(f"{text[:26].rstrip('Z'):0<26}")


def update_state(service: Service) -> str:
    """How far its last update is."""
    status = service.client.services.get(service.id).update_status
    return status.state if status else ""


def on(client: Client, service: Service) -> list[Any]:
    """The service's containers on an engine."""
    return client.containers.list(filters={"label": f"com.docker.swarm.service.id={service.id}"})


def ended(task: Task) -> Task:
    """A task that was replaced, when it has ended."""

    def over() -> bool:
        task.reload()
        return task.state == "shutdown"

    until(over)
    return task


def resolved(container: Any, name: str) -> list[str]:
    """The addresses that a name has in a container."""
    output = container.exec_run(["nslookup", name]).output.decode()
    _, _, answers = output.partition("Name:")
    return [line.partition(": ")[2] for line in answers.splitlines() if line.startswith("Address")]
