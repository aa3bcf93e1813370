"""The way of a requests session to a daemon: dockpy's connections under docker-py's session.

What is asked for with an ``Upgrade`` header goes over a socket of its own, of which nothing is read beyond
the answer's head; all else over pooled connections.
"""

from __future__ import annotations

import io
import socket
from typing import TYPE_CHECKING, Any

import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool

from dockpy.errors import DockpyError
from dockpy.streams.http1 import Head, HeadDecoder, body_decoder, encode_request_head

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockpy.transport.connectors import SocketConnector

__all__ = ["DaemonHTTPAdapter", "Hijacked", "socket_of"]


class DaemonConnection(HTTPConnection):
    """A connection that a connector makes."""

    def __init__(self, *args: Any, connector: SocketConnector, **options: Any) -> None:
        super().__init__(*args, **options)
        self._connector = connector
        self.daemon_socket: socket.socket | None = None

    def connect(self) -> None:
        """Have the connector connect."""
        timeout = self.timeout
        self.sock: Any = self._connector.connect(timeout if isinstance(timeout, (int, float)) else None)
        self.daemon_socket = self.sock  # http.client forgets its own as soon as an answer will end it


class Hijacked(socket.SocketIO):
    """The connection that an engine gave: a file without a buffer, its socket in ``_sock`` and ``socket``."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__(sock, "rwb")
        self.socket = sock
        self._ours = True

    def handed_out(self) -> socket.socket:
        """The socket, for someone who closes it."""
        self._ours = False
        return self.socket

    def close(self) -> None:
        """Close the connection."""
        super().close()
        if self._ours:
            self.socket.close()


class DaemonHTTPAdapter(HTTPAdapter):
    """Sends the requests of a session to one daemon, whatever their URLs.

    Args:
        connector: makes the connections.
        pool_size: how many of them are kept.
    """

    def __init__(self, connector: SocketConnector, pool_size: int) -> None:
        super().__init__()
        self.connector = connector
        self.pool: HTTPConnectionPool = HTTPConnectionPool(
            "localhost", maxsize=pool_size, connector=connector
        )
        self.pool.ConnectionCls = DaemonConnection  # pyright: ignore[reportAttributeAccessIssue]

    def get_connection_with_tls_context(self, *_: Any, **__: Any) -> HTTPConnectionPool:
        """The pool; the connector has the TLS."""
        return self.pool

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        """Nothing: the connector has verified."""

    def request_url(self, request: requests.PreparedRequest, proxies: Any) -> str:
        """Path and query."""
        return request.path_url

    def add_headers(self, request: requests.PreparedRequest, **_: Any) -> None:
        """Name the host."""
        request.headers["Host"] = self.connector.host

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: Any = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Send a request; see `requests.adapters.HTTPAdapter.send`."""
        if "Upgrade" in request.headers:
            return self._upgrade(request, timeout)
        return super().send(request, stream=stream, timeout=timeout, verify=verify, cert=cert, proxies={})

    def close(self) -> None:
        """Close the pooled connections."""
        self.pool.close()
        super().close()

    def _upgrade(self, request: requests.PreparedRequest, timeout: Any) -> requests.Response:
        connect, read = timeout if isinstance(timeout, tuple) else (timeout, timeout)
        try:
            sock = self.connector.connect(connect)
        except TimeoutError as error:
            raise requests.exceptions.ConnectTimeout(error, request=request) from error
        except OSError as error:
            raise requests.exceptions.ConnectionError(error, request=request) from error
        try:
            sock.settimeout(read)
            self.add_headers(request)
            sock.sendall(_written(request))
            head = _read_head(sock)
            if head.status < 400:
                return _answer(self, request, head, Hijacked(sock))
            content = _read_body(sock, str(request.method), head)
        except TimeoutError as error:
            sock.close()
            raise requests.exceptions.ReadTimeout(error, request=request) from error
        except (OSError, ValueError, DockpyError) as error:
            sock.close()
            raise requests.exceptions.ConnectionError(error, request=request) from error
        except BaseException:
            sock.close()
            raise
        sock.close()
        return _answer(self, request, head, io.BytesIO(content))


def _written(request: requests.PreparedRequest) -> bytes:
    body = request.body or b""
    content = body.encode() if isinstance(body, str) else body
    headers = {name: _text(value) for name, value in request.headers.items()}
    return encode_request_head(str(request.method), request.path_url, headers) + content


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _read_head(sock: socket.socket) -> Head:
    """The answer's head, byte by byte: what follows belongs to whoever gets the socket."""
    decoder = HeadDecoder()
    while True:
        data = sock.recv(1)
        if not data:
            decoder.close()
        if found := decoder.feed(data):
            return found[0]


def _read_body(sock: socket.socket, method: str, head: Head) -> bytes:
    decoder, content = body_decoder(method, head), b""
    while not decoder.done:
        if data := sock.recv(65536):
            content += decoder.feed(data)
        else:
            decoder.close()
    return content


def _answer(
    adapter: DaemonHTTPAdapter, request: requests.PreparedRequest, head: Head, raw: Any
) -> requests.Response:
    response = requests.Response()
    response.status_code, response.reason = head.status, head.reason
    response.headers = CaseInsensitiveDict(head.headers)
    response.url = str(request.url)
    response.request = request
    response.raw = raw
    response.connection = adapter
    return response


def socket_of(response: requests.Response) -> socket.socket | None:
    """The socket that an answer's body comes from; None where there is nothing more to come."""
    raw: Any = response.raw
    if isinstance(raw, Hijacked):
        return raw.socket
    connection = getattr(raw, "connection", None)
    return connection.daemon_socket if isinstance(connection, DaemonConnection) else None
