"""Points in time, as engines and documents write them."""

from __future__ import annotations

from datetime import UTC, datetime

__all__ = ["parse_time"]


def parse_time(value: str | int | float | None) -> datetime | None:
    """A point in time as the engine writes it (RFC 3339 with nanoseconds, or seconds since 1970).

    Its zero, ``0001-01-01T00:00:00Z``, is None: it did not happen; so is what is no time (`attrs` has it as
    it came).
    """
    if not value or (isinstance(value, str) and value.startswith("0001-01-01")):
        return None
    try:
        if isinstance(value, (int, float)):
            return datetime.fromtimestamp(value, UTC)
        return datetime.fromisoformat(value)  # reads any number of decimals, keeps six
    except (TypeError, ValueError, OverflowError, OSError):
        return None
