"""Answers that drip: each byte keeps the limit of a read, and the answer never ends."""

from __future__ import annotations

import itertools
import threading
from typing import TYPE_CHECKING, Any

import pytest

from dockpy import TimedOut
from dockpy.transport.pace import Pace

if TYPE_CHECKING:
    from collections.abc import Iterable

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
