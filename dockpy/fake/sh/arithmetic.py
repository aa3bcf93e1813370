"""Arithmetic as busybox has it: in 64 bits, and both sides of ``&&``, ``||`` and ``?:`` are evaluated."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from dockpy.fake.sh.errors import Failure

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Names", "evaluate"]

_TOKEN = re.compile(
    r"\s*(?:(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<number>[0-9]+#[0-9A-Za-z]+|0[xX][0-9A-Fa-f]+|[0-9]+)"
    r"|(?P<operator><<=|>>=|\*\*|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|\+\+|--|[-+*/%&|^<>=!~?:,()]))",
    re.ASCII,
)
_SYNTAX = "arithmetic syntax error"
_ASSIGN, _CONDITION, _POWER = 2, 3, 14
_PRECEDENCE: dict[str, float] = {
    ",": 1,
    "=": _ASSIGN,
    "?": _CONDITION,
    ":": _CONDITION,
    "||": 5,
    "&&": 6,
    "|": 7,
    "^": 8,
    "&": 9,
}
_PRECEDENCE |= dict.fromkeys(("==", "!="), 10) | dict.fromkeys(("<", ">", "<=", ">="), 11)
_PRECEDENCE |= dict.fromkeys(("<<", ">>"), 12) | dict.fromkeys(("+", "-"), 12.5) | dict.fromkeys("*/%", 13)
_PRECEDENCE |= {"**": _POWER, "~": 15, "!": 15, "neg": 16, "pos": 16}
_PRECEDENCE |= dict.fromkeys(
    (op + "=" for op in ("+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>")), _ASSIGN
)
_PREFIX = {"-": "neg", "+": "pos", "~": "~", "!": "!"}
_RIGHT = (_ASSIGN, _CONDITION, _POWER)


class Names(Protocol):
    """The variables that an expression reads and sets."""

    def number(self, name: str) -> str | None:
        """The value of a variable."""
        ...

    def assign(self, name: str, value: str) -> None:
        """Set a variable."""
        ...


@dataclass(slots=True)
class _Operand:
    value: int
    name: str | None = None
    otherwise: int | None = None


def _wrapped(value: int) -> int:
    value &= 0xFFFFFFFFFFFFFFFF
    return value - (1 << 64) if value >> 63 else value


def _divided(left: int, right: int) -> int:
    if right == 0:
        raise Failure("divide by zero")
    size = abs(left) // abs(right)
    return size if (left < 0) == (right < 0) else -size


def _power(left: int, right: int) -> int:
    if right < 0:
        raise Failure("exponent less than 0")
    return pow(left, right, 1 << 64)


_BINARY: dict[str, Callable[[int, int], int]] = {
    ",": lambda a, b: b,
    "||": lambda a, b: int(bool(a or b)),
    "&&": lambda a, b: int(bool(a and b)),
    "|": lambda a, b: a | b,
    "^": lambda a, b: a ^ b,
    "&": lambda a, b: a & b,
    "==": lambda a, b: int(a == b),
    "!=": lambda a, b: int(a != b),
    "<": lambda a, b: int(a < b),
    ">": lambda a, b: int(a > b),
    "<=": lambda a, b: int(a <= b),
    ">=": lambda a, b: int(a >= b),
    "<<": lambda a, b: a << (b & 63),
    ">>": lambda a, b: a >> (b & 63),
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": _divided,
    "%": lambda a, b: a - b * _divided(a, b),
    "**": _power,
}
_UNARY: dict[str, Callable[[int], int]] = {
    "neg": lambda a: -a,
    "pos": lambda a: a,
    "~": lambda a: ~a,
    "!": lambda a: int(not a),
}


def evaluate(text: str, names: Names, within: tuple[str, ...] = ()) -> int:
    """The value of an expression; nothing but blanks is 0.

    Args:
        text: it.
        names: the variables.
        within: the variables whose values are being evaluated.

    Raises:
        Failure: it is none.
    """
    return _Machine(names, within).run(text)


def _number(text: str) -> int:
    if "#" in text:
        base, digits = text.split("#")
        if not 2 <= int(base) <= 64:
            raise Failure(_SYNTAX)
        value = 0
        for digit in digits:
            number = int(digit, 36)
            if number >= int(base):
                raise Failure(_SYNTAX)
            value = value * int(base) + number
    elif text[:1] == "0" and text.isdecimal() and any(c in text for c in "89"):
        raise Failure(_SYNTAX)
    else:
        value = int(text, 16 if text[:2] in ("0x", "0X") else 8 if text[0] == "0" else 10)
    return _wrapped(min(value, 0xFFFFFFFFFFFFFFFF))


class _Machine:
    """Operands and operators of an expression, on two stacks."""

    def __init__(self, names: Names, within: tuple[str, ...]) -> None:
        self._names = names
        self._within = within
        self._operands: list[_Operand] = []
        self._operators: list[str] = []

    def run(self, text: str) -> int:
        text = text.strip(" \t\n\r")
        if not text:
            return 0
        position, operand_before = 0, False
        while position < len(text):
            token = _TOKEN.match(text, position)
            if token is None:
                raise Failure(_SYNTAX)
            position = token.end()
            if operator := token["operator"]:
                operand_before = self._operator(operator, operand_before, text, position)
                continue
            if operand_before:
                raise Failure(_SYNTAX)
            operand_before = True
            if name := token["name"]:
                self._operands.append(_Operand(0, name))
            else:
                self._operands.append(_Operand(_number(token["number"])))
        while self._operators:
            if (operator := self._operators.pop()) == "(":
                raise Failure(_SYNTAX)
            self._apply(operator)
        if len(self._operands) != 1:
            raise Failure(_SYNTAX)
        if self._operands[0].otherwise is not None:
            raise Failure("malformed ?: operator")
        return self._value(self._operands[0])

    def _operator(self, operator: str, operand_before: bool, text: str, position: int) -> bool:
        """Take an operator; says whether an operand stands before what follows."""
        if operator == "(":
            if operand_before:
                raise Failure(_SYNTAX)
            self._operators.append("(")
            return False
        if operator == ")":
            if not operand_before:
                raise Failure(_SYNTAX)
            while self._operators and (above := self._operators.pop()) != "(":
                self._apply(above)
                if not self._operators:
                    raise Failure(_SYNTAX)
            return True
        if operator in ("++", "--"):
            return self._step(operator, operand_before, text, position)
        if not operand_before:
            if operator not in _PREFIX:
                raise Failure(_SYNTAX)
            self._operators.append(_PREFIX[operator])
            return False
        self._reduce(operator)
        self._operators.append(operator)
        return False

    def _step(self, operator: str, operand_before: bool, text: str, position: int) -> bool:
        if operand_before and self._operands[-1].name is not None:
            operand = self._operands[-1]
            value = self._value(operand)
            name, operand.name, operand.value = operand.name, None, value
            self._names.assign(str(name), str(_wrapped(value + (1 if operator == "++" else -1))))
            return True
        if operand_before:  # "1++2": two operators
            self._operator(operator[0], True, text, position)
            return self._operator(operator[0], False, text, position)
        token = _TOKEN.match(text, position)
        if token is not None and token["name"]:
            self._operators.append("pre" + operator)
        else:
            self._operators += [_PREFIX[operator[0]]] * 2
        return False

    def _reduce(self, operator: str) -> None:
        """Apply what binds tighter than this operator."""
        precedence = _PRECEDENCE[operator]
        while self._operators and (above := self._operators[-1]) != "(":
            other = _PRECEDENCE.get(above, 17)
            if other < precedence or (other == precedence and precedence in _RIGHT):
                break
            self._apply(self._operators.pop())

    def _value(self, operand: _Operand) -> int:
        if operand.name is None:
            return operand.value
        name = operand.name
        if name in self._within:
            raise Failure("expression recursion loop detected")
        text = self._names.number(name)
        if text is None:
            return 0
        if text.isdecimal() and (text[0] != "0" or text == "0"):
            return _number(text)
        return evaluate(text, self._names, (*self._within, name))

    def _pop(self) -> _Operand:
        if not self._operands:
            raise Failure(_SYNTAX)
        return self._operands.pop()

    def _apply(self, operator: str) -> None:
        top = self._pop()
        if operator.startswith("pre"):
            if top.name is None:
                raise Failure(_SYNTAX)
            value = _wrapped(self._value(top) + (1 if operator == "pre++" else -1))
            self._names.assign(top.name, str(value))
        elif unary := _UNARY.get(operator):
            value = _wrapped(unary(self._value(top)))
        elif operator == ":":
            left = self._pop()
            self._operands.append(_Operand(self._value(left), None, self._value(top)))
            return
        elif operator == "?":
            condition = self._value(self._pop()) if self._operands else None
            if condition is None or top.otherwise is None:
                raise Failure("malformed ?: operator")
            value = top.value if condition else top.otherwise
        elif _PRECEDENCE[operator] == _ASSIGN:
            value = self._value(top)
            target = self._pop()
            if target.name is None:
                raise Failure(_SYNTAX)
            if operator != "=":
                value = _wrapped(_BINARY[operator[:-1]](self._value(target), value))
            self._names.assign(target.name, str(value))
        else:
            right = self._value(top)
            value = _wrapped(_BINARY[operator](self._value(self._pop()), right))
        self._operands.append(_Operand(value))
