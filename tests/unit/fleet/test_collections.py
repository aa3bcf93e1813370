"""What each daemon's collection does, on all at once."""

from __future__ import annotations

import inspect
import threading
from typing import TYPE_CHECKING

import pytest

from dockpy import Client, Container, FakeDaemon, Image
from dockpy.errors import ApiError, ConnectionFailed, ImageNotFound, InvalidArgument, NotFound, TimedOut
from dockpy.fleet import Fleet, FleetList, FleetResults
from dockpy.fleet.fanned import Each, Every
from dockpy.resources.containers import ContainerCollection
from dockpy.wire.progress import CreateImageInfo

if TYPE_CHECKING:
    from collections.abc import Iterator

COLLECTIONS = {
    "containers": {"list", "get", "create", "remove", "prune"},
    "images": {
        *("list", "get", "history", "attestations", "get_registry_data", "search"),
        *("pull", "tag", "remove", "prune"),
    },
    "networks": {"list", "get", "create", "remove", "prune"},
    "volumes": {"list", "get", "create", "remove", "prune"},
    "plugins": {"list", "get", "remove"},
    "services": {"list", "get", "create", "remove"},
    "tasks": {"list", "get"},
    "nodes": {"list", "get"},
    "secrets": {"list", "get", "create", "remove"},
    "configs": {"list", "get", "create", "remove"},
}
OF_A_SWARM = {"services", "tasks", "nodes", "secrets", "configs"}


@pytest.fixture
def daemons() -> Iterator[dict[str, FakeDaemon]]:
    made = {"b": FakeDaemon(), "a": FakeDaemon(api="1.41")}
    for daemon in made.values():
        daemon.images.add("busybox")
    yield made
    for daemon in made.values():
        daemon.close()


@pytest.fixture
def broken(fleet: Fleet) -> Fleet:
    """With a daemon that is not there."""
    return Fleet({"down": "unix:///nowhere", **fleet})


@pytest.mark.parametrize("name", COLLECTIONS)
def test_what_a_collection_has(fleet: Fleet, name: str) -> None:
    collection = getattr(fleet, name)
    members = {
        member
        for member in dir(collection)
        if not member.startswith("_") and callable(getattr(collection, member))
    }
    assert members == COLLECTIONS[name]
    for member in members:
        of_one = getattr(getattr(fleet["a"], name), member)
        assert getattr(collection, member).__name__ == of_one.__name__
        if member != "pull":
            assert getattr(collection, member).__doc__ == of_one.__doc__
            assert getattr(type(collection), member).__doc__ == of_one.__doc__


@pytest.mark.parametrize("name", COLLECTIONS)
def test_lists_are_flat(broken: Fleet, name: str) -> None:
    found = getattr(broken, name).list()
    assert isinstance(found, FleetList)
    assert list(found.errors) == (["down", "b", "a"] if name in OF_A_SWARM else ["down"])
    assert isinstance(found.errors["down"], ConnectionFailed)
    assert set(found.by_daemon()) == ({"b", "a"} - set(found.errors))


def test_objects_know_their_daemon(broken: Fleet) -> None:
    for name in ("a", "b"):
        for number in (1, 2):
            broken[name].containers.create("busybox", name=f"{name}{number}")
    found = broken.containers.list(all=True)
    assert sorted(container.name for container in found[:2]) == ["b1", "b2"]  # in the fleet's order
    assert sorted(container.name for container in found[2:]) == ["a1", "a2"]
    assert [container.client for container in found] == [broken["b"]] * 2 + [broken["a"]] * 2
    assert found.by_daemon() == {"b": found[:2], "a": found[2:]}
    assert broken.containers.list(all=True, filters={"name": "a1"}).by_daemon()["b"] == []
    found[3].rename("renamed")
    assert broken["a"].containers.get("renamed") == found[3]


def test_one_on_each(broken: Fleet) -> None:
    broken["a"].volumes.create("data")
    results = broken.volumes.get("data")
    assert isinstance(results, FleetResults)
    assert results["a"].value.client is broken["a"]
    assert isinstance(results["b"].error, NotFound)
    assert isinstance(results["down"].error, ConnectionFailed)


def test_changes_on_all(fleet: Fleet) -> None:
    assert list(fleet.volumes.create("data", labels={"x": "y"}).raise_errors().succeeded) == ["b", "a"]
    assert [volume.labels for volume in fleet.volumes.list()] == [{"x": "y"}] * 2
    fleet.volumes.remove("data").raise_errors()
    assert fleet.volumes.list() == []
    networks = fleet.networks.create("net", internal=True).raise_errors()
    assert [network.name for network in fleet.networks.list(["net"])] == ["net", "net"]
    assert networks["a"].value != networks["b"].value
    assert [report.networks_deleted for report in fleet.networks.prune().succeeded.values()] == [["net"]] * 2
    fleet.containers.create("busybox", ["true"], name="one", labels={"x": "y"}).raise_errors()
    removed = fleet.containers.prune(filters={"label": "x=y"}).raise_errors().succeeded
    assert [len(report.containers_deleted) for report in removed.values()] == [1, 1]
    fleet.images.tag("busybox", "mine:1").raise_errors()
    assert ["mine:1" in image.tags for image in fleet.images.list("mine")] == [True, True]
    fleet.images.remove("mine:1").raise_errors()
    assert fleet.images.list("mine") == []


