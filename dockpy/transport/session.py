"""The first road: unary calls through an adapter of requests, over pooled connections.

One pool for the daemon, whatever the URL; connections come from the connector, UNIX sockets from
requests-unixsocket. What the environment says of the web (proxies, CA bundles, netrc) does not apply to a
daemon, and neither do redirects and cookies: a session of requests, which knows of them, is not needed. It
would be a tenth of what a call costs, and most of what a client's first one does.
"""

from __future__ import annotations

import errno
import ssl
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import requests
import requests_unixsocket.adapters as unixsocket
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool

from dockpy.transport.connectors import SocketConnector, UnixConnector
from dockpy.transport.message import Request, Response, Timeouts

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Session"]


class _Connection(HTTPConnection):
    """A connection that the connector makes."""

    def __init__(self, *args: Any, connector: SocketConnector, **options: Any) -> None:
        super().__init__(*args, **options)
        self._connector = connector

    def connect(self) -> None:
        timeout = self.timeout
        self.sock = self._connector.connect(timeout if isinstance(timeout, (int, float)) else None)

    def send(self, data: Any) -> None:
        try:
            super().send(data)
        except ssl.SSLEOFError as error:
            # Why the daemon closed the connection may be there to read; the library reads it after this one.
            raise BrokenPipeError(errno.EPIPE, str(error)) from None


class _UnixConnection(unixsocket.UnixHTTPConnection):  # type: ignore[misc]  # the library has no types
    """requests-unixsocket's connection, with the arguments that a pool gives."""

    def __init__(self, host: str, port: int | None = None, *, timeout: Any, url: str, **options: Any) -> None:
        super().__init__(url, timeout)
        self._connector = options["connector"]

    # The library's own leaves its socket open where nothing listens.
    connect = _Connection.connect


class _PooledAdapter(HTTPAdapter):
    """An adapter with one pool."""

    pool: HTTPConnectionPool

    def get_connection_with_tls_context(self, *_: Any, **__: Any) -> HTTPConnectionPool:
        return self.pool

    def request_url(self, request: requests.PreparedRequest, proxies: Any) -> str:
        return request.path_url

    def build_response(self, req: requests.PreparedRequest, resp: Any) -> requests.Response:
        response = requests.Response()
        response.status_code, response.reason = resp.status, resp.reason
        response.headers, response.raw = CaseInsensitiveDict(resp.headers), resp
        return response

    def close(self) -> None:
        self.pool.close()
        super().close()


class _ConnectorAdapter(_PooledAdapter):
    def __init__(self, connector: SocketConnector, pool_size: int) -> None:
        super().__init__()
        self.pool = HTTPConnectionPool(
            "daemon", maxsize=pool_size, block=connector.exclusive, connector=connector
        )
        self.pool.ConnectionCls = _Connection  # pyright: ignore[reportAttributeAccessIssue]


class _UnixAdapter(_PooledAdapter, unixsocket.UnixAdapter):  # type: ignore[misc]
    """requests-unixsocket's adapter, pooled by socket: its own pools are keyed by the whole URL."""

    def __init__(self, connector: UnixConnector, pool_size: int) -> None:
        super().__init__()
        url = f"http+unix://{quote(connector.path, safe='')}"
        self.pool = HTTPConnectionPool("daemon", maxsize=pool_size, url=url, connector=connector)
        self.pool.ConnectionCls = _UnixConnection


class Session:
    """Sends requests over pooled connections and reads each answer to its end.

    Args:
        connector: makes the connections.
        pool_size: how many connections are kept.
        headers: sent with every request.
    """

    def __init__(self, connector: SocketConnector, pool_size: int, headers: Mapping[str, str]) -> None:
        self._adapter = (
            _UnixAdapter(connector, pool_size)
            if isinstance(connector, UnixConnector)
            else _ConnectorAdapter(connector, pool_size)
        )
        self._headers = {**headers, "Host": connector.host}

    def send(self, request: Request, timeouts: Timeouts) -> Response:
        """Send a request and read its answer.

        Raises:
            requests.RequestException: no answer came, or it was none; `dockpy.transport.failures` explains.
        """
        prepared = requests.PreparedRequest()
        prepared.method = request.method
        prepared.url = f"http://daemon{request.target}"
        prepared.headers = CaseInsensitiveDict(self._headers)
        prepared.headers.update(request.headers)
        body = request.body
        assert body is None or isinstance(body, bytes), "bodies that are streams take the other road"
        prepared.body = body
        if body is not None or request.method in ("POST", "PUT"):
            prepared.headers["Content-Length"] = str(len(body or b""))
        answer = self._adapter.send(
            prepared,
            timeout=(timeouts.connect, timeouts.read),  # type: ignore[arg-type]  # of any None
            verify=False,  # the connector verifies
        )
        return Response(answer.status_code, answer.reason or "", answer.headers, answer.content)

    def close(self) -> None:
        """Close every pooled connection."""
        self._adapter.close()
