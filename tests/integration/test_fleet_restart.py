"""Merged streams of two engines, 20.10 and 28.5, one of which is killed, or stopped, and started again."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Any

import fakes
import pytest
from fleet_reading import Answered, FleetReading, fleet_threads
from private_engine import PrivateEngine
from private_fake import PrivateFake

from dockpy.fleet import Fleet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

OTHERS = {"unix20": "unix28", "unix28": "unix20", "fake41": "fake51", "fake51": "fake41"}


@pytest.fixture
def other_engine(engine_place: Any, reach: Callable[[str], Any]) -> Iterator[PrivateEngine | PrivateFake]:
    """An engine of the other version, of the test's own."""
    place = reach(OTHERS[engine_place.name])
    engine: PrivateEngine | PrivateFake
    engine = PrivateFake(place.api) if place.name in fakes.FAKES else PrivateEngine(place.url)
    try:
        engine.start()
        yield engine
    finally:
        engine.close()


@pytest.fixture
def engine_and_fleet(private_engine: Any, other_engine: Any) -> Iterator[tuple[Any, Fleet]]:
    """An engine to end, and a fleet of it (``mortal``) and another one (``steady``)."""
    engine = private_engine()
    with Fleet({"mortal": engine.url, "steady": other_engine.url}) as fleet:
        yield engine, fleet
    assert fleet_threads() == []


def test_events_exactly_once_in_order_with_a_marker(engine_and_fleet: Any) -> None:
    engine, fleet = engine_and_fleet
    answered = Answered(fleet)
    with FleetReading(fleet.events(filters={"type": "volume"})) as reading:
        for name in fleet:
            answered.until(name, "SystemEvents")
        expected = []
        for number in range(20):
            name = ("mortal", "steady")[number % 2]
            fleet[name].volumes.create(f"before{number}")
            expected.append(f"{name}: volume create before{number}")
        reading.until(expected[-1])
        assert reading.told == expected
        for round, how in enumerate((signal.SIGKILL, signal.SIGTERM)):
            engine.kill(how)
            reading.until("mortal: lost", round + 1)
            fleet["steady"].volumes.create(f"meanwhile{round}")
            engine.start()
            for number in range(5):  # whether it is watched again by then or not
                fleet["mortal"].volumes.create(f"after{round}-{number}")
            fleet["steady"].volumes.create(f"last{round}")
            reading.until(f"mortal: volume create after{round}-4")
            reading.until(f"steady: volume create last{round}")
        assert reading.close() < 1
        mortal = [f"mortal: volume create before{number}" for number in range(0, 20, 2)]
        steady = [f"steady: volume create before{number}" for number in range(1, 20, 2)]
        for round in range(2):
            after = [f"mortal: volume create after{round}-{number}" for number in range(5)]
            mortal += ["mortal: lost", "mortal: back", *after]
            steady += [f"steady: volume create {what}{round}" for what in ("meanwhile", "last")]
        assert reading.of("mortal") == mortal
        assert reading.of("steady") == steady
        assert (reading.error, reading.stream.errors) == (None, {})


def test_log_lines_exactly_once(engine_and_fleet: Any, other_engine: Any) -> None:
    """Of a container that is killed with its engine, and runs again with it."""
    engine, fleet = engine_and_fleet
    for each in (engine, other_engine):
        each.seed()
    script = "i=0; while [ $i -lt 40 ]; do echo $i; echo $i >&2; i=$((i+1)); done; exec sleep 1000"
    # An engine that starts again stops what it finds: at once, where the signal is this one.
    options = {"network": "none", "detach": True, "stop_signal": "SIGKILL"}
    with FleetReading(fleet.logs(follow=True)) as reading:
        fleet["mortal"].containers.run("busybox", ["sh", "-c", script], restart_policy="always", **options)
        fleet["steady"].containers.run("busybox", ["sh", "-c", script], **options)
        for name in fleet:
            for stream in ("out", "err"):
                reading.until(f"{name}: {stream} 39")
        engine.restart(signal.SIGKILL)
        for stream in ("out", "err"):
            reading.until(f"mortal: {stream} 39", 2)
        reading.until("mortal: back")  # lines may come a moment before it
        assert reading.close() < 1
        for stream in ("out", "err"):
            once = [f"{stream} {number}" for number in range(40)]
            for name, times in (("mortal", 2), ("steady", 1)):
                own = [line.removeprefix(f"{name}: ") for line in reading.of(name)]
                assert [line for line in own if line.startswith(stream)] == once * times
        markers = [line for line in reading.told if line.split()[1] in ("lost", "back")]
        assert markers == ["mortal: lost", "mortal: back"]
        assert (reading.error, reading.stream.errors, reading.stream.unreadable) == (None, {}, {})


