"""Daemons whose clock is hours off: what was missed is asked for by theirs. Nothing is lost or told twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from fleet_reading import Answered, FleetReading

from dockpy import Client
from dockpy.fake import FakeDaemon, ManualClock
from dockpy.fleet import Fleet

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

VOLUMES = {"type": "volume"}


@pytest.fixture(params=[-5, 5], ids=["behind", "ahead"])
def clock(request: pytest.FixtureRequest) -> ManualClock:
    return ManualClock(datetime.now(UTC) + timedelta(hours=request.param))


@pytest.fixture
def daemon(clock: ManualClock, tmp_path: Path) -> Iterator[FakeDaemon]:
    with FakeDaemon(f"unix://{tmp_path}/fake.sock", clock=clock) as daemon:
        daemon.images.add("busybox")
        yield daemon


@pytest.fixture(params=["in process", "served"])
def client(request: pytest.FixtureRequest, daemon: FakeDaemon) -> Iterator[Client]:
    served = request.param == "served"
    with Client(daemon.url, tls=False) if served else daemon.client() as client:
        yield client


def test_events_of_a_daemon_that_told_none_yet(
    client: Client, daemon: FakeDaemon, clock: ManualClock
) -> None:
    client.volumes.create("before")
    clock.advance(60)
    with daemon.fail("SystemEvents", cut=0, times=1), client.events(filters=VOLUMES) as events:
        clock.advance(60)
        client.volumes.create("missed")
        marker, missed = next(events), next(events)
        client.volumes.create("after")
        seen = [(event.action, event.actor.id) for event in (missed, next(events))]
    assert seen == [("create", "missed"), ("create", "after")]
    assert marker.action == "reconnect"
    assert abs(marker.when.timestamp() - clock.now() / 10**9) <= 1


@pytest.mark.parametrize("served", [False, True])
def test_on_this_host_the_clock_is_the_same_and_says_it_better(served: bool, tmp_path: Path) -> None:
    """What happened a moment before is not told, though dates have whole seconds."""
    with FakeDaemon(f"unix://{tmp_path}/fake.sock") as daemon:
        client = Client(daemon.url, tls=False) if served else daemon.client()
        with client, daemon.fail("SystemEvents", cut=0, times=1):
            client.volumes.create("before")
            with client.events(filters=VOLUMES) as events:
                client.volumes.create("missed")
                assert next(events).action == "reconnect"
                assert next(events).actor.id == "missed"


def test_events_that_a_fleet_missed_before_it_reached_the_daemon(
    client: Client, daemon: FakeDaemon, clock: ManualClock
) -> None:
    client.volumes.create("before")
    clock.advance(60)
    with daemon.fail("SystemEvents", status=503):
        reading = FleetReading(Fleet({"a": client}).events(filters=VOLUMES, window=0))
        reading.until("a: lost")
        client.volumes.create("missed")
    with reading:
        reading.until("a: volume create missed")
    assert reading.told == ["a: lost", "a: back", "a: volume create missed"]


def test_lines_that_a_fleet_missed_while_a_log_could_not_be_read(
    client: Client, daemon: FakeDaemon, clock: ManualClock
) -> None:
    container = client.containers.run("busybox", ["cat"], stdin_open=True, detach=True)
    fleet = Fleet({"a": client})
    answered = Answered(fleet)

    def write(line: bytes) -> None:
        with container.attach(stream=True, stdin=True) as stream:
            stream.send(line)
            assert next(iter(stream)) == line

    write(b"before\n")
    clock.advance(60)
    with daemon.fail("ContainerLogs", cut=0) as fault:
        reading = FleetReading(fleet.logs(follow=True, tail=0, window=0))
        answered.until("a", "ContainerLogs")
        clock.advance(60)
        write(b"missed\n")
        answered.until("a", "ContainerLogs", fault.hits + 1)
    with reading:
        reading.until("a: out missed")
    assert reading.told == ["a: out missed"]
    container.remove(force=True)
