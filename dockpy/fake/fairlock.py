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


class _Turns:
    """Whose turn it is: what locks that have become one have in common."""

    __slots__ = ("_guard", "count", "inside", "locks", "owner", "waiting")

    def __init__(self, lock: FairLock) -> None:
        self._guard = threading.Lock()
        self.locks: list[FairLock] = [lock]
        self.inside: set[int] = set()
        self.owner: int | None = None
        self.count = 0
        self.waiting: deque[tuple[int, threading.Lock]] = deque()

    @contextlib.contextmanager
    def guarded(self) -> Iterator[None]:
        me = threading.get_ident()
        self.inside.add(me)
        try:
            with self._guard:
                yield
        finally:
            self.inside.discard(me)


class FairLock:
    """A reentrant lock, fair to those who wait; made to be a condition's lock as well."""

    __slots__ = ("_turns",)

    def __init__(self) -> None:
        self._turns = _Turns(self)

    def become_one_with(self, other: FairLock) -> None:
        """From now on whoever has the one has the other as well. This thread has both."""
        mine, theirs = self._turns, other._turns
        if mine is theirs:
            return
        with mine.guarded(), theirs.guarded():
            mine.count += theirs.count
            mine.waiting += theirs.waiting
            mine.locks += theirs.locks
            for lock in theirs.locks:
                lock._turns = mine

    def acquire(self) -> bool:
        """Have the lock, once more where this thread has it already."""
        self._take(1)
        return True

    def _take(self, count: int) -> None:
        me = threading.get_ident()
        if self._turns.owner == me:
            self._turns.count += count
            return
        turn = threading.Lock()
        turn.acquire()
        waiting = me, turn
        with self._current() as turns:
            if turns.owner is None:
                turns.owner, turns.count = me, count
                return
            turns.waiting.append(waiting)
        try:
            turn.acquire()  # until it is handed over
        except BaseException:  # KeyboardInterrupt, or a test's time is over
            self._give_up(waiting)
            raise
        self._turns.count = count

    def _give_up(self, waiting: tuple[int, threading.Lock]) -> None:
        with self._current() as turns:
            if waiting in turns.waiting:
                turns.waiting.remove(waiting)
                return
        self._hand_over()  # it was ours already

    @contextlib.contextmanager
    def _current(self) -> Iterator[_Turns]:
        """The turns, guarded; others where it has become one with another lock while we waited for that."""
        while True:
            turns = self._turns
            with turns.guarded():
                if turns is self._turns:
                    yield turns
                    return

    @property
    def busy(self) -> bool:
        """Whether this thread has it, or is just about it: what is collected then must not ask for it."""
        me = threading.get_ident()
        return self._turns.owner == me or me in self._turns.inside

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
        if self._turns.owner != threading.get_ident():
            raise RuntimeError("cannot release a lock that another thread has")
        self._turns.count -= 1
        if not self._turns.count:
            self._hand_over()

    def _hand_over(self) -> None:
        with self._current() as turns:
            if turns.waiting:
                turns.owner, turn = turns.waiting.popleft()
                turn.release()
            else:
                turns.owner = None

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()

    # What a condition asks of its lock

    def _is_owned(self) -> bool:
        return self._turns.owner == threading.get_ident()

    def _release_save(self) -> int:
        count, self._turns.count = self._turns.count, 0
        self._hand_over()
        return count

    def _acquire_restore(self, count: int) -> None:
        self._take(count)
