"""A requests session's way to a daemon behind a UNIX socket."""

from __future__ import annotations

from dockpy.compat.constants import DEFAULT_MAX_POOL_SIZE, DEFAULT_NUM_POOLS
from dockpy.compat.transport.adapter import DaemonHTTPAdapter
from dockpy.transport.connectors import UnixConnector

__all__ = ["UnixHTTPAdapter"]


class UnixHTTPAdapter(DaemonHTTPAdapter):
    """To mount in a requests session: ``session.mount("http+docker://", UnixHTTPAdapter(url))``.

    Args:
        socket_url: ``http+unix:///path``.
        timeout: seconds; a session gives the ones that count with each request.
        pool_connections: has no effect: there is one pool.
        max_pool_size: how many connections are kept.
    """

    def __init__(
        self,
        socket_url: str,
        timeout: float | None = 60,
        pool_connections: int = DEFAULT_NUM_POOLS,
        max_pool_size: int = DEFAULT_MAX_POOL_SIZE,
    ) -> None:
        self.socket_path: str = "/" + socket_url.replace("http+unix://", "").lstrip("/")
        self.timeout = timeout
        self.max_pool_size = max_pool_size
        super().__init__(UnixConnector(self.socket_path), max_pool_size)
