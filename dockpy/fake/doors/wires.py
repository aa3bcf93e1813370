"""A connected socket, read and written by two threads at once, in the clear or over TLS."""

from __future__ import annotations

import contextlib
import fcntl
import select
import socket
import ssl
import struct
import termios
import threading
import time
from typing import Protocol

__all__ = ["PlainWire", "TLSWire", "Wire"]

_READ = 64 * 1024
_HANDSHAKE = 30.0
"""Seconds that a client has for it."""
_LINGER = 0.5
"""Seconds that a client may take to say the rest of what nobody wants to hear."""
_MOST_LEFT = 64
_STEP, _MOMENT = 0.001, 0.05
"""Seconds between two looks, and until one no longer looks, whether a client has read all that was sent."""
_NOTHING = bytes(4)


class Wire(Protocol):
    """A connection to a client."""

    def fileno(self) -> int:
        """Its descriptor."""
        ...

    def begin(self) -> None:
        """Agree with the client on how to speak.

        Raises:
            OSError: there is no agreement.
        """
        ...

    def recv(self) -> bytes:
        """The next bytes; empty at the end."""
        ...

    def send(self, data: bytes) -> None:
        """Send all of the data."""
        ...

    def settle(self) -> None:
        """Wait until the client has read what was sent, a moment at most."""
        ...

    def linger(self) -> None:
        """Say that no more comes, and let the client read what came before it is closed."""
        ...

    def reset(self) -> None:
        """Break it, so that the client notices."""
        ...

    def shutdown(self) -> None:
        """End both ways; whoever reads or writes is woken."""
        ...

    def close(self) -> None:
        """Close it."""
        ...


class PlainWire:
    """A connection without TLS."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def fileno(self) -> int:
        """See `Wire`."""
        return self._sock.fileno()

    def begin(self) -> None:
        """See `Wire`."""

    def recv(self) -> bytes:
        """See `Wire`."""
        return self._sock.recv(_READ)

    def send(self, data: bytes) -> None:
        """See `Wire`."""
        self._sock.sendall(data)

    def settle(self) -> None:
        """See `Wire`."""
        time.sleep(_STEP)  # over TCP nothing tells
        end = time.monotonic() + _MOMENT
        while fcntl.ioctl(self.fileno(), termios.TIOCOUTQ, _NOTHING) != _NOTHING and time.monotonic() < end:
            time.sleep(_STEP)

    def linger(self) -> None:
        """See `Wire`."""
        self._end(socket.SHUT_WR)
        self._sock.settimeout(_LINGER)
        for _ in range(_MOST_LEFT):  # data that is not read when it is closed would take the answer along
            if not self._sock.recv(_READ):
                return

    def reset(self) -> None:
        """See `Wire`."""
        with contextlib.suppress(OSError):
            self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("@ii", 1, 0))
            self._end(socket.SHUT_RD)  # wakes a reader, and sends nothing yet
        self._sock.close()

    def shutdown(self) -> None:
        """See `Wire`."""
        with contextlib.suppress(OSError):
            self._end(socket.SHUT_RDWR)

    def _end(self, how: int) -> None:
        # Not that of TLS sockets: it takes the TLS away from under those who read and write.
        socket.socket.shutdown(self._sock, how)

    def close(self) -> None:
        """See `Wire`."""
        self._sock.close()


class TLSWire(PlainWire):
    """A connection with TLS.

    Python's TLS sockets are not made for a reader and a writer at once: each step is taken under a lock,
    and what it has to wait for is waited for outside of it.
    """

    def __init__(self, sock: socket.socket, context: ssl.SSLContext) -> None:
        sock.settimeout(_HANDSHAKE)
        self._tls = context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
        super().__init__(self._tls)
        self._lock = threading.Lock()

    def begin(self) -> None:
        """See `Wire`."""
        self._tls.do_handshake()
        self._tls.settimeout(0)

    def recv(self) -> bytes:
        """See `Wire`."""
        while True:
            try:
                with self._lock:
                    return self._sock.recv(_READ)
            except ssl.SSLWantReadError:
                self._await(select.POLLIN)
            except ssl.SSLWantWriteError:
                self._await(select.POLLOUT)

    def send(self, data: bytes) -> None:
        """See `Wire`."""
        view = memoryview(data)
        while view:
            try:
                with self._lock:
                    view = view[self._sock.send(view) :]
            except ssl.SSLWantWriteError:
                self._await(select.POLLOUT)
            except ssl.SSLWantReadError:
                self._await(select.POLLIN)

    def _await(self, events: int) -> None:
        poll = select.poll()
        poll.register(self._sock, events)
        poll.poll()
