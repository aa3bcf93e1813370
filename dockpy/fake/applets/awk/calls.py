"""awk's built-in functions, and getline."""

from __future__ import annotations

import math
import random
import re
from typing import TYPE_CHECKING, Any

from dockpy.fake.applets.applet import wide
from dockpy.fake.applets.awk.state import State, split_fields
from dockpy.fake.applets.awk.streams import Streams
from dockpy.fake.applets.awk.values import (
    Input,
    Value,
    bits,
    compiled,
    formatted,
    number_of,
    text_of,
    whole,
)
from dockpy.fake.applets.errors import Die
from dockpy.fake.applets.numbers import within_memory
from dockpy.fake.applets.times import SECOND, local, now, strftime

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockpy.fake.applets.applet import Applet, Steps
    from dockpy.fake.applets.awk.parser import Function, Tree

__all__ = ["Calls"]

_MATHS: dict[str, Callable[..., float]] = {
    "sin": math.sin,
    "cos": math.cos,
    "exp": math.exp,
    "log": math.log,
    "sqrt": math.sqrt,
    "atan2": math.atan2,
    "int": lambda value: float(whole(value, 64)),
    "and": lambda one, other: float(bits(one) & bits(other)),
    "or": lambda one, other: float(bits(one) | bits(other)),
    "xor": lambda one, other: float(bits(one) ^ bits(other)),
    "lshift": lambda one, other: float(bits(one) << (bits(other) & 63) & _ONES),
    "rshift": lambda one, other: float(bits(one) >> (bits(other) & 63)),
    "compl": lambda value: float(~bits(value) & _ONES),
}
_ONES = (1 << 64) - 1
_REFERENCE = re.compile(r"\\([&\\])|&")
_LEAST = {
    1: "close compl cos exp int log sin sqrt system tolower toupper",
    2: "and atan2 gsub index lshift match or rshift split sub substr xor",
}
_TAKES_LEAST = {name: least for least, names in _LEAST.items() for name in names.split()}
_TAKES_MOST = {"rand": 0, "systime": 0} | dict.fromkeys(
    ["close", "cos", "exp", "fflush", "int", "length", "log", "sin", "sqrt", "srand", "system"], 1
)


