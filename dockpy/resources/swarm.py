"""The swarm of a daemon."""

from __future__ import annotations

from dockpy.resources.base import Collection

__all__ = ["Swarm"]


class Swarm(Collection):
    """The swarm of a daemon: ``client.swarm``."""
