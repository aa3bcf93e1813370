"""echo and printf; the shell's built-in ones are the same functions."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from dockpy.fake.applets.applet import applet, narrow, wide
from dockpy.fake.applets.errors import BadUsage
from dockpy.fake.applets.escapes import escape_at
from dockpy.fake.applets.numbers import MEMORY, c_integer, width_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockpy.fake.applets.applet import Applet, Steps

__all__ = ["Printf", "echo_text", "printf"]

_INT = 1 << 31
"""The first number that no int of C's holds."""


def echo_text(args: Sequence[str]) -> bytes:
    """What echo prints.

    Args:
        args: without the command's name.
    """
    words = list(args)
    newline, escapes = True, False
    while words and len(words[0]) > 1 and words[0][0] == "-" and not words[0][1:].strip("neE"):
        option = words.pop(0)
        newline = newline and "n" not in option
        for letter in option[1:]:
            escapes = {"e": True, "E": False}.get(letter, escapes)
    text = narrow(" ".join(words))
    if escapes:
        text, ended = _expand(text)
        newline = newline and not ended
    return (text + "\n" * newline).encode("latin-1")


def _expand(text: str, *, zero: bool = True) -> tuple[str, bool]:
    """A text without its escapes, and whether ``\\c`` ended it.

    Args:
        text: of one character a byte.
        zero: an octal number may have a zero before its three digits.
    """
    found: list[str] = []
    at = 0
    while at < len(text):
        if text[at] != "\\":
            found.append(text[at])
            at += 1
            continue
        if text[at + 1 : at + 2] == "c":
            return "".join(found), True
        at += 1
        if zero and text[at : at + 1] == "0" and text[at + 1 : at + 2] in tuple("01234567"):
            at += 1
        code, at = escape_at(text, at)
        found.append(chr(code))
    return "".join(found), False


