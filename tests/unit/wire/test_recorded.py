"""Real answers of both engines, whole and maimed: reading them raises nothing.

`record.py` made the recordings. Every field of the model tree is read by attribute, as a program would.
"""

from __future__ import annotations

import copy
import functools
import json
import pickle
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from pydantic import TypeAdapter

from dockpy.ops import all_operations
from dockpy.wire.base import Model
from dockpy.wire.document import Document, load_model

if TYPE_CHECKING:
    from collections.abc import Iterator

OPERATIONS = {operation.id: operation for operation in all_operations()}
GONE = object()


class Recorded(NamedTuple):
    ref: str
    raw: dict[str, Any]


def recordings() -> Iterator[Any]:
    """One of each answer; of lists, their first items."""
    for path in sorted((Path(__file__).parent / "recorded").glob("*.json")):
        for number, entry in enumerate(json.loads(path.read_text())):
            answer = OPERATIONS[entry["operation"]].answer
            items = entry["answer"][:3] if isinstance(entry["answer"], list) else [entry["answer"]]
            for index, item in enumerate(items):
                name = f"{path.stem}-{number}-{entry['operation']}-{index}"
                yield pytest.param(Recorded(answer.model or "", item), id=name)


RECORDED = list(recordings())
recorded = pytest.mark.parametrize("answer", RECORDED)


def walk(value: Any) -> int:
    """Read every field of the model tree; how many there were."""
    if isinstance(value, Model):
        return sum(1 + walk(getattr(value, name)) for name in value.__class__.model_fields)
    if isinstance(value, dict):
        return sum(walk(item) for item in value.values())
    return sum(walk(item) for item in value) if isinstance(value, list) else 0


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every field; of lists, of their first two items."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield (*path, key)
            yield from places(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value[:2]):
            yield from places(item, (*path, index))


def changed(raw: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    """A copy in which one field is another, or gone; what lies beside the path is shared."""
    result = inner = dict(raw)
    for key in path[:-1]:
        inner[key] = copy.copy(inner[key])
        inner = inner[key]
    if value is GONE:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return result


def test_there_is_an_answer_of_every_domain_from_both_engines() -> None:
    domains = {f"{case.id.split('-')[0]} {case.values[0].ref.partition('.')[0]}" for case in RECORDED}
    for engine in ("docker20", "docker28"):
        for domain in (
            *("containers", "images", "networks", "volumes", "system", "stats", "exec", "disk_usage"),
            *("swarm", "nodes", "services", "tasks", "secrets", "configs", "plugins", "common"),
        ):
            assert f"{engine} {domain}" in domains


@recorded
def test_an_answer_is_typed_whole(answer: Recorded) -> None:
    """Nothing was kept as it came because our types are wrong."""
    model = load_model(answer.ref).read(copy.deepcopy(answer.raw))
    assert walk(model)
    assert mistyped(model) == []


@functools.cache
def declared(cls: type[Model], name: str) -> TypeAdapter[Any]:
    return TypeAdapter(cls.model_fields[name].annotation)


def mistyped(value: Any, path: str = "") -> list[str]:
    """Fields whose value is not of the declared type: those that reading kept as they came."""
    if isinstance(value, Model):
        found = []
        for name in type(value).model_fields:
            item = getattr(value, name)
            try:
                declared(type(value), name).validate_python(item)
            except ValueError as error:
                found.append(f"{path}.{name}: {error}")
            found += mistyped(item, f"{path}.{name}")
        return found
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [text for key, item in items for text in mistyped(item, f"{path}.{key}")]


def test_mistyped_fields_would_be_found() -> None:
    cls = load_model("networks.NetworkInspect")
    assert mistyped(cls.read({"Name": 5}))
    assert mistyped(cls.read({"IPAM": {"Config": [{"Subnet": 5}]}}))


@recorded
def test_an_answer_comes_back_as_it_was_sent(answer: Recorded) -> None:
    sent = json.dumps(answer.raw)
    document = Document(json.loads(sent), answer.ref)
    model = load_model(answer.ref).read(json.loads(sent))
    for value in (document, model, pickle.loads(pickle.dumps(document)), pickle.loads(pickle.dumps(model))):
        walk(value)
        assert json.dumps(value.to_dict()) == sent
        for key, item in answer.raw.items():
            assert value[key] == item


@recorded
def test_an_answer_is_dumped_without_loss(answer: Recorded) -> None:
    """What is sent back of it is what came, but for nulls."""
    model = load_model(answer.ref).read(copy.deepcopy(answer.raw))
    assert without_nulls(model.dump()) == without_nulls(answer.raw)


def without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    return [without_nulls(item) for item in value] if isinstance(value, list) else value


@recorded
@pytest.mark.parametrize("value", [GONE, None], ids=["gone", "null"])
def test_any_field_may_be_missing(answer: Recorded, value: Any) -> None:
    cls = load_model(answer.ref)
    for path in places(answer.raw):
        raw = changed(answer.raw, path, value)
        model = cls.read(raw)
        assert walk(model), path
        assert model.to_dict() == raw


@recorded
def test_any_field_may_be_of_another_type(answer: Recorded) -> None:
    cls = load_model(answer.ref)
    for number, path in enumerate(places(answer.raw)):
        raw = changed(answer.raw, path, ODD[number % len(ODD)])
        model = cls.read(raw)
        assert walk(model), path
        assert model.to_dict() == raw
        assert repr(model)
        json.dumps(model.dump())


ODD: list[Any] = ["text", 5, 1.5, True, [], [None], {}, {"a": {"b": 1}}, [5, "x"], [{}], {"a": None}]


@recorded
def test_fields_of_later_engines_survive(answer: Recorded) -> None:
    raw = json.loads(json.dumps(answer.raw), object_hook=lambda item: {**item, "FieldOfTomorrow": [1]})
    model = load_model(answer.ref).read(raw)
    walk(model)
    assert model.to_dict() == raw
    assert without_nulls(model.dump()) == without_nulls(raw)
