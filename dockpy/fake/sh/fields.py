"""Fields: expanded text is gathered, split at IFS where it was not quoted, and becomes arguments."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dockpy.fake.sh.patterns import Pieces

__all__ = ["Fields"]


@functools.lru_cache(64)
def _delimiter(ifs: str) -> re.Pattern[str] | None:
    blank = "".join(c for c in ifs if c in " \t\n")
    solid = "".join(c for c in ifs if c not in " \t\n")
    blanks = f"[{re.escape(blank)}]" if blank else ""
    if solid:
        around = f"{blanks}*" if blank else ""
        text = f"{around}[{re.escape(solid)}]{around}"
        return re.compile(f"{text}|{blanks}+" if blank else text)
    return re.compile(f"{blanks}+") if blank else None


class Fields:
    """Fields while they are gathered.

    Args:
        ifs: the characters to split at; None where nothing is split.

    Attributes:
        done: the fields that are complete.
    """

    __slots__ = ("_blank", "_current", "_delimiter", "done", "split")

    def __init__(self, ifs: str | None) -> None:
        self.done: list[Pieces] = []
        self.split: bool = ifs is not None
        self._current: list[tuple[str, bool]] = []
        self._delimiter = _delimiter(ifs) if ifs is not None else None
        self._blank = ifs or ""

    def add(self, text: str, quoted: bool) -> None:
        """Text that is not split; quoted, it makes a field even where it is empty."""
        if text or quoted:
            self._current.append((text, quoted))

    def expanded(self, text: str, quoted: bool) -> None:
        """Text that an expansion gave: split unless it was quoted."""
        if quoted or self._delimiter is None:
            self.add(text, quoted)
            return
        start = 0
        for found in self._delimiter.finditer(text):
            self.add(text[start : found.start()], False)
            start = found.end()
            if self._current or found[0].strip(" \t\n"):
                self.done.append(tuple(self._current))
                self._current = []
        self.add(text[start:], False)

    def end(self) -> None:
        """A field ends here, if there is one."""
        if self._current:
            self.done.append(tuple(self._current))
            self._current = []

    def finish(self) -> list[Pieces]:
        """All fields."""
        self.end()
        return self.done

    def whole(self) -> Pieces:
        """All that was gathered as one; where nothing was to be split."""
        return tuple(self._current)
