"""Two engines as one fleet: what is asked of all comes from each, and what fails fails for one alone."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from dockpy import ApiError, ConnectionFailed, ContainerError, ImageNotFound, InvalidArgument, NotFound
from dockpy.errors import FleetError
from dockpy.fleet import Fleet
from dockpy.fleet.items import FleetItem

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockpy import Client, Container

PAIRS = [("fake41", "fake51"), ("sock41", "sock51"), ("unix20", "unix28"), ("ssh20", "tls28")]
pytestmark = pytest.mark.parametrize(("source", "target"), PAIRS, indirect=True)


@pytest.fixture
def fleet(source: Client, target: Client) -> Fleet:
    """Two engines, and one that is not there between them."""
    return Fleet(
        {"old": source, "down": "unix:///nowhere/docker.sock", "new": target},
        labels={"old": {"zone": "eu"}, "new": {"zone": "us"}},
    )


def test_what_runs_where(fleet: Fleet, start: Callable[..., Container], new_name: Callable[[], str]) -> None:
    names = {daemon: new_name() for daemon in ("new", "old")}
    mine = {"dockpy-fleet": new_name()}
    for daemon, name in names.items():
        start(fleet[daemon], name=name, labels=mine)
    label = {"label": f"dockpy-fleet={mine['dockpy-fleet']}"}
    found = fleet.containers.list(filters=label)
    assert [container.name for container in found] == [names["old"], names["new"]]
    assert [container.client for container in found] == [fleet["old"], fleet["new"]]
    assert list(found.errors) == ["down"]
    assert isinstance(found.errors["down"], ConnectionFailed)
    assert found.errors["down"].daemon == "unix:///nowhere/docker.sock"
    with pytest.raises(FleetError, match="1 of 3 daemons failed: down: ConnectionFailed"):
        found.raise_errors()
    one = fleet.containers.get(names["old"])
    assert one["old"].value == found[0]
    assert isinstance(one["new"].error, NotFound)
    assert names["old"] in str(one["new"].error)
    for container in found:
        container.stop(timeout=0)
    assert fleet.containers.list(filters=label) == []
    assert len(fleet.containers.list(all=True, filters=label)) == 2
    loaded = fleet.containers.list(all=True, filters=label, full=True)
    assert [container.attrs.state.running for container in loaded] == [False, False]


def test_what_they_are(fleet: Fleet) -> None:
    assert fleet.ping().succeeded == {"old": True, "new": True}
    versions = fleet.version().succeeded
    assert list(versions) == ["old", "new"]
    for name, version in versions.items():
        assert version.api_version == fleet[name].version().api_version
    assert all(info.mem_total > 0 for info in fleet.info().succeeded.values())
    usage = fleet.df()
    assert list(usage.succeeded) == ["old", "new"]
    assert list(usage.errors) == ["down"]


def test_volumes_and_networks_on_all(
    fleet: Fleet, labels: dict[str, str], new_name: Callable[[], str]
) -> None:
    both = fleet.select("old", "new")
    name = new_name()
    volumes = both.volumes.create(name, labels=labels).raise_errors().succeeded
    networks = both.networks.create(name, labels=labels, internal=True).raise_errors().succeeded
    assert [volume.name for volume in volumes.values()] == [name, name]
    assert len({network.id for network in networks.values()}) == 2
    assert list(both.volumes.get(name).raise_errors()) == ["old", "new"]
    assert len(both.networks.list([name])) == 2
    again = both.networks.create(name, labels=labels)
    assert list(again.errors) == ["old", "new"]
    assert all(isinstance(error, ApiError) for error in again.errors.values())
    both.networks.remove(name).raise_errors()
    both.volumes.remove(name).raise_errors()
    assert all(isinstance(error, NotFound) for error in both.volumes.remove(name).errors.values())
    assert list(both.volumes.remove(name).errors) == ["old", "new"]


def test_pulling_on_all(fleet: Fleet) -> None:
    told = set[str]()
    pulled = fleet.images.pull("hello-world:latest", on_progress=lambda name, message: told.add(name))
    assert list(pulled.succeeded) == ["old", "new"]
    assert list(pulled.errors) == ["down"]
    assert told == {"old", "new"}
    assert all("hello-world:latest" in image.tags for image in pulled.succeeded.values())
    missing = fleet.images.get("dockpy-test-no-such-image")
    assert isinstance(missing["old"].error, ImageNotFound)
    assert isinstance(missing["new"].error, ImageNotFound)


def test_what_is_of_a_swarm_fails_for_each(fleet: Fleet) -> None:
    """Where they are in none; else each tells of its own."""
    states = {name: fleet[name].swarm.state for name in ("old", "new")}
    found = fleet.services.list()
    assert {name for name, state in states.items() if state == "inactive"} <= set(found.errors)


def test_some_of_them(fleet: Fleet) -> None:
    assert fleet.select(label="zone=eu").names == ["old"]
    asked = fleet.select(where=lambda name, client: client.version().api_version == "1.41")
    assert asked.names == ["old"]
    assert list(asked.errors) == ["down"]


def test_placing(fleet: Fleet, start: Callable[..., Container], labels: dict[str, str]) -> None:
    """What is measured is what the engines say; a container goes where the number is best."""
    both = fleet.select("old", "new")
    occupied = start(both["old"], mem_limit="512m")
    running = both.place("containers")
    assert running.name in both
    assert all(number >= 0 for number in running.measured.values())
    assert running.measured["old"] >= 1
    free = both.place("memory").measured
    assert 0 < free["old"] <= both["old"].info().mem_total - (512 << 20)
    assert 0 < free["new"] <= both["new"].info().mem_total
    occupied.kill()
    options = {"network": "none", "labels": labels, "remove": True}
    assert fleet.run("busybox", ["echo", "hi"], spread="memory", **options) == b"hi\n"
    assert fleet.run("busybox", ["echo", "hi"], **options) == b"hi\n"
    with pytest.raises(ContainerError) as caught:
        fleet.run("busybox", ["false"], spread=lambda clients: "new", **options)
    assert caught.value.container.client is fleet["new"]
    with pytest.raises(InvalidArgument, match="spread returned"):
        fleet.run("busybox", spread=lambda clients: "nobody", **options)


def test_what_is_followed_until_a_moment_ends_then(fleet: Fleet, start: Callable[..., Container]) -> None:
    """Engines go on with the log of a container that runs, whatever they were told."""
    named = [start(fleet[name], ["sh", "-c", "echo here; exec sleep 1000"]) for name in ("old", "new")]
    lines = [
        message.value
        for message in fleet.logs(named, follow=True, until=time.time() + 1.5)
        if isinstance(message, FleetItem)
    ]
    assert {line.container.id for line in lines} == {container.id for container in named}
    assert [line.text for line in lines] == ["here", "here"]
