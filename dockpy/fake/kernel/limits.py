"""What a process may use at most, unless told otherwise."""

from __future__ import annotations

__all__ = ["LIMITS", "OWN_MEMORY"]

OWN_MEMORY = 384 * 1024
"""Bytes that a small program takes for itself."""

LIMITS: dict[str, tuple[int | None, int | None]] = {
    "core": (None, None),
    "cpu": (None, None),
    "data": (None, None),
    "fsize": (None, None),
    "locks": (None, None),
    "memlock": (8 << 20, 8 << 20),
    "msgqueue": (819_200, 819_200),
    "nice": (0, 0),
    "nofile": (1_048_576, 1_048_576),
    "nproc": (None, None),
    "rss": (None, None),
    "rtprio": (0, 0),
    "rttime": (None, None),
    "sigpending": (63_000, 63_000),
    "stack": (8 << 20, None),
}
"""Soft and hard, by the names that HostConfig.Ulimits has; None for none. Never changed in place."""
