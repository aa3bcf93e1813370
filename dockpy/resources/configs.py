"""The configs of a swarm."""

from __future__ import annotations

from dockpy.resources.base import Collection

__all__ = ["ConfigCollection"]


class ConfigCollection(Collection):
    """The configs of a swarm: ``client.configs``."""
