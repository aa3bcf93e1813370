"""A fleet: which daemons are in it, what it shares, what it closes."""

from __future__ import annotations

import copy
import functools
import pickle
import threading
import weakref
from typing import TYPE_CHECKING, Any, cast

import pytest

from dockpy import Client, FakeDaemon
from dockpy.errors import (
    ConnectionFailed,
    FleetError,
    InvalidArgument,
    InvalidEndpoint,
    TimedOut,
)
from dockpy.fleet import Fleet, gathering

if TYPE_CHECKING:
    from collections.abc import Iterator


def nowhere(*names: str, **options: Any) -> Fleet:
    return Fleet({name: f"unix:///nowhere/{name}.sock" for name in names}, **options)


# What it is made of


def test_it_is_a_mapping_of_clients(fleet: Fleet, daemons: dict[str, FakeDaemon]) -> None:
    assert list(fleet) == fleet.names == ["b", "a", "c"]
    assert len(fleet) == 3
    assert "a" in fleet
    assert "z" not in fleet
    assert isinstance(fleet["a"], Client)
    assert fleet["a"].daemon == f"fake://{daemons['a'].name}"
    assert fleet["a"] is fleet["a"]
    assert dict(fleet.items())["c"] is fleet["c"]
    assert fleet.get("z") is None
    with pytest.raises(KeyError, match="z"):
        fleet["z"]


def test_making_one_asks_nobody(daemons: dict[str, FakeDaemon], fleet: Fleet) -> None:
    threads = threading.active_count()
    Fleet({"a": "tcp://192.0.2.1:2375", "b": "ssh://user@192.0.2.1", "c": "unix:///nowhere", **fleet})
    assert threading.active_count() == threads
    assert [daemon.requests for daemon in daemons.values()] == [[], [], []]


def test_clients_that_are_made_have_the_timeout() -> None:
    client = Client("unix:///nowhere", timeout=3)
    fleet = Fleet({"a": "unix:///nowhere", "b": client}, timeout=(1, 2))
    assert (fleet["a"].timeouts.connect, fleet["a"].timeouts.read) == (1, 2)
    assert fleet["b"] is client


