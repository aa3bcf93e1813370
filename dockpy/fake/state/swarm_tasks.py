"""The tasks of a swarm: how they come to be, change, and are found."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from dockpy.fake.failure import Failure
from dockpy.fake.kernel.clock import SECOND
from dockpy.fake.state.image_filters import has_labels
from dockpy.fake.state.swarm_store import by_prefix, check_filters, find, listed
from dockpy.fake.state.swarm_task import STATES, Task

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dockpy.fake.state.swarm_cluster import Cluster
    from dockpy.fake.state.swarm_service import Service

__all__ = ["Tasks"]

_OF_LATE = 5 * 60 * SECOND
_FILTERS = frozenset({"desired-state", "id", "label", "name", "node", "runtime", "service", "_up-to-date"})


class Tasks:
    """The tasks of a swarm.

    Args:
        cluster: the swarm.
    """

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self.objects: dict[str, Task] = {}
        self._failures: dict[str, list[tuple[str, int]]] = {}
        """By a service's id, on which nodes tasks of it have failed, and when."""

    def get(self, reference: str) -> Task:
        """See `find`."""
        return find("task", self.objects, reference)

    def create(
        self,
        service: Service,
        *,
        slot: int = 0,
        place: str = "",
        desired: str = "running",
        iteration: int | None = None,
    ) -> Task:
        """Make a task of a service.

        Args:
            service: whose.
            slot: its place in a replicated one.
            place: the node that it is made for.
            desired: what it shall come to.
            iteration: the round of a job.
        """
        cluster = self._cluster
        template = service.spec["TaskTemplate"]
        task = Task(
            id=cluster.new_id(),
            service_id=service.id,
            service_name=service.name,
            service_labels=service.spec["Labels"],
            spec={name: value for name, value in template.items() if name != "Runtime"},
            endpoint=service.spec.get("EndpointSpec"),
            auth=service.auth,
            slot=slot,
            place=place,
            state="pending",
            message="pending task scheduling",
            desired=desired,
            timestamp=cluster.engine.now(),
            iteration=iteration,
            networks=cluster.networks.attachments(service),
        )
        self.objects[task.id] = task
        cluster.keep(task)
        cluster.changed(step=True)
        return task

    def set(self, task: Task, **changes: Any) -> None:
        """Change a task; a change of its state is stamped with the time."""
        changed = {name: value for name, value in changes.items() if getattr(task, name) != value}
        if not changed:
            return
        for name, value in changed.items():
            setattr(task, name, value)
        if {"state", "error", "message"} & changed.keys():
            task.timestamp = self._cluster.engine.now()
        if changed.get("state") in ("failed", "rejected"):
            self._failures.setdefault(task.service_id, []).append((task.node_id, task.timestamp))
        self._cluster.touch(task)
        self._cluster.changed(step=True)

    def forget(self, task: Task) -> None:
        """It is gone."""
        self.objects.pop(task.id, None)
        self._cluster.changed(step=True)

    def failures_of(self, service_id: str) -> Counter[str]:
        """By node, how many tasks of a service have failed there within the last minutes."""
        since = self._cluster.engine.now() - _OF_LATE
        recent = [one for one in self._failures.get(service_id, ()) if one[1] > since]
        self._failures[service_id] = recent
        return Counter(node for node, _ in recent)

    def forgive(self, service_id: str) -> None:
        """A service is another one now: that tasks of it have failed does not matter any more."""
        self._failures.pop(service_id, None)

    def of(self, service: Service) -> list[Task]:
        """The tasks of a service, the oldest first."""
        return [task for task in self.objects.values() if task.service_id == service.id]

    # Looking

    def select(self, filters: Mapping[str, list[str]], api: str) -> list[Task]:
        """Those that a list tells of.

        Raises:
            Failure: a filter cannot be, or names what is not there.
        """
        check_filters(filters, _FILTERS, api)
        cluster = self._cluster
        services = {cluster.services.get(one).id for one in filters.get("service", ())}
        nodes = {cluster.nodes.get(one).id for one in filters.get("node", ())}
        states = filters.get("desired-state", ())
        for state in states:
            if state.lower() not in STATES:
                raise Failure(500, f"Invalid desired-state filter: '{state}'")
        runtimes = filters.get("runtime", ())
        return [
            task
            for task in listed(self.objects.values())
            if by_prefix(task.id, filters.get("id", ()))
            and by_prefix(task.name, filters.get("name", ()))
            and has_labels(task.service_labels, filters.get("label", ()))
            and (not services or task.service_id in services)
            and (not nodes or task.node_id in nodes)
            and (not states or task.desired in [state.lower() for state in states])
            and (not runtimes or "container" in runtimes)
        ]

    def placed(self) -> Iterable[Task]:
        """Those that take room on a node."""
        return (task for task in self.objects.values() if task.node_id and not task.over)
