"""The plugins of a daemon."""

from __future__ import annotations

from dockpy.resources.base import Collection

__all__ = ["PluginCollection"]


class PluginCollection(Collection):
    """The plugins of a daemon: ``client.plugins``."""
