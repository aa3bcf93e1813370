"""The parts that know no daemon: keys, frames, sizes and times."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockpy.fake.handlers.websocket import ClientDecoder
from dockpy.fake.state.container_views import human_duration
from dockpy.fake.state.detach_keys import DetachFilter, parse_detach_keys
from dockpy.fake.state.logs import parse_size
from dockpy.streams.websocket import Opcode, encode_message


@given(st.binary(max_size=60), st.binary(min_size=1, max_size=3), st.lists(st.integers(1, 7), max_size=20))
def test_keys_are_found_whatever_the_chunking(data, keys, sizes):
    whole = DetachFilter(keys)
    passed = whole.feed(data)
    parts = DetachFilter(keys)
    output, rest = b"", data
    for size in [*sizes, len(data)]:
        if not parts.detached:
            output += parts.feed(rest[:size])
        rest = rest[size:]
    assert (output, parts.detached) == (passed, whole.detached)
    assert whole.detached or keys not in data or len(set(keys)) < len(keys)
    assert data.startswith(passed)


def test_keys_are_read():
    assert parse_detach_keys("ctrl-p,ctrl-q") == b"\x10\x11"
    assert parse_detach_keys("a,ctrl-@,ctrl-_") == b"a\x00\x1f"
    for wrong in ("foo", "ctrl-", "ctrl-1", "a,,b"):
        with pytest.raises(ValueError):
            parse_detach_keys(wrong)


@given(st.lists(st.binary(max_size=300), max_size=5), st.lists(st.integers(1, 50), max_size=30))
def test_messages_of_a_websocket(messages, sizes):
    stream = b"".join(encode_message(Opcode.BINARY, data, b"mask") for data in messages)
    decoder = ClientDecoder()
    output = []
    for size in [*sizes, len(stream)]:
        output += decoder.feed(stream[:size])
        stream = stream[size:]
    assert output == [data for data in messages if data]
    assert not decoder.closed
    decoder.feed(encode_message(Opcode.CLOSE, b"\x03\xe8", b"mask"))
    assert decoder.closed


def test_sizes():
    assert parse_size("10m") == 10 * 1024 * 1024
    assert parse_size("1.5k") == 1536
    assert parse_size("7") == 7
    assert parse_size("x") is None


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0.5, "Less than a second"),
        (1, "1 second"),
        (59, "59 seconds"),
        (60, "About a minute"),
        (3000, "50 minutes"),
        (3600, "About an hour"),
        (47 * 3600, "47 hours"),
        (48 * 3600, "2 days"),
        (15 * 86400, "2 weeks"),
        (70 * 86400, "2 months"),
        (800 * 86400, "2 years"),
    ],
)
def test_durations(seconds, shown):
    assert human_duration(round(seconds * 10**9)) == shown
