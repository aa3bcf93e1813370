"""The engine's multiplexed stream: stdout and stderr of a process over one connection.

A frame is one byte stream number, three zero bytes, a big-endian uint32 length, the payload.
"""

from __future__ import annotations

import struct
from enum import IntEnum
from itertools import repeat
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from dockpy.errors import InvalidResponse, TruncatedResponse

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Frame", "FrameDecoder", "Stream", "encode_frame", "frames_of"]

_HEADER = struct.Struct(">BxxxL")
_HEADERS_KEPT = 4096
_has_data = itemgetter(1)
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


def frames_of(streams: list[Stream], payloads: list[bytes]) -> Iterator[Frame]:
    """Frames, each made when it is asked for: a log has hundreds of thousands. Empty ones are left out."""
    frames = map(
        tuple.__new__, repeat(Frame), zip(streams, payloads, strict=True)
    )  # no call in Python for each
    return filter(_has_data, frames) if b"" in payloads else frames


class FrameDecoder:
    """Splits a multiplexed stream into frames; the same bytes whatever the chunking.

    Most lines of a log are as long as others: so headers are looked up before they are read.
    """

    def __init__(self) -> None:
        self._headers: dict[bytes, tuple[Stream, int]] = {}
        self._held: list[bytes] = []  # what came of a header, or of a frame that is to come out whole
        self._missing = 0  # bytes that it takes before these are looked at
        self._stream = Stream.STDOUT
        self._left = 0  # bytes of the current frame that are still to come, those held included

    def feed(self, data: bytes) -> list[Frame]:
        """The payloads that this data completes.

        Raises:
            InvalidResponse: the data is no multiplexed stream.
        """
        return list(frames_of(*self.cut(data)))

    def cut(self, data: bytes) -> tuple[list[Stream], list[bytes]]:
        """As `feed`: the streams and the payloads, of which `frames_of` makes frames when asked for."""
        if self._held:
            self._held.append(data)
            self._missing -= len(data)
            if self._missing > 0:
                return [], []
            data = b"".join(self._held)
            self._held.clear()
        streams: list[Stream] = []
        payloads: list[bytes] = []
        position, end, length, headers = 0, len(data), 0, self._headers
        if self._left:  # in the middle of a frame
            position = self._go_on(data, streams, payloads)
        while True:
            start = position + _HEADER.size
            known = headers.get(data[position:start])
            if known is None:
                if start > end:
                    break
                known = self._read(data[position:start])
            stream, length = known
            position = start + length
            streams.append(stream)
            payloads.append(data[start:position])
        if position > end:  # of the last one, the end is to come
            self._stream, self._left, piece = streams.pop(), length, payloads.pop()
            self._begin(piece, streams, payloads)
        elif position < end:
            self._hold(data[position:], _HEADER.size)
        return streams, payloads

    def _read(self, header: bytes) -> tuple[Stream, int]:
        number, length = _HEADER.unpack(header)
        if number > Stream.SYSTEM or header[1:4] != b"\0\0\0":
            raise InvalidResponse(
                f"The stream is not multiplexed: {header!r} is no frame header",
                hint="The output of a container or exec with a TTY is not framed: read it raw.",
            )
        found = Stream(number), length
        if len(self._headers) < _HEADERS_KEPT:
            self._headers[header] = found
        return found

    def _go_on(self, data: bytes, streams: list[Stream], payloads: list[bytes]) -> int:
        """Take what belongs to the frame that has begun before; where it ends."""
        piece = data[: self._left]
        self._begin(piece, streams, payloads)
        return len(piece)

    def _begin(self, piece: bytes, streams: list[Stream], payloads: list[bytes]) -> None:
        """Take a piece of a frame: large ones come out in pieces, others are held until they are whole."""
        if len(piece) < self._left <= _WHOLE:
            self._hold(piece, self._left)
        else:
            streams.append(self._stream)
            payloads.append(piece)
            self._left -= len(piece)

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
