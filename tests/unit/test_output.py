"""Output of processes over a source in memory: payloads, frames, lines, and the result of a run."""

from __future__ import annotations

import copy
import pickle
from typing import TYPE_CHECKING

import pytest

from dockpy import RunOutput
from dockpy.errors import DockpyError, InvalidResponse
from dockpy.resources.output import Lines, OutputStream
from dockpy.streams.frames import Frame, Stream, encode_frame

if TYPE_CHECKING:
    from collections.abc import Iterator

OUT, ERR, SYSTEM = Stream.STDOUT, Stream.STDERR, Stream.SYSTEM


class Source:
    """Bytes in memory, handed out piece by piece until it is closed."""

    def __init__(self, *pieces: bytes) -> None:
        self.pieces = list(pieces)
        self.closed = False
        self.timeout: float | None = None

    @property
    def cancelled(self) -> bool:
        return self.closed and bool(self.pieces)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if self.closed or not self.pieces:
            raise StopIteration
        return self.pieces.pop(0)

    def settimeout(self, seconds: float | None) -> None:
        self.timeout = seconds

    def at(self, error: DockpyError) -> DockpyError:
        return error.at(operation="ContainerLogs", subject="container web", daemon="unix:///d")

    def close(self) -> None:
        self.closed = True


def framed(*frames: tuple[Stream, bytes], size: int = 5) -> Source:
    data = b"".join(encode_frame(*frame) for frame in frames)
    return Source(*(data[i : i + size] for i in range(0, len(data), size)))


def test_payloads_of_a_framed_stream() -> None:
    source = framed((OUT, b"one\n"), (ERR, b"two\n"), (OUT, b"three"))
    assert list(OutputStream(source, framed=True)) == [b"one\n", b"two\n", b"three"]
    assert source.closed


def test_frames_say_where_payloads_come_from() -> None:
    source = framed((OUT, b"one"), (ERR, b"two"))
    assert list(OutputStream(source, framed=True).frames()) == [Frame(OUT, b"one"), Frame(ERR, b"two")]


def test_with_a_terminal_everything_is_standard_output_as_it_comes() -> None:
    source = Source(b"\x01\0\0\0", b"no frames\r\n")
    assert list(OutputStream(source, framed=False).frames()) == [
        Frame(OUT, b"\x01\0\0\0"),
        Frame(OUT, b"no frames\r\n"),
    ]
    assert source.closed


@pytest.mark.parametrize("size", [1, 3, 8, 1000])
def test_lines_are_the_same_whatever_the_chunking_and_the_terminal(size: int) -> None:
    with_frames = framed(
        (OUT, b"on"), (ERR, "zwö".encode()), (OUT, b"e\ntwo\n"), (ERR, b"lf\n"), (OUT, b"x"), size=size
    )
    assert list(OutputStream(with_frames, framed=True).lines()) == ["one", "two", "zwölf", "x"]
    data = "one\r\ntwo\r\nzwölf\r\nx".encode()
    raw = Source(*(data[i : i + size] for i in range(0, len(data), size)))
    assert list(OutputStream(raw, framed=False).lines()) == ["one", "two", "zwölf", "x"]
    assert with_frames.closed
    assert raw.closed


def test_reading_all_that_is_still_to_come() -> None:
    source = framed((OUT, b"one"), (ERR, b"two"), (OUT, b"three"))
    output = OutputStream(source, framed=True)
    assert next(iter(OutputStream(Source(b"a", b"b"), framed=False))) == b"a"
    assert output.read() == b"onetwothree"
    assert output.read() == b""
    assert source.closed


# Failures


def test_an_error_of_the_engine_inside_the_stream_is_raised_after_what_came_before() -> None:
    source = framed((OUT, b"before"), (SYSTEM, b"error grabbing logs: broken file\n"), (OUT, b"after"))
    frames = OutputStream(source, framed=True).frames()
    assert next(frames) == Frame(OUT, b"before")
    with pytest.raises(DockpyError, match="error grabbing logs: broken file") as caught:
        next(frames)
    assert "ContainerLogs container web on unix:///d" in str(caught.value)
    assert source.closed


def test_a_system_frame_is_no_output_of_lines_either() -> None:
    with pytest.raises(DockpyError, match="broken"):
        list(Lines(OutputStream(framed((SYSTEM, b"broken")), framed=True)))


