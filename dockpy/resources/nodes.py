"""The nodes of a swarm."""

from __future__ import annotations

from dockpy.resources.base import Collection

__all__ = ["NodeCollection"]


class NodeCollection(Collection):
    """The nodes of a swarm: ``client.nodes``."""
