"""Small values: commands, environments, labels, sizes, durations, times."""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeGuard

from dockpy.errors import InvalidArgument

__all__ = [
    "Duration",
    "between",
    "command_list",
    "container_name",
    "csv_fields",
    "duration_ns",
    "environment_list",
    "flag",
    "is_list",
    "is_text",
    "label_map",
    "nano_cpus",
    "one_of",
    "pairs",
    "size_bytes",
    "string_list",
    "text",
    "timestamp",
    "typed",
    "whole",
]

Duration = str | int | float | timedelta
"""How long: ``"1m30s"``, a timedelta, or seconds."""

_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([bkmgtp])?(?:i?b)?", re.IGNORECASE | re.ASCII)
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_CONTAINER_NAME = re.compile(r"/?[a-zA-Z0-9][a-zA-Z0-9_.-]+")
_UNITS = {unit: 1024**power for power, unit in enumerate("bkmgtp")}
_DURATION = re.compile(r"(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s)?", re.ASCII)
_GO_DURATION = re.compile(r"(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+|0", re.ASCII)
_GO_PART = re.compile(r"([\d.]+)(\D+)")
_NANOSECONDS = {"ns": 1, "us": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}
_CSV_FIELD = re.compile(r'"((?:[^"]|"")*)"|([^",\r\n]*)')
_POINTS = "it takes a datetime, a timedelta or a str such as '1h30m' (that long ago), or seconds since 1970"
_WORDS: dict[type, str] = {str: "a str", bool: "True or False", int: "a whole number"}


def is_text(value: object) -> TypeGuard[str]:
    """Whether a value is a str that an engine can be sent: half a surrogate pair has no bytes."""
    return isinstance(value, str) and not _SURROGATE.search(value)


def is_list(value: object) -> TypeGuard[Sequence[Any]]:
    """Whether a value is a sequence, and neither a text nor bytes."""
    return isinstance(value, Sequence) and not isinstance(value, (str, bytes, bytearray, memoryview))


def typed(option: str, value: Any, *kinds: type) -> Any:
    """The value itself, if it is of one of these types; a bool is no whole number.

    Raises:
        InvalidArgument: it is not.
    """
    good = isinstance(value, kinds) and (bool in kinds or not isinstance(value, bool))
    if not good or (isinstance(value, str) and not is_text(value)):
        raise InvalidArgument(f"{option}={value!r}: it takes {' or '.join(_WORDS[kind] for kind in kinds)}")
    return value


def text(option: str, value: object) -> str:
    """A str; see `typed`."""
    return str(typed(option, value, str))


def flag(option: str, value: object) -> bool:
    """A bool; see `typed`."""
    return bool(typed(option, value, bool))


def whole(option: str, value: object) -> int:
    """An int; see `typed`."""
    return int(typed(option, value, int))


def between(low: int, high: int, *more: int) -> Callable[[str, object], int]:
    """A parser of whole numbers from one to the other, or one of `more`; it raises as `typed`."""

    def parse(option: str, value: object) -> int:
        number = whole(option, value)
        if not low <= number <= high and number not in more:
            others = "".join(f", or {other}" for other in more)
            raise InvalidArgument(f"{option}={value!r}: it takes {low} to {high}{others}")
        return number

    return parse


def one_of(*words: str, prefix: str | None = None) -> Callable[[str, object], str]:
    """A parser of these words, the empty one, and what follows the prefix; it raises as `typed`."""

    def parse(option: str, value: object) -> str:
        if not isinstance(value, str) or not (
            value in ("", *words) or (prefix and value.startswith(prefix) and value != prefix)
        ):
            forms = [repr(word) for word in words] + ([f"'{prefix}<name>'"] if prefix else [])
            raise InvalidArgument(f"{option}={value!r}: it takes {' or '.join(forms)}")
        return value

    return parse


def container_name(value: str) -> str:
    """A name for a container, as the engine takes it.

    Raises:
        InvalidArgument: the engine would not.
    """
    if not isinstance(value, str) or not _CONTAINER_NAME.fullmatch(value):
        raise InvalidArgument(
            f"name={value!r}: it takes two or more letters, digits, '_', '.' and '-', "
            "beginning with a letter or a digit"
        )
    return value


