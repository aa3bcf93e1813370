"""The tasks of a swarm's services."""

from __future__ import annotations

from dockpy.resources.base import Collection

__all__ = ["TaskCollection"]


class TaskCollection(Collection):
    """The tasks of a swarm's services: ``client.tasks``."""
