"""Times as the Engine API writes them."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import formatdate

from dockpy.fake.kernel.clock import SECOND

__all__ = ["ZERO_TIME", "http_date", "rfc3339"]

ZERO_TIME = "0001-01-01T00:00:00Z"
"""What an engine writes where something has not happened."""


def rfc3339(nanoseconds: int) -> str:
    """``2024-01-01T00:00:00.5Z``: as many decimals as it needs, as Go writes it."""
    seconds, part = divmod(nanoseconds, SECOND)
    text = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}.{part:09d}".rstrip("0").rstrip(".") + "Z"


def http_date(seconds: int) -> str:
    """``Mon, 01 Jan 2024 00:00:00 GMT``, as heads of answers have it."""
    return formatdate(seconds, usegmt=True)
