"""Paths: from an operation and a name to a target and back; no name reaches another operation."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockpy.errors import InvalidArgument
from dockpy.ops import all_operations, containers, images, networks, plugins, system, volumes
from dockpy.ops.path import describe, format_path, match_path

if TYPE_CHECKING:
    from dockpy.ops.operation import Operation

OPERATIONS = {operation.id: operation for operation in all_operations()}
NAMED = {name: operation for name, operation in OPERATIONS.items() if "{" in operation.path}
REFERENCES = {"image", "plugin"}

# Words that stand in paths themselves are the names that could be taken for something else.
WORDS = sorted({word for operation in OPERATIONS.values() for word in re.findall(r"[a-z]+", operation.path)})
COMPONENT = st.sampled_from(WORDS) | st.from_regex(r"[a-z0-9]+([._-][a-z0-9]+)*", fullmatch=True)
REFERENCE = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["", "localhost:5000/", "ghcr.io/", "[::1]:5000/", "[fd00::2]/", "127.0.0.1:5050/"]),
    st.lists(COMPONENT, min_size=1, max_size=4).map("/".join),
    st.sampled_from(["", ":latest", ":3.10", ":json", ":v_1-x.Y"]),
    st.sampled_from(["", "@sha256:" + "0f" * 32]),
) | st.sampled_from(["sha256:" + "0f" * 32, "0123456789ab"])
CONTAINER = st.sampled_from(WORDS) | st.from_regex(r"[a-zA-Z0-9][a-zA-Z0-9_.-]*", fullmatch=True)
ANYTHING_ELSE = CONTAINER | (
    st.text(
        st.characters(exclude_characters="/\\?#%\x7f", exclude_categories=["Cs"], min_codepoint=0x20),
        min_size=1,
        max_size=20,
    ).filter(lambda name: name not in (".", ".."))
)
NASTY = st.lists(
    st.sampled_from([*"/\\?#%&=;: \n\r\t\0.@[]aé€+~*", "..", "//", "%2f", "%2e", "json", "create"])
    | st.sampled_from(WORDS),
    max_size=6,
).map("".join) | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


def names_of(operation: Operation[Any]) -> st.SearchStrategy[str]:
    if operation.subject in REFERENCES:
        return REFERENCE
    return CONTAINER if operation.subject in ("container", "exec") else ANYTHING_ELSE


def part_of(operation: Operation[Any]) -> str:
    (part,) = re.findall(r"\{(\w+)\}", operation.path)
    return str(part)


@pytest.mark.parametrize("name", sorted(set(OPERATIONS) - set(NAMED)))
def test_a_path_without_parts_is_found(name: str) -> None:
    operation = OPERATIONS[name]
    assert format_path(operation, {}) == operation.path
    assert match_path(operation.method, operation.path) == (operation, {})


@pytest.mark.parametrize("name", sorted(NAMED))
@settings(max_examples=15)
@given(data=st.data())
def test_format_then_match_is_the_identity(name: str, data: st.DataObject) -> None:
    operation = NAMED[name]
    parts = {part_of(operation): data.draw(names_of(operation))}
    assert match_path(operation.method, format_path(operation, parts)) == (operation, parts)


@pytest.mark.parametrize("name", sorted(NAMED))
@settings(max_examples=15)
@given(value=NASTY)
def test_no_name_reaches_another_operation(name: str, value: str) -> None:
    """It is refused, or it is the target of this one operation, for everyone who reads it."""
    operation = NAMED[name]
    try:
        path = format_path(operation, {part_of(operation): value})
    except InvalidArgument:
        return
    asked = value.removeprefix("/") if operation.subject == "container" else value
    assert match_path(operation.method, path) == (operation, {part_of(operation): asked})
    assert path.isascii()
    assert path.isprintable()
    assert " " not in path
    seen = urlsplit(path)
    assert (seen.path, seen.query, seen.fragment, seen.netloc) == (path, "", "", "")
    assert posixpath.normpath(path) == path  # a server that cleans paths leaves it as it is
    assert posixpath.normpath(unquote(path)) == unquote(path)


HARMFUL = [
    "",
    ".",
    "..",
    "../images/json",
    "../../info",
    "a/../b",
    "a/b?x=1",
    "web?force=1",
    "a#b",
    "a\nb",
    "a\r\nX-Injected: 1",
    "web\n",
    "\0",
    "\x7f",
    "%2e%2e",
    "..%2fimages",
    "a%00b",
    "a\\b",
    "\ud800",  # half a character: no bytes are its
]


@pytest.mark.parametrize("value", HARMFUL)
def test_harmful_names_are_refused_of_every_object(value: str) -> None:
    for operation in NAMED.values():
        with pytest.raises(InvalidArgument) as caught:
            format_path(operation, {part_of(operation): value})
        assert f"{operation.subject}'s name or id" in str(caught.value)
        assert operation.id in str(caught.value)


@pytest.mark.parametrize(
    "value",
    ["a/b", "web/json", "//web", "é", "web ", " web", "-web", "_web", ".web", "a:b", "a@b", "a b", "a+b"],
)
@pytest.mark.parametrize("operation", [containers.INSPECT, containers.DELETE, containers.START])
def test_names_that_no_container_has_are_refused(operation: Operation[Any], value: str) -> None:
    with pytest.raises(InvalidArgument, match="letters, digits"):
        format_path(operation, {"id": value})


def test_a_slash_is_in_references_alone() -> None:
    for operation in NAMED.values():
        if operation.subject not in REFERENCES:
            with pytest.raises(InvalidArgument):
                format_path(operation, {part_of(operation): "a/b"})


@pytest.mark.parametrize(
    "value",
    [
        "a b",
        "a//b",
        "/a",
        "a/",
        "a/./b",
        "a/..",
        ":1",
        "@sha256:00",
        "é",
        "a/é",
        "[::1]",
        "[x]/a",
        "-a",
        "a:b c",
    ],
)
@pytest.mark.parametrize("operation", [images.INSPECT, images.DELETE, plugins.INSPECT])
def test_what_is_no_reference_is_refused(operation: Operation[Any], value: str) -> None:
    with pytest.raises(InvalidArgument, match="registry/namespace/name:tag"):
        format_path(operation, {"name": value})


def test_an_image_named_like_a_path_is_an_image() -> None:
    assert match_path("GET", "/images/json") == (images.LIST, {})
    assert match_path("GET", "/images/json/json") == (images.INSPECT, {"name": "json"})
    assert match_path("GET", "/images/a/json/json") == (images.INSPECT, {"name": "a/json"})
    assert match_path("GET", "/images/a/history/json") == (images.INSPECT, {"name": "a/history"})
    assert match_path("DELETE", "/images/json") == (images.DELETE, {"name": "json"})


def test_a_container_may_be_named_as_the_engine_lists_it() -> None:
    assert format_path(containers.INSPECT, {"id": "/web"}) == "/containers/web/json"
    with pytest.raises(InvalidArgument):
        format_path(networks.INSPECT, {"id": "/web"})


def test_names_are_percent_encoded() -> None:
    assert format_path(volumes.INSPECT, {"name": "a b&ü;+"}) == "/volumes/a%20b%26%C3%BC%3B%2B"
    assert format_path(images.INSPECT, {"name": "[::1]:5000/a:1"}) == "/images/%5B::1%5D:5000/a:1/json"


def test_a_path_is_matched_percent_encoded_or_not() -> None:
    assert (
        match_path("GET", "/volumes/a%20b")
        == match_path("GET", "/volumes/a b")
        == (
            volumes.INSPECT,
            {"name": "a b"},
        )
    )


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", ""),
        ("GET", "/containers"),
        ("GET", "/containers/json/"),
        ("GET", "/containers//json"),
        ("GET", "/containers/a/b/json"),
        ("POST", "/containers/json"),
        ("get", "/containers/json"),
        ("GET", "/v1.41/containers/json"),
        ("GET", "/containers/web/json\n"),
        ("GET", "/images//json"),
    ],
)
def test_what_is_no_operations_path_matches_none(method: str, path: str) -> None:
    assert match_path(method, path) is None


def test_parts_are_those_of_the_path() -> None:
    with pytest.raises(InvalidArgument, match="'name'"):
        format_path(containers.INSPECT, {"id": "web", "name": "web"})
    with pytest.raises(InvalidArgument, match="empty"):
        format_path(containers.INSPECT, {})
    with pytest.raises(InvalidArgument, match="'id'"):
        format_path(system.INFO, {"id": "web"})


@pytest.mark.parametrize("value", [None, 5, b"web", ["web"]])
def test_a_name_is_a_str(value: Any) -> None:
    with pytest.raises(InvalidArgument, match="is a str"):
        format_path(containers.INSPECT, {"id": value})


def test_a_very_long_name_is_itself_or_refused() -> None:
    for operation in NAMED.values():
        parts = {part_of(operation): "a" * 100_000}
        assert match_path(operation.method, format_path(operation, parts)) == (operation, parts)


def test_what_a_call_is_about() -> None:
    assert describe(containers.INSPECT, {"id": "web"}) == "container web"
    assert describe(images.LIST, {}) is None
    assert describe(images.INSPECT, {"name": ""}) is None
