"""What BuildKit tells of a build: its StatusResponse, in protobuf, in the Engine API's messages."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dockpy.fake.kernel.clock import SECOND
from dockpy.fake.state.build_lines import encoded

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Status", "Vertex", "log_line", "trace"]


@dataclass(slots=True)
class Vertex:
    """A step.

    Attributes:
        digest: what it is known by.
        name: as people read it.
        inputs: the digests of the steps that it begins with.
        started: nanoseconds since 1970; 0 for not yet. As is `completed`.
        cached: it was done before.
        error: why it failed; empty where it did not.
    """

    digest: str
    name: str
    inputs: tuple[str, ...] = ()
    started: int = 0
    completed: int = 0
    cached: bool = False
    error: str = ""

    def encode(self) -> bytes:
        """As a message."""
        data = _text(1, self.digest)
        for digest in self.inputs:
            data += _text(2, digest)
        data += _text(3, self.name)
        if self.cached:
            data += _number(4, 1)
        data += _time(5, self.started) + _time(6, self.completed)
        return data + (_text(7, self.error) if self.error else b"")


@dataclass(slots=True)
class Status:
    """A part of a step.

    Attributes:
        id: what it is, as people read it.
        vertex: the step's digest.
        started: nanoseconds since 1970; 0 for not yet. As is `completed`.
    """

    id: str
    vertex: str
    started: int = 0
    completed: int = 0

    def encode(self, now: int) -> bytes:
        """As a message."""
        data = _text(1, self.id) + _text(2, self.vertex) + _time(6, now)
        return data + _time(7, self.started) + _time(8, self.completed)


def trace(*, vertexes: Sequence[Vertex] = (), statuses: Sequence[Status] = (), now: int = 0) -> bytes:
    """A message about steps and their parts."""
    data = b"".join(_bytes(1, vertex.encode()) for vertex in vertexes)
    data += b"".join(_bytes(2, status.encode(now)) for status in statuses)
    return _line(data)


def log_line(vertex: Vertex, stream: int, text: bytes, now: int) -> bytes:
    """A message about what a step's command wrote."""
    data = _text(1, vertex.digest) + _time(2, now) + _number(3, stream) + _bytes(4, text)
    return _line(_bytes(3, data))


def _line(data: bytes) -> bytes:
    return encoded({"id": "moby.buildkit.trace", "aux": base64.b64encode(data).decode()})


def _varint(value: int) -> bytes:
    data = bytearray()
    while value > 0x7F:
        data.append(value & 0x7F | 0x80)
        value >>= 7
    data.append(value)
    return bytes(data)


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _text(field: int, value: str) -> bytes:
    return _bytes(field, value.encode("utf-8", "replace"))


def _time(field: int, value: int) -> bytes:
    if not value:
        return b""
    seconds, rest = divmod(value, SECOND)
    return _bytes(field, _number(1, seconds) + (_number(2, rest) if rest else b""))
