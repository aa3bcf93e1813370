"""The first road: unary calls over pooled connections, each answer read to its end.

The connector makes the connections. They are kept; the last one given back is the first one taken. Where
there is something to read at a kept connection, the daemon has closed it meanwhile, or says what nobody
asked: it is not used again.
"""

from __future__ import annotations

import contextlib
import select
import ssl
import threading
from typing import TYPE_CHECKING

from dockpy.errors import TimedOut
from dockpy.streams.http1 import Head, HeadDecoder, body_decoder, encode_request_head
from dockpy.transport.message import Request, Response, Timeouts
from dockpy.transport.pace import Pace
from dockpy.transport.reading import Reader

if TYPE_CHECKING:
    import socket
    from collections.abc import Mapping

    from dockpy.transport.connectors import SocketConnector

__all__ = ["Session"]

_GONE = (BrokenPipeError, ConnectionResetError, ssl.SSLEOFError)


class Session:
    """Sends requests over pooled connections and reads each answer to its end.

    Args:
        connector: makes the connections.
        pool_size: how many connections are kept; where they are dear, how many there are at all.
        headers: sent with every request.
    """

    def __init__(self, connector: SocketConnector, pool_size: int, headers: Mapping[str, str]) -> None:
        self._connector = connector
        self._pool_size = pool_size
        self._headers = {"Host": connector.host, **headers}
        self._turns = threading.BoundedSemaphore(pool_size) if connector.exclusive else None
        self._idle: list[_Connection] = []
        self._closed = False

    def send(self, request: Request, timeouts: Timeouts) -> Response:
        """Send a request and read its answer.

        Raises:
            OSError: no answer came; `dockpy.transport.failures` explains.
            InvalidResponse: what answered does not speak HTTP, broke off or has no end.
            TimedOut: all of the connections that there may be were in use.
        """
        body = request.body
        assert body is None or isinstance(body, bytes), "bodies that are streams take the other road"
        headers = {**self._headers, **request.headers}
        if body is not None or request.method in ("POST", "PUT"):
            headers["Content-Length"] = str(len(body or b""))
        message = encode_request_head(request.method, request.target, headers) + (body or b"")
        if self._turns is None:
            return self._send(request.method, message, timeouts)
        connect, read = timeouts.connect, timeouts.read
        if not self._turns.acquire(timeout=None if connect is None or read is None else connect + read):
            raise TimedOut(
                f"All {self._pool_size} connections were in use",
                hint="Allow more of them, Client(pool_size=…), or give it more time, Client(timeout=…).",
            )
        try:
            return self._send(request.method, message, timeouts)
        finally:
            self._turns.release()

    def _send(self, method: str, message: bytes, timeouts: Timeouts) -> Response:
        connection = self._take(timeouts)
        try:
            response = connection.ask(method, message)
        except BaseException:
            connection.close()
            raise
        self._give_back(connection)
        return response

    def _take(self, timeouts: Timeouts) -> _Connection:
        while self._idle:
            try:
                connection = self._idle.pop()
            except IndexError:  # another thread was quicker
                break
            if connection.is_silent():
                connection.settimeout(timeouts.read)
                return connection
            connection.close()
        connection = _Connection(self._connector.connect(timeouts.connect))
        connection.settimeout(timeouts.read)
        return connection

    def _give_back(self, connection: _Connection) -> None:
        if not connection.reusable or len(self._idle) >= self._pool_size:
            connection.close()
            return
        self._idle.append(connection)
        if self._closed:  # meanwhile, and who closed it may not have seen this one
            self.close()

    def close(self) -> None:
        """Close every pooled connection; one that is in use closes when it is given back."""
        self._closed = True
        self.drop_idle()

    def drop_idle(self) -> None:
        """Close the connections that nobody uses."""
        while self._idle:
            with contextlib.suppress(IndexError):
                self._idle.pop().close()


class _Connection:
    """A connection that is used for one request after the other."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._reader = Reader(sock)
        self._poll = None
        if hasattr(select, "poll"):  # not on Windows
            self._poll = select.poll()
            self._poll.register(sock, select.POLLIN)
        self.reusable = True

    def settimeout(self, seconds: float | None) -> None:
        """How long each read or write may take."""
        if self._sock.gettimeout() != seconds:
            self._sock.settimeout(seconds)

    def is_silent(self) -> bool:
        """Whether there is nothing to read: between two requests, that is an end, or what nobody asked."""
        if isinstance(self._sock, ssl.SSLSocket) and self._sock.pending():
            return False  # deciphered with what was read, and no longer the system's to tell of
        if self._poll is not None:
            return not self._poll.poll(0)
        return not select.select([self._sock], [], [], 0)[0]

    def ask(self, method: str, message: bytes) -> Response:
        """Send a request and read its answer to its end."""
        sock, lost = self._sock, None
        try:
            sock.sendall(message)
        except _GONE as error:
            lost = error  # why the daemon closed the connection may be there to read
        pace = Pace(sock.gettimeout())
        try:
            head, rest = self._head(pace)
        except _GONE as error:
            raise ConnectionResetError(*(lost or error).args) from None
        body = body_decoder(method, head)
        pieces = [body.feed(rest)] if rest else []
        ended, data = False, rest
        while not body.done:
            sock.settimeout(pace.left(len(data)))
            data = self._reader.recv()
            if data:
                pieces.append(body.feed(data))
            else:
                ended = True
                body.close()
        self.reusable = not (ended or lost or body.rest) and head.keep_alive and head.status >= 200
        return Response(head.status, head.reason, head.headers, b"".join(pieces))

    def _head(self, pace: Pace) -> tuple[Head, bytes]:
        decoder, begun = HeadDecoder(), False
        while True:
            data = self._reader.recv()
            if not data:
                if not begun:
                    raise ConnectionResetError("no answer came")
                decoder.close()
            begun = True
            if found := decoder.feed(data):
                return found
            self._sock.settimeout(pace.left(len(data)))

    def close(self) -> None:
        """Close it."""
        self._sock.close()
