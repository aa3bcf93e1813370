"""HEALTHCHECK: what it says, and Go's durations."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from dockpy.fake.state.dockerfile import DockerfileError
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockpy.fake.state.dockerfile import Node

__all__ = ["health_text", "health_words", "read_health"]

_UNITS = {"ns": 1, "us": 1e3, "µs": 1e3, "μs": 1e3, "ms": 1e6, "s": 1e9, "m": 60e9, "h": 3600e9}
_PART = re.compile(r"(\d+(?:\.\d*)?|\.\d+)([^\d.]*)")
_MILLISECOND = 1_000_000
_TIMES = {
    "interval": "Interval",
    "timeout": "Timeout",
    "start-period": "StartPeriod",
    "start-interval": "StartInterval",
}


def read_health(node: Node, flags: Mapping[str, str], api: str) -> dict[str, Any]:
    """What a HEALTHCHECK says, as an image's configuration has it.

    Raises:
        DockerfileError: it cannot be; of line 0.
    """
    kind, command = node.words[0].upper(), node.words[1:]
    if kind == "NONE":
        if command:
            raise DockerfileError(0, "HEALTHCHECK NONE takes no arguments")
        return {"Test": ["NONE"]}
    if kind != "CMD":
        raise DockerfileError(0, f'Unknown type "{kind}" in HEALTHCHECK (try CMD)')
    if not command:
        raise DockerfileError(0, "Missing command after HEALTHCHECK CMD")
    health: dict[str, Any] = {"Test": ["CMD" if node.json else "CMD-SHELL", *command]}
    for flag, name in _TIMES.items():
        if flag in flags and (value := _interval(flag, flags[flag])):
            health[name] = value
    if text := flags.get("retries", ""):
        if not re.fullmatch(r"[+-]?\d+", text):
            raise DockerfileError(0, f'strconv.ParseInt: parsing "{text}": invalid syntax')
        number = int(text)
        if not at_least(api, "1.42"):
            if number < 1:
                raise DockerfileError(0, f"--retries must be at least 1 (not {number})")
        elif number < 0:
            raise DockerfileError(0, f"--retries cannot be negative ({number})")
        if number:
            health["Retries"] = number
    return health


def _interval(flag: str, text: str) -> int:
    if not text:
        return 0
    value = _duration(text)
    if value and value < _MILLISECOND:
        raise DockerfileError(0, f'Interval "{flag}" cannot be less than 1ms')
    return value


def _duration(text: str) -> int:
    sign, rest = (-1, text[1:]) if text[:1] == "-" else (1, text.removeprefix("+"))
    if rest == "0":
        return 0
    total, at = 0.0, 0
    while at < len(rest) or not rest:
        match = _PART.match(rest, at)
        if match is None:
            raise DockerfileError(0, f'time: invalid duration "{text}"')
        if not match[2]:
            raise DockerfileError(0, f'time: missing unit in duration "{text}"')
        if match[2] not in _UNITS:
            raise DockerfileError(0, f'time: unknown unit "{match[2]}" in duration "{text}"')
        total += float(match[1]) * _UNITS[match[2]]
        at = match.end()
    return sign * round(total)


def health_text(health: Mapping[str, Any], api: str) -> str:
    """As the classic builder writes it into an image's history: as Go's ``%q`` or, newer, ``%v`` does."""
    if not at_least(api, "1.42"):
        return health_words(health, api)
    retries = int(health.get("Retries") or 0)
    return f"&{{[{' '.join(health.get('Test') or [])}] {' '.join(_times(health, api))} {retries}}}"


def health_words(health: Mapping[str, Any], api: str) -> str:
    """As Go's ``%q`` writes it."""
    retries = int(health.get("Retries") or 0)
    words = " ".join(json.dumps(word, ensure_ascii=False) for word in health.get("Test") or [])
    number = f"\\x{retries:02x}" if retries < 32 else chr(retries)
    return f"&{{[{words}] {' '.join(json.dumps(time) for time in _times(health, api))} '{number}'}}"


def _times(health: Mapping[str, Any], api: str) -> list[str]:
    names = ["Interval", "Timeout", "StartPeriod"]
    if at_least(api, "1.42"):
        names.append("StartInterval")
    return [_shown(int(health.get(name) or 0)) for name in names]


def _shown(value: int) -> str:
    """``1m30s``."""
    if not value:
        return "0s"
    if value < 1000 * _MILLISECOND:
        unit, size = next((u, s) for u, s in (("ms", 1e6), ("µs", 1e3), ("ns", 1)) if value >= s)
        return f"{value / size:g}{unit}"
    seconds, rest = divmod(value, 1000 * _MILLISECOND)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    fraction = f".{rest:09d}".rstrip("0").rstrip(".")
    text = f"{seconds}{fraction}s"
    if hours or minutes:
        text = f"{minutes}m{text}"
    return f"{hours}h{text}" if hours else text
