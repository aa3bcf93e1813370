"""The daemon itself: ping, version, info, disk usage, events."""

from __future__ import annotations

import contextlib
import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockpy.errors import APIError
from dockpy.fake.failure import Failure
from dockpy.fake.state.event_stream import parse_time
from dockpy.ops import all_operations
from tests.fake.asking import answer, ask, make_daemon, run
from tests.fake.described import described


def test_ping(daemon, modern):
    got = answer(daemon, "GET", "/_ping")
    assert (got.status, got.body) == (200, b"OK")
    assert got.headers["Cache-Control"] == "no-cache, no-store, must-revalidate"
    assert (got.headers.get("Builder-Version"), got.headers.get("Swarm")) == (
        ("2", "inactive") if modern else (None, None)
    )
    assert answer(daemon, "HEAD", "/_ping").status == 200


@pytest.mark.parametrize("api", ["1.41", "1.45", "1.51", "1.55"])
@pytest.mark.parametrize(
    ("operation", "path"),
    [
        ("SystemInfo", "/info"),
        ("SystemVersion", "/version"),
        ("SystemDataUsage", "/system/df"),
        ("NetworkList", "/networks"),
        ("NetworkInspect", "/networks/bridge"),
        ("VolumeList", "/volumes"),
    ],
)
def test_answers_are_as_described(api, operation, path):
    with make_daemon(api) as daemon:
        run(daemon, "c0", HostConfig={"Binds": ["vol:/v"]})
        status, value = ask(daemon, "GET", path)
        assert status == 200
        operations = {one.id: one for one in all_operations()}
        assert (description := described(api)) is not None
        assert list(description.faults(operations[operation], status, value)) == []


def test_info_counts(daemon):
    run(daemon, "c0")
    run(daemon, "c1", start=False)
    info = ask(daemon, "GET", "/info")[1]
    counts = ("Containers", "ContainersRunning", "ContainersPaused", "ContainersStopped", "Images")
    assert [info[name] for name in counts] == [2, 1, 0, 1, 1]


def test_disk_usage_of_some_kinds(daemon, modern):
    value = ask(daemon, "GET", "/system/df?type=volume")[1]
    assert (value["Images"] is None) == modern
    bad = ask(daemon, "GET", "/system/df?type=bad")
    assert bad == (400, "unknown object type: bad") if modern else bad[0] == 200


def test_disk_usage_since_152():
    with make_daemon("1.55") as daemon:
        run(daemon, "c0", HostConfig={"Binds": ["vol:/data"]})
        value = ask(daemon, "GET", "/system/df?verbose=1")[1]
        volume = value["VolumeUsage"]
        assert (volume["ActiveCount"], volume["TotalCount"], volume["TotalSize"]) == (1, 1, 4)
        assert volume["Items"][0]["Name"] == "vol"
        assert "Volumes" not in value
        assert "Items" not in ask(daemon, "GET", "/system/df")[1]["VolumeUsage"]
        assert "Volumes" in ask(daemon, "GET", "/system/df", version="1.52")[1]


def past(daemon, query="", version=""):
    got = answer(
        daemon, "GET", f"/events?since=0&until={daemon._engine.now() // 10**9}{query}", version=version
    )
    assert got.stream is not None
    with daemon._engine.lock:
        return [json.loads(piece) for piece in got.stream]


def test_events_that_were(daemon):
    run(daemon, "c0", Labels={"k": "v"})
    told = past(daemon)
    assert [(event["Type"], event["Action"]) for event in told] == [
        ("container", "create"),
        ("network", "connect"),
        ("container", "start"),
    ]
    assert (told[0]["status"], told[0]["from"]) == ("create", "idle")
    assert "status" not in told[1]

    def matching(filters):
        return [event["Action"] for event in past(daemon, "&filters=" + quote(json.dumps(filters)))]

    assert matching({"type": ["network"]}) == ["connect"]
    assert matching({"event": ["start"]}) == ["start"]
    assert matching({"container": ["c0"]}) == ["create", "start"]
    assert matching({"label": ["k=v"]}) == ["create", "start"]
    assert matching({"image": ["idle"], "event": ["create"]}) == ["create"]
    assert matching({"scope": ["swarm"]}) == []
    assert matching({"nosuch": ["x"]}) == ["create", "connect", "start"]


def test_events_that_come(daemon):
    with daemon.client() as client, client.events(filters={"type": "volume"}) as events:
        client.volumes.create("vol")
        assert next(iter(events)).actor.id == "vol"
        assert ask(daemon, "GET", "/info")[1]["NEventsListener"] == 1
    assert daemon._engine.system.listeners == 0


def test_events_of_152_are_lines():
    with make_daemon("1.55") as daemon:
        ask(daemon, "POST", "/volumes/create", {"Name": "vol"})
        run(daemon, "c0", start=False)
        got = answer(daemon, "GET", "/events?since=0&until=1704067200")
        assert got.headers["Content-Type"] == "application/jsonl"
        assert "status" not in past(daemon)[-1]


def test_times_that_cannot_be(daemon):
    assert ask(daemon, "GET", "/events?since=bad") == (500, 'strconv.ParseInt: parsing "bad": invalid syntax')
    wrong = ask(daemon, "GET", "/events?since=10&until=1")
    assert wrong == (400, "`since` time (10) cannot be after `until` time (1)")


@given(st.text(max_size=30))
def test_any_time_is_read_or_refused(text):
    with contextlib.suppress(Failure):
        assert isinstance(parse_time(text), int | None)


def test_logging_in(daemon):
    with daemon.client() as client:
        assert client.login("user", "password", registry="localhost:1234").status == "Login Succeeded"
        with pytest.raises(APIError):
            client.login("user", "password", registry="localhost:1")
