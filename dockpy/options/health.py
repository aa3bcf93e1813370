"""Checks of a container's health."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from typing_extensions import TypedDict

from dockpy.errors import InvalidArgument
from dockpy.options.values import Duration, between, duration_ns, is_list, string_list

if TYPE_CHECKING:
    from dockpy.wire.containers import HealthConfig

__all__ = ["Healthcheck", "healthcheck"]


class Healthcheck(TypedDict, total=False):
    """How a container's health is checked; what is left out is as the image says."""

    test: str | Sequence[str]
    """A line for the container's shell, or a list: a program and its arguments, or as the Engine has it,
    beginning with ``CMD``, ``CMD-SHELL`` or ``NONE``."""
    interval: Duration
    """Time between two checks: ``"30s"``, a timedelta, or seconds."""
    timeout: Duration
    """How long a check may take; the same forms."""
    retries: int
    """How many checks have to fail in a row for the container to be unhealthy."""
    start_period: Duration
    """How long failing checks do not count after the start; the same forms."""
    start_interval: Duration
    """Time between two checks during that time; needs API 1.44."""


_KINDS = ("NONE", "CMD", "CMD-SHELL")
_FORMS = "it takes {'test': …, 'interval': '30s', 'timeout': …, 'retries': 3, 'start_period': …}, or a test"


def healthcheck(
    option: str, value: str | Sequence[str] | Healthcheck | Mapping[str, Any] | HealthConfig
) -> dict[str, Any] | HealthConfig:
    """The Engine's health check: a test alone, a mapping of `Healthcheck`, or of the Engine's own names.

    In the Engine's own form (``{"Test": […], "Interval": …}``), which docker-py's is, times are nanoseconds.

    Raises:
        InvalidArgument: it is none of these, or a time is neither 0 nor a millisecond at the least.
    """
    if isinstance(value, str) or is_list(value):
        return {"test": _test(option, value)}
    if not isinstance(value, Mapping):
        return _engines_own(option, value)
    if any(isinstance(name, str) and name[:1].isupper() for name in value):
        return dict(value)
    if unknown := [name for name in value if name not in Healthcheck.__annotations__]:
        raise InvalidArgument(f"{option}: {unknown[0]!r}: {_FORMS}")
    return {
        name: _PARSERS[name](f"{option}: {name}", item) for name, item in value.items() if item is not None
    }


def _engines_own(option: str, value: Any) -> HealthConfig:
    from dockpy.wire.containers import HealthConfig

    if isinstance(value, HealthConfig):
        return value
    raise InvalidArgument(f"{option}={value!r}: {_FORMS}")


def _test(option: str, value: Any) -> list[str]:
    if isinstance(value, str):
        return ["NONE"] if value == "NONE" else ["CMD-SHELL", value]
    words = string_list(option, value)
    return words if not words or words[0] in _KINDS else ["CMD", *words]


def _time(option: str, value: Any) -> int:
    if isinstance(value, (int, float)) and value >= 10**6:  # a millisecond, and eleven days
        raise InvalidArgument(f"{option}={value!r}: numbers are seconds, not nanoseconds; '30s' says it too")
    time = duration_ns(option, value)
    if 0 < time < 10**6:
        raise InvalidArgument(f"{option}={value!r}: it takes 0, or a millisecond at the least")
    return time


_PARSERS: dict[str, Any] = {
    "test": _test,
    "interval": _time,
    "timeout": _time,
    "retries": between(0, 2**31 - 1),
    "start_period": _time,
    "start_interval": _time,
}
