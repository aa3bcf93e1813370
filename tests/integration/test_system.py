"""What an engine says of itself, and of what happens on it."""

from __future__ import annotations

import json
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dockpy import Client, InvalidArgument
from dockpy.ops import system


def test_ping(client: Client, place: Any) -> None:
    assert client.ping() is True
    assert client.api.call(system.PING) == "OK"
    headers = client.api.call(system.PING_HEAD)
    assert headers["Api-Version"] == place.api


def test_version(client: Client, place: Any) -> None:
    version = client.version()
    assert (version.api_version, version["ApiVersion"]) == (place.api, place.api)
    assert version.version.startswith({"1.41": "20.10.", "1.51": "28.5."}[place.api])
    assert version.os == "linux"
    assert version.components[0].name == "Engine"


def test_info(client: Client, place: Any) -> None:
    info = client.info()
    assert (info.server_version, info["ServerVersion"]) == (client.version().version,) * 2
    assert info.driver == "overlay2"
    assert info.ncpu > 0
    assert info.mem_total > 10**8
    assert info.containers >= info.containers_running >= 0
    assert info.registry_config.mirrors == list(place.mirrors)
    assert info.to_dict()["ID"] == info.id


def test_df(engine: Client, start: Any) -> None:
    container = start(engine)
    usage = engine.df()
    assert usage.layers_size > 0
    assert container.id in {item.id for item in usage.containers}
    assert any("busybox:latest" in (item.repo_tags or []) for item in usage.images)


class TestEvents:
    def test_of_a_life(self, client: Client, create: Any, new_name: Any) -> None:
        name = new_name()
        with client.events(filters={"type": "container", "container": name}) as events:
            container = create(client, ["true"], name=name)
            container.start()
            container.wait()
            container.remove()
            seen = []
            for event in events:
                seen.append(event.action)
                assert (event.type, event["Type"]) == ("container", "container")
                assert event.actor.id == event["Actor"]["ID"] == container.id
                assert event.actor.attributes["name"] == name
                assert abs(event.time - time.time()) < 60
                assert event.time_nano // 10**9 == event.time
                if event.action == "destroy":
                    break
        assert seen == ["create", "start", "die", "destroy"]

    def test_that_were(self, engine: Client, create: Any, new_name: Any) -> None:
        """With until= the stream ends by itself."""
        name = new_name()
        before = datetime.now(UTC)
        create(engine, name=name).remove()
        filters = {"container": name}
        now = datetime.now(UTC)
        for since, until in (
            (before, now),
            (before.timestamp(), now.timestamp()),
            (before.isoformat(), now.isoformat()),
            ("10m", now),
            (timedelta(minutes=10), now),
        ):
            seen = [event.action for event in engine.events(since=since, until=until, filters=filters)]
            assert seen == ["create", "destroy"], since
        assert list(engine.events(since=before - timedelta(hours=2), until=before - timedelta(hours=1))) == []

    def test_filters(self, engine: Client, create: Any, labels: dict[str, str]) -> None:
        before = datetime.now(UTC)
        for value in ("1", "2"):
            create(engine, labels={"events": value}).remove()

        def actions(**filters: Any) -> list[str]:
            wanted = {"label": {**labels, **filters.pop("label", {})}, **filters}
            return [
                event.action for event in engine.events(since=before, until=datetime.now(UTC), filters=wanted)
            ]

        assert actions(label={"events": "1"}) == ["create", "destroy"]
        assert actions(event=["destroy"]).count("destroy") >= 2
        assert "create" not in actions(event="destroy")
        assert actions(type=["image", "volume"]) == []

    def test_of_other_things(self, engine: Client, labels: dict[str, str], new_name: Any) -> None:
        before = datetime.now(UTC)
        name = new_name()
        engine.volumes.create(name, labels=labels).remove()
        events = engine.events(since=before, until=datetime.now(UTC), filters={"volume": name})
        assert [(event.type, event.action) for event in events] == [
            ("volume", "create"),
            ("volume", "destroy"),
        ]

    def test_raw(self, engine: Client, create: Any, new_name: Any) -> None:
        name, before = new_name(), datetime.now(UTC)
        create(engine, name=name).remove()
        stream = engine.events(
            since=before, until=datetime.now(UTC), filters={"container": name}, decode=False
        )
        data = b"".join(stream)
        assert [json.loads(line)["Action"] for line in data.splitlines()] == ["create", "destroy"]

    def test_points_that_are_none(self, engine: Client) -> None:
        with pytest.raises(InvalidArgument, match="since="):
            engine.events(since="yesterday")

    @pytest.mark.parametrize("decode", [True, False])
    def test_closing_from_another_thread(self, client: Client, in_thread: Any, decode: bool) -> None:
        events = client.events(filters={"container": "nobody"}, decode=decode)
        ended: list[float] = []
        reading = threading.Event()

        def read() -> None:
            reading.set()
            assert list(events) == []
            ended.append(time.monotonic())

        reader = in_thread(read)
        assert reading.wait(10)
        reader.join(0.2)
        assert reader.is_alive()
        began = time.monotonic()
        events.close()
        reader.join(10)
        assert ended[0] - began < 1