def command_list(option: str, value: str | Sequence[str]) -> list[str]:
    """A command as a list: ``"echo 'a b'"`` is split as a shell would, without running one.

    Raises:
        InvalidArgument: it is neither a str nor a sequence of str, or a quote does not end.
    """
    if isinstance(value, str):
        try:
            value = shlex.split(value)
        except ValueError as error:
            raise InvalidArgument(
                f"{option}={value!r}: {error}; a list of arguments needs no quotes"
            ) from None
    return string_list(option, value)


def string_list(option: str, value: str | Sequence[str]) -> list[str]:
    """One str, or several, as a list.

    Raises:
        InvalidArgument: an item is no str.
    """
    items = [value] if isinstance(value, str) else value
    if not is_list(items) or not all(map(is_text, items)):
        raise InvalidArgument(f"{option}={value!r}: it takes a str, or a list of str")
    return list(items)


def environment_list(value: Mapping[str, object] | Sequence[str]) -> list[str]:
    """Variables as ``NAME=value``; a value of None leaves the name alone, which unsets what the image sets.

    Raises:
        InvalidArgument: a name is empty, or holds ``=`` or a NUL.
    """
    if isinstance(value, Mapping):
        names = list(value)
        items = [name if item is None else f"{name}={item}" for name, item in value.items()]
    else:
        if isinstance(value, str) or not is_list(value) or not all(map(is_text, value)):
            raise InvalidArgument(
                "environment: it takes {'NAME': 'value'} or ['NAME=value']"
            )  # no value shown
        items = list(value)
        names = [item.partition("=")[0] for item in items]
    for name, item in zip(names, items, strict=True):
        if not is_text(name) or not name or "=" in name or "\0" in name:
            raise InvalidArgument(
                f"environment: {name!r} is no variable's name; it takes {{'NAME': 'value'}} or ['NAME=value']"
            )
        if not is_text(item):  # which is not shown: it may be a secret
            raise InvalidArgument(f"environment: the value of {name!r} is no text that has bytes")
    return items


def label_map(value: Mapping[str, str] | Sequence[str]) -> dict[str, str]:
    """Labels as a mapping; a list holds ``name=value``, or names alone.

    Raises:
        InvalidArgument: a name or a value is no str.
    """
    if not isinstance(value, Mapping):
        value = {
            name: item for name, _, item in (item.partition("=") for item in string_list("labels", value))
        }
        if "" in value:
            raise InvalidArgument(
                "labels: it takes {'name': 'value'} or ['name=value'], and no name is empty"
            )
    for name, item in value.items():
        if not is_text(name) or not is_text(item):
            raise InvalidArgument(f"labels: {name!r}={item!r}: names and values are str")
    return dict(value)


def pairs(option: str, value: Mapping[str, str | int] | Sequence[str] | str) -> dict[str, str]:
    """Names and their values: ``{"name": "value"}`` or ``["name=value"]``.

    Raises:
        InvalidArgument: a name is empty, a value is neither a str nor a whole number, or there is none. No
            value is shown: it may be a secret.
    """
    if isinstance(value, Mapping):
        return {text(f"{option}: a name", name): _scalar(option, name, item) for name, item in value.items()}
    items: Sequence[Any] = value if is_list(value) else [value]
    for item in items:
        if not is_text(item) or not item.partition("=")[0] or "=" not in item:
            what = f"{item.partition('=')[0]!r}" if is_text(item) else type(item).__name__
            raise InvalidArgument(f"{option}: {what}: it takes a mapping, or a list such as ['name=value']")
    return {name: item for name, _, item in (item.partition("=") for item in items)}


def _scalar(option: str, name: str, value: object) -> str:
    if is_text(value) or (isinstance(value, int) and not isinstance(value, bool)):
        return str(value)
    raise InvalidArgument(f"{option}: the value of {name!r} is neither a str nor a whole number")


def csv_fields(option: str, value: str) -> list[str]:
    """The fields between commas; one in double quotes may hold commas, and quotes written twice.

    Raises:
        InvalidArgument: a quote is out of place, or there is nothing. The text is not shown.
    """
    fields, position = list[str](), 0
    while match := _CSV_FIELD.match(value, position):
        quoted, bare = match.groups()
        fields.append(bare if quoted is None else quoted.replace('""', '"'))
        position = match.end() + 1
        if match.end() == len(value) and value:
            return fields
        if value[match.end() : position] != ",":
            break
    raise InvalidArgument(f"{option}: it takes 'key=value,…', and quotes around a whole field only")


