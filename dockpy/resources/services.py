"""The services of a swarm."""

from __future__ import annotations

from dockpy.resources.base import Collection

__all__ = ["ServiceCollection"]


class ServiceCollection(Collection):
    """The services of a swarm: ``client.services``."""
