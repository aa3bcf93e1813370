"""Both roads to one daemon: one method to send, one to stream, one to upgrade."""

from __future__ import annotations

import threading
import weakref
from typing import TYPE_CHECKING

from dockpy._version import __version__
from dockpy.errors import DockpyError, InvalidResponse
from dockpy.forks import renew_after_fork
from dockpy.transport.connectors import SocketConnector, connector_for
from dockpy.transport.direct import DirectSession
from dockpy.transport.exchange import ByteStream, Upgraded, exchange
from dockpy.transport.failures import explain, is_lost_connection, root_cause
from dockpy.transport.message import Request, Response, Timeouts
from dockpy.transport.session import Session

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockpy.config.endpoint import Endpoint
    from dockpy.transport.connectors import Connector

__all__ = ["Transport"]

_CHEAP, _DEAR = 100, 10
"""How many connections are kept: of those that are cheap, as many as threads may use at once."""


_FRAMING = {"Host", "Content-Length", "Transfer-Encoding", "Trailer", "Connection", "Upgrade"}


def _extra(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers under the names that a request's own have, and without those that frame it.

    With a length that is not its own a request ends within the next: the docker command leaves them out, too.
    """
    named = {"-".join(part.capitalize() for part in name.split("-")): headers[name] for name in headers}
    return {name: value for name, value in named.items() if name not in _FRAMING}


class Transport:
    """The way to one daemon. Making one does no I/O; it may be shared by threads, and survives a fork.

    Args:
        endpoint: where the daemon is.
        pool_size: how many connections for unary calls are kept; None for as many as is usual.
        headers: sent with every request, beside the User-Agent.
        connector: makes the connections; None for the one that fits the endpoint.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        pool_size: int | None = None,
        headers: Mapping[str, str] | None = None,
        connector: Connector | None = None,
    ) -> None:
        self.endpoint = endpoint
        self._pool_size = pool_size
        self._headers = {"User-Agent": f"dockpy/{__version__}", **_extra(headers or {})}
        self._connector: Connector | None = connector
        self._session: Session | DirectSession | None = None
        self._inherited: list[Session | DirectSession] = []
        self._lock = threading.Lock()
        self._finalizer: weakref.finalize[..., Transport] | None = None
        renew_after_fork(self)

    def send(self, request: Request, timeouts: Timeouts) -> Response:
        """Send a request over a pooled connection and read its answer to its end.

        A connection that the daemon has closed meanwhile costs idempotent requests a silent retry.

        Raises:
            ConnectionFailed: no engine answered.
            InvalidResponse: what answered does not speak HTTP.
        """
        try:
            try:
                return self._open_session().send(request, timeouts)
            except OSError as error:
                if not request.idempotent or not is_lost_connection(error):
                    raise
                session = self._open_session()
                session.drop_idle()  # they may be lost as well, and this is tried once
                return session.send(request, timeouts)
        except DockpyError as error:
            raise error.at(daemon=self.endpoint.display) from error.__cause__
        except (OSError, ValueError) as error:
            raise explain(error, self.endpoint) from root_cause(error)

    def stream(self, request: Request, timeouts: Timeouts) -> ByteStream:
        """Send a request on a connection of its own; the answer's body comes as it is read.

        Raises:
            ConnectionFailed: no engine answered.
            InvalidResponse: what answered does not speak HTTP.
        """
        answer = exchange(self.connector, self.endpoint, request, self._headers, timeouts)
        if isinstance(answer, Upgraded):
            answer.close()
            raise InvalidResponse("The daemon upgraded a connection unasked", daemon=self.endpoint.display)
        return answer

    def upgrade(self, request: Request, timeouts: Timeouts, protocol: str) -> Upgraded | ByteStream:
        """Ask for the connection itself.

        Args:
            request: what to send.
            timeouts: seconds to connect, and for each read.
            protocol: what will be spoken on it (``tcp``, ``h2c``, ``websocket``).

        Returns:
            The connection; or the body of the answer, where the daemon did not give it.

        Raises:
            ConnectionFailed: no engine answered.
            InvalidResponse: what answered does not speak HTTP.
        """
        from dockpy.transport.websocket import check_handshake, handshake  # most calls need no hashing

        proof = handshake() if protocol == "websocket" else {}
        headers = {**request.headers, "Connection": "Upgrade", "Upgrade": protocol, **proof}
        asked = Request(request.method, request.target, headers, request.body)
        answer = exchange(self.connector, self.endpoint, asked, self._headers, timeouts)
        if proof and isinstance(answer, Upgraded):
            try:
                check_handshake(proof, answer.head)
            except InvalidResponse as error:
                answer.close()
                raise answer.at(error) from None
        return answer

    @property
    def connector(self) -> Connector:
        """What makes the connections; its TLS material is read when it is first needed."""
        connector = self._connector
        if connector is None:
            connector = self._connector = connector_for(self.endpoint)
        return connector

    def _new_session(self) -> Session | DirectSession:
        connector = self.connector
        if not isinstance(connector, SocketConnector):
            return DirectSession(connector, self.endpoint, self._headers)
        usual = _DEAR if connector.exclusive else _CHEAP
        return Session(connector, self._pool_size or usual, self._headers)

    def _open_session(self) -> Session | DirectSession:
        session = self._session
        if session is None:
            with self._lock:
                session = self._session
                if session is None:
                    session = self._session = self._new_session()
                    # A client that nobody closes leaves no connection open.
                    self._finalizer = weakref.finalize(self, session.close)
        return session

    def close(self) -> None:
        """Close the pooled connections; the next call opens new ones."""
        with self._lock:
            finalizer, self._session, self._finalizer = self._finalizer, None, None
        if finalizer is not None:
            finalizer()

    def after_fork(self) -> None:
        """In a forked child: the parent's connections are the parent's, neither used nor closed here."""
        self._lock = threading.Lock()
        if self._session is not None:
            self._inherited.append(self._session)
            self._session = None
        if self._finalizer is not None:
            self._finalizer.detach()
            self._finalizer = None
