"""Words with quotes and variables, as builders read them: ``"${NAME:-default}"``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dockpy.fake.starred import starred
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ExpansionError", "Lex"]

_SPECIAL = "@*#?-$!0"
_END = ""
_NO_CHARACTER = "\ufffd"


class ExpansionError(Exception):
    """A word cannot be read."""


class Lex:
    """Reads words.

    Args:
        escape: the character that escapes.
        api: the engine's newest version: older ones know fewer forms.
    """

    def __init__(self, escape: str, api: str) -> None:
        self._escape = escape
        self._new = at_least(api, "1.42")

    def word(self, text: str, variables: Mapping[str, str]) -> str:
        """One word, whatever blanks the variables have.

        Raises:
            ExpansionError: it cannot be read.
        """
        return self._read(text, variables)[0]

    def words(self, text: str, variables: Mapping[str, str]) -> list[str]:
        """Several words, apart by the blanks that variables have.

        Raises:
            ExpansionError: it cannot be read.
        """
        return self._read(text, variables)[1]

    def _read(self, text: str, variables: Mapping[str, str]) -> tuple[str, list[str]]:
        reader = _Reader(text, variables, self._escape, self._new)
        try:
            return reader.read(_END)
        except ExpansionError as error:
            raise ExpansionError(f"failed to process {_quoted(text)}: {error}") from None


class _Collected:
    """Words in the making."""

    def __init__(self) -> None:
        self._words: list[str] = []
        self._word = ""

    def add(self, text: str) -> None:
        for character in text:
            if not character.isspace():
                self._word += character
            elif self._word:
                self._words.append(self._word)
                self._word = ""

    def add_raw(self, text: str) -> None:
        self._word += text

    def all(self) -> list[str]:
        return [*self._words, self._word] if self._word else self._words


class _Reader:
    def __init__(self, text: str, variables: Mapping[str, str], escape: str, new: bool) -> None:
        self._text = text
        self._variables = variables
        self._escape = escape
        self._new = new
        self._at = 0

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _next(self) -> str:
        character = self._peek()
        self._at += 1
        return character

    def read(self, stop: str, *, raw: bool = False) -> tuple[str, list[str]]:
        """All up to a character, or to the end; `raw`: escapes stay, for patterns."""
        result = ""
        words = _Collected()
        while (character := self._peek()) != _END:
            if stop and character == stop:
                self._at += 1
                return result, words.all()
            if character == "$":
                value = self._dollar()
                words.add(value)
            elif character in "'\"":
                value = self._single() if character == "'" else self._double()
                words.add_raw(value)
            else:
                self._at += 1
                value = character
                if character == self._escape:
                    value = (character if raw else "") + self._next()
                    words.add_raw(value)
                else:
                    words.add(value)
            result += value
        if stop:
            raise ExpansionError(f"unexpected end of statement while looking for matching {stop}")
        return result, words.all()

    def _single(self) -> str:
        end = self._text.find("'", self._at + 1)
        if end < 0:
            self._at = len(self._text)
            raise ExpansionError("unexpected end of statement while looking for matching single-quote")
        text = self._text[self._at + 1 : end]
        self._at = end + 1
        return text

    def _double(self) -> str:
        self._at += 1
        result = ""
        while (character := self._peek()) != '"':
            if character == _END:
                raise ExpansionError("unexpected end of statement while looking for matching double-quote")
            if character == "$":
                result += self._dollar()
                continue
            self._at += 1
            if character == self._escape:
                if self._peek() == _END:
                    continue
                if self._peek() in ('"', "$", self._escape):
                    character = self._next()
            result += character
        self._at += 1
        return result

    def _name(self) -> str:
        match = re.compile(r"\d+").match(self._text, self._at)
        if match is None and self._peek() and self._peek() in _SPECIAL:
            return self._next()
        if match is None:
            match = re.compile(r"\w*").match(self._text, self._at)
        assert match is not None
        self._at = match.end()
        return match[0]

    def _dollar(self) -> str:
        self._at += 1
        if self._peek() != "{":
            name = self._name()
            return self._variables.get(name, "") if name else "$"
        self._at += 1
        if self._peek() == _END:
            raise ExpansionError("syntax error: missing '}'")
        if self._peek() in "{}:":
            raise ExpansionError("syntax error: bad substitution")
        name = self._name()
        shown = operator = self._next()
        if operator == "}":
            return self._variables.get(name, "")
        empty_is_unset = operator == ":"
        if empty_is_unset:
            operator = self._next()
            shown += operator
        elif operator == "/" and self._new:
            return self._replaced(name)
        elif not self._new:
            raise ExpansionError("missing ':' in substitution")
        elif not operator or operator not in "+-?#%":
            raise ExpansionError(f"unsupported modifier ({shown or _NO_CHARACTER}) in substitution")
        word = self._operand("}", raw=operator in ("#", "%"))
        value = self._variables.get(name)
        missing = value is None or (empty_is_unset and not value)
        match operator:
            case "-":
                return word if missing else value or ""
            case "+":
                return "" if missing else word
            case "?":
                if missing:
                    what = "empty" if value is not None and self._new else "unset"
                    raise ExpansionError(f"{name}: {word or f'is not allowed to be {what}'}")
                return value or ""
            case "#" | "%" if self._new:
                return _trimmed(value or "", word, operator)
            case _:
                raise ExpansionError(
                    f"unsupported modifier ({shown if self._new else operator}) in substitution"
                )

    def _operand(self, stop: str, *, raw: bool) -> str:
        try:
            return self.read(stop, raw=raw)[0]
        except ExpansionError:
            if self._peek() != _END:
                raise
            where = "'/' in ${}" if stop == "/" else "'}'"
            raise ExpansionError(f"syntax error: missing {where}") from None

    def _replaced(self, name: str) -> str:
        everywhere = self._peek() == "/"
        self._at += everywhere
        pattern = self._operand("/", raw=True)
        replacement = self._operand("}", raw=True)
        found = re.compile(_regex(pattern, greedy=True), re.S)
        value = self._variables.get(name, "")
        return found.sub(lambda _: replacement, value, count=0 if everywhere else 1)


def _trimmed(value: str, word: str, operator: str) -> str:
    greedy = word.startswith(operator)
    pattern = word.removeprefix(operator)
    if operator == "#":
        match = re.compile(_regex(pattern, greedy=greedy), re.S).match(value)
        return value if match is None else value[match.end() :]
    ends = re.compile(_regex(pattern, greedy=True), re.S)
    starts = range(len(value) + 1) if greedy else range(len(value), -1, -1)
    return next((value[:start] for start in starts if ends.fullmatch(value, start)), value)


def _regex(pattern: str, *, greedy: bool) -> str:
    """A shell's pattern: only ``*`` and ``?`` are special, and ``\\`` before them."""
    parts, found, at = list[str](), "", 0
    while at < len(pattern):
        character = pattern[at]
        at += 1
        if character == "*":
            parts.append(found)
            found = ""
        elif character == "?":
            found += "."
        elif character == "\\":
            after = pattern[at : at + 1]
            if after in ("}", "/"):
                continue
            if after not in ("*", "?", "\\") or not after:
                problem = f"invalid escape '\\{after}'"
                raise ExpansionError(f"invalid pattern ({pattern}) in substitution: {problem}")
            found += re.escape(after)
            at += 1
        else:
            found += re.escape(character)
    return starred([*parts, found], greedy=greedy)


def _quoted(text: str) -> str:
    return (
        '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t") + '"'
    )
