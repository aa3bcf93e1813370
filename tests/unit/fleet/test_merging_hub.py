"""The threads of a merged stream: bounded, ended by closing, and not one left."""

from __future__ import annotations

import itertools
import math
import threading
from typing import TYPE_CHECKING

import pytest

from dockpy.errors import ConnectionFailed, FleetError
from dockpy.fleet.items import FleetItem, FleetLost, moment_of
from dockpy.fleet.stream import FleetStream, Hub, HubClosed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

LIMIT = 10


def item(daemon: str, number: int) -> FleetItem[int]:
    return FleetItem(daemon, number, moment_of(number))


def brings(hub: Hub[int], daemon: str, numbers: Iterable[int]) -> Callable[[], None]:
    """Brings numbers, which are their own times."""

    def read() -> None:
        for number in numbers:
            hub.put(daemon, number, item(daemon, number))

    return read


def threads() -> list[threading.Thread]:
    return [each for each in threading.enumerate() if each.name.startswith("dockpy-fleet")]


def test_merges_what_threads_bring() -> None:
    """More than may wait, of each."""
    hub: Hub[int] = Hub(math.inf)
    hub.spawn("a", brings(hub, "a", range(0, 3000, 2)))
    hub.spawn("b", brings(hub, "b", range(1, 3000, 2)))
    with FleetStream(hub, 2) as stream:
        assert list(stream) == [item("ab"[number % 2], number) for number in range(3000)]
        assert list(stream) == []
    assert threads() == []


class Counted:
    """Counts up, for who brings it; `asked` says how far, and `full` when that is as far as it gets."""

    def __init__(self, last: int) -> None:
        self.asked = 0
        self.full = threading.Event()
        self._last = last

    def __iter__(self) -> Iterator[int]:
        for number in itertools.count():
            self.asked = number
            if number == self._last:
                self.full.set()
            yield number


def test_a_source_that_nobody_takes_from_is_read_no_further() -> None:
    """It goes on when there is room for more than a few; and others have room of their own."""
    hub: Hub[int] = Hub(0)
    greedy, modest = Counted(4096), Counted(256)
    hub.spawn("a", brings(hub, "a", greedy))
    with FleetStream(hub, 2) as stream:
        assert greedy.full.wait(LIMIT)
        hub.spawn("b", brings(hub, "b", modest))
        assert modest.full.wait(LIMIT)
        for expected in range(100):
            assert {next(stream), next(stream)} == {item("a", expected), item("b", expected)}
        assert (greedy.asked, modest.asked) == (4096, 256)
    assert threads() == []
    assert list(stream) == []


def test_who_has_no_room_does_not_wait_for_windows() -> None:
    """A source that is quiet costs the others no more than that the last few are held back."""
    hub: Hub[int] = Hub(1000)
    hub.spawn("quiet", lambda: hub.pause(1000))
    hub.spawn("a", brings(hub, "a", itertools.count()))
    with FleetStream(hub, 2) as stream:
        assert [next(stream) for _ in range(20_000)] == [item("a", number) for number in range(20_000)]


def test_strict_order_waits_however_little_room_there_is() -> None:
    hub: Hub[int] = Hub(math.inf)
    many = Counted(4096)
    too_early = threading.Event()

    def comes_late() -> None:
        assert many.full.wait(LIMIT)
        too_early.wait(0.2)
        brings(hub, "late", range(0, 10_000, 1000))()

    hub.spawn("late", comes_late)
    hub.spawn("a", brings(hub, "a", itertools.islice(many, 10_000)))
    with FleetStream(hub, 2) as stream:
        numbers = []
        for message in stream:
            too_early.set()
            assert isinstance(message, FleetItem)
            numbers.append(message.value)
    assert numbers == sorted([*range(10_000), *range(0, 10_000, 1000)])


