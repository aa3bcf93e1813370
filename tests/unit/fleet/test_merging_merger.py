"""Sequences merged by time: sorted as far as the window goes, whole, and never held up for longer."""

from __future__ import annotations

import math
import weakref
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from dockpy.fleet.merger import Merger

NAMES = ("a", "b", "c", "d")


@dataclass(frozen=True)
class Arrival:
    """An item that comes `after` the one before, in seconds."""

    source: str
    moment: int
    after: float


arrivals = st.lists(
    st.builds(
        Arrival,
        st.sampled_from(NAMES),
        st.integers(0, 20),
        st.sampled_from([0.0, 0.1, 0.25, 1.0]),
    ),
    max_size=40,
)


def drained(merger: Merger[tuple[str, int]], now: float) -> list[tuple[str, int]]:
    given = []
    while (next_one := merger.pop(now)) is not None:
        assert next_one[0] == next_one[1][0]
        given.append(next_one[1])
    return given


def sorted_by_source(items: list[Arrival]) -> list[Arrival]:
    """The same ones, each source's moments in order."""
    moments = {name: iter(sorted(each.moment for each in items if each.source == name)) for name in NAMES}
    return [Arrival(each.source, next(moments[each.source]), each.after) for each in items]


@given(arrivals, st.sets(st.sampled_from(NAMES)))
def test_without_a_limit_it_is_a_sort(items: list[Arrival], awaited: set[str]) -> None:
    items = sorted_by_source(items)
    merger: Merger[tuple[str, int]] = Merger(math.inf)
    for name in NAMES:
        merger.wait_for(name)
    given = []
    for number, each in enumerate(items):
        merger.push(each.source, each.moment, (each.source, number), 0)
        given += drained(merger, 1e9)
    for name in NAMES:
        merger.end(name)
    given += drained(merger, 0)
    moments = [items[number].moment for _, number in given]
    assert moments == sorted(each.moment for each in items)
    assert sorted(number for _, number in given) == list(range(len(items)))
    assert len(merger) == 0
    assert merger.due() == math.inf


@given(arrivals, st.sets(st.sampled_from(NAMES)), st.sampled_from([0.0, 0.3, 1.0]))
def test_whole_in_order_and_in_time(items: list[Arrival], awaited: set[str], window: float) -> None:
    """Whatever the moments are: each item once, each source in its order, none later than its window."""
    merger: Merger[tuple[str, int]] = Merger(window)
    for name in awaited:
        merger.wait_for(name)
    now = 0.0
    came: dict[int, float] = {}
    given: list[tuple[str, int]] = []

    def until(moment: float) -> None:
        """Let time pass; whatever is due is taken when it is."""
        nonlocal now
        while (due := merger.due()) <= moment:
            now = max(now, due)
            taken = drained(merger, now)
            assert taken, "it said that something was due"
            assert all(now <= came[number] + window + 1e-9 for _, number in taken)
            given.extend(taken)
        now = moment

    for number, each in enumerate(items):
        until(now + each.after)
        came[number] = now
        merger.push(each.source, each.moment, (each.source, number), now)
    until(now + window)
    assert len(merger) == 0
    assert sorted(number for _, number in given) == list(range(len(items)))
    for name in NAMES:
        own = [number for source, number in given if source == name]
        assert own == sorted(own)


@given(arrivals)
def test_what_comes_within_the_window_is_sorted(items: list[Arrival]) -> None:
    """All comes at once, and nobody is complete: it is sorted all the same, when the window is over."""
    items = sorted_by_source(items)
    merger: Merger[tuple[str, int]] = Merger(0.5)
    merger.wait_for("quiet")
    for number, each in enumerate(items):
        merger.push(each.source, each.moment, (each.source, number), 10)
    assert drained(merger, 10.4) == []
    moments = [items[number].moment for _, number in drained(merger, 10.5)]
    assert moments == sorted(each.moment for each in items)


def test_nobody_waits_for_who_has_ended_or_has_brought_something() -> None:
    merger: Merger[str] = Merger(math.inf)
    merger.wait_for("a")
    merger.wait_for("b")
    merger.push("a", 1, "first", 0)
    assert merger.pop(100) is None
    merger.push("b", 2, "second", 0)
    assert merger.due() == -math.inf
    assert merger.pop(0) == ("a", "first")
    assert merger.pop(0) is None  # a may still bring something from before
    merger.end("a")
    assert merger.pop(0) == ("b", "second")
    assert merger.pop(0) is None


def test_an_earlier_item_goes_with_one_that_is_due() -> None:
    """What came last is not held back for its own window where something later has to go."""
    merger: Merger[str] = Merger(0.5)
    merger.wait_for("quiet")
    merger.push("a", 20, "late", 0.0)
    merger.push("b", 10, "early", 0.4)
    merger.push("b", 30, "later", 0.4)
    assert merger.due() == 0.5
    assert drained_names(merger, 0.5) == ["early", "late"]
    assert merger.due() == 0.9
    assert (merger.waiting("a"), merger.waiting("b")) == (0, 1)


def test_what_has_been_given_is_not_kept() -> None:
    """Though one whose clock is ahead waits all the time."""
    merger: Merger[object] = Merger(0.5)
    merger.wait_for("quiet")
    merger.push("ahead", 10**9, "late", 0.0)

    class Item:
        pass

    kept = []
    for number in range(100):
        given = Item()
        kept.append(weakref.ref(given))
        merger.push("a", number, given, 0.0)
        del given
        assert merger.pop(0.5) is not None
    assert [each() for each in kept] == [None] * 100
    assert len(merger) == 1


def drained_names(merger: Merger[str], now: float) -> list[str]:
    given = []
    while (next_one := merger.pop(now)) is not None:
        given.append(next_one[1])
    return given
