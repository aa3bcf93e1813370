"""A merged stream: threads that read, and whoever takes what they bring."""

from __future__ import annotations

import contextlib
import math
import sys
import threading
import time
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from dockpy.closing import Closing
from dockpy.errors import FleetError
from dockpy.fleet.items import FleetBack, FleetLost, FleetMessage, moment_of
from dockpy.fleet.merger import Merger
from dockpy.resources.attempt import Attempt

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable, Iterator, Mapping

__all__ = ["FIRST_DELAY", "LONGEST_DELAY", "FleetStream", "Hub", "HubClosed"]

T = TypeVar("T")
R = TypeVar("R")
FIRST_DELAY, LONGEST_DELAY = 0.05, 2.0
"""Seconds between two attempts to reach a daemon, or to read of it; each wait is twice the one before."""
_OWN, _ALL = 256, 4096
"""A source is read no further while so many items of its own wait to be taken, and so many of all sources."""


class HubClosed(Exception):
    """Nobody takes anything any more."""


class _Closeable(Protocol):
    def close(self) -> object: ...


class Hub(Generic[T]):
    """Where the threads that read bring what they have read. All of it may be called from any thread.

    Args:
        window: see `Merger`.
        clock: seconds, which never go back.
    """

    def __init__(self, window: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.errors: dict[str, Exception] = {}
        self.unreadable: dict[str, Exception] = {}
        self._merger: Merger[FleetMessage[T]] = Merger(window)
        self._strict = window == math.inf
        self._clock = clock
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._room: dict[Hashable, threading.Condition] = {}
        self._closed = threading.Event()
        self._held: dict[int, Callable[[], object]] = {}
        self._threads: set[threading.Thread] = set()
        self._working: dict[Hashable, int] = {}
        self._failure: BaseException | None = None
        self._begun: set[str] = set()

    # What the threads that read do

    def spawn(self, source: Hashable, read: Callable[[], object], *, awaited: bool = True) -> None:
        """Let a thread read a source.

        Args:
            source: what it reads.
            read: reads it to its end, or until `HubClosed` is raised.
            awaited: items of others wait for it, until it ends.
        """
        thread = threading.Thread(
            target=self._work, args=(source, read), name=f"dockpy-fleet {source}", daemon=True
        )
        with self._lock:
            if self._closed.is_set():
                raise HubClosed
            thread.start()
            if awaited:
                self._merger.wait_for(source)
            self._working[source] = self._working.get(source, 0) + 1
            self._threads = {each for each in self._threads if each.is_alive()} | {thread}

    def _work(self, source: Hashable, read: Callable[[], object]) -> None:
        failure = None
        try:
            read()
        except HubClosed:
            pass
        except BaseException as error:
            failure = error
        with self._lock:
            self._failure = self._failure or failure
            self._working[source] -= 1
            if not self._working[source]:
                del self._working[source]
                self._merger.end(source)
            self._changed.notify_all()

    def put(self, source: Hashable, moment: int, item: FleetMessage[T]) -> None:
        """Bring an item; waits where nobody takes what the source has brought already.

        Args:
            source: who brings it.
            moment: when it happened, in nanoseconds since 1970.
            item: what it is.
        """
        with self._lock:
            while not self._closed.is_set() and self._is_full(source):
                self._changed.notify_all()
                self._room.setdefault(source, threading.Condition(self._lock)).wait()
            if self._closed.is_set():
                raise HubClosed
            self._merger.push(source, moment, item, self._clock())
            self._changed.notify_all()

    def _is_full(self, source: Hashable) -> bool:
        return self._merger.waiting(source) >= _OWN and len(self._merger) >= _ALL

    def begun(self, daemon: str) -> None:
        """Tell that nothing of a daemon is missed from now on, or that it is not there."""
        with self._lock:
            self._begun.add(daemon)
            self._changed.notify_all()

    def lost(self, daemon: str, error: Exception, *, final: bool = False) -> None:
        """Tell that a daemon is not there; with ``final``, that it is given up."""
        if final:
            with self._lock:
                if self.errors.setdefault(daemon, error) is not error:
                    return
        now = time.time_ns()
        self.put(daemon, now, FleetLost(daemon, error, final, moment_of(now)))
        self.begun(daemon)

    def back(self, daemon: str, seconds: float) -> None:
        """Tell that a daemon is there again."""
        now = time.time_ns()
        self.put(daemon, now, FleetBack(daemon, seconds, moment_of(now)))

    def pause(self, seconds: float) -> None:
        """Wait."""
        if self._closed.wait(seconds):
            raise HubClosed

    @property
    def closed(self) -> bool:
        """Whether nobody takes anything any more."""
        return self._closed.is_set()

    @contextlib.contextmanager
    def held(self, close: Callable[[], object]) -> Iterator[None]:
        """Something that is called when the hub is closed, and at the end of the ``with`` block."""
        key = id(close)
        with self._lock:
            self._held[key] = close
            closed = self._closed.is_set()
        try:
            if closed:
                raise HubClosed
            yield
        finally:
            with self._lock:
                del self._held[key]
            close()

    def attempt(self, call: Callable[[], R], discard: Callable[[R], object] = lambda _: None) -> R:
        """What a call gives that may hang: closing the hub does not wait for it.

        Args:
            call: what to do.
            discard: takes what it gave, where the hub was closed meanwhile.
        """
        attempt = Attempt(call, discard)
        with self.held(attempt.call_off):
            value = attempt.result()
        if value is None:
            raise HubClosed
        if self.closed:
            discard(value)
            raise HubClosed
        return value

    # What the one that takes does

    def begin(
        self, readers: Mapping[str, Callable[[], object]], *, awaited: bool = True, patience: float = 0
    ) -> None:
        """Let threads read daemons; where that fails, or is interrupted, none is left.

        Args:
            readers: by daemon, what reads it.
            awaited: as of `spawn`.
            patience: how long to wait until they have all begun, in seconds.
        """
        try:
            for daemon, read in readers.items():
                self.spawn(daemon, read, awaited=awaited)
            self._wait_begun(readers.keys(), patience)
        except BaseException:
            self.close()
            raise

    def _wait_begun(self, daemons: Collection[str], seconds: float) -> None:
        with self._lock:
            self._changed.wait_for(lambda: self._begun.issuperset(daemons), seconds)

    def take(self) -> FleetMessage[T] | None:
        """The next item, waited for; None at the end.

        Raises:
            BaseException: what a thread has failed with, other than by the daemon's fault.
        """
        with self._lock:
            while not self._closed.is_set():
                if self._failure is not None:
                    raise self._failure
                now = self._clock()
                # Whoever has no room would wait for its own items' windows: they are given before.
                hurry = bool(self._room) and not self._strict
                if (given := self._merger.pop(math.inf if hurry else now)) is not None:
                    self._make_room(given[0])
                    return given[1]
                if not self._working:  # and nobody is waited for, so that all has been given
                    return None
                due = self._merger.due()
                self._changed.wait(None if due == math.inf else min(due - now, threading.TIMEOUT_MAX))
            return None

    def _make_room(self, source: Hashable) -> None:
        """Let them go on whose items have been taken, once there is room for many."""
        if not self._room:
            return
        if len(self._merger) <= _ALL - _OWN:
            free = list(self._room)
        else:
            free = [source] if self._merger.waiting(source) <= _OWN // 2 else []
        for each in free:
            if (room := self._room.pop(each, None)) is not None:
                room.notify_all()

    def close(self) -> None:
        """End all threads, and wait for them."""
        with self._lock:
            self._closed.set()
            self._changed.notify_all()
            for room in self._room.values():
                room.notify_all()
            held, threads = list(self._held.values()), list(self._threads)
        for close in held:
            close()
        for thread in threads:
            if thread is not threading.current_thread():
                thread.join()


class FleetStream(Closing, Generic[T]):
    """What several daemons tell, in time order: items that name their daemon, and markers.

    Where a daemon cannot be reached, a `FleetLost` says so, and the others go on; a `FleetBack` says that it
    is there again. Close it from any thread; it closes itself at its end, and where nobody has it any more.

    Attributes:
        errors: by daemon, why it was given up.
        unreadable: by ``daemon/container``, why the logs or the statistics of a container cannot be read.

    Raises:
        FleetError: while it is read, at the end: every daemon was given up.
    """

    def __init__(self, hub: Hub[T], daemons: int) -> None:
        self._hub = hub
        self._daemons = daemons
        self.errors: dict[str, Exception] = hub.errors
        self.unreadable: dict[str, Exception] = hub.unreadable

    def __iter__(self) -> Iterator[FleetMessage[T]]:
        return self

    def __next__(self) -> FleetMessage[T]:
        try:
            message = self._hub.take()
        except BaseException:
            self.close()
            raise
        if message is None:
            ended = not self._hub.closed
            self.close()
            if ended and self._daemons and len(self.errors) == self._daemons:
                raise FleetError.of(self.errors, self._daemons)
            raise StopIteration
        return message

    def close(self) -> None:
        """End it; a read that is blocked in another thread ends."""
        self._hub.close()

    def __del__(self) -> None:
        if not self._hub.closed and not sys.is_finalizing():  # no thread begins then
            # This may be any thread, at any moment: one that holds the hub's lock, too.
            threading.Thread(target=self._hub.close, name="dockpy-fleet end", daemon=True).start()
