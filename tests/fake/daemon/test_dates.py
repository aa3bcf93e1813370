"""Answers say what time it is for the fake daemon, at both of its doors."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from dockpy import Client
from dockpy.fake import FakeDaemon, ManualClock
from dockpy.fake.times import http_date
from dockpy.ops import system

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(auto=True)


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


def test_the_date_is_that_of_the_daemons_clock(client: Client, clock: ManualClock) -> None:
    for seconds, said in ((0, "00:00:00"), (0.9, "00:00:00"), (0.1, "00:00:01"), (3600, "01:00:01")):
        clock.advance(seconds)
        assert client.ping_headers()["Date"] == f"Mon, 01 Jan 2024 {said} GMT"


def test_it_is_the_time_of_the_answer_not_of_the_question(client: Client, daemon: FakeDaemon) -> None:
    with daemon.fail("SystemPingHead", latency=3600):
        assert client.ping_headers()["Date"] == "Mon, 01 Jan 2024 01:00:00 GMT"
    with client.api.stream(system.EVENTS) as events:
        client.containers.run("busybox", ["sleep", "7200"])
        assert events.head.headers["Date"] == "Mon, 01 Jan 2024 01:00:00 GMT"
    assert client.ping_headers()["Date"] == "Mon, 01 Jan 2024 03:00:00 GMT"


@pytest.mark.parametrize("year", [1, 1969, 1970, 2038, 9999])
def test_of_any_year(year: int) -> None:
    moment = datetime(year, 7, 4, 5, 6, 7, tzinfo=UTC)
    with FakeDaemon(clock=ManualClock(moment)) as daemon, daemon.client() as client:
        assert client.ping_headers()["Date"].endswith(f" {year:04d} 05:06:07 GMT")
    assert http_date(int(moment.timestamp())).endswith(f", 04 Jul {year:04d} 05:06:07 GMT")
