"""WebSocket (RFC 6455), the client's side: what is read, what is written, and the proof of the handshake.

The bytes of a connection matter here, not its messages: payloads are handed on as they come, so that memory
stays bounded however long a message is.
"""

from __future__ import annotations

import base64
import hashlib
from enum import IntEnum
from typing import NamedTuple

from dockpy.errors import InvalidArgument, InvalidResponse, TruncatedResponse

__all__ = ["Opcode", "Piece", "WebSocketDecoder", "accept_key", "encode_message"]

_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_LARGEST_CONTROL = 125
_WHOLE = 64 * 1024
"""Frames up to this many bytes come out whole; larger ones in pieces."""


class Opcode(IntEnum):
    """What a frame is."""

    CONTINUATION = 0
    TEXT = 1
    BINARY = 2
    CLOSE = 8
    PING = 9
    PONG = 10


class Piece(NamedTuple):
    """A part of a message, or a control frame; of a continuation, the kind is that of its message."""

    opcode: Opcode
    data: bytes


def accept_key(key: str) -> str:
    """What a server that speaks WebSocket answers to this ``Sec-WebSocket-Key``."""
    return base64.b64encode(hashlib.sha1((key + _GUID).encode(), usedforsecurity=False).digest()).decode()


def encode_message(opcode: Opcode, data: bytes, mask: bytes) -> bytes:
    """One whole message as a client sends it.

    Args:
        opcode: what it is.
        data: its payload; of a control frame, at most 125 bytes.
        mask: four bytes that nobody can foretell, new for each message.
    """
    if len(mask) != 4:
        raise InvalidArgument(f"A mask has 4 bytes, not {len(mask)}")
    size = len(data)
    if opcode >= Opcode.CLOSE and size > _LARGEST_CONTROL:
        raise InvalidArgument(f"A control frame holds at most {_LARGEST_CONTROL} bytes, not {size}")
    if size <= _LARGEST_CONTROL:
        head = bytes((0x80 | opcode, 0x80 | size))
    elif size < 1 << 16:
        head = bytes((0x80 | opcode, 0x80 | 126)) + size.to_bytes(2, "big")
    else:
        head = bytes((0x80 | opcode, 0x80 | 127)) + size.to_bytes(8, "big")
    return head + mask + _masked(data, mask)


def _masked(data: bytes, mask: bytes) -> bytes:
    size = len(data)
    key = (mask * (size // 4 + 1))[:size]  # as whole numbers, the two are combined at once
    return (int.from_bytes(data, "big") ^ int.from_bytes(key, "big")).to_bytes(size, "big")


class WebSocketDecoder:
    """Reads what a server sends; the same bytes whatever the chunking."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._opcode = Opcode.BINARY  # of the current frame
        self._left = 0  # bytes of the current frame that are still to come
        self._inside = False  # a frame has begun
        self._message: Opcode | None = None  # the kind of the message whose continuation is to come

    def feed(self, data: bytes) -> list[Piece]:
        """The pieces that this data completes.

        Raises:
            InvalidResponse: the data is no WebSocket's.
        """
        self._buffer += data
        pieces: list[Piece] = []
        position = 0
        while True:
            if not self._inside:
                size = self._begin(position)
                if not size:
                    break
                position += size
            available = min(len(self._buffer) - position, self._left)
            if available < self._left and (self._left <= _WHOLE or not available):
                break
            pieces.append(Piece(self._opcode, bytes(self._buffer[position : position + available])))
            position += available
            self._left -= available
            self._inside = self._left > 0
        del self._buffer[:position]
        return pieces

    def _begin(self, position: int) -> int:
        """Read a frame's head; its size, 0 where it is not there yet."""
        head = bytes(self._buffer[position : position + 10])
        if len(head) < 2:
            return 0
        first, size = head[0], head[1]
        if first & 0x70 or size & 0x80 or (first & 0x0F) not in list(Opcode):
            raise InvalidResponse(f"This is no WebSocket: {head!r} begins no frame of a server")
        end = {126: 4, 127: 10}.get(size, 2)
        if len(head) < end:
            return 0
        if end > 2:
            size = int.from_bytes(head[2:end], "big")
            if size >> 63:
                raise InvalidResponse(f"This is no WebSocket: a frame of {size} bytes")
        self._enter(Opcode(first & 0x0F), bool(first & 0x80), size)
        return end

    def _enter(self, opcode: Opcode, last: bool, size: int) -> None:
        if opcode >= Opcode.CLOSE:
            if not last or size > _LARGEST_CONTROL:
                raise InvalidResponse(
                    f"A control frame ({opcode.name}) is in parts, or too long: {size} bytes"
                )
            self._opcode = opcode
        else:
            if (opcode is Opcode.CONTINUATION) != (self._message is not None):
                raise InvalidResponse("A message begins inside another, or goes on before it has begun")
            self._opcode = self._message or opcode
            self._message = None if last else self._opcode
        self._left = size
        self._inside = True

    def close(self) -> None:
        """Say that the connection has ended.

        Raises:
            InvalidResponse: it ended inside a message.
        """
        if self._buffer or self._inside or self._message is not None:
            raise TruncatedResponse("The WebSocket ended in the middle of a message")
