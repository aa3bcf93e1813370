"""Which daemons a fleet has: those of docker contexts, and some of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from dockpy import Client
from dockpy.errors import ConnectionFailed, ContextNotFound, InvalidArgument
from dockpy.fleet import Fleet

if TYPE_CHECKING:
    from dockpy import FakeDaemon


def nowhere(*names: str, **options: Any) -> Fleet:
    return Fleet({name: f"unix:///nowhere/{name}.sock" for name in names}, **options)


# Docker's contexts


@pytest.mark.usefixtures("contexts")
def test_the_daemons_of_contexts() -> None:
    fleet = Fleet.from_contexts("west", "east", timeout=7)
    assert {name: client.daemon for name, client in fleet.items()} == {
        "west": "tcp://west.example:2375",
        "east": "tcp://east.example:2375",
    }
    assert fleet.names == ["west", "east"]
    assert fleet["west"].timeouts.read == 7
    assert Fleet.from_contexts().names == ["default", "east", "west"]
    with pytest.raises(ContextNotFound, match="north"):
        Fleet.from_contexts("west", "north")
    labelled = Fleet.from_contexts(labels={"west": {"zone": "us"}, "east": {"zone": "eu"}, "default": {}})
    assert labelled.select(label="zone=eu").names == ["east"]


@pytest.mark.usefixtures("contexts")
@pytest.mark.parametrize("name", [["west"], None, 3, b"west"])
def test_names_of_contexts_that_are_none_are_refused(name: Any) -> None:
    with pytest.raises(InvalidArgument, match="is no context's name"):
        Fleet.from_contexts("east", name)


def test_a_context_that_is_not_there_is_an_error_of_its_daemon(
    contexts: None, monkeypatch: pytest.MonkeyPatch, daemons: dict[str, FakeDaemon]
) -> None:
    monkeypatch.setenv("DOCKER_CONTEXT", "north")
    results = Fleet({"a": Client(), "b": daemons["b"].client()}).ping()
    assert results.succeeded == {"b": True}
    assert isinstance(results["a"].error, ContextNotFound)
    assert isinstance(Fleet({"a": Client()}).ping()["a"].error, ContextNotFound)


# Some of them


def test_some_by_their_names(fleet: Fleet) -> None:
    some = fleet.select("c", "b")
    assert some.names == ["b", "c"]  # in the fleet's order
    assert some["b"] is fleet["b"]
    assert fleet.select().names == fleet.names
    with pytest.raises(InvalidArgument, match="no daemon 'z' in the fleet; it has b, a, c"):
        fleet.select("a", "z")
    with pytest.raises(InvalidArgument, match="no daemon 'a'"):
        some.select("a")


def test_some_by_the_labels_they_were_given() -> None:
    labels = {"a": {"zone": "eu", "gpu": ""}, "b": {"zone": "us"}, "c": {"zone": "eu"}}
    fleet = nowhere("a", "b", "c", labels=labels)  # nobody is asked: nobody would answer
    assert fleet.select(label="zone=eu").names == ["a", "c"]
    assert fleet.select(label="zone").names == ["a", "b", "c"]
    assert fleet.select(label="gpu").names == ["a"]
    assert fleet.select(label="gpu=").names == ["a"]
    assert fleet.select(label="zone=").names == []
    assert fleet.select(label={"zone": "eu", "gpu": ""}).names == ["a"]
    assert fleet.select("c", "b", label="zone=eu").names == ["c"]
    assert fleet.select(label="zone=eu").select(label="gpu").names == ["a"]
    assert fleet.select(label="zone=mars").names == []
    assert fleet.select(label="zone=mars").errors == {}
    assert nowhere("a", labels={"a": {}}).select(label="zone").errors == {}


def test_some_by_the_labels_of_their_engines(daemons: dict[str, FakeDaemon]) -> None:
    class Labelled(Client):
        """As a client of an engine that was started with ``--label``."""

        def info(self) -> Any:
            answer = super().info()
            answer.labels = ["zone=eu", "words=a=b", "bare"]
            return answer

    labelled = Labelled.of_connector(daemons["a"]._connector, "fake://labelled")
    fleet = Fleet(
        {"a": labelled, "b": daemons["b"].client(), "given": labelled, "down": "unix:///nowhere"},
        labels={"given": {"zone": "us"}},
    )
    some = fleet.select(label="zone=eu")
    assert some.names == ["a"]
    assert list(some.errors) == ["down"]
    assert isinstance(some.errors["down"], ConnectionFailed)
    assert fleet.select(label="words=a=b").names == ["a"]
    assert fleet.select(label="bare").names == ["a"]
    assert fleet.select(label="zone=us").names == ["given"]
    assert fleet.errors == {}
    assert list(some.select("a").errors) == ["down"]


@pytest.mark.parametrize("label", ["", "=x", {}, 3, ["zone=eu"], {"zone": 1}, {1: "x"}, {"": "x"}])
def test_a_label_that_is_none_is_refused(label: Any) -> None:
    with pytest.raises(InvalidArgument, match=r"label[=:]"):
        nowhere("a").select(label=label)


@pytest.mark.parametrize("labels", ["a", {"a": "zone=eu"}, {"a": {"zone": 1}}, {"z": {}}, {"a": {"": ""}}])
def test_labels_that_are_none_are_refused(labels: Any) -> None:
    with pytest.raises(InvalidArgument):
        nowhere("a", labels=labels)


def test_some_by_what_they_say(fleet: Fleet, daemons: dict[str, FakeDaemon]) -> None:
    fleet["c"].volumes.create("vol")
    assert fleet.select(where=lambda name, client: bool(client.volumes.list())).names == ["c"]
    assert fleet.select("a", "b", where=lambda name, client: name != "a").names == ["b"]
    with daemons["b"].fail("SystemInfo"):
        some = fleet.select(where=lambda name, client: client.info().containers == 0)
    assert some.names == ["a", "c"]
    assert list(some.errors) == ["b"]


def test_a_mistake_in_the_function_is_no_error_of_a_daemon(fleet: Fleet) -> None:
    with pytest.raises(ZeroDivisionError):
        fleet.select(where=lambda name, client: 1 // 0 == 0)
