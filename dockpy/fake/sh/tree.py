"""The syntax tree: words made of parts, commands made of words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

__all__ = [
    "AndOr",
    "Arithmetic",
    "Assignment",
    "Background",
    "Case",
    "CaseItem",
    "Command",
    "For",
    "Function",
    "Group",
    "If",
    "Literal",
    "Loop",
    "Not",
    "Parameter",
    "Part",
    "Pipeline",
    "ProcessSubstitution",
    "Redirect",
    "Sequence",
    "Simple",
    "Subshell",
    "Substitution",
    "Tilde",
    "Word",
]


@dataclass(slots=True)
class Literal:
    """Text that stands for itself; not quoted, ``*?[`` are patterns."""

    text: str
    quoted: bool = False


@dataclass(slots=True)
class Tilde:
    """``~`` or ``~user`` at the beginning of a path."""

    user: str


@dataclass(slots=True)
class Parameter:
    """``$name`` or ``${name…}``.

    Attributes:
        name: ``x``, ``1``, ``@``.
        operator: ``""``, ``"length"``, ``"-" "=" "?" "+"`` (``":-"`` … where empty counts as unset),
            ``"#" "##" "%" "%%"``, ``"/" "//"`` or ``"slice"``.
        word: what stands behind the operator; of ``/`` the pattern, of a slice the offset.
        second: the replacement of ``/``, the length of a slice.
        quoted: whether it stands within double quotes.
    """

    name: str
    operator: str = ""
    word: Word | None = None
    second: Word | None = None
    quoted: bool = False


@dataclass(slots=True)
class Substitution:
    """``$(…)`` or backquotes."""

    body: Command | None
    quoted: bool = False


@dataclass(slots=True)
class ProcessSubstitution:
    """``<(…)`` or ``>(…)``: a path to a pipe."""

    body: Command | None
    reading: bool


@dataclass(slots=True)
class Arithmetic:
    """``$((…))``."""

    expression: Word
    quoted: bool = False


Part: TypeAlias = Literal | Tilde | Parameter | Substitution | ProcessSubstitution | Arithmetic


@dataclass(slots=True)
class Word:
    """One word, before its expansion.

    Attributes:
        parts: what it is made of.
        plain: the text that it always expands to; None where that depends.
    """

    parts: tuple[Part, ...]
    plain: str | None = field(init=False)

    def __post_init__(self) -> None:
        self.plain = None
        text, bare = "", ""
        for part in self.parts:
            if not isinstance(part, Literal):
                return
            text += part.text
            bare += part.text if not part.quoted else "]" if "]" in part.text else ""
        if self.parts and not ("*" in bare or "?" in bare or ("[" in bare and "]" in bare)):
            self.plain = text


@dataclass(slots=True)
class Assignment:
    """``name=word`` before a command."""

    name: str
    value: Word


@dataclass(slots=True)
class Redirect:
    """A redirection.

    Attributes:
        fd: which descriptor.
        operator: ``< > >> <> >| <& >& << &>``.
        word: where to; the text of a here-document.
    """

    fd: int
    operator: str
    word: Word


@dataclass(slots=True)
class Simple:
    """A command with its assignments and redirections."""

    assignments: tuple[Assignment, ...]
    words: tuple[Word, ...]
    redirects: tuple[Redirect, ...]
    line: int


@dataclass(slots=True)
class Pipeline:
    """Several commands, each writing to the next."""

    commands: tuple[Command, ...]
    text: str


@dataclass(slots=True)
class Not:
    """``! command``."""

    command: Command


@dataclass(slots=True)
class AndOr:
    """``left && right`` or ``left || right``."""

    left: Command
    right: Command
    both: bool


@dataclass(slots=True)
class Sequence:
    """One command after the other."""

    commands: tuple[Command, ...]


@dataclass(slots=True)
class Background:
    """``command &``; `text` is what ``jobs`` shows."""

    command: Command
    text: str


@dataclass(slots=True)
class Subshell:
    """``( … )``."""

    body: Command
    redirects: tuple[Redirect, ...] = ()
    line: int = 0


@dataclass(slots=True)
class Group:
    """``{ … }``, or another compound command that has redirections."""

    body: Command
    redirects: tuple[Redirect, ...] = ()
    line: int = 0


@dataclass(slots=True)
class If:
    """``if``: conditions with what follows each, and ``else``."""

    clauses: tuple[tuple[Command, Command], ...]
    otherwise: Command | None


@dataclass(slots=True)
class Loop:
    """``while``, or ``until``."""

    condition: Command
    body: Command
    until: bool


@dataclass(slots=True)
class For:
    """``for``; without words it goes through the arguments."""

    name: str
    words: tuple[Word, ...] | None
    body: Command
    line: int


@dataclass(slots=True)
class CaseItem:
    """The patterns of a case, and what to do."""

    patterns: tuple[Word, ...]
    body: Command | None


@dataclass(slots=True)
class Case:
    """``case``."""

    subject: Word
    items: tuple[CaseItem, ...]
    line: int


@dataclass(slots=True)
class Function:
    """The definition of a function."""

    name: str
    body: Command
    line: int


Command: TypeAlias = (
    Simple
    | Pipeline
    | Not
    | AndOr
    | Sequence
    | Background
    | Subshell
    | Group
    | If
    | Loop
    | For
    | Case
    | Function
)
