"""Networks as processes see them: addresses, listening, connecting, datagrams. Everything stays in memory."""

from __future__ import annotations

import errno
from collections import deque
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import TYPE_CHECKING

from dockpy.fake.kernel.file import PIPE_CAPACITY, pipe
from dockpy.fake.kernel.scheduler import Waitable

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockpy.fake.kernel.file import PipeReader, PipeWriter

__all__ = ["Address", "Datagrams", "Interface", "Listener", "NameNotFound", "Socket", "Stack"]

Address = tuple[str, int]
"""An IP address and a port."""

_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - nothing is bound on this machine
_LOOPBACK = ("127.0.0.1", "::1")
_EPHEMERAL = range(32768, 61000)
_BACKLOG = 128


@dataclass(frozen=True, slots=True)
class Interface:
    """A network interface besides the loopback.

    Attributes:
        name: ``eth0``, ….
        mac: its hardware address.
        address: its IPv4 address; empty where it has none.
        prefix: how many bits of that name the network.
        gateway: the way to everywhere else; empty where it leads nowhere.
    """

    name: str
    mac: str
    address: str = ""
    prefix: int = 16
    gateway: str = ""

    @property
    def network(self) -> IPv4Network:
        """The network that its address is in."""
        return IPv4Network(f"{self.address}/{self.prefix}", strict=False)


class NameNotFound(OSError):
    """No address is known of such a host name."""


class Socket:
    """One end of a stream connection: a `File` both ways.

    Attributes:
        local, remote: the addresses of both ends.
    """

    isatty = False

    def __init__(self, incoming: PipeReader, outgoing: PipeWriter, local: Address, remote: Address) -> None:
        self._incoming = incoming
        self._outgoing = outgoing
        self.local: Address = local
        self.remote: Address = remote
        self.readable: Waitable = incoming.readable
        self.writable: Waitable = outgoing.writable
        self._handles = 1
        self._can_read = self._can_write = True

    def read_now(self, size: int) -> bytes | None:
        """See `File`."""
        return self._incoming.read_now(size) if self._can_read else b""

    def write_now(self, data: bytes) -> int | None:
        """See `File`."""
        if not self._can_write:
            raise BrokenPipeError(errno.EPIPE, "Broken pipe")
        return self._outgoing.write_now(data)

    def shutdown(self, *, read: bool = False, write: bool = True) -> None:
        """End one direction: the other side reads to its end, and may go on to write."""
        if write and self._can_write:
            self._can_write = False
            self._outgoing.close()
        if read and self._can_read:
            self._can_read = False
            self._incoming.close()

    def retain(self) -> Socket:
        """See `File`."""
        self._handles += 1
        return self

    def close(self) -> None:
        """See `File`."""
        self._handles -= 1
        if not self._handles:
            self.shutdown(read=True)


class Listener:
    """A listening socket: `accept_now` after `readable`, or ``yield from p.accept(fd)``.

    Attributes:
        local: where it listens.
    """

    isatty = False

    def __init__(self, stack: Stack, local: Address) -> None:
        self._stack = stack
        self.local: Address = local
        self.readable: Waitable = Waitable()
        self.writable: Waitable = Waitable()
        self._pending: deque[Socket] = deque()
        self._handles = 1

    def accept_now(self) -> Socket | None:
        """The next connection; None where there is none yet."""
        return self._pending.popleft() if self._pending else None

    def _offer(self, socket: Socket) -> bool:
        if len(self._pending) >= _BACKLOG:
            return False
        self._pending.append(socket)
        self.readable.wake()
        return True

    def read_now(self, size: int) -> bytes | None:
        """A listening socket has no bytes."""
        raise OSError(errno.ENOTCONN, "Transport endpoint is not connected")

    def write_now(self, data: bytes) -> int | None:
        """A listening socket takes no bytes."""
        raise OSError(errno.ENOTCONN, "Transport endpoint is not connected")

    def retain(self) -> Listener:
        """See `File`."""
        self._handles += 1
        return self

    def close(self) -> None:
        """See `File`."""
        self._handles -= 1
        if not self._handles:
            self._stack._forget("tcp", self)
            while self._pending:
                self._pending.popleft().close()


