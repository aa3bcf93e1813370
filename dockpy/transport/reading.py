"""How much a read asks for: a little, until more comes at once.

A read takes memory for all that it asks for, before anything comes: a thread that waits at a stream would
hold all of it for hours, and where many threads wait the allocator finds no room between what they hold, and
takes more of it from the system.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import socket

__all__ = ["Reader"]

_LITTLE = 8 * 1024
_MUCH = 64 * 1024


class Reader:
    """Reads a socket: asks for 8 KiB, and for 64 KiB for as long as reads bring 8 KiB or more.

    Args:
        sock: what is read.
    """

    __slots__ = ("_asks", "_sock")

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._asks = _LITTLE

    def recv(self) -> bytes:
        """The next bytes; empty at the end."""
        data = self._sock.recv(self._asks)
        self._asks = _MUCH if len(data) >= _LITTLE else _LITTLE
        return data
