"""One job for each daemon, some at once, each with its own time.

A thread cannot be ended from outside, and a daemon that hangs keeps one. It does not keep the others from
theirs: a job that takes long lends its place to the next one, so that there may be more threads than places,
though never more than one for each daemon. A job whose time is over is given up: its thread ends when the
call in it does, by the client's own timeout, and what it brings then is dropped.
"""

from __future__ import annotations

import contextlib
import contextvars
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Generic, Never, TypeVar

from dockpy.errors import ConnectionFailed, DockpyError, TimedOut
from dockpy.fleet.results import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dockpy.client import Client

__all__ = ["Gathering"]

T = TypeVar("T")

_LENT_AFTER = 0.25
"""Seconds after which a job that has not ended lends its place to another."""


class Gathering(Generic[T]):
    """Calls a function with each name and client; `run` once.

    Args:
        function: what is called, in threads.
        clients: the clients, by the names of their daemons.
        workers: how many places there are.
        timeout: seconds that each job may take from its beginning; None for as long as it takes.
    """

    def __init__(
        self,
        function: Callable[[str, Client], T],
        clients: Mapping[str, Client],
        *,
        workers: int,
        timeout: float | None = None,
    ) -> None:
        self._function = function
        self._clients = clients
        self._places = workers
        self._timeout = timeout
        self._context = contextvars.copy_context()
        self._changed = threading.Condition()
        self._waiting = deque(clients)
        self._threads = 0  # those that hold a place
        self._began: dict[str, float] = {}
        self._lent = set[str]()
        self._outcomes: dict[str, Outcome[T]] = {}
        self._cancelled = False
        self._fatal: BaseException | None = None

    def run(self) -> dict[str, Outcome[T]]:
        """Do all of it.

        Returns:
            What came of each, in the clients' order; of those that were not done when it was cancelled, an
            error.

        Raises:
            BaseException: a job raised what is no `Exception`, or this thread was interrupted: no further
                jobs are begun then, and those under way are dropped.
        """
        try:
            while not self._ended:
                self._start(self._places_to_fill())
                self._wait()
        finally:
            with self._changed:
                self._waiting.clear()
        if self._fatal is not None:
            raise self._fatal
        # Handed over: an error's traceback refers to this, and all outcomes would keep each other alive.
        outcomes, self._outcomes = self._outcomes, {}
        return {name: outcomes[name] if name in outcomes else self._closed(name) for name in self._clients}

    def cancel(self) -> None:
        """End it from another thread: `run` returns now."""
        with self._changed:
            self._cancelled = True
            self._waiting.clear()
            self._changed.notify_all()

    # What the thread of `run` does

    @property
    def _ended(self) -> bool:
        done = len(self._outcomes) == len(self._clients)
        return done or self._cancelled or self._fatal is not None

    def _places_to_fill(self) -> int:
        """How many threads to start, after looking at the clock."""
        now = time.monotonic()
        with self._changed:
            for name, began in list(self._began.items()):
                late = self._timeout is not None and now - began >= self._timeout
                if late:
                    del self._began[name]
                    self._outcomes[name] = _failed(name, self._clients[name], self._too_late())
                if name not in self._lent and (late or now - began >= _LENT_AFTER):
                    self._lent.add(name)
                    self._threads -= 1
            wanted = max(min(self._places - self._threads, len(self._waiting)), 0)
            self._threads += wanted
        return wanted

    def _start(self, wanted: int) -> None:
        for number in range(wanted):
            thread = threading.Thread(target=self._work, name="dockpy fleet", daemon=True)
            try:
                thread.start()
            except RuntimeError:  # no more threads can be had: those that there are do the rest
                with self._changed:
                    self._threads -= wanted - number
                    if self._waiting and not self._threads:
                        raise
                return

    def _wait(self) -> None:
        """Wait for a job's end, or until a place is lent or a job given up."""
        with self._changed:
            if self._ended:
                return
            now = time.monotonic()
            times = list[float]()
            if self._waiting:
                mine = [began for name, began in self._began.items() if name not in self._lent]
                times += [began + _LENT_AFTER for began in [*mine, now]]
            if self._timeout is not None:
                times += [began + self._timeout for began in [*self._began.values(), now]]
            self._changed.wait(max(min(times) - now, 0) if times else None)

    def _too_late(self) -> TimedOut:
        return TimedOut(f"It took longer than the {self._timeout:g} seconds that it was given")

    def _closed(self, name: str) -> Outcome[T]:
        return _failed(name, self._clients[name], ConnectionFailed("The fleet was closed before it answered"))

    # What the other threads do

    def _work(self) -> None:
        while (name := self._begin()) is not None:
            outcome = self._do(name)
            with self._changed:
                lent = name in self._lent
                if self._began.pop(name, None) is not None and outcome is not None:
                    self._outcomes[name] = outcome
                if self._fatal is not None or len(self._outcomes) == len(self._clients):
                    self._changed.notify_all()
                if lent:
                    return
            del outcome  # an error's traceback refers to this frame

    def _begin(self) -> str | None:
        """The next job; None where there is none, and there will be none."""
        with self._changed:
            if self._waiting and self._fatal is None:
                name = self._waiting.popleft()
                self._began[name] = time.monotonic()
                return name
            return None

    def _do(self, name: str) -> Outcome[T] | None:
        client = self._clients[name]
        try:
            try:
                return Outcome(self._context.copy().run(self._function, name, client))
            except Exception as error:
                return _failed(name, client, error)
        except BaseException as error:  # raised by whoever called `run`
            with self._changed:
                self._fatal = error
            return None


def _failed(name: str, client: Client, error: Exception) -> Outcome[Never]:
    """An error that says on which daemon it happened."""
    if isinstance(error, DockpyError) and error.daemon is None:
        with contextlib.suppress(DockpyError):  # where it is cannot be found out: the error is about that
            error.at(daemon=client.daemon)
    note = f"It happened on {name!r} of the fleet."
    if note not in getattr(error, "__notes__", ()):
        error.add_note(note)
    return Outcome(error=error)
