"""sort."""

from __future__ import annotations

import contextlib
import functools
import os
import re
from typing import TYPE_CHECKING

from dockpy.fake.applets.applet import applet, raw
from dockpy.fake.applets.errors import Die, reason
from dockpy.fake.applets.inputs import Lines, close, open_fd, open_or_complain

if TYPE_CHECKING:
    from dockpy.fake.applets.applet import Applet, Steps

__all__ = ["version_key"]

_TYPES = "ngMV"
_MONTHS = {name: at for at, name in enumerate(b"JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split())}
_NUMBER = re.compile(rb"[ \t\n\v\f\r]*([+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?)")
_BLANK = b" \t\n\v\f\r"


class _Key:
    """A part of the line, and how it is compared.

    Attributes:
        flags: letters; those of the whole command where it has none.
    """

    def __init__(self, text: str) -> None:
        self.flags: set[str] = set()
        start, comma, end = text.partition(",")
        self.first, self.first_char = self._place(start, text)
        self.last, self.last_char = self._place(end, text) if comma else (0, 0)
        if self.first < 1:
            raise Die("bad field specification")

    def _place(self, text: str, whole: str) -> tuple[int, int]:
        match = re.fullmatch(r"(\d+)(?:\.(\d+))?([a-zA-Z]*)", text)
        if match is None:
            raise Die("bad field specification")
        for letter in match[3]:
            if letter not in "bdfgiMnrV":
                raise Die("unknown key option")
            self.flags.add(letter)
        return int(match[1]), int(match[2] or 0)

    def part(self, line: bytes, separator: bytes, blanks: bool) -> bytes:
        """What of the line it is."""
        start = _field(line, self.first, separator)
        if blanks:
            while start < len(line) and line[start] in _BLANK:
                start += 1
        if self.first_char > 1:
            start = min(len(line), start + self.first_char - 1)
        if not self.last:
            return line[start:]
        if self.last_char:
            end = _field(line, self.last, separator)
            if blanks:
                while end < len(line) and line[end] in _BLANK:
                    end += 1
            end = min(len(line), end + self.last_char)
        else:
            end = _field_end(line, self.last, separator)
        return line[start : max(start, end)]


def _field(line: bytes, number: int, separator: bytes) -> int:
    """Where a field begins."""
    at = 0
    for _ in range(number - 1):
        if separator:
            at = line.find(separator, at) + 1
            if not at:
                return len(line)
        else:
            at = _over_field(line, at)
    return at


def _field_end(line: bytes, number: int, separator: bytes) -> int:
    at = _field(line, number, separator)
    if separator:
        end = line.find(separator, at)
        return len(line) if end < 0 else end
    return _over_field(line, at)


def _over_field(line: bytes, at: int) -> int:
    while at < len(line) and line[at] in _BLANK:
        at += 1
    while at < len(line) and line[at] not in _BLANK:
        at += 1
    return at


def _number(text: bytes) -> float:
    match = _NUMBER.match(text)
    return float(match[1]) if match else 0.0


def _general(text: bytes) -> tuple[int, float]:
    match = _NUMBER.match(text)
    return (1, float(match[1])) if match else (0, 0.0)


def version_key(text: bytes) -> list[tuple[int, int, bytes]]:
    """What sorts texts with numbers in them as versions."""
    parts = re.findall(rb"\d+|\D+", text)
    return [(0, int(part), part) if part.isdigit() else (1, 0, part) for part in parts]


class _Order:
    def __init__(self, keys: list[_Key], flags: set[str], separator: bytes, *, stable: bool) -> None:
        self._keys = keys
        self._flags = flags
        self._separator = separator
        self._stable = stable

    def compare(self, one: bytes, other: bytes) -> int:
        """Below, at or above 0."""
        result = self.by_keys(one, other)
        if not result and not self._stable:
            result = (one > other) - (one < other)
            if "r" in self._flags:
                result = -result
        return result

    def by_keys(self, one: bytes, other: bytes) -> int:
        """By the keys alone."""
        for key in self._keys:
            flags = key.flags or self._flags
            left = self._value(key.part(one, self._separator, "b" in flags), flags)
            right = self._value(key.part(other, self._separator, "b" in flags), flags)
            if left != right:
                result = -1 if left < right else 1
                return -result if "r" in flags else result
        return 0

    @staticmethod
    def _value(text: bytes, flags: set[str]) -> tuple[object, ...]:
        if "n" in flags:
            return (_number(text),)
        if "g" in flags:
            return _general(text)
        if "M" in flags:
            return (_MONTHS.get(text.strip()[:3].upper(), -1),)
        if "V" in flags:
            return (version_key(text),)
        if "d" in flags:
            text = bytes(
                byte for byte in text if chr(byte).isascii() and (chr(byte).isalnum() or byte in (9, 32))
            )
        if "i" in flags:
            text = bytes(byte for byte in text if 32 <= byte < 127)
        if "f" in flags:
            text = text.upper()
        return (text,)


@applet("sort", failure=2)
def sort(a: Applet) -> Steps[int | None]:
    """Print lines in their order."""
    found = a.options("ngMucszbrdfimS:T:o:k:t:V")
    flags = {letter for letter, _ in found.given if letter in "bdfgiMnrV"}
    separator = found.get("t") or ""
    if len(separator) > 1 and separator != "\\0":
        raise Die("bad -t parameter")
    separator_bytes = b"\0" if separator == "\\0" else raw(separator)
    keys = [_Key(text) for text in found.all("k")] or [_Key("1")]
    order = _Order(keys, flags, separator_bytes, stable="s" in found)
    end = b"\0" if "z" in found else b"\n"
    held: list[bytes] = []
    for path in found.rest or ["-"]:
        fd = yield from open_or_complain(a, path)
        if fd is None:
            raise Die(None)
        lines = Lines(a, fd, end, keep_error=True)
        with contextlib.suppress(IsADirectoryError):
            while (line := (yield from lines.next())) is not None:
                held.append(line.removesuffix(end))
        close(a, fd)
    if "c" in found:
        return (yield from _check(a, held, order, unique="u" in found))
    plain = not found.any("k") and not flags - {"r"}
    if plain:
        held.sort(reverse="r" in flags)
    else:
        held.sort(key=functools.cmp_to_key(order.compare))
    if "u" in found:
        held = [line for at, line in enumerate(held) if not at or order.by_keys(held[at - 1], line)]
    yield None
    target = found.get("o")
    if target is not None:
        yield from a.flush()
        try:
            fd = open_fd(a, target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        except OSError as error:
            raise Die(f"can't open '{target}': {reason(error)}") from None
        a.p.dup2(fd, 1)
    for line in held:
        a.put(line + end)
        yield from a.spill()
    return 0


def _check(a: Applet, held: list[bytes], order: _Order, *, unique: bool) -> Steps[int]:
    yield from ()
    for at in range(1, len(held)):
        result = order.compare(held[at - 1], held[at])
        if result > 0 or (unique and not result):
            raise Die(f"Check line {at}", 1, bare=True)
    return 0
