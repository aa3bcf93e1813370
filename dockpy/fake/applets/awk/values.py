"""awk's values: numbers, texts, and texts that look like numbers."""

from __future__ import annotations

import functools
import re

from dockpy.fake.applets.regex import Regex

__all__ = ["Input", "Value", "compiled", "formatted", "literal", "number_of", "text_of", "true"]

_NUMBER = re.compile(r"\s*([+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?)")
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


def text_of(value: Value, form: str = "%.6g") -> str:
    """The text that a value is."""
    if isinstance(value, str):
        return value
    if value != value:
        return "nan"
    if value in (float("inf"), float("-inf")):
        return "inf" if value > 0 else "-inf"
    if value == int(value) and abs(value) < 1e18:
        return str(int(value))
    return form % value


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
    """What printf makes of them."""
    left = list(values)

    def argument() -> Value:
        return left.pop(0) if left else ""

    def one(match: re.Match[str]) -> str:
        flags, width, precision, kind = match[1], match[2], match[3], match[4]
        if kind == "%":
            return "%"
        if width == "*":
            width = str(int(number_of(argument())))
        if precision == ".*":
            precision = f".{int(number_of(argument()))}"
        spec = f"%{flags}{width}{precision or ''}"
        value = argument()
        if kind in "di":
            number = number_of(value)
            return (spec + "d") % int(number) if abs(number) < 1e300 else text_of(number)
        if kind in "ouxX":
            return (spec + kind.replace("u", "d")) % (int(number_of(value)) % (1 << 64))
        if kind == "c":
            char = chr(int(value) & 255) if isinstance(value, float) else str(value)[:1]
            return (spec + "s") % char
        if kind == "s":
            return (spec + "s") % text_of(value)
        return (spec + kind) % number_of(value)

    return re.sub(r"%([-+ #0]*)(\*|\d*)(\.\*|\.\d*)?[hlL]*([diouxXcsfFeEgG%])", one, form)
