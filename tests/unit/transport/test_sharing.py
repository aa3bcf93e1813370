"""What is shared: one asking for the version, one session, one client between threads and forks."""

from __future__ import annotations

import gc
import os
import threading
import time
import weakref
from typing import TYPE_CHECKING, Any

import pytest

import dockpy
from dockpy import InvalidArgument, TimedOut
from dockpy.ops import containers, system

if TYPE_CHECKING:
    from collections.abc import Callable

SHORT = 0.2
PING = b"HTTP/1.1 200 OK\r\nApi-Version: 1.51\r\nContent-Length: 2\r\n\r\nOK"


def in_threads(count: int, work: Callable[[], object]) -> list[BaseException | None]:
    """What each of so many threads ended with, all begun at once."""
    barrier = threading.Barrier(count)
    ended: list[BaseException | None] = []

    def run() -> None:
        barrier.wait()
        try:
            work()
        except BaseException as error:
            ended.append(error)
        else:
            ended.append(None)

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return ended


def test_threads_that_wait_for_the_version_fail_together(serve: Any, connect: Any) -> None:
    server = serve(lambda peer: (peer.request(), peer.rest()))
    client = connect(server, version="auto", timeout=SHORT)
    began = time.monotonic()
    ended = in_threads(8, client.info)
    assert [type(error) for error in ended] == [TimedOut] * 8
    assert time.monotonic() - began < 4 * SHORT  # not one after the other
    assert len({id(error) for error in ended}) == 8  # nobody's traceback is another's


def test_a_view_that_is_in_a_hurry_does_not_wait_for_a_patient_one(serve: Any, connect: Any) -> None:
    asked = threading.Event()
    server = serve(lambda peer: (peer.request(), asked.set(), peer.rest()))
    client = connect(server, version="auto", timeout=1.5)
    patient = threading.Thread(target=in_threads, args=(1, client.info))
    patient.start()
    assert asked.wait(5)
    began = time.monotonic()
    with pytest.raises(TimedOut):
        client.with_options(timeout=SHORT).info()
    assert time.monotonic() - began < 1
    patient.join(10)


def test_the_asking_is_watched(serve: Any, connect: Any) -> None:
    def handle(peer: Any) -> None:
        peer.request()
        peer.send(PING)
        peer.request()
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    seen: list[str] = []
    client = connect(serve(handle), version="auto")
    client.hooks.request.append(lambda event: seen.append(event.operation))
    client.info()
    assert seen == ["SystemPing", "SystemInfo"]


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_child_forked_while_a_thread_asks_asks_itself(serve: Any, connect: Any) -> None:
    asked, answer = threading.Event(), threading.Event()

    def handle(peer: Any) -> None:
        while (request := peer.request()) is not None:
            if not asked.is_set():
                asked.set()
                answer.wait(10)
            peer.send(
                PING if request.target == "/_ping" else b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
            )

    client = connect(serve(handle), version="auto", timeout=10)
    thread = threading.Thread(target=client.info)
    thread.start()
    assert asked.wait(5)
    child = os.fork()
    if child == 0:
        try:
            client.with_options(timeout=5).info()
            os._exit(0)
        except BaseException:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    answer.set()
    thread.join(10)


def test_closing_a_client_under_calls_harms_none(serve: Any, connect: Any, answer: Any, always: Any) -> None:
    client = connect(serve(always(answer())), timeout=10)
    stop = threading.Event()

    def close() -> None:
        while not stop.is_set():
            client.close()

    closer = threading.Thread(target=close)
    closer.start()
    try:
        ended = in_threads(4, lambda: [client.info() for _ in range(50)])
    finally:
        stop.set()
        closer.join(10)
    assert ended == [None] * 4


def test_a_client_that_is_closed_again_and_again_keeps_nothing(
    serve: Any, connect: Any, answer: Any, always: Any
) -> None:
    client = connect(serve(always(answer())))
    sessions: weakref.WeakSet[Any] = weakref.WeakSet()
    for _ in range(5):
        client.info()
        sessions.add(client.api.transport._session)
        client.close()
    gc.collect()
    assert len(sessions) == 0


def test_a_client_that_is_dropped_gives_its_connection_back_at_once(
    serve: Any, answer: Any, always: Any
) -> None:
    server = serve(always(answer(body=b"[]")))
    gc.disable()  # reference counting alone has to do
    try:
        for _ in range(3):
            client = dockpy.Client(server.url, version="1.41")
            client.containers.list()
            del client
            assert server.done.wait(5)
            server.done.clear()
    finally:
        gc.enable()


@pytest.mark.parametrize(
    "call",
    [
        lambda api: api.stream(containers.LOGS, {"id": "a"}, {"stdout": True}),
        lambda api: api.waiting(containers.WAIT, {"id": "a"}),
        lambda api: api.objects(system.EVENTS),
        lambda api: api.upgrade(containers.ATTACH, {"id": "a"}, {"stream": True}),
    ],
    ids=["logs", "wait", "events", "attach"],
)
def test_a_stream_that_begins_at_once_has_the_clients_timeout_for_its_beginning(
    serve: Any, connect: Any, call: Any
) -> None:
    server = serve(lambda peer: (peer.request(), peer.rest()))
    with pytest.raises(TimedOut):
        call(connect(server, timeout=SHORT).api)


def test_a_push_by_digest_would_push_every_tag(connect: Any, serve: Any) -> None:
    server = serve(lambda peer: peer.request())
    with pytest.raises(InvalidArgument, match="has a digest"):
        connect(server).images.push("127.0.0.1:5050/app@sha256:" + "0" * 64)
    assert server.connections == 0
