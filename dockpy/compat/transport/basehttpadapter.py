"""docker-py's base of adapters: ours is one for every way to a daemon."""

from __future__ import annotations

from dockpy.compat.transport.adapter import DaemonHTTPAdapter

__all__ = ["BaseHTTPAdapter"]

BaseHTTPAdapter = DaemonHTTPAdapter
