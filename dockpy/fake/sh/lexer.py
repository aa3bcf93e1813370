"""Tokens of a script: words, operators, redirections and the here-documents that follow a line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dockpy.fake.sh.tree import Literal, Redirect, Word
from dockpy.fake.sh.words import WordReader

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockpy.fake.sh.source import Source
    from dockpy.fake.sh.tree import Command

__all__ = ["KEYWORDS", "Lexer", "Token"]

KEYWORDS = frozenset(
    [
        "!",
        "case",
        "do",
        "done",
        "elif",
        "else",
        "esac",
        "fi",
        "for",
        "function",
        "if",
        "in",
        "then",
        "until",
        "while",
        "{",
        "}",
    ]
)
_BLANK = re.compile(r"(?:[ \t]|\\\n)*")
_OPERATORS = ("&&", "||", ";;", "&", "|", ";", "(", ")")
_REDIRECTS = ("<<-", "<<", "<&", "<>", "<", ">>", ">&", ">|", ">")
_NUMBER = re.compile(r"[0-9]{1,9}\Z", re.ASCII)


@dataclass(slots=True)
class Token:
    """A token.

    Attributes:
        kind: ``"word"``, ``"redirection"``, ``"newline"``, ``"end of file"``, an operator, or a keyword.
        word: of a word.
        redirect: of a redirection.
        start: where it begins in the text.
        line: its line's number.
    """

    kind: str
    start: int
    line: int
    word: Word | None = None
    redirect: Redirect | None = None

    @property
    def text(self) -> str | None:
        """The text of a word that has no quotes and expands to itself alone."""
        if self.word is None or any(not isinstance(p, Literal) or p.quoted for p in self.word.parts):
            return None
        return "".join(p.text for p in self.word.parts if isinstance(p, Literal))

    def __str__(self) -> str:
        return (
            self.kind if self.kind in ("word", "redirection", "newline", "end of file") else f'"{self.kind}"'
        )


@dataclass(slots=True)
class _Document:
    redirect: Redirect
    delimiter: str
    quoted: bool
    tabs: bool


class Lexer:
    """Cuts a text into tokens.

    Args:
        source: the text.
        commands: parses the commands of a substitution.
        aliases: texts to put in place of the first word of a command.
    """

    def __init__(
        self,
        source: Source,
        commands: Callable[[Source, bool], Command | None],
        aliases: dict[str, str],
    ) -> None:
        self.source = source
        self._words = WordReader(source, commands)
        self._aliases = aliases
        self._documents: list[_Document] = []
        self._pushed: Token | None = None
        self._follows: int | None = None

    @property
    def ended(self) -> bool:
        """Whether the text's end was looked at."""
        return self._pushed is not None and self._pushed.kind == "end of file"

    def push(self, token: Token) -> None:
        """Give a token back."""
        self._pushed = token

    def take(self, *, keywords: bool = False, newlines: bool = False, aliases: bool = False) -> Token:
        """The next token.

        Args:
            keywords: a word may be a keyword here.
            newlines: newlines do not count.
            aliases: a word may be an alias here.
        """
        while True:
            token = self._next()
            if newlines and token.kind == "newline":
                continue
            if self._follows is not None and len(self.source.text) - token.start <= self._follows:
                self._follows = None
                aliases = True
            if token.kind == "word" and (keywords or aliases) and (text := token.text) is not None:
                if keywords and text in KEYWORDS:
                    token.kind = text
                elif aliases and self._replaced(text):
                    continue
            return token

    def _replaced(self, name: str) -> bool:
        """Put an alias in place of its name, which was just read; whether there is one to put."""
        text, left = self._aliases.get(name), len(self.source.text) - self.source.position
        if text is None or not self.source.insert(name, text):
            return False
        if text[-1:] in (" ", "\t"):  # the word behind it may be one, too
            self._follows = left
        return True

    def condition_word(self) -> Token:
        """The next token within ``[[ … ]]``, where operators are words."""
        source = self.source
        source.position = _BLANK.match(source.text, source.position).end()  # type: ignore[union-attr]
        for operator in ("&&", "||", "<", ">"):
            if source.text.startswith(operator, source.position) and self._pushed is None:
                start = source.position
                source.position += len(operator)
                return Token("word", start, source.line, Word((Literal(operator, True),)))
        return self.take()

    def documents(self) -> None:
        """Read the here-documents that begin here."""
        waiting, self._documents = self._documents, []
        for document in waiting:
            lines = []
            while (line := self._line()) is not None:
                bare = line.lstrip("\t") if document.tabs else line
                if bare.removesuffix("\n") == document.delimiter:
                    break
                lines.append(bare)
            text = "".join(lines)
            if document.quoted:
                document.redirect.word = Word((Literal(text, True),))
            else:
                document.redirect.word = self._words.document(text)

    def _line(self) -> str | None:
        source = self.source
        if source.peek() == "":
            return None
        end = source.text.find("\n", source.position)
        start, source.position = source.position, len(source.text) if end < 0 else end + 1
        if end < 0:
            source.peek()
        return source.text[start : source.position]

    def _next(self) -> Token:
        if self._pushed is not None:
            token, self._pushed = self._pushed, None
            return token
        source = self.source
        source.position = _BLANK.match(source.text, source.position).end()  # type: ignore[union-attr]
        if source.peek() == "#":
            end = source.text.find("\n", source.position)
            source.position = len(source.text) if end < 0 else end
        start, line = source.position, source.line
        char = source.peek()
        if char == "":
            self.documents()
            return Token("end of file", start, line)
        if char == "\n":
            source.take()
            if self._documents:
                self.documents()
            return Token("newline", start, line)
        if char in "&|;()":
            return self._operator(start, line)
        if char in "<>" and not source.text.startswith("(", start + 1):
            return self._redirection(start, line, None)
        word = self._words.word()
        if source.peek() in ("<", ">") and len(word.parts) == 1:
            first = word.parts[0]
            if isinstance(first, Literal) and not first.quoted and _NUMBER.match(first.text):
                return self._redirection(start, line, int(first.text))
        return Token("word", start, line, word)

    def _operator(self, start: int, line: int) -> Token:
        source = self.source
        char = source.take()
        if char in "&|;":
            following = source.skip_joined()
            if following == char:
                source.take()
                char += following
            elif char == "&" and following == ">":
                source.take()
                return self._target(Token("redirection", start, line), 1, "&>")
        return Token(char, start, line)

    def _redirection(self, start: int, line: int, fd: int | None) -> Token:
        source = self.source
        operator = source.take()
        while (following := source.skip_joined()) and operator + following in _REDIRECTS:
            operator += source.take()
        if fd is None:
            fd = 0 if operator[0] == "<" else 1
        return self._target(Token("redirection", start, line), fd, operator)

    def _target(self, token: Token, fd: int, operator: str) -> Token:
        source = self.source
        source.position = _BLANK.match(source.text, source.position).end()  # type: ignore[union-attr]
        if (char := source.peek()) and char in "<>" and not source.text.startswith("(", source.position + 1):
            raise source.fault("unexpected redirection")
        target = self._next()
        if target.word is None:
            raise self.source.fault(f"unexpected {target}")
        token.redirect = redirect = Redirect(fd, operator, target.word)
        if operator in ("<<", "<<-"):
            redirect.operator = "<<"
            quoted = any(not isinstance(p, Literal) or p.quoted for p in target.word.parts)
            delimiter = "".join(p.text for p in target.word.parts if isinstance(p, Literal))
            self._documents.append(_Document(redirect, delimiter, quoted, operator == "<<-"))
        return token
