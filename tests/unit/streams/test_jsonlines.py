"""JSON objects one after the other: however they are glued and cut, they come out as they are."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dockpy.errors import InvalidResponse
from dockpy.streams.jsonlines import JsonDecoder

TEXTS = st.text(st.sampled_from('"\\{}[],:\n\r\t\x1e ü€🐳a') | st.characters(codec="utf-8"), max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.lists(st.dictionaries(TEXTS, VALUES, max_size=4), max_size=5)
SEPARATORS = st.sampled_from(["", "\n", "\r\n", "\x1e", "\n\x1e", " ", "\t\n\n"])
CUTS = st.lists(st.integers(0, 100_000), max_size=15)


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    """The data, cut at these places."""
    places = sorted(cut % (len(data) + 1) for cut in cuts)
    return [data[start:end] for start, end in itertools.pairwise([0, *places, len(data)])]


def decode(parts: list[bytes]) -> list[dict[str, Any]]:
    decoder = JsonDecoder()
    objects = [item for part in parts for item in decoder.feed(part)]
    decoder.close()
    return objects


@given(OBJECTS, SEPARATORS, st.booleans(), st.booleans(), CUTS)
@example([{"a": '}"{\\'}, {}, {"b": {"c": [{}]}}], "", True, True, list(range(60)))
@example([{"": "\\"}, {"\\\\": '"'}], "", False, False, list(range(60)))
def test_any_glue_and_any_chunking(
    objects: list[dict[str, Any]], separator: str, ascii_only: bool, compact: bool, cuts: list[int]
) -> None:
    separators = (",", ":") if compact else None
    texts = [json.dumps(item, ensure_ascii=ascii_only, separators=separators) for item in objects]
    data = separator.join(["", *texts, ""]).encode()
    assert decode(pieces(data, cuts)) == objects


@given(OBJECTS.filter(bool))
def test_indented_objects(objects: list[dict[str, Any]]) -> None:
    assert decode([json.dumps(item, indent=2).encode() for item in objects]) == objects


def test_a_cut_at_every_offset_also_inside_a_character() -> None:
    objects = [{"status": 'Pulling "bü\\sy🐳"'}, {"aux": [{"ID": "}{"}, "]["]}, {}]
    data = "\r\n".join(json.dumps(item, ensure_ascii=False) for item in objects).encode()
    for cut in range(len(data) + 1):
        assert decode([data[:cut], data[cut:]]) == objects
    assert decode([data[i : i + 1] for i in range(len(data))]) == objects


def test_an_object_comes_out_as_soon_as_it_is_whole() -> None:
    decoder = JsonDecoder()
    assert decoder.feed(b'{"a":1}{"b"') == [{"a": 1}]
    assert decoder.feed(b":2") == []
    assert decoder.feed(b"}") == [{"b": 2}]


def test_a_stream_of_nothing_has_no_objects() -> None:
    assert decode([]) == decode([b""]) == decode([b"\r\n \x1e\n"]) == []


def test_bytes_that_are_no_utf_8_are_replaced() -> None:
    assert decode([b'{"a":"\xff"}']) == [{"a": "\ufffd"}]


@pytest.mark.parametrize(
    "data",
    [
        b"<html><body>502 Bad Gateway</body></html>",
        b"garbage",
        b"404 page not found\n",
        b"null",
        b"true",
        b"5",
        b'"text"',
        b"[]",
        b'[{"a": 1}]',
        b"}",
        b'\x00{"a":1}',
        b'\xef\xbb\xbf{"a":1}',
        b"{]",
        b"{[}]",
        b'{"a" 1}',
        b'{"a": 1,}',
        b"{'a': 1}",
        b'{"a": 1}, {"b": 2}',
        b'{"a": 1} <html>',
        b"{a}",
        b'{"a": "line\nbreak"}',
    ],
)
def test_what_is_no_stream_of_objects_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidResponse):
        decode([data])
    with pytest.raises(InvalidResponse):
        decode([data[i : i + 1] for i in range(len(data))])


def test_an_error_shows_what_came() -> None:
    with pytest.raises(InvalidResponse, match="<html>"):
        JsonDecoder().feed(b"<html>" + b"x" * 5000)


@given(st.dictionaries(TEXTS, VALUES, max_size=4), st.integers(0, 10_000))
def test_an_end_inside_an_object_is_an_error(item: dict[str, Any], cut: int) -> None:
    data = json.dumps(item, ensure_ascii=False).encode()
    decoder = JsonDecoder()
    assert decoder.feed(data[: 1 + cut % (len(data) - 1)]) == []
    with pytest.raises(InvalidResponse, match="middle of a JSON object"):
        decoder.close()


@given(st.binary(max_size=60))
@example(b"{" + b"\\" * 3 + b"}")
def test_bytes_of_any_kind_give_objects_or_the_one_error(data: bytes) -> None:
    decoder = JsonDecoder()
    try:
        objects = decoder.feed(b'{"' + data)
        decoder.close()
    except InvalidResponse:
        return
    assert all(isinstance(item, dict) for item in objects)


def test_objects_nested_too_deep_are_refused() -> None:
    with pytest.raises(InvalidResponse):
        decode([b'{"a":' * 100_000 + b"1" + b"}" * 100_000])


@pytest.mark.timeout(30)
def test_a_large_object_in_small_chunks_is_looked_at_once() -> None:
    # 2 MB of structure: a decoder that began anew with each chunk would look at 2 GB, for minutes.
    item = {"items": [{}] * 500_000}
    data = json.dumps(item).encode()
    assert decode([data[i : i + 1024] for i in range(0, len(data), 1024)]) == [item]
