"""The engine's multiplexed stream: stdout and stderr of a process over one connection.

A frame is one byte stream number, three zero bytes, a big-endian uint32 length, the payload.
"""

from __future__ import annotations

import struct
from enum import IntEnum
from itertools import repeat
from typing import NamedTuple

from dockpy.errors import InvalidResponse, TruncatedResponse

__all__ = ["Frame", "FrameDecoder", "Stream", "encode_frame"]

_HEADER = struct.Struct(">LL")
_WHOLE = 64 * 1024
"""Frames up to this many bytes come out whole; larger ones in pieces, so that memory stays bounded."""


class Stream(IntEnum):
    """Where a payload comes from."""

    STDIN = 0
    STDOUT = 1
    STDERR = 2
    SYSTEM = 3  # the engine itself: an error while it read the logs


class Frame(NamedTuple):
    """A payload and where it comes from."""

    stream: Stream
    data: bytes


def encode_frame(stream: Stream, data: bytes) -> bytes:
    """A frame as it stands on the wire."""
    return _HEADER.pack(stream << 24, len(data)) + data


_STREAMS = {stream << 24: stream for stream in Stream}
"""By the first four bytes of a header."""


class FrameDecoder:
    """Splits a multiplexed stream into frames; the same bytes whatever the chunking."""

    def __init__(self) -> None:
        self._held: list[bytes] = []  # what came of a header, or of a frame that is to come out whole
        self._missing = 0  # bytes that it takes before these are looked at
        self._stream = Stream.STDOUT
        self._left = 0  # bytes of the current frame that are still to come, those held included

    def feed(self, data: bytes) -> list[Frame]:
        """The payloads that this data completes.

        Raises:
            InvalidResponse: the data is no multiplexed stream.
        """
        if self._held:
            self._held.append(data)
            self._missing -= len(data)
            if self._missing > 0:
                return []
            data = b"".join(self._held)
            self._held.clear()
        streams: list[Stream] = []
        payloads: list[bytes] = []
        position, end, stream, left = 0, len(data), self._stream, self._left
        while position < end:
            if not left:
                if end - position < _HEADER.size:
                    self._hold(data[position:], _HEADER.size)
                    break
                number, left = _HEADER.unpack_from(data, position)
                found = _STREAMS.get(number)
                if found is None:
                    raise _not_framed(data[position : position + _HEADER.size])
                stream = found
                position += _HEADER.size
                continue
            if end - position < left <= _WHOLE:
                self._hold(data[position:], left)
                break
            payload = data[position : position + left]
            streams.append(stream)
            payloads.append(payload)
            position += len(payload)
            left -= len(payload)
        self._stream, self._left = stream, left
        # Frames are made by the thousand: this is what Frame(stream, data) comes to, without a call for each.
        return list(map(tuple.__new__, repeat(Frame), zip(streams, payloads, strict=True)))

    def _hold(self, data: bytes, wanted: int) -> None:
        self._held.append(data)
        self._missing = wanted - len(data)

    def close(self) -> None:
        """Say that the stream has ended.

        Raises:
            InvalidResponse: it ended inside a frame.
        """
        if self._held or self._left:
            raise TruncatedResponse("The stream ended in the middle of a frame")


def _not_framed(header: bytes) -> InvalidResponse:
    return InvalidResponse(
        f"The stream is not multiplexed: {header!r} is no frame header",
        hint="The output of a container or exec with a TTY is not framed: read it raw.",
    )
