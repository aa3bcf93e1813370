"""docker-py's file name patterns: as `fnmatch`, but ``*`` stays in a folder and ``**`` does not."""

from __future__ import annotations

import functools
import re

__all__ = ["fnmatch", "fnmatchcase", "translate"]


def fnmatch(name: str, pat: str) -> bool:
    """Whether a name fits a pattern; case does not count."""
    return fnmatchcase(name.lower(), pat.lower())


def fnmatchcase(name: str, pat: str) -> bool:
    """Whether a name fits a pattern; case counts."""
    return _compiled(pat).match(name) is not None


@functools.lru_cache(maxsize=100)
def _compiled(pat: str) -> re.Pattern[str]:
    return re.compile(translate(pat))


def translate(pat: str) -> str:
    """The regular expression of a pattern."""
    parts, position = ["^"], 0
    while position < len(pat):
        piece, position = _piece(pat, position)
        parts.append(piece)
    return "".join([*parts, "$"])


def _piece(pat: str, start: int) -> tuple[str, int]:
    """The expression of what stands at a position, and where the next begins."""
    character = pat[start]
    if pat.startswith("**", start):
        end = start + (3 if pat.startswith("**/", start) else 2)
        return (".*" if end >= len(pat) else "(.*/)?"), end
    if character == "*":
        return "[^/]*", start + 1
    if character == "?":
        return "[^/]", start + 1
    if character == "[":
        return _class(pat, start)
    return re.escape(character), start + 1


def _class(pat: str, start: int) -> tuple[str, int]:
    first = start + 1
    if pat.startswith("!", first):
        first += 1
    # A bracket that comes first belongs to the class.
    end = pat.find("]", first + 1 if pat.startswith("]", first) else first)
    if end < 0:
        return r"\[", start + 1
    inside = pat[start + 1 : end].replace("\\", r"\\")
    if inside.startswith("!"):
        inside = f"^{inside[1:]}"
    elif inside.startswith("^"):
        inside = f"\\{inside}"
    # What Python may one day read as operations on sets is meant as characters.
    inside = re.sub(r"[&~|\[]", r"\\\g<0>", inside).replace("--", r"\--")
    return f"[{inside}]", end + 1
