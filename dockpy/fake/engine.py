"""The state of one fake daemon, and how its callers wait. It knows no HTTP."""

from __future__ import annotations

import itertools
import random
import threading
from typing import TYPE_CHECKING

from dockpy.fake.kernel.clock import ManualClock
from dockpy.fake.kernel.scheduler import Scheduler

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dockpy.fake.kernel.clock import Clock

__all__ = ["Engine", "Gone"]


class Gone(Exception):
    """Whoever was waiting is not there any more: the client went away, or the daemon was closed."""


class Engine:
    """One daemon's world.

    Everything in it is read and changed under `lock`. Whoever has to wait calls `wait`, which lets the
    world go on meanwhile, and others in.

    Args:
        clock: its time.
        seed: ids, names and addresses come from it; None for other ones each time.
    """

    def __init__(self, clock: Clock, *, seed: int | None = None) -> None:
        self.clock = clock
        self.scheduler = Scheduler(clock)
        self.random = random.Random(seed)  # noqa: S311 - ids are no secrets
        self.lock = threading.RLock()
        self._changed = threading.Condition(self.lock)
        self.closed: bool = False
        self.host_pids: Iterator[int] = itertools.count(4001)
        self._unsubscribe: Callable[[], None] | None = None
        if isinstance(clock, ManualClock):
            self._unsubscribe = clock.subscribe(self._time_passed)

    def now(self) -> int:
        """The time, in nanoseconds since 1970."""
        return self.scheduler.now()

    def new_id(self) -> str:
        """64 hexadecimal digits."""
        return f"{self.random.getrandbits(256):064x}"

    def catch_up(self) -> None:
        """Bring the world up to now: called at the beginning of each call."""
        if self.scheduler.pump():
            self._changed.notify_all()

    def notify(self) -> None:
        """Something changed that others may wait for."""
        self._changed.notify_all()

    def wait(self, until: Callable[[], bool], gone: Callable[[], bool] = lambda: False) -> None:
        """Let the world go on until a condition holds.

        Args:
            until: the condition; asked under the lock, often.
            gone: whether nobody waits any more.

        Raises:
            Gone: nobody waits any more, or the daemon was closed.
        """
        while not until():
            if self.closed or gone():
                raise Gone
            if self.scheduler.pump():
                self._changed.notify_all()
                if not until():
                    self._let_others_in()
                continue
            self._sleep()

    def _sleep(self) -> None:
        due = self.scheduler.next_due
        clock = self.clock
        if isinstance(clock, ManualClock) and clock.auto and due is not None:
            clock.go_to(due)
            return
        self._changed.wait(None if due is None else clock.until(due))

    def _let_others_in(self) -> None:
        self._changed.wait(0)

    def _time_passed(self) -> None:
        with self.lock:
            while self.scheduler.busy and self.scheduler.pump():
                pass
            self._changed.notify_all()

    def close(self) -> None:
        """Whoever waits is told so."""
        with self.lock:
            self.closed = True
            if self._unsubscribe is not None:
                self._unsubscribe()
                self._unsubscribe = None
            self._changed.notify_all()
