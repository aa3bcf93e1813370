"""Documents: an answer by key at once, its model when it is first asked by attribute."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import pytest

from dockpy.wire.document import Document, load_model
from dockpy.wire.swarm import SwarmInitRequest, SwarmSpec
from dockpy.wire.system import SystemInfo

RAW: dict[str, Any] = {
    "ID": "x",
    "ServerVersion": "28.5",
    "Warnings": None,
    "Labels": ["a"],
    "Later": {"A": 1},
}


def document(raw: dict[str, Any] | None = None) -> Any:
    return Document(copy.deepcopy(RAW if raw is None else raw), "system.SystemInfo")


def test_it_reads_both_ways() -> None:
    info = document()
    assert info["ServerVersion"] == info.server_version == info.get("ServerVersion") == "28.5"
    assert (info["Warnings"], info.warnings) == (None, [])
    assert info.containers == 0
    assert info.get("Nothing", 1) == 1
    assert "Later" in info
    assert "server_version" not in info
    assert list(info) == list(RAW)
    assert len(info) == len(RAW)
    with pytest.raises(KeyError):
        info["Nothing"]
    with pytest.raises(AttributeError):
        _ = info.nothing


def test_to_dict_is_what_the_engine_sent() -> None:
    raw = copy.deepcopy(RAW)
    given = Document(raw, "system.SystemInfo").to_dict()
    assert json.dumps(given) == json.dumps(RAW)
    given["Later"]["A"] = 2
    assert raw == RAW


def test_it_is_a_mapping_where_it_is_unpacked() -> None:
    assert dict(document()) == RAW
    assert {**document()} == RAW


def test_it_is_its_model() -> None:
    assert isinstance(document(), SystemInfo)
    assert not isinstance(document(), SwarmSpec)
    assert isinstance(Document.of({}, "system.SystemInfo"), SystemInfo)
    assert load_model("system.SystemInfo") is SystemInfo


def test_it_is_its_model_where_it_is_sent() -> None:
    spec: Any = Document({"Labels": {"a": "b"}, "Later": 1}, "swarm.SwarmSpec")
    spec.labels["c"] = "d"
    expected = {"Labels": {"a": "b", "c": "d"}, "Later": 1}
    assert spec.dump() == expected
    assert SwarmInitRequest(spec=spec).dump() == {"Spec": expected}


def test_documents_are_equal_where_they_say_the_same() -> None:
    assert document() == document()
    assert document() == RAW
    assert document() != document({})
    assert document() != 5


def test_a_document_and_its_model_are_equal_in_both_directions() -> None:
    model = SystemInfo.read(copy.deepcopy(RAW))
    assert document() == model
    assert model == document()
    assert SystemInfo.read({}) != document()


@pytest.mark.parametrize("loaded", [False, True])
@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_documents_pickle(protocol: int, loaded: bool) -> None:
    info = document()
    if loaded:
        assert info.id == "x"
    for again in (pickle.loads(pickle.dumps(info, protocol)), copy.deepcopy(info), copy.copy(info)):
        assert type(again) is Document
        assert again == info
        assert again.server_version == "28.5"


def test_its_attributes_are_found_by_completion() -> None:
    assert {"server_version", "containers", "to_dict", "get"} <= set(dir(document()))


def test_its_repr_is_its_models() -> None:
    assert repr(document({"ID": "x"})) == str(document({"ID": "x"})) == "SystemInfo({'ID': 'x'})"
