"""The secrets of a swarm."""

from __future__ import annotations

from dockpy.resources.base import Collection

__all__ = ["SecretCollection"]


class SecretCollection(Collection):
    """The secrets of a swarm: ``client.secrets``."""
