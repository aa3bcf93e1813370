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
    from collections.abc import Callable, Iterable

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


def test_a_source_that_nobody_takes_from_is_read_no_further() -> None:
    hub: Hub[int] = Hub(0)
    asked: list[int] = []
    full = threading.Event()

    def numbers() -> Iterable[int]:
        for number in itertools.count():
            asked.append(number)
            if number == 256:
                full.set()
            yield number

    hub.spawn("a", brings(hub, "a", numbers()))
    stream = FleetStream(hub, 1)
    assert full.wait(LIMIT)
    for expected in range(100):
        assert next(stream) == item("a", expected)
    assert len(asked) == 257
    stream.close()
    assert threads() == []
    assert list(stream) == []


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
