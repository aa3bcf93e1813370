"""Operations on tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.ops.operation import Operation, Param, frames, model, models

if TYPE_CHECKING:
    from dockpy.wire.tasks import Task

__all__ = ["INSPECT", "LIST", "LOGS"]

LIST: Operation[list[Task]] = Operation(
    "TaskList",
    "GET",
    "/tasks",
    subject="task",
    answer=models("tasks.Task"),
    query=(Param("filters", "filters"),),
)

INSPECT: Operation[Task] = Operation(
    "TaskInspect",
    "GET",
    "/tasks/{id}",
    subject="task",
    answer=model("tasks.Task"),
)

LOGS: Operation[bytes] = Operation(
    "TaskLogs",
    "GET",
    "/tasks/{id}/logs",
    subject="task",
    answer=frames(),
    query=(
        Param("details", "bool"),
        Param("follow", "bool"),
        Param("stdout", "bool"),
        Param("stderr", "bool"),
        Param("since"),  # seconds since 1970, with up to 9 decimals
        Param("timestamps", "bool"),
        Param("tail"),
    ),
    prompt=True,
)