@pytest.mark.parametrize(
    ("daemons", "text"),
    [
        (["unix:///a"], "daemons="),
        ("unix:///a", "daemons="),
        ({"": "unix:///a"}, "A daemon's name is"),
        ({" a": "unix:///a"}, "A daemon's name is"),
        ({"a\n": "unix:///a"}, "A daemon's name is"),
        ({3: "unix:///a"}, "A daemon's name is"),
        ({None: "unix:///a"}, "A daemon's name is"),
        ({"a": ""}, "The daemon 'a' is an empty text"),
        ({"a": None}, "The daemon 'a' is NoneType"),
        ({"a": b"unix:///a"}, "The daemon 'a' is bytes"),
        ({"ok": "unix:///a", "a": 3}, "The daemon 'a' is int"),
    ],
)
def test_what_are_no_daemons_is_refused(daemons: Any, text: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        Fleet(daemons)
    assert caught.value.message.startswith(text)


def test_an_address_that_is_none_is_refused_by_its_name() -> None:
    with pytest.raises(InvalidEndpoint, match="daemon 'west', endpoint 'gopher://b'") as caught:
        Fleet({"east": "unix:///a", "west": "gopher://b"})
    assert "unix://" in str(caught.value)


@pytest.mark.parametrize("workers", [0, -1, 1.5, True, None, "4"])
def test_workers_that_are_none_are_refused(workers: Any) -> None:
    with pytest.raises(InvalidArgument, match="max_workers="):
        nowhere("a", max_workers=workers)


@pytest.mark.parametrize("timeout", [0, -1, "a", True, (1, 2, 3)])
def test_a_timeout_that_is_none_is_refused(timeout: Any) -> None:
    with pytest.raises(InvalidArgument, match="timeout="):
        nowhere("a", timeout=timeout)


def test_nobody_is_in_an_empty_one() -> None:
    fleet = Fleet({})
    assert repr(fleet) == "<Fleet: no daemons>"
    assert fleet.containers.list() == []
    assert dict(fleet.map(lambda client: 1)) == {}


def test_one_daemon_may_have_two_names(daemons: dict[str, FakeDaemon]) -> None:
    client = daemons["a"].client()
    fleet = Fleet({"x": client, "y": client, "z": daemons["a"].client()})
    client.volumes.create("vol")
    found = fleet.volumes.list()
    assert [volume.name for volume in found] == ["vol"] * 3
    assert len(set(found)) == 1
    assert fleet.select(where=lambda name, _: name != "x").names == ["y", "z"]


def test_it_says_who_is_in_it() -> None:
    assert repr(nowhere("a", "b")) == "<Fleet: a, b>"
    many = nowhere(*(f"d{number}" for number in range(100)))
    assert repr(many) == "<Fleet: d0, d1, d2, d3, d4, d5, … (100 daemons)>"
    assert repr(nowhere("a").containers) == "<FleetContainers of <Fleet: a>>"


# What is asked of all


def test_a_function_of_each(fleet: Fleet, daemons: dict[str, FakeDaemon]) -> None:
    with daemons["a"].fail("SystemVersion", status=500, message="out of order"):
        results = fleet.map(lambda client: client.version().api_version)
    assert list(results) == ["b", "a", "c"]
    assert results.succeeded == {"b": "1.51", "c": "1.51"}
    assert "out of order" in str(results["a"].error)
    assert f"on fake://{daemons['a'].name}" in str(results["a"].error)
    with pytest.raises(FleetError) as caught:
        results.raise_errors()
    assert list(caught.value.errors) == ["a"]


def test_what_a_function_raises_is_the_daemons_error(fleet: Fleet) -> None:
    def work(client: Client) -> None:
        raise ZeroDivisionError("by nothing")

    results = fleet.map(work)
    assert [type(error) for error in results.errors.values()] == [ZeroDivisionError] * 3


async def later(client: Client) -> bool:
    return client.ping()


def lazy(client: Client) -> Iterator[bool]:
    yield client.ping()


@pytest.mark.parametrize("fn", [None, 3, "ping", later, lazy, functools.partial(later)])
def test_what_is_no_function_is_refused(fleet: Fleet, fn: Any) -> None:
    with pytest.raises(InvalidArgument, match="fn="):
        fleet.map(fn)
    with pytest.raises(InvalidArgument, match="where="):
        fleet.select(where=cast("Any", 3) if fn is None else fn)


def test_a_hanging_daemon_costs_its_own_time(fleet: Fleet, daemons: dict[str, FakeDaemon]) -> None:
    with daemons["a"].fail("SystemInfo", hang=True):
        results = fleet.map(lambda client: client.info().name, timeout=0.3)
    assert list(results.succeeded) == ["b", "c"]
    assert isinstance(results["a"].error, TimedOut)
    assert fleet.map(lambda client: client.timeouts.read, timeout=2).succeeded == {"b": 2, "a": 2, "c": 2}
    assert fleet.map(lambda client: client.timeouts.read, timeout=200)["a"].value == 60
    assert fleet.map(lambda client: client.stream_timeout, timeout=2)["a"].value == 2


def test_a_limit_lengthens_nothing(daemons: dict[str, FakeDaemon]) -> None:
    own = daemons["a"].client().with_options(timeout=(1, 2), stream_timeout=3)
    (limits,) = Fleet({"a": own}).map(lambda c: (c.timeouts, c.stream_timeout), timeout=9).succeeded.values()
    assert limits == (own.timeouts, 3)
    endless = own.with_options(timeout=None, stream_timeout=None)
    assert Fleet({"a": endless}).map(lambda c: c.timeouts.connect, timeout=9).succeeded == {"a": 9}


def test_a_fleet_with_a_limit(fleet: Fleet, daemons: dict[str, FakeDaemon]) -> None:
    quick = fleet.with_options(timeout=0.3)
    with daemons["a"].fail("ContainerList", hang=True):
        assert list(quick.containers.list().errors) == ["a"]
    assert quick["b"].timeouts.read == 0.3
    assert quick["b"].stream_timeout is None
    assert quick.map(lambda client: client.stream_timeout)["b"].value == 0.3
    assert fleet["b"].timeouts.read == 60
    assert quick.containers.list().errors == {}
    assert quick.with_options(timeout=None).ping().succeeded == {"b": True, "a": True, "c": True}


@pytest.mark.parametrize("timeout", [0, -1, True, "1", (1, 2)])
def test_a_limit_that_is_none_is_refused(fleet: Fleet, timeout: Any) -> None:
    with pytest.raises(InvalidArgument, match="timeout="):
        fleet.with_options(timeout=timeout)
    with pytest.raises(InvalidArgument, match="timeout="):
        fleet.map(lambda client: 1, timeout=timeout)


def test_a_mistake_of_one_alone_is_its_error(daemons: dict[str, FakeDaemon]) -> None:
    class Odd(Client):
        """One whose daemon answers what nobody understands."""

        def ping(self) -> bool:
            raise ValueError("odd")

    fleet = Fleet({"a": daemons["a"].client(), "odd": Odd.of_connector(daemons["b"]._connector, "fake://b")})
    results = fleet.ping()
    assert results.succeeded == {"a": True}
    assert isinstance(results["odd"].error, ValueError)


def test_no_more_are_asked_at_once_than_was_said(
    daemons: dict[str, FakeDaemon], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathering, "_LENT_AFTER", 1000)
    fleet = Fleet({name: daemon.client() for name, daemon in daemons.items()}, max_workers=1)
    all_at_once = threading.Barrier(3)
    assert fleet.map(lambda client: all_at_once.wait(0.3)).succeeded == {}


def test_what_was_asked_is_forgotten(fleet: Fleet) -> None:
    def work(client: Client) -> bool:
        return client.ping()

    fleet.map(work).raise_errors()
    for thread in threading.enumerate():
        if thread.name == "dockpy fleet":
            thread.join(10)
    asked = weakref.ref(work)
    del work
    assert asked() is None


def test_threads_share_it(fleet: Fleet) -> None:
    found = list[dict[str, bool]]()
    threads = [
        threading.Thread(target=lambda: found.append(fleet.map(lambda client: client.ping()).succeeded))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [{"b": True, "a": True, "c": True}] * 8


def test_a_function_may_ask_the_fleet_itself(fleet: Fleet) -> None:
    results = fleet.map(lambda client: len(fleet.ping().succeeded))
    assert results.succeeded == {"b": 3, "a": 3, "c": 3}


# Its end


class Closable(Client):
    """Counts how often it is closed."""

    closed = 0

    def close(self) -> None:
        self.closed += 1
        super().close()


def test_it_closes_what_it_made(monkeypatch: pytest.MonkeyPatch) -> None:
    given = Closable("unix:///nowhere")
    fleet = Fleet({"given": given, "made": "unix:///nowhere"})
    closed = list[Client]()
    monkeypatch.setattr(Client, "close", lambda client: closed.append(client))
    with fleet as entered:
        assert entered is fleet
        fleet.select("made").close()
        fleet.with_options(timeout=3).close()
        assert closed == []
    assert closed == [fleet["made"]]
    assert given.closed == 0
    fleet.close()
    assert closed == [fleet["made"]] * 2


@pytest.mark.usefixtures("contexts")
def test_it_closes_those_of_contexts(monkeypatch: pytest.MonkeyPatch) -> None:
    fleet = Fleet.from_contexts("west")
    closed = list[Client]()
    monkeypatch.setattr(Client, "close", lambda client: closed.append(client))
    fleet.close()
    assert closed == [fleet["west"]]


@pytest.mark.parametrize("of_a_view", [False, True])
def test_closing_ends_what_is_being_asked(
    fleet: Fleet, daemons: dict[str, FakeDaemon], of_a_view: bool
) -> None:
    asked, release = threading.Event(), threading.Event()

    def work(client: Client) -> str:
        if client.daemon.endswith(daemons["a"].name):
            asked.set()
            assert release.wait(10)
        return client.daemon

    def close() -> None:
        assert asked.wait(10)
        fleet.select("b").close()  # which does nothing
        fleet.close()

    closer = threading.Thread(target=close)
    closer.start()
    results = (fleet.select("a") if of_a_view else fleet).map(work)
    closer.join()
    release.set()
    error = results["a"].error
    assert isinstance(error, ConnectionFailed)
    assert error.message == "The fleet was closed before it answered"
    assert fleet.ping().succeeded == {"b": True, "a": True, "c": True}  # it opens again


def test_a_copy_closes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    fleet = nowhere("a", "b")
    again = copy.copy(fleet)
    assert again.names == ["a", "b"]
    assert again["a"] is fleet["a"]
    closed = list[Client]()
    monkeypatch.setattr(Client, "close", lambda client: closed.append(client))
    again.close()
    assert closed == []


def test_it_pickles(monkeypatch: pytest.MonkeyPatch) -> None:
    fleet = nowhere("a", "b", labels={"a": {"zone": "eu"}}, max_workers=3)
    again = pickle.loads(pickle.dumps(fleet))
    assert again.names == ["a", "b"]
    assert again["a"].daemon == "unix:///nowhere/a.sock"
    assert again.select("a", label="zone=eu").names == ["a"]
    assert list(again.ping().errors) == ["a", "b"]
    view = pickle.loads(pickle.dumps(fleet.select("b")))
    assert view.names == ["b"]
    closed = list[Client]()
    monkeypatch.setattr(Client, "close", lambda client: closed.append(client))
    view.close()
    assert closed == [view["b"]]  # its clients are its own now
