"""docker-py's low-level client."""

from __future__ import annotations

from dockpy.compat.api.client import APIClient

__all__ = ["APIClient"]
