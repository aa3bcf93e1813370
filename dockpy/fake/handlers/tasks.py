"""Handlers of tasks, and what the logs of services have in common with theirs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dockpy.fake.call import Answer, Call, handles
from dockpy.fake.failure import Failure
from dockpy.fake.handlers.container_streams import log_type, read_streams
from dockpy.fake.kernel.clock import SECOND
from dockpy.fake.state.swarm_logs import TaskLogs
from dockpy.ops import tasks as ops
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockpy.fake.state.swarm_cluster import Cluster
    from dockpy.fake.state.swarm_task import Task

__all__ = ["log_answer"]


@handles(ops.LIST)
def _list(call: Call) -> Answer:
    filters = call.filters()
    tasks = call.engine.swarm.manager().tasks
    return Answer(json=[_told(call, task) for task in tasks.select(filters, call.engine.api)])


def _told(call: Call, task: Task) -> dict[str, Any]:
    volumes: dict[str, Any] = {"Volumes": None} if at_least(call.engine.api, "1.42") else {}
    return task.as_json() | volumes


@handles(ops.INSPECT)
def _inspect(call: Call) -> Answer:
    return Answer(json=_told(call, call.engine.swarm.manager().tasks.get(call.id)))


@handles(ops.LOGS)
def _logs(call: Call) -> Answer:
    def choose(cluster: Cluster) -> tuple[Callable[[], list[Task]], Callable[[], bool], bool]:
        task = cluster.tasks.get(call.id)
        return lambda: [task], lambda: task.over, bool(task.spec["ContainerSpec"].get("TTY"))

    return log_answer(call, choose)


def log_answer(
    call: Call, choose: Callable[[Cluster], tuple[Callable[[], list[Task]], Callable[[], bool], bool]]
) -> Answer:
    """The logs of some tasks.

    Args:
        call: what is asked.
        choose: of a swarm, gives what tells which tasks they are, what tells whether that is all, and whether
            they have terminals.

    Raises:
        Failure: it cannot be read, or there are none such.
    """
    streams = read_streams(call)
    if not streams:
        raise Failure(500, "Bad parameters: you must choose at least one stream")
    cluster = call.engine.swarm.manager()
    tasks, ended, tty = choose(cluster)
    reader = TaskLogs(
        cluster,
        call.engine,
        tasks,
        streams=streams,
        since=_since(call),
        tail=_tail(call),
        timestamps=call.flag("timestamps"),
        details=call.flag("details"),
        framed=not tty,
    )
    stream = reader.read(call.flag("follow"), call.gone, ended)
    return Answer(stream=stream, content_type=log_type(call, framed=not tty))


def _tail(call: Call) -> int | None:
    text = call.text("tail")
    if text in ("", "all"):
        return None
    if not re.fullmatch(r"[+-]?\d+", text):
        raise Failure(500, 'tail value must be a positive integer or "all"')
    if int(text) < 0:
        raise Failure(500, "negative tail values not supported")
    return int(text)


def _since(call: Call) -> int:
    text = call.text("since")
    seconds, _, part = text.partition(".")
    for number in (seconds or "0", part or "0"):
        if not re.fullmatch(r"[+-]?\d+", number):
            problem = f'strconv.ParseInt: parsing "{number}": invalid syntax'
            raise Failure(500, f"could not parse since timestamp: {problem}")
    return int(seconds or 0) * SECOND + int((part or "0").ljust(9, "0")[:9])
