"""Bodies that are sent as they are read, to daemons that answer when they like."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from dockpy import BadParameter, ConnectionFailed, ImageLoadError, InvalidArgument, ServerError, Unauthorized
from dockpy.ops import containers, images

if TYPE_CHECKING:
    from collections.abc import Iterator

MB = 1024 * 1024


def pieces(count: int, size: int = 64 * 1024) -> Iterator[bytes]:
    for number in range(count):
        yield bytes([number % 251]) * size


def test_a_body_arrives_byte_for_byte(serve: Any, connect: Any, over: str, answer: Any, always: Any) -> None:
    server = serve(always(answer(body=b"")), over)
    client = connect(server)
    wanted = [b"a", b"", b"\r\n0\r\n\r\n", bytes(range(256)) * 300, *pieces(20)]
    client.api.call(containers.PUT_ARCHIVE, {"id": "web"}, {"path": "/"}, body=iter(wanted))
    asked = server.asked[0]
    assert asked.body == b"".join(wanted)
    assert asked.headers["transfer-encoding"] == "chunked"
    assert asked.headers["content-type"] == "application/x-tar"
    assert "content-length" not in asked.headers


def test_bytes_have_a_length(serve: Any, connect: Any, over: str, answer: Any, always: Any) -> None:
    server = serve(always(answer(body=b"")), over)
    body = bytes(range(256)) * 40_000  # 10 MB
    connect(server).api.call(containers.PUT_ARCHIVE, {"id": "web"}, {"path": "/"}, body=body)
    assert server.asked[0].body == body
    assert server.asked[0].headers["content-length"] == str(len(body))


@pytest.mark.parametrize("leaves", ["closes", "stays"])
def test_an_early_refusal_is_read(serve: Any, connect: Any, over: str, answer: Any, leaves: str) -> None:
    """The daemon says no after the first bytes of a big body, and reads no more of it."""
    finished = threading.Event()

    def handle(peer: Any) -> None:
        peer.head()
        peer.read(1000)
        peer.send(answer("401 Unauthorized", b'{"message": "who are you?"}', Connection="close"))
        if leaves == "stays":
            finished.wait(30)

    client = connect(serve(handle, over))
    try:
        with pytest.raises(Unauthorized, match="401: who are you"):
            client.images.load(pieces(800))  # 50 MB: more than any socket's buffers hold
    finally:
        finished.set()


def test_an_early_refusal_ends_the_reading_of_the_body(
    serve: Any, connect: Any, over: str, answer: Any
) -> None:
    taken = []

    def endless() -> Iterator[bytes]:
        while True:
            taken.append(1)
            yield b"x" * MB

    def handle(peer: Any) -> None:
        peer.head()
        peer.send(answer("400 Bad Request", b'{"message": "enough"}', Connection="close"))

    with pytest.raises(BadParameter, match="enough"):
        connect(serve(handle, over)).images.load(endless())
    assert len(taken) < 100


def test_progress_while_it_still_reads(serve: Any, connect: Any, over: str) -> None:
    """10 MB up and 10 MB down at once: a daemon that waits for us to read must not be waited for to read."""
    line = b'{"stream":"%s"}\n' % (b"." * 65_000)

    def handle(peer: Any) -> None:
        peer.head()
        peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        total = 0
        for chunk in peer.chunks():
            total += len(chunk)
            peer.send(b"%x\r\n%b\r\n" % (len(line), line))
        last = b'{"stream":"%d"}' % total
        peer.send(b"%x\r\n%b\r\n0\r\n\r\n" % (len(last), last))

    client = connect(serve(handle, over))
    seen: list[str] = []
    with client.api.objects(images.LOAD, body=pieces(160)) as stream:
        seen.extend(message["stream"] for message in stream)
    assert seen[-1] == str(160 * 64 * 1024)
    assert len(seen) == 161
    assert all(len(text) == 65_000 for text in seen[:-1])


def test_an_error_among_the_progress(serve: Any, connect: Any, over: str, answer: Any) -> None:
    def handle(peer: Any) -> None:
        peer.request()
        peer.send(
            answer(
                body=b'{"stream":"reading"}\r\n{"errorDetail":{"code":7,"message":"no tar"},"error":"no tar"}'
            )
        )

    with pytest.raises(ImageLoadError, match="no tar") as caught:
        connect(serve(handle, over)).images.load(pieces(3))
    assert caught.value.code == 7


def test_an_early_error_among_the_progress(serve: Any, connect: Any, over: str, answer: Any) -> None:
    """The daemon began with 200, gives up in the middle of the body, and leaves."""

    def handle(peer: Any) -> None:
        peer.head()
        peer.read(1000)
        peer.send(answer(body=b'{"errorDetail":{"message":"no tar"},"error":"no tar"}', Connection="close"))

    with pytest.raises(ImageLoadError, match="no tar"):
        connect(serve(handle, over)).images.load(pieces(800))


def test_a_daemon_that_goes_away_while_it_reads(serve: Any, connect: Any, over: str) -> None:
    def handle(peer: Any) -> None:
        peer.head()
        peer.read(MB)

    client = connect(serve(handle, over))
    with pytest.raises(ConnectionFailed, match="closed the connection") as caught:
        client.images.load(pieces(800))
    assert caught.value.operation == "ImageLoad"


def test_a_body_that_cannot_be_read(serve: Any, connect: Any, over: str) -> None:
    """The caller's own error comes back as it is: it is no failure of the daemon's."""

    def broken() -> Iterator[bytes]:
        yield b"some"
        raise OSError("the disk is gone")

    server = serve(lambda peer: peer.rest(), over)
    with pytest.raises(OSError, match="the disk is gone") as caught:
        connect(server).images.load(broken())
    assert type(caught.value) is OSError


@pytest.mark.parametrize("body", ["text", 7, object()])
def test_what_is_no_body(serve: Any, connect: Any, body: Any) -> None:
    server = serve(lambda peer: None)
    with pytest.raises(InvalidArgument, match="takes bytes, or an iterable of bytes"):
        connect(server).api.call(containers.PUT_ARCHIVE, {"id": "web"}, {"path": "/"}, body=body)
    assert server.connections == 0


def test_a_body_of_other_things(serve: Any, connect: Any) -> None:
    server = serve(lambda peer: peer.rest())
    with pytest.raises(InvalidArgument, match="made of bytes, not of str"):
        connect(server).images.load(iter(["text"]))


def test_a_refusal_after_all_was_sent(serve: Any, connect: Any, over: str, answer: Any, always: Any) -> None:
    client = connect(serve(always(answer("500 Internal Server Error", b'{"message": "disk full"}')), over))
    with pytest.raises(ServerError, match="500: disk full"):
        client.images.load(pieces(10))
