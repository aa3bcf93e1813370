"""The awk command: its options, its files, its lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.fake.applets.applet import applet, narrow, wide
from dockpy.fake.applets.awk.lexer import tokens
from dockpy.fake.applets.awk.machine import Exit, Machine, Next
from dockpy.fake.applets.awk.parser import Parser
from dockpy.fake.applets.awk.state import State
from dockpy.fake.applets.awk.values import Input, compiled, number_of
from dockpy.fake.applets.errors import BadUsage, Die, reason
from dockpy.fake.applets.inputs import Lines, close, open_fd, read_all, read_file
from dockpy.fake.applets.regex import BadRegex

if TYPE_CHECKING:
    from dockpy.fake.applets.applet import Applet, Steps
    from dockpy.fake.applets.awk.parser import Tree

__all__ = ["awk"]


class _Records:
    """The records of the files among the operands, one after the other."""

    def __init__(self, a: Applet, state: State) -> None:
        self._a = a
        self._state = state
        self._at = 1
        self._any_file = False
        self._fd = -1
        self._lines: Lines | None = None
        self._pieces: list[str] | None = None

    def next(self) -> Steps[str | None]:
        state = self._state
        while True:
            if self._fd < 0 and not self._open():
                return None
            record = yield from self._record()
            if record is not None:
                for name in ("NR", "FNR"):
                    state.set(name, number_of(state.get(name)) + 1)
                return record
            self.skip()

    def skip(self) -> None:
        """Leave the file that is open."""
        close(self._a, self._fd)
        self._fd, self._lines, self._pieces = -1, None, None

    def _open(self) -> bool:
        argv, count = self._state.array("ARGV"), number_of(self._state.get("ARGC"))
        for at in sorted(int(key) for key in argv if key.isdecimal() and len(key) < 10):
            if not self._at <= at < count:
                continue
            self._at = at + 1
            operand = wide(str(argv.get(str(at), "")).encode("latin-1"))
            if not operand:
                continue
            name, equals, value = operand.partition("=")
            if equals and name.isidentifier():
                assign(self._state, name, value)
                continue
            self._any_file = True
            try:
                self._fd = 0 if operand == "-" else open_fd(self._a, operand)
            except OSError as error:
                raise Die(f"{operand}: {reason(error)}") from None
            self._state.set("FILENAME", narrow(operand))
            self._state.set("FNR", 0.0)
            return True
        if self._any_file:
            return False
        self._any_file, self._fd = True, 0
        return True

    def _record(self) -> Steps[str | None]:
        separator = self._state.text("RS")
        if len(separator) == 1 and self._pieces is None:
            end = separator.encode("latin-1")
            if self._lines is None:
                self._lines = Lines(self._a, self._fd, end)
            data = yield from self._lines.next()
            return None if data is None else data.removesuffix(end).decode("latin-1")
        if self._pieces is None:
            text = (yield from read_all(self._a, self._fd)).decode("latin-1")
            if separator == "":
                text = text.strip("\n")
                self._pieces = _cut(text, "\n\n+") if text else []
            else:
                self._pieces = _cut(
                    text.removesuffix("\n") if compiled(separator).matches("\n") else text, separator
                )
                if self._pieces and not self._pieces[-1]:
                    self._pieces.pop()
        return self._pieces.pop(0) if self._pieces else None


def _cut(text: str, separator: str) -> list[str]:
    regex, found, at = compiled(separator), [], 0
    while (match := regex.search(text, at)) is not None and match.end > match.start:
        found.append(text[at : match.start])
        at = match.end
    return [*found, text[at:]]


def assign(state: State, name: str, value: str) -> None:
    """Set a variable as the command line has it, with escapes."""
    text = narrow(value).replace('"', '\\"')
    state.set(name, Input(tokens(f'"{text}"')[0].text))


@applet("awk", "gawk", "mawk")
def awk(a: Applet) -> Steps[int | None]:
    """Run an awk program."""
    found = a.options("+F:v:f:e:W:", {"field-separator": "F", "assign": "v", "file": "f"})
    words = list(found.rest)
    parts = []
    for letter, value in found.given:
        if letter == "f":
            try:
                parts.append((yield from read_file(a, value)).decode("latin-1"))
            except OSError as error:
                raise Die(f"can't open '{value}': {reason(error)}") from None
        elif letter == "e":
            parts.append(narrow(value))
    if not parts:
        if not words:
            raise BadUsage
        parts = [narrow(words.pop(0))]
    program = Parser("\n".join(parts))
    state = State()
    if "F" in found:
        separator = found.get("F") or ""
        assign(state, "FS", "\t" if separator == "t" else separator)
    for setting in found.all("v"):
        name, equals, value = setting.partition("=")
        if not equals:
            raise BadUsage
        assign(state, name, value)
    state.globals["ENVIRON"] = {narrow(key): Input(narrow(value)) for key, value in a.p.env.items()}
    arguments = ["awk", *words]
    state.globals["ARGV"] = {str(at): Input(narrow(word)) for at, word in enumerate(arguments)}
    state.globals["ARGC"] = float(len(arguments))
    machine = Machine(a, state, program.functions)
    try:
        yield from _run(a, program, machine, state)
    except BadRegex as error:
        raise Die(f"bad regex: {error}") from None
    except RecursionError:
        raise Die("function call nesting too deep") from None
    finally:
        yield from machine.streams.close_all()
    return machine.code


def _run(a: Applet, program: Parser, machine: Machine, state: State) -> Steps[None]:
    records = _Records(a, state)
    machine.read_record = records.next
    try:
        yield from _once(machine, program.begin)
        if program.rules or program.end:
            active: dict[int, bool] = {}
            while (record := (yield from records.next())) is not None:
                state.record = record
                try:
                    for at, rule in enumerate(program.rules):
                        yield from _rule(machine, at, rule, active)
                except Next as following:
                    if following.file:
                        records.skip()
                yield from a.spill()
    except Exit:
        pass
    try:
        yield from _once(machine, program.end)
    except Exit:
        return


def _once(machine: Machine, blocks: list[Tree]) -> Steps[None]:
    """Run what comes before or after the lines; a ``next`` ends it."""
    try:
        for block in blocks:
            yield from machine.run(block)
    except Next:
        return


def _rule(
    machine: Machine,
    at: int,
    rule: tuple[Tree | None, Tree | None, Tree | None],
    active: dict[int, bool],
) -> Steps[None]:
    first, last, action = rule
    if first is not None and not active.get(at):
        if not (yield from machine.test(first)):
            return
        active[at] = last is not None
    if last is not None and (yield from machine.test(last)):
        active[at] = False
    yield from machine.run(action if action is not None else ("print", [], "", None))
