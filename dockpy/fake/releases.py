"""Which release of Docker speaks at most an API version."""

from __future__ import annotations

__all__ = ["release"]

_RELEASES = {"1.41": "20.10.24", "1.45": "26.1.5", "1.51": "28.5.2", "1.55": "29.6.0"}


def release(api: str) -> str:
    """The engine's release that speaks at most this API version."""
    return _RELEASES.get(api) or f"28.{api.partition('.')[2]}.0"
