"""Models: lenient with what an engine says, strict with what Python says, faithful to both."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Annotated, Any

import pytest
from pydantic import Field, ValidationError

from dockpy.wire.base import CamelModel, Model, Name, SnakeModel, camel, pascal


class Inner(Model):
    size: int = 0
    tags: list[str] = []


class Thing(Model):
    id: Annotated[str, Name("ID")] = ""
    name: str | None = None
    count: int = 0
    on: bool | None = None
    labels: dict[str, str] = {}
    parts: list[Inner] = []
    by_name: dict[str, Inner] = {}
    inner: Inner = Field(default_factory=Inner)
    maybe: Inner | None = None


RAW: dict[str, Any] = {
    "ID": "0123",
    "Name": "web",
    "Count": 3,
    "On": False,
    "Labels": {"a": "b"},
    "Parts": [{"Size": 1}, {"Size": 2, "Tags": ["x"]}],
    "ByName": {"one": {"Size": 7}},
    "Inner": {"Size": 9},
    "Maybe": {"Tags": None},
    "Unknown": {"Deep": [1, None]},
}

# Names


@pytest.mark.parametrize(
    ("name", "json_name"),
    [
        ("id", "Id"),
        ("server_version", "ServerVersion"),
        ("ip_address", "IPAddress"),
        ("ipv6_gateway", "IPv6Gateway"),
        ("enable_ipv4", "EnableIPv4"),
        ("tls_info", "TLSInfo"),
        ("ipam", "IPAM"),
        ("url", "URL"),
        ("from_", "From"),
        ("gid", "GID"),
    ],
)
def test_json_names_follow_from_python_names(name: str, json_name: str) -> None:
    assert pascal(name) == json_name


def test_camel_and_snake_models_have_names_of_their_own() -> None:
    class Camel(CamelModel):
        media_type: str = ""
        from_: str = ""

    class Snake(SnakeModel):
        status_code: int = 0
        from_: str = ""

    assert (camel("media_type"), camel("from_")) == ("mediaType", "from")
    assert Camel(media_type="a", from_="b").dump() == {"mediaType": "a", "from": "b"}
    assert Snake(status_code=1, from_="b").dump() == {"status_code": 1, "from": "b"}
    assert Camel.read({"mediaType": "a"}).media_type == "a"
    assert Snake.read({"status_code": 1}).status_code == 1


# An engine speaks


def test_it_reads_both_ways() -> None:
    thing = Thing.read(RAW)
    assert (thing.id, thing["ID"]) == ("0123", "0123")
    assert (thing.on, thing["On"]) == (False, False)
    assert (thing.parts[1].tags, thing["Parts"][1]["Tags"]) == (["x"], ["x"])
    assert (thing.by_name["one"].size, thing["ByName"]["one"]["Size"]) == (7, 7)
    assert (thing.inner.size, thing.inner["Size"]) == (9, 9)
    assert thing.get("Name") == "web"
    assert thing.get("Nothing") is None
    assert thing.get("Nothing", 5) == 5
    assert "ID" in thing
    assert "id" not in thing
    with pytest.raises(KeyError):
        thing["Nothing"]


def test_to_dict_is_what_the_engine_sent() -> None:
    raw = copy.deepcopy(RAW)
    given = Thing.read(raw).to_dict()
    assert json.dumps(given) == json.dumps(RAW)  # the order too
    given["Labels"]["new"] = "x"
    assert raw == RAW


def test_what_is_missing_or_null_has_its_default() -> None:
    for raw in ({}, dict.fromkeys(RAW)):
        thing = Thing.read(raw)
        assert (thing.id, thing.name, thing.count, thing.on) == ("", None, 0, None)
        assert (thing.labels, thing.parts, thing.by_name, thing.maybe) == ({}, [], {}, None)
        assert (thing.inner.size, thing.inner.tags) == (0, [])
        assert thing.to_dict() == raw
    assert Thing.read(RAW).maybe.tags == []  # type: ignore[union-attr]


def test_a_null_is_there_by_key() -> None:
    thing = Thing.read({"Labels": None})
    assert "Labels" in thing
    assert thing["Labels"] is None
    assert thing.get("Labels", 5) is None


def test_defaults_are_not_shared() -> None:
    Thing.read({}).labels["a"] = "b"
    Thing.read({}).inner.tags.append("x")
    assert Thing.read({}).labels == {}
    assert Thing.read({}).inner.tags == []


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("Count", "many"),
        ("Count", 1.5),
        ("Count", {"a": 1}),
        ("ID", 5),
        ("ID", ["x"]),
        ("Name", {"x": 1}),
        ("On", "perhaps"),
        ("Labels", ["a=b"]),
        ("Labels", {"a": 1}),
        ("Labels", "a=b"),
        ("Parts", {}),
        ("Parts", [{"Size": 1}, "x"]),
        ("Parts", 0),
        ("ByName", []),
        ("ByName", {"one": 5}),
        ("Inner", "x"),
        ("Inner", []),
        ("Maybe", True),
    ],
)
def test_a_value_of_another_type_is_kept_as_it_came(key: str, value: Any) -> None:
    raw = {**RAW, key: value}
    thing = Thing.read(raw)
    name = next(name for name, field in Thing.model_fields.items() if (field.alias or pascal(name)) == key)
    assert getattr(thing, name) == value
    assert thing[key] == value
    assert thing.to_dict() == raw
    assert thing.dump()[key] == value
    others = {"ID": thing.id, "Count": thing.count, "Labels": thing.labels}  # typed as ever
    assert all(got == RAW[other] for other, got in others.items() if other != key)
    assert key in ("Inner", "Parts") or (thing.inner.size, thing.parts[0].size) == (9, 1)


def test_several_misfits_at_once_and_deep_ones() -> None:
    thing = Thing.read({"Count": "x", "Labels": 5, "Inner": {"Size": "big", "Tags": ["a"]}, "Name": "n"})
    assert (thing.count, thing.labels, thing.name) == ("x", 5, "n")
    assert (thing.inner.size, thing.inner.tags) == ("big", ["a"])


@pytest.mark.parametrize(
    "raw", [{"Name": [], "name": []}, {"Count": "x", "count": {}, "Inner": 5, "inner": 6}]
)
def test_misfits_by_both_names(raw: dict[str, Any]) -> None:
    thing = Thing.read(raw)
    assert thing.to_dict() == raw
    assert thing.id == ""
    assert repr(thing)


def test_keys_that_are_names_of_python_harm_nothing() -> None:
    raw: dict[str, Any] = dict.fromkeys(
        (
            "model_fields",
            "model_extra",
            "dump",
            "read",
            "copy",
            "_raw",
            "__dict__",
            "__class__",
            "self",
            "cls",
        ),
        1,
    )
    raw |= {"id": 5, "count": "x", "labels": 7, "inner": 8}
    thing = Thing.read(raw)
    assert thing.to_dict() == raw
    assert thing["_raw"] == 1
    assert thing.dump() is not None
    assert repr(thing)


def test_unknown_keys_are_kept_and_sent_back() -> None:
    thing = Thing.read(RAW)
    assert thing["Unknown"] == {"Deep": [1, None]}
    assert thing.dump()["Unknown"] == {"Deep": [1, None]}
    nested = Thing.read({"Inner": {"Later": 1}, "Parts": [{"Later": 2}]})
    assert nested.dump() == {"Inner": {"Later": 1}, "Parts": [{"Later": 2}]}


def test_what_is_read_is_dumped_but_for_nulls() -> None:
    expected = {**RAW, "Maybe": {}}
    assert Thing.read(RAW).dump() == expected
    assert Thing.read({"Name": None, "Labels": None, "Count": 0}).dump() == {"Count": 0}


# Python speaks


def test_what_is_set_is_dumped_falsy_values_too() -> None:
    assert Thing().dump() == {}
    assert Thing(id="", count=0, on=False, labels={}, parts=[]).dump() == {
        "ID": "",
        "Count": 0,
        "On": False,
        "Labels": {},
        "Parts": [],
    }
    assert Thing(name=None, on=None).dump() == {}
    assert Thing(inner=Inner(size=0)).dump() == {"Inner": {"Size": 0}}
    assert Thing(maybe=Inner()).dump() == {"Maybe": {}}


def test_a_model_made_in_python_reads_both_ways() -> None:
    thing = Thing(name="web", parts=[Inner(size=1)])
    assert thing["Name"] == thing.name == "web"
    assert thing["Parts"] == [{"Size": 1}]
    assert "ID" not in thing
    assert thing.to_dict() == thing.dump() == {"Name": "web", "Parts": [{"Size": 1}]}


def test_both_names_are_accepted() -> None:
    assert Thing.model_validate({"ID": "a", "name": "b"}).dump() == {"ID": "a", "Name": "b"}
    assert Thing.model_validate({"parts": [{"size": 1}, {"Size": 2}]}).dump() == {
        "Parts": [{"Size": 1}, {"Size": 2}]
    }


@pytest.mark.parametrize(
    "values",
    [
        {"colour": "red"},
        {"inner": {"colour": "red"}},
        {"parts": [{"Size": 1}, {"colour": "red"}]},
        {"by_name": {"one": {"colour": 1}}},
    ],
)
def test_an_unknown_field_is_refused_and_the_known_ones_are_said(values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="no field colour; its fields are"):
        Thing.model_validate(values)


@pytest.mark.parametrize(
    ("values", "where"),
    [
        ({"count": "many"}, "count"),
        ({"Count": 1.5}, "Count"),
        ({"id": 5}, "id"),
        ({"labels": {"a": 1}}, "labels.a"),
        ({"labels": ["a=b"]}, "labels"),
        ({"parts": [{"size": "x"}]}, "parts.0.size"),
        ({"inner": None}, "inner"),
    ],
)
def test_a_wrong_type_is_refused(values: dict[str, Any], where: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Thing.model_validate(values)
    assert ".".join(map(str, caught.value.errors()[0]["loc"])) == where


def test_a_model_that_was_read_fits_into_one_that_is_made() -> None:
    inner = Inner.read({"Size": 1, "Later": 2})
    assert Thing(inner=inner, parts=[inner]).dump() == {
        "Inner": {"Size": 1, "Later": 2},
        "Parts": [{"Size": 1, "Later": 2}],
    }


# Edits


@pytest.mark.parametrize("start", [Thing(), Thing.read({}), Thing.read({"Labels": None, "Parts": None})])
def test_what_is_filled_in_place_is_dumped(start: Thing) -> None:
    thing = start.model_copy(deep=True)
    thing.labels["a"] = "b"
    thing.parts.append(Inner(size=1))
    thing.by_name["x"] = Inner()
    thing.inner.tags.append("t")
    assert thing.dump() == {
        "Labels": {"a": "b"},
        "Parts": [{"Size": 1}],
        "ByName": {"x": {}},
        "Inner": {"Tags": ["t"]},
    }


def test_what_is_set_deep_inside_is_dumped() -> None:
    thing = Thing()
    thing.inner.size = 0
    assert thing.dump() == {"Inner": {"Size": 0}}


def test_what_is_changed_in_what_was_read_is_dumped_with_the_rest() -> None:
    thing = Thing.read(copy.deepcopy(RAW))
    thing.name = "db"
    thing.labels["c"] = "d"
    thing.parts[0].size = 100
    del thing.by_name["one"]
    thing.on = None
    expected = copy.deepcopy(RAW)
    expected |= {"Name": "db", "Labels": {"a": "b", "c": "d"}, "ByName": {}, "Maybe": {}}
    expected["Parts"][0]["Size"] = 100
    del expected["On"]
    assert thing.dump() == expected
    assert thing.to_dict() == RAW  # what the engine sent stays what it sent


# As values


def test_models_are_equal_where_they_say_the_same() -> None:
    assert Thing.read(RAW) == Thing.read(copy.deepcopy(RAW))
    assert Thing.read(RAW) != Thing.read({**RAW, "Count": 4})
    assert Thing(name="a") == Thing(name="a")


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("raw", [{}, {"Inner": {"Size": 1}, "Count": "misfit", "Later": [None]}])
def test_models_pickle(raw: dict[str, Any], protocol: int) -> None:
    for model in (Inner.read(raw), Inner(size=3), Thing.read(raw).inner):
        for again in (pickle.loads(pickle.dumps(model, protocol)), copy.deepcopy(model)):
            assert again == model
            assert again.to_dict() == model.to_dict()
            assert again.dump() == model.dump()


def test_a_repr_shows_what_is_there_by_its_json_names() -> None:
    assert repr(Inner(size=1)) == str(Inner(size=1)) == f"{Inner(size=1)}" == "Inner({'Size': 1})"
    assert repr(Inner.read({"Later": None})) == "Inner({'Later': None})"
