"""The events of one daemon of a fleet, for as long as a merged stream goes on."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any

from dockpy.errors import ConnectionFailed, DockpyError, InvalidResponse, ServerError
from dockpy.fleet.stream import FIRST_DELAY, LONGEST_DELAY
from dockpy.ops import system
from dockpy.resources.events import EventStream, date_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dockpy.client import Client
    from dockpy.fleet.stream import Hub
    from dockpy.wire.events import EventMessage

__all__ = ["Watch"]

_YEAR_10000 = 253402300800 * 10**9
_ABOUT = 2.0
"""Seconds: the date of an answer has whole ones, and is a little old."""


class Watch:
    """Reads the events of a daemon, and tells when it is lost and back.

    A daemon that is not there at first is waited for as one that goes away later.

    Args:
        hub: where markers go.
        daemon: its name in the fleet.
        client: the daemon.
        query: what the operation is asked for.
        reconnect_timeout: seconds within which it has to come back; None for as long as it takes.
        on_event: takes each event, and when it happened, in nanoseconds since 1970.
        on_connected: called whenever the daemon is there, at first and again.
    """

    def __init__(
        self,
        hub: Hub[Any],
        daemon: str,
        client: Client,
        query: Mapping[str, Any],
        *,
        reconnect_timeout: float | None,
        on_event: Callable[[EventMessage, int], None],
        on_connected: Callable[[], None] = lambda: None,
    ) -> None:
        self._hub = hub
        self._daemon = daemon
        self._client = client
        self._query = dict(query)
        self._limit = reconnect_timeout
        self._on_event = on_event
        self._on_connected = on_connected
        self._lost_at: float | None = None
        self._missed_since: float | None = None

    @property
    def away(self) -> bool:
        """Whether the daemon is away just now, as far as is known."""
        return self._lost_at is not None

    def run(self) -> bool:
        """Read to the end, or until the daemon is given up.

        Returns:
            Whether this was the end.
        """
        moment = time.time_ns()
        try:
            stream = self._first()
            with self._hub.held(stream.close):
                self._hub.begun(self._daemon)
                self._on_connected()
                for event in stream:
                    if self._lost_at is not None:  # this one says no more than that
                        self._back()
                        self._on_connected()
                    else:
                        moment = _moment(event, moment)
                        self._on_event(event, moment)
        except DockpyError as error:
            self._hub.lost(self._daemon, error, final=True)
            return False
        return True

    def _first(self) -> EventStream:
        """The stream, once the daemon is there."""
        began, began_here = time.time(), time.monotonic()
        limit = math.inf if self._limit is None else self._limit
        delay = FIRST_DELAY
        while True:
            try:
                stream = self._hub.attempt(self._open, EventStream.close)
            except (ConnectionFailed, InvalidResponse, ServerError) as error:
                if (left := began_here + limit - time.monotonic()) <= 0:
                    raise
                if self._lost_at is None:
                    self._lost(error)
            else:
                if self._lost_at is not None:
                    self._back()
                return stream
            self._hub.pause(min(delay, left))
            delay = min(2 * delay, LONGEST_DELAY)
            self._missed_since = began

    def _open(self) -> EventStream:
        query = dict(self._query)
        if self._missed_since is not None and query.get("since") is None:
            # What happens on it before it is reached counts too.
            query["since"] = f"{self._missed_since + self._ahead():.9f}"
        return EventStream(
            self._client.api,
            query,
            reconnect=True,
            reconnect_timeout=self._limit,
            on_lost=self._lost,
        )

    def _ahead(self) -> float:
        """How far the daemon's clock is ahead of this machine's, in seconds; 0 where it may be the same."""
        with self._client.api.stream(system.PING) as answer:
            ahead = date_of(answer) - time.time()
        return ahead if abs(ahead) > _ABOUT else 0

    def _lost(self, error: DockpyError) -> None:
        self._lost_at = time.monotonic()
        self._hub.lost(self._daemon, error)

    def _back(self) -> None:
        assert self._lost_at is not None
        self._hub.back(self._daemon, time.monotonic() - self._lost_at)
        self._lost_at = None


def _moment(event: EventMessage, before: int) -> int:
    """When an event happened, in nanoseconds since 1970; as the one before, where it does not say so."""
    for value, unit in ((event.get("timeNano"), 1), (event.get("time"), 10**9)):
        if isinstance(value, int) and 0 < value * unit < _YEAR_10000:
            return value * unit
    return before
