"""The tasks of a swarm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockpy.ops import tasks as ops
from dockpy.resources.base import Collection, require
from dockpy.resources.task import Task

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["TaskCollection"]


class TaskCollection(Collection):
    """The tasks of the daemon's swarm: ``client.tasks``."""

    def get(self, task_id: str) -> Task:
        """The task of an id.

        Raises:
            NotFound: there is none.

        Operation: TaskInspect.
        """
        attrs = self.client.api.call(ops.INSPECT, {"id": task_id})
        return Task(self.client, require(self.client, attrs, "ID", "task"), attrs=attrs)

    def list(self, *, filters: Mapping[str, Any] | None = None) -> list[Task]:
        """The tasks, in one request.

        Args:
            filters: ``desired-state`` (``running``, ``shutdown``, ``accepted``), ``id``, ``label``, ``name``,
                ``node``, ``service``.

        Operation: TaskList.
        """
        return [
            Task(self.client, require(self.client, entry, "ID", "task"), attrs=entry)
            for entry in self.client.api.call(ops.LIST, query={"filters": filters})
        ]
