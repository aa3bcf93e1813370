"""awk's expressions and statements, run over the tree."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from dockpy.fake.applets.awk.calls import Calls
from dockpy.fake.applets.awk.values import (
    Input,
    Value,
    compiled,
    formatted,
    number_of,
    text_of,
    true,
    whole,
)
from dockpy.fake.applets.errors import Die
from dockpy.fake.applets.numbers import within_memory

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockpy.fake.applets.applet import Steps
    from dockpy.fake.applets.awk.parser import Tree

__all__ = ["Exit", "Machine", "Next"]


class Next(Exception):
    """The next line, or with `file` the next file."""

    def __init__(self, *, file: bool = False) -> None:
        super().__init__()
        self.file = file


class Exit(Exception):
    """The program ends."""


class _Break(Exception):
    pass


class _Continue(Exception):
    pass


class _Return(Exception):
    def __init__(self, value: Value) -> None:
        super().__init__()
        self.value = value


class Machine(Calls):
    """Runs statements and computes expressions.

    Attributes:
        code: the exit code.
    """

    code: int = 0

    def run(self, node: Tree) -> Steps[None]:
        """Run a statement."""
        handler: Callable[..., Any] | None = getattr(self, f"_run_{node[0]}", None)
        if handler is None:
            raise Die("cmd. line:1: Unexpected token")
        yield from handler(*node[1:])

    def evaluate(self, node: Tree) -> Steps[Value]:
        """The value of an expression."""
        kind = node[0]
        if kind in ("number", "string"):
            return node[1]  # type: ignore[no-any-return]
        if kind == "variable":
            return self.state.get(node[1])
        handler: Callable[..., Any] = getattr(self, f"_value_{kind}")
        return (yield from handler(*node[1:]))  # type: ignore[no-any-return]

    def text(self, node: Tree) -> Steps[str]:
        """The value of an expression, as a text."""
        return text_of((yield from self.evaluate(node)), self.state.text("CONVFMT"))

    def number(self, node: Tree) -> Steps[float]:
        """The value of an expression, as a number."""
        return number_of((yield from self.evaluate(node)))

    def test(self, node: Tree) -> Steps[bool]:
        """Whether an expression is true."""
        return true((yield from self.evaluate(node)))

    # Statements

    def _run_block(self, *parts: Tree) -> Steps[None]:
        for part in parts:
            yield from self.run(part)

    def _run_do_expression(self, node: Tree) -> Steps[None]:
        yield from self.evaluate(node)

    def _run_if(self, condition: Tree, then: Tree, other: Tree | None) -> Steps[None]:
        if (yield from self.test(condition)):
            yield from self.run(then)
        elif other is not None:
            yield from self.run(other)

    def _again(self, body: Tree) -> Steps[bool]:
        """Run a loop's body once; whether the loop goes on."""
        yield None
        try:
            yield from self.run(body)
        except _Break:
            return False
        except _Continue:
            return True
        return True

    def _run_while(self, condition: Tree, body: Tree) -> Steps[None]:
        while (yield from self.test(condition)):
            if not (yield from self._again(body)):
                return

    def _run_do(self, condition: Tree, body: Tree) -> Steps[None]:
        while (yield from self._again(body)):
            if not (yield from self.test(condition)):
                return

    def _run_for(
        self, first: Tree | None, condition: Tree | None, last: Tree | None, body: Tree
    ) -> Steps[None]:
        if first is not None:
            yield from self.run(first)
        while condition is None or (yield from self.test(condition)):
            if not (yield from self._again(body)):
                return
            if last is not None:
                yield from self.run(last)

    def _run_forin(self, name: str, array: str, body: Tree) -> Steps[None]:
        for key in list(self.state.array(array)):
            self.state.set(name, Input(key))
            if not (yield from self._again(body)):
                return

    def _run_print(self, parts: list[Tree], how: str, target: Tree | None) -> Steps[None]:
        if parts:
            shown = []
            for part in parts:
                shown.append(text_of((yield from self.evaluate(part)), self.state.text("OFMT")))
            line = self.state.text("OFS").join(shown)
        else:
            line = self.state.record
        yield from self._emit(line + self.state.text("ORS"), how, target)

    def _run_printf(self, parts: list[Tree], how: str, target: Tree | None) -> Steps[None]:
        form = (yield from self.text(parts[0])) if parts else ""
        values = []
        for part in parts[1:]:
            values.append((yield from self.evaluate(part)))
        yield from self._emit(formatted(form, values), how, target)

    def _emit(self, text: str, how: str, target: Tree | None) -> Steps[None]:
        data = text.encode("latin-1", "replace")
        if target is None:
            self.a.put(data)
            yield from self.a.spill()
        else:
            yield from self.streams.write((yield from self.text(target)), how, data)

    def _run_next(self) -> Steps[None]:
        yield from ()
        raise Next

    def _run_nextfile(self) -> Steps[None]:
        yield from ()
        raise Next(file=True)

    def _run_break(self) -> Steps[None]:
        yield from ()
        raise _Break

    def _run_continue(self) -> Steps[None]:
        yield from ()
        raise _Continue

    def _run_exit(self, value: Tree | None) -> Steps[None]:
        if value is not None:
            self.code = whole((yield from self.number(value))) & 255
        raise Exit

    def _run_return(self, value: Tree | None) -> Steps[None]:
        returned = _Return((yield from self.evaluate(value)) if value is not None else "")
        raise returned if self.state.frames else Next

    def _run_delete(self, name: str, indices: list[Tree] | None) -> Steps[None]:
        array = self.state.array(name)
        if indices is None:
            array.clear()
        else:
            array.pop((yield from self.key(indices)), None)

    # Expressions

    def key(self, indices: list[Tree]) -> Steps[str]:
        """What an element is known by."""
        parts = []
        for index in indices:
            parts.append((yield from self.text(index)))
        return self.state.text("SUBSEP").join(parts)

    def _value_regex(self, pattern: str) -> Steps[Value]:
        yield from ()
        return float(compiled(pattern).matches(self.state.record))

    def _value_grouping(self, *parts: Tree) -> Steps[Value]:
        value: Value = ""
        for part in parts:
            value = yield from self.evaluate(part)
        return value

    def _value_element(self, name: str, indices: list[Tree]) -> Steps[Value]:
        key = yield from self.key(indices)
        return self.state.array(name).setdefault(key, Input(""))

    def _value_field(self, node: Tree) -> Steps[Value]:
        return self.state.field((yield from self._field_number(node)))

    def _field_number(self, node: Tree) -> Steps[int]:
        number = whole((yield from self.number(node)))
        if number < 0:
            raise Die("cmd. line:1: Access to negative field")
        return number

    def _value_in(self, name: str, indices: list[Tree]) -> Steps[Value]:
        return float((yield from self.key(indices)) in self.state.array(name))

    def assign(self, target: Tree, value: Value) -> Steps[None]:
        """Set what an expression stands for."""
        if target[0] == "variable":
            self.state.set(target[1], value)
        elif target[0] == "element":
            self.state.array(target[1])[(yield from self.key(target[2]))] = value
        elif target[0] == "field":
            self.state.set_field((yield from self._field_number(target[1])), value)

    def _value_assign(self, target: Tree, node: Tree) -> Steps[Value]:
        value = yield from self.evaluate(node)
        yield from self.assign(target, value)
        return value

    def _value_step(self, operator: str, target: Tree, before: bool) -> Steps[Value]:
        old = yield from self.number(target)
        new = old + (1 if operator == "++" else -1)
        yield from self.assign(target, new)
        return new if before else old

    def _value_choice(self, condition: Tree, one: Tree, other: Tree) -> Steps[Value]:
        return (yield from self.evaluate(one if (yield from self.test(condition)) else other))

    def _value_or(self, one: Tree, other: Tree) -> Steps[Value]:
        return float((yield from self.test(one)) or (yield from self.test(other)))

    def _value_and(self, one: Tree, other: Tree) -> Steps[Value]:
        return float((yield from self.test(one)) and (yield from self.test(other)))

    def _value_concat(self, one: Tree, other: Tree) -> Steps[Value]:
        first, second = (yield from self.text(one)), (yield from self.text(other))
        within_memory(len(first) + len(second))
        return first + second

    def _value_unary(self, operator: str, node: Tree) -> Steps[Value]:
        if operator == "!":
            return float(not (yield from self.test(node)))
        number = yield from self.number(node)
        return -number if operator == "-" else number

    def _value_binary(self, operator: str, left: Tree, right: Tree) -> Steps[Value]:
        one = yield from self.number(left)
        other = yield from self.number(right)
        try:
            match operator:
                case "+":
                    return one + other
                case "-":
                    return one - other
                case "*":
                    return one * other
                case "/":
                    return one / other
                case "%":
                    return math.fmod(one, other)
            power = one**other
            return power if isinstance(power, float) else math.nan
        except ZeroDivisionError:
            raise Die("cmd. line:1: Division by zero") from None
        except (OverflowError, ValueError):
            return math.inf if operator == "^" else math.nan

    def _value_compare(self, operator: str, left: Tree, right: Tree) -> Steps[Value]:
        one = yield from self.evaluate(left)
        other = yield from self.evaluate(right)
        numeric = all(
            isinstance(value, float) or (isinstance(value, Input) and (value.is_number or value == ""))
            for value in (one, other)
        )
        order: float
        if numeric and not (one == "" and isinstance(other, Input) and isinstance(one, Input)):
            order = number_of(one) - number_of(other)
        else:
            first, second = (
                text_of(one, self.state.text("CONVFMT")),
                text_of(other, self.state.text("CONVFMT")),
            )
            order = (first > second) - (first < second)
        truth = {"<": order < 0, "<=": order <= 0, "==": order == 0, "!=": order != 0, ">": order > 0}
        return float(truth.get(operator, order >= 0))

    def pattern(self, node: Tree) -> Steps[str]:
        """The expression that a node is used as."""
        return node[1] if node[0] == "regex" else (yield from self.text(node))

    def _value_match(self, operator: str, left: Tree, right: Tree) -> Steps[Value]:
        text = yield from self.text(left)
        found = compiled((yield from self.pattern(right))).matches(text)
        return float(found is (operator == "~"))

    def _value_call(self, name: str, arguments: list[Tree]) -> Steps[Value]:
        function = self.functions.get(name)
        if function is None:
            raise Die("cmd. line:1: Call to undefined function")
        frame: dict[str, Any] = {}
        pairs = list(zip(function.parameters, arguments, strict=False))
        late: list[tuple[str, str]] = []
        for parameter, argument in pairs:
            if argument[0] == "variable":
                frame[parameter] = self.state.raw(argument[1])
                if frame[parameter] is None:
                    late.append((parameter, argument[1]))
            else:
                frame[parameter] = yield from self.evaluate(argument)
        for parameter in function.parameters[len(arguments) :]:
            frame[parameter] = None
        self.state.frames.append(frame)
        value: Value = Input("")
        try:
            yield from self.run(function.body)
        except _Return as returned:
            value = returned.value
        finally:
            self.state.frames.pop()
        for parameter, variable in late:
            if isinstance(frame[parameter], dict):
                self.state.array(variable).update(frame[parameter])
        return value
