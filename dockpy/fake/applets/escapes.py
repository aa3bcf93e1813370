"""Backslash sequences, as busybox reads them in echo, printf, tr and elsewhere."""

from __future__ import annotations

__all__ = ["escape_at", "unescape"]

_NAMED = {"a": 7, "b": 8, "e": 27, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11, "\\": 92}
_HEX = "0123456789abcdef"


def escape_at(text: str, at: int) -> tuple[int, int]:
    """The character that a sequence stands for, and where it ends.

    Args:
        text: of one character a byte.
        at: behind the backslash. What is no sequence is a backslash, and nothing is taken.
    """
    base, digits, start, most = 8, 0, at, 3
    if text[at : at + 1] == "x":
        base, start, most = 16, at + 1, 2
    end, number = start, 0
    while digits < most and end < len(text):
        digit = _HEX.find(text[end].lower())
        if not 0 <= digit < base or number * base + digit > 255:
            break
        number = number * base + digit
        digits += 1
        end += 1
    if digits:
        return number, end
    if at < len(text) and text[at] in _NAMED:
        return _NAMED[text[at]], at + 1
    return 92, at


def unescape(text: str) -> str:
    """A text with all its sequences replaced; of one character a byte."""
    if "\\" not in text:
        return text
    found: list[str] = []
    at = 0
    while at < len(text):
        if text[at] != "\\":
            found.append(text[at])
            at += 1
            continue
        code, at = escape_at(text, at + 1)
        found.append(chr(code))
    return "".join(found)
