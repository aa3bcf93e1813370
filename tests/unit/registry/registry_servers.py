"""Servers on this machine that answer as a test says, honestly or not."""

from __future__ import annotations

import contextlib
import select
import socket
import socketserver
import ssl
import subprocess
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path


@dataclass(frozen=True)
class Asked:
    """A request that came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes = b""

    @property
    def authorization(self) -> str | None:
        return self.headers.get("authorization")


@dataclass(frozen=True)
class Reply:
    """An answer; of pieces the length is not told unless a header does, and the connection ends with them."""

    status: int = 200
    body: bytes | Iterable[bytes] = b""
    headers: dict[str, str] = field(default_factory=dict)


class Server:
    """Answers requests, and remembers them. A context manager.

    Args:
        answer: gives the answer to a request; `bytes` are written as they are, and the connection ends.
        address: where it listens.
        tls: a server's context.
    """

    def __init__(
        self,
        answer: Callable[[Asked], Reply | bytes],
        *,
        address: str = "127.0.0.1",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.asked: list[Asked] = []
        self.answer = answer
        self.greetings = 0  # connections on which TLS was tried, where it is not spoken
        self._server = _Server((address, 0), _Handler)
        self._server.owner = self
        self._server.tls = tls
        self.host = f"{address}:{self._server.server_address[1]}"
        self.url = f"{'http' if tls is None else 'https'}://{self.host}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    @property
    def connections(self) -> int:
        """How many there were."""
        return self._server.count

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.end()


class _Server(ThreadingHTTPServer):
    owner: Server
    tls: ssl.SSLContext | None
    daemon_threads = False

    def __init__(self, *given: Any) -> None:
        self.open: list[socket.socket] = []
        self.count = 0
        super().__init__(*given)

    def process_request(self, request: Any, client_address: Any) -> None:
        self.open.append(request)
        self.count += 1
        super().process_request(request, client_address)

    def finish_request(self, request: Any, client_address: Any) -> None:
        if self.tls is None:
            super().finish_request(request, client_address)
            return
        with contextlib.suppress(OSError), self.tls.wrap_socket(request, server_side=True) as wrapped:
            self.open.append(wrapped)
            super().finish_request(wrapped, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients go away."""

    def end(self) -> None:
        for connection in self.open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(self.command, self.path, headers, body)
        self.server.owner.asked.append(asked)
        reply = self.server.owner.answer(asked)
        if isinstance(reply, bytes):
            self.wfile.write(reply)
            self.close_connection = True
            return
        self.send_response_only(reply.status)
        whole = isinstance(reply.body, bytes)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if whole and "Content-Length" not in reply.headers:
            self.send_header("Content-Length", str(len(reply.body)))  # type: ignore[arg-type]
        self.end_headers()
        if self.command != "HEAD":
            for piece in [reply.body] if isinstance(reply.body, bytes) else reply.body:
                self.wfile.write(piece)
        self.close_connection = self.close_connection or not whole

    def send_error(self, *_: Any, **__: Any) -> None:
        """What came is no HTTP."""
        self.server.owner.greetings += 1
        self.close_connection = True
        self.wfile.write(b"HTTP/1.0 400 Bad Request\r\n\r\n")

    def log_message(self, format: str, *args: Any) -> None:
        """`asked` says what came."""


class Tunnel(socketserver.ThreadingTCPServer):
    """A proxy that leads all who ask for a connection to one place. A context manager.

    Args:
        place: the host and port that it leads to.
    """

    daemon_threads = False

    def __init__(self, place: str) -> None:
        self.asked: list[bytes] = []
        self.place = place
        super().__init__(("127.0.0.1", 0), _Through)
        self.host = f"127.0.0.1:{self.server_address[1]}"
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,))

    def __enter__(self) -> Tunnel:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients go away."""


class _Through(socketserver.BaseRequestHandler):
    server: Tunnel

    def handle(self) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            head += self.request.recv(4096)
        self.server.asked.append(head.partition(b"\r\n")[0])
        host, _, port = self.server.place.partition(":")
        with socket.create_connection((host, int(port))) as other:
            self.request.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            ends = {self.request: other, other: self.request}
            while True:
                for one in select.select(list(ends), [], [])[0]:
                    data = one.recv(65536)
                    if not data:
                        return
                    ends[one].sendall(data)


for _method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"):
    setattr(_Handler, f"do_{_method}", _Handler.answer)


def make_certificates(folder: Path, name: str = "IP:127.0.0.1,DNS:localhost") -> ssl.SSLContext:
    """An authority (``ca.pem``) and a certificate that it signed (``cert.pem``, ``key.pem``).

    Returns:
        The context of a server with that certificate.
    """
    key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
    for command in (
        f"req -x509 {key} -keyout ca.key -out ca.pem -days 2 -subj /CN=ca",
        f"req {key} -keyout key.pem -out request.pem -subj /CN=registry -addext subjectAltName={name}",
        "x509 -req -in request.pem -CA ca.pem -CAkey ca.key -CAcreateserial -out cert.pem -days 2 "
        "-copy_extensions copy",
    ):
        subprocess.run(["openssl", *command.split()], cwd=folder, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


def everything(error: BaseException | None) -> str:
    """All that an error, and those behind it, hold."""
    held = ""
    while error is not None:
        held += f"{error!r} {error} {vars(error)} {error.args} {getattr(error, 'request', None)}"
        held += f"{getattr(getattr(error, 'request', None), 'headers', '')}"
        error = error.__cause__ or error.__context__
    return held
