"""Servers that do as a test says, byte by byte, over a UNIX socket, TCP or mutual TLS."""

from __future__ import annotations

import contextlib
import itertools
import socket
import ssl
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from certificates import Certificates, make_certificates

import dockpy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@dataclass(frozen=True)
class Asked:
    """A request as a server read it."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


class Peer:
    """The server's end of one connection. Reads requests with nothing of dockpy's."""

    def __init__(self, sock: socket.socket, number: int, asked: list[Asked]) -> None:
        self.sock = sock
        self.number = number  # of the connection, from 1
        self._file = sock.makefile("rb")
        self._asked = asked

    def head(self) -> Asked | None:
        """Read the head of a request and leave its body; None where the client has gone."""
        first = self._file.readline()
        if not first:
            return None
        method, target, _ = first.decode("latin-1").split()
        headers: dict[str, str] = {}
        while line := self._file.readline().decode("latin-1").rstrip("\r\n"):
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        return Asked(method, target, headers, b"")

    def request(self) -> Asked | None:
        """Read a request to its end; None where the client has gone."""
        head = self.head()
        if head is None:
            return None
        if head.headers.get("transfer-encoding") == "chunked":
            body = b"".join(self.chunks())
        else:
            body = self._file.read(int(head.headers.get("content-length", 0)))
        asked = Asked(head.method, head.target, head.headers, body)
        self._asked.append(asked)
        return asked

    def chunks(self) -> Iterator[bytes]:
        """The chunks of a body, as they come."""
        while size := int(self._file.readline(), 16):
            yield self._file.read(size)
            self._file.readline()
        self._file.readline()

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def read(self, size: int) -> bytes:
        """That many bytes; fewer at the end."""
        return self._file.read(size)

    def rest(self) -> bytes:
        """All that comes until the client says that there is no more."""
        received: list[bytes] = []
        with contextlib.suppress(ssl.SSLZeroReturnError):  # an end that Python does not take for one
            while piece := self._file.read1():
                received.append(piece)
        return b"".join(received)

    def close_write(self) -> None:
        """Say that no more will be sent; reading goes on."""
        if isinstance(self.sock, ssl.SSLSocket):
            self.sock.setblocking(False)
            with contextlib.suppress(ssl.SSLWantReadError):  # our goodbye is sent; theirs comes later
                self.sock.unwrap()
            self.sock.setblocking(True)
        else:
            self.sock.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        self._file.close()
        self.sock.close()


@dataclass
class Server:
    """A listener, and what happened at it."""

    url: str
    tls: dockpy.TLS | None
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0
    failures: list[BaseException] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)  # a handler has returned


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(params=["unix", "tcp", "tls"])
def over(request: pytest.FixtureRequest) -> str:
    """Each way to a server that is a socket."""
    return str(request.param)


@pytest.fixture
def serve(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Callable[..., Server]]:
    """Start a server: `serve(handle, over="tcp")`; each connection runs the handler in a thread of its own.

    A handler that fails fails the test; one whose client went away does not.
    """
    threads: list[threading.Thread] = []
    listeners: list[socket.socket] = []
    servers: list[Server] = []
    numbers = itertools.count()

    def start(handle: Callable[[Peer], object], over: str = "unix") -> Server:
        context: ssl.SSLContext | None = None
        if over == "unix":
            path = str(tmp_path / f"{next(numbers)}.sock")
            listener = socket.socket(socket.AF_UNIX)
            listener.bind(path)
            server = Server(f"unix://{path}", None)
        else:
            listener = socket.create_server(("127.0.0.1", 0))
            server = Server(f"tcp://127.0.0.1:{listener.getsockname()[1]}", None)
            if over == "tls":
                certificates = request.getfixturevalue("certificates")
                context, server.tls = certificates.server(), certificates.client()
        listener.listen()
        listeners.append(listener)
        servers.append(server)

        def work(sock: socket.socket, number: int) -> None:
            with contextlib.suppress(OSError):  # the client may leave whenever it likes
                if over != "unix":
                    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # sent before it is closed
                if context is not None:
                    sock = context.wrap_socket(sock, server_side=True)
                peer = Peer(sock, number, server.asked)
                try:
                    handle(peer)
                except OSError:
                    raise
                except BaseException as error:
                    server.failures.append(error)
                finally:
                    peer.close()
            sock.close()
            server.done.set()

        def accept() -> None:
            while True:
                try:
                    sock, _ = listener.accept()
                except OSError:
                    return
                server.connections += 1
                thread = threading.Thread(target=work, args=(sock, server.connections))
                threads.append(thread)
                thread.start()

        thread = threading.Thread(target=accept)
        threads.append(thread)
        thread.start()
        return server

    yield start
    for listener in listeners:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)  # wakes accept()
        listener.close()
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive(), "a server's handler did not end"
    assert [failure for server in servers for failure in server.failures] == []


@pytest.fixture
def connect(serve: object) -> Iterator[Callable[..., dockpy.Client]]:
    """Make a client of a server; it is closed before the server is."""
    with contextlib.ExitStack() as stack:

        def client(server: Server, **options: Any) -> dockpy.Client:
            options = {"version": "1.41", "timeout": 10, "tls": server.tls, **options}
            return stack.enter_context(dockpy.Client(server.url, **options))

        yield client


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No variable and no configuration of the machine's counts."""
    for name in (
        "DOCKER_HOST",
        "DOCKER_CONTEXT",
        "DOCKER_TLS_VERIFY",
        "DOCKER_CERT_PATH",
        "DOCKER_API_VERSION",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker-config"))


def answer(status: str = "200 OK", body: bytes = b"{}", **headers: str) -> bytes:
    """A whole answer that keeps the connection."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Content-Type: application/json"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


@pytest.fixture(name="answer")
def answer_fixture() -> Callable[..., bytes]:
    """Makes a whole answer: `answer("404 Not Found", b'{"message": "no"}')`."""
    return answer


@pytest.fixture
def always() -> Callable[[bytes], Callable[[Peer], None]]:
    """A handler that answers every request with the same bytes, and closes where they do not keep it open."""

    def handler(data: bytes) -> Callable[[Peer], None]:
        def handle(peer: Peer) -> None:
            while peer.request() is not None:
                peer.send(data)
                if b"Content-Length" not in data:
                    return

        return handle

    return handler
