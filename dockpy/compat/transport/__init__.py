"""docker-py's adapters for requests. Named pipes cannot be reached."""

from __future__ import annotations

from dockpy.compat.transport.sshconn import SSHHTTPAdapter
from dockpy.compat.transport.unixconn import UnixHTTPAdapter

__all__ = ["SSHHTTPAdapter", "UnixHTTPAdapter"]
