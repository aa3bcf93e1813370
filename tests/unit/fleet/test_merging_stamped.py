"""Lines of logs with their times, and logs that are read again."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from dockpy.fleet.stamped import LogCursor, StampedLine, StampedLines, beginning, nanoseconds
from dockpy.streams.frames import Frame, Stream

STAMP = "2024-05-06T07:08:09.123456789Z "
MOMENT = int(datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC).timestamp()) * 10**9 + 123456789


def lines_of(*frames: Frame) -> list[StampedLine]:
    decoder = StampedLines()
    found = [line for frame in frames for line in decoder.feed(frame)]
    return found + decoder.close()


texts = st.text(st.characters(exclude_characters="\n\r", codec="utf-8"), max_size=30)
streams = st.sampled_from([Stream.STDOUT, Stream.STDERR])


@given(st.lists(st.tuples(streams, texts)), st.data())
def test_lines_whatever_the_chunking(written: list[tuple[Stream, str]], data: st.DataObject) -> None:
    """Lines of both streams, cut anywhere, those of one in the middle of those of the other."""
    whole = {
        stream: b"".join(f"{STAMP}{text}\n".encode() for each, text in written if each is stream)
        for stream in (Stream.STDOUT, Stream.STDERR)
    }
    pieces = []
    while any(whole.values()):
        stream = data.draw(st.sampled_from([stream for stream, rest in whole.items() if rest]))
        size = data.draw(st.integers(1, 60))
        pieces.append(Frame(stream, whole[stream][:size]))
        whole[stream] = whole[stream][size:]
    found = lines_of(*pieces)
    for stream in whole:
        own = [line for line in found if line.stream is stream]
        assert [line.text for line in own] == [text for each, text in written if each is stream]
        assert all((line.moment, line.stamp) == (MOMENT, STAMP) for line in own)


@given(st.integers(0, 70_000), st.booleans())
def test_long_lines_are_whole(length: int, ended: bool) -> None:
    """Engines put the time before each 16 KiB of a line."""
    text = ("é" + "abcdefg" * 10_000).encode()[:length]
    pieces = [text[start : start + 16384] for start in range(0, len(text), 16384)] or [b""]
    data = b"".join(STAMP.encode() + piece for piece in pieces) + (b"\n" if ended else b"")
    [line] = lines_of(Frame(Stream.STDOUT, data))
    assert line.text == text.decode("utf-8", "replace")
    assert line.moment == MOMENT


def test_what_has_no_time() -> None:
    frames = [Frame(Stream.STDOUT, b"plain\r\n"), Frame(Stream.STDERR, b"2024-99-99T00:00:00Z no date\n")]
    assert lines_of(*frames) == [
        StampedLine(Stream.STDOUT, None, "", "plain"),
        StampedLine(Stream.STDERR, None, "2024-99-99T00:00:00Z ", "no date"),
    ]


@given(
    st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1)),
    st.integers(-14 * 60, 14 * 60),
    st.integers(0, 9),
    st.integers(0, 10**9 - 1),
)
def test_times(when: datetime, zone: int, digits: int, decimals: int) -> None:
    text = when.replace(microsecond=0).isoformat()
    fraction = f"{decimals:09d}"[:digits]
    sign = "-" if zone < 0 else "+"
    suffix = f"{sign}{abs(zone) // 60:02d}:{abs(zone) % 60:02d}" if zone else "Z"
    seconds = int(when.replace(microsecond=0, tzinfo=UTC).timestamp()) - zone * 60
    expected = seconds * 10**9 + int(fraction.ljust(9, "0"))
    assert nanoseconds(f"{text}{'.' if fraction else ''}{fraction}{suffix}") == expected


def test_what_is_no_time() -> None:
    none: list[object] = ["", "yesterday", "2024-01-01", "2024-01-01T00:00:00Z\ud800", None, 7]
    assert [nanoseconds(text) for text in none] == [None] * 6
    assert (nanoseconds("0001-01-01T00:00:00Z") or 0) < 0


def test_from_when_a_log_is_of_a_start() -> None:
    """Lines that were written before the engine took note of the start; and none of an earlier one."""
    never, start = "0001-01-01T00:00:00Z", "2024-01-01T00:00:10.25Z"
    noted = 1704067210.25
    for ended, expected in (
        (never, noted - 1),
        ("2024-01-01T00:00:03Z", noted - 1),
        ("2024-01-01T00:00:10.125Z", noted - 0.125),  # it was started again at once
        ("2024-01-01T00:00:11Z", noted - 1),  # it has ended already
    ):
        assert beginning({"StartedAt": start, "FinishedAt": ended}) == expected
    assert beginning({"StartedAt": never, "FinishedAt": never}) == 0
    assert beginning({}) == beginning({"StartedAt": 7}) == 0


entries = st.lists(st.tuples(streams, st.sampled_from([0, 0, 0, 1, 10**9])), max_size=30)


@given(entries, st.lists(st.integers(0, 30), max_size=4), st.integers(0, 10))
def test_each_line_once_however_often_it_is_read_again(
    written: list[tuple[Stream, int]], breaks: list[int], tail: int
) -> None:
    """Lines of one moment, and those of two streams that swapped places, among them."""
    log: list[tuple[Stream, int]] = []
    now = 5 * 10**9
    for stream, later in written:
        now += later
        log.append((stream, now))
    wanted = log[-tail:] if tail else []
    cursor = LogCursor()
    told = []
    for stop in [*breaks, len(log)]:
        cursor.restart()
        since = cursor.since
        # Read again it is all there, also what was not asked for at first.
        read = wanted if since is None else [entry for entry in log[:stop] if entry[1] >= since * 10**9]
        told += [entry for entry in read if cursor.is_new(*entry)]
    # Lines of the very moment at which it began cannot be told from those before.
    began = wanted[0][1] if wanted else 0
    assert [entry for entry in told if entry[1] > began] == [entry for entry in wanted if entry[1] > began]
