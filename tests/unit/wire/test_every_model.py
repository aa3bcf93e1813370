"""What holds for every model of the wire, whatever an engine sends."""

from __future__ import annotations

import importlib
import json
import pickle
import pkgutil
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import dockpy.wire
from dockpy.version import NEWEST, OLDEST, at_least
from dockpy.wire.base import CamelModel, Model, Since, SnakeModel, Until
from dockpy.wire.document import Document

MODULES = [
    m.name
    for m in pkgutil.iter_modules(dockpy.wire.__path__)
    if m.name not in ("base", "document", "versions")
]
MODELS = [
    (f"{name}.{value.__name__}", value)
    for name in MODULES
    for value in vars(importlib.import_module(f"dockpy.wire.{name}")).values()
    if isinstance(value, type) and issubclass(value, Model) and value.__module__ == f"dockpy.wire.{name}"
]
every_model = pytest.mark.parametrize("cls", [cls for _, cls in MODELS], ids=[ref for ref, _ in MODELS])

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 2**64) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=5,
)


def json_names(cls: type[Model]) -> list[str]:
    cls.model_rebuild()
    return [field.alias or name for name, field in cls.model_fields.items()]


def test_there_are_models() -> None:
    assert len(MODELS) > 200
    assert not {CamelModel, SnakeModel, Model} & {cls for _, cls in MODELS}


@pytest.mark.parametrize("name", MODULES)
def test_models_are_public(name: str) -> None:
    module = importlib.import_module(f"dockpy.wire.{name}")
    classes = {
        cls.__name__ for ref, cls in MODELS if ref.startswith(f"{name}.") and not cls.__name__.startswith("_")
    }
    assert classes <= set(module.__all__)


@every_model
def test_a_model_of_nothing_is_readable(cls: type[Model]) -> None:
    """No field is required of an engine, and each has a default of its own."""
    model = cls.read({})
    for name in cls.model_fields:
        getattr(model, name)
    assert model.dump() == {}
    assert model.to_dict() == {}
    names = json_names(cls)
    assert len(set(names)) == len(names)
    for field in cls.model_fields.values():
        for mark in field.metadata:
            if isinstance(mark, (Since, Until)):
                assert at_least(mark.version, OLDEST)
                assert at_least(NEWEST, mark.version)


@every_model
@settings(max_examples=5, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(data=st.data())
def test_reading_never_raises(cls: type[Model], data: st.DataObject) -> None:
    names = st.sampled_from([*json_names(cls), "Later"])
    raw: dict[str, Any] = data.draw(st.dictionaries(names, JSON, max_size=6))
    sent = json.dumps(raw)
    model = cls.read(raw)
    for name in cls.model_fields:
        getattr(model, name)
    assert json.dumps(model.to_dict()) == sent
    assert cls.__name__ in repr(model)
    json.dumps(model.dump())
    again = pickle.loads(pickle.dumps(model))
    assert again == model
    assert again.to_dict() == raw
    ref = f"{cls.__module__.removeprefix('dockpy.wire.')}.{cls.__name__}"
    document: Any = Document(raw, ref)
    assert pickle.loads(pickle.dumps(document)) == document == model
