"""A call in a thread of its own: whoever waits for it can be called off."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Attempt"]

R = TypeVar("R")


class Attempt(Generic[R]):
    """One call, in a thread of its own.

    Args:
        call: what to do.
        discard: takes what it gave where nobody waits for that any more.
    """

    def __init__(self, call: Callable[[], R], discard: Callable[[R], object]) -> None:
        self._call = call
        self._discard = discard
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._unwanted = False
        self._value: R | None = None
        self._error: BaseException | None = None
        threading.Thread(target=self._run, name="dockpy-attempt", daemon=True).start()

    def _run(self) -> None:
        try:
            value = self._call()
        except BaseException as error:
            self._error = error
        else:
            with self._lock:
                wanted = not self._unwanted
                if wanted:
                    self._value = value
            if not wanted:
                self._discard(value)
        self._over.set()

    def call_off(self) -> None:
        """Nobody waits for it any more."""
        with self._lock:
            self._unwanted = True
        self._over.set()

    def result(self, seconds: float | None = None) -> R | None:
        """What it gave; None where that was not there in time, or nobody wants it any more.

        Args:
            seconds: how long to wait; None for as long as it takes.
        """
        self._over.wait(None if seconds is None else min(seconds, threading.TIMEOUT_MAX))
        with self._lock:
            self._unwanted = True
            value = self._value
        if self._error is not None:
            raise self._error
        return value
