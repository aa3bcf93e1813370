"""What time it is for a fake daemon, in nanoseconds since 1970."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

__all__ = ["SECOND", "Clock", "ManualClock", "RealClock"]

SECOND = 1_000_000_000
"""Nanoseconds."""


class Clock(Protocol):
    """Where a daemon takes its time from."""

    def now(self) -> int:
        """The time, in nanoseconds since 1970."""
        ...

    def until(self, due: int) -> float | None:
        """How many seconds of the real world it takes until then; None where time does not pass by itself."""
        ...


class RealClock:
    """The machine's time; it never goes back."""

    def __init__(self) -> None:
        self._offset = time.time_ns() - time.monotonic_ns()

    def now(self) -> int:
        """See `Clock`."""
        return time.monotonic_ns() + self._offset

    def until(self, due: int) -> float | None:
        """See `Clock`."""
        return max(0, due - self.now()) / SECOND


class ManualClock:
    """A time that stands still until it is told to go on: tests wait for nothing, and see the same always.

    Several daemons may share one.

    Args:
        start: the first time, with a time zone; None for 2024-01-01T00:00:00Z.
        auto: a call that has to wait takes the time to the next thing that is due, instead of waiting for
            `advance` in another thread: ``run("busybox", ["sleep", "3600"])`` returns at once.
    """

    def __init__(self, start: datetime | None = None, *, auto: bool = False) -> None:
        if start is not None and start.tzinfo is None:
            raise ValueError("ManualClock(start=…) takes a datetime with a time zone")
        self._now = round(start.timestamp() * 1_000_000) * 1_000 if start else 1_704_067_200 * SECOND
        self.auto: bool = auto
        self._listeners: list[Callable[[], None]] = []

    def now(self) -> int:
        """See `Clock`."""
        return self._now

    def until(self, due: int) -> float | None:
        """See `Clock`."""
        return 0 if due <= self._now else None

    def advance(self, seconds: float) -> None:
        """Let time pass; all that is due by then happens, in order, before this returns.

        Args:
            seconds: how long; not negative.
        """
        if seconds < 0:
            raise ValueError(f"advance({seconds}): time does not go back")
        self.go_to(self._now + round(seconds * SECOND))

    def go_to(self, due: int) -> None:
        """Let time pass until then (nanoseconds since 1970)."""
        self._now = max(self._now, due)
        for listener in list(self._listeners):
            listener()

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Be called whenever time has passed; returns what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)
