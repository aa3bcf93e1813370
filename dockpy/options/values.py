"""Small values: commands, environments, labels, sizes, times."""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeGuard

from dockpy.errors import InvalidArgument

__all__ = [
    "command_list",
    "container_name",
    "environment_list",
    "is_list",
    "is_text",
    "label_map",
    "size_bytes",
    "string_list",
    "timestamp",
    "typed",
]

_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([bkmgtp])?(?:i?b)?", re.IGNORECASE | re.ASCII)
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_CONTAINER_NAME = re.compile(r"/?[a-zA-Z0-9][a-zA-Z0-9_.-]+")
_UNITS = {unit: 1024**power for power, unit in enumerate("bkmgtp")}
_DURATION = re.compile(r"(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s)?", re.ASCII)
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
            name: text for name, _, text in (item.partition("=") for item in string_list("labels", value))
        }
    for name, text in value.items():
        if not is_text(name) or not is_text(text):
            raise InvalidArgument(f"labels: {name!r}={text!r}: names and values are str")
    return dict(value)


def size_bytes(option: str, value: str | int) -> int:
    """Bytes of a size: ``512``, ``"512m"``, ``"1.5g"``, ``"64 KiB"``; units are powers of 1024.

    Raises:
        InvalidArgument: it is no size.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str):
        if value.strip() == "-1":
            return -1
        if match := _SIZE.fullmatch(value.strip()):
            size = Decimal(match[1]) * _UNITS[(match[2] or "b").lower()]
            if size < 2**63:  # what the engine counts in
                return int(size)
    raise InvalidArgument(f"{option}={value!r}: it takes bytes as an int, or a size such as '512m' or '1.5g'")


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


def _point(text: str) -> datetime | timedelta | float:
    if re.fullmatch(r"\d+", text, re.ASCII):
        return int(text)
    if text and (parts := _DURATION.fullmatch(text)) and any(parts.groups()):
        hours, minutes, seconds = (float(part or 0) for part in parts.groups())
        return timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return datetime.fromisoformat(text)
