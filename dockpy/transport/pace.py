"""How fast an answer has to come, and how much of it may: daemons neither keep callers nor fill memory."""

from __future__ import annotations

import time

from dockpy.errors import InvalidResponse

__all__ = ["Pace"]

_ENOUGH = 1024
_LARGEST = 256 * 1024 * 1024  # a listing of 10,000 containers has 20 MB


class Pace:
    """Counts what comes of an answer: each kilobyte of it has the time of a read, and it has an end.

    A read's own limit is kept by every single byte; this one is not. It begins with the first that comes.

    Args:
        seconds: the time of a read; None for as long as it takes.
    """

    __slots__ = ("_all", "_came", "_due", "_seconds")

    def __init__(self, seconds: float | None) -> None:
        self._seconds = seconds
        self._due: float | None = None
        self._came = self._all = 0

    def left(self, came: int) -> float | None:
        """The seconds that the next read may take; None for as long as it takes.

        Args:
            came: how many bytes the last read brought.

        Raises:
            TimeoutError: too few came.
            InvalidResponse: too many did.
        """
        self._all += came
        if self._all > _LARGEST:
            raise InvalidResponse(f"The answer is longer than {_LARGEST} bytes")
        if self._seconds is None:
            return None
        now = time.monotonic()
        self._came += came
        if self._due is None or self._came >= _ENOUGH:
            self._came, self._due = 0, now + self._seconds
        if now >= self._due:
            raise TimeoutError("timed out")
        return self._due - now
