"""Answers that drip: each byte keeps the limit of a read, and the answer never ends. And those that flood."""

from __future__ import annotations

import contextlib
import itertools
import socket
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

import dockpy
from dockpy import InvalidResponse, TimedOut
from dockpy.transport import exchange, pace
from dockpy.transport.pace import Pace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

SHORT = 0.2
PAUSE = threading.Event()  # never set


def dripping(pieces: Iterable[bytes], begin: bytes = b"") -> Any:
    def handle(peer: Any) -> None:
        peer.request()
        peer.send(begin)
        for piece in pieces:
            peer.send(piece)
            PAUSE.wait(SHORT / 10)

    return handle


@pytest.mark.parametrize(
    "begin",
    [
        b"HTTP/1.1 200 OK\r\nX-Slow: ",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n",
    ],
    ids=["head", "body", "body with a length"],
)
def test_a_call_does_not_wait_for_ever(serve: Any, connect: Any, over: str, begin: bytes) -> None:
    client = connect(serve(dripping(itertools.repeat(b"x"), begin), over), timeout=SHORT)
    with pytest.raises(TimedOut) as caught:
        client.info()
    assert caught.value.operation == "SystemInfo"


def test_nor_does_a_stream_for_its_head(serve: Any, connect: Any, over: str) -> None:
    begin = b"HTTP/1.1 200 OK\r\nX-Slow: "
    client = connect(serve(dripping(itertools.repeat(b"x"), begin), over), timeout=SHORT)
    with pytest.raises(TimedOut):
        client.events(reconnect=False)


@pytest.mark.parametrize("body", [[], itertools.repeat(b"x")], ids=["hangs", "drips"])
@pytest.mark.parametrize("stream_timeout", [None, 10])
def test_nor_for_the_body_of_an_error(
    serve: Any, connect: Any, over: str, body: Iterable[bytes], stream_timeout: float | None
) -> None:
    """A stream may be silent for as long as it likes, but an error's body is none."""
    begin = b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 9999\r\n\r\n{"

    def handle(peer: Any) -> None:
        peer.request()
        peer.send(begin)
        for piece in body:
            peer.send(piece)
            PAUSE.wait(SHORT / 10)
        peer.rest()

    client = connect(serve(handle, over), timeout=SHORT)
    if stream_timeout:
        client = client.with_options(stream_timeout=stream_timeout)
    with pytest.raises(TimedOut) as caught:
        client.events(reconnect=False)
    assert caught.value.operation == "SystemEvents"
    assert caught.value.daemon == client.daemon


@pytest.fixture
def relay() -> Iterator[Callable[[str, threading.Event], str]]:
    """Between a client and a server: once the event is set, the server's bytes come one by one, slowly."""
    with contextlib.ExitStack() as stack:

        def copy(source: socket.socket, sink: socket.socket, drips: threading.Event | None) -> None:
            with contextlib.suppress(OSError):
                while data := source.recv(65536):
                    if drips is None or not drips.is_set():
                        sink.sendall(data)
                        continue
                    for byte in data:
                        sink.sendall(bytes([byte]))
                        PAUSE.wait(SHORT / 10)
            for sock in (source, sink):
                with contextlib.suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)

        def start(url: str, drips: threading.Event) -> str:
            listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            host, _, port = url.removeprefix("tcp://").partition(":")

            def carry() -> None:
                with listener.accept()[0] as client, socket.create_connection((host, int(port))) as server:
                    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    up = threading.Thread(target=copy, args=(client, server, None))
                    up.start()
                    copy(server, client, drips)
                    up.join()

            thread = threading.Thread(target=carry)
            thread.start()
            stack.callback(thread.join)
            return f"tcp://127.0.0.1:{listener.getsockname()[1]}"

        yield start


@pytest.mark.parametrize("ask", [dockpy.Client.info, lambda client: client.events(reconnect=False)])
def test_nor_for_a_tls_handshake(serve: Any, relay: Any, ask: Any) -> None:
    server, drips = serve(lambda peer: None, "tls"), threading.Event()
    drips.set()
    url = relay(server.url, drips)
    with dockpy.Client(url, tls=server.tls, timeout=SHORT, version="1.41") as client:
        began = time.monotonic()
        with pytest.raises(TimedOut):
            ask(client)
        assert time.monotonic() - began < 5  # the handshake as a whole would take three times that


@pytest.mark.parametrize("ask", [dockpy.Client.info, lambda client: client.events(reconnect=False)])
def test_nor_for_a_record_of_tls(serve: Any, relay: Any, answer: Any, ask: Any) -> None:
    """Nothing of it is read before it is whole: it drips unseen."""
    drips = threading.Event()

    def handle(peer: Any) -> None:
        peer.request()
        drips.set()
        peer.send(answer())

    server = serve(handle, "tls")
    url = relay(server.url, drips)
    with dockpy.Client(url, tls=server.tls, timeout=SHORT, version="1.41") as client:
        with pytest.raises(TimedOut):
            ask(client)


@pytest.mark.parametrize(
    "begin",
    [
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9999999999999\r\n\r\n",
        b"HTTP/1.1 500 no\r\n\r\n",
    ],
    ids=["body", "body with a length", "an error's body"],
)
def test_an_answer_does_not_fill_memory(
    serve: Any, connect: Any, over: str, begin: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "_LARGEST", 1_000_000)

    def handle(peer: Any) -> None:
        peer.request()
        peer.send(begin)
        while True:
            peer.send(bytes(65536))

    client = connect(serve(handle, over))
    asks = [lambda: client.info(), lambda: client.events(reconnect=False)]
    for ask in asks if b"500" in begin else asks[:1]:
        with pytest.raises(InvalidResponse, match="longer than 1000000 bytes") as caught:
            ask()
        assert caught.value.operation
        assert caught.value.daemon == client.daemon


def test_nor_does_one_that_comes_while_a_body_is_sent(
    serve: Any, connect: Any, over: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "_MOST_WHILE_SENDING", 1_000_000)

    def handle(peer: Any) -> None:
        peer.head()
        peer.send(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            peer.send(bytes(65536))

    client = connect(serve(handle, over))
    with pytest.raises(InvalidResponse, match="before it has read all"):
        client.containers.known("web").put_archive("/", itertools.repeat(bytes(65536), 10_000))


def test_an_answer_that_is_only_slow_is_read(serve: Any, connect: Any, over: str) -> None:
    """It takes twice the time of a read, and brings enough in each."""
    body = b'{"ID": "x"}' + b" " * 20_000
    pieces = [body[start : start + 1000] for start in range(0, len(body), 1000)]
    begin = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body)
    client = connect(serve(dripping(pieces, begin), over), timeout=SHORT)
    assert client.info().id == "x"


def test_no_limit() -> None:
    pace = Pace(None)
    assert [pace.left(0), pace.left(0)] == [None, None]


def test_it_begins_with_the_first_bytes() -> None:
    pace = Pace(1e-6)
    assert pace.left(0) == pytest.approx(1e-6)
    PAUSE.wait(0.001)
    with pytest.raises(TimeoutError):
        pace.left(1023)
    assert pace.left(1) == pytest.approx(1e-6)


def test_it_counts_all_that_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "_LARGEST", 2000)
    for counting in (Pace(None), Pace(10)):
        counting.left(1000)
        counting.left(1000)
        with pytest.raises(InvalidResponse, match="longer than 2000 bytes"):
            counting.left(1)
