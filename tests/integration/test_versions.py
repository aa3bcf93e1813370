"""Which API version is spoken, and what an engine is too old for."""

from __future__ import annotations

from typing import Any

import pytest

import dockpy
from dockpy import Client, InvalidArgument, VersionMismatch
from dockpy.ops import containers, system, volumes


def paths(client: Client) -> list[str]:
    """The paths that will be asked for from now on."""
    seen: list[str] = []
    client.hooks.request.append(lambda event: seen.append(event.path))
    return seen


def test_the_newest_that_both_know(client: Client, place: Any) -> None:
    assert client.api_version == place.api
    seen = paths(client)
    client.info()
    assert seen == [f"/v{place.api}/info"]


def test_it_is_agreed_on_once(client: Client, place: Any) -> None:
    seen = paths(client)
    client.info()
    client.info()
    client.with_options(timeout=30).info()
    assert [path for path in seen if path != "/_ping"] == [f"/v{place.api}/info"] * 3
    assert seen.count("/_ping") <= 1


@pytest.mark.parametrize("version", ["1.41", "1.45", "1.51"])
def test_a_version_is_pinned(reach: Any, version: str) -> None:
    with reach("unix28").connect(version=version) as client:
        seen = paths(client)
        client.info()
        assert (client.api_version, seen) == (version, [f"/v{version}/info"])


def test_a_version_that_the_engine_does_not_speak(reach: Any) -> None:
    with reach("unix20").connect(version="1.51") as client:
        with pytest.raises(dockpy.BadParameter, match=r"client version 1\.51 is too new"):
            client.info()
        assert client.ping() is True  # has no version


@pytest.mark.parametrize("version", ["1.20", "9.99", "1.40"])
def test_a_version_that_dockpy_does_not_speak(reach: Any, version: str) -> None:
    with pytest.raises(VersionMismatch, match=rf"dockpy speaks API 1\.41 to 1\.\d+, not {version}"):
        reach("unix28").connect(version=version)


@pytest.mark.parametrize("version", ["latest", "", "1", "1.41.0"])
def test_what_is_no_version(reach: Any, version: str) -> None:
    with pytest.raises(InvalidArgument):
        reach("unix28").connect(version=version)


def test_the_environment_pins_it(reach: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_API_VERSION", "1.43")
    with reach("unix28").connect() as client:
        client.info()
        assert client.api_version == "1.43"
    with reach("unix28").connect(version="1.44") as client:
        assert client.api_version == "1.44"  # what is said outright counts more
    monkeypatch.setenv("DOCKER_API_VERSION", "newest")
    with pytest.raises(InvalidArgument, match="DOCKER_API_VERSION"):
        reach("unix28").connect()


SUBPATH = {"type": "volume", "source": "x", "target": "/x", "volume_options": {"subpath": "y"}}
NEWER: dict[str, Any] = {
    "a parameter": lambda client: client.api.call(containers.STOP, {"id": "x"}, {"signal": "HUP"}),
    "a field": lambda client: client.api.call(
        containers.CREATE, body={"image": "busybox", "host_config": {"annotations": {"a": "b"}}}
    ),
    "a field of a field": lambda client: client.api.call(
        containers.CREATE, body={"image": "busybox", "host_config": {"mounts": [SUBPATH]}}
    ),
    "an operation": lambda client: client.api.call(volumes.UPDATE, {"name": "x"}, {"version": 1}, body={}),
    "an option": lambda client: client.images.push("127.0.0.1:5050/x", platform="linux/amd64"),
    "df": lambda client: client.api.call(system.DATA_USAGE, query={"type": ["image"]}),
}


@pytest.mark.parametrize("what", list(NEWER))
def test_what_an_engine_is_too_old_for(reach: Any, what: str) -> None:
    """It is refused before anything is sent, by an engine that is old and by a version that is pinned."""
    for place, version in (("unix20", "auto"), ("unix28", "1.41")):
        with reach(place).connect(version=version) as client:
            assert client.api_version == "1.41"
            seen = paths(client)
            with pytest.raises(VersionMismatch, match=r"1\.4\d.*1\.41") as caught:
                NEWER[what](client)
            assert seen == []
            assert caught.value.operation
            assert caught.value.daemon == client.daemon
            assert caught.value.hint
