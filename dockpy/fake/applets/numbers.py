"""Numbers as applets read them, and sizes as they show them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dockpy.fake.applets.errors import Die

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["BKM", "KMG", "MEMORY", "c_integer", "duration", "human", "number_of", "width_of", "within_memory"]

BKM = {"b": 512, "k": 1024, "m": 1024 * 1024}
"""Suffixes of head, tail and split."""
KMG = {
    "": 1,
    "c": 1,
    "w": 2,
    "b": 512,
    "kB": 1000,
    "kD": 1000,
    "k": 1024,
    "K": 1024,
    "MB": 10**6,
    "MD": 10**6,
} | {
    "M": 1 << 20,
    "m": 1 << 20,
    "GB": 10**9,
    "G": 1 << 30,
    "g": 1 << 30,
    "T": 1 << 40,
}
"""Suffixes of dd, truncate and others."""
_DIGITS = 40
"""More than those of any number that an applet takes, and not as many as Python refuses."""

MEMORY = 1 << 25
"""The bytes that an applet can have at once because a number among its arguments says so."""


def within_memory(size: int) -> int:
    """A size that a number asked for.

    Raises:
        Die: there is no such memory.
    """
    if size > MEMORY:
        raise Die("out of memory")
    return size


def width_of(digits: str) -> int:
    """A width or precision as C's printf has it; what no int of C holds is 2**31, and no digits are 0."""
    significant = digits.lstrip("0")
    return min(int(significant or 0), 1 << 31) if len(significant) < 11 else 1 << 31


def c_integer(text: str) -> int | None:
    """A number as C has it: decimal, ``0x…`` or octal with a leading zero; None where it is none."""
    match = re.fullmatch(r"\s*([+-]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)", text)
    if match is None:
        return None
    digits = match[2].lower()
    base = 16 if digits.startswith("0x") else 8 if len(digits) > 1 and digits.startswith("0") else 10
    if base == 10:
        digits = digits[:_DIGITS]
    return int(digits, base) * (-1 if match[1] == "-" else 1)


def number_of(
    text: str,
    suffixes: Mapping[str, int] | None = None,
    *,
    least: int | None = 0,
    most: int | None = None,
    message: str = "invalid number '{}'",
) -> int:
    """A decimal number with a suffix.

    Args:
        text: what was given.
        suffixes: what each multiplies by.
        least: None for any; a sign is taken where this is None or negative.
        most: None for any.
        message: what is wrong with a text that is none.

    Raises:
        Die: with that message, or with the range.
    """
    match = re.fullmatch(r"(-?)([0-9]+)(.*)", text, re.DOTALL)
    factor = 1 if match is None or not match[3] else (suffixes or {}).get(match[3])
    if match is None or factor is None or (match[1] and least is not None and least >= 0):
        raise Die(message.format(text))
    number = int(match[2].lstrip("0")[:_DIGITS] or 0) * factor * (-1 if match[1] else 1)
    if (least is not None and number < least) or number >= 1 << 64 or (most is not None and number > most):
        if most is not None or (least is not None and least > 0):
            raise Die(f"number {text} is not in {least}..{most} range")
        raise Die(message.format(text))
    return number


def duration(text: str) -> float:
    """Seconds, with a fraction and the suffixes s, m, h, d.

    Raises:
        Die: it is none.
    """
    match = re.fullmatch(r"([0-9]*\.?[0-9]*)([smhd]?)", text)
    if text in ("inf", "infinity"):
        return float("inf")
    if match is None or match[1] in ("", "."):
        raise Die(f"invalid number '{text}'")
    return float(match[1]) * {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}[match[2]]


def human(size: int, block: int = 1) -> str:
    """A size as ``ls -h`` shows it: ``999``, ``4.0K``, ``12.3M``.

    Args:
        size: in blocks.
        block: the size of one, in bytes.
    """
    value = size * block
    if value < 1024:
        return str(value)
    unit = -1
    tenths = 0
    rest = value
    while rest >= 1024 and unit < 5:
        tenths = ((rest % 1024) * 10 + 512) // 1024
        rest //= 1024
        unit += 1
        if tenths >= 10:
            rest += 1
            tenths = 0
    return f"{rest}.{tenths}{'KMGTPE'[unit]}"
