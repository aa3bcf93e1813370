"""Patterns with stars as regular expressions that take no time in proportion to a power of the text."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["starred"]


def starred(parts: Sequence[str], *, greedy: bool = True) -> str:
    """The regular expression of what stands between stars.

    Of several stars Python tries all ways to share a text out. What follows a star is taken where it comes
    first, which is right as each part matches texts of one length; only the last star may have to look on.

    Args:
        parts: the expressions before, between and after the stars.
        greedy: the last star takes as much as it can, else as little.
    """
    first, *others = parts
    if not others:
        return first
    last = f".*{others[-1]}" if greedy else f"(?>.*?{others[-1]})"
    return first + "".join(f"(?>.*?{part})" for part in others[:-1]) + last
