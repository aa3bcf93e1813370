"""Unary calls where there are no sockets: to a daemon in this process.

Requests and answers cross as bytes all the same, over the connector's channels, so that what is wrong in
their writing shows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.transport.exchange import ByteStream, exchange, read_whole
from dockpy.transport.message import Request, Response, Timeouts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockpy.config.endpoint import Endpoint
    from dockpy.transport.connectors import Connector

__all__ = ["DirectSession"]


class DirectSession:
    """Sends each request on a channel of its own and reads its answer to its end.

    Args:
        connector: makes the channels.
        endpoint: where they go, for errors.
        headers: sent with every request.
    """

    def __init__(self, connector: Connector, endpoint: Endpoint, headers: Mapping[str, str]) -> None:
        self._connector = connector
        self._endpoint = endpoint
        self._headers = headers

    def send(self, request: Request, timeouts: Timeouts) -> Response:
        """Send a request and read its answer.

        Raises:
            ConnectionFailed: nobody answered.
            InvalidResponse: what answered does not speak HTTP.
        """
        answer = exchange(self._connector, self._endpoint, request, self._headers, timeouts)
        with answer:
            head = answer.head
            content = read_whole(answer, timeouts.read) if isinstance(answer, ByteStream) else b""
            return Response(head.status, head.reason, head.headers, content)

    def drop_idle(self) -> None:
        """Nothing is kept open."""

    def close(self) -> None:
        """Nothing is kept open."""
