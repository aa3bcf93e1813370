"""Which images a filter lets through, and an engine's words for filters that it cannot read."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from dockpy.fake.failure import Failure
from dockpy.fake.kernel.clock import SECOND
from dockpy.fake.state.image import nanoseconds
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dockpy.fake.state.image_names import Name

__all__ = ["bad_filter", "boolean", "check_names", "has_labels", "like", "moment"]

_TRUE = {"1", "t", "T", "true", "TRUE", "True"}
_FALSE = {"0", "f", "F", "false", "FALSE", "False"}
_PART = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)")
_UNITS = {
    "ns": 1,
    "us": 1000,
    "µs": 1000,
    "ms": 1_000_000,
    "s": SECOND,
    "m": 60 * SECOND,
    "h": 3600 * SECOND,
}
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d(?::\d\d(?::\d\d(?:\.\d+)?)?)?)?(?:Z|[+-]\d\d:\d\d)?")


def bad_filter(text: str, api: str) -> Failure:
    """How an engine refuses a filter: a name, or ``name=value``."""
    return Failure(400, f"{'invalid' if at_least(api, '1.42') else 'Invalid'} filter '{text}'")


def check_names(filters: Mapping[str, Sequence[str]], known: frozenset[str], api: str) -> None:
    """Let only filters through that there are.

    Raises:
        Failure: 400, there is another.
    """
    for name in filters:
        if name not in known:
            raise bad_filter(name, api)


def boolean(filters: Mapping[str, Sequence[str]], name: str, default: bool, api: str) -> bool:
    """The value of a filter that is true or false.

    Raises:
        Failure: 400, it is neither, or both.
    """
    values = filters.get(name)
    if not values:
        return default
    true = any(value in _TRUE for value in values)
    false = any(value in _FALSE for value in values)
    if true == false and (not true or at_least(api, "1.42")):
        raise bad_filter(f"{name}=[{' '.join(values)}]", api)
    return true


def has_labels(labels: Mapping[str, str], wanted: Sequence[str]) -> bool:
    """Whether all of the labels are there: each a name, or ``name=value``."""
    for label in wanted:
        name, equals, value = label.partition("=")
        if name not in labels or (equals and labels[name] != value):
            return False
    return True


def like(name: Name, patterns: Sequence[str]) -> bool:
    """Whether a name is like one of the patterns: whole, or its repository alone.

    Raises:
        Failure: 500, one of them is none.
    """
    return any(
        _compiled(pattern).fullmatch(name.familiar) or _compiled(pattern).fullmatch(name.familiar_repository)
        for pattern in patterns
    )


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """A shell pattern as Go's ``path.Match`` reads it: ``*`` and ``?`` stop at slashes."""
    found: list[str] = []
    position = 0
    while position < len(pattern):
        character = pattern[position]
        position += 1
        if character == "*":
            found.append("[^/]*")
        elif character == "?":
            found.append("[^/]")
        elif character == "[":
            end = pattern.find("]", position)
            inner = pattern[position:end].removeprefix("^")
            if end < 0 or not inner or inner.startswith("-") or inner.endswith("-"):
                raise Failure(500, "syntax error in pattern")
            negated = "^" if pattern[position] == "^" else ""
            found.append(f"[{negated}{re.escape(inner).replace(re.escape('-'), '-')}]")
            position = end + 1
        elif character == "\\":
            if position == len(pattern):
                raise Failure(500, "syntax error in pattern")
            found.append(re.escape(pattern[position]))
            position += 1
        else:
            found.append(re.escape(character))
    try:
        return re.compile("".join(found))
    except re.error:
        raise Failure(500, "syntax error in pattern") from None


def moment(text: str, now: int) -> int:
    """A time, or how long ago one was, in nanoseconds since 1970.

    Raises:
        Failure: 500, it is neither.
    """
    sign = -1 if text.startswith("-") else 1
    parts = _PART.findall(text.lstrip("+-"))
    if parts and "".join(number + unit for number, unit in parts) == text.lstrip("+-"):
        return now - sign * sum(round(float(number) * _UNITS[unit]) for number, unit in parts)
    if re.fullmatch(r"\d+(?:\.\d+)?", text):
        whole, _, rest = text.partition(".")
        return int(whole) * SECOND + int(rest.ljust(9, "0")[:9] or "0")
    if _DATE.fullmatch(text):
        day, _, hour = text.partition("T")
        if len(hour.rstrip("Z")) == 2:
            text = f"{day}T{hour.rstrip('Z')}:00Z"
        elif not hour or not re.search(r"Z|[+-]\d\d:\d\d$", hour):
            text = f"{text}T00:00:00Z" if not hour else f"{text}Z"
        return nanoseconds(text)
    raise Failure(500, f'failed to parse value as time or duration: "{text}"')
