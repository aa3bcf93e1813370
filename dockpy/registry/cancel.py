"""How a transfer is ended from another thread, and how often one that broke is tried again."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Cancel", "Cancelled", "SupportsClose", "Tries"]

_FIRST_DELAY = 0.05
_LONGEST_DELAY = 2.0


class Cancelled(Exception):
    """A transfer was ended by `Cancel.set`. It never leaves this package."""


class SupportsClose(Protocol):
    """Whatever is closed from another thread."""

    def close(self) -> None:
        """Whoever reads from it wakes up."""
        ...


class Cancel:
    """Whether to stop, shared by threads; once set, it stays set."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._open: dict[int, SupportsClose] = {}

    @property
    def is_set(self) -> bool:
        """Whether everything is to stop."""
        return self._event.is_set()

    def set(self) -> None:
        """Let everything stop, what waits for bytes as well."""
        self._event.set()
        with self._lock:
            waiting = list(self._open.values())
        for thing in waiting:
            thing.close()

    def check(self) -> None:
        """Go on, or not.

        Raises:
            Cancelled: everything is to stop.
        """
        if self._event.is_set():
            raise Cancelled

    def wait(self, seconds: float) -> None:
        """Let time pass.

        Raises:
            Cancelled: everything is to stop.
        """
        if self._event.wait(seconds):
            raise Cancelled

    @contextlib.contextmanager
    def closes(self, thing: SupportsClose) -> Iterator[None]:
        """Close a thing too when everything is to stop, for as long as the block takes.

        Raises:
            Cancelled: everything is to stop.
        """
        with self._lock:
            self._open[id(thing)] = thing
        try:
            self.check()
            yield
        finally:
            with self._lock:
                del self._open[id(thing)]


class Tries:
    """How often something is tried again before its failure is one.

    Args:
        cancel: ends the wait before the next try.
        limit: how many failures in a row are too many.
        most: how many are, all in all, however far it gets between them.
    """

    def __init__(self, cancel: Cancel, limit: int = 5, most: int = 100) -> None:
        self._cancel = cancel
        self._limit = limit
        self._left = most
        self._failures = 0

    def failed(self, error: BaseException) -> None:
        """It failed: wait for the next try, longer each time.

        Raises:
            BaseException: the error itself, where there is no next try.
        """
        self._failures += 1
        self._left -= 1
        if self._failures >= self._limit or self._left <= 0:
            raise error
        self._cancel.wait(min(_FIRST_DELAY * 2 ** (self._failures - 1), _LONGEST_DELAY))

    def progressed(self) -> None:
        """It got further, so that failures count from the start again."""
        self._failures = 0
