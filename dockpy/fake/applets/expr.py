"""expr."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dockpy.fake.applets.applet import applet, narrow
from dockpy.fake.applets.errors import Die
from dockpy.fake.applets.regex import BadRegex, Regex

if TYPE_CHECKING:
    from dockpy.fake.applets.applet import Applet, Steps

__all__: list[str] = []

_HALF = 1 << 63
_COMPARISONS = ("<", "<=", "=", "==", "!=", ">=", ">")


class _Parser:
    def __init__(self, words: list[str]) -> None:
        self.words = words

    def _takes(self, *names: str) -> str:
        if self.words and self.words[0] in names:
            return self.words.pop(0)
        return ""

    def either(self) -> str:
        left = self._both()
        while self._takes("|"):
            right = self._both()
            left = left if _true(left) else right if _true(right) else "0"
        return left

    def _both(self) -> str:
        left = self._compared()
        while self._takes("&"):
            right = self._compared()
            left = left if _true(left) and _true(right) else "0"
        return left

    def _compared(self) -> str:
        left = self._sum()
        while operator := self._takes(*_COMPARISONS):
            right = self._sum()
            one, other = _integer(left), _integer(right)
            order: int
            if one is not None and other is not None:
                order = (one > other) - (one < other)
            else:
                order = (narrow(left) > narrow(right)) - (narrow(left) < narrow(right))
            truth = {
                "<": order < 0,
                "<=": order <= 0,
                "=": order == 0,
                "==": order == 0,
                "!=": order != 0,
                ">=": order >= 0,
                ">": order > 0,
            }[operator]
            left = str(int(truth))
        return left

    def _sum(self) -> str:
        left = self._product()
        while operator := self._takes("+", "-"):
            one, other = _number(left), _number(self._product())
            left = _wrapped(one + other if operator == "+" else one - other)
        return left

    def _product(self) -> str:
        left = self._match()
        while operator := self._takes("*", "/", "%"):
            one, other = _number(left), _number(self._match())
            if operator == "*":
                left = _wrapped(one * other)
                continue
            if not other:
                raise Die("division by zero")
            quotient = abs(one) // abs(other) * (1 if (one < 0) == (other < 0) else -1)
            left = _wrapped(quotient if operator == "/" else one - quotient * other)
        return left

    def _match(self) -> str:
        left = self._operand()
        while self._takes(":"):
            left = _matched(left, self._operand())
        return left

    def _operand(self) -> str:
        if not self.words:
            raise Die("syntax error")
        word = self.words.pop(0)
        if word == "(":
            value = self.either()
            if not self._takes(")"):
                raise Die("syntax error")
            return value
        if word == ")":
            raise Die("syntax error")
        if word == "quote" and self.words:
            return self.words.pop(0)
        if word == "length" and self.words:
            return str(len(narrow(self._operand())))
        if word == "match" and len(self.words) > 1:
            return _matched(self._operand(), self._operand())
        if word == "index" and len(self.words) > 1:
            text, chars = narrow(self._operand()), narrow(self._operand())
            return str(next((at for at, char in enumerate(text, 1) if char in chars), 0))
        if word == "substr" and len(self.words) > 2:
            text, at, size = self._operand(), _integer(self._operand()), _integer(self._operand())
            if at is None or size is None or at < 1 or size < 1:
                return ""
            return text[at - 1 : at - 1 + size]
        return word


def _integer(text: str) -> int | None:
    """The number of 64 bits that is nearest to a text's; None where that has none."""
    match = re.fullmatch(r"(-?)0*([0-9]+)", text)
    if match is None:
        return None
    number = int(match[1] + match[2][:20])
    return min(max(number, -_HALF), _HALF - 1)


def _wrapped(number: int) -> str:
    return str((number + _HALF) % (2 * _HALF) - _HALF)


def _number(text: str) -> int:
    number = _integer(text)
    if number is None:
        raise Die("non-numeric argument")
    return number


def _true(text: str) -> bool:
    number = _integer(text)
    return number != 0 if number is not None else text != ""


def _matched(text: str, pattern: str) -> str:
    try:
        regex = Regex(narrow(pattern))
    except BadRegex as error:
        raise Die(f"bad regex '{pattern}': {error}") from None
    match = regex.search(narrow(text))
    if match is not None and match.start == 0:
        if regex.groups:
            return match.group(1).encode("latin-1").decode("utf-8", "surrogateescape")
        return str(match.end)
    return "" if regex.groups else "0"


@applet("expr", failure=2)
def expr(a: Applet) -> Steps[int | None]:
    """Compute an expression."""
    yield from ()
    if not a.args:
        raise Die("too few arguments")
    parser = _Parser(list(a.args))
    value = parser.either()
    if parser.words:
        raise Die("syntax error")
    a.say(value)
    return 0 if _true(value) else 1
