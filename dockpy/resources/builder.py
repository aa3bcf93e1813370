"""The builder of a daemon."""

from __future__ import annotations

from dockpy.resources.base import Collection

__all__ = ["Builder"]


class Builder(Collection):
    """The builder of a daemon: ``client.builder``."""
