"""Readers of one container each, for merged logs and statistics."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

from dockpy.errors import ConnectionFailed, DockpyError, NotFound, TruncatedResponse
from dockpy.fleet.items import FleetItem, LogLine, moment_of
from dockpy.fleet.stamped import LogCursor, StampedLine, StampedLines, nanoseconds
from dockpy.fleet.stream import FIRST_DELAY, LONGEST_DELAY
from dockpy.ops import system
from dockpy.resources.events import date_of
from dockpy.streams.frames import Stream

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockpy.closing import Closing
    from dockpy.fleet.stream import Hub
    from dockpy.resources.container import Container
    from dockpy.resources.output import OutputStream
    from dockpy.transport.answers import JsonStream
    from dockpy.wire.stats import ContainerStatsResponse

__all__ = ["ContainerReader", "LogReader", "StatsReader"]

T = TypeVar("T")
S = TypeVar("S", bound="Closing")


class ContainerReader(Generic[T]):
    """Reads a container, in a thread, as often as there is something to read.

    Args:
        hub: where it brings what it reads.
        daemon: the daemon's name in the fleet.
        container: what it reads.
        follow: go on with what comes, and read again where the connection is lost.
    """

    def __init__(self, hub: Hub[T], daemon: str, container: Container, *, follow: bool) -> None:
        self._hub = hub
        self._daemon = daemon
        self._container = container
        self._follow = follow
        self._source = (daemon, container.id)
        self._lock = threading.Lock()
        self._wanted = self._running = self._stopped = False
        self._current: Closing | None = None

    def start(self) -> None:
        """Read what there is; where it reads already, once more after that."""
        with self._lock:
            self._wanted = True
            if self._running:
                return
            self._running = True
        self._hub.spawn(self._source, self._run)

    def stop(self) -> None:
        """Read no further."""
        with self._lock:
            self._stopped, self._wanted = True, False
            current = self._current
        if current is not None:
            current.close()

    def finish(self) -> None:
        """Read what there is, and do not wait for more."""
        self._follow = False
        self.stop()
        self.start()

    def died(self) -> None:
        """Its container has just ended."""

    def ended(self) -> None:
        """Its container was found not to run, and may have ended while nobody looked."""
        raise NotImplementedError

    def _run(self) -> None:
        while self._is_wanted():
            try:
                self._read_steadily()
            except NotFound:
                pass
            except (ConnectionFailed, TruncatedResponse) as error:
                self._hub.lost(self._daemon, error, final=True)
            except DockpyError as error:  # such as: a log that cannot be read
                self._hub.unreadable[f"{self._daemon}/{self._container.name}"] = error

    def _is_wanted(self) -> bool:
        with self._lock:
            self._running = self._wanted
            self._wanted = self._stopped = False
            return self._running

    def _read_steadily(self) -> None:
        delay = FIRST_DELAY
        while not self._stopped:
            began = time.monotonic()
            try:
                self._read()
            except (ConnectionFailed, TruncatedResponse):
                if not self._follow:
                    raise
            else:
                return
            if time.monotonic() - began > LONGEST_DELAY:  # it did well
                delay = FIRST_DELAY
            self._hub.pause(delay)
            delay = min(2 * delay, LONGEST_DELAY)

    def _read(self) -> None:
        """Read to the end."""
        raise NotImplementedError

    def _put(self, moment: int, value: T) -> None:
        self._hub.put(self._source, moment, FleetItem(self._daemon, value, moment_of(moment)))

    def _opened(self, open: Callable[[], S]) -> S:
        stream = self._hub.attempt(open, lambda stream: stream.close())
        with self._lock:
            self._current = stream
            stopped = self._stopped
        if stopped:
            stream.close()
        return stream


class LogReader(ContainerReader[LogLine]):
    """Reads the log of a container, each line once.

    Args:
        hub: see `ContainerReader`.
        daemon: see `ContainerReader`.
        container: see `ContainerReader`.
        follow: see `ContainerReader`.
        timestamps: let each line begin with its time.
        query: more arguments of `logs`.
    """

    def __init__(
        self,
        hub: Hub[LogLine],
        daemon: str,
        container: Container,
        *,
        follow: bool,
        timestamps: bool,
        query: dict[str, Any],
    ) -> None:
        super().__init__(hub, daemon, container, follow=follow)
        self._timestamps = timestamps
        self._query = query
        self._cursor = LogCursor()
        self._last = 0
        self._opened_at: float | None = None

    def ended(self) -> None:
        """Read what is left of its log."""
        self.start()

    def _read(self) -> None:
        self._cursor.restart()
        output = self._opened(self._open)
        lines = StampedLines()
        with self._hub.held(output.close):
            if not self._follow:
                output.settimeout(self._container.client.timeouts.read)
            for frame in output.frames():
                for line in lines.feed(frame):
                    self._tell(line)
            if not self._stopped:
                for line in lines.close():
                    self._tell(line)

    def _open(self) -> OutputStream:
        query = dict(self._query)
        told_until = self._cursor.since
        since = self._opened_at if told_until is None else told_until
        if since is not None:
            query |= {"since": since, "tail": "all"}
        elif self._follow and query["tail"] != "all":  # to be read again, it may have had nothing to tell
            self._opened_at = self._now()
        return self._container.logs(stream=True, follow=self._follow, timestamps=True, **query)

    def _now(self) -> float:
        """The daemon's time, in seconds since 1970; never more than it is."""
        with self._container.client.api.stream(system.PING) as answer:
            return date_of(answer)

    def _tell(self, line: StampedLine) -> None:
        moment = self._last if line.moment is None else line.moment
        self._last = moment
        if self._cursor.is_new(line.stream, moment):
            stream: Literal["stdout", "stderr"] = "stderr" if line.stream is Stream.STDERR else "stdout"
            text = line.stamp + line.text if self._timestamps else line.text
            self._put(moment, LogLine(self._container, stream, text))


class StatsReader(ContainerReader["ContainerStatsResponse"]):
    """Reads what a container uses, for as long as it runs."""

    def died(self) -> None:
        """Read no further: engines go on with samples of nothing."""
        self.stop()

    def ended(self) -> None:
        """See `died`."""
        self.stop()

    def _read(self) -> None:
        samples: JsonStream[ContainerStatsResponse] = self._opened(lambda: self._container.stats(stream=True))
        with self._hub.held(samples.close):
            for sample in samples:
                moment = nanoseconds(sample.get("read"))
                if moment is not None and moment > 0:  # before 1970: it does not run, and there is none
                    self._put(moment, sample)
