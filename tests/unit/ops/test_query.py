"""Query parameters: how each type is written, and what is refused before anything is sent."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockpy.errors import InvalidArgument, VersionMismatch
from dockpy.ops import containers, images
from dockpy.ops.operation import Operation, Param, nothing
from dockpy.ops.query import encode_query, filters_json

THING: Operation[None] = Operation(
    "ThingDo",
    "POST",
    "/things",
    subject="thing",
    answer=nothing(),
    query=(
        Param("text"),
        Param("count", "int"),
        Param("force", "bool"),
        Param("names", "strs"),
        Param("filters", "filters"),
        Param("platform", "json"),
        Param("platforms", "jsons"),
        Param("new", "bool", since="1.44"),
        Param("old", "bool", until="1.50"),
        Param("brief", "bool", since="1.44", until="1.50"),
    ),
)
NEEDY: Operation[None] = Operation(
    "ThingNeed",
    "POST",
    "/things",
    subject="thing",
    answer=nothing(),
    query=(Param("name", required=True), Param("count", "int", required=True), Param("other")),
)


def pairs(version: str = "1.45", /, **values: Any) -> list[tuple[str, str]]:
    """What a server reads."""
    return parse_qsl(
        encode_query(THING, values, version), keep_blank_values=True, strict_parsing=bool(values)
    )


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("text", "a", ["a"]),
        ("text", "", [""]),
        ("text", 5, ["5"]),
        ("text", 1.5, ["1.5"]),
        ("count", 5, ["5"]),
        ("count", 0, ["0"]),
        ("count", -1, ["-1"]),
        ("force", True, ["1"]),
        ("force", False, ["0"]),
        ("names", "one", ["one"]),
        ("names", ["one", "two words"], ["one", "two words"]),
        ("names", ("one",), ["one"]),
        ("filters", {"label": ["a=b"]}, ['{"label":["a=b"]}']),
        ("platform", {"os": "linux"}, ['{"os":"linux"}']),
        ("platform", ["a", 1], ['["a",1]']),
        ("platform", '{"os":"linux"}', ['{"os":"linux"}']),
        ("platforms", ['{"os":"linux"}', '{"os":"windows"}'], ['{"os":"linux"}', '{"os":"windows"}']),
    ],
)
def test_how_values_are_written(name: str, value: Any, expected: list[str]) -> None:
    assert pairs(**{name: value}) == [(name, text) for text in expected]


def test_each_of_many_is_json() -> None:
    written = pairs(platforms=({"os": "linux"}, [1, "ü"]))
    assert [name for name, _ in written] == ["platforms", "platforms"]
    assert [json.loads(text) for _, text in written] == [{"os": "linux"}, [1, "ü"]]


@pytest.mark.parametrize("value", [[], ()])
@pytest.mark.parametrize("name", ["names", "platforms"])
def test_nothing_of_many_is_nothing(name: str, value: Any) -> None:
    assert encode_query(THING, {name: value}, "1.45") == ""


def test_no_filters_are_none() -> None:
    assert encode_query(THING, {"filters": {}}, "1.45") == ""


def test_none_leaves_a_parameter_out() -> None:
    assert pairs(text=None, count=3, force=None, filters=None) == [("count", "3")]
    assert encode_query(THING, {}, "1.45") == ""


def test_the_order_is_the_callers() -> None:
    assert pairs(force=True, text="x", count=1) == [("force", "1"), ("text", "x"), ("count", "1")]


@given(st.text(st.characters(codec="utf-8")))
def test_any_text_arrives_and_begins_nothing_else(text: str) -> None:
    query = encode_query(THING, {"text": text, "count": 1}, "1.45")
    assert query.isascii()
    assert query.isprintable()
    assert not set(query) & set(" #?+")
    assert parse_qsl(query, keep_blank_values=True) == [("text", text), ("count", "1")]


@pytest.mark.parametrize(
    ("name", "value", "accepted"),
    [
        ("text", True, "a str"),
        ("text", ["a"], "a str"),
        ("text", b"a", "a str"),
        ("text", {"a": 1}, "a str"),
        ("count", "5", "a whole number"),
        ("count", 1.5, "a whole number"),
        ("count", True, "a whole number"),
        ("force", 1, "True or False"),
        ("force", "yes", "True or False"),
        ("force", 0, "True or False"),
        ("names", 5, "a str, or several"),
        ("names", b"abc", "a str, or several"),
        ("names", {"a": "b"}, "a str, or several"),
        ("filters", "label=a", "a mapping of filters"),
        ("filters", ["label=a"], "a mapping of filters"),
        ("filters", {"label": None}, "a mapping of filters"),
        ("filters", {"label": b"a"}, "a mapping of filters"),
        ("filters", {"label": object()}, "a mapping of filters"),
        ("platform", object(), "a JSON value"),
        ("platform", {"a": object()}, "a JSON value"),
        ("platform", float("nan"), "a JSON value"),
        ("platforms", {"os": "linux"}, "a list of JSON values"),
        ("platforms", '{"os":"linux"}', "a list of JSON values"),
        ("platforms", [object()], "a list of JSON values"),
        ("text", "\ud800", "a str"),
    ],
)
def test_a_value_of_another_type_is_refused(name: str, value: Any, accepted: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        encode_query(THING, {name: value}, "1.45")
    assert f"ThingDo's {name}=" in str(caught.value)
    assert f"it takes {accepted}" in str(caught.value)
    assert caught.value.operation == "ThingDo"


def test_an_unknown_parameter_is_refused_and_one_suggested() -> None:
    with pytest.raises(InvalidArgument, match="no parameter 'filter': did you mean 'filters'"):
        encode_query(THING, {"filter": {}}, "1.45")
    with pytest.raises(InvalidArgument, match="it has text, count, force"):
        encode_query(THING, {"zzz": 1}, "1.45")
    with pytest.raises(InvalidArgument, match="it has none"):
        encode_query(containers.PAUSE, {"zzz": 1}, "1.45")


def test_an_unknown_parameter_of_none_is_left_out_like_any_other() -> None:
    assert encode_query(THING, {"zzz": None}, "1.45") == ""


def test_required_parameters_are_asked_for() -> None:
    with pytest.raises(InvalidArgument, match="ThingNeed needs the parameter name, count"):
        encode_query(NEEDY, {"other": "x"}, "1.45")
    with pytest.raises(InvalidArgument, match="needs the parameter count"):
        encode_query(NEEDY, {"name": "x", "count": None}, "1.45")
    assert encode_query(NEEDY, {"name": "", "count": 0}, "1.45") == "name=&count=0"


# Versions


@pytest.mark.parametrize(
    ("name", "known", "unknown"),
    [
        ("new", ["1.44", "1.45", "1.55"], ["1.41", "1.43"]),
        ("old", ["1.41", "1.49"], ["1.50", "1.55"]),
        ("brief", ["1.44", "1.49"], ["1.41", "1.43", "1.50", "1.55"]),
    ],
)
def test_a_parameter_is_sent_where_it_is_known(name: str, known: list[str], unknown: list[str]) -> None:
    for version in known:
        assert pairs(version, **{name: True}) == [(name, "1")]
    for version in unknown:
        with pytest.raises(VersionMismatch, match=f"'{name}'") as caught:
            encode_query(THING, {name: False}, version)
        assert caught.value.operation == "ThingDo"
        assert encode_query(THING, {name: None}, version) == ""


def test_a_mismatch_names_the_option_and_the_version_that_has_it() -> None:
    with pytest.raises(VersionMismatch) as caught:
        encode_query(images.INSPECT, {"platform": "{}"}, "1.41")
    assert str(caught.value).startswith("'platform' needs API 1.49, and the daemon is spoken to in 1.41")
    assert "ImageInspect" in str(caught.value)
    assert "Leave the option out" in str(caught.value)


def test_a_mismatch_says_what_is_gone() -> None:
    with pytest.raises(VersionMismatch, match=r"'keep-storage' is gone since API 1\.52"):
        encode_query(images.BUILD_PRUNE, {"keep-storage": 5}, "1.52")
    for version in ("1.50", "1.55"):
        with pytest.raises(VersionMismatch, match=r"'brief' is gone since API 1\.50"):
            encode_query(THING, {"brief": True}, version)


# Filters


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"status": "running"}, {"status": ["running"]}),
        ({"status": ["running", "exited"]}, {"status": ["running", "exited"]}),
        ({"status": ("running",)}, {"status": ["running"]}),
        ({"dangling": True}, {"dangling": ["true"]}),
        ({"dangling": False}, {"dangling": ["false"]}),
        ({"exited": 0}, {"exited": ["0"]}),
        ({"exited": [0, 137]}, {"exited": ["0", "137"]}),
        ({"label": {"app": "web", "tier": "1"}}, {"label": ["app=web", "tier=1"]}),
        ({"label": ["a", {"b": "c"}]}, {"label": ["a", "b=c"]}),
        ({"label": []}, {"label": []}),
        ({"name": "ü"}, {"name": ["ü"]}),
    ],
)
def test_forms_of_filters(filters: dict[str, Any], expected: dict[str, list[str]]) -> None:
    assert json.loads(filters_json(filters)) == expected


@given(
    st.dictionaries(
        st.text(), st.lists(st.text()) | st.text() | st.integers() | st.dictionaries(st.text(), st.text())
    )
)
def test_filters_are_lists_of_strings(filters: dict[str, Any]) -> None:
    written = json.loads(filters_json(filters))
    assert set(written) == set(filters)
    assert all(isinstance(text, str) for texts in written.values() for text in texts)


# The parameter itself


def test_a_parameter_knows_its_versions() -> None:
    assert Param("a").known_to("1.41")
    assert not Param("a", since="1.42").known_to("1.41")
    assert Param("a", since="1.42").known_to("1.42")
    assert not Param("a", until="1.52").known_to("1.52")
    assert Param("a", until="1.52").known_to("1.51")
