"""What happens on a daemon, told as it happens, across lost connections and restarts of the daemon.

An engine keeps its last 256 events in memory. A stream that comes back asks for those since the last
one that it told, and leaves out what it has told already. What an engine had not told yet when it ended is
gone with it.
"""

from __future__ import annotations

import json
import math
import threading
import time
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from dockpy.closing import Closing
from dockpy.errors import (
    ConnectionFailed,
    DockpyError,
    InvalidResponse,
    ServerError,
    TimedOut,
    TruncatedResponse,
)
from dockpy.ops import system
from dockpy.resources.attempt import Attempt
from dockpy.transport.answers import JsonStream
from dockpy.wire.document import Document

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from dockpy.transport.caller import Caller
    from dockpy.transport.exchange import ByteStream
    from dockpy.wire.events import EventMessage

__all__ = ["EventStream", "date_of"]

_REMEMBERED = 1024
"""How many events are remembered, so that none is told twice; an engine repeats 256 at most."""
_OVERLAP = 10**9
"""How far before the last event to ask again, in nanoseconds: events of one moment may swap places."""
_FIRST_DELAY, _LONGEST_DELAY = 0.05, 2.0
"""Seconds between two attempts to connect; each wait is twice the one before."""


class EventStream(Closing):
    """Events, as they come. Close it from any thread; it closes itself at its end.

    Where the connection is lost it connects again, yields one event of the type ``dockpy`` and the action
    ``reconnect``, and goes on: each event that the daemon still knows of comes exactly once. The client's
    hooks are called from another thread then.
    """

    def __init__(
        self,
        caller: Caller,
        query: Mapping[str, Any],
        *,
        reconnect: bool,
        reconnect_timeout: float | None,
        on_lost: Callable[[DockpyError], None] | None = None,
    ) -> None:
        self._caller = caller
        self._query = dict(query)
        self._reconnect = reconnect
        self._limit = math.inf if reconnect_timeout is None else reconnect_timeout
        self._on_lost = on_lost or (lambda _: None)
        self._told: dict[str, None] = {}
        self._last: int | None = None
        self._closed = threading.Event()
        self._attempt: Attempt[ByteStream] | None = None
        self._delay = 0.0
        self._silence = caller.read_timeout
        now = time.time()
        self._adopt(self._connect())
        since = query.get("since")
        self._first = int(Decimal(since) * 10**9) if since is not None else self._moment_of(now)

    def __iter__(self) -> Iterator[EventMessage]:
        return self

    def __next__(self) -> EventMessage:
        while True:
            try:
                event = next(self._source)
            except StopIteration:
                if self._closed.is_set() or not self._reconnect or self._is_over():
                    self.close()
                    raise
                lost: DockpyError = ConnectionFailed("The daemon ended the stream")
            except TimedOut:  # silent for longer than it may be: that is for the caller to know
                self.close()
                raise
            except (ConnectionFailed, TruncatedResponse) as error:
                if not self._reconnect:
                    raise
                lost = error
            else:
                if self._is_new(event):
                    return event
                continue
            return self._come_back(lost)

    def settimeout(self, seconds: float | None) -> None:
        """How long it may be silent, in seconds; None for as long as it likes."""
        self._silence = seconds
        self._source.settimeout(seconds)

    def at(self, error: DockpyError) -> DockpyError:
        """The error, with the operation and the daemon."""
        return self._source.at(error)

    def close(self) -> None:
        """End it; a read that is blocked in another thread, or waits for the daemon to come back, ends."""
        self._closed.set()
        self._source.close()
        if (attempt := self._attempt) is not None:
            attempt.call_off()

    # What it has told

    def _is_new(self, event: EventMessage) -> bool:
        """Whether an event was not told yet; from now on it is."""
        if not self._reconnect:
            return True
        identity = json.dumps(dict(event), sort_keys=True)
        if identity in self._told:
            return False
        if len(self._told) == _REMEMBERED:
            del self._told[next(iter(self._told))]
        self._told[identity] = None
        time_nano = event.get("timeNano")
        self._last = time_nano if isinstance(time_nano, int) else self._last
        return True

    def _is_over(self) -> bool:
        """Whether the daemon's clock has reached the end that was asked for."""
        until = self._query.get("until")
        now = self._opened + time.monotonic() - self._opened_here
        return until is not None and now + 1 >= float(until)  # its date has no parts of a second

    # Coming back

    def _connect(self) -> ByteStream:
        return self._caller.stream(system.EVENTS, query=self._query)

    def _reconnected(self) -> ByteStream:
        """Ask again from a little before the last event, and not from before what was asked for at first."""
        since = (
            self._first if self._last is None else max(self._last - _OVERLAP, min(self._first, self._last))
        )
        seconds, rest = divmod(since, 10**9)
        return self._caller.stream(system.EVENTS, query={**self._query, "since": f"{seconds}.{rest:09d}"})

    def _moment_of(self, now: float) -> int:
        """When the stream began, in nanoseconds, by the daemon's clock.

        The daemon's date has whole seconds. On the same host the clock is the same, and says it better.
        """
        near = self._caller.transport.endpoint.scheme in ("unix", "fake")
        shared = near and abs(now - self._opened) < 1
        return int((now if shared else self._opened) * 10**9)

    def _adopt(self, stream: ByteStream) -> None:
        self._source: JsonStream[EventMessage] = JsonStream(system.EVENTS, stream)
        self._opened, self._opened_here = date_of(stream), time.monotonic()

    def _come_back(self, lost: DockpyError) -> EventMessage:
        """Connect again, and tell of it.

        Raises:
            StopIteration: the stream was closed meanwhile.
            ConnectionFailed: the daemon did not come back in time.
            ApiError: it came back, and refused.
        """
        self._on_lost(lost)
        began = time.monotonic()
        if began - self._opened_here > _LONGEST_DELAY:  # it did well
            self._delay = 0.0
        self._source.close()
        failure, attempts = lost, 0
        while (left := began + self._limit - time.monotonic()) > 0:
            if self._closed.wait(min(self._delay, left)):
                raise StopIteration
            self._delay = min(max(2 * self._delay, _FIRST_DELAY), _LONGEST_DELAY)
            attempts += 1
            try:
                stream = self._try(left)
            except (ConnectionFailed, InvalidResponse, ServerError) as error:
                failure = error
                continue
            except BaseException:
                self.close()
                raise
            if stream is not None:
                self._adopt(stream)
                stream.settimeout(self._silence)
            if self._closed.is_set():
                self._source.close()
                raise StopIteration
            if stream is not None:
                return self._marker(lost, attempts, time.monotonic() - began)
        self.close()
        raise self.at(
            ConnectionFailed(
                f"The daemon did not come back within {self._limit:g} s: {failure.message}",
                hint="Give it more: events(reconnect_timeout=…).",
            )
        ) from failure.__cause__

    def _try(self, seconds: float) -> ByteStream | None:
        """Connect once; None where that took longer, or was called off."""
        attempt = self._attempt = Attempt(self._reconnected, lambda stream: stream.close())
        if self._closed.is_set():
            attempt.call_off()
        return attempt.result(seconds)

    def _marker(self, lost: DockpyError, attempts: int, seconds: float) -> EventMessage:
        now = self._moment_of(time.time())
        message = {
            "Type": "dockpy",
            "Action": "reconnect",
            "Actor": {
                "ID": self._caller.transport.endpoint.display,
                "Attributes": {
                    "attempts": str(attempts),
                    "reason": lost.message,
                    "seconds": f"{seconds:.3f}",
                },
            },
            "scope": "local",
            "time": now // 10**9,
            "timeNano": now,
        }
        marker: EventMessage = Document.of(message, "events.EventMessage")
        return marker


def date_of(stream: ByteStream) -> float:
    """When the daemon began to answer, by its own clock, in seconds since 1970."""
    try:
        return parsedate_to_datetime(stream.head.headers.get("Date", "")).timestamp()
    except (ValueError, OverflowError):  # the second: numbers beyond all calendars
        return time.time()