class Datagrams:
    """A socket for datagrams; those that find no room are lost.

    Attributes:
        local: where it receives.
        remote: where `write_now` sends; `send_to` sends anywhere.
    """

    isatty = False

    def __init__(self, stack: Stack, local: Address, remote: Address | None = None) -> None:
        self._stack = stack
        self.local: Address = local
        self.remote: Address | None = remote
        self.readable: Waitable = Waitable()
        self.writable: Waitable = Waitable()
        self._received: deque[tuple[bytes, Address]] = deque()
        self._handles = 1

    def receive_now(self) -> tuple[bytes, Address] | None:
        """The next datagram and who sent it; None where there is none yet."""
        return self._received.popleft() if self._received else None

    def read_now(self, size: int) -> bytes | None:
        """See `File`: the next datagram, what is too long cut off."""
        received = self.receive_now()
        return None if received is None else received[0][:size]

    def write_now(self, data: bytes) -> int | None:
        """See `File`: one datagram."""
        if self.remote is None:
            raise OSError(errno.EDESTADDRREQ, "Destination address required")
        self.send_to(data, self.remote)
        return len(data)

    def send_to(self, data: bytes, to: Address) -> None:
        """Send a datagram.

        Raises:
            OSError: the address cannot be reached.
        """
        stack, source = self._stack._towards(to[0])
        other = stack._bound("udp", to)
        if isinstance(other, Datagrams) and len(other._received) < _BACKLOG:
            other._received.append((data, (source, self.local[1])))
            other.readable.wake()

    def retain(self) -> Datagrams:
        """See `File`."""
        self._handles += 1
        return self

    def close(self) -> None:
        """See `File`."""
        self._handles -= 1
        if not self._handles:
            self._stack._forget("udp", self)