def test_the_daemons_themselves(broken: Fleet) -> None:
    assert broken.ping().succeeded == {"b": True, "a": True}
    assert {name: v.api_version for name, v in broken.version().succeeded.items()} == {
        "b": "1.51",
        "a": "1.41",
    }
    assert [info.containers for info in broken.info().succeeded.values()] == [0, 0]
    assert list(broken.df().errors) == ["down"]
    broken["a"].containers.create("busybox")
    removed = {name: len(report.containers) for name, report in broken.prune().succeeded.items()}
    assert removed == {"b": 0, "a": 1}


def test_what_is_read_of_images(broken: Fleet) -> None:
    assert {len(found) > 0 for found in broken.images.search("busybox").succeeded.values()} == {True}
    registered = broken.images.get_registry_data("alpine:latest").succeeded
    assert len({data.id for data in registered.values()}) == 1
    assert list(registered) == ["b", "a"]
    assert list(broken.images.history("busybox").succeeded) == ["b", "a"]
    assert list(broken.images.attestations("busybox").errors) == ["down", "b", "a"]  # API 1.53


def test_an_option_that_one_daemon_does_not_know_is_its_error(fleet: Fleet) -> None:
    results = fleet.df(type="volume")
    assert list(results.succeeded) == ["b"]
    assert list(results.errors) == ["a"]  # API 1.41


def test_mistakes_are_raised_at_once(fleet: Fleet, broken: Fleet, daemons: dict[str, FakeDaemon]) -> None:
    for each in (fleet, broken):
        with pytest.raises(TypeError, match="nope"):
            each.containers.list(nope=True)  # type: ignore[call-arg]
        with pytest.raises(TypeError, match="mem_limit"):
            each.containers.create("busybox", memlimit="1g")  # type: ignore[call-arg]
        with pytest.raises(InvalidArgument, match="subnet"):
            each.networks.create("net", subnet="nonsense")
    sent = [request.operation for daemon in daemons.values() for request in daemon.requests]
    assert not {"ContainerCreate", "NetworkCreate"} & set(sent)


@pytest.mark.parametrize("kind", [OSError, ValueError])
def test_what_follows_a_pull_may_fail(fleet: Fleet, kind: type[Exception]) -> None:
    """A mistake is raised at once; what failed in the world is told for each, as it may be of one alone."""

    def follow(name: str, message: CreateImageInfo) -> None:
        raise kind(name)

    if kind is OSError:
        pulled = fleet.images.pull("alpine:latest", on_progress=follow)
        assert {name: str(error) for name, error in pulled.errors.items()} == {"b": "b", "a": "a"}
    else:
        with pytest.raises(kind):
            fleet.images.pull("alpine:latest", on_progress=follow)


def test_pulling_on_all(broken: Fleet, daemons: dict[str, FakeDaemon]) -> None:
    told, both = list[tuple[str, CreateImageInfo]](), threading.Barrier(2)

    def follow(name: str, message: CreateImageInfo) -> None:
        if not both.broken:
            with pytest.raises(threading.BrokenBarrierError):  # never twice at a time
                both.wait(0.3)
        told.append((name, message))

    results = broken.images.pull("alpine:latest", on_progress=follow)
    assert list(results.succeeded) == ["b", "a"]
    assert all(isinstance(image, Image) for image in results.succeeded.values())
    assert {name for name, _ in told} == {"a", "b"}
    assert any("Pull complete" in (message.status or "") for _, message in told)
    everything = broken.images.pull("alpine", all_tags=True)
    assert len(everything["a"].value) > 1
    missing = broken.select("a", "b").images.pull("no/such/image:1")
    assert all(isinstance(error, (ImageNotFound, ApiError)) for error in missing.errors.values())
    assert list(missing.errors) == ["b", "a"]


def test_a_pull_that_hangs_leaves_no_thread(fleet: Fleet, daemons: dict[str, FakeDaemon]) -> None:
    with daemons["a"].fail("ImageCreate", hang=True):
        pulled = fleet.with_options(timeout=0.3).images.pull("alpine:latest")
        assert isinstance(pulled["a"].error, TimedOut)
        for thread in threading.enumerate():
            if thread.name == "dockpy fleet":
                thread.join(10)
                assert not thread.is_alive()


def test_a_pull_that_nobody_waits_for_is_cancelled(fleet: Fleet, daemons: dict[str, FakeDaemon]) -> None:
    told, release = list[CreateImageInfo](), threading.Event()

    def follow(name: str, message: CreateImageInfo) -> None:
        told.append(message)
        assert release.wait(10)

    pulled = fleet.select("a").with_options(timeout=0.3).images.pull("alpine:latest", on_progress=follow)
    assert isinstance(pulled["a"].error, TimedOut)
    release.set()
    for thread in threading.enumerate():
        if thread.name == "dockpy fleet":
            thread.join(10)
    assert len(told) == 1
    assert "ImageInspect" not in [request.operation for request in daemons["a"].requests]


def test_it_is_seen_what_a_method_takes(fleet: Fleet) -> None:
    method = fleet.containers.list
    assert isinstance(method, Every)
    assert isinstance(fleet.containers.get, Each)
    assert "filters" in inspect.signature(method).parameters
    assert inspect.getdoc(method) == inspect.getdoc(ContainerCollection.list)


def test_a_client_of_ones_own_is_used_as_it_is(daemons: dict[str, FakeDaemon]) -> None:
    class Own(Client):
        """A client that counts."""

        asked = 0

        def info(self):  # type: ignore[no-untyped-def]
            self.asked += 1
            return super().info()

    own = Own.of_connector(daemons["a"]._connector, "fake://own")
    fleet = Fleet({"a": own})
    fleet.map(lambda client: client.info()).raise_errors()
    fleet.info().raise_errors()
    assert own.asked == 2
    assert isinstance(fleet.containers.create("busybox")["a"].value, Container)