def test_an_end_inside_a_frame_is_an_error() -> None:
    source = Source(encode_frame(OUT, b"whole") + encode_frame(OUT, b"half")[:-1])
    with pytest.raises(InvalidResponse, match="middle of a frame"):
        OutputStream(source, framed=True).read()
    assert source.closed


def test_what_is_not_framed_is_an_error_with_a_hint() -> None:
    source = Source(b"hello, world\n", b"more")
    with pytest.raises(InvalidResponse, match="TTY"):
        OutputStream(source, framed=True).read()
    assert source.closed


def test_closing_it_meanwhile_ends_it_quietly_even_inside_a_frame() -> None:
    source = framed((OUT, b"one"), (OUT, b"two"), size=13)
    output = OutputStream(source, framed=True)
    payloads = iter(output)
    assert next(payloads) == b"one"
    output.close()
    assert list(payloads) == []


def test_leaving_it_early_closes_it() -> None:
    source = framed((OUT, b"one"), (OUT, b"two"))
    with OutputStream(source, framed=True) as output:
        payloads = iter(output)
        assert next(payloads) == b"one"
        assert not source.closed
    assert source.closed


def test_what_was_left_is_still_to_come() -> None:
    """Leaving a loop and coming back loses nothing: neither the connection nor what was decoded already."""
    source = framed((OUT, b"one"), (OUT, b"two"), (OUT, b"three"), (ERR, b"four"), size=30)
    with OutputStream(source, framed=True) as output:
        for payload in output:
            assert payload == b"one"
            break
        assert next(iter(output)) == b"two"
        assert output.read() == b"threefour"


def test_it_is_an_iterator_as_every_stream_is() -> None:
    output = OutputStream(framed((OUT, b"one"), (OUT, b"two")), framed=True)
    assert iter(output) is output
    assert next(output) == b"one"
    assert list(output) == [b"two"]


def test_a_timeout_is_the_sources() -> None:
    source = Source()
    OutputStream(source, framed=True).settimeout(2.5)
    assert source.timeout == 2.5


# Lines


def test_lines_are_an_iterator_that_can_be_closed() -> None:
    source = framed((OUT, b"one\ntwo\nthree\n"))
    with Lines(OutputStream(source, framed=True)) as lines:
        assert iter(lines) is lines
        assert next(lines) == "one"
    assert source.closed


def test_lines_close_themselves_at_their_end() -> None:
    source = framed((OUT, b"one\ntwo"))
    assert list(Lines(OutputStream(source, framed=True))) == ["one", "two"]
    assert source.closed


def test_the_next_line_after_closing_is_the_end() -> None:
    source = Source(b"one\n", b"two\n", b"three\n")
    lines = Lines(OutputStream(source, framed=False))
    assert next(lines) == "one"
    lines.close()
    assert list(lines) == []


# The result of a run

FRAMES = [Frame(OUT, b"a\n"), Frame(ERR, b"b\n"), Frame(OUT, b"c\n")]


@pytest.mark.parametrize(
    ("stdout", "stderr", "expected"),
    [(True, False, b"a\nc\n"), (False, True, b"b\n"), (True, True, b"a\nb\nc\n"), (False, False, b"")],
)
def test_the_bytes_are_what_was_asked_for_and_both_streams_are_there(
    stdout: bool, stderr: bool, expected: bytes
) -> None:
    output = RunOutput.of(iter(FRAMES), 0, stdout=stdout, stderr=stderr)
    assert output == expected
    assert isinstance(output, bytes)
    assert (output.stdout, output.stderr, output.exit_status) == (b"a\nc\n", b"b\n", 0)
    assert repr(output) == repr(expected)
    assert output.decode().splitlines() == expected.decode().splitlines()


def test_a_run_that_wrote_nothing() -> None:
    output = RunOutput.of([], 0, stdout=True, stderr=True)
    assert (output, output.stdout, output.stderr) == (b"", b"", b"")


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_a_result_pickles(protocol: int) -> None:
    output = RunOutput.of(FRAMES, 0, stdout=True, stderr=False)
    for again in (pickle.loads(pickle.dumps(output, protocol)), copy.copy(output), copy.deepcopy(output)):
        assert type(again) is RunOutput
        assert again == output
        assert (again.stdout, again.stderr, again.exit_status) == (b"a\nc\n", b"b\n", 0)
