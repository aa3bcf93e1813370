"""compat's decoders and matchers, on anything."""

from __future__ import annotations

import itertools
import json
import re
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from dockpy.compat.utils import fnmatch, json_stream, utils
from dockpy.compat.utils.build import Pattern, PatternMatcher
from dockpy.compat.utils.ports import split_port

VALUES = st.none() | st.booleans() | st.text() | st.lists(st.integers())


def cut(data: bytes, places: list[int]) -> list[bytes]:
    edges = sorted({min(place, len(data)) for place in places} | {0, len(data)})
    return [data[start:end] for start, end in itertools.pairwise(edges)]


@given(st.lists(st.dictionaries(st.text(), VALUES)), st.lists(st.integers(0, 500)), st.booleans())
@example([{"a": None}, {"b ": "\u00e9"}], [17, 22], False)  # within a string, and within a character
def test_json_is_found_however_it_is_cut(values: list[Any], places: list[int], ascii_only: bool) -> None:
    data = "\r\n".join(json.dumps(value, ensure_ascii=ascii_only) for value in values).encode()
    assert list(json_stream.json_stream(cut(data, places))) == values


@given(st.integers() | st.floats(allow_nan=False, allow_infinity=False), st.lists(st.integers(0, 30)))
def test_a_number_is_one_number_however_it_is_cut(number: float, places: list[int]) -> None:
    assert list(json_stream.json_stream(cut(json.dumps(number).encode(), places))) == [number]


@given(st.lists(st.text(alphabet="ab\n")), st.text(alphabet="ab"))
def test_lines_are_found_however_they_are_cut(pieces: list[str], last: str) -> None:
    text = "".join(pieces) + "\n" + last
    assert list(json_stream.split_buffer([*pieces, "\n", last])) == text.splitlines(keepends=True)


@given(st.text() | st.text(alphabet="[]^!-&|~a"))
def test_every_pattern_is_one(pattern: str) -> None:
    try:
        re.compile(fnmatch.translate(pattern))  # without a warning either
    except re.error:
        assert "[" in pattern  # an empty range, as docker-py's


@given(st.text(alphabet="ab/."), st.text(alphabet="ab/.*?!"))
def test_matching_never_fails(path: str, pattern: str) -> None:
    assert PatternMatcher([pattern]).matches(path) in (True, False)
    assert ".." not in Pattern(pattern).dirs


@given(st.text(alphabet="ab:/@.1"))
def test_a_repository_and_its_tag_are_the_whole_name(name: str) -> None:
    repository, tag = utils.parse_repository_tag(name)
    assert name in (repository, f"{repository}:{tag}", f"{repository}@{tag}")


@given(st.integers(1, 60000), st.integers(0, 5), st.sampled_from(["", "/udp"]))
def test_ranges_of_ports(first: int, more: int, protocol: str) -> None:
    internal, external = split_port(f"{first}-{first + more}:{first}-{first + more}{protocol}")
    assert external is not None
    assert len(internal) == len(external) == more + 1


@given(st.integers(0, 10**6), st.sampled_from(["", "b", "k", "kb", "M", "MB", "g", "Gb"]))
def test_sizes(number: int, unit: str) -> None:
    factor = {"": 1, "b": 1, "k": 1024, "m": 1024**2, "g": 1024**3}[unit.lower().removesuffix("b") or unit]
    assert utils.parse_bytes(f"{number}{unit}") == number * factor
