"""A daemon in this process: both roads over a connector that has no sockets."""

from __future__ import annotations

import pytest

from dockpy.config.endpoint import parse_endpoint
from dockpy.errors import InvalidResponse
from dockpy.transport.message import Request, Timeouts
from dockpy.transport.transport import Transport

TIMEOUTS = Timeouts(1, 1)


class Loopback:
    """A channel to a function that turns the bytes of a request into those of an answer."""

    def __init__(self, answer: bytes, seen: list[bytes]) -> None:
        self._answer, self._seen = answer, seen
        self._request = b""

    def recv(self) -> bytes:
        if self._request:
            self._seen.append(self._request)
            self._request = b""
            return self._answer
        return b""

    def send(self, data: bytes) -> None:
        self._request += data

    def upload(self, data: bytes, enough: object = None) -> bool:
        self.send(data)
        return True

    def close_write(self) -> None: ...

    def settimeout(self, seconds: float | None) -> None: ...

    def close(self) -> None: ...


class Door:
    host = "in-process"

    def __init__(self, answer: bytes) -> None:
        self.answer = answer
        self.seen: list[bytes] = []

    def channel(self, timeout: float | None) -> Loopback:
        return Loopback(self.answer, self.seen)


def transport(door: Door) -> Transport:
    return Transport(parse_endpoint("unix:///in-process"), connector=door)


def test_a_call_crosses_as_bytes() -> None:
    door = Door(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-A: b\r\n\r\nOK")
    response = transport(door).send(Request("POST", "/x?a=1", {"X-B": "c"}, b"{}"), TIMEOUTS)
    assert (response.status, response.content, response.headers["x-a"]) == (200, b"OK", "b")
    [request] = door.seen
    head, _, body = request.partition(b"\r\n\r\n")
    assert body == b"{}"
    assert head.startswith(b"POST /x?a=1 HTTP/1.1\r\nHost: in-process\r\nUser-Agent: dockpy/")
    assert b"Content-Length: 2" in head


def test_a_stream_comes_through_the_same_door() -> None:
    door = Door(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n2\r\nbc\r\n0\r\n\r\n")
    with transport(door).stream(Request("GET", "/x"), TIMEOUTS) as stream:
        assert stream.read() == b"abc"


def test_what_breaks_off_is_an_error() -> None:
    door = Door(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nOK")
    with pytest.raises(InvalidResponse, match="3 bytes of its body never came"):
        transport(door).send(Request("GET", "/x"), TIMEOUTS)
