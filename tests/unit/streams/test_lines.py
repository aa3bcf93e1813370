"""Text lines: the same ones whatever the chunking, with a terminal or without."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dockpy.streams.frames import Frame, Stream
from dockpy.streams.lines import FrameLineDecoder, LineDecoder

# No line ends inside; a line that ends in a carriage return cannot be told from one that a terminal ended.
LINES = st.lists(
    st.text(st.characters(codec="utf-8", exclude_characters="\n\r") | st.sampled_from("\x0b\x85\u2028ü€🐳")),
    max_size=6,
)
CUTS = st.lists(st.integers(0, 10_000), max_size=12)


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    """The data, cut at these places."""
    places = sorted(cut % (len(data) + 1) for cut in cuts)
    return [data[start:end] for start, end in itertools.pairwise([0, *places, len(data)])]


def decode(parts: list[bytes]) -> list[str]:
    decoder = LineDecoder()
    lines = [line for part in parts for line in decoder.feed(part)]
    return lines + decoder.close()


@given(LINES, st.sampled_from(["\n", "\r\n"]), CUTS)
@example(["a", "", "ü"], "\r\n", list(range(20)))
def test_the_same_lines_whatever_the_chunking(lines: list[str], end: str, cuts: list[int]) -> None:
    data = "".join(line + end for line in lines).encode()
    assert decode(pieces(data, cuts)) == lines


@given(LINES, st.text(st.characters(codec="utf-8", exclude_characters="\n\r"), min_size=1), CUTS)
def test_the_last_line_may_have_no_end(lines: list[str], last: str, cuts: list[int]) -> None:
    data = "".join(line + "\n" for line in [*lines, last]).encode()[:-1]
    assert decode(pieces(data, cuts)) == [*lines, last]


@given(st.binary(), CUTS)
def test_any_bytes_give_the_same_lines_whatever_the_chunking(data: bytes, cuts: list[int]) -> None:
    assert decode(pieces(data, cuts)) == decode([data])


def test_only_line_feeds_end_lines() -> None:
    assert decode(["a\x0bb\x0cc\x1cd\x85e\u2028f\rg\n".encode()]) == ["a\x0bb\x0cc\x1cd\x85e\u2028f\rg"]


def test_a_terminal_adds_one_carriage_return() -> None:
    assert decode([b"progress\r\r\n"]) == ["progress\r"]
    assert decode([b"\r\n"]) == [""]


def test_no_bytes_no_lines() -> None:
    assert decode([]) == decode([b"", b""]) == []
    assert decode([b"\n"]) == [""]
    assert decode([b"a\n\n"]) == ["a", ""]


def test_a_line_comes_out_as_soon_as_it_is_whole() -> None:
    decoder = LineDecoder()
    assert decoder.feed(b"one\ntw") == ["one"]
    assert decoder.feed(b"o\n") == ["two"]
    assert decoder.close() == []


def test_a_character_may_come_in_halves_and_a_broken_one_is_replaced() -> None:
    euro = "€".encode()
    assert decode([b"1 " + euro[:1], euro[1:2], euro[2:] + b"\n"]) == ["1 €"]
    assert decode([b"\xff" + euro[:2] + b"\nok\n"]) == ["\ufffd\ufffd", "ok"]


def test_closing_twice_gives_the_last_line_once() -> None:
    decoder = LineDecoder()
    decoder.feed(b"last")
    assert (decoder.close(), decoder.close()) == (["last"], [])


def frame_lines(frames: list[Frame]) -> list[str]:
    decoder = FrameLineDecoder()
    lines = [line for frame in frames for line in decoder.feed(frame)]
    return lines + decoder.close()


def test_a_line_of_stderr_inside_one_of_stdout_breaks_neither() -> None:
    assert frame_lines(
        [
            Frame(Stream.STDOUT, b"to be "),
            Frame(Stream.STDERR, b"oh"),
            Frame(Stream.STDOUT, b"or not\nto"),
            Frame(Stream.STDERR, b" no\n"),
            Frame(Stream.STDOUT, b" be"),
        ]
    ) == ["to be or not", "oh no", "to be"]


@given(LINES, LINES, st.lists(st.booleans(), max_size=40), st.integers(1, 5))
def test_streams_do_not_mix_however_they_are_interleaved(
    out: list[str], err: list[str], order: list[bool], size: int
) -> None:
    """Lines are told apart by where they came from: those of stderr begin with a mark."""
    err = [f"!{line}" for line in err]
    out = [f".{line}" for line in out]
    waiting = {
        Stream.STDOUT: "".join(line + "\n" for line in out).encode(),
        Stream.STDERR: "".join(line + "\n" for line in err).encode(),
    }
    frames: list[Frame] = []
    for stream in [*(Stream.STDERR if first else Stream.STDOUT for first in order), *waiting]:
        count = size if len(frames) < len(order) else len(waiting[stream])
        frames.append(Frame(stream, waiting[stream][:count]))
        waiting[stream] = waiting[stream][count:]
    lines = frame_lines(frames)
    assert [line for line in lines if line.startswith("!")] == err
    assert [line for line in lines if line.startswith(".")] == out
    assert len(lines) == len(out) + len(err)


@pytest.mark.parametrize("first", [Stream.STDOUT, Stream.STDERR])
def test_the_last_lines_of_both_streams_may_have_no_end(first: Stream) -> None:
    second = Stream.STDERR if first is Stream.STDOUT else Stream.STDOUT
    assert frame_lines([Frame(first, b"one"), Frame(second, b"two")]) == ["one", "two"]
