"""Events that are none, of a daemon that is a stand-in: they cost the merged stream nothing."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from dockpy import Client
from dockpy.fleet import Fleet, FleetBack, FleetItem, FleetLost

if TYPE_CHECKING:
    from collections.abc import Iterator

LIMIT = 10
ODD: list[dict[str, Any]] = [
    {},
    {"Type": "container", "Action": "start"},
    {"Type": "container", "Action": "start", "Actor": None, "time": "now", "timeNano": "123"},
    {"Type": "container", "Action": ["start"], "Actor": {"ID": 3}, "time": 10**30, "timeNano": 10**30},
    {"Type": "container", "Action": "start", "Actor": {"ID": ["x"]}, "time": -1},
    {"Type": "dockpy", "Action": "reconnect"},
    {"Type": "dockpy", "Action": "reconnect", "Actor": {"Attributes": {"seconds": "many"}}},
]
STARTED = {"Type": "container", "Action": "start", "Actor": {"ID": "c1"}, "time": 1700000000}


class Daemon(ThreadingHTTPServer):
    """Tells of an event, of odd ones and of an event again, and knows of no containers."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.asked: list[str] = []
        self.asked_for_one = threading.Event()
        self.refuses = 0
        self.ahead = 0
        self.since: list[float] = []
        self.over = threading.Event()


class Answers(BaseHTTPRequestHandler):
    server: Daemon
    protocol_version = "HTTP/1.1"

    def date_time_string(self, timestamp: float | None = None) -> str:
        return super().date_time_string(time.time() + self.server.ahead)

    def do_HEAD(self) -> None:
        self.begin(200)

    def begin(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Api-Version", "1.41")
        self.send_header("Connection", "close")
        self.send_header("Content-Type", "application/json")
        self.end_headers()

    def do_GET(self) -> None:
        if "/events" in self.path and self.server.refuses:
            self.server.refuses -= 1
            self.begin(503)
            return
        self.begin(200)
        if "/events" in self.path:
            self.server.since += map(float, parse_qs(urlsplit(self.path).query).get("since", ()))
            for event in (STARTED, *ODD, {**STARTED, "time": 1700000001}):
                self.wfile.write(json.dumps(event).encode() + b"\n")
            self.wfile.flush()
            self.server.over.wait(LIMIT)
        elif "/version" in self.path:
            self.wfile.write(b'{"ApiVersion": "1.41", "MinAPIVersion": "1.12", "Version": "20.10"}')
        elif "/containers/json" in self.path:
            self.wfile.write(b"[]")
            if "c1" in self.path:
                self.server.asked.append(self.path)
            if len(self.server.asked) == 2:
                self.server.asked_for_one.set()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def daemon() -> Iterator[Daemon]:
    with Daemon() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.over.set()
        server.shutdown()
        thread.join(LIMIT)


@pytest.fixture
def fleet(daemon: Daemon) -> Iterator[Fleet]:
    host, port = daemon.server_address[:2]
    with Client(f"tcp://{host!s}:{port}", tls=False) as client:
        yield Fleet({"odd": client})


def test_events_that_say_little_come_with_the_time_of_the_one_before(fleet: Fleet) -> None:
    with fleet.events() as events:
        items = [next(events) for _ in range(len(ODD) + 2)]
    assert all(isinstance(item, FleetItem) for item in items)
    assert [int(item.time.timestamp()) for item in items] == [1700000000] * (len(ODD) + 1) + [1700000001]
    assert [dict(item.value) for item in items[1:-1]] == ODD  # type: ignore[union-attr]


@pytest.mark.parametrize("ahead", [0, -3600, 3600])
def test_a_daemon_that_comes_late_tells_what_was_missed_by_its_own_clock(
    fleet: Fleet, daemon: Daemon, ahead: int
) -> None:
    daemon.refuses = 2
    daemon.ahead = ahead
    began = time.time()
    with fleet.events() as events:
        assert isinstance(next(events), FleetLost)
        assert isinstance(next(events), FleetBack)
        assert isinstance(next(events), FleetItem)
    assert daemon.since == [pytest.approx(began + ahead, abs=3)]


def test_what_names_no_container_starts_nothing(fleet: Fleet, daemon: Daemon) -> None:
    failures: list[BaseException] = []

    def read() -> None:
        try:
            list(samples)
        except BaseException as error:
            failures.append(error)

    with fleet.stats() as samples:
        reader = threading.Thread(target=read)
        reader.start()
        there = daemon.asked_for_one.wait(LIMIT)
    reader.join(LIMIT)
    assert (there, failures) == (True, [])