class Printf:
    """What printf prints.

    Args:
        args: the format and its arguments, without the command's name.

    Attributes:
        output: the text.
        complaints: what it says on the standard error, behind its name.
        code: the exit code.
    """

    def __init__(self, args: Sequence[str]) -> None:
        self.complaints: list[str] = []
        self.code: int = 0
        self._found: list[str] = []
        self._room = MEMORY
        self._ended = False
        form = narrow(args[0])
        self._left = [narrow(arg) for arg in args[1:]]
        while True:
            before = len(self._left)
            if not self._once(form) or self._ended or not self._left or len(self._left) == before:
                break

    @property
    def output(self) -> bytes:
        """The text."""
        return "".join(self._found).encode("latin-1")

    def _argument(self) -> str:
        return self._left.pop(0) if self._left else ""

    def _bad(self, message: str) -> None:
        self.complaints.append(message)
        self.code = 1

    def _once(self, form: str) -> bool:
        """Go through the format; false where that ends it all."""
        at = 0
        while at < len(form):
            char = form[at]
            at += 1
            if char == "\\":
                if form[at : at + 1] == "c":
                    self._ended = True
                    return False
                code, at = escape_at(form, at)
                self._found.append(chr(code))
            elif char != "%":
                self._found.append(char)
            elif form[at : at + 1] == "%":
                self._found.append("%")
                at += 1
            else:
                at = self._directive(form, at)
                if at < 0 or self._ended:
                    return False
        return True

    def _directive(self, form: str, at: int) -> int:
        start = at
        flags = width = ""
        precision: int | None = None
        while form[at : at + 1] and form[at] in "-+ #0":
            flags += form[at]
            at += 1
        width, at = self._measure(form, at)
        if form[at : at + 1] == ".":
            text, at = self._measure(form, at + 1)
            precision = None if text.startswith("-") else width_of(text)
        if width.startswith("-"):
            flags, width = flags + "-", width[1:]
        while form[at : at + 1] and form[at] in "hlLz":
            at += 1
        kind = form[at : at + 1]
        if not kind or kind not in "bcsdiouxXeEfFgG":
            rest = "%" + form[start:at].rstrip("hlLz") + form[at:]
            self._bad(f"{wide(rest.encode('latin-1'))}: invalid format")
            return -1
        self._convert(kind, flags, width_of(width), precision)
        return at + 1

    def _measure(self, form: str, at: int) -> tuple[str, int]:
        if form[at : at + 1] == "*":
            return str(self._asterisk(self._argument())), at + 1
        end = at
        while form[end : end + 1].isdecimal():
            end += 1
        return form[at:end], end

    def _asterisk(self, text: str) -> int:
        """A width of an argument's; one that is none leaves the exit code alone."""
        code = self.code
        number = self._integer(text, signed=True)
        if not -_INT < number < _INT:
            self._bad(f"invalid number '{wide(text.encode('latin-1'))}'")
            number = 0
        self.code = code
        return number

    def _fits(self, kind: str, width: int, precision: int) -> bool:
        """Whether C makes such a text, and there is memory for it."""
        size = width if kind in "bcs" else max(width, precision)
        if max(width, precision) >= _INT or size > self._room:
            return False
        self._room -= size
        return True

    def _convert(self, kind: str, flags: str, width: int, precision: int | None) -> None:
        if not self._fits(kind, width, precision or 0):
            self._argument()
            self.code = 1
        elif kind in "bs":
            text = self._argument()
            if kind == "b":
                text, self._ended = _expand(text)
            self._pad(text if precision is None else text[:precision], flags, width)
        elif kind == "c":
            self._pad(self._argument()[:1] or "\0", flags, width)
        elif kind in "diouxX":
            number = self._integer(self._argument(), signed=kind in "di")
            self._found.append(_integer(number, kind, flags, width, precision))
        else:
            number_text = self._argument()
            self._found.append(_float(self._float(number_text), kind, flags, width, precision))

    def _pad(self, text: str, flags: str, width: int) -> None:
        self._found.append(text.ljust(width) if "-" in flags else text.rjust(width))

    def _integer(self, text: str, *, signed: bool) -> int:
        if text[:1] in ("'", '"'):
            return ord(text[1]) if len(text) > 1 else 0
        number = c_integer(text)
        if number is None or (number < -(1 << 63) or number >= 1 << (63 if signed else 64)):
            self._bad(f"invalid number '{wide(text.encode('latin-1'))}'")
            return 0
        return number if signed else number % (1 << 64)

    def _float(self, text: str) -> float:
        if text[:1] in ("'", '"'):
            return float(ord(text[1])) if len(text) > 1 else 0.0
        try:
            number = (float.fromhex(text) if "x" in text.lower() else float(text.strip())) if text else 0.0
        except OverflowError:
            number = -math.inf if text.lstrip().startswith("-") else math.inf
        except ValueError:
            self._bad(f"invalid number '{wide(text.encode('latin-1'))}'")
            return 0.0
        if math.isinf(number) and "inf" not in text.lower():
            self._bad(f"invalid number '{wide(text.encode('latin-1'))}'")
        return number


def _integer(number: int, kind: str, flags: str, width: int, precision: int | None) -> str:
    digits = {"o": f"{abs(number):o}", "x": f"{abs(number):x}", "X": f"{abs(number):X}"}.get(
        kind, str(abs(number))
    )
    if precision is not None:
        digits = "" if precision == 0 and number == 0 else digits.rjust(precision, "0")
    sign = ""
    if kind in "di":
        sign = "-" if number < 0 else "+" if "+" in flags else " " if " " in flags else ""
    elif "#" in flags and number:
        sign = {"x": "0x", "X": "0X", "o": "" if digits.startswith("0") else "0"}.get(kind, "")
    if "0" in flags and "-" not in flags and precision is None:
        digits = digits.rjust(width - len(sign), "0")
    text = sign + digits
    return text.ljust(width) if "-" in flags else text.rjust(width)


def _float(number: float, kind: str, flags: str, width: int, precision: int | None) -> str:
    kept = "".join(flag for flag in "-+ #0" if flag in flags)
    form = f"%{kept}{width or ''}{'' if precision is None else f'.{precision}'}{kind}"
    return form % number


@applet("echo")
def echo(a: Applet) -> Steps[int | None]:
    """Print the arguments."""
    a.put(echo_text(a.args))
    yield from a.flush()
    return 0


@applet("printf")
def printf(a: Applet) -> Steps[int | None]:
    """Print by a format."""
    args = a.args[1:] if a.args[:1] == ["--"] else a.args
    if not args:
        raise BadUsage
    done = Printf(args)
    a.put(done.output)
    for complaint in done.complaints:
        yield from a.complain(complaint)
    return done.code
