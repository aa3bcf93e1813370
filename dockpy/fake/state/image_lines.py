"""The messages by which an engine tells how a transfer goes: one JSON object a line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dockpy.fake.failure import Failure
from dockpy.fake.reply import encode_text
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Lines", "human_size", "whole"]

_UNITS = ("B", "kB", "MB", "GB", "TB", "PB")
_BAR = 50


class Lines:
    """Writes messages as a version has them.

    Args:
        version: the API version spoken.
    """

    def __init__(self, version: str) -> None:
        self._bars = not at_least(version, "1.52")

    def status(self, text: str, id: str = "") -> bytes:
        """A message about nothing that can be counted."""
        return _line({"status": text, **({"id": id} if id else {})})

    def stream(self, text: str) -> bytes:
        """Text that is shown as it is."""
        return _line({"stream": text})

    def progress(self, text: str, id: str, current: int | None = None, total: int = 0) -> bytes:
        """How far something is, in bytes; where nothing is said of that, only what happens to it."""
        if current is None:
            return _line({"status": text, "progressDetail": {}, "id": id})
        message: dict[str, Any] = {"status": text, "progressDetail": {"current": current, "total": total}}
        if self._bars:
            message["progress"] = _bar(current, total)
        return _line({**message, "id": id})

    def aux(self, value: dict[str, Any]) -> bytes:
        """A result."""
        return _line({"progressDetail": {}, "aux": value})

    def error(self, message: str) -> bytes:
        """What went wrong; nothing follows."""
        return _line({"errorDetail": {"message": message}, "error": message})

    def guarded(self, lines: Iterator[bytes]) -> Iterator[bytes]:
        """The lines; the first one now, so that what fails before it is the call's failure.

        Raises:
            Failure: it failed before there was a line.
        """
        first = next(lines, None)
        return self._rest(first, lines)

    def _rest(self, first: bytes | None, lines: Iterator[bytes]) -> Iterator[bytes]:
        try:
            if first is not None:
                yield first
                yield from lines
        except Failure as failure:
            yield self.error(failure.message)


def whole(size: int) -> int:
    """The size of a tar's data with its padding: what is counted while a layer is read."""
    return -(-size // 512) * 512


def human_size(size: float) -> str:
    """``10.24kB``: four digits, as Docker writes sizes."""
    unit = 0
    while size >= 1000 and unit < len(_UNITS) - 1:
        size /= 1000
        unit += 1
    return f"{size:.4g}{_UNITS[unit]}"


def _bar(current: int, total: int) -> str:
    if total <= 0:
        return f"{human_size(current):>8}" if current > 0 else ""
    done = min(_BAR, current * 100 // total // 2)
    numbers = f"{human_size(current):>8}"
    if current <= total:
        numbers += f"/{human_size(total)}"
    return f"[{'=' * done}>{' ' * (_BAR - done)}] {numbers}"


def _line(message: dict[str, Any]) -> bytes:
    text = json.dumps(message, separators=(",", ":"), ensure_ascii=False)
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return encode_text(text) + b"\r\n"
