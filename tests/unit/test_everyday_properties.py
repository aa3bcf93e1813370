"""Objects made of real answers: everyday properties need no further request, and no field but the id."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dockpy import Client, Config, Container, Image, Network, Node, Plugin, Secret, Service, Task, Volume
from dockpy.errors import InvalidResponse
from dockpy.ops import all_operations
from dockpy.resources.base import given, parse_time, require
from dockpy.wire.document import Document

if TYPE_CHECKING:
    from collections.abc import Iterator

CLIENT = Client("unix:///nowhere/docker.sock")  # whatever is asked of the daemon fails
CLASSES: dict[str, tuple[type[Any], str, bool]] = {
    # operation: the object, its id, whether the answer is a full inspect
    "ContainerInspect": (Container, "Id", True),
    "ContainerList": (Container, "Id", False),
    "ImageInspect": (Image, "Id", True),
    "ImageList": (Image, "Id", False),
    "NetworkInspect": (Network, "Id", True),
    "NetworkList": (Network, "Id", False),
    "VolumeInspect": (Volume, "Name", True),
    # Their listings are as full as their inspects.
    "ConfigInspect": (Config, "ID", True),
    "NodeInspect": (Node, "ID", True),
    "PluginInspect": (Plugin, "Id", True),
    "SecretInspect": (Secret, "ID", True),
    "ServiceInspect": (Service, "ID", True),
    "TaskInspect": (Task, "ID", True),
}
LISTED_TOO = {
    name.replace("Inspect", "List"): entry
    for name, entry in CLASSES.items()
    if name.replace("Inspect", "List") not in CLASSES and name != "VolumeInspect"
}
CLASSES |= LISTED_TOO
REFS = {operation.id: operation.answer.model or "" for operation in all_operations()}
ASKED = {
    # What an object has to ask the engine for: its listing does not tell.
    "ContainerList": {"exit_code", "health"},
    "ImageList": {"architecture", "os", "platform"},
    "NetworkList": {"containers"},
    "TaskInspect": {"node", "service"},
    "TaskList": {"node", "service"},
}


def recordings() -> Iterator[Any]:
    for path in sorted((Path(__file__).parent / "wire" / "recorded").glob("*.json")):
        for number, entry in enumerate(json.loads(path.read_text())):
            if (operation := entry["operation"]) in CLASSES:
                answers = entry["answer"] if isinstance(entry["answer"], list) else [entry["answer"]]
                for index, raw in enumerate(answers):
                    yield pytest.param(operation, raw, id=f"{path.stem}-{number}-{operation}-{index}")


def make(operation: str, raw: dict[str, Any]) -> Any:
    cls, identity, full = CLASSES[operation]
    document = Document(raw, REFS[operation])
    known = {"attrs": document} if full else {"summary": document}
    return cls(CLIENT, raw.get(identity) or "0" * 64, **known)


def everyday(operation: str, raw: dict[str, Any]) -> dict[str, Any]:
    """Everything that can be read of an object; what its answer does not tell is left out."""
    thing = make(operation, raw)
    names = {
        name
        for cls in type(thing).__mro__
        for name, value in vars(cls).items()
        if isinstance(value, property)
    }
    asked = {"attrs", "_known", *ASKED.get(operation, ())}
    return {name: getattr(thing, name) for name in sorted(names - asked)} | {"repr": repr(thing)}


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    for key, item in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(value, dict):
            yield (*path, key)
        if isinstance(item, (dict, list)):
            yield from places(item, (*path, key))


recorded = pytest.mark.parametrize(("operation", "raw"), list(recordings()))


@recorded
def test_it_reads_without_a_request(operation: str, raw: dict[str, Any]) -> None:
    thing = make(operation, raw)
    read = everyday(operation, raw)
    assert read["short_id"] in thing.id
    assert read["repr"].startswith(f"<{type(thing).__name__}: ")
    assert not read["repr"].endswith(" >")  # where there is no name
    if not isinstance(thing, Plugin):
        assert isinstance(read["created"], datetime)
        assert isinstance(read["labels"], dict)
    if not isinstance(thing, (Task, Node)):  # a task has a slot; a node is called as its host is
        assert read["name"]


@recorded
@pytest.mark.parametrize("gone", [True, False], ids=["gone", "null"])
def test_it_reads_whatever_field_is_missing(operation: str, raw: dict[str, Any], gone: bool) -> None:
    """Everything but the identity; what is there not is empty."""
    for path in places(raw):
        maimed = json.loads(json.dumps(raw))
        inner = maimed
        for key in path[:-1]:
            inner = inner[key]
        if gone:
            del inner[path[-1]]
        else:
            inner[path[-1]] = None
        try:
            everyday(operation, maimed)
        except Exception as error:
            raise AssertionError(f"without {path}: {error!r}") from error


def test_a_listing_and_an_inspect_tell_the_same() -> None:
    for engine in ("docker20", "docker28"):
        path = Path(__file__).parent / "wire" / "recorded" / f"{engine}.json"
        answers = json.loads(path.read_text())
        (listed,) = [entry["answer"] for entry in answers if entry["operation"] == "ContainerList"]
        inspected = next(entry["answer"] for entry in answers if entry["operation"] == "ContainerInspect")
        listing = everyday("ContainerList", listed[0])
        inspect = everyday("ContainerInspect", inspected)
        assert listing["name"] == inspect["name"] == "dockpy-recorded"
        assert listing["status"] == inspect["status"] == "running"
        assert listing["labels"] == inspect["labels"]
        assert listing["labels"]["dockpy-recorded"] == "1"
        assert listing["created"] == inspect["created"].replace(microsecond=0)
        assert listing["image"].id == inspect["image"].id
        assert set(listing["networks"]) == set(inspect["networks"]) == {"dockpy-recorded"}
        assert {mount["Destination"] for mount in listing["mounts"]} == {
            mount["Destination"] for mount in inspect["mounts"]
        }
        assert (
            listing["ports"]["80/tcp"][0]["HostIp"] == inspect["ports"]["80/tcp"][0]["HostIp"] == "127.0.0.1"
        )
        assert listing["ports"] == inspect["ports"]


# The helpers


def test_an_answer_without_its_identity_is_no_engines() -> None:
    assert require(CLIENT, {"Id": "abc"}, "Id", "container") == "abc"
    for answer in ({}, {"Id": None}, {"Id": ""}, {"Id": 5}):
        with pytest.raises(InvalidResponse, match="named a container without its Id"):
            require(CLIENT, answer, "Id", "container")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ("", None),
        ("0001-01-01T00:00:00Z", None),
        ("2024-01-02T03:04:05.678901234Z", datetime(2024, 1, 2, 3, 4, 5, 678901, UTC)),
        ("2024-01-02T03:04:05Z", datetime(2024, 1, 2, 3, 4, 5, 0, UTC)),
        ("2024-01-02T03:04:05.1+02:00", datetime(2024, 1, 2, 1, 4, 5, 100000, UTC)),
        ("yesterday", None),
        (1704164645, datetime(2024, 1, 2, 3, 4, 5, 0, UTC)),
    ],
)
def test_times_of_engines(value: Any, expected: datetime | None) -> None:
    assert parse_time(value) == expected


def test_what_is_given_is_what_is_not_none() -> None:
    assert given(a=0, b=None, c="", d=False, e=[]) == {"a": 0, "c": "", "d": False, "e": []}


def test_objects_are_equal_by_their_kind_daemon_and_id() -> None:
    one, same = Container(CLIENT, "a" * 64), Container(Client("unix:///nowhere/docker.sock"), "a" * 64)
    assert one == same
    assert hash(one) == hash(same)
    assert one != Container(Client("unix:///elsewhere/docker.sock"), "a" * 64)
    assert one != Container(CLIENT, "b" * 64)
    assert one != Image(CLIENT, "a" * 64)
    assert one != "a" * 64
    assert len({one, same}) == 1
