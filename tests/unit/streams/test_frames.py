"""The multiplexed stream: whatever the chunking, the same frames, byte for byte."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dockpy.errors import InvalidResponse
from dockpy.streams.frames import Frame, FrameDecoder, Stream, encode_frame, frames_of

FRAMES = st.lists(st.builds(Frame, st.sampled_from(Stream), st.binary(min_size=1, max_size=40)), max_size=8)
CUTS = st.lists(st.integers(0, 10_000), max_size=12)


def encode(frames: list[Frame]) -> bytes:
    return b"".join(encode_frame(*frame) for frame in frames)


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    """The data, cut at these places."""
    places = sorted(cut % (len(data) + 1) for cut in cuts)
    return [data[start:end] for start, end in itertools.pairwise([0, *places, len(data)])]


def decode(parts: list[bytes]) -> list[Frame]:
    decoder = FrameDecoder()
    frames = [frame for part in parts for frame in decoder.feed(part)]
    decoder.close()
    return frames


def test_a_frame_on_the_wire() -> None:
    assert encode_frame(Stream.STDERR, b"hi\n") == b"\x02\0\0\0\0\0\0\x03hi\n"
    assert decode([b"\x01\0\0\0\0\0\x01\x04" + b"x" * 260]) == [Frame(Stream.STDOUT, b"x" * 260)]


def test_each_stream_has_its_number() -> None:
    assert [frame.stream for frame in decode([bytes([n, 0, 0, 0, 0, 0, 0, 1]) + b"x" for n in range(4)])] == [
        Stream.STDIN,
        Stream.STDOUT,
        Stream.STDERR,
        Stream.SYSTEM,
    ]


@given(FRAMES, CUTS)
@example([Frame(Stream.STDOUT, b"a"), Frame(Stream.STDERR, b"b")], list(range(18)))
def test_any_chunking_gives_the_same_frames(frames: list[Frame], cuts: list[int]) -> None:
    assert decode(pieces(encode(frames), cuts)) == frames


@pytest.mark.parametrize("size", [0, 1, 255, 4097])
def test_a_cut_at_every_offset(size: int) -> None:
    frames = [Frame(Stream.STDOUT, b"o" * 20), Frame(Stream.STDERR, b"e" * size), Frame(Stream.STDOUT, b"z")]
    data = encode(frames)
    expected = [frame for frame in frames if frame.data]
    for cut in range(len(data) + 1):
        assert decode([data[:cut], data[cut:]]) == expected
    assert decode([data[i : i + 1] for i in range(len(data))]) == expected


def test_a_frame_comes_out_as_soon_as_it_is_whole() -> None:
    decoder = FrameDecoder()
    data = encode_frame(Stream.STDOUT, b"first") + encode_frame(Stream.STDERR, b"second")
    assert decoder.feed(data[:12]) == []
    assert decoder.feed(data[12:15]) == [Frame(Stream.STDOUT, b"first")]
    assert decoder.feed(data[15:]) == [Frame(Stream.STDERR, b"second")]


def test_frames_of_nothing_are_passed_over() -> None:
    empty = encode_frame(Stream.STDOUT, b"")
    assert decode([empty + encode_frame(Stream.STDERR, b"x") + empty]) == [Frame(Stream.STDERR, b"x")]


def test_a_frame_of_64_kib_comes_whole() -> None:
    data = encode_frame(Stream.STDOUT, b"x" * 65536)
    assert decode(pieces(data, [8, 9, 40_000])) == [Frame(Stream.STDOUT, b"x" * 65536)]


@given(
    st.sampled_from(Stream),
    st.integers(65537, 300_000),
    st.lists(st.integers(0, 400_000), max_size=12),
)
def test_larger_frames_come_in_pieces(stream: Stream, size: int, cuts: list[int]) -> None:
    payload = (b"0123456789abcdef" * (size // 16 + 1))[:size]
    after = Frame(Stream.STDIN, b"after")
    frames = decode(pieces(encode_frame(stream, payload) + encode([after]), cuts))
    assert frames.pop() == after
    assert {frame.stream for frame in frames} == {stream}
    assert b"".join(frame.data for frame in frames) == payload
    assert all(frame.data for frame in frames)


def test_a_larger_frame_is_not_kept_until_its_end() -> None:
    decoder = FrameDecoder()
    frames = decoder.feed(encode_frame(Stream.STDOUT, b"x" * 10_000_000)[: 8 + 1_000_000])
    assert sum(len(frame.data) for frame in frames) == 1_000_000


@pytest.mark.parametrize(
    "header",
    [b"hello, w", b"\x04\0\0\0\0\0\0\x01", b"\x01\0\0\x01\0\0\0\x01", b"\x01\x01\0\0\0\0\0\x01", b"\xff" * 8],
)
def test_what_is_no_header_is_refused(header: bytes) -> None:
    with pytest.raises(InvalidResponse, match="not multiplexed") as caught:
        FrameDecoder().feed(header)
    assert "TTY" in str(caught.value)


def test_a_bad_header_after_a_good_frame_is_refused() -> None:
    with pytest.raises(InvalidResponse):
        FrameDecoder().feed(encode_frame(Stream.STDOUT, b"ok") + b"<html></html>")


@given(FRAMES.filter(bool), st.integers(0, 10_000))
def test_an_end_inside_a_frame_is_an_error(frames: list[Frame], cut: int) -> None:
    data = encode(frames)
    ends = set(itertools.accumulate((8 + len(frame.data) for frame in frames), initial=0))
    cut %= len(data)
    if cut in ends:
        assert decode([data[:cut]]) == frames[: sorted(ends).index(cut)]
    else:
        with pytest.raises(InvalidResponse, match="middle of a frame"):
            decode([data[:cut]])


def test_an_end_inside_a_larger_frame_is_an_error() -> None:
    with pytest.raises(InvalidResponse, match="middle of a frame"):
        decode([encode_frame(Stream.STDOUT, b"x" * 200_000)[:-1]])


@pytest.mark.parametrize("size", [1, 3, 50, 1000])
def test_frames_are_the_same_however_they_are_taken(size: int) -> None:
    wanted = [Frame(Stream(1 + number % 2), b"%d\n" % number * (number % 4)) for number in range(100)]
    data = b"".join(encode_frame(*frame) for frame in wanted)
    fed, cut = FrameDecoder(), FrameDecoder()
    for at in range(0, len(data), size):
        piece = data[at : at + size]
        assert list(frames_of(*cut.cut(piece))) == fed.feed(piece)
    assert FrameDecoder().feed(data) == [frame for frame in wanted if frame.data]
