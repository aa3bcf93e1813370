"""Merged events of several fake daemons."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from fleet_reading import Answered, FleetReading, fleet_threads, told

from dockpy import BadParameter, ConnectionFailed, InvalidArgument
from dockpy.errors import FleetError
from dockpy.fake import FakeDaemon, ManualClock
from dockpy.fleet import Fleet
from dockpy.fleet.items import FleetBack, FleetItem, FleetLost

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def daemons() -> Iterator[dict[str, FakeDaemon]]:
    found = {name: FakeDaemon(api=api) for name, api in (("a", "1.41"), ("b", "1.51"))}
    yield found
    for daemon in found.values():
        daemon.close()


@pytest.fixture
def fleet(daemons: dict[str, FakeDaemon]) -> Iterator[Fleet]:
    clients = {name: daemon.client() for name, daemon in daemons.items()}
    yield Fleet(clients)
    for client in clients.values():
        client.close()
    assert fleet_threads() == []


VOLUMES = {"type": "volume"}


def test_in_the_order_of_the_clocks() -> None:
    """What is over is in order, however it comes; and there is no end to wait for."""
    clock = ManualClock()
    with FakeDaemon(clock=clock) as a, FakeDaemon(clock=clock) as b, FakeDaemon(clock=clock) as quiet:
        fleet = Fleet({"a": a.client(), "b": b.client(), "quiet": quiet.client()})
        expected = []
        for number in range(30):
            clock.advance(0.001)
            name = "ab"[number * number % 3 % 2]
            fleet[name].volumes.create(f"v{number}")
            expected.append(f"{name}: volume create v{number}")
        clock.advance(60)
        items = list(fleet.events(since="2024-01-01T00:00:00Z", until="2024-01-01T00:00:30Z"))
        assert list(map(told, items)) == expected
        times = [item.time for item in items]
        assert times == sorted(times)
        assert all(isinstance(item, FleetItem) and item.time == item.value.when for item in items)


def test_one_daemon_goes_and_comes_back(fleet: Fleet, daemons: dict[str, FakeDaemon]) -> None:
    """The other one is not held up; each event comes once."""
    answered = Answered(fleet)
    with FleetReading(fleet.events(filters=VOLUMES, window=0.05)) as reading:
        for name in fleet:
            answered.until(name, "SystemEvents")
        for name in fleet:
            fleet[name].volumes.create(f"{name}-before")
            reading.until(f"{name}: volume create {name}-before")
        for kill in (True, False):
            daemons["a"].stop(kill=kill)
            reading.until("a: lost", 1 + (not kill))
            fleet["b"].volumes.create(f"b-meanwhile-{kill}")
            reading.until(f"b: volume create b-meanwhile-{kill}")
            daemons["a"].start()
            fleet["a"].volumes.create(f"a-back-{kill}")
            reading.until(f"a: volume create a-back-{kill}")
        assert reading.close() < 1
        assert reading.of("a") == [
            *("a: volume create a-before", "a: lost", "a: back", "a: volume create a-back-True"),
            *("a: lost", "a: back", "a: volume create a-back-False"),
        ]
        assert reading.of("b") == [
            *("b: volume create b-before", "b: volume create b-meanwhile-True"),
            "b: volume create b-meanwhile-False",
        ]
        lost = next(each for each in reading.seen if isinstance(each, FleetLost))
        back = next(each for each in reading.seen if isinstance(each, FleetBack))
        assert isinstance(lost.error, ConnectionFailed)
        assert (lost.final, lost.time < back.time, 0 < back.seconds < 30) == (False, True, True)
        assert (reading.error, reading.stream.errors) == (None, {})


def test_it_begins_at_once(fleet: Fleet, daemons: dict[str, FakeDaemon]) -> None:
    """What is done after the call is in it; and a daemon that does not answer is not waited for long."""
    with fleet.events(filters=VOLUMES) as events:
        for name in fleet:
            fleet[name].volumes.create(f"on-{name}")
        assert [told(next(events)) for _ in fleet] == [f"{name}: volume create on-{name}" for name in fleet]
    daemons["b"].stop()
    with daemons["a"].fail("SystemEvents", hang=True):
        began = time.monotonic()
        fleet.events().close()
        assert 0.9 < time.monotonic() - began < 3


def test_a_daemon_that_is_not_there_yet(fleet: Fleet, daemons: dict[str, FakeDaemon]) -> None:
    daemons["a"].stop()
    with FleetReading(fleet.events(filters=VOLUMES, window=0)) as reading:
        reading.until("a: lost")
        fleet["b"].volumes.create("on-b")
        reading.until("b: volume create on-b")
        daemons["a"].start()
        fleet["a"].volumes.create("first")  # whether it is watched by then or not
        reading.until("a: volume create first")
        reading.close()
        assert reading.of("a") == ["a: lost", "a: back", "a: volume create first"]


def test_a_daemon_that_hangs_holds_nobody_up(fleet: Fleet, daemons: dict[str, FakeDaemon]) -> None:
    answered = Answered(fleet)
    with (
        daemons["a"].fail("SystemEvents", hang=True),
        FleetReading(fleet.events(filters=VOLUMES, window=0.1)) as reading,
    ):
        answered.until("b", "SystemEvents")
        fleet["b"].volumes.create("on-b")
        reading.until("b: volume create on-b")
        assert reading.close() < 1
        assert reading.told == ["b: volume create on-b"]


def test_a_daemon_that_is_given_up(fleet: Fleet, daemons: dict[str, FakeDaemon]) -> None:
    answered = Answered(fleet)
    with FleetReading(fleet.events(filters=VOLUMES, window=0, reconnect_timeout=0.1)) as reading:
        for name in fleet:
            answered.until(name, "SystemEvents")
        daemons["a"].stop()
        reading.until("a: given up")
        fleet["b"].volumes.create("on-b")
        reading.until("b: volume create on-b")
        assert list(reading.stream.errors) == ["a"]
        daemons["b"].stop()
        reading.to_its_end()
        assert reading.of("a") == ["a: lost", "a: given up"]
        assert reading.of("b") == ["b: volume create on-b", "b: lost", "b: given up"]
        assert isinstance(reading.error, FleetError)
        assert {name: type(error) for name, error in reading.error.errors.items()} == dict.fromkeys(
            "ab", ConnectionFailed
        )


def test_what_daemons_refuse(fleet: Fleet) -> None:
    """It is not tried again."""
    stream = fleet.events(since="1m", until="2m")
    refused = [next(stream), next(stream)]
    assert all(isinstance(each, FleetLost) and each.final for each in refused)
    with pytest.raises(FleetError) as caught:
        next(stream)
    assert {type(error) for error in caught.value.errors.values()} == {BadParameter}


def test_a_past_that_one_daemon_cannot_tell(fleet: Fleet, daemons: dict[str, FakeDaemon]) -> None:
    """What is over does not wait for a daemon until it is back."""
    daemons["a"].stop()
    fleet["b"].volumes.create("on-b")
    seen = list(map(told, fleet.events(since="1m", until="0s", filters=VOLUMES)))
    assert sorted(seen) == ["a: given up", "a: lost", "b: volume create on-b"]


def test_arguments_that_cannot_be(fleet: Fleet, daemons: dict[str, FakeDaemon]) -> None:
    for call in (
        lambda: fleet.events(since="yesterday"),
        lambda: fleet.events(until=True),
        lambda: fleet.events(window=-1),
        lambda: fleet.events(reconnect_timeout=float("nan")),
        lambda: fleet.logs(window=True),
        lambda: fleet.logs(tail=-1),
        lambda: fleet.logs(since=[]),  # type: ignore[arg-type]
        lambda: fleet.logs(7),  # type: ignore[arg-type]
        lambda: fleet.logs(["web", ""]),
        lambda: fleet.stats(b"web"),  # type: ignore[arg-type]
    ):
        with pytest.raises(InvalidArgument):
            call()
    assert [daemon.requests for daemon in daemons.values()] == [[], []]
    assert list(Fleet({}).events()) == []
