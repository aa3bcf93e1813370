"""sed's scripts: from their text to commands."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from dockpy.fake.applets.errors import Die
from dockpy.fake.applets.regex import BadRegex, Regex

__all__ = ["Address", "Command", "ScriptParser", "Substitution"]


@dataclass
class Address:
    """Which line: of a number, the last, or where something matches."""

    kind: str
    number: int = 0
    regex: Regex | None = None


@dataclass
class Substitution:
    """The command s."""

    regex: Regex | None
    replacement: list[str | int]
    everywhere: bool = False
    nth: int = 1
    prints: bool = False
    write_to: str | None = None


@dataclass
class Command:
    """One command, with the state of its range."""

    letter: str
    first: Address | None = None
    last: Address | None = None
    negated: bool = False
    text: str = ""
    substitution: Substitution | None = None
    table: dict[int, int] = field(default_factory=dict)
    jump: int = -1
    active: bool = False
    until: int = 0


class ScriptParser:
    """Parses scripts of one character a byte.

    Args:
        extended: their expressions are EREs.

    Attributes:
        commands: what was parsed.
    """

    def __init__(self, *, extended: bool) -> None:
        self.commands: list[Command] = []
        self._extended = extended
        self._text = ""
        self._at = 0
        self._blocks: list[int] = []
        self._labels: dict[str, int] = {}
        self._previous: Regex | None = None

    def add(self, text: str) -> None:
        """Parse one more script."""
        self._text, self._at = text, 0
        while True:
            self._skip(" \t\n;")
            if self._at >= len(text):
                return
            self._command()

    def finish(self) -> None:
        """Say where the jumps lead."""
        for block in self._blocks:
            self.commands[block].jump = len(self.commands)
        for command in self.commands:
            if command.letter in "btT" and command.text:
                if command.text not in self._labels:
                    raise Die(f"can't find label for jump to '{command.text}'")
                command.jump = self._labels[command.text]
            elif command.letter in "btT":
                command.jump = len(self.commands)

    def _skip(self, chars: str) -> None:
        while self._at < len(self._text) and self._text[self._at] in chars:
            self._at += 1

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _command(self) -> None:
        if self._peek() == "#":
            self._line()
            return
        command = Command("")
        command.first = self._address()
        self._skip(" \t")
        if command.first is not None and self._peek() == ",":
            self._at += 1
            self._skip(" \t")
            command.last = self._second()
            if command.last is None:
                raise Die("no address after comma")
        self._skip(" \t")
        while self._peek() == "!":
            command.negated = True
            self._at += 1
            self._skip(" \t")
        command.letter = self._peek()
        if not command.letter:
            raise Die("missing command")
        self._at += 1
        self._arguments(command)

    # Addresses

    def _address(self) -> Address | None:
        char = self._peek()
        if char.isdecimal():
            number = self._number()
            return Address("line", number)
        if char == "$":
            self._at += 1
            return Address("last")
        if char in ("/", "\\") and char:
            self._at += 1
            if char == "\\":
                char = self._peek()
                self._at += 1
            pattern = self._until(char)
            return Address("match", regex=self._regex(pattern))
        return None

    def _second(self) -> Address | None:
        char = self._peek()
        if char == "+":
            self._at += 1
            return Address("more", self._number())
        return self._address()

    def _number(self) -> int:
        start = self._at
        while self._peek().isdecimal():
            self._at += 1
        return int(self._text[start : self._at] or 0)

    def _until(self, mark: str) -> str:
        """The text up to a delimiter; what is escaped is kept as it is, but for the delimiter itself."""
        found = ""
        inside = False
        start = self._at
        while self._at < len(self._text):
            char = self._text[self._at]
            self._at += 1
            if char == "\\" and not inside and self._at < len(self._text):
                following = self._text[self._at]
                self._at += 1
                if following == mark:
                    found += mark
                elif following == "n":
                    found += "\n"
                else:
                    found += "\\" + following
                continue
            if char == "[" and not inside:
                inside = True
                skip = re.match(r"\^?\]?", self._text[self._at :])
                found += char + (skip[0] if skip else "")
                self._at += len(skip[0]) if skip else 0
                continue
            if char == "]" and inside:
                inside = False
            elif char == mark and not inside:
                return found
            found += char
        self._at = start
        raise Die(f"unmatched '{mark}'")

    def _regex(self, pattern: str, *, fold: bool = False) -> Regex | None:
        if not pattern:
            return self._previous
        try:
            self._previous = Regex(_with_escapes(pattern), extended=self._extended, fold=fold)
            return self._previous
        except BadRegex as error:
            raise Die(f"bad regex '{pattern}': {error}") from None

    # What commands take

    def _arguments(self, command: Command) -> None:
        letter = command.letter
        if letter == "{":
            self._blocks.append(len(self.commands))
            self.commands.append(command)
            return
        if letter == "}":
            if self._blocks:
                self.commands[self._blocks.pop()].jump = len(self.commands)
            return
        if letter == ":":
            if command.first is not None:
                raise Die("unsupported command :")
            self._labels[self._word()] = len(self.commands)
            return
        if letter in "btT":
            command.text = self._word()
        elif letter in "aic":
            command.text = self._insertion()
        elif letter in "rw":
            self._skip(" \t")
            command.text = self._line()
            if not command.text:
                raise Die("empty filename")
        elif letter == "s":
            command.substitution = self._substitution()
        elif letter == "y":
            command.table = self._table()
        elif letter not in "=dDgGhHlnNpPqx":
            raise Die(f"unsupported command {letter}")
        self.commands.append(command)

    def _word(self) -> str:
        self._skip(" \t")
        match = re.compile(r"[^;\s}]*").match(self._text, self._at)
        word = match[0] if match else ""
        self._at += len(word)
        return word

    def _line(self) -> str:
        end = self._text.find("\n", self._at)
        end = len(self._text) if end < 0 else end
        line = self._text[self._at : end]
        self._at = end
        return line

    def _insertion(self) -> str:
        self._skip(" \t")
        if self._text.startswith("\\\n", self._at):
            self._at += 2
        elif self._peek() == "\\":
            blanks = re.compile(r"[ \t]*\n?").match(self._text, self._at + 1)
            self._at += 1
            if blanks is not None and blanks[0].endswith("\n"):
                self._at = blanks.end()
        found = ""
        while self._at < len(self._text):
            char = self._text[self._at]
            self._at += 1
            if char == "\\" and self._at < len(self._text):
                following = self._text[self._at]
                self._at += 1
                found += {"t": "\t", "n": "\n"}.get(following, following)
                continue
            if char == "\n":
                break
            found += char
        if not found:
            raise Die("expected \\ after `a', `c' or `i'")
        return found

    def _table(self) -> dict[int, int]:
        mark = self._peek()
        self._at += 1
        first, second = (_plain(self._until(mark)) for _ in range(2))
        return {ord(one): ord(other) for one, other in zip(first, second, strict=False)}

    def _substitution(self) -> Substitution:
        mark = self._peek()
        self._at += 1
        if not mark or mark in "\n\\":
            raise Die("bad delimiter")
        pattern = self._until(mark)
        replacement = _replacement(self._raw_until(mark))
        found = Substitution(None, replacement)
        fold = False
        while (char := self._peek()) and char not in ";}\n#":
            if char.isdecimal():
                found.nth = self._number()
                continue
            self._at += 1
            if char == "g":
                found.everywhere, found.nth = True, 1
            elif char == "p":
                found.prints = True
            elif char in "iI":
                fold = True
            elif char == "w":
                self._skip(" \t")
                found.write_to = self._line()
            elif char not in " \tMe":
                raise Die("bad option in substitution expression")
        found.regex = self._regex(pattern, fold=fold)
        return found

    def _raw_until(self, mark: str) -> str:
        found = ""
        while self._at < len(self._text):
            char = self._text[self._at]
            self._at += 1
            if char == mark:
                return found
            found += char
            if char == "\\" and self._at < len(self._text):
                if self._text[self._at] == mark and mark not in "&0123456789n":
                    found = found[:-1]
                found += self._text[self._at]
                self._at += 1
        raise Die(f"unmatched '{mark}'")


def _with_escapes(pattern: str) -> str:
    return re.sub(
        r"\\(.)",
        lambda match: {"t": "\t", "r": "\r", "f": "\f", "v": "\v", "a": "\a"}.get(match[1], match[0]),
        pattern,
        flags=re.DOTALL,
    )


def _plain(text: str) -> str:
    return re.sub(
        r"\\(.)", lambda match: {"t": "\t", "n": "\n"}.get(match[1], match[1]), text, flags=re.DOTALL
    )


def _replacement(text: str) -> list[str | int]:
    """Texts, and numbers of groups."""
    found: list[str | int] = []
    held = ""
    at = 0
    while at < len(text):
        char = text[at]
        at += 1
        group = -1
        if char == "&":
            group = 0
        elif char == "\\" and at < len(text):
            following = text[at]
            at += 1
            if following.isdecimal():
                group = int(following)
            else:
                held += {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "a": "\a"}.get(
                    following, following
                )
        else:
            held += char
        if group >= 0:
            found += [held, group]
            held = ""
    return [*found, held]
