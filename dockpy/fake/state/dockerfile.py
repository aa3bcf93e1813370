"""The lines of a Dockerfile: directives, comments, continued lines, here-documents."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dockpy.fake.state.dockerfile_words import SPLIT, Words, split_command
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Dockerfile", "DockerfileError", "Heredoc", "Node", "parse_dockerfile", "parse_line"]

_DIRECTIVE = re.compile(r"#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*")
_HEREDOC = re.compile(r"(\d*)<<(-?)(['\"]?)([a-zA-Z_][a-zA-Z0-9_.]*)\3")
_LONGEST_LINE = 64 * 1024 - 1
_TAKES_HEREDOCS = {"add", "copy", "run"}


class DockerfileError(Exception):
    """A Dockerfile is none.

    Args:
        line: where; 0 where it is no line's fault.
        problem: what is wrong.
    """

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(problem)
        self.line = line
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Heredoc:
    """A here-document.

    Attributes:
        name: the word that ends it.
        text: what it holds.
        expand: variables in it are replaced.
        chomp: tabs at the beginning of its lines do not count.
    """

    name: str
    text: str
    expand: bool
    chomp: bool

    @property
    def content(self) -> str:
        """What it stands for."""
        return re.sub(r"(?m)^\t+", "", self.text) if self.chomp else self.text


@dataclass(slots=True)
class Node:
    """An instruction as it is written.

    Attributes:
        keyword: as it is written.
        flags: ``--name=value`` …
        words: its arguments.
        json: they were written as a JSON array.
        original: the line, its continuations joined.
        line: where it begins; `end` where it ends.
        inner: of ONBUILD, what it holds.
        heredocs: its here-documents.
    """

    keyword: str
    flags: list[str]
    words: list[str]
    json: bool
    original: str
    line: int = 1
    end: int = 1
    inner: Node | None = None
    heredocs: list[Heredoc] = field(default_factory=list["Heredoc"])

    @property
    def name(self) -> str:
        """The keyword in lower case."""
        return self.keyword.lower()

    @property
    def code(self) -> str:
        """The line as a build tells it."""
        return self.original.strip()


@dataclass(slots=True)
class Dockerfile:
    """A Dockerfile's instructions.

    Attributes:
        nodes: the instructions.
        escape: the character that escapes.
        warnings: what an engine says of it.
        syntax: the frontend that it asks for; empty for none.
    """

    nodes: list[Node]
    escape: str
    warnings: list[str]
    syntax: str = ""


def parse_line(line: str, escape: str, api: str) -> Node:
    """One instruction.

    Args:
        line: its line, the continuations joined.
        escape: the character that escapes.
        api: the engine's newest version.

    Raises:
        DockerfileError: its arguments cannot be read; of line 0.
    """
    keyword, flags, rest = split_command(line)
    node = Node(keyword, flags, [], False, line)
    try:
        if node.name == "onbuild":
            if rest:
                node.inner = parse_line(rest, escape, api)
                node.words = [node.inner.keyword, *node.inner.words]
                node.json = node.inner.json
        else:
            split = SPLIT.get(node.name)
            found = (
                split(rest, escape, at_least(api, "1.42"))
                if split is not None
                else Words([rest] if rest else [])
            )
            node.words, node.json = found.words, found.json
    except ValueError as error:
        raise DockerfileError(0, str(error)) from None
    return node


def parse_dockerfile(data: bytes, api: str, *, heredocs: bool) -> Dockerfile:
    """A Dockerfile's instructions, as they are written.

    Args:
        data: the file.
        api: the engine's newest version.
        heredocs: whether here-documents are known.

    Raises:
        DockerfileError: it is none.
    """
    return _Reader(data, api, heredocs).read()


class _Reader:
    def __init__(self, data: bytes, api: str, heredocs: bool) -> None:
        text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
        self._lines = [line.removesuffix("\r") for line in text.split("\n")]
        if self._lines[-1] == "":
            self._lines.pop()
        self._api = api
        self._new = at_least(api, "1.42")
        self._heredocs = heredocs
        self._escape = "\\"
        self._seen: dict[str, str] = {}
        self._looking = True
        self._warned: list[str] = []
        self._at = 0

    def read(self) -> Dockerfile:
        nodes: list[Node] = []
        while self._at < len(self._lines):
            node = self._instruction()
            if node is not None:
                nodes.append(node)
        if not nodes:
            raise DockerfileError(self._at, "file with no instructions")
        warnings = list(self._warned)
        if warnings:
            warnings.append("[WARNING]: Empty continuation lines will become errors in a future release.")
        return Dockerfile(nodes, self._escape, warnings, self._seen.get("syntax", ""))

    def _next(self) -> str:
        line = self._lines[self._at]
        if len(line.encode()) > _LONGEST_LINE:
            raise DockerfileError(
                self._at, f"dockerfile line greater than max allowed size of {_LONGEST_LINE}"
            )
        self._at += 1
        return line

    def _instruction(self) -> Node | None:
        line = self._next().lstrip()
        self._directive(line)
        if line.startswith("#"):
            line = ""
        start = self._at
        line, ended = self._continues(line)
        if ended and not line.strip():
            return None
        empty = False
        while not ended and self._at < len(self._lines):
            more = self._next()
            if more.lstrip().startswith("#"):
                continue
            if not more.strip():
                empty = True
                continue
            more, ended = self._continues(more)
            line += more
        if empty:
            self._warned.append(f"[WARNING]: Empty continuation line found in:\n    {line}")
        try:
            node = parse_line(line, self._escape, self._api)
        except DockerfileError as error:
            raise DockerfileError(start, error.problem) from None
        if self._heredocs:
            target = node if node.inner is None else node.inner
            if target.name in _TAKES_HEREDOCS and not target.json:
                node.heredocs = list(self._documents(target, start))
                target.heredocs = node.heredocs
        node.line, node.end = start, self._at
        return node

    def _continues(self, line: str) -> tuple[str, bool]:
        stripped = line.rstrip(" \t")
        if stripped.endswith(self._escape):
            return stripped[:-1], False
        return line, True

    def _directive(self, line: str) -> None:
        if not self._looking:
            return
        match = _DIRECTIVE.fullmatch(line)
        name = match[1].lower() if match else ""
        if match is None or name not in ("escape", "syntax", *(["check"] if self._new else [])):
            self._looking = False
            return
        if name in self._seen:
            raise DockerfileError(self._at - 1, f"only one {name} parser directive can be used")
        self._seen[name] = match[2]
        if name == "escape":
            if match[2] not in ("`", "\\"):
                problem = f"invalid escape token '{match[2]}' does not match ` or \\"
                raise DockerfileError(self._at - 1, problem)
            self._escape = match[2]

    def _documents(self, node: Node, start: int) -> Iterator[Heredoc]:
        words = node.words if node.name != "run" else [node.original]
        for word in words:
            for match in _HEREDOC.finditer(word) if node.name == "run" else [_HEREDOC.fullmatch(word)]:
                if match is not None:
                    yield self._document(match, start)

    def _document(self, match: re.Match[str], start: int) -> Heredoc:
        chomp, name = match[2] == "-", match[4]
        text = ""
        while self._at < len(self._lines):
            line = self._next()
            if (line.lstrip("\t") if chomp else line) == name:
                return Heredoc(name, text, not match[3], chomp)
            text += line + "\n"
        raise DockerfileError(start, "unterminated heredoc")
