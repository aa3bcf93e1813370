"""Keeps a swarm as its services say: tasks are made, given to nodes, replaced, forgotten."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from dockpy.fake.state.swarm_constraints import fits_constraints
from dockpy.fake.state.swarm_placement import choose_node

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dockpy.fake.state.swarm_cluster import Cluster
    from dockpy.fake.state.swarm_nodes import Node
    from dockpy.fake.state.swarm_service import Service
    from dockpy.fake.state.swarm_task import Task

__all__ = ["Orchestrator"]

_CONFIRMED = "scheduler confirmed task can run on preassigned node"


class Orchestrator:
    """What a swarm's leading manager does.

    Args:
        cluster: the swarm.
    """

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._restarts: dict[tuple[str, str], list[int]] = {}
        """By its place, when tasks were replaced because they had ended."""

    def work(self) -> None:
        """Do what there is to do now; whatever that changes calls for another round."""
        cluster = self._cluster
        services = cluster.services.objects
        for task in list(cluster.tasks.objects.values()):
            if task.service_id not in services and task.desired != "remove":
                cluster.tasks.set(task, desired="remove")
        for service in list(services.values()):
            self._keep(service)
        self._release()
        self._schedule()
        for task in list(cluster.tasks.objects.values()):
            self._advance(task)
        self._forget_history()

    # What services ask for

    def _keep(self, service: Service) -> None:
        if service.is_job:
            self._keep_job(service)
            return
        self._replace_ended(service)
        current = self._current(service)
        places = self._places(service, current)
        for key in [key for key in current if key not in places]:
            self._cluster.tasks.set(current.pop(key), desired="shutdown" if service.is_global else "remove")
        if service.update is not None:
            service.update.work(current)
        for key, (slot, place) in places.items():
            if key not in current and not self._gave_up(service, key):
                self._cluster.tasks.create(service, slot=slot, place=place)

    def _current(self, service: Service) -> dict[tuple[str, str], Task]:
        """By its place, the task that shall run there."""
        found: dict[tuple[str, str], Task] = {}
        for task in self._cluster.tasks.of(service):
            if task.wanted:
                found.setdefault(task.slot_key, task)
        if service.update is not None:  # where the new one starts first, it stands for both
            for task in self._cluster.tasks.of(service):
                if task.wanted:
                    found[task.slot_key] = task
        return found

    def _gave_up(self, service: Service, key: tuple[str, str]) -> bool:
        """Whether a place stays empty: what was there ended, and its policy does not replace it."""
        return any(
            task.slot_key == key and task.over and task.desired == "shutdown"
            for task in self._cluster.tasks.of(service)
        ) and not self._drained(service, key)

    def _drained(self, service: Service, key: tuple[str, str]) -> bool:
        last = [task for task in self._cluster.tasks.of(service) if task.slot_key == key][-1]
        return last.state == "shutdown"

    def _places(
        self, service: Service, current: dict[tuple[str, str], Task]
    ) -> dict[tuple[str, str], tuple[int, str]]:
        """The places that a service shall have: slots, or nodes."""
        if service.is_global:
            return {(service.id, node.id): (0, node.id) for node in self._eligible(service)}
        wanted = int(service.spec["Mode"]["Replicated"]["Replicas"])
        kept = {task.slot_key: (task.slot, "") for task in _spread(current.values())[:wanted]}
        number = 0
        while len(kept) < wanted:
            number += 1
            kept.setdefault((service.id, str(number)), (number, ""))
        return kept

    def _eligible(self, service: Service) -> list[Node]:
        constraints = (service.spec["TaskTemplate"].get("Placement") or {}).get("Constraints") or ()
        return [
            node
            for node in self._cluster.nodes.objects.values()
            if node.availability != "drain" and node.state == "ready" and fits_constraints(node, constraints)
        ]

    # Jobs

    def _keep_job(self, service: Service) -> None:
        tasks = self._cluster.tasks
        mine = [task for task in tasks.of(service) if task.iteration == service.iteration]
        for task in tasks.of(service):
            if task.iteration != service.iteration and not task.over:
                tasks.set(task, desired="remove")
        for task in mine:
            if task.over and task.state != "complete" and task.desired == "complete":
                self._retry(service, task)
        mine = [task for task in tasks.of(service) if task.iteration == service.iteration]
        if service.is_global:
            for node in self._eligible(service):
                if not any(task.place == node.id for task in mine):
                    tasks.create(service, place=node.id, desired="complete", iteration=service.iteration)
            return
        job = service.spec["Mode"]["ReplicatedJob"]
        active = sum(task.desired == "complete" and not task.over for task in mine)
        taken = {task.slot for task in mine}
        for slot in range(int(job["TotalCompletions"])):
            if active >= int(job["MaxConcurrent"]):
                break
            if slot not in taken:
                tasks.create(service, slot=slot, desired="complete", iteration=service.iteration)
                active += 1

    def _retry(self, service: Service, task: Task) -> None:
        self._cluster.tasks.set(task, desired="shutdown")
        if self._may_restart(service, task):
            new = self._cluster.tasks.create(
                service, slot=task.slot, place=task.place, desired="ready", iteration=task.iteration
            )
            self._delay(service, new, task)

    # Restarts

    def _replace_ended(self, service: Service) -> None:
        for task in self._cluster.tasks.of(service):
            # One that could not even be prepared is there until it would have started.
            if not task.over or not task.wanted or task.desired == "ready":
                continue
            self._cluster.tasks.set(task, desired="shutdown")
            if not self._is_succeeded(service, task) and self._may_restart(service, task):
                new = self._cluster.tasks.create(service, slot=task.slot, place=task.place, desired="ready")
                self._delay(service, new, task)

    def _is_succeeded(self, service: Service, task: Task) -> bool:
        """Whether a later one has its place already: an update started that first."""
        place = [other for other in self._cluster.tasks.of(service) if other.slot_key == task.slot_key]
        return any(other.wanted and not other.over for other in place[place.index(task) + 1 :])

    def _may_restart(self, service: Service, task: Task) -> bool:
        policy = service.restart
        if policy["Condition"] == "none" or (
            policy["Condition"] == "on-failure" and task.state == "complete"
        ):
            return False
        now, window = self._cluster.engine.now(), int(policy["Window"] or 0)
        before = [
            time for time in self._restarts.get(task.slot_key, ()) if not window or time >= now - window
        ]
        if policy["MaxAttempts"] and len(before) >= policy["MaxAttempts"]:
            return False
        self._restarts[task.slot_key] = [*before, now]
        return True

    def _delay(self, service: Service, new: Task, old: Task | None) -> None:
        engine = self._cluster.engine
        delay = int(service.restart["Delay"] or 0)
        new.after, new.not_before = old.id if old is not None else "", engine.now() + delay
        engine.scheduler.after(delay, self._cluster.changed)

    def _release(self) -> None:
        """Let those start that have waited for others, or for a time."""
        tasks, now = self._cluster.tasks, self._cluster.engine.now()
        for task in list(tasks.objects.values()):
            if task.desired != "ready":
                continue
            before = tasks.objects.get(task.after)
            if (before is None or before.over) and now >= task.not_before:
                tasks.set(task, desired="running" if task.iteration is None else "complete")

    # Nodes

    def _schedule(self) -> None:
        cluster = self._cluster
        for task in list(cluster.tasks.objects.values()):
            if task.node_id or task.over or not task.wanted:
                continue
            nodes = list(cluster.nodes.objects.values())
            if task.place:
                nodes = [node for node in nodes if node.id == task.place]
            chosen = choose_node(
                task, nodes, cluster.tasks.placed(), cluster.tasks.failures_of(task.service_id)
            )
            if isinstance(chosen, str):
                cluster.tasks.set(task, error=chosen)
                continue
            cluster.tasks.set(
                task,
                node_id=chosen.id,
                state="assigned",
                message=_CONFIRMED if task.place else "scheduler assigned task to node",
                error="",
            )

    def _advance(self, task: Task) -> None:
        tasks = self._cluster.tasks
        node = self._cluster.nodes.objects.get(task.node_id)
        left = node is not None and (node.availability == "drain" or node.state == "down")
        if node is not None and left and task.wanted and not task.over:
            self._move_away(task, node)
        if node is None:
            if task.desired == "remove":
                tasks.forget(task)
            elif not task.wanted and not task.over:
                tasks.set(task, state="shutdown", message="shutdown", error="")
            return
        if not self._cluster.health.reaches(node):
            return
        node.agent.advance(self._cluster, node, task)
        if task.desired == "remove" and task.over:
            node.agent.forget(task)
            tasks.forget(task)

    def _move_away(self, task: Task, node: Node) -> None:
        service = self._cluster.services.objects.get(task.service_id)
        self._cluster.tasks.set(task, desired="shutdown")
        if service is None or task.place:
            return
        down = node.state == "down"
        desired = "running" if task.iteration is None else "complete"
        new = self._cluster.tasks.create(
            service, slot=task.slot, desired="ready" if down else desired, iteration=task.iteration
        )
        if down:  # nobody can say when the old one ends
            self._delay(service, new, None)
        else:
            new.after = task.id

    # History

    def _forget_history(self) -> None:
        cluster = self._cluster
        by_slot: dict[tuple[str, str], list[Task]] = {}
        for task in cluster.tasks.objects.values():
            service = cluster.services.objects.get(task.service_id)
            if service is not None and not service.is_job:
                by_slot.setdefault(task.slot_key, []).append(task)
        for tasks in by_slot.values():
            surplus = len(tasks) - cluster.history
            for task in [task for task in tasks if task.over and not task.wanted][: max(surplus, 0)]:
                if task is tasks[-1]:  # what a place ended with tells that it is empty on purpose
                    continue
                node = cluster.nodes.objects.get(task.node_id)
                if node is not None and cluster.health.reaches(node):
                    node.agent.forget(task)
                cluster.tasks.forget(task)


def _spread(tasks: Iterable[Task]) -> list[Task]:
    """In the order in which they stay: first one on each node, last those that have none."""
    order = sorted(tasks, key=lambda task: (task.state != "running", task.slot))
    copies = Counter[str]()
    ranks = dict[str, tuple[bool, int]]()
    for task in order:
        copies[task.node_id] += 1
        ranks[task.id] = (not task.node_id, copies[task.node_id])
    return sorted(order, key=lambda task: ranks[task.id])
