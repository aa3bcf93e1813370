"""Which files of a context are left out: ``.dockerignore``, read as the docker command reads it.

A pattern matches a path, and with it everything below. Patterns count in their order, the last one that
matches decides, ``!`` takes back. How a pattern is read has its oddities (``**.py`` is any ending, a negated
class matches a slash too); they are kept, so that the same files are sent.
"""

from __future__ import annotations

import itertools
import posixpath
import re
from typing import TYPE_CHECKING

from dockpy.errors import InvalidArgument

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

__all__ = ["Ignore", "Row", "read_patterns"]

Row = tuple[bool, ...]
"""Of one folder: which of the patterns have matched it, or a folder above it."""

_BLANKS = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
_BLANKS += "\u2028\u2029\u202f\u205f\u3000"
_STAR = "[^/]*"
_IN_A_PART = re.compile(r"\[\^/\]|\\[^A-Za-z0-9/]|[^/\\*^\]]", re.DOTALL)
"""What matches one character of a part of a path: ``?``, what is escaped, a character."""
_SPECIAL = frozenset("*?[]\\")


def read_patterns(content: bytes) -> list[str]:
    """The patterns of a ``.dockerignore``, one a line, normalized.

    Lines that begin with ``#`` are comments; blanks around a pattern, a slash before it, ``.`` and ``..``
    within it do not count.
    """
    text = content.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")
    patterns = []
    for line in text.split("\n"):
        pattern = line.strip(_BLANKS)
        if not pattern or line.startswith("#"):
            continue
        taken_back = pattern.startswith("!")
        if pattern := pattern.removeprefix("!").strip(_BLANKS):
            pattern = _clean(pattern)
            pattern = pattern if pattern == "/" else pattern.removeprefix("/")
        patterns.append(f"!{pattern}" if taken_back else pattern)
    return patterns


def _clean(path: str) -> str:
    """A path without ``.``, ``..`` and needless slashes; POSIX would keep two of them at the beginning."""
    clean = posixpath.normpath(path)
    return clean[1:] if clean.startswith("//") else clean


class Ignore:
    """The patterns of a context.

    Args:
        patterns: as `read_patterns` gives them.

    Raises:
        InvalidArgument: one cannot be read.
    """

    def __init__(self, patterns: Iterable[str]) -> None:
        self._rules: list[tuple[bool, Callable[[str], bool]]] = []
        self._reaches: list[Callable[[str], bool]] = []
        for pattern in patterns:
            text = pattern.removeprefix("!")
            taken_back = pattern.startswith("!")
            if taken_back and not text:
                raise InvalidArgument('.dockerignore: "!" alone takes nothing back')
            self._rules.append((taken_back, _matcher(text)))
            if taken_back:
                self._reaches.append(_reach(text))

    def __bool__(self) -> bool:
        return bool(self._rules)

    def row(self, path: str, above: Row | None) -> tuple[bool, Row]:
        """Whether a path is left out, and its row, for what is below it.

        Args:
            path: with ``/`` between its parts, relative to the context.
            above: the row of the folder that it is in; None at the top.
        """
        ignored, row = False, []
        for index, (taken_back, matches) in enumerate(self._rules):
            # What would not change the outcome is not tried, and not in the row: so the engine does it.
            matched = (above is not None and above[index]) or (taken_back == ignored and matches(path))
            row.append(matched)
            if matched:
                ignored = not taken_back
        return ignored, tuple(row)

    def ignores(self, path: str) -> bool:
        """Whether a path is left out, itself or with a folder above it."""
        row: Row | None = None
        ignored = False
        for end in [*(match.start() for match in re.finditer("/", path)), len(path)]:
            ignored, row = self.row(path[:end], row)
        return ignored

    def may_keep_below(self, folder: str) -> bool:
        """Whether something in a folder that is left out may be taken back."""
        return any(reaches(folder) for reaches in self._reaches)


def _matcher(pattern: str) -> Callable[[str], bool]:
    """How a pattern matches. The engine has four ways, and which one it takes makes a difference."""
    _check(pattern)
    rest = pattern[2:]
    if pattern.startswith("**") and not _SPECIAL & set(rest):
        return lambda path: path.endswith(rest) or (rest[:1] == "/" and path == rest[1:])
    if pattern.endswith("**") and not _SPECIAL & set(pattern[:-2]):
        return lambda path: path.startswith(pattern[:-2])
    if not _SPECIAL & set(pattern):
        return lambda path: path == pattern
    plain = "**" not in pattern and not set("[\\^") & set(pattern)
    try:
        compiled = re.compile(_stars(pattern) if plain else _expression(pattern), re.ASCII)
    except (re.error, OverflowError):
        raise _unreadable(pattern) from None
    return lambda path: compiled.fullmatch(path) is not None


def _reach(pattern: str) -> Callable[[str], bool]:
    """Whether a pattern can match in a folder: part for part as far as both go, anything after ``**``."""
    matchers: list[Callable[[str], bool]] = []
    for part in pattern.split("/"):
        if "**" in part or "[" in part or "\\" in part:  # which may match a slash
            break
        matchers.append(_matcher(part))
    else:
        return lambda folder: _leads(folder.split("/"), matchers, len(matchers))
    return lambda folder: _leads(folder.split("/"), matchers, None)


