"""A WebSocket over an upgraded connection: bytes both ways, as of any other."""

from __future__ import annotations

import base64
import os
import threading
from typing import TYPE_CHECKING

from dockpy.closing import Closing
from dockpy.errors import DockpyError, InvalidResponse
from dockpy.streams.websocket import Opcode, WebSocketDecoder, accept_key, encode_message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockpy.streams.http1 import Head
    from dockpy.transport.exchange import Upgraded

__all__ = ["WebSocket", "check_handshake", "handshake"]

_LARGEST = 64 * 1024


def handshake() -> dict[str, str]:
    """The headers that ask for a WebSocket, beside those that ask for an upgrade."""
    key = base64.b64encode(os.urandom(16)).decode()
    return {"Sec-WebSocket-Key": key, "Sec-WebSocket-Version": "13"}


def check_handshake(asked: dict[str, str], head: Head) -> None:
    """Hold the answer against what was asked.

    Raises:
        InvalidResponse: what answered does not speak WebSocket.
    """
    proof = head.headers.get("Sec-WebSocket-Accept", "")
    if proof != accept_key(asked["Sec-WebSocket-Key"]):
        raise InvalidResponse(f"The answer to a WebSocket's handshake is wrong: {proof[:80]!r}")


class WebSocket(Closing):
    """Bytes both ways; pings are answered by whoever reads.

    Args:
        connection: the upgraded connection.
    """

    def __init__(self, connection: Upgraded) -> None:
        self._connection = connection
        self._decoder = WebSocketDecoder()
        self._ready: list[bytes] = []
        self._ended = False
        self._writing = threading.Lock()  # a pong of the reader's stands beside what another thread sends

    @property
    def cancelled(self) -> bool:
        """Whether it was closed before its end."""
        return self._connection.closed and not self._ended

    def recv(self) -> bytes:
        """The next bytes; empty at the end."""
        while not self._ready and not self._ended:
            data = self._connection.recv()
            try:
                if data:
                    self._read(data)
                else:
                    if not self._connection.cancelled:
                        self._decoder.close()
                    break
            except DockpyError as error:
                self.close()
                raise self.at(error) from None
        if self._ready:
            return self._ready.pop(0)
        self._ended = self._ended or not self._connection.cancelled
        return b""

    def _read(self, data: bytes) -> None:
        for opcode, payload in self._decoder.feed(data):
            if opcode is Opcode.PING:
                self._write(Opcode.PONG, payload)
            elif opcode is Opcode.CLOSE:
                self._ended = True
                return
            elif opcode is not Opcode.PONG and payload:
                self._ready.append(payload)

    def __iter__(self) -> Iterator[bytes]:
        while data := self.recv():
            yield data

    def send(self, data: bytes) -> None:
        """Send all of the data.

        Raises:
            ConnectionFailed: the daemon reads no more.
        """
        for start in range(0, len(data), _LARGEST):
            self._write(Opcode.BINARY, data[start : start + _LARGEST])

    def _write(self, opcode: Opcode, data: bytes) -> None:
        message = encode_message(opcode, data, os.urandom(4))
        with self._writing:
            self._connection.send(message)

    def close_write(self) -> None:
        """Say that no more will be sent; what is still to come can be read."""
        self._write(Opcode.CLOSE, (1000).to_bytes(2, "big"))

    def settimeout(self, seconds: float | None) -> None:
        """How long a read may take, in seconds; None for as long as it takes."""
        self._connection.settimeout(seconds)

    def at(self, error: DockpyError) -> DockpyError:
        """The error, with the operation, the object and the daemon."""
        return self._connection.at(error)

    def close(self) -> None:
        """Close the connection; a read that is blocked in another thread ends."""
        self._connection.close()
