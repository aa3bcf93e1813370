"""A lock that is given to whoever waited longest.

Python's own goes to whoever comes first, which is mostly the thread that has just given it back: with it, one
busy client of a daemon would keep all others out.
"""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["FairLock"]


class FairLock:
    """A reentrant lock, fair to those who wait; made to be a condition's lock as well."""

    __slots__ = ("_count", "_guard", "_inside", "_owner", "_waiting")

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._inside: set[int] = set()
        self._owner: int | None = None
        self._count = 0
        self._waiting: deque[tuple[int, threading.Lock]] = deque()

    def acquire(self) -> bool:
        """Have the lock, once more where this thread has it already."""
        self._take(1)
        return True

    def _take(self, count: int) -> None:
        me = threading.get_ident()
        if self._owner == me:
            self._count += count
            return
        turn = threading.Lock()
        turn.acquire()
        waiting = me, turn
        with self._guarded():
            if self._owner is None:
                self._owner, self._count = me, count
                return
            self._waiting.append(waiting)
        try:
            turn.acquire()  # until it is handed over
        except BaseException:  # KeyboardInterrupt, or a test's time is over
            self._give_up(waiting)
            raise
        self._count = count

    def _give_up(self, waiting: tuple[int, threading.Lock]) -> None:
        with self._guarded():
            if waiting in self._waiting:
                self._waiting.remove(waiting)
                return
        self._hand_over()  # it was ours already

    @contextlib.contextmanager
    def _guarded(self) -> Iterator[None]:
        me = threading.get_ident()
        self._inside.add(me)
        try:
            with self._guard:
                yield
        finally:
            self._inside.discard(me)

    @property
    def busy(self) -> bool:
        """Whether this thread has it, or is just about it: what is collected then must not ask for it."""
        me = threading.get_ident()
        return self._owner == me or me in self._inside

    @contextlib.contextmanager
    def given_back(self) -> Iterator[None]:
        """Let others have it within a ``with`` block, however often this thread has it."""
        count = self._release_save()
        try:
            yield
        finally:
            self._acquire_restore(count)

    def release(self) -> None:
        """Give it back; to whoever waited longest, where somebody waits.

        Raises:
            RuntimeError: this thread does not have it.
        """
        if self._owner != threading.get_ident():
            raise RuntimeError("cannot release a lock that another thread has")
        self._count -= 1
        if not self._count:
            self._hand_over()

    def _hand_over(self) -> None:
        with self._guarded():
            if self._waiting:
                self._owner, turn = self._waiting.popleft()
                turn.release()
            else:
                self._owner = None

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()

    # What a condition asks of its lock

    def _is_owned(self) -> bool:
        return self._owner == threading.get_ident()

    def _release_save(self) -> int:
        count, self._count = self._count, 0
        self._hand_over()
        return count

    def _acquire_restore(self, count: int) -> None:
        self._take(count)
