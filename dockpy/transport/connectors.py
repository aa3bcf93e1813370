"""A connection to a daemon, for each way to reach one.

A connector makes two kinds: `connect` a socket for pooled calls, `channel` a connection for a stream
or an upgrade. Both raise plain OSErrors; `dockpy.transport.failures` says what they mean.
"""

from __future__ import annotations

import socket
import struct
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from dockpy.errors import InvalidEndpoint
from dockpy.transport.channels import Channel, SocketChannel, TLSChannel

if TYPE_CHECKING:
    import ssl

    from dockpy.config.endpoint import Endpoint

__all__ = [
    "Connector",
    "SSHConnector",
    "SocketConnector",
    "TCPConnector",
    "TLSConnector",
    "UnixConnector",
    "connector_for",
]


class Connector(Protocol):
    """Makes connections to one daemon: all that a daemon in this process needs."""

    host: str
    """The Host header."""

    def channel(self, timeout: float | None) -> Channel:
        """A connection for a stream or an upgrade."""
        ...


@runtime_checkable
class SocketConnector(Connector, Protocol):
    """Makes connections to a daemon behind a socket."""

    exclusive: bool
    """Connections are dear: callers wait for a free one rather than make another."""

    def connect(self, timeout: float | None) -> socket.socket:
        """A connected socket; TLS is spoken already."""
        ...


class UnixConnector:
    """``unix://``: a UNIX domain socket."""

    host = "localhost"
    exclusive = False

    def __init__(self, path: str) -> None:
        self.path = path

    def connect(self, timeout: float | None) -> socket.socket:
        """See `Connector`."""
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            # Python's own timeout would make this fail at once where the daemon has yet to accept others.
            _limit_sending(sock, timeout)
            sock.connect(self.path)
            _limit_sending(sock, None)
            sock.settimeout(timeout)
        except BlockingIOError:
            sock.close()
            raise TimeoutError("timed out") from None
        except BaseException:
            sock.close()
            raise
        return sock

    def channel(self, timeout: float | None) -> Channel:
        """See `Connector`."""
        return SocketChannel(self.connect(timeout))


def _limit_sending(sock: socket.socket, seconds: float | None) -> None:
    """How long the system itself lets a connection to a UNIX socket take; None for as long as it takes."""
    whole, part = divmod(max(seconds, 1e-6), 1) if seconds is not None else (0, 0)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("@ll", int(whole), int(part * 1e6)))


class TCPConnector:
    """``tcp://`` without TLS."""

    exclusive = False

    def __init__(self, host: str, port: int) -> None:
        self.address: tuple[str, int] = (host, port)
        self.host: str = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    def connect(self, timeout: float | None) -> socket.socket:
        """See `Connector`."""
        sock = socket.create_connection(self.address, timeout)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)  # a stream may be silent for hours
        return sock

    def channel(self, timeout: float | None) -> Channel:
        """See `Connector`."""
        return SocketChannel(self.connect(timeout))


class TLSConnector(TCPConnector):
    """``tcp://`` with TLS."""

    def __init__(self, host: str, port: int, context: ssl.SSLContext, hostname: str | None = None) -> None:
        super().__init__(host, port)
        self.context = context
        self.hostname: str = hostname or host

    def connect(self, timeout: float | None) -> socket.socket:
        """See `Connector`."""
        sock = super().connect(timeout)
        try:
            return self.context.wrap_socket(sock, server_hostname=self.hostname)
        except BaseException:
            sock.close()
            raise

    def channel(self, timeout: float | None) -> Channel:
        """See `Connector`."""
        sock = super().connect(timeout)
        try:
            return TLSChannel(sock, self.context, self.hostname)
        except BaseException:
            sock.close()
            raise


class SSHConnector:
    """``ssh://``: the system's ssh, and ``docker system dial-stdio`` at its other end."""

    host = "localhost"
    exclusive = True

    def __init__(self, host: str, user: str | None = None, port: int | None = None, path: str | None = None):
        self._destination = (host, user, port, path)

    def connect(self, timeout: float | None) -> socket.socket:
        """See `Connector`."""
        from dockpy.transport.ssh import dial_stdio  # it loads what starts processes

        return dial_stdio(*self._destination, timeout=timeout)

    def channel(self, timeout: float | None) -> Channel:
        """See `Connector`."""
        return SocketChannel(self.connect(timeout))


def connector_for(endpoint: Endpoint) -> SocketConnector:
    """The connector of an endpoint.

    Raises:
        InvalidEndpoint: there is no way to reach such an endpoint from here.
        ConfigError: its TLS material cannot be used.
    """
    match endpoint.scheme:
        case "unix" if endpoint.path:
            return UnixConnector(endpoint.path)
        case "tcp" if endpoint.host and endpoint.port:
            if endpoint.tls is None:
                return TCPConnector(endpoint.host, endpoint.port)
            return TLSConnector(endpoint.host, endpoint.port, endpoint.tls.context(), endpoint.tls.hostname)
        case "ssh" if endpoint.host:
            return SSHConnector(endpoint.host, endpoint.user, endpoint.port, endpoint.path)
        case _:
            raise InvalidEndpoint(f"dockpy cannot reach {endpoint.display} from this system")