def test_log_lines_while_the_connection_is_lost(private_engine: Any) -> None:
    """The container goes on; what it writes meanwhile comes afterwards, and nothing twice."""
    engine = private_engine()
    engine.seed()
    with engine.connect() as near, engine.relay() as relay, relay.connect() as far:
        container = near.containers.run("busybox", ["sleep", "1000"], network="none", detach=True)

        def say(word: str) -> None:
            command = f"echo {word} >/proc/1/fd/1; echo {word} >/proc/1/fd/2"
            assert container.exec_run(["sh", "-c", command]).exit_code == 0

        with FleetReading(Fleet({"far": far}).logs(follow=True, window=0.05)) as reading:
            words = []
            for round in range(3):
                say(f"before{round}")
                for stream in ("out", "err"):
                    reading.until(f"far: {stream} before{round}")
                relay.cut()
                say(f"meanwhile{round}")
                relay.mend()
                say(f"after{round}")
                for stream in ("out", "err"):
                    reading.until(f"far: {stream} after{round}")
                words += [f"{when}{round}" for when in ("before", "meanwhile", "after")]
            reading.close()
            for stream in ("out", "err"):
                mark = f"far: {stream} "
                assert [line for line in reading.told if line.startswith(mark)] == [
                    mark + word for word in words
                ]
        container.remove(force=True)


def test_long_lines_are_whole(engine_and_fleet: Any) -> None:
    """Engines keep them in pieces, and put the time before each."""
    engine, fleet = engine_and_fleet
    engine.seed()
    script = "head -c 50000 /dev/zero | tr '\\0' x; echo; head -c 16384 /dev/zero | tr '\\0' y; echo; echo z"
    for tty in (False, True):
        container = fleet["mortal"].containers.create(
            "busybox", ["sh", "-c", script], network="none", tty=tty
        )
        container.start()
        container.wait()
        texts = [item.value.text for item in fleet.logs(container)]
        assert [(text[:1], set(text), len(text)) for text in texts] == [
            *(("x", {"x"}, 50000), ("y", {"y"}, 16384), ("z", {"z"}, 1))
        ]
        container.remove()


def test_statistics_of_what_runs(engine_and_fleet: Any) -> None:
    """Nothing comes of a container that has ended."""
    engine, fleet = engine_and_fleet
    engine.seed()
    answered = Answered(fleet)
    with FleetReading(fleet.stats()) as reading:
        answered.until("mortal", "ContainerList")
        names = ("first", "second")
        first, second = (
            fleet["mortal"].containers.run(
                "busybox", ["sleep", "1000"], network="none", name=name, detach=True
            )
            for name in names
        )
        for name in names:
            reading.until(f"mortal: stats {name}")
        first.kill()
        first.wait()
        reading.until("mortal: stats second", reading.told.count("mortal: stats second") + 2)
        count = reading.told.count("mortal: stats first")
        reading.until("mortal: stats second", reading.told.count("mortal: stats second") + 2)
        assert reading.told.count("mortal: stats first") == count
        assert reading.close() < 1
        assert all(item.value.memory_usage for item in reading.seen)
    second.remove(force=True)
