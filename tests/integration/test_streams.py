"""Streams of the real engines: silent as long as they like, limited where asked, closed without a trace."""

from __future__ import annotations

import gc
import os
import time
from typing import TYPE_CHECKING, Any

import pytest

from dockpy import Client, TimedOut
from dockpy.ops import containers

if TYPE_CHECKING:
    from collections.abc import Callable

TIMEOUT = 0.3


def impatient(client: Client) -> Client:
    """A view that does not wait long for answers; ssh takes longer than that to connect."""
    connect = 20 if client.endpoint.scheme == "ssh" else TIMEOUT
    return client.with_options(timeout=(connect, TIMEOUT))


def test_silence_for_three_times_the_timeout(client: Client, start: Any) -> None:
    view = impatient(client)
    container = start(client, ["sh", "-c", "echo first; sleep 1.2; echo last"])
    began = time.monotonic()
    with view.containers.known(container.id).logs(stream=True) as output:
        assert list(output) == [b"first\n", b"last\n"]
    assert time.monotonic() - began > 3 * TIMEOUT - 0.2  # the container began a little earlier


def test_silent_events(client: Client) -> None:
    assert client.api_version  # agreed on
    began = time.monotonic()
    with impatient(client).events(filters={"container": "nobody"}, until=time.time() + 1.2) as events:
        assert list(events) == []
    assert time.monotonic() - began > 3 * TIMEOUT


def test_a_limit_where_asked(client: Client, start: Any) -> None:
    container = start(client, ["sh", "-c", "echo first; sleep 1000"])
    view = client.with_options(stream_timeout=TIMEOUT if client.endpoint.scheme != "ssh" else 2)
    with view.containers.known(container.id).logs(stream=True) as output:
        payloads = iter(output)
        assert next(payloads) == b"first\n"
        with pytest.raises(TimedOut) as caught:
            next(payloads)
    error = caught.value
    assert (error.operation, error.subject) == ("ContainerLogs", f"container {container.id}")
    assert error.daemon == client.daemon


def test_a_limit_set_later(client: Client) -> None:
    with client.events(filters={"container": "nobody"}) as events:
        events.settimeout(TIMEOUT)
        with pytest.raises(TimedOut):
            next(events)


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def cycles(container: Any) -> list[Callable[[], None]]:
    """Ways to begin a stream and leave it."""
    client = container.client

    def logs() -> None:
        with container.logs(stream=True) as output:
            assert next(iter(output)) == b"ready\n"

    def left() -> None:
        next(iter(container.log_lines(follow=True)))

    def events() -> None:
        client.events(filters={"container": "nobody"}).close()

    def attach() -> None:
        query = {"stream": True, "stdout": True, "logs": True}
        with client.api.upgrade(containers.ATTACH, {"id": container.id}, query) as connection:
            assert connection.recv().endswith(b"ready\n")

    return [logs, left, events, attach]


@pytest.mark.parametrize(
    ("way", "times"), [("unix20", 1000), ("unix28", 1000), ("tcp20", 200), ("tls28", 200), ("ssh20", 20)]
)
def test_descriptors_are_given_back(reach: Any, start: Any, way: str, times: int) -> None:
    with reach(way).connect() as client:
        container = start(client, ["sh", "-c", "echo ready; sleep 1000"])
        next(iter(container.log_lines(follow=True)))
        ways = cycles(container)
        gc.collect()  # what an earlier test left must not go meanwhile
        before = descriptors()
        for number in range(times):
            ways[number % len(ways)]()
        assert descriptors() == before


def test_an_archive_in_pieces(client: Client) -> None:
    with client.images.save("busybox") as stream:
        pieces = [len(piece) for piece in stream]
    assert len(pieces) > 1
    assert sum(pieces) > 500_000


def test_an_archive_that_is_left(engine: Client) -> None:
    engine.info()  # opens the connection that is kept
    gc.collect()  # what an earlier test left must not go meanwhile
    before = descriptors()
    for _ in range(10):
        with engine.images.save("busybox") as stream:
            next(stream)
    assert descriptors() == before
