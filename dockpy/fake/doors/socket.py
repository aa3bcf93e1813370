"""The door for everyone else: HTTP/1.1 over a UNIX socket, TCP or TLS, read by h11."""

from __future__ import annotations

import contextlib
import errno
import os
import select
import socket
import stat
import threading
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from dockpy.errors import InvalidEndpoint
from dockpy.fake.doors.serving import Connection
from dockpy.fake.doors.wires import PlainWire, TLSWire

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator

    from dockpy.fake.engine import Engine, Peer
    from dockpy.fake.router import Router

__all__ = ["SocketDoor"]

_LAST_WORDS = 0.5
"""Seconds that clients of a daemon that is stopped have to hear what it said last."""

_AWAY = select.POLLHUP | select.POLLERR
_GONE = getattr(select, "POLLRDHUP", 0) | _AWAY
_FULL = 0.05
"""Seconds until it looks again whether there are descriptors for one more client."""


class SocketDoor:
    """Listens at one address, and serves whoever comes. A thread accepts, and each client has one.

    Args:
        engine: the daemon's state.
        router: answers the requests.
        url: ``unix:///path`` or ``tcp://host:port``; port 0 for a free one.
        tls: for TLS, a server's context.

    Raises:
        InvalidEndpoint: the address cannot be read.
        OSError: it cannot be listened at.
    """

    def __init__(
        self,
        engine: Engine,
        router: Router,
        url: str,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.engine = engine
        self.router = router
        self._tls = tls
        self._path: str | None = None
        self._listener, address = self._listen(url)
        self.url: str = address
        self._connections: set[Connection] = set()
        self._threads: set[threading.Thread] = set()
        self._watched: dict[int, tuple[Peer, int]] = {}
        self._lock = threading.Lock()
        self._ends = threading.Condition(self._lock)
        self._closed = False
        self._wake_out, self._wake = socket.socketpair()
        self._wake.setblocking(False)
        self._thread = threading.Thread(target=self._run, name=f"dockpy fake {self.url}", daemon=True)
        self._thread.start()

    def _listen(self, url: str) -> tuple[socket.socket, str]:
        if url.startswith("unix:///"):
            path = url.removeprefix("unix://")
            _remove_stale(path)
            sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            with _closed_on_error(sock):
                sock.bind(path)
                sock.listen(512)
            self._path = path
            return sock, url
        parts = urlsplit(url)
        try:
            host, port = parts.hostname, parts.port
        except ValueError:
            host = port = None
        if parts.scheme != "tcp" or not host or port is None:
            raise InvalidEndpoint(
                f"listen={url!r}: it takes unix:///path or tcp://host:port (port 0 for a free one)"
            )
        sock = socket.create_server(
            (host, port), backlog=512, family=socket.AF_INET6 if ":" in host else socket.AF_INET
        )
        shown = f"[{host}]" if ":" in host else host
        return sock, f"tcp://{shown}:{sock.getsockname()[1]}"

    # The thread that accepts clients, and notices those that go away while they wait

    def _run(self) -> None:
        poll = select.poll()
        poll.register(self._listener, select.POLLIN)
        poll.register(self._wake_out, select.POLLIN)
        known: set[tuple[int, int]] = set()
        while not self._closed:
            with self._lock:
                wanted = {(fd, events) for fd, (_, events) in self._watched.items()}
            for fd, _ in known - wanted:
                poll.unregister(fd)
            for fd, events in wanted - known:
                poll.register(fd, events)
            known = wanted
            for fd, _ in poll.poll():
                if fd == self._wake_out.fileno():
                    self._wake_out.recv(4096)
                elif fd == self._listener.fileno():
                    self._accept()
                else:
                    self._lost(fd)

    def _accept(self) -> None:
        try:
            sock, _ = self._listener.accept()
        except OSError as error:
            if error.errno in (errno.EMFILE, errno.ENFILE):
                time.sleep(_FULL)
            return
        if sock.family != socket.AF_UNIX:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        thread = threading.Thread(target=self._serve, args=(sock,), name="dockpy fake client", daemon=True)
        with self._lock:
            self._threads.add(thread)
        thread.start()

    def _serve(self, sock: socket.socket) -> None:
        wire = PlainWire(sock) if self._tls is None else TLSWire(sock, self._tls)
        connection = Connection(self, wire)
        with self._lock:
            self._connections.add(connection)
            closed = self._closed
        try:
            if not closed:
                connection.serve()
        finally:
            with self._lock:
                self._connections.discard(connection)
            wire.close()
            self._ended()

    def _ended(self) -> None:
        with self._ends:
            self._threads.discard(threading.current_thread())
            self._ends.notify_all()

    def _lost(self, fd: int) -> None:
        with self._lock:
            peer, events = self._watched.get(fd, (None, 0))
            if peer is None:
                return
            poll = select.poll()  # who was lost may have been closed, and another have come to its number
            poll.register(fd, events)
            if not poll.poll(0):
                return
            del self._watched[fd]
        peer.gone = True
        engine = self.engine
        with engine.lock:
            engine.notify()

    def watch(self, fd: int, peer: Peer, *, half_closed: bool = False) -> None:
        """Notice when a client that waits goes away.

        Args:
            fd: its connection.
            peer: to whom it is told.
            half_closed: it sends no more, and has not gone for that.
        """
        with self._lock:
            self._watched[fd] = peer, _AWAY if half_closed else _GONE
        self._rouse()

    def unwatch(self, fd: int) -> None:
        """It does not wait any more."""
        with self._lock:
            if self._watched.pop(fd, None) is None:
                return
        self._rouse()

    def _rouse(self) -> None:
        with contextlib.suppress(OSError):
            self._wake.send(b"x")

    # Its end

    def drop(self) -> None:
        """Break every connection."""
        with self._lock:
            connections = list(self._connections)
        for connection in connections:
            connection.drop()

    def close(self, *, patient: bool = False) -> None:
        """Listen no more, break every connection, and wait until their threads have ended.

        Args:
            patient: let those who are told something hear the rest of it first, if that comes at once.
        """
        if self._closed:
            return
        self._closed = True
        self._rouse()
        self._thread.join()
        self._listener.close()
        if self._path is not None:
            with contextlib.suppress(OSError):
                os.unlink(self._path)
        if patient:
            self._let_them_hear()
        self.drop()
        with self._lock:
            threads = self._threads - {threading.current_thread()}
        for thread in threads:
            thread.join()
        self._wake.close()
        self._wake_out.close()

    def _let_them_hear(self) -> None:
        with self._ends:
            self._ends.wait_for(lambda: not any(one.answering for one in self._connections), _LAST_WORDS)


@contextlib.contextmanager
def _closed_on_error(sock: socket.socket) -> Iterator[None]:
    try:
        yield
    except BaseException:
        sock.close()
        raise


def _remove_stale(path: str) -> None:
    """Remove a socket that nobody listens at any more; whoever does is not disturbed."""
    with contextlib.suppress(FileNotFoundError):
        if not stat.S_ISSOCK(os.stat(path).st_mode):
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            try:
                probe.connect(path)
            except ConnectionRefusedError:
                os.unlink(path)