def size_bytes(option: str, value: str | float) -> int:
    """Bytes of a size: ``512``, ``"512m"``, ``"1.5g"``, ``"64 KiB"``; units are powers of 1024.

    Raises:
        InvalidArgument: it is no size.
    """
    if isinstance(value, (int, float)):
        if not isinstance(value, bool) and abs(value) < 2**63 and value == int(value):
            return int(value)
    elif isinstance(value, str):
        if value.strip() == "-1":
            return -1
        if match := _SIZE.fullmatch(value.strip()):
            size = Decimal(match[1]) * _UNITS[(match[2] or "b").lower()]
            if size < 2**63:  # what the engine counts in
                return int(size)
    raise InvalidArgument(f"{option}={value!r}: it takes bytes as an int, or a size such as '512m' or '1.5g'")


def nano_cpus(option: str, value: str | float) -> int:
    """Billionths of a CPU: ``1.5`` or ``"1.5"`` is 1500000000.

    Raises:
        InvalidArgument: it is no such number, is negative, or finer than a billionth.
    """
    if isinstance(value, (int, float, str)) and not isinstance(value, bool):
        try:
            billionths = Decimal(str(value)) * 10**9
            if 0 <= billionths < 2**63 and billionths == int(billionths):
                return int(billionths)
        except (ArithmeticError, ValueError):
            pass
    raise InvalidArgument(f"{option}={value!r}: it takes a number of CPUs, such as 1.5, to a billionth")


def duration_ns(option: str, value: Duration) -> int:
    """Nanoseconds of a duration: ``"1m30s"``, ``"500ms"``, a timedelta, or seconds.

    Raises:
        InvalidArgument: it is no duration, is negative, or longer than an engine can count.
    """
    try:
        nanoseconds = _nanoseconds(value)
        if 0 <= nanoseconds < 2**63:
            return nanoseconds
    except (TypeError, ValueError, OverflowError):
        pass
    raise InvalidArgument(
        f"{option}={value!r}: it takes a duration such as '1m30s' or '500ms', a timedelta, or seconds"
    )


def _nanoseconds(value: object) -> int:
    if isinstance(value, timedelta):
        return (value.days * 86400 + value.seconds) * 10**9 + value.microseconds * 1000
    if isinstance(value, str):
        if not _GO_DURATION.fullmatch(value):
            raise ValueError
        return sum(
            int(Decimal(number) * _NANOSECONDS[re.sub("[µμ]", "u", unit)])
            for number, unit in _GO_PART.findall(value)
        )
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError
    return value * 10**9 if isinstance(value, int) else round(value * 10**9)


def timestamp(option: str, value: datetime | timedelta | float | str) -> str:
    """A point in time as the engine reads it: seconds since 1970, with decimals.

    Args:
        option: the option's name, for errors.
        value: a datetime (without a zone, local time, as Python has it); a timedelta, or a str such as
            ``"1h30m"``, for that long ago; seconds since 1970; a str of RFC 3339.

    Raises:
        InvalidArgument: it is none of these.
    """
    try:
        return _seconds(_point(value) if isinstance(value, str) else value)
    except (TypeError, ValueError, OverflowError):  # the last: past the calendar's ends
        raise InvalidArgument(f"{option}={value!r}: {_POINTS}") from None


def _seconds(value: datetime | timedelta | float) -> str:
    if isinstance(value, timedelta):
        value = datetime.now(UTC) - value
    if isinstance(value, datetime):
        since = value.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
        return f"{since.days * 86400 + since.seconds}.{since.microseconds:06d}000"
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise TypeError
    return f"{value:.9f}" if isinstance(value, float) else str(value)


def _point(value: str) -> datetime | timedelta | float:
    if re.fullmatch(r"\d+", value, re.ASCII):
        return int(value)
    if value and (parts := _DURATION.fullmatch(value)) and any(parts.groups()):
        hours, minutes, seconds = (float(part or 0) for part in parts.groups())
        return timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return datetime.fromisoformat(value)
