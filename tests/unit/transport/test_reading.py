"""What reads take: little memory for little, few calls for much, nothing left over for the next."""

from __future__ import annotations

import socket
import tracemalloc
from typing import Any

import pytest

from dockpy.transport.channels import SocketChannel
from dockpy.transport.reading import Reader

LITTLE = 8 * 1024


def taken(channel: SocketChannel) -> int:
    """The memory that the next read takes, at its most."""
    tracemalloc.start()
    try:
        channel.recv()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_read_of_little_takes_little() -> None:
    """It takes as much while it waits: a thread at a quiet stream holds it for hours."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        channel = SocketChannel(ours)
        for _ in range(3):
            theirs.sendall(b"x" * 100)
            assert taken(channel) < 2 * LITTLE


def test_much_comes_in_few_reads_and_little_is_asked_for_again() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        reader = Reader(ours)
        theirs.sendall(b"x" * (LITTLE + 64 * 1024 + 100))
        assert [len(reader.recv()) for _ in range(3)] == [LITTLE, 64 * 1024, 100]
        theirs.sendall(b"x" * (LITTLE + 1))
        assert len(reader.recv()) == LITTLE


@pytest.mark.parametrize("before", [0, 1, 100])
def test_what_nobody_asked_for_is_no_answer_to_the_next_call(
    serve: Any, connect: Any, over: str, answer: Any, before: int
) -> None:
    """It comes with an answer, in one record of TLS, and the answer alone fills the read."""
    empty = len(answer(body=b"")) + len("8000") - len("0")
    body = b'{"Name": "right"}'.ljust(LITTLE - empty - before)
    whole = answer(body=body)
    assert len(whole) == LITTLE - before

    def handle(peer: Any) -> None:
        while peer.request() is not None:
            peer.send(whole + answer(body=b'{"Name": "wrong"}'))

    client = connect(serve(handle, over))
    assert [client.info().name for _ in range(3)] == ["right"] * 3
