"""Patterns: ``* ? [...]`` in words, as regular expressions, and the files that they name."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from dockpy.fake.sh.text import inner, outer
from dockpy.fake.starred import starred

if TYPE_CHECKING:
    from dockpy.fake.kernel.process import Process

__all__ = ["Pieces", "expression", "files", "has_magic", "joined", "matches"]

Pieces = tuple[tuple[str, bool], ...]
"""Texts, each with whether it was quoted."""

_CLASSES = {
    "alpha": "A-Za-z",
    "digit": "0-9",
    "alnum": "A-Za-z0-9",
    "upper": "A-Z",
    "lower": "a-z",
    "space": " \t\n\r\f\v",
    "blank": " \t",
    "punct": r"!-/:-@\[-`{-~",
    "print": " -~",
    "graph": "!-~",
    "cntrl": "\x00-\x1f\x7f",
    "xdigit": "0-9A-Fa-f",
}


def joined(pieces: Pieces) -> str:
    """The text without the quotes."""
    return "".join(text for text, _ in pieces)


def has_magic(pieces: Pieces) -> bool:
    """Whether something in it may stand for other text."""
    return any(not quoted and ("*" in text or "?" in text or "[" in text) for text, quoted in pieces)


def _chars(pieces: Pieces) -> list[tuple[str, bool]]:
    found = []
    for text, quoted in pieces:
        escaped = False
        for char in text:
            if not quoted and char == "\\" and not escaped:
                escaped = True
                continue
            found.append((char, quoted or escaped))
            escaped = False
        if escaped:
            found.append(("\\", True))
    return found


def _bracket(chars: list[tuple[str, bool]], start: int) -> tuple[str, int] | None:
    """The set that begins at ``[``, and where it ends; None where it does not end."""
    at = start + 1
    negated = at < len(chars) and chars[at] in (("!", False), ("^", False))
    at += negated
    found, first = [], at
    while at < len(chars) and (chars[at] != ("]", False) or at == first):
        char, quoted = chars[at]
        if char == "[" and not quoted and at + 1 < len(chars) and chars[at + 1] == (":", False):
            rest = "".join(c for c, _ in chars[at + 2 :])
            name, closed, _ = rest.partition(":]")
            if closed and name in _CLASSES:
                found.append(_CLASSES[name])
                at += len(name) + 4
                continue
        if at + 2 < len(chars) and chars[at + 1] == ("-", False) and chars[at + 2] != ("]", False):
            if char <= chars[at + 2][0]:
                found.append(f"{re.escape(char)}-{re.escape(chars[at + 2][0])}")
            at += 3
        else:
            found.append(re.escape(char))
            at += 1
    if at >= len(chars):
        return None
    if not found:
        return ("." if negated else "(?!)"), at + 1
    return f"[{'^' if negated else ''}{''.join(found)}]", at + 1


@functools.lru_cache(512)
def expression(pieces: Pieces, greedy: bool = True) -> str:
    """The regular expression of a pattern.

    Args:
        pieces: the pattern.
        greedy: its stars match as much as they can, else as little.
    """
    chars, parts, found, at = _chars(pieces), list[str](), list[str](), 0
    while at < len(chars):
        char, quoted = chars[at]
        if quoted or char not in "*?[":
            found.append(re.escape(char))
        elif char == "*":
            if found or not parts:
                parts.append("".join(found))
                found = []
        elif char == "?":
            found.append(".")
        elif (bracket := _bracket(chars, at)) is not None:
            found.append(bracket[0])
            at = bracket[1]
            continue
        else:
            found.append(r"\[")
        at += 1
    return starred([*parts, "".join(found)], greedy=greedy)


@functools.lru_cache(512)
def _whole(pieces: Pieces) -> re.Pattern[str]:
    return re.compile(expression(pieces) + r"\Z", re.DOTALL)


def matches(pieces: Pieces, text: str) -> bool:
    """Whether the whole text matches."""
    return _whole(pieces).match(text) is not None


def files(p: Process, pieces: Pieces) -> list[str]:
    """The files that a pattern names, sorted."""
    levels: list[list[tuple[str, bool]]] = [[]]
    for char, quoted in _chars(pieces):
        if char == "/":
            levels.append([])
        else:
            levels[-1].append((char, quoted))
    found = [""]
    for number, level in enumerate(levels):
        last = number + 1 == len(levels)
        pattern = tuple(level)
        if not has_magic(pattern):
            name = joined(pattern)
            found = [base + name + ("" if last else "/") for base in found]
            if last:
                found = [path for path in found if name == "" or _there(p, path)]
            continue
        found = [
            base + name + ("" if last else "/")
            for base in found
            for name in _names(p, base, pattern)
            if last or _is_dir(p, base + name)
        ]
    return sorted(found)


def _names(p: Process, base: str, pattern: Pieces) -> list[str]:
    hidden = pattern[0][0] == "."
    try:
        names = [inner(name) for name in p.namespace.fs.listdir(p, outer(base or "."))]
    except OSError:
        return []
    if hidden:
        names += [".", ".."]
    return [name for name in names if (hidden or name[0] != ".") and matches(pattern, name)]


def _there(p: Process, path: str) -> bool:
    try:
        p.namespace.fs.stat(p, outer(path), follow=False)
    except OSError:
        return False
    return True


def _is_dir(p: Process, path: str) -> bool:
    try:
        return p.namespace.fs.stat(p, outer(path)).kind == "dir"
    except OSError:
        return False
