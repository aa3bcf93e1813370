"""How much a registry lets one ask for, and when to come back."""

from __future__ import annotations

import email.utils
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["RateLimit", "rate_limit_of", "retry_after_of"]

_AMOUNT = re.compile(r"\s*([0-9]{1,12})\s*(?:;\s*w\s*=\s*([0-9]{1,9}))?")


@dataclass(frozen=True, slots=True)
class RateLimit:
    """How much may be asked for, as the registry said last.

    Attributes:
        limit: how much within the window, all in all; None where it does not say.
        remaining: how much of that is left; None where it does not say.
        window: the window's length in seconds; None where it does not say.
    """

    limit: int | None
    remaining: int | None
    window: int | None = None


def rate_limit_of(headers: Mapping[str, str]) -> RateLimit | None:
    """What an answer says of it (``RateLimit-Limit``, ``RateLimit-Remaining``); None where nothing."""
    limit, remaining = (
        _AMOUNT.match(headers.get(f"RateLimit-{name}", "")) for name in ("Limit", "Remaining")
    )
    if limit is None and remaining is None:
        return None
    windows = [int(found[2]) for found in (limit, remaining) if found is not None and found[2]]
    return RateLimit(
        int(limit[1]) if limit is not None else None,
        int(remaining[1]) if remaining is not None else None,
        windows[0] if windows else None,
    )


def retry_after_of(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds to wait, by an answer's ``Retry-After``.

    Args:
        headers: the answer's.
        now: the time in seconds since 1970: the header may name a date.

    Returns:
        The seconds, not negative; None where the header is missing or says nothing.
    """
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit() and len(text) < 12:
        seconds = int(text)
        # Docker Hub writes the time itself.
        return float(max(0, seconds - now)) if seconds > 1_000_000_000 else float(seconds)
    if not text:
        return None
    try:
        return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - now)
    except (ValueError, OverflowError):
        return None
