"""The logs of tasks and of services: those of their containers, told apart by their details."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.fake.state.attaching import fixed_time
from dockpy.streams.frames import Stream, encode_frame

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dockpy.fake.engine import Engine
    from dockpy.fake.state.container import Container
    from dockpy.fake.state.logs import Line
    from dockpy.fake.state.swarm_cluster import Cluster
    from dockpy.fake.state.swarm_task import Task

__all__ = ["TaskLogs"]


class TaskLogs:
    """Reads what tasks have written.

    Args:
        cluster: the swarm.
        engine: whom they are asked of.
        tasks: tells which they are, now.
        streams: 1 for stdout, 2 for stderr.
        since: nanoseconds since 1970; older entries are left out.
        tail: of each task, only so many of the last entries at first; None for all.
        timestamps: each entry begins with its time.
        details: each entry tells whose it is.
        framed: as frames.
    """

    def __init__(
        self,
        cluster: Cluster,
        engine: Engine,
        tasks: Callable[[], list[Task]],
        *,
        streams: tuple[int, ...],
        since: int = 0,
        tail: int | None = None,
        timestamps: bool = False,
        details: bool = False,
        framed: bool = True,
    ) -> None:
        self._cluster = cluster
        self._engine = engine
        self._tasks = tasks
        self._streams = streams
        self._since = since
        self._tail = tail
        self._timestamps = timestamps
        self._details = details
        self._framed = framed
        self._read: dict[str, int] = {}
        """By a task's id, the number of the last entry that was read."""

    def read(self, follow: bool, peer: Callable[[], bool], ended: Callable[[], bool]) -> Iterator[bytes]:
        """The bytes to send, as they come.

        Args:
            follow: go on with what is written from now on.
            peer: who waits.
            ended: whether nothing will be written any more.
        """
        first = True
        while True:
            for task, lines in self._new(first):
                for line in lines:
                    yield self._encoded(task, line)
            first = False
            if not follow or (ended() and not self._has_more()):
                return
            self._engine.wait(lambda: self._has_more() or ended(), peer)

    def _containers(self) -> Iterator[tuple[Task, Container]]:
        for task in self._tasks():
            node = self._cluster.nodes.objects.get(task.node_id)
            there = node is not None and self._cluster.health.reaches(node)
            container = node.agent.container(task) if node is not None and there else None
            if container is not None and container.log.driver != "none":
                yield task, container

    def _has_more(self) -> bool:
        return any(container.log.last > self._read.get(task.id, 0) for task, container in self._containers())

    def _new(self, first: bool) -> list[tuple[Task, list[Line]]]:
        found = []
        for task, container in self._containers():
            last = self._read.get(task.id)
            lines = container.log.after(last or 0)
            self._read[task.id] = container.log.last
            lines = [line for line in lines if line.time >= self._since]
            if first and self._tail is not None:
                lines = lines[-self._tail :] if self._tail else []
            found.append((task, [line for line in lines if line.stream in self._streams]))
        return found

    def _encoded(self, task: Task, line: Line) -> bytes:
        data = line.data
        if self._details:
            whose = (
                f"com.docker.swarm.node.id={task.node_id},"
                f"com.docker.swarm.service.id={task.service_id},com.docker.swarm.task.id={task.id} "
            )
            data = whose.encode() + data
        if self._timestamps:
            data = fixed_time(line.time).encode() + b" " + data
        return encode_frame(Stream(line.stream), data) if self._framed else data
