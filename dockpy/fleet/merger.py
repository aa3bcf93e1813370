"""Several sequences made one, in time order, as far as nobody waits too long for it. No thread, no clock."""

from __future__ import annotations

import heapq
import math
from collections import OrderedDict, deque
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Hashable

__all__ = ["Merger"]

T = TypeVar("T")


class _Waiting(NamedTuple, Generic[T]):
    """An item that has come, and has not been given yet."""

    moment: int
    number: int  # in which order they came: no two have the same, so that items are never compared
    source: Hashable
    item: T


class Merger(Generic[T]):
    """Merges what several sources bring, by time.

    The items of one source stay in their order. The earliest item is given as soon as every source that is
    awaited has brought one, as none of them brings an earlier one then. An item whose window is over is given
    without that, after the earlier ones that have come: a quiet source holds the others up for no longer.
    Whatever comes within the window of the items after it is in order.

    Args:
        window: how long an item waits for earlier ones of other sources, in seconds; ``math.inf`` for as long
            as these take.
    """

    def __init__(self, window: float) -> None:
        self._window = window
        self._queues: dict[Hashable, deque[_Waiting[T]]] = {}
        self._heads: list[_Waiting[T]] = []
        self._due: OrderedDict[int, float] = (
            OrderedDict()
        )  # by number: by then it is given, whatever may come
        self._awaited: set[Hashable] = set()
        self._quiet = 0  # sources that are awaited and have brought nothing
        self._count = 0

    def __len__(self) -> int:
        return len(self._due)

    def wait_for(self, source: Hashable) -> None:
        """From now on, a source may bring something."""
        if source not in self._awaited:
            self._awaited.add(source)
            self._quiet += source not in self._queues

    def end(self, source: Hashable) -> None:
        """Nobody has to wait for a source any more; what it has brought is still given."""
        if source in self._awaited:
            self._awaited.remove(source)
            self._quiet -= source not in self._queues

    def waiting(self, source: Hashable) -> int:
        """How many items of a source have come, and have not been given."""
        return len(self._queues.get(source, ()))

    def push(self, source: Hashable, moment: int, item: T, now: float) -> None:
        """Take an item.

        Args:
            source: who brings it.
            moment: when it happened, in nanoseconds since 1970.
            item: what it is.
            now: the time, in seconds, by a clock that never goes back.
        """
        self._count += 1
        waiting = _Waiting(moment, self._count, source, item)
        self._due[self._count] = now + self._window
        if queue := self._queues.get(source):
            queue.append(waiting)
            return
        self._queues[source] = deque([waiting])
        heapq.heappush(self._heads, waiting)
        self._quiet -= source in self._awaited

    def due(self) -> float:
        """When there is something to give at the latest, by the clock of `push`.

        ``-math.inf`` where there is something already, ``math.inf`` where something has to come first.
        """
        if not self._heads:
            return math.inf
        return next(iter(self._due.values())) if self._quiet else -math.inf

    def pop(self, now: float) -> tuple[Hashable, T] | None:
        """Give the next item, and who brought it; None where it is not time yet.

        Args:
            now: the time, in seconds.
        """
        if not self._heads or self.due() > now:
            return None
        first = heapq.heappop(self._heads)
        queue = self._queues[first.source]
        queue.popleft()
        if queue:
            heapq.heappush(self._heads, queue[0])
        else:
            del self._queues[first.source]
            self._quiet += first.source in self._awaited
        del self._due[first.number]
        return first.source, first.item
