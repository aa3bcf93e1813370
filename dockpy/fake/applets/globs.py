"""Shell patterns, as fnmatch has them."""

from __future__ import annotations

import functools
import re

from dockpy.fake.starred import starred

__all__ = ["glob_matches"]


@functools.lru_cache(maxsize=256)
def _compiled(pattern: str, fold: bool) -> re.Pattern[str]:
    parts, found, at = list[str](), "", 0
    while at < len(pattern):
        char = pattern[at]
        at += 1
        if char == "*":
            parts.append(found)
            found = ""
        elif char == "?":
            found += "."
        elif char == "\\" and at < len(pattern):
            found += re.escape(pattern[at])
            at += 1
        elif char == "[" and (end := pattern.find("]", at + 1 + (pattern[at : at + 1] in ("!", "^")))) > 0:
            body = pattern[at:end]
            excludes = body[:1] in ("!", "^")
            body = body[1:] if excludes else body
            inner = re.sub(r"([\\\[\]^&~|])", r"\\\1", body)
            found += f"[{'^' if excludes else ''}{inner}]"
            at = end + 1
        else:
            found += re.escape(char)
    return re.compile(starred([*parts, found]), re.DOTALL | (re.IGNORECASE if fold else 0))


def glob_matches(pattern: str, text: str, *, fold: bool = False) -> bool:
    """Whether the whole text matches; ``*`` takes slashes too."""
    try:
        return _compiled(pattern, fold).fullmatch(text) is not None
    except re.error:
        return pattern == text
