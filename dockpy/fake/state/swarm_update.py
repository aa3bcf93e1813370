"""Updates: a service's tasks are replaced, so many at a time, and what happens where that fails."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from dockpy.fake.state.swarm_service import UpdateStatus, update_config

if TYPE_CHECKING:
    from dockpy.fake.state.swarm_cluster import Cluster
    from dockpy.fake.state.swarm_service import Service
    from dockpy.fake.state.swarm_task import Task

__all__ = ["Update"]


class Update:
    """One update of a service, or its rollback.

    Args:
        cluster: the swarm.
        service: which; it has its new spec.
        rollback: it goes back to the spec before.
    """

    def __init__(self, cluster: Cluster, service: Service, *, rollback: bool) -> None:
        self._cluster = cluster
        self._service = service
        self._rollback = rollback
        config = update_config(service.spec, rollback=rollback)
        self._parallelism = int(config["Parallelism"])
        self._delay = int(config.get("Delay") or 0)
        self._monitor = int(config["Monitor"])
        self._ratio = float(config["MaxFailureRatio"])
        self._action = str(config["FailureAction"])
        self._start_first = config["Order"] == "start-first"
        self._replaced: dict[str, str] = {}
        """By the id of a task that is not there yet, the one that it replaces."""
        self._since: dict[str, int] = {}
        """By a new task's id, when it came to run, 0 for not yet; its end counts as a failure for a while."""
        self._rests: list[int] = []
        """When those that have replaced one may go on to the next."""
        self._failures: int = 0
        self._total: int = 0

    def work(self, current: dict[tuple[str, str], Task]) -> None:
        """Go on.

        Args:
            current: by its place, the task of the service that runs there, or shall.
        """
        service, now = self._service, self._cluster.engine.now()
        self._reuse(current)
        dirty = [task for task in current.values() if not self._is_new(task)]
        if not self._total:
            self._total = len(dirty)
            if not dirty:
                service.update = None
                if self._rollback:
                    self._report("rollback_completed", "rollback completed", completed=now)
                return
            if service.status is None:
                self._report("updating", "update in progress")
        self._follow(now)
        if self._watch(now):
            return
        self._rests = [rest for rest in self._rests if rest > now]
        busy = self._busy()
        free = (self._parallelism or len(dirty)) - len(self._replaced) - len(self._rests)
        for task in [task for task in dirty if task.slot_key not in busy][: max(free, 0)]:
            self._replace(task)
        if not dirty and not self._replaced:
            self._finish(now)

    def _is_new(self, task: Task) -> bool:
        spec = self._service.spec
        return task.made_from(spec["TaskTemplate"], spec.get("EndpointSpec"))

    def _busy(self) -> set[tuple[str, str]]:
        """The places where one is being replaced."""
        return {self._cluster.tasks.objects[id].slot_key for id in self._replaced}

    def _reuse(self, current: dict[tuple[str, str], Task]) -> None:
        """Where an update that ended early has left several at a place, go on with one that is right."""
        busy, tasks = self._busy(), self._cluster.tasks
        for task in list(tasks.of(self._service)):
            key = task.slot_key
            if not task.wanted or key in busy or current.get(key, task) is task:
                continue
            kept, other = (task, current[key]) if self._is_new(task) else (current[key], task)
            if self._is_new(kept):
                current[key] = kept
                tasks.set(other, desired="shutdown")

    def _replace(self, old: Task) -> None:
        tasks = self._cluster.tasks
        desired = "running" if self._start_first else "ready"
        new = tasks.create(self._service, slot=old.slot, place=old.place, desired=desired)
        self._replaced[new.id] = old.id
        self._since[new.id] = 0
        if not self._start_first:
            new.after = old.id
            tasks.set(old, desired="shutdown")

    def _follow(self, now: int) -> None:
        """See what has become of those that are new."""
        tasks = self._cluster.tasks
        for id, old_id in list(self._replaced.items()):
            new, old = tasks.objects.get(id), tasks.objects.get(old_id)
            if new is not None and new.state != "running" and not new.over and new.wanted:
                continue
            del self._replaced[id]
            self._since[id] = now
            if old is not None and new is not None and old.wanted:
                tasks.set(old, desired="shutdown")
            if self._delay:
                self._rests.append(now + self._delay)
                self._later(self._delay)

    def _watch(self, now: int) -> bool:
        """Count those that have ended too early; whether that ended the update."""
        for id, since in list(self._since.items()):
            task = self._cluster.tasks.objects.get(id)
            if task is not None and not task.over:
                continue
            del self._since[id]
            if since and now - since > self._monitor:
                continue
            self._failures += 1
            if self._failures / max(self._total, 1) > self._ratio and self._fail(id):
                return True
        return False

    def _fail(self, id: str) -> bool:
        service = self._service
        why = f"due to failure or early termination of task {id}"
        if self._action == "continue":
            return False
        service.update = None
        if self._action == "rollback" and service.previous is not None:
            self._cluster.services.roll_back(service, f"update rolled back {why}")
        else:
            self._report("rollback_paused" if self._rollback else "paused", f"update paused {why}")
        return True

    def _finish(self, now: int) -> None:
        ends = max(self._since.values(), default=0) + self._monitor
        if self._since and now < ends:
            self._later(ends - now)
            return
        self._service.update = None
        if self._rollback:
            self._report("rollback_completed", "rollback completed", completed=now)
        else:
            self._report("completed", "update completed", completed=now)

    def _later(self, delay: int) -> None:
        self._cluster.engine.scheduler.after(delay, self._cluster.changed)

    def _report(self, state: str, message: str, completed: int = 0) -> None:
        status = self._service.status
        if status is None:
            status = UpdateStatus(state, self._cluster.engine.now(), message)
        else:
            status = dataclasses.replace(status, state=state, message=message)
        status.completed = completed
        self._cluster.services.report(self._service, status)