class Stack:
    """The network of a container, or of several that share one.

    Attributes:
        addresses: its IP addresses.
        interfaces: those that it has besides the loopback.
        gateway: the one that leads everywhere; empty for none.
        resolve: the addresses of a host name, best first; empty where it is not known.
        route: the stack that has an address; None where it cannot be reached from here.
        source: the address of its own that another stack sees it at; None for the first that is no loopback.
    """

    def __init__(self) -> None:
        self.addresses: set[str] = set(_LOOPBACK)
        self.interfaces: tuple[Interface, ...] = ()
        self.gateway: str = ""
        self.resolve: Callable[[str], list[str]] = lambda name: []
        self.route: Callable[[str], Stack | None] = lambda address: None
        self.source: Callable[[str], str | None] = lambda address: None
        self._bindings: dict[tuple[str, int], list[Listener | Datagrams]] = {}
        self._last_port = _EPHEMERAL[-1]

    def listen(self, port: int, host: str = "0.0.0.0", protocol: str = "tcp") -> Listener:  # noqa: S104
        """Listen for connections; port 0 takes a free one.

        Raises:
            OSError: EADDRINUSE; EADDRNOTAVAIL, the address is not one of this stack.
        """
        listener = Listener(self, (host, port or self._free_port(protocol)))
        self._bind(protocol, listener)
        return listener

    def datagrams(self, port: int = 0, host: str = "0.0.0.0", remote: Address | None = None) -> Datagrams:  # noqa: S104
        """A socket for datagrams; port 0 takes a free one.

        Raises:
            OSError: as `listen` does.
        """
        socket = Datagrams(self, (host, port or self._free_port("udp")), remote)
        self._bind("udp", socket)
        return socket

    def connect(self, host: str, port: int) -> Socket:
        """Connect to a host name or address.

        Raises:
            NameNotFound: no such host is known.
            OSError: ECONNREFUSED, nobody listens there; EHOSTUNREACH or ENETUNREACH, there is no way.
        """
        failure: OSError | None = None
        for address in self.lookup(host):
            try:
                return self._connect(address, port)
            except OSError as error:
                failure = error
        raise failure or NameNotFound(errno.ENOENT, "Name does not resolve", host)

    def lookup(self, host: str) -> list[str]:
        """The addresses of a host name; an address is its own.

        Raises:
            NameNotFound: no such host is known.
        """
        if _is_address(host):
            return [host]
        found = self.resolve(host) or (["127.0.0.1"] if host == "localhost" else [])
        if not found:
            raise NameNotFound(errno.ENOENT, "Name does not resolve", host)
        return found

    def ports(self, protocol: str = "tcp") -> list[Address]:
        """Where somebody listens, or receives."""
        return [
            one.local
            for (kind, _), bound in sorted(self._bindings.items())
            for one in bound
            if kind == protocol
        ]

    def reaches(self, address: str) -> bool:
        """Whether there is a way to an address (ping)."""
        try:
            self._towards(address)
        except OSError:
            return False
        return True

    def _connect(self, address: str, port: int) -> Socket:
        stack, source = self._towards(address)
        listener = stack._bound("tcp", (address, port))
        if not isinstance(listener, Listener):
            raise ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")
        here, there = (source, self._free_port("tcp")), (address, port)
        in_reader, in_writer = pipe(PIPE_CAPACITY)
        out_reader, out_writer = pipe(PIPE_CAPACITY)
        if not listener._offer(Socket(out_reader, in_writer, there, here)):
            raise TimeoutError(errno.ETIMEDOUT, "Operation timed out")
        return Socket(in_reader, out_writer, here, there)

    def _towards(self, address: str) -> tuple[Stack, str]:
        """The stack at an address, and the address that it sees this one at."""
        if address in _EVERYWHERE or address in self.addresses or address.startswith("127."):
            return self, "127.0.0.1" if address in _EVERYWHERE else address
        stack = self.route(address)
        if stack is None:
            own = [one for one in self.addresses if one not in _LOOPBACK]
            if not own:
                raise OSError(errno.ENETUNREACH, "Network unreachable")
            raise OSError(errno.EHOSTUNREACH, "Host is unreachable")
        own = sorted(
            one for one in self.addresses if one not in _LOOPBACK and (":" in one) == (":" in address)
        )
        return stack, self.source(address) or (own[0] if own else "127.0.0.1")

    def _bound(self, protocol: str, address: Address) -> Listener | Datagrams | None:
        host, port = address
        for one in self._bindings.get((protocol, port), ()):
            if one.local[0] in _EVERYWHERE or one.local[0] == host or host in _EVERYWHERE:
                return one
        return None

    def _bind(self, protocol: str, socket: Listener | Datagrams) -> None:
        host, port = socket.local
        if host not in _EVERYWHERE and host not in self.addresses and not host.startswith("127."):
            raise OSError(errno.EADDRNOTAVAIL, "Address not available")
        bound = self._bindings.setdefault((protocol, port), [])
        if any(host in _EVERYWHERE or one.local[0] in _EVERYWHERE or one.local[0] == host for one in bound):
            raise OSError(errno.EADDRINUSE, "Address already in use")
        bound.append(socket)

    def _forget(self, protocol: str, socket: Listener | Datagrams) -> None:
        key = (protocol, socket.local[1])
        bound = self._bindings.get(key)
        if bound and socket in bound:
            bound.remove(socket)
            if not bound:
                del self._bindings[key]

    def _free_port(self, protocol: str) -> int:
        for _ in _EPHEMERAL:
            self._last_port = _EPHEMERAL[(self._last_port + 1 - _EPHEMERAL[0]) % len(_EPHEMERAL)]
            if (protocol, self._last_port) not in self._bindings:
                return self._last_port
        raise OSError(errno.EADDRNOTAVAIL, "Address not available")


def _is_address(host: str) -> bool:
    if ":" in host:
        return True
    parts = host.split(".")
    return len(parts) == 4 and all(part.isascii() and part.isdecimal() and int(part) < 256 for part in parts)
