"""Heads of answers that have no end, and what is written of requests whose URLs are signed."""

from __future__ import annotations

import logging
import socket
import threading
from typing import TYPE_CHECKING, Any

import pytest
from registry_servers import Asked, Reply, Server

from dockpy import DockpyError, InvalidResponse, TimedOut, TruncatedResponse
from dockpy.registry.heads import BoundedResponse
from dockpy.registry.scope import pulling
from dockpy.registry.session import RegistrySession

if TYPE_CHECKING:
    from collections.abc import Iterator

ABOUT: Any = {"scope": pulling("app"), "subject": "image app"}
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n"


class Endless:
    """A registry that writes for as long as somebody reads, and then ends."""

    def __init__(self, first: bytes, again: bytes, pause: float = 0.0) -> None:
        self._first, self._again, self._pause = first, again, pause
        self._over = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.host = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> Endless:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()

    def _serve(self) -> None:
        try:
            while True:
                self._write(self._listener.accept()[0])
        except OSError:
            pass

    def _write(self, connection: socket.socket) -> None:
        with connection:
            try:
                connection.recv(65536)
                connection.sendall(self._first)
                while not self._over.wait(self._pause):
                    connection.sendall(self._again)
            except OSError:
                pass


def failure(registry: Endless) -> DockpyError:
    """What a request ends with, within 20 seconds."""
    caught: list[DockpyError] = []

    def ask(session: RegistrySession) -> None:
        with pytest.raises(DockpyError) as raised:
            session.call("GET", "/v2/app/tags/list", **ABOUT)
        caught.append(raised.value)

    with registry, RegistrySession(registry.host, timeout=0.5) as session:
        thread = threading.Thread(target=ask, args=(session,), daemon=True)
        thread.start()
        thread.join(20)
        assert caught, "it is still being read"
    return caught[0]


def test_an_answer_that_is_always_about_to_come() -> None:
    assert isinstance(failure(Endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100)), InvalidResponse)


@pytest.mark.parametrize("first", [b"HTTP/1.1 200 OK\r\nX: ", b"", b"HTTP/1.1 200 OK\r\n"])
def test_a_head_that_drips(first: bytes) -> None:
    assert isinstance(failure(Endless(first, b"y", 0.02)), TimedOut)


def test_what_comes_after_the_last_chunk() -> None:
    assert isinstance(failure(Endless(CHUNKED, b"X: y\r\n" * 100)), TruncatedResponse)
    assert isinstance(failure(Endless(CHUNKED, b"X", 0.02)), TimedOut)


def test_chunks_may_be_many() -> None:
    def chunks() -> Iterator[bytes]:
        yield from (b"1\r\nx\r\n" for _ in range(2000))
        yield b"0\r\nTrailer: 1\r\n\r\n"

    head = {"Transfer-Encoding": "chunked"}
    with Server(lambda asked: Reply(200, chunks(), head)) as server:
        with RegistrySession(server.host) as session:
            assert session.call("GET", "/v2/", **ABOUT).content == b"x" * 2000


def test_it_is_closed_with_its_connection() -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        theirs.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab")
        answer = BoundedResponse(ours)
        ours.close()
        answer.begin()
        assert answer.read() == b"ab"
        answer.close()
        assert ours.fileno() == -1
        assert theirs.recv(1) == b""


def test_no_log_shows_what_a_url_is_signed_with(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    odd = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nno header, but s3cret\r\nX: y\r\n\r\n{}"
    with Server(lambda asked: odd, address="127.0.0.2") as other:

        def answer(asked: Asked) -> Reply:
            return Reply(307, headers={"Location": f"{other.url}/blob?sig=s3cret"})

        with Server(answer) as server, RegistrySession(server.host) as session:
            session.call("GET", "/v2/", **ABOUT)
        assert other.asked[0].path == "/blob?sig=s3cret"
    assert "/blob" in caplog.text
    assert "s3cret" not in caplog.text
    logging.getLogger("urllib3.connectionpool").debug("%s", "/others?stay=1")
    assert "/others?stay=1" in caplog.text