def test_one_that_fills_all_the_room_shuts_nobody_out() -> None:
    hub: Hub[int] = Hub(math.inf)
    greedy = Counted(4096)

    def comes_late() -> None:
        assert greedy.full.wait(LIMIT)
        brings(hub, "late", range(1000))()

    hub.spawn("late", comes_late)
    hub.spawn("a", brings(hub, "a", (10_000 + number for number in itertools.islice(greedy, 6000))))
    with FleetStream(hub, 2) as stream:
        numbers = [message.value for message in stream if isinstance(message, FleetItem)]
    assert numbers == [*range(1000), *range(10_000, 16_000)]


def test_a_stream_that_nobody_has_any_more_closes_itself() -> None:
    hub: Hub[int] = Hub(0)
    ended = threading.Event()

    def reads() -> None:
        with hub.held(lambda: None):
            hub.put("a", 1, item("a", 1))
            try:
                hub.pause(1000)
            finally:
                ended.set()

    hub.spawn("a", reads)
    for message in FleetStream(hub, 1):
        assert message == item("a", 1)
        break
    assert ended.wait(LIMIT)
    for each in threads():
        each.join(LIMIT)
    assert threads() == []


def test_what_cannot_begin_leaves_nothing() -> None:
    """Or what is interrupted: the first one reads already, then."""
    hub: Hub[int] = Hub(0)
    with pytest.raises(TypeError):
        hub.begin({"a": lambda: hub.pause(1000), 1: 2}, patience="long")  # type: ignore[arg-type,dict-item]
    assert threads() == []


def test_closing_ends_whoever_waits() -> None:
    """A thread that reads, one that pauses, one whose call hangs, and the one that takes."""
    hub: Hub[int] = Hub(0.5)
    begun = [threading.Event() for _ in range(3)]
    closed, late = threading.Event(), threading.Event()
    discarded: list[str] = []

    def reads() -> None:
        with hub.held(closed.set):
            begun[0].set()
            closed.wait(LIMIT)

    def pauses() -> None:
        begun[1].set()
        hub.pause(1000)

    def hangs() -> str:
        begun[2].set()
        late.wait(LIMIT)
        return "late"

    hub.spawn("a", reads)
    hub.spawn("b", pauses)
    hub.spawn("c", lambda: hub.put("c", 1, item(hub.attempt(hangs, discarded.append), 1)))
    stream = FleetStream(hub, 3)
    taken: list[object] = []
    taker = threading.Thread(target=lambda: taken.extend(stream))
    taker.start()
    assert all(each.wait(LIMIT) for each in begun)
    stream.close()
    taker.join(LIMIT)
    assert not taker.is_alive()
    assert closed.is_set()
    assert (taken, threads()) == ([], [])
    late.set()
    for each in threading.enumerate():
        if each.name == "dockpy-attempt":
            each.join(LIMIT)
    assert discarded == ["late"]
    with pytest.raises(HubClosed):
        hub.spawn("d", pauses)
    with pytest.raises(HubClosed):
        hub.put("d", 1, item("d", 1))
    with pytest.raises(HubClosed), hub.held(closed.clear):
        pass
    assert not closed.is_set()


def test_what_goes_wrong_in_a_thread_is_raised() -> None:
    hub: Hub[int] = Hub(0.5)
    stream = FleetStream(hub, 1)
    hub.spawn("a", lambda: hub.pause(1 / 0))
    with pytest.raises(ZeroDivisionError):
        next(stream)
    assert list(stream) == []
    assert threads() == []


def test_all_daemons_were_given_up() -> None:
    hub: Hub[int] = Hub(0)
    failure, second = ConnectionFailed("away"), ConnectionFailed("still away")

    def fails(daemon: str) -> None:
        hub.lost(daemon, failure, final=True)
        hub.lost(daemon, second, final=True)  # once is enough

    hub.spawn("a", lambda: fails("a"))
    hub.spawn("b", lambda: fails("b"))
    stream = FleetStream(hub, 2)
    lost = [next(stream), next(stream)]
    assert all(isinstance(each, FleetLost) and each.final and each.error is failure for each in lost)
    with pytest.raises(FleetError, match="2 of 2 daemons failed") as caught:
        next(stream)
    assert caught.value.errors == stream.errors == {"a": failure, "b": failure}
    assert list(stream) == []