class Calls:
    """The functions that every program has."""

    def __init__(self, a: Applet, state: State, functions: dict[str, Function]) -> None:
        self.a = a
        self.state = state
        self.functions = functions
        self.streams: Streams = Streams(a)
        self.read_record: Callable[[], Steps[str | None]] | None = None
        self._random = random.Random(0)  # noqa: S311 - awk's own begins alike each time
        self._seed = 1

    # `Machine` has these

    def evaluate(self, node: Tree) -> Steps[Value]:
        """The value of an expression."""
        raise NotImplementedError

    def text(self, node: Tree) -> Steps[str]:
        """The value of an expression, as a text."""
        raise NotImplementedError

    def pattern(self, node: Tree) -> Steps[str]:
        """The expression that a node is used as."""
        raise NotImplementedError

    def assign(self, target: Tree, value: Value) -> Steps[None]:
        """Set what an expression stands for."""
        raise NotImplementedError

    def _value_builtin(self, name: str, given: list[Tree]) -> Steps[Value]:
        if len(given) < _TAKES_LEAST.get(name, 0):
            raise Die("cmd. line:1: Too few arguments")
        if len(given) > _TAKES_MOST.get(name, len(given)):
            raise Die("cmd. line:1: Too many arguments")
        if name in ("sub", "gsub"):
            return (yield from self._substitute(name == "gsub", given))
        if name == "split":
            return (yield from self._split(given))
        if name == "match":
            return (yield from self._match(given))
        if name == "length" and given and given[0][0] == "variable":
            held = self.state.raw(given[0][1])
            if isinstance(held, dict):
                return float(len(held))
        values = []
        for node in given:
            values.append((yield from self.evaluate(node)))
        if name in _MATHS:
            try:
                return _MATHS[name](*[number_of(value) for value in values[: _TAKES_LEAST[name]]])
            except (ValueError, OverflowError):
                return math.nan if name != "exp" else math.inf
        if name in ("system", "close", "fflush"):
            return (yield from self._outside(name, [text_of(value) for value in values]))
        return self._plain(name, values)

    def _plain(self, name: str, values: list[Value]) -> Value:
        texts = [text_of(value, self.state.text("CONVFMT")) for value in values]
        match name:
            case "length":
                return float(len(texts[0] if texts else self.state.record))
            case "substr":
                return _substr(texts[0], [number_of(value) for value in values[1:]])
            case "index":
                return float(texts[0].find(texts[1]) + 1) if texts[1] else 0.0
            case "tolower":
                return "".join(char.lower() if char.isascii() else char for char in texts[0])
            case "toupper":
                return "".join(char.upper() if char.isascii() else char for char in texts[0])
            case "sprintf":
                return formatted(texts[0] if texts else "", values[1:])
            case "rand":
                return self._random.random()
            case "srand":
                seed = whole(number_of(values[0]), 64) if values else now(self.a.p) // SECOND
                old, self._seed = self._seed, seed & 0xFFFFFFFF
                self._random.seed(self._seed)
                return float(old)
            case "systime":
                return float(now(self.a.p) // SECOND)
            case "strftime":
                seconds = whole(number_of(values[1]), 64) if len(values) > 1 else now(self.a.p) // SECOND
                form = texts[0] if texts else "%a %b %e %H:%M:%S %Z %Y"
                return strftime(form, local(self.a.p, seconds))
        raise Die("cmd. line:1: Unexpected token")

    def _outside(self, name: str, texts: list[str]) -> Steps[Value]:
        a = self.a
        yield from a.flush()
        if name == "fflush":
            return 0.0
        if name == "close":
            return float((yield from self.streams.close(texts[0])))
        child = a.p.spawn(["/bin/sh", "-c", wide(texts[0].encode("latin-1"))])
        return float((yield from a.p.wait(child, restart=True)).exit_code or 0)

    def _split(self, given: list[Tree]) -> Steps[Value]:
        text = yield from self.text(given[0])
        separator = (yield from self.pattern(given[2])) if len(given) > 2 else self.state.text("FS")
        if len(given) > 2 and given[2][0] == "regex" and len(separator) == 1:
            separator = f"({separator})"
        parts = split_fields(text, separator)
        array = self.state.array(given[1][1] if given[1][0] == "variable" else "")
        array.clear()
        array.update({str(at): Input(part) for at, part in enumerate(parts, 1)})
        return float(len(parts))

    def _match(self, given: list[Tree]) -> Steps[Value]:
        text = yield from self.text(given[0])
        match = compiled((yield from self.pattern(given[1]))).search(text)
        self.state.set("RSTART", float(match.start + 1) if match else 0.0)
        self.state.set("RLENGTH", float(match.end - match.start) if match else -1.0)
        return self.state.get("RSTART")

    def _substitute(self, everywhere: bool, given: list[Tree]) -> Steps[Value]:
        regex = compiled((yield from self.pattern(given[0])))
        replacement = yield from self.text(given[1])
        target = given[2] if len(given) > 2 else ("field", ("number", 0.0))
        text = yield from self.text(target)
        found: list[str] = []
        at, count, last, size = 0, 0, -1, 0
        while at <= len(text) and (match := regex.search(text, at)) is not None:
            found.append(text[at : match.start])
            if match.start == match.end == last:
                found.append(text[match.end : match.end + 1])
                at = match.end + 1
                continue
            found.append(_replaced(replacement, match.group()))
            size = within_memory(size + len(found[-1]))
            count += 1
            at = last = match.end
            if not everywhere:
                break
            if match.start == match.end:
                found.append(text[at : at + 1])
                at += 1
        if count:
            yield from self.assign(target, "".join(found) + text[at:])
        return float(count)

    def _value_getline(self, how: str, target: Tree | None, source: Tree | None) -> Steps[Value]:
        line: str | None
        if source is None:
            assert self.read_record is not None
            line = yield from self.read_record()
        else:
            name = yield from self.text(source)
            end = self.state.text("RS")[:1].encode("latin-1") or b"\n"
            try:
                data = yield from self.streams.read(name, how, end)
            except InterruptedError:
                raise
            except OSError:
                return -1.0
            line = None if data is None else data.removesuffix(end).decode("latin-1")
            if line is not None and how == "|":
                self.state.set("NR", number_of(self.state.get("NR")) + 1)
        if line is None:
            return 0.0
        where: Any = target if target is not None else ("field", ("number", 0.0))
        yield from self.assign(where, Input(line))
        return 1.0


def _substr(text: str, bounds: list[float]) -> str:
    start = max(0, whole(bounds[0]) - 1)
    size = whole(bounds[1]) if len(bounds) > 1 else len(text)
    return text[start : start + max(0, size)]


def _replaced(replacement: str, matched: str) -> str:
    within_memory(replacement.count("&") * len(matched))
    return _REFERENCE.sub(lambda match: match[1] or matched, replacement)
