"""A connection for streams and upgrades.

Reading and writing may happen in two threads at once, either side may be closed alone (half-close), and
`close` from any thread ends a blocked read.
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
import ssl
import threading
import time
from collections.abc import Callable
from typing import Protocol

from dockpy.transport.pace import Pace
from dockpy.transport.reading import Reader

__all__ = ["Channel", "SocketChannel", "TLSChannel"]

Enough = Callable[[bytes], bool]
"""Whether what comes while a body is sent says that no more of it is wanted."""

_RECORD = 16 * 1024
"""A read of TLS brings no more than one record of it."""
_WRITE = 128 * 1024


class Channel(Protocol):
    """A byte connection, full duplex."""

    def recv(self) -> bytes:
        """The next bytes; empty at the end, or once the channel is closed."""
        ...

    def send(self, data: bytes) -> None:
        """Send all of the data."""
        ...

    def upload(self, data: bytes, enough: Enough) -> bool:
        """Send all of the data, taking in what comes meanwhile; False once that is enough, or nobody reads.

        A daemon that answers while it still reads would otherwise wait for us as we wait for it. Only for
        a thread that both writes and reads.
        """
        ...

    def close_write(self) -> None:
        """Say that no more will be sent; reading goes on."""
        ...

    def settimeout(self, seconds: float | None) -> None:
        """How long a read or a write may take; None for as long as it takes."""
        ...

    def close(self) -> None:
        """Close both sides; a read that is blocked in another thread ends."""
        ...


class SocketChannel:
    """A channel over a plain socket (unix, tcp, or the pipe to an ssh process)."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._reader = Reader(sock)
        self._early: list[bytes] = []
        self._closed = False
        self._process = os.getpid()

    def recv(self) -> bytes:
        """See `Channel`."""
        if self._early:
            return self._early.pop(0)
        try:
            return self._reader.recv()
        except OSError:
            if self._closed:
                return b""
            raise

    def send(self, data: bytes) -> None:
        """See `Channel`."""
        self._sock.sendall(data)

    def upload(self, data: bytes, enough: Enough) -> bool:
        """See `Channel`."""
        view, timeout = memoryview(data), self._sock.gettimeout()
        while view:
            readable, writable = _wait(self._sock, timeout)
            try:
                if readable:
                    received = self._reader.recv()
                    self._early.append(received)
                    if not received or enough(received):
                        return False
                elif writable:
                    view = view[self._sock.send(view[:_WRITE]) :]
            except (BrokenPipeError, ConnectionResetError):
                return False  # what it had to say about that came before, or is still there to read
        return True

    def close_write(self) -> None:
        """See `Channel`."""
        with contextlib.suppress(OSError):  # closed by the peer already
            self._sock.shutdown(socket.SHUT_WR)

    def settimeout(self, seconds: float | None) -> None:
        """See `Channel`."""
        self._sock.settimeout(seconds)

    def close(self) -> None:
        """See `Channel`."""
        self._closed = True
        if self._process == os.getpid():  # in a forked child it is the parent's connection too
            with contextlib.suppress(OSError):
                self._sock.shutdown(socket.SHUT_RDWR)  # wakes a reader; closing alone would not
        self._sock.close()


class TLSChannel:
    """A channel over TLS.

    Python's own TLS sockets cannot close one side alone, and are not made for a reader and a writer at
    once. So the TLS engine works on memory, under a lock, and the socket is read and written outside of it.
    """

    def __init__(self, sock: socket.socket, context: ssl.SSLContext, hostname: str) -> None:
        self._sock, self._wire = sock, SocketChannel(sock)
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=hostname)
        self._engine = threading.Lock()
        self._writing = threading.Lock()
        self._plain: list[bytes] = []  # decrypted while writing
        self._handshake()

    def _handshake(self) -> None:
        seconds = self._sock.gettimeout()
        due = None if seconds is None else time.monotonic() + seconds
        while True:
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                self._flush()
                self._take_in()
                if due is not None and time.monotonic() > due:
                    raise TimeoutError("timed out") from None
            except ssl.SSLError:
                with contextlib.suppress(OSError):
                    self._flush()  # the alert that tells the peer why
                raise
            else:
                self._flush()
                return

    def recv(self) -> bytes:
        """See `Channel`."""
        pace: Pace | None = None
        while True:
            with self._engine:
                if self._plain:
                    return self._plain.pop(0)
                try:
                    return self._tls.read(_RECORD)
                except ssl.SSLWantReadError:
                    pass
                except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
                    return b""
            if self._outgoing.pending:
                self._flush()
            # A record is handed on whole: until it is, nobody else sees whether it drips.
            pace = pace or Pace(self._sock.gettimeout())
            pace.left(self._take_in())

    def _take_in(self) -> int:
        data = self._wire.recv()
        with self._engine:
            if data:
                self._incoming.write(data)
            else:
                self._incoming.write_eof()
        return len(data)

    def _flush(self) -> None:
        with self._writing:
            with self._engine:
                data = self._outgoing.read()
            self._wire.send(data)

    def _encrypt(self, data: bytes) -> bytes:
        with self._engine:
            self._tls.write(data)
            return self._outgoing.read()

    def send(self, data: bytes) -> None:
        """See `Channel`."""
        view = memoryview(data)
        while view:
            with self._writing:
                self._wire.send(self._encrypt(bytes(view[:_WRITE])))
            view = view[_WRITE:]

    def upload(self, data: bytes, enough: Enough) -> bool:
        """See `Channel`."""

        def heard(_: bytes) -> bool:
            known = len(self._plain)
            self._take_in()  # it is the first of what came early
            with self._engine:
                self._drain()
            return any(enough(plain) for plain in self._plain[known:])

        view = memoryview(data)
        while view:
            with self._writing:
                if not self._wire.upload(self._encrypt(bytes(view[:_WRITE])), heard):
                    return False
            view = view[_WRITE:]
        return True

    def close_write(self) -> None:
        """See `Channel`."""
        with self._writing, contextlib.suppress(OSError):
            with self._engine:
                self._drain()
                with contextlib.suppress(ssl.SSLError):  # it wants the peer's goodbye, which comes later
                    self._tls.unwrap()
                data = self._outgoing.read()
            self._wire.send(data)

    def _drain(self) -> None:
        # OpenSSL refuses to shut down while data is waiting to be read.
        with contextlib.suppress(ssl.SSLWantReadError, ssl.SSLZeroReturnError, ssl.SSLEOFError):
            while data := self._tls.read(_RECORD):
                self._plain.append(data)

    def settimeout(self, seconds: float | None) -> None:
        """See `Channel`."""
        self._wire.settimeout(seconds)

    def close(self) -> None:
        """See `Channel`."""
        self._wire.close()


def _wait(sock: socket.socket, timeout: float | None) -> tuple[bool, bool]:
    """Wait until the socket can be read or written."""
    if not hasattr(select, "poll"):  # on Windows
        readable, writable, _ = select.select([sock], [sock], [], timeout)
        if not readable and not writable:
            raise TimeoutError("timed out")
        return bool(readable), bool(writable)
    poll = select.poll()
    poll.register(sock, select.POLLIN | select.POLLOUT)
    events = poll.poll(None if timeout is None else timeout * 1000)
    if not events:
        raise TimeoutError("timed out")
    mask = events[0][1]
    return bool(mask & (select.POLLIN | select.POLLHUP)), bool(mask & (select.POLLOUT | select.POLLERR))
