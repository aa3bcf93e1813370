"""The engine's multiplexed stream: stdout and stderr of a process over one connection.

A frame is one byte stream number, three zero bytes, a big-endian uint32 length, the payload.
"""

from __future__ import annotations

import struct
from enum import IntEnum
from typing import NamedTuple

from dockpy.errors import InvalidResponse, TruncatedResponse

__all__ = ["Frame", "FrameDecoder", "Stream", "encode_frame"]

_HEADER = struct.Struct(">BxxxL")
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
    return _HEADER.pack(stream, len(data)) + data


class FrameDecoder:
    """Splits a multiplexed stream into frames; the same bytes whatever the chunking."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._stream = Stream.STDOUT
        self._left = 0  # bytes of the current frame that are still to come

    def feed(self, data: bytes) -> list[Frame]:
        """The payloads that this data completes.

        Raises:
            InvalidResponse: the data is no multiplexed stream.
        """
        buffer = self._buffer
        buffer += data
        frames: list[Frame] = []
        position, end = 0, len(buffer)
        while position < end:
            if not self._left:
                if end - position < _HEADER.size:
                    break
                self._begin(bytes(buffer[position : position + _HEADER.size]))
                position += _HEADER.size
                continue
            available = min(end - position, self._left)
            if available < self._left <= _WHOLE:
                break
            frames.append(Frame(self._stream, bytes(buffer[position : position + available])))
            position += available
            self._left -= available
        del buffer[:position]
        return frames

    def _begin(self, header: bytes) -> None:
        number, self._left = _HEADER.unpack(header)
        if number > Stream.SYSTEM or header[1:4] != b"\0\0\0":
            raise InvalidResponse(
                f"The stream is not multiplexed: {header!r} is no frame header",
                hint="The output of a container or exec with a TTY is not framed: read it raw.",
            )
        self._stream = Stream(number)

    def close(self) -> None:
        """Say that the stream has ended.

        Raises:
            InvalidResponse: it ended inside a frame.
        """
        if self._buffer or self._left:
            raise TruncatedResponse("The stream ended in the middle of a frame")
