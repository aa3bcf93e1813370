"""No name, header or value reaches another place than it was given for: refused before anything is sent."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest

import dockpy
from dockpy.errors import ConfigError, InvalidArgument, NotFound
from dockpy.fake import FakeDaemon
from dockpy.fake.registry import FakeRegistry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

HARMFUL = [
    "../info",
    "..",
    "a/../../info",
    "%2e%2e/info",
    "a%2f..%2finfo",
    "a?all=1",
    "a#b",
    "a\r\nX-Other: y",
    "a\nGET /info HTTP/1.1",
    "a\0b",
    "a b",
    "\\..\\info",
    "\udc0a",
    "",
]

BY_NAME: dict[str, Callable[[dockpy.Client, str], Any]] = {
    "container": lambda client, name: client.containers.get(name),
    "kill": lambda client, name: client.containers.create("busybox", name=name),
    "image": lambda client, name: client.images.get(name),
    "pull": lambda client, name: client.images.pull(name),
    "remove": lambda client, name: client.images.remove(name),
    "network": lambda client, name: client.networks.get(name),
    "volume": lambda client, name: client.volumes.get(name),
    "plugin": lambda client, name: client.plugins.get(name),
    "registry data": lambda client, name: client.images.get_registry_data(name),
}


@pytest.fixture
def daemon() -> Iterator[FakeDaemon]:
    with FakeDaemon() as daemon:
        yield daemon


@pytest.mark.parametrize("name", HARMFUL)
@pytest.mark.parametrize("call", BY_NAME.values(), ids=list(BY_NAME))
def test_names(daemon: FakeDaemon, call: Callable[[dockpy.Client, str], Any], name: str) -> None:
    """They are refused; where engines allow more, they may be asked for, as themselves and nothing else."""
    with daemon.client() as client:
        client.info()  # which version to speak is known then
        before = len(daemon.requests)
        with pytest.raises((InvalidArgument, NotFound)):
            call(client, name)
        for request in daemon.requests[before:]:
            assert name in unquote(request.path), request


@pytest.mark.parametrize("value", HARMFUL)
def test_values_stay_values(daemon: FakeDaemon, value: str) -> None:
    """What stands in a query is there again at the other end, or was refused."""
    with daemon.client() as client:
        client.info()  # which version to speak is known then
        before = len(daemon.requests)
        try:
            client.containers.list(all=True, filters={"label": value})
        except InvalidArgument:
            assert len(daemon.requests) == before
            return
        (request,) = daemon.requests[before:]
        assert request.operation == "ContainerList"
        filters = json.loads(request.query["filters"][0])["label"]
        assert list(filters) == [value]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X", "a\r\nY: z"),
        ("X", "a\nY: z"),
        ("X", "a\0"),
        ("X\r\nY", "z"),
        ("X: Y", "z"),
        ("", "z"),
        ("X Y", "z"),
    ],
)
def test_headers_of_the_configuration(
    name: str, value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"HttpHeaders": {name: value}}))
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    with FakeDaemon(f"unix://{tmp_path}/d.sock") as daemon, dockpy.Client(daemon.url) as client:
        for ask in (client.info, lambda: list(client.events())):
            with pytest.raises(ConfigError, match="HttpHeaders"):
                ask()
        assert not daemon.requests


@pytest.mark.parametrize("name", [name for name in HARMFUL if name])
def test_names_in_registries(name: str) -> None:
    registry = FakeRegistry()
    try:
        with registry.client() as client:
            for call in (
                lambda: client.manifest(name),
                lambda: client.manifest(f"team/app:{name}"),
                lambda: client.manifest(f"team/app@{name}"),
                lambda: list(client.repository(name).tags()),
            ):
                with pytest.raises(InvalidArgument):
                    call()
        assert not registry.requests
    finally:
        registry.close()
