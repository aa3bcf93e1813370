"""Permission bits: as ``ls`` shows them, as ``chmod`` is given them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dockpy.fake.files import Stat

__all__ = ["changed_mode", "mode_letters", "mode_string"]

_KINDS = {"file": "-", "dir": "d", "symlink": "l", "char": "c", "block": "b", "fifo": "p", "socket": "s"}
_SPECIAL = {"u": 0o4000, "g": 0o2000, "o": 0}
_SHIFT = {"u": 6, "g": 3, "o": 0}


def mode_string(stat: Stat) -> str:
    """``-rwxr-xr-x``."""
    return _KINDS[stat.kind] + mode_letters(stat.mode)


def mode_letters(mode: int) -> str:
    """``rwxr-xr-x``."""
    letters = [("rwx"[2 - bit % 3] if mode >> bit & 1 else "-") for bit in range(8, -1, -1)]
    for bit, at, set_both, set_alone in ((0o4000, 2, "s", "S"), (0o2000, 5, "s", "S"), (0o1000, 8, "t", "T")):
        if mode & bit:
            letters[at] = set_both if letters[at] == "x" else set_alone
    return "".join(letters)


def changed_mode(text: str, mode: int, *, directory: bool, umask: int) -> int | None:
    """A mode after a change: ``755``, ``u+x,go-w``; None where the change is none.

    Args:
        text: the change.
        mode: the mode before it.
        directory: it is a directory's.
        umask: what ``+x`` without a ``u``, ``g``, ``o``, ``a`` leaves out.
    """
    if re.fullmatch(r"[0-7]+", text):
        value = int(text, 8)
        return value if value <= 0o7777 else None
    for clause in text.split(","):
        match = re.fullmatch(r"([ugoa]*)((?:[-+=][rwxXstugo]*)+)", clause)
        if match is None:
            return None
        who = set(match[1].replace("a", "ugo")) or None
        for operator, letters in re.findall(r"([-+=])([rwxXstugo]*)", match[2]):
            mode = _apply(mode, who, operator, letters, directory=directory, umask=umask)
    return mode


def _apply(
    mode: int, who: set[str] | None, operator: str, letters: str, *, directory: bool, umask: int
) -> int:
    chosen = who or set("ugo")
    bits = 0
    for letter in letters:
        if letter in "ugo":
            taken = mode >> _SHIFT[letter] & 7
            bits |= sum(taken << _SHIFT[one] for one in chosen)
        elif letter == "s":
            bits |= sum(_SPECIAL[one] for one in chosen)
        elif letter == "t":
            bits |= 0o1000
        elif letter in "rwx" or directory or mode & 0o111:
            value = {"r": 4, "w": 2, "x": 1, "X": 1}[letter]
            bits |= sum(value << _SHIFT[one] for one in chosen)
    if who is None:
        bits &= ~umask
    if operator == "+":
        return mode | bits
    if operator == "-":
        return mode & ~bits
    cleared = sum(7 << _SHIFT[one] | _SPECIAL[one] for one in chosen)
    return (mode & ~cleared) | bits
