"""Words of a script: quotes, parameters, substitutions and arithmetic become parts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dockpy.fake.sh.source import Source
from dockpy.fake.sh.tree import (
    Arithmetic,
    Command,
    Literal,
    Parameter,
    Part,
    ProcessSubstitution,
    Substitution,
    Tilde,
    Word,
)

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["NAME", "WordReader", "tildes"]

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PLAIN = re.compile(r"[^\\'\"`$\s;&|<>()}:/]+", re.ASCII)
_PLAIN_QUOTED = re.compile(r"[^\\\"`$}():/]+")
_ENDS = " \t\n;&|<>()"
_SPECIAL = "@*#?$!-"
_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_CODES = re.compile(r"x([0-9A-Fa-f]{1,2})|([0-7]{1,3})")


class _Parts:
    """Parts while they are gathered; neighbouring text is one part."""

    def __init__(self) -> None:
        self.parts: list[Part] = []

    def text(self, text: str, quoted: bool) -> None:
        if self.parts and isinstance(last := self.parts[-1], Literal) and last.quoted == quoted:
            last.text += text
        else:
            self.parts.append(Literal(text, quoted))

    def word(self) -> Word:
        return Word(tuple(self.parts))


class WordReader:
    """Reads words.

    Args:
        source: the text.
        commands: parses the commands of a substitution: up to its closing parenthesis, which it takes, or up
            to the end.
    """

    def __init__(self, source: Source, commands: Callable[[Source, bool], Command | None]) -> None:
        self.source = source
        self._commands = commands

    def word(self) -> Word:
        """A word, up to a blank or an operator."""
        parts = _Parts()
        self._unquoted(parts, _ENDS)
        return parts.word()

    def document(self, text: str) -> Word:
        """The text of a here-document: as within double quotes, which are nothing special."""
        inner = Source(text)
        inner.depth = self.source.depth
        reader = WordReader(inner, self._commands)
        parts = _Parts()
        reader._quoted(parts, "", document=True)
        if not parts.parts:
            parts.text("", True)
        return parts.word()

    def _unquoted(self, parts: _Parts, ends: str) -> None:
        source = self.source
        while True:
            if plain := _PLAIN.match(source.text, source.position):
                source.position = plain.end()
                parts.text(plain[0], False)
            char = source.peek()
            if char and char in "<>" and char in ends and self._process(parts):
                continue
            if char == "" or char in ends:
                return
            if not self._special(parts, char, quoted=False):
                source.position += 1
                parts.text(char, False)

    def _process(self, parts: _Parts) -> bool:
        source = self.source
        if source.text[source.position + 1 : source.position + 2] != "(":
            return False
        reading = source.take() == "<"
        source.take()
        parts.parts.append(ProcessSubstitution(self._commands(source, True), reading))
        return True

    def _special(self, parts: _Parts, char: str, *, quoted: bool) -> bool:
        source = self.source
        if char == "\\":
            source.take()
            following = source.take()
            if following == "":
                parts.text("\\", True)
            elif following != "\n":
                parts.text(following, True)
        elif char == "'":
            source.take()
            parts.text(self._until_quote(), True)
        elif char == '"':
            source.take()
            self._double(parts)
        elif char == "`":
            source.take()
            parts.parts.append(Substitution(self._backquoted(quoted), quoted))
        elif char == "$":
            self._dollar(parts, quoted)
        else:
            return False
        return True

    def _until_quote(self) -> str:
        source = self.source
        end = source.text.find("'", source.position)
        if end < 0:
            source.position = len(source.text)
            source.peek()
            raise source.fault("unterminated quoted string")
        text = source.text[source.position : end]
        source.position = end + 1
        return text

    def _double(self, parts: _Parts) -> None:
        before = len(parts.parts)
        size = len(parts.parts[-1].text) if before and isinstance(parts.parts[-1], Literal) else 0
        self._quoted(parts, '"')
        if self.source.take() != '"':
            raise self.source.fault("unterminated quoted string")
        if len(parts.parts) == before and not (
            before and isinstance(last := parts.parts[-1], Literal) and len(last.text) > size
        ):
            parts.text("", True)

    def _quoted(self, parts: _Parts, ends: str, *, document: bool = False) -> None:
        """Text within double quotes, up to one of the characters `ends`, which is left."""
        source = self.source
        while True:
            if plain := _PLAIN_QUOTED.match(source.text, source.position):
                source.position = plain.end()
                parts.text(plain[0], True)
            char = source.peek()
            if char == "" or char in ends:
                return
            if char == "\\":
                source.take()
                following = source.peek()
                if following == "\n":
                    source.take()
                elif following and (
                    following in "$`\\" or (following == '"' and not document) or following in ends
                ):
                    parts.text(source.take(), True)
                else:
                    parts.text("\\", True)
            elif char in "$`":
                self._special(parts, char, quoted=True)
            elif char == '"' and not document:
                source.take()
                self._toggled(parts)
            else:
                parts.text(source.take(), True)

    def _toggled(self, parts: _Parts) -> None:
        """Double quotes of a word that is within double quotes already: they end and begin again."""
        self._quoted(parts, '"')
        if self.source.take() != '"':
            raise self.source.fault("unterminated quoted string")

    def _dollar(self, parts: _Parts, quoted: bool) -> None:
        source = self.source
        source.take()
        char = source.skip_joined()
        if char == "(":
            source.take()
            if source.skip_joined() == "(":
                source.take()
                parts.parts.append(self._arithmetic(quoted))
            else:
                parts.parts.append(Substitution(self._commands(source, True), quoted))
        elif char == "{":
            source.take()
            source.enter()
            parts.parts.append(self._braced(quoted))
            source.leave()
        elif name := NAME.match(source.text, source.position):
            source.position = name.end()
            source.peek()
            parts.parts.append(Parameter(name[0], quoted=quoted))
        elif char and (char in _SPECIAL or char in "0123456789"):
            source.take()
            parts.parts.append(Parameter(char, quoted=quoted))
        elif char == "'" and not quoted:
            source.take()
            parts.text(self._ansi(), True)
        else:
            parts.text("$", quoted)

    def _ansi(self) -> str:
        source, text = self.source, []
        while (char := source.take()) != "'":
            if char == "":
                raise source.fault("unterminated quoted string")
            if char == "\\":
                if code := _CODES.match(source.text, source.position):
                    source.position = code.end()
                    value = int(code[1], 16) if code[1] else int(code[2], 8) & 0xFF
                    char = chr(value) if value < 128 else chr(0xDC00 + value)
                else:
                    char = source.take()
                    char = _ESCAPES.get(char, char if char in "'\"\\" else "\\" + char)
            text.append(char)
        return "".join(text)

    def _braced(self, quoted: bool) -> Parameter:
        source = self.source
        char = source.skip_joined()
        if char == "#":
            source.take()
            if source.peek() == "}":
                source.take()
                return Parameter("#", quoted=quoted)
            start = source.position
            name = self._name()
            if name is not None and source.peek() == "}":
                source.take()
                return Parameter(name, "length", quoted=quoted)
            source.position = start
            name = "#"
        else:
            name = self._name()
        if name is None:
            if "}" not in source.text[source.position :]:
                source.position = len(source.text)
                source.peek()
                raise source.fault("missing '}'")
            raise source.fault("bad substitution")
        return self._operated(name, quoted)

    def _name(self) -> str | None:
        source = self.source
        char = source.peek()
        if found := NAME.match(source.text, source.position):
            source.position = found.end()
            return found[0]
        if char and char in "0123456789":
            digits = ""
            while (char := source.peek()) and char in "0123456789":
                digits += source.take()
            return digits
        if char and char in _SPECIAL:
            return source.take()
        return None

    def _operated(self, name: str, quoted: bool) -> Parameter:
        source = self.source
        operator = source.skip_joined()
        if operator == "}":
            source.take()
            return Parameter(name, quoted=quoted)
        if operator == "":
            raise source.fault("unterminated quoted string" if quoted else "missing '}'")
        if operator not in ":-=?+#%/":
            if quoted and operator == '"':
                raise source.fault("unterminated quoted string")
            raise source.fault("bad substitution")
        source.take()
        following = source.peek()
        second = None
        if operator == ":" and following and following in "-=?+":
            operator = ":" + source.take()
        elif operator == ":":
            operator = "slice"
        elif operator in "#%/" and following == operator:
            operator += source.take()
        if operator == "slice":
            word = self._inner(True, ":}")
            if source.peek() == ":":
                source.take()
                second = self._inner(True, "}")
        elif operator in ("/", "//"):
            word = self._inner(False, "/}")
            if source.peek() == "/":
                source.take()
                second = self._inner(quoted, "}")
        else:
            word = self._inner(quoted and operator[0] not in "#%", "}")
        if source.take() != "}":
            raise source.fault("unterminated quoted string" if quoted else "missing '}'")
        return Parameter(name, operator, word, second, quoted)

    def _inner(self, quoted: bool, ends: str) -> Word:
        parts = _Parts()
        if quoted:
            self._quoted(parts, ends)
            if not parts.parts:
                parts.text("", True)
        else:
            self._unquoted(parts, ends)
        return tildes(parts.word())

    def _arithmetic(self, quoted: bool) -> Arithmetic:
        source, parts, open_ = self.source, _Parts(), 0
        source.enter()
        while True:
            self._quoted(parts, "()", document=True)
            char = source.take()
            if char == "(":
                open_ += 1
            elif char == ")" and open_:
                open_ -= 1
            elif char == ")":
                if source.skip_joined() == ")":
                    source.take()
                    source.leave()
                    return Arithmetic(parts.word(), quoted)
                raise source.fault("missing '))'")
            else:
                raise source.fault("missing '))'")
            parts.text(char, True)

    def _backquoted(self, quoted: bool) -> Command | None:
        source, text = self.source, []
        line = source.line
        while (char := source.take()) != "`":
            if char == "":
                raise source.fault("EOF in backquote substitution")
            if char == "\\":
                following = source.take()
                if following == "\n":
                    continue
                keep = following not in ("\\", "`", "$") and not (quoted and following == '"')
                char = "\\" + following if keep else following
            text.append(char)
        inner = Source("".join(text), line=line)
        inner.depth = source.depth
        return self._commands(inner, False)


def tildes(word: Word, *, assigned: bool = False) -> Word:
    """The word with its tildes recognized: at its beginning and, in an assignment, behind each colon."""
    parts: list[Part] = []
    for index, part in enumerate(word.parts):
        if not isinstance(part, Literal) or part.quoted or "~" not in part.text:
            parts.append(part)
            continue
        pieces = re.split(r"(:)", part.text) if assigned else [part.text]
        rest = ""
        for number, piece in enumerate(pieces):
            begins = (index == 0 and number == 0) or number > 0
            ends = number + 1 < len(pieces) or index + 1 == len(word.parts)
            user, slash, path = piece[1:].partition("/")
            if begins and piece.startswith("~") and (ends or slash):
                if rest:
                    parts.append(Literal(rest))
                parts.append(Tilde(user))
                rest = slash + path
            else:
                rest += piece
        if rest:
            parts.append(Literal(rest))
    return Word(tuple(parts))