def _leads(parts: list[str], matchers: Sequence[Callable[[str], bool]], depth: int | None) -> bool:
    if depth is not None and len(parts) >= depth:
        return False  # the pattern's end is above; what is below it has its row
    return all(matches(part) for part, matches in zip(parts, matchers, strict=False))


def _stars(pattern: str) -> str:
    """The regular expression of a pattern of ``*`` and ``?`` alone, which never tries a star twice.

    The engine's expressions take time in proportion to the path. Python's do not, of many stars: so what
    follows a star is taken where it comes first, which is right as long as no star comes near a slash.
    """
    parts: list[str] = []
    for part in pattern.split("/"):
        first, *rest = (re.escape(piece).replace(r"\?", "[^/]") for piece in part.split("*"))
        stars = [f"(?>[^/]*?{piece})" for piece in rest[:-1]] + [f"[^/]*{piece}" for piece in rest[-1:]]
        parts.append(first + "".join(stars))
    return "/".join(parts)


def _expression(pattern: str) -> str:
    """The regular expression that the engine makes of a pattern, in Python's writing."""
    pieces: list[str] = []
    index, end = 0, len(pattern)
    while index < end:
        char = pattern[index]
        index += 1
        if char == "*" and pattern[index : index + 1] == "*":
            index += 1
            if pattern[index : index + 1] == "/":
                index += 1
            pieces.append("(.*/)?" if index < end else ".*")
        elif char == "*":
            pieces.append(_STAR)
        elif char == "?":
            pieces.append("[^/]")
        elif char == "\\":
            pieces.append("\\" + pattern[index : index + 1])
            index += 1
        else:
            pieces.append(f"\\{char}" if char in ".+()|{}$" else char)
    return _translated("".join(_decided(pieces)), pattern)


def _decided(pieces: list[str]) -> list[str]:
    """The same, with fewer ways to try: see `_stars`.

    Of two stars in one part of a path, the first one may stop where what is between them comes first: the
    second one takes the rest. Classes, which may match a slash, and what follows them stay as they are.
    """
    end = pieces.index("[") if "[" in pieces else len(pieces)
    stars = [index for index in range(end) if pieces[index] == _STAR]
    decided = list(pieces)
    for star, following in itertools.pairwise(stars):
        if all(_IN_A_PART.fullmatch(piece) for piece in pieces[star + 1 : following]):
            decided[star] = f"(?>{_STAR}?"
            decided[following - 1] += ")"
    return decided


# What a backslash and a letter mean to Go's regular expressions; the others are errors to them.
_ESCAPES = {letter: f"\\{letter}" for letter in "dDsSwWbBAaftnrv"} | {"z": r"\Z"}


def _translated(expression: str, pattern: str) -> str:
    """An expression of Go's, in which ``[*]`` has become ``[[^/]*]``, so that Python reads it the same."""
    pieces: list[str] = []
    index, inside, first = 0, False, False
    while index < len(expression):
        char = expression[index]
        index += 1
        opening, first = first, False
        if char == "\\":
            following = expression[index]
            index += 1
            if following.isascii() and following.isalnum():
                if following not in _ESCAPES or (inside and following in "bBAz"):
                    raise _unreadable(pattern)
                pieces.append(_ESCAPES[following])
            else:
                pieces.append(re.escape(following))
        elif not inside and char == "[":
            inside = first = True
            pieces.append("[")
            if expression[index : index + 1] == "^":
                pieces.append("^")
                index += 1
        elif inside and char == "]" and not opening:
            inside = False
            pieces.append("]")
        elif inside and char == "[" and expression[index : index + 1] == ":":
            raise _unreadable(pattern)
        elif inside and char != "-":
            pieces.append(re.escape(char))
        elif not inside and char == "]":
            pieces.append(r"\]")
        elif (not inside and char in "#~&") or char.isspace():
            pieces.append(re.escape(char))
        else:
            pieces.append(char)
    return "".join(pieces)


_CLASS = re.compile(r"\[\^?+(?:(?:\\.|[^\\\]\-])(?:-(?:\\.|[^\\\]\-]))?)+\]", re.DOTALL)


def _check(pattern: str) -> None:
    """Refuse what the engine calls a syntax error: a backslash at the end, a class that has none.

    Raises:
        InvalidArgument: it is one.
    """
    index = 0
    while index < len(pattern):
        if pattern[index] == "\\":
            if index + 1 == len(pattern):
                raise _unreadable(pattern)
            index += 2
        elif pattern[index] == "[":
            found = _CLASS.match(pattern, index)
            if found is None:
                raise _unreadable(pattern)
            index = found.end()
        else:
            index += 1


def _unreadable(pattern: str) -> InvalidArgument:
    return InvalidArgument(f".dockerignore: the pattern {pattern!r} cannot be read")
