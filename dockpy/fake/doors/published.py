"""Published ports: real sockets of this machine, each connection of which is one to a container.

Containers' networks stay in memory; what comes over such a connection is carried to and fro by threads.
"""

from __future__ import annotations

import contextlib
import errno
import select
import socket
import threading
from typing import TYPE_CHECKING

from dockpy.fake.engine import Gone

if TYPE_CHECKING:
    from dockpy.fake.engine import Engine, Peer
    from dockpy.fake.kernel.network import Socket

__all__ = ["PublishedPorts"]

_LOOPBACK = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - what is bound instead
_PIECE = 65536

_Place = tuple[str, int]
"""An address of the fake host, as a container publishes at it, and a port."""


class PublishedPorts:
    """The ports of this machine at which a daemon's containers are reached: of its loopback alone.

    Args:
        engine: the daemon.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._listeners: dict[_Place, socket.socket] = {}
        self._connections: dict[socket.socket, Peer] = {}
        self._threads: set[threading.Thread] = set()
        self._closed = False
        self._wake_out, self._wake = socket.socketpair()
        self._wake.setblocking(False)
        self._thread = threading.Thread(target=self._run, name="dockpy fake ports", daemon=True)
        self._thread.start()

    def open(self, address: str, port: int) -> bool:
        """Take connections at a port; those to other machines' addresses are not taken.

        Returns:
            False where something on this machine has the port.

        Raises:
            OSError: it cannot be had.
        """
        host = _LOOPBACK.get(address, address)
        if host != "::1" and not host.startswith("127."):
            return True
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            listener = socket.create_server((host, port), family=family, backlog=128)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise
        listener.setblocking(False)
        with self._lock:
            self._listeners[address, port] = listener
        self._rouse()
        return True

    def shut(self, address: str, port: int) -> None:
        """Take no more connections at a port."""
        with self._lock:
            listener = self._listeners.pop((address, port), None)
        if listener is not None:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)  # else it goes on for as long as our thread looks at it
            listener.close()
            self._rouse()

    def shut_all(self) -> None:
        """Take no more connections at all."""
        with self._lock:
            places = list(self._listeners)
        for place in places:
            self.shut(*place)

    def close(self) -> None:
        """Take none, break those that there are, and wait until their threads have ended."""
        with self._lock:
            self._closed = True
            connections = dict(self._connections)
        self._rouse()
        self._thread.join()
        self.shut_all()
        for sock, peer in connections.items():
            peer.gone = True
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        with self._engine.lock:
            self._engine.notify()
        with self._lock:
            threads = set(self._threads)
        for thread in threads:
            thread.join()
        self._wake.close()
        self._wake_out.close()

    def _rouse(self) -> None:
        with contextlib.suppress(OSError):
            self._wake.send(b"x")

    # Connections

    def _run(self) -> None:
        while not self._closed:
            poll = select.poll()
            poll.register(self._wake_out, select.POLLIN)
            with self._lock:
                for listener in self._listeners.values():
                    poll.register(listener, select.POLLIN)
            for fd, _ in poll.poll():
                if fd == self._wake_out.fileno():
                    self._wake_out.recv(4096)
                else:
                    self._accept(fd)

    def _accept(self, fd: int) -> None:
        with self._lock:
            places = [place for place, one in self._listeners.items() if one.fileno() == fd]
            if not places or self._closed:
                return
            try:
                sock, _ = self._listeners[places[0]].accept()
            except OSError:  # whoever came has gone
                return
            sock.setblocking(True)
            peer = self._connections[sock] = self._engine.new_peer()
            thread = threading.Thread(
                target=self._serve, args=(places[0], sock, peer), name="dockpy fake port", daemon=True
            )
            self._threads.add(thread)
            thread.start()

    def _serve(self, place: _Place, sock: socket.socket, peer: Peer) -> None:
        try:
            with self._engine.lock:
                inner = self._connect(place)
            if inner is not None:
                self._carry(sock, inner, peer)
        finally:
            sock.close()
            with self._lock:
                del self._connections[sock]
                self._threads.discard(threading.current_thread())

    def _connect(self, place: _Place) -> Socket | None:
        networks = self._engine.networks
        found = networks.published_at(*place)
        if found is None:
            return None
        try:
            inner = networks.host.connect(*found)
        except OSError:
            return None
        self._engine.catch_up()
        self._engine.notify()
        return inner

    def _carry(self, sock: socket.socket, inner: Socket, peer: Peer) -> None:
        up = threading.Thread(target=self._carry_in, args=(sock, inner, peer), daemon=True)
        up.start()
        try:
            while data := self._next(inner, peer):
                sock.sendall(data)
            sock.shutdown(socket.SHUT_WR)
        except (OSError, Gone):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        up.join()
        with self._engine.lock:
            inner.close()
            self._engine.notify()

    def _next(self, inner: Socket, peer: Peer) -> bytes:
        data: bytes | None = None

        def arrived() -> bool:
            nonlocal data
            if data is None:
                data = inner.read_now(_PIECE)
            return data is not None

        with self._engine.lock:
            self._engine.wait(arrived, peer)
            self._engine.notify()
        return data or b""

    def _carry_in(self, sock: socket.socket, inner: Socket, peer: Peer) -> None:
        try:
            while data := sock.recv(_PIECE):
                self._pass_on(data, inner, peer)
        except (OSError, Gone):
            pass
        with self._engine.lock:
            inner.shutdown(write=True)
            self._engine.catch_up()
            self._engine.notify()

    def _pass_on(self, data: bytes, inner: Socket, peer: Peer) -> None:
        left = data

        def passed_on() -> bool:
            nonlocal left
            if left:
                left = left[inner.write_now(left) or 0 :]
            return not left

        with self._engine.lock:
            self._engine.wait(passed_on, peer)
            self._engine.catch_up()
            self._engine.notify()
