"""Pooled connections: kept, replaced where the daemon closed them, retried where that is harmless."""

from __future__ import annotations

import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from dockpy import ConnectionFailed, InvalidResponse, TimedOut
from dockpy.ops import containers

if TYPE_CHECKING:
    from collections.abc import Iterator


def test_a_connection_is_kept(serve: Any, connect: Any, over: str, answer: Any, always: Any) -> None:
    server = serve(always(answer()), over)
    client = connect(server)
    for name in ("a", "b", "c"):
        client.info()
        client.api.call(containers.INSPECT, {"id": name})
        client.api.call(containers.UPDATE, {"id": name}, body={})
    assert len(server.asked) == 9
    assert server.connections == 1


def test_views_share_the_connections(serve: Any, connect: Any, answer: Any, always: Any) -> None:
    server = serve(always(answer()))
    client = connect(server)
    client.info()
    client.with_options(timeout=3).info()
    client.with_options(stream_timeout=3).info()
    assert server.connections == 1


@pytest.fixture
def interrupted() -> Iterator[None]:
    """Ctrl-C is pressed in a moment."""

    def press(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, press)
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize(
    "why",
    [
        "timeout",
        pytest.param(
            "interrupt", marks=pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no such signals")
        ),
        "garbage",
    ],
)
def test_a_connection_is_not_used_after_a_call_that_failed(
    serve: Any, connect: Any, over: str, answer: Any, request: Any, why: str
) -> None:
    """What is still to come on it is an answer to that call."""

    def handle(peer: Any) -> None:
        peer.request()
        if peer.number > 1:
            peer.send(answer(body=b'{"ID": "mine"}'))
        elif why == "garbage":
            peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: none\r\n\r\n")
        if peer.request() is not None:
            peer.send(answer(body=b'{"ID": "another\'s"}'))

    server = serve(handle, over)
    client = connect(server)
    error = {"timeout": TimedOut, "interrupt": KeyboardInterrupt, "garbage": InvalidResponse}[why]
    if why == "interrupt":
        request.getfixturevalue("interrupted")
    with pytest.raises(error):
        client.with_options(timeout=0.2 if why == "timeout" else 10).info()
    assert client.info().id == "mine"
    assert server.connections == 2


def test_as_many_connections_as_calls_at_once(serve: Any, connect: Any, over: str, answer: Any) -> None:
    together = threading.Barrier(5)

    def handle(peer: Any) -> None:
        while peer.request() is not None:
            together.wait(10)
            peer.send(answer())

    server = serve(handle, over)
    client = connect(server, pool_size=5)
    with ThreadPoolExecutor(5) as threads:
        for _ in range(3):
            list(threads.map(lambda _: client.info(), range(5)))
    assert server.connections == 5


def test_as_many_threads_as_there_are_have_a_connection_each(
    serve: Any, connect: Any, over: str, answer: Any
) -> None:
    """It is kept, so that fifty threads do not make connections for each call."""
    together = threading.Barrier(50)

    def handle(peer: Any) -> None:
        while peer.request() is not None:
            together.wait(10)
            peer.send(answer())

    server = serve(handle, over)
    client = connect(server)
    with ThreadPoolExecutor(50) as pool:
        for _ in range(3):
            list(pool.map(lambda _: client.info(), range(50)))
    assert server.connections == 50


def test_close_gives_them_back_and_the_next_call_opens_anew(
    serve: Any, connect: Any, over: str, answer: Any, always: Any
) -> None:
    server = serve(always(answer()), over)
    client = connect(server)
    client.info()
    client.close()
    assert server.done.wait(10)  # the server saw the end
    client.info()
    assert server.connections == 2


@pytest.mark.parametrize("announced", [False, True])
def test_closed_after_each_answer(serve: Any, connect: Any, over: str, answer: Any, announced: bool) -> None:
    """A daemon that restarts, or keeps no connection: the next call of any kind goes on a new one."""
    closed = threading.Semaphore(0)

    def handle(peer: Any) -> None:
        if peer.request() is not None:
            peer.send(answer(body=b"{}", **({"Connection": "close"} if announced else {})))
            peer.close()
            closed.release()

    server = serve(handle, over)
    client = connect(server)
    for _ in range(3):
        client.info()
        assert closed.acquire(timeout=10)
        client.api.call(containers.UPDATE, {"id": "web"}, body={})
        assert closed.acquire(timeout=10)
    assert server.connections == 6
    assert [asked.method for asked in server.asked] == ["GET", "POST"] * 3


