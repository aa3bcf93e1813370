"""awk's values: numbers, texts, and texts that look like numbers."""

from __future__ import annotations

import functools
import re

from dockpy.fake.applets.errors import Die
from dockpy.fake.applets.numbers import width_of, within_memory
from dockpy.fake.applets.regex import Regex

__all__ = [
    "Input",
    "Value",
    "bits",
    "compiled",
    "formatted",
    "literal",
    "number_of",
    "text_of",
    "true",
    "whole",
]

_NUMBER = re.compile(r"\s*([+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?)")
_DIRECTIVE = re.compile(r"%%|%([^A-Za-z]*)([A-Za-z]?)")
_SPEC = re.compile(r"([-+ #0]*)(\d*)(?:\.(\d*))?")
_NUMERIC = "diouxXeEfFgG"
_KINDS = _NUMERIC + "cs"
_BAD_FORM = "cmd. line:1: Invalid format specifier"
_LONGEST = 239
"""The longest text that a number is made by a format of the program's."""
_WHOLE = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*")


class Input(str):
    """A text from outside: compared as a number where it looks like one."""

    __slots__ = ()

    @property
    def is_number(self) -> bool:
        """Whether it does."""
        return _WHOLE.fullmatch(self) is not None


Value = float | str


def literal(text: str) -> float:
    """A number as a program has it: also ``0x1f`` and ``017``."""
    if text[:2] in ("0x", "0X"):
        return float(int(text, 16))
    return float(int(text, 8)) if re.fullmatch(r"0[0-7]+", text) else float(text)


def number_of(value: Value) -> float:
    """The number that a value is."""
    if not isinstance(value, str):
        return value
    if value[:2] in ("0x", "0X") and (hexadecimal := re.match(r"0[xX][0-9a-fA-F]+", value)):
        return float(int(hexadecimal[0], 16))
    match = _NUMBER.match(value)
    return float(match[1]) if match else 0.0


def whole(number: float, size: int = 32) -> int:
    """What C makes of a number where it wants an int of so many bits: the least one where it does not fit."""
    least = -1 << (size - 1)
    return int(number) if least <= number < -least else least


def bits(number: float) -> int:
    """What C makes of a number where it wants 64 bits: none of them set where it does not fit."""
    return int(number) & ((1 << 64) - 1) if abs(number) < 1 << 64 else 0


def text_of(value: Value, form: str = "%.6g") -> str:
    """The text that a value is.

    Raises:
        Die: the format is none of a number.
    """
    if isinstance(value, str):
        return value
    if value != value:
        return "nan"
    if value in (float("inf"), float("-inf")):
        return "inf" if value > 0 else "-inf"
    if value == whole(value, 64):
        return str(int(value))
    if form and form[-1] not in _NUMERIC:
        raise Die(_BAD_FORM)
    return formatted(form, [value])[:_LONGEST]


def true(value: Value) -> bool:
    """Whether a value is true."""
    if isinstance(value, Input):
        return number_of(value) != 0 if value.is_number else value != ""
    return value not in (0.0, "")


@functools.lru_cache(maxsize=512)
def compiled(pattern: str) -> Regex:
    """The expression of a text."""
    escapes = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "a": "\a", "/": "/", '"': '"'}
    text = re.sub(r"\\(.)", lambda match: escapes.get(match[1], match[0]), pattern, flags=re.DOTALL)
    return Regex(text, extended=True)


def formatted(form: str, values: list[Value]) -> str:
    """What printf makes of them.

    Raises:
        Die: the format is bad, or asks for more than there is memory for.
    """
    left = list(values)
    size = 0

    def one(match: re.Match[str]) -> str:
        nonlocal size
        spec, kind = match[1], match[2]
        if match[0] == "%%":
            return "%"
        if "*" in spec:
            raise Die("cmd. line:1: %*x formats are not supported")
        if not kind:
            return match[0]
        if kind not in _KINDS:
            raise Die(_BAD_FORM)
        value = left.pop(0) if left else ""
        parts = _SPEC.fullmatch(spec)
        if parts is None:
            return match[0]
        width, precision = width_of(parts[2]), width_of(parts[3] or "")
        size = within_memory(size + max(width, 0 if kind in "cs" else precision))
        point = f".{precision}" if parts[3] is not None else ""
        return _converted(f"%{parts[1]}{width or ''}", point, kind, value)

    return _DIRECTIVE.sub(one, form)


def _converted(spec: str, precision: str, kind: str, value: Value) -> str:
    if kind == "c":
        char = value[:1] or "\0" if isinstance(value, str) else chr(whole(value) & 255)
        return f"{spec}s" % char
    if kind == "s":
        return f"{spec}{precision}s" % text_of(value)
    number = number_of(value)
    if kind in "di":
        return f"{spec}{precision}d" % whole(number)
    if kind in "ouxX":
        return f"{spec}{precision}{kind.replace('u', 'd')}" % (whole(number) & 0xFFFFFFFF)
    return f"{spec}{precision}{kind}" % number
