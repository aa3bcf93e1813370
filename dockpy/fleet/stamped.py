"""Lines of logs with the time of each, and where a log is to be read on. No I/O."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockpy.streams.frames import Frame, Stream

__all__ = ["LogCursor", "StampedLine", "StampedLines", "beginning", "nanoseconds"]

_STAMP = re.compile(rb"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d) ")
_BEGINNING = datetime.fromtimestamp(0, UTC)
_PIECE = 16 * 1024
"""Engines keep longer lines in pieces of so many bytes, and put the time before each piece."""
_OVERLAP = 1
"""How far before the last line to read again, in seconds: the two streams' lines may swap places."""


class StampedLine(NamedTuple):
    """A line of a log.

    Attributes:
        stream: which one it was written to.
        moment: when, in nanoseconds since 1970; None where the engine does not say.
        stamp: the same in the engine's words, with the space that follows; empty where it says nothing.
        text: the line, without its end.
    """

    stream: Stream
    moment: int | None
    stamp: str
    text: str


class StampedLines:
    """Makes lines of the frames of a log that was asked for with times."""

    def __init__(self) -> None:
        self._parts: dict[Stream, list[bytes]] = {}

    def feed(self, frame: Frame) -> list[StampedLine]:
        """The lines that a frame completes."""
        parts = self._parts.setdefault(frame.stream, [])
        *complete, rest = frame.data.split(b"\n")
        if complete:
            complete[0] = b"".join(parts) + complete[0]
            parts.clear()
        if rest:
            parts.append(rest)
        return [_line(frame.stream, line) for line in complete]

    def close(self) -> list[StampedLine]:
        """The last line of each stream, where it had no end."""
        return [_line(stream, b"".join(parts)) for stream, parts in self._parts.items() if parts]


def _line(stream: Stream, line: bytes) -> StampedLine:
    first = _STAMP.match(line)
    if first is None:
        return StampedLine(stream, None, "", _text(line))
    pieces, start = [], first.end()
    while (next_stamp := _STAMP.match(line, start + _PIECE)) is not None:
        pieces.append(line[start : start + _PIECE])
        start = next_stamp.end()
    pieces.append(line[start:])
    return StampedLine(stream, _moment(first), first[0].decode(), _text(b"".join(pieces)))


def _text(line: bytes) -> str:
    return line.removesuffix(b"\r").decode("utf-8", "replace")


def nanoseconds(text: object) -> int | None:
    """A time of the engine's, such as ``2024-01-01T00:00:00.5Z``, since 1970; None where it is none."""
    stamp = _STAMP.match(text.encode("utf-8", "replace") + b" ") if isinstance(text, str) else None
    return _moment(stamp) if stamp is not None else None


def beginning(state: Mapping[str, object]) -> float:
    """From when to read what a container has written since it was started, in seconds since 1970.

    Engines take note of a start when the program may write already: so it is from a second before, or from
    its last end.

    Args:
        state: as inspecting a container gives it.
    """
    started, ended = (max(nanoseconds(state.get(key)) or 0, 0) for key in ("StartedAt", "FinishedAt"))
    before = max(started - 10**9, 0)
    return (max(before, ended) if ended < started else before) / 10**9


def _moment(stamp: re.Match[bytes]) -> int | None:
    seconds, decimals, zone = (part.decode() for part in stamp.groups(b""))
    try:
        whole = datetime.fromisoformat(seconds + zone)
    except ValueError:  # digits that are no date
        return None
    return (whole - _BEGINNING) // timedelta(seconds=1) * 10**9 + int(decimals.ljust(9, "0"))


class LogCursor:
    """What has been told of a log, so that it can be read again and each line be told once.

    A log does not change what it has, and the times of one stream do not go back.
    """

    def __init__(self) -> None:
        self._told: dict[Stream, tuple[int, int]] = {}  # the time of the last line, how many had this time
        self._first: int | None = None
        self._skip: dict[Stream, tuple[int, int]] = {}
        self._again = False

    @property
    def since(self) -> int | None:
        """From when to read, in seconds since 1970; None for the beginning."""
        if not self._told:
            return None
        return max(moment for moment, _ in self._told.values()) // 10**9 - _OVERLAP

    def restart(self) -> None:
        """It is read again, from `since`."""
        self._skip = dict(self._told)
        self._again = bool(self._told)

    def is_new(self, stream: Stream, moment: int) -> bool:
        """Whether a line was not told yet; from now on it is.

        Args:
            stream: where it was written to.
            moment: when, in nanoseconds since 1970.
        """
        if self._again and self._was_told(stream, moment):
            return False
        if self._first is None:
            self._first = moment
        last, count = self._told.get(stream, (None, 0))
        self._told[stream] = (moment, count + 1 if moment == last else 1)
        return True

    def _was_told(self, stream: Stream, moment: int) -> bool:
        if stream not in self._skip:
            return stream not in self._told and self._first is not None and moment < self._first
        last, count = self._skip[stream]
        if moment == last and count:
            self._skip[stream] = (last, count - 1)
            return True
        if moment < last:
            return True
        del self._skip[stream]
        return False