def test_get_is_retried_where_the_kept_connection_dies_under_it(
    serve: Any, connect: Any, over: str, answer: Any
) -> None:
    """The daemon closes just as the request arrives: nothing else can be seen of that."""

    def handle(peer: Any) -> None:
        peer.request()
        peer.send(answer(body=b'{"ID": "%d"}' % peer.number))
        if peer.request() is not None and peer.number > 1:
            peer.send(answer(body=b'{"ID": "second"}'))

    server = serve(handle, over)
    client = connect(server)
    assert client.info().id == "1"
    assert client.info().id == "2"
    assert [asked.target for asked in server.asked] == ["/v1.41/info"] * 3


def test_a_retry_goes_on_a_new_connection(serve: Any, connect: Any, over: str, answer: Any) -> None:
    """All that are kept die at once, each as a request arrives; there is one retry."""
    together = threading.Barrier(5)

    def handle(peer: Any) -> None:
        peer.request()
        if peer.number <= 5:
            together.wait(10)
        peer.send(answer(body=b'{"ID": "%d"}' % peer.number))
        peer.request()  # and goes away

    server = serve(handle, over)
    client = connect(server)
    with ThreadPoolExecutor(5) as threads:
        list(threads.map(lambda _: client.info(), range(5)))
    assert client.info().id == "6"
    assert len(server.asked) == 7


def test_post_is_never_sent_twice(serve: Any, connect: Any, over: str, answer: Any) -> None:
    def handle(peer: Any) -> None:
        peer.request()
        peer.send(answer())
        peer.request()  # and goes away

    server = serve(handle, over)
    client = connect(server)
    client.info()
    with pytest.raises(ConnectionFailed, match="closed the connection"):
        client.containers.known("web").kill()
    assert [asked.method for asked in server.asked] == ["GET", "POST"]


@pytest.mark.parametrize("operation", ["kill", "remove"])
def test_what_changes_something_is_not_retried(serve: Any, connect: Any, over: str, operation: str) -> None:
    server = serve(lambda peer: peer.request(), over)
    with pytest.raises(ConnectionFailed):
        getattr(connect(server).containers.known("web"), operation)()
    assert len(server.asked) == 1


def test_a_retry_is_one(serve: Any, connect: Any, over: str) -> None:
    server = serve(lambda peer: peer.request(), over)
    with pytest.raises(ConnectionFailed):
        connect(server).info()
    assert len(server.asked) == 2


def test_what_follows_an_answer_is_not_taken_for_the_next(
    serve: Any, connect: Any, over: str, answer: Any
) -> None:
    def handle(peer: Any) -> None:
        peer.request()
        peer.send(answer(body=b'{"ID": "mine"}') + answer(body=b'{"ID": "smuggled"}'))
        if peer.request() is not None:
            peer.send(answer(body=b'{"ID": "mine"}'))

    client = connect(serve(handle, over))
    assert client.info().id == "mine"
    assert client.info().id == "mine"


def test_an_answer_that_may_have_two_ends_is_the_last(serve: Any, connect: Any, over: str) -> None:
    def handle(peer: Any) -> None:
        if peer.request() is not None:
            peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n")
            peer.send(b"2\r\n{}\r\n0\r\n\r\n")
            peer.rest()

    server = serve(handle, over)
    client = connect(server)
    client.info()
    client.info()
    assert server.connections == 2


def test_streams_do_not_take_pooled_connections(serve: Any, connect: Any, over: str, answer: Any) -> None:
    def handle(peer: Any) -> None:
        while asked := peer.request():
            if asked.target == "/v1.41/info":
                peer.send(answer())
            else:
                peer.send(b"HTTP/1.1 200 OK\r\n\r\n")
                peer.rest()  # until the client leaves

    server = serve(handle, over)
    client = connect(server, pool_size=1)
    with client.events(reconnect=False), client.events(reconnect=False), client.events(reconnect=False):
        client.info()
        client.info()
    assert server.connections == 4
