"""The server's side of a WebSocket: unmasked messages to the client, masked ones from it."""

from __future__ import annotations

from dockpy.fake.failure import Failure
from dockpy.streams.websocket import Opcode

__all__ = ["ClientDecoder", "close_message", "encode_binary"]

_NORMAL = 1000
_LONGEST = 16 * 1024 * 1024


def encode_binary(data: bytes) -> bytes:
    """One binary message."""
    size = len(data)
    if size < 126:
        head = bytes((0x80 | Opcode.BINARY, size))
    elif size < 1 << 16:
        head = bytes((0x80 | Opcode.BINARY, 126)) + size.to_bytes(2, "big")
    else:
        head = bytes((0x80 | Opcode.BINARY, 127)) + size.to_bytes(8, "big")
    return head + data


def close_message() -> bytes:
    """The last one."""
    return bytes((0x80 | Opcode.CLOSE, 2)) + _NORMAL.to_bytes(2, "big")


class ClientDecoder:
    """Reads what a client sends; the same payloads whatever the chunking.

    Attributes:
        closed: it said that it sends no more.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self.closed: bool = False

    def feed(self, data: bytes) -> list[bytes]:
        """The payloads of the frames that this data completes.

        Raises:
            Failure: this is no client's WebSocket.
        """
        self._buffer += data
        payloads: list[bytes] = []
        while (frame := self._frame()) is not None:
            opcode, payload = frame
            if opcode == Opcode.CLOSE:
                self.closed = True
            elif opcode < Opcode.CLOSE and not self.closed and payload:
                payloads.append(payload)
        return payloads

    def _frame(self) -> tuple[int, bytes] | None:
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        size = buffer[1] & 0x7F
        start = {126: 4, 127: 10}.get(size, 2)
        if len(buffer) < start + 4:
            return None
        if start > 2:
            size = int.from_bytes(buffer[2:start], "big")
        if not buffer[1] & 0x80 or size > _LONGEST:
            raise Failure(400, "not websocket protocol")
        end = start + 4 + size
        if len(buffer) < end:
            return None
        mask = bytes(buffer[start : start + 4])
        payload = bytes(byte ^ mask[n & 3] for n, byte in enumerate(buffer[start + 4 : end]))
        opcode = buffer[0] & 0x0F
        del buffer[:end]
        return opcode, payload
