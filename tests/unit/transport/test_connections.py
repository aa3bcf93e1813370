"""The connection itself: hijacked, half-closed, cancelled, over a UNIX socket, TCP and mutual TLS."""

from __future__ import annotations

import gc
import os
import random
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from dockpy import ConnectionFailed, DockpyError
from dockpy.ops import containers

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockpy import Client
    from dockpy.transport.exchange import Upgraded

GIVEN = (
    b"HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\n"
    b"Connection: Upgrade\r\nUpgrade: tcp\r\n\r\n"
)
MB = 1024 * 1024


def attach(client: Client) -> Upgraded:
    query = {"stream": True, "stdin": True, "stdout": True, "stderr": True}
    return client.api.upgrade(containers.ATTACH, {"id": "web"}, query)


def test_the_request_asks_for_the_connection(serve: Any, connect: Any, over: str) -> None:
    server = serve(lambda peer: (peer.request(), peer.send(GIVEN)), over)
    with attach(connect(server)):
        pass
    asked = server.asked[0]
    assert asked.method == "POST"
    assert asked.target == "/v1.41/containers/web/attach?stream=1&stdin=1&stdout=1&stderr=1"
    assert (asked.headers["connection"], asked.headers["upgrade"]) == ("Upgrade", "tcp")
    assert asked.headers["content-length"] == "0"


@pytest.mark.parametrize(
    "split", [0, 1, 10, len(GIVEN) - 1, len(GIVEN), len(GIVEN) + 1, len(GIVEN) + 5, None]
)
def test_bytes_glued_to_the_head_are_kept(serve: Any, connect: Any, over: str, split: int | None) -> None:
    data = bytes(range(256)) + b"\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"

    def handle(peer: Any) -> None:
        peer.request()
        whole = GIVEN + data
        if split is None:
            for byte in whole:
                peer.send(bytes([byte]))
        else:
            peer.send(whole[:split])
            peer.send(whole[split:])

    with attach(connect(serve(handle, over))) as connection:
        assert b"".join(connection) == data


def test_half_close(serve: Any, connect: Any, over: str) -> None:
    """We say that no more comes; the other end reads to the end, and answers after that."""

    def handle(peer: Any) -> None:
        peer.request()
        peer.send(GIVEN)
        received = peer.rest()
        peer.send(b"%d" % len(received))

    for size in (0, 1, 4097, 5 * MB):
        with attach(connect(serve(handle, over))) as connection:
            connection.send(b"x" * size)
            connection.close_write()
            assert b"".join(connection) == b"%d" % size


def test_half_close_twice_and_after_the_end(serve: Any, connect: Any, over: str) -> None:
    with attach(
        connect(serve(lambda peer: (peer.request(), peer.send(GIVEN), peer.rest()), over))
    ) as connection:
        connection.close_write()
        connection.close_write()
        assert connection.recv() == b""
        connection.close_write()
        assert connection.recv() == b""
    connection.close_write()
    assert connection.recv() == b""


def test_the_other_end_half_closes(serve: Any, connect: Any, over: str) -> None:
    """It says that no more comes; what we go on sending arrives."""
    received: list[bytes] = []
    half_closed = threading.Event()

    def handle(peer: Any) -> None:
        peer.request()
        peer.send(GIVEN + b"all")
        peer.close_write()
        half_closed.set()
        received.append(peer.rest())

    server = serve(handle, over)
    with attach(connect(server)) as connection:
        assert b"".join(connection) == b"all"
        assert half_closed.wait(10)
        for _ in range(10):
            connection.send(b"more" * 1000)
        connection.close_write()
        assert server.done.wait(10)
    assert received == [b"more" * 10_000]


def test_data_that_waits_while_we_half_close_is_kept(serve: Any, connect: Any, over: str) -> None:
    sent = threading.Event()

    def handle(peer: Any) -> None:
        peer.request()
        peer.send(GIVEN + b"before" * 10_000)
        sent.set()
        assert peer.rest() == b""
        peer.send(b"after")

    with attach(connect(serve(handle, over))) as connection:
        assert sent.wait(10)
        first = connection.recv()
        connection.close_write()
        assert first + b"".join(connection) == b"before" * 10_000 + b"after"


def test_both_ways_at_once(serve: Any, connect: Any, over: str) -> None:
    """A reader and a writer in two threads, 10 MB each way, in pieces of every size."""
    data = random.Random(1).randbytes(10 * MB)

    def handle(peer: Any) -> None:
        peer.request()
        peer.send(GIVEN)
        while piece := peer.sock.recv(50_000):
            peer.send(piece)

    def write() -> None:
        position, sizes = 0, random.Random(2)
        while position < len(data):
            size = sizes.choice([1, 100, 16_384, 65_536, 300_000])
            connection.send(data[position : position + size])
            position += size
        connection.close_write()

    with attach(connect(serve(handle, over))) as connection:
        writer = threading.Thread(target=write)
        writer.start()
        assert b"".join(connection) == data
        writer.join(10)


