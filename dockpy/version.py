"""API versions: ``1.41`` is not a number, and ``1.9`` is older than ``1.41``."""

from __future__ import annotations

import functools
import re

from dockpy.errors import InvalidArgument

__all__ = ["NEWEST", "OLDEST", "at_least", "parse_version"]

OLDEST = "1.41"
"""The oldest API version that dockpy speaks (Docker 20.10)."""

NEWEST = "1.55"
"""The newest API version that dockpy speaks."""


@functools.cache
def parse_version(text: str) -> tuple[int, int]:
    """``"1.41"`` → ``(1, 41)``.

    Raises:
        InvalidArgument: the text is not an API version.
    """
    match = re.fullmatch(r"v?(\d{1,3})\.(\d{1,4})", text, re.ASCII) if isinstance(text, str) else None
    if match is None:
        raise InvalidArgument(f"{text!r} is not an API version; one is written like '1.41'")
    return int(match[1]), int(match[2])


def at_least(version: str, minimum: str | None) -> bool:
    """Whether a version is the minimum or newer; every version is when there is no minimum."""
    return minimum is None or parse_version(version) >= parse_version(minimum)
