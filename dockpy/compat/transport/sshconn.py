"""A requests session's way to a daemon behind ssh."""

from __future__ import annotations

from urllib.parse import urlparse

from dockpy.compat.constants import DEFAULT_MAX_POOL_SIZE, DEFAULT_NUM_POOLS
from dockpy.compat.transport.adapter import DaemonHTTPAdapter
from dockpy.transport.connectors import SSHConnector

__all__ = ["SSHHTTPAdapter"]


class SSHHTTPAdapter(DaemonHTTPAdapter):
    """To mount in a requests session. It is always the system's ssh that connects.

    Args:
        base_url: ``ssh://[user@]host[:port]``.
        timeout: seconds; a session gives the ones that count with each request.
        pool_connections: has no effect: there is one pool.
        max_pool_size: how many connections are kept.
        shell_out: has no effect: paramiko is not used.
    """

    def __init__(
        self,
        base_url: str,
        timeout: float | None = 60,
        pool_connections: int = DEFAULT_NUM_POOLS,
        max_pool_size: int = DEFAULT_MAX_POOL_SIZE,
        shell_out: bool = False,
    ) -> None:
        url = urlparse(base_url if base_url.startswith("ssh://") else f"ssh://{base_url}")
        self.ssh_host: str = url.netloc
        self.timeout = timeout
        self.max_pool_size = max_pool_size
        super().__init__(SSHConnector(url.hostname or "", url.username, url.port), max_pool_size)
