"""Expansion: words become arguments."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dockpy.fake.sh.arithmetic import evaluate
from dockpy.fake.sh.errors import Failure
from dockpy.fake.sh.fields import Fields
from dockpy.fake.sh.patterns import Pieces, expression, files, has_magic, joined
from dockpy.fake.sh.text import encode, inner
from dockpy.fake.sh.tree import Arithmetic, Literal, Parameter, ProcessSubstitution, Substitution, Tilde, Word

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from dockpy.fake.kernel.scheduler import Wait, Waitable
    from dockpy.fake.sh.shell import Shell
    from dockpy.fake.sh.tree import Part

__all__ = ["Expander"]


class Expander:
    """Expands words.

    Args:
        shell: whose variables, and who runs what is substituted.
    """

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    # Whole words

    def arguments(self, words: Sequence[Word]) -> Generator[Waitable | Wait | None, None, list[str]]:
        """The arguments that words become: split, and file names for patterns."""
        found: list[str] = []
        fields: Fields | None = None
        for word in words:
            if word.plain is not None:
                found.append(word.plain)
                continue
            fields = Fields(self._shell.ifs)
            yield from self._parts(word.parts, fields)
            for pieces in fields.finish():
                found += self._files(pieces)
        return found

    def text(self, word: Word) -> Generator[Waitable | Wait | None, None, str]:
        """The one text that a word becomes where it is neither split nor a pattern."""
        if word.plain is not None:
            return word.plain
        return joined((yield from self.pattern(word)))

    def pattern(self, word: Word) -> Generator[Waitable | Wait | None, None, Pieces]:
        """The pattern that a word becomes."""
        fields = Fields(None)
        yield from self._parts(word.parts, fields)
        return fields.whole()

    def _files(self, pieces: Pieces) -> list[str]:
        if has_magic(pieces) and not self._shell.options["f"]:
            found = files(self._shell.p, pieces)
            if found:
                return found
        return [joined(pieces)]

    # Parts

    def _parts(
        self, parts: Sequence[Part], out: Fields, *, split: bool = False
    ) -> Generator[Waitable | Wait | None, None, None]:
        for part in parts:
            if isinstance(part, Literal):
                if split:
                    out.expanded(part.text, part.quoted)
                else:
                    out.add(part.text, part.quoted)
            elif isinstance(part, Parameter):
                if part.operator:
                    yield from self._operated(part, out)
                else:
                    self._parameter(part, out)
            elif isinstance(part, Arithmetic):
                text = yield from self.text(part.expression)
                out.expanded(str(evaluate(text, self._shell)), part.quoted)
            elif isinstance(part, Substitution):
                out.expanded((yield from self._shell.substitute(part.body)), part.quoted)
            elif isinstance(part, Tilde):
                out.add(self._home(part.user), True)
            elif isinstance(part, ProcessSubstitution):
                out.add(self._shell.connect(part.body, part.reading), True)

    def _home(self, user: str) -> str:
        if not user:
            home = self._shell.variables.get("HOME")
            return "~" if home is None else home
        home = self._shell.home_of(user)
        return f"~{user}" if home is None else home

    def _parameter(self, part: Parameter, out: Fields) -> None:
        name = part.name
        if name in "@*":
            self._all(name, part.quoted, out)
            return
        value = self._shell.parameter(name)
        if value is None:
            if self._shell.options["u"]:
                raise Failure(f"{name}: parameter not set")
            value = ""
        out.expanded(value, part.quoted)

    def _all(self, name: str, quoted: bool, out: Fields) -> None:
        shell = self._shell
        if not out.split or (quoted and name == "*"):
            ifs = shell.variables.get("IFS")
            between = " " if ifs is None else ifs[:1]
            out.add(between.join(shell.arguments), quoted)
            return
        for number, argument in enumerate(shell.arguments):
            if number:
                out.end()
            out.expanded(argument, quoted)

    def _operated(self, part: Parameter, out: Fields) -> Generator[Waitable | Wait | None, None, None]:
        operator, name, word = part.operator, part.name, part.word
        value = self._value(name)
        if operator[-1] in "-=?+" and word is not None:
            missing = value is None or (operator[0] == ":" and value == "")
            if operator[-1] == "+":
                if not missing:
                    yield from self._parts(word.parts, out, split=True)
            elif not missing:
                self._parameter(part, out)
            elif operator[-1] == "-":
                yield from self._parts(word.parts, out, split=True)
            elif operator[-1] == "=":
                text = yield from self.text(word)
                self._shell.assign(name, text)
                out.expanded(text, part.quoted)
            else:
                text = yield from self.text(word)
                usual = "parameter not set" + (" or null" if operator[0] == ":" else "")
                raise Failure(f"{name}: {text or usual}")
            return
        if value is None and self._shell.options["u"] and name not in "@*":
            raise Failure(f"{name}: parameter not set")
        value = value or ""
        if operator == "length":
            out.expanded(str(len(self._shell.arguments)) if name in "@*" else str(len(value)), part.quoted)
        elif operator == "slice":
            out.expanded((yield from self._slice(part, value)), part.quoted)
        elif word is not None:
            pieces = yield from self.pattern(word)
            if operator in ("/", "//"):
                second = "" if part.second is None else (yield from self.text(part.second))
                value = _replaced(value, pieces, second, every=operator == "//")
            else:
                value = _trimmed(value, operator, pieces)
            out.expanded(value, part.quoted)

    def _value(self, name: str) -> str | None:
        if name in "@*":
            arguments = self._shell.arguments
            return " ".join(arguments) if arguments else None
        return self._shell.parameter(name)

    def _slice(self, part: Parameter, value: str) -> Generator[Waitable | Wait | None, None, str]:
        start = 0
        if part.word is not None:
            start = evaluate((yield from self.text(part.word)), self._shell)
        size = len(value)
        if part.second is not None:
            size = evaluate((yield from self.text(part.second)), self._shell)
        if start < 0:
            start = max(len(value) + start, 0)
        rest = value[start:]
        if size < 0:
            size = len(rest) + size
        return rest[:size] if size >= 0 else rest


def _trimmed(value: str, operator: str, pieces: Pieces) -> str:
    if operator[0] == "#":
        found = re.match(expression(pieces, operator == "##"), value, re.DOTALL)
        return value if found is None else value[found.end() :]
    text = expression(pieces)
    if operator == "%%":
        found = re.search(f"(?:{text})\\Z", value, re.DOTALL)
        return value if found is None else value[: found.start()]
    found = re.match(f"(.*)(?:{text})\\Z", value, re.DOTALL)
    return value if found is None else value[: found.end(1)]


def _replaced(value: str, pieces: Pieces, replacement: str, *, every: bool) -> str:
    text = expression(pieces)
    if not text:
        return value
    return re.sub(text, lambda _: replacement, value, count=0 if every else 1, flags=re.DOTALL)


def home_of(passwd: bytes, user: str) -> str | None:
    """The home of a user, by the text of ``/etc/passwd``."""
    for line in passwd.splitlines():
        columns = line.split(b":")
        if len(columns) > 5 and columns[0] == encode(user):
            return inner(columns[5].decode("utf-8", "surrogateescape"))
    return None
