"""The grammar: commands out of tokens, one complete command at a time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dockpy.fake.sh.lexer import Lexer, Token
from dockpy.fake.sh.tree import (
    AndOr,
    Assignment,
    Background,
    Case,
    CaseItem,
    Command,
    For,
    Function,
    Group,
    If,
    Literal,
    Loop,
    Not,
    Pipeline,
    ProcessSubstitution,
    Redirect,
    Sequence,
    Simple,
    Subshell,
    Tilde,
    Word,
)
from dockpy.fake.sh.words import NAME, tildes

if TYPE_CHECKING:
    from dockpy.fake.sh.errors import SyntaxFault
    from dockpy.fake.sh.source import Source

__all__ = ["SPECIAL", "Parser"]

SPECIAL = frozenset(
    [
        ":",
        ".",
        "break",
        "continue",
        "eval",
        "exec",
        "exit",
        "export",
        "readonly",
        "return",
        "set",
        "shift",
        "source",
        "times",
        "trap",
        "unset",
    ]
)
"""The special builtins."""
_ASSIGNING = ("export", "readonly", "local")
_ENDING = frozenset(["end of file", ")", ";;", "then", "fi", "elif", "else", "do", "done", "}", "esac"])


class Parser:
    """Parses commands.

    Args:
        source: the text; what was parsed of it is behind its position.
        aliases: the shell's.
    """

    def __init__(self, source: Source, aliases: dict[str, str] | None = None) -> None:
        self._source = source
        self._aliases = {} if aliases is None else aliases
        self._lexer = Lexer(source, self.substituted, self._aliases)

    def next(self) -> Command | None:
        """The commands of the next line that has some; None at the end.

        Raises:
            SyntaxFault: they are none.
            Incomplete: the source may get more text, and it is needed.
        """
        while True:
            token = self._lexer.take(keywords=True, aliases=True)
            if token.kind == "newline":
                continue
            if token.kind == "end of file":
                return None
            self._lexer.push(token)
            return self._list(line=True)

    @property
    def ended(self) -> bool:
        """Whether the text ended with the command that was parsed, without a newline behind it."""
        return self._lexer.ended

    def substituted(self, source: Source, closed: bool) -> Command | None:
        """The commands of a substitution.

        Args:
            source: its text, or the text that it is part of.
            closed: a parenthesis ends it, which is taken; else the text's end.
        """
        source.enter()
        parser = Parser(source, self._aliases)
        body = parser._compound_list()
        token = parser._lexer.take(keywords=True)
        if token.kind != (")" if closed else "end of file") and not (not closed and token.kind == ")"):
            raise parser._unexpected(token, '")"' if closed else "")
        source.leave()
        return body

    def _unexpected(self, token: Token, expecting: str = "") -> SyntaxFault:
        return self._source.fault(f"unexpected {token}" + (f" (expecting {expecting})" if expecting else ""))

    def _expect(self, kind: str, *, keywords: bool = True, newlines: bool = False) -> Token:
        token = self._lexer.take(keywords=keywords, newlines=newlines, aliases=keywords)
        if token.kind != kind:
            raise self._unexpected(token, kind if kind == "word" else f'"{kind}"')
        return token

    # Lists

    def _compound_list(self) -> Command | None:
        """Commands up to a token that ends them; None where there are none."""
        token = self._lexer.take(keywords=True, newlines=True, aliases=True)
        self._lexer.push(token)
        return None if token.kind in _ENDING else self._list(line=False)

    def _body(self) -> Command:
        """Commands, of which there must be some."""
        body = self._compound_list()
        if body is not None:
            return body
        token = self._lexer.take(keywords=True)
        if token.kind != "end of file":
            raise self._unexpected(token)
        self._lexer.push(token)  # whoever asked says what it expected
        return Sequence(())

    def _list(self, *, line: bool) -> Command:
        commands: list[Command] = []
        while True:
            start = self._lexer.take(keywords=True, aliases=True)
            self._lexer.push(start)
            command = self._and_or()
            token = self._lexer.take()
            if token.kind == "&":
                command = Background(command, self._source.text[start.start : token.start].strip())
            commands.append(command)
            if token.kind == "newline" and line:
                break
            if token.kind == "end of file":
                self._lexer.push(token)
                break
            if token.kind not in ("newline", ";", "&"):
                if line:
                    raise self._unexpected(token)
                self._lexer.push(token)
                break
            following = self._lexer.take(keywords=True, newlines=not line, aliases=True)
            if line and following.kind == "newline":
                break
            self._lexer.push(following)
            if following.kind in _ENDING and not (line and following.kind != "end of file"):
                break
        return commands[0] if len(commands) == 1 else Sequence(tuple(commands))

    def _and_or(self) -> Command:
        left = self._pipeline()
        while True:
            token = self._lexer.take()
            if token.kind not in ("&&", "||"):
                self._lexer.push(token)
                return left
            self._skip_newlines()
            left = AndOr(left, self._pipeline(), token.kind == "&&")

    def _skip_newlines(self) -> None:
        self._lexer.push(self._lexer.take(keywords=True, newlines=True, aliases=True))

    def _pipeline(self) -> Command:
        token = self._lexer.take(keywords=True, aliases=True)
        negated = token.kind == "!"
        if negated:
            token = self._lexer.take(keywords=True, aliases=True)
        self._lexer.push(token)
        start = token.start
        commands = [self._command()]
        while (token := self._lexer.take()).kind == "|":
            self._skip_newlines()
            commands.append(self._command())
        self._lexer.push(token)
        command = commands[0]
        if len(commands) > 1:
            command = Pipeline(tuple(commands), self._source.text[start : token.start].strip())
        return Not(command) if negated else command

    # Commands

    def _command(self) -> Command:
        token = self._lexer.take(keywords=True, aliases=True)
        if token.kind in ("word", "redirection"):
            self._lexer.push(token)
            return self._simple(token.line)
        readers = {
            "if": self._if,
            "while": self._loop,
            "until": self._loop,
            "for": self._for,
            "case": self._case,
            "(": self._subshell,
            "{": self._group,
            "function": self._function,
        }
        reader = readers.get(token.kind)
        if reader is None:
            raise self._unexpected(token)
        self._source.enter()
        command = reader(token)
        self._source.leave()
        if token.kind == "function":
            return command
        redirects = self._redirects()
        if isinstance(command, Subshell):
            command.redirects = redirects
        elif redirects:
            return Group(command, redirects, token.line)
        return command

    def _redirects(self) -> tuple[Redirect, ...]:
        found = []
        while (token := self._lexer.take(keywords=True, aliases=True)).redirect is not None:
            found.append(token.redirect)
        self._lexer.push(token)
        return tuple(found)

    def _if(self, token: Token) -> Command:
        clauses = []
        while token.kind in ("if", "elif"):
            condition = self._body()
            self._expect("then")
            clauses.append((condition, self._body()))
            token = self._lexer.take(keywords=True)
        otherwise = None
        if token.kind == "else":
            otherwise = self._body()
            token = self._lexer.take(keywords=True)
        if token.kind != "fi":
            raise self._unexpected(token, '"fi"')
        return If(tuple(clauses), otherwise)

    def _loop(self, token: Token) -> Command:
        condition = self._body()
        self._expect("do")
        body = self._body()
        self._expect("done")
        return Loop(condition, body, token.kind == "until")

    def _for(self, token: Token) -> Command:
        name = self._lexer.take()
        if name.text is None or not NAME.fullmatch(name.text):
            raise self._source.fault("bad for loop variable")
        words: list[Word] | None = None
        following = self._lexer.take(keywords=True, newlines=True, aliases=True)
        if following.kind == "in":
            words = []
            while (following := self._lexer.take()).word is not None:
                words.append(tildes(following.word))
            if following.kind not in ("newline", ";"):
                raise self._unexpected(following)
        elif following.kind != ";":
            self._lexer.push(following)
        self._expect("do", newlines=True)
        body = self._body()
        self._expect("done")
        return For(name.text, None if words is None else tuple(words), body, token.line)

    def _case(self, token: Token) -> Command:
        subject = self._lexer.take()
        if subject.word is None:
            raise self._unexpected(subject, "word")
        self._expect("in", newlines=True)
        items = []
        following = self._lexer.take(keywords=True, newlines=True)
        while following.kind != "esac":
            if following.kind == "(":
                following = self._lexer.take()
            patterns = []
            while True:
                patterns.append(tildes(following.word or Word(())))
                following = self._lexer.take()
                if following.kind != "|":
                    break
                following = self._lexer.take()
            if following.kind != ")":
                raise self._unexpected(following, '")"')
            items.append(CaseItem(tuple(patterns), self._compound_list()))
            following = self._lexer.take(keywords=True, newlines=True)
            if following.kind != "esac":
                if following.kind != ";;":
                    raise self._unexpected(following, '";;"')
                following = self._lexer.take(keywords=True, newlines=True)
        return Case(tildes(subject.word), tuple(items), token.line)

    def _subshell(self, token: Token) -> Command:
        body = self._body()
        self._expect(")")
        return Subshell(body, (), token.line)

    def _group(self, token: Token) -> Command:
        body = self._body()
        self._expect("}")
        return body if not isinstance(body, Simple) else Group(body)

    def _function(self, token: Token) -> Command:
        name = self._lexer.take()
        if name.word is None:
            raise self._unexpected(name, "word")
        following = self._lexer.take()
        if following.kind == "(":
            self._expect(")", keywords=False)
        else:
            self._lexer.push(following)
        return self._defined(name)

    def _defined(self, name: Token) -> Command:
        if name.text is None or not NAME.fullmatch(name.text) or name.text in SPECIAL:
            raise self._source.fault("bad function name")
        self._skip_newlines()
        return Function(name.text, self._command(), name.line)

    def _simple(self, line: int) -> Command:
        assignments: list[Assignment] = []
        words: list[Word] = []
        redirects: list[Redirect] = []
        first: Token | None = None
        within = False
        while True:
            token = self._lexer.condition_word() if within else self._lexer.take(aliases=not words)
            if token.redirect is not None:
                redirects.append(token.redirect)
            elif token.word is not None:
                assignment = None if words else _assignment(token.word)
                if assignment is not None:
                    assignments.append(assignment)
                    continue
                assigned = bool(words) and words[0].plain in _ASSIGNING and _assignment(token.word)
                first = first or token
                words.append(_kept(assigned) if assigned else tildes(token.word))
                text = token.text
                within = text == "[[" if len(words) == 1 else within and text != "]]"
            elif token.kind == "(" and len(words) == 1 and first and not (assignments or redirects):
                self._expect(")", keywords=False)
                self._source.enter()
                function = self._defined(first)
                self._source.leave()
                return function
            else:
                self._lexer.push(token)
                return Simple(tuple(assignments), tuple(words), tuple(redirects), line)


def _kept(assignment: Assignment) -> Word:
    """An assignment as an argument: it is not split."""
    parts = [
        p if isinstance(p, (Tilde, ProcessSubstitution)) else replace(p, quoted=True)
        for p in assignment.value.parts
    ]
    return Word((Literal(f"{assignment.name}=", True), *parts))


def _assignment(word: Word) -> Assignment | None:
    if not word.parts or not isinstance(first := word.parts[0], Literal) or first.quoted:
        return None
    name = NAME.match(first.text)
    if name is None or not first.text.startswith("=", name.end()):
        return None
    rest = first.text[name.end() + 1 :]
    parts = ((Literal(rest),) if rest else ()) + word.parts[1:]
    return Assignment(name[0], tildes(Word(parts), assigned=True))
