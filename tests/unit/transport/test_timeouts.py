"""Connecting and reading have limits of their own; streams have none unless asked."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

import dockpy
from dockpy import ConnectionFailed, InvalidArgument, TimedOut
from dockpy.ops import containers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SHORT = 0.1


@pytest.fixture
def silent(serve: Any, over: str) -> Any:
    """A server that takes every request and says nothing."""
    return serve(lambda peer: (peer.request(), peer.rest()), over)


def test_silence(silent: Any, connect: Any) -> None:
    client = connect(silent, timeout=SHORT)
    began = time.monotonic()
    with pytest.raises(TimedOut, match="did not answer in time") as caught:
        client.info()
    assert SHORT <= time.monotonic() - began < 5
    error = caught.value
    assert isinstance(error, TimeoutError)
    assert isinstance(error, ConnectionFailed)
    assert (error.operation, error.daemon) == ("SystemInfo", client.daemon)
    assert "timeout=" in error.hint
    assert len(silent.asked) == 1  # a slow daemon is not asked again


def test_a_view_has_a_timeout_of_its_own(silent: Any, connect: Any) -> None:
    client = connect(silent, timeout=60)
    with pytest.raises(TimedOut):
        client.with_options(timeout=SHORT).info()
    with pytest.raises(TimedOut):
        client.with_options(timeout=(60, SHORT)).info()


def test_silence_in_the_middle_of_an_answer(serve: Any, connect: Any, over: str) -> None:
    def handle(peer: Any) -> None:
        peer.request()
        peer.send(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"ID"')
        peer.rest()

    with pytest.raises(TimedOut):
        connect(serve(handle, over), timeout=SHORT).info()


def test_an_operation_may_take_its_own_time(serve: Any, connect: Any, over: str) -> None:
    """stop(timeout=1) waits for the grace and for the answer."""

    def handle(peer: Any) -> None:
        peer.request()
        late = threading.Event()
        late.wait(3 * SHORT)  # longer than the client's timeout, shorter than the grace
        peer.send(b"HTTP/1.1 204 No Content\r\n\r\n")

    client = connect(serve(handle, over), timeout=SHORT)
    client.containers.known("web").stop(timeout=1)


def test_a_stream_may_be_silent(serve: Any, connect: Any, over: str) -> None:
    def handle(peer: Any) -> None:
        peer.request()
        peer.send(b"HTTP/1.1 200 OK\r\n\r\n")
        threading.Event().wait(3 * SHORT)
        peer.send(b'{"Action": "late"}')

    client = connect(serve(handle, over), timeout=SHORT)
    assert [event.action for event in client.events(reconnect=False)] == ["late"]


def test_a_slow_first_byte_of_a_stream(serve: Any, connect: Any, over: str) -> None:
    def handle(peer: Any) -> None:
        peer.request()
        threading.Event().wait(3 * SHORT)
        peer.send(b"HTTP/1.1 200 OK\r\n\r\nbytes")

    client = connect(serve(handle, over), timeout=SHORT)
    assert client.images.save("busybox").read() == b"bytes"


@pytest.mark.parametrize("begun", [False, True])
def test_a_stream_has_a_limit_where_asked(serve: Any, connect: Any, over: str, begun: bool) -> None:
    def handle(peer: Any) -> None:
        peer.request()
        if begun:
            peer.send(b"HTTP/1.1 200 OK\r\n\r\n")
        peer.rest()

    client = connect(serve(handle, over)).with_options(stream_timeout=SHORT)
    with pytest.raises(TimedOut) as caught:
        list(client.events(reconnect=False))
    assert caught.value.operation == "SystemEvents"


def test_the_limit_of_a_stream_may_be_set_later(serve: Any, connect: Any, over: str) -> None:
    def handle(peer: Any) -> None:
        peer.request()
        peer.send(b"HTTP/1.1 200 OK\r\n\r\n")
        peer.rest()

    with connect(serve(handle, over)).events(reconnect=False) as stream:
        stream.settimeout(SHORT)
        with pytest.raises(TimedOut):
            next(stream)


def test_a_stream_that_was_closed_elsewhere_takes_a_limit_and_ends(
    serve: Any, connect: Any, over: str
) -> None:
    def handle(peer: Any) -> None:
        peer.request()
        peer.send(b"HTTP/1.1 200 OK\r\n\r\n")
        peer.rest()

    stream = connect(serve(handle, over)).events(reconnect=False)
    stream.close()
    stream.settimeout(SHORT)
    assert list(stream) == []


def test_wait_has_the_limit_it_is_given(silent: Any, connect: Any) -> None:
    container = connect(silent).containers.known("web")
    with pytest.raises(TimedOut) as caught:
        container.wait(timeout=SHORT)
    assert (caught.value.operation, caught.value.subject) == ("ContainerWait", "container web")


def test_a_peer_that_reads_nothing(serve: Any, connect: Any, over: str) -> None:
    finished = threading.Event()
    client = connect(serve(lambda peer: (peer.head(), finished.wait(10)), over)).with_options(
        stream_timeout=SHORT
    )
    try:
        with pytest.raises(TimedOut):
            client.api.call(
                containers.PUT_ARCHIVE, {"id": "web"}, {"path": "/"}, body=iter([b"x" * 65536] * 500)
            )
    finally:
        finished.set()


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[socket.socket]:
    """A listener at busy.sock that has accepted nobody yet, and whose queue is full."""
    path = str(tmp_path / "busy.sock")
    with socket.socket(socket.AF_UNIX) as listener, socket.socket(socket.AF_UNIX) as first:
        listener.bind(path)
        listener.listen(0)
        first.connect(path)
        yield listener


def test_a_socket_whose_queue_is_full(busy: socket.socket, tmp_path: Path) -> None:
    with dockpy.Client(f"unix://{tmp_path}/busy.sock", timeout=(SHORT, None), version="1.41") as client:
        for ask in (client.info, client.events):
            began = time.monotonic()
            with pytest.raises(TimedOut):
                ask()
            assert SHORT * 0.9 < time.monotonic() - began < 5


@pytest.mark.parametrize("timeout", [10, None])
def test_a_queue_that_is_full_for_a_while(
    busy: socket.socket, tmp_path: Path, answer: Any, timeout: float | None
) -> None:
    def accept() -> None:
        busy.accept()[0].close()  # who was first
        with busy.accept()[0] as sock:
            sock.recv(65536)
            sock.sendall(answer(body=b'{"ID": "x"}'))

    with dockpy.Client(f"unix://{tmp_path}/busy.sock", timeout=timeout, version="1.41") as client:
        with ThreadPoolExecutor(2) as threads:
            call = threads.submit(client.info)
            with pytest.raises(TimeoutError):
                call.result(SHORT)
            accepting = threads.submit(accept)
            assert call.result(10).id == "x"
            accepting.result(10)


@pytest.fixture
def full() -> Iterator[str]:
    """The address of a TCP listener that accepts nobody, and whose queue is full."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        port = listener.getsockname()[1]
        for _ in range(5):
            sock = stack.enter_context(socket.socket())
            sock.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                sock.connect(("127.0.0.1", port))
        yield f"tcp://127.0.0.1:{port}"


@pytest.mark.parametrize("read", [None, 60])
def test_connecting_has_a_limit_of_its_own(full: str, read: float | None) -> None:
    with dockpy.Client(full, timeout=(SHORT, read), version="1.41") as client:
        began = time.monotonic()
        with pytest.raises(TimedOut) as caught:
            client.info()
        assert caught.value.daemon == full
        with pytest.raises(TimedOut):
            client.events(reconnect=False)
        assert time.monotonic() - began < 5


def test_a_tls_handshake_that_never_ends() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"tcp://127.0.0.1:{listener.getsockname()[1]}"
        tls = dockpy.TLS(verify=False)
        with dockpy.Client(url, tls=tls, timeout=(SHORT, None), version="1.41") as client:
            with pytest.raises(TimedOut):
                client.info()
            with pytest.raises(TimedOut):
                client.events(reconnect=False)


@pytest.mark.parametrize("timeout", [0, -1, True, "60", (1, 0), (0, 1), float("nan")])
def test_what_is_no_timeout(timeout: Any) -> None:
    with pytest.raises(InvalidArgument, match="it takes seconds above 0"):
        dockpy.Client("unix:///nowhere.sock", timeout=timeout)
