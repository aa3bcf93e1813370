"""A fake registry on a socket: for real engines, the docker command, and whatever else pulls and pushes."""

from __future__ import annotations

import contextlib
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator

    from dockpy.config.tls import TLS
    from dockpy.fake.registry.registry import FakeRegistry
    from dockpy.registry.registry import Registry

__all__ = ["ServedRegistry", "serve", "served"]

_SERVED: dict[str, FakeRegistry] = {}

_PIECE = 64 * 1024
_LONGEST_LINE = 8 * 1024


class ServedRegistry:
    """A registry on a socket; a context manager. See `serve`.

    Attributes:
        registry: what is served.
        host: ``127.0.0.1:32768``: how references and clients name it.
        url: ``http://127.0.0.1:32768``.
    """

    def __init__(self, registry: FakeRegistry, address: str, port: int, tls: ssl.SSLContext | None) -> None:
        self.registry: FakeRegistry = registry
        self._server = _Server((address, port), _Handler)
        self._server.registry = registry
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.host: str = f"{address}:{self._server.server_address[1]}"
        self.url: str = f"{'https' if tls is not None else 'http'}://{self.host}"
        self._server.scheme = "https" if tls is not None else "http"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="fake registry")
        self._thread.start()
        _SERVED[self.host] = registry

    def client(
        self, username: str | None = None, password: str | None = None, *, tls: TLS | None = None
    ) -> Registry:
        """A `dockpy.Registry` of it, over its socket.

        Args:
            username: whose; None for nobody's.
            password: of that user.
            tls: certificates, where it speaks TLS.
        """
        from dockpy.registry.registry import Registry

        return Registry(self.host, username=username, password=password, tls=tls)

    def close(self) -> None:
        """Answer no more; its connections are closed, its threads have ended."""
        _SERVED.pop(self.host, None)
        self._server.shutdown()
        self._thread.join()
        self._server.end()

    def __enter__(self) -> ServedRegistry:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"ServedRegistry({self.url})"


def serve(
    registry: FakeRegistry, *, address: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None
) -> ServedRegistry:
    """Put a registry on a socket.

    Args:
        registry: the registry.
        address: where it listens.
        port: 0 for one that is free.
        tls: a server's context; None for plain HTTP, which engines accept from 127.0.0.1.

    Returns:
        What listens, until its `close`, or the end of its ``with`` block.
    """
    return ServedRegistry(registry, address, port, tls)


def served(host: str) -> FakeRegistry | None:
    """The registry that this process serves at an address."""
    return _SERVED.get(host.replace("localhost:", "127.0.0.1:"))


class _Server(ThreadingHTTPServer):
    registry: FakeRegistry
    scheme: str
    daemon_threads = False
    block_on_close = True
    request_queue_size = 128

    def __init__(self, *given: Any) -> None:
        self._connections: set[Any] = set()
        self._lock = threading.Lock()
        super().__init__(*given)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is nobody's error."""

    def end(self) -> None:
        """Close the connections, and join what served them."""
        with self._lock:
            connections = list(self._connections)
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except ConnectionError:
            self.close_connection = True

    def _answer(self) -> None:
        server = self.server
        assert isinstance(server, _Server)
        parts = urlsplit(self.path)
        headers: dict[str, str] = {}
        for name, value in self.headers.items():  # engines send a line of its own for each type they accept
            known = headers.get(name.lower())
            headers[name.lower()] = value if known is None else f"{known}, {value}"
        headers.setdefault("x-forwarded-proto", server.scheme)
        body = _Body(self)
        try:
            answer = server.registry.handle(
                self.command, unquote(parts.path), parts.query, headers, iter(body)
            )
        except ValueError:
            self.send_error(400)
            return
        if not body.skip():
            self.close_connection = True
        self.send_response_only(answer.status)
        self.send_header("Date", self.date_time_string())
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            for piece in answer.pieces():
                self.wfile.write(piece)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer in HTTP what is none: engines that try TLS first learn from it that there is none."""
        self.close_connection = True
        text = "400 Bad Request"
        head = (
            f"HTTP/1.1 {text}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n{text}"
        )
        self.wfile.write(head.encode())

    def log_message(self, format: str, *args: Any) -> None:
        """The registry's `requests` say what was asked."""


for _method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
    setattr(_Handler, f"do_{_method}", _Handler._answer)


class _Body:
    """The body of a request: of a known length, or chunked."""

    def __init__(self, handler: _Handler) -> None:
        self._file = handler.rfile
        self._chunked = handler.headers.get("Transfer-Encoding", "").lower() == "chunked"
        length = handler.headers.get("Content-Length", "0")
        self._left = int(length) if length.isdecimal() else -1
        self._done = not self._chunked and self._left == 0

    def __iter__(self) -> Iterator[bytes]:
        if self._left < 0 and not self._chunked:
            raise ValueError("Content-Length is no number")
        pieces = self._chunks() if self._chunked else self._plain()
        yield from pieces
        self._done = True

    def skip(self) -> bool:
        """Read what nobody has asked for, where it is little; whether the connection can go on."""
        if self._done:
            return True
        if self._chunked or not 0 <= self._left <= _PIECE:
            return False
        for _ in self._plain():
            pass
        self._done = True
        return True

    def _plain(self) -> Iterator[bytes]:
        while self._left > 0:
            piece = self._file.read1(min(self._left, _PIECE))
            if not piece:
                raise ConnectionResetError("the body ends early")
            self._left -= len(piece)
            yield piece

    def _chunks(self) -> Iterator[bytes]:
        while size := int(self._line().partition(b";")[0], 16):
            while size > 0:
                piece = self._file.read1(min(size, _PIECE))
                if not piece:
                    raise ConnectionResetError("the body ends early")
                size -= len(piece)
                yield piece
            self._line()
        while self._line():
            pass

    def _line(self) -> bytes:
        line = self._file.readline(_LONGEST_LINE)
        if not line.endswith(b"\n"):
            raise ConnectionResetError("the body ends early")
        return line.strip()