def test_sending_to_nobody(serve: Any, connect: Any, over: str) -> None:
    server = serve(lambda peer: (peer.request(), peer.send(GIVEN)), over)
    client = connect(server)
    with attach(client) as connection:
        assert server.done.wait(10)
        with pytest.raises(ConnectionFailed) as caught:
            connection.send(b"x" * 65_536_000)
        assert caught.value.daemon == client.daemon
        assert caught.value.operation == "ContainerAttach"


def endless(peer: Any) -> None:
    """Answers whatever is asked with the beginning of something, and waits."""
    asked = peer.request()
    if "attach" in asked.target:
        peer.send(GIVEN + b"\1\0\0\0\0\0\0\2hi")
    elif "logs" in asked.target:
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.multiplexed-stream\r\n\r\n")
        peer.send(b"\1\0\0\0\0\0\0\2hi")
    else:
        peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n")
    peer.rest()


STREAMS: dict[str, Callable[[Client], Any]] = {
    "attach": attach,
    "events": lambda client: client.events(reconnect=False),
    "raw events": lambda client: client.events(decode=False),
    "logs": lambda client: client.containers.known("web").logs(stream=True),
    "log lines": lambda client: client.containers.known("web").log_lines(follow=True),
}


@pytest.mark.parametrize("kind", list(STREAMS))
def test_close_from_another_thread_ends_a_read(serve: Any, connect: Any, over: str, kind: str) -> None:
    stream = STREAMS[kind](connect(serve(endless, over)))
    blocked, seen = threading.Event(), list[Any]()
    ended: list[float] = []

    def read() -> None:
        blocked.set()
        for item in stream:
            seen.append(item)
            blocked.set()
        ended.append(time.monotonic())

    reader = threading.Thread(target=read)
    reader.start()
    assert blocked.wait(10)
    began = time.monotonic()
    stream.close()
    reader.join(10)
    assert ended, "the reader raised"
    assert ended[0] - began < 1
    stream.close()  # once more is nothing
    assert list(stream) == []


def test_a_stream_that_is_left_is_closed(serve: Any, connect: Any, over: str) -> None:
    server = serve(endless, over)
    with connect(server).events(reconnect=False) as stream:
        next(stream)
    assert server.done.wait(10)


def test_a_stream_that_is_forgotten_is_closed(serve: Any, connect: Any, over: str) -> None:
    server = serve(endless, over)
    stream = connect(server).events(reconnect=False)
    next(stream)
    del stream
    gc.collect()
    assert server.done.wait(10)


@pytest.mark.parametrize("kind", ["attach", "events", "logs"])
def test_descriptors_are_given_back(serve: Any, connect: Any, over: str, kind: str) -> None:
    server = serve(endless, over)
    client = connect(server)

    def cycle() -> None:
        with STREAMS[kind](client) as stream:
            next(iter(stream))
        assert server.done.wait(10)  # the server's end too
        server.done.clear()

    cycle()
    before = os.listdir("/proc/self/fd")
    for _ in range(50):
        cycle()
    assert len(os.listdir("/proc/self/fd")) == len(before)


@pytest.mark.parametrize(
    "answered",
    [
        b"",
        b"garbage",
        b"HTTP/1.1 500 Oops\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 500 Oops\r\nContent-Length: x\r\n\r\n",
    ],
)
def test_a_failed_upgrade_leaves_nothing_open(serve: Any, connect: Any, over: str, answered: bytes) -> None:
    server = serve(lambda peer: (peer.request(), peer.send(answered)), over)
    with pytest.raises(DockpyError):
        attach(connect(server))
    gc.collect()  # a socket that is left open warns, and a warning is an error


def test_a_forked_child_leaves_the_streams_alone(serve: Any, connect: Any, over: str, answer: Any) -> None:
    """The child opens connections of its own, and its end does not end the parent's."""
    said = threading.Event()

    def handle(peer: Any) -> None:
        while asked := peer.request():
            if asked.target == "/v1.41/info":
                peer.send(answer(body=b'{"ID": "%d"}' % peer.number))
                continue
            peer.send(b"HTTP/1.1 200 OK\r\n\r\n{}")
            assert said.wait(10)
            peer.send(b'{"Action": "later"}')
            return

    server = serve(handle, over)
    client = connect(server)
    assert client.info().id == "1"
    with client.events(reconnect=False) as stream:
        next(stream)
        child = os.fork()
        if child == 0:
            status = 1
            try:
                status = 0 if client.info().id == "3" else 2
                stream.close()
                client.close()
            finally:
                os._exit(status)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        said.set()
        assert [event.action for event in stream] == ["later"]
    assert client.info().id == "1"
