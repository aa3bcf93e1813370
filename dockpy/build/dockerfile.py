"""Dockerfiles: their instructions, and which of them the classic builder does not know or reads wrongly.

The newest engines' classic builder ignores some of what it does not know: a here-document, ``COPY --link``,
``ADD --checksum``. So what needs BuildKit is found here, before anything is sent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["Dockerfile", "Instruction", "Need", "parse_dockerfile"]


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction.

    Attributes:
        line: where it begins, from 1 on.
        keyword: such as ``RUN``, in capitals.
        flags: such as ``{"from": "build"}``; of those that are given twice the last.
        arguments: the rest, its lines joined.
        text: all of it, its lines joined.
        heredocs: the names of its here-documents.
    """

    line: int
    keyword: str
    flags: Mapping[str, str]
    arguments: str
    text: str
    heredocs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Need:
    """Something that needs BuildKit: where it stands, the instruction, and what it is."""

    line: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Dockerfile:
    """A Dockerfile, read.

    Attributes:
        directives: what its first comments set (``syntax``, ``escape``, ``check``).
        instructions: its instructions, in their order.
    """

    directives: Mapping[str, str]
    instructions: Sequence[Instruction]

    def needs(self, arguments: Mapping[str, str | None] | None = None) -> Iterator[Need]:
        """What in it needs BuildKit, in its order.

        Args:
            arguments: build arguments that are given, by their names.
        """
        syntax = self.directives.get("syntax", "")
        if syntax and not _STANDARD_SYNTAX.fullmatch(syntax):
            yield Need(1, f"# syntax={syntax}", "another Dockerfile syntax")
        given, within_stage = set(arguments or ()), False
        for instruction in self.instructions:
            for reason in _reasons(instruction, given):
                yield Need(instruction.line, instruction.text, reason)
            within_stage = within_stage or instruction.keyword == "FROM"
            if instruction.keyword == "ARG" and not within_stage:
                given |= {name for name, value in _assignments(instruction.arguments) if value is not None}

    def images(self, arguments: Mapping[str, str | None] | None = None) -> list[str]:
        """The images that it is built from, as far as they are known before it is built.

        Args:
            arguments: build arguments that are given, by their names.
        """
        values: dict[str, str] = {}
        found: dict[str, None] = {}
        stages: set[str] = {"scratch"}
        before_stages = True
        for instruction in self.instructions:
            name = ""
            if instruction.keyword == "ARG" and before_stages:
                for argument, default in _assignments(instruction.arguments):
                    value = (arguments or {}).get(argument, default)
                    values[argument] = _substituted(value or "", values)
            elif instruction.keyword == "FROM" and (words := instruction.arguments.split()):
                before_stages = False
                name = _substituted(words[0], values)
                if name.lower() in stages:
                    name = ""
                if len(words) == 3:
                    stages.add(words[2].lower())
            elif instruction.keyword == "COPY":
                name = instruction.flags.get("from", "")
                if name.isdigit() or name.lower() in stages:
                    name = ""
            if name and "$" not in name:
                found[name] = None
        return list(found)


_STANDARD_SYNTAX = re.compile(r"(?:docker\.io/)?docker/dockerfile(?::(?!.*labs)[\w.-]+)?(?:@sha256:\w+)?")

# The flags that BuildKit knows and the classic builder does not, or only seems to.
_FLAGS: dict[str, set[str]] = {
    "RUN": {"device", "mount", "network", "security"},
    "COPY": {"chmod", "exclude", "link", "parents"},
    "ADD": {"checksum", "chmod", "exclude", "keep-git-dir", "link", "unpack"},
}
_PLATFORM_ARGUMENTS = {
    f"{prefix}{part}"
    for prefix in ("TARGET", "BUILD")
    for part in ("PLATFORM", "OS", "OSVERSION", "ARCH", "VARIANT")
} | {"TARGETSTAGE"}
_GIT = re.compile(r"git://|ssh://|git@[^/]+:|https?://\S+?\.git(?:[#?]|$)")


def _reasons(instruction: Instruction, given: set[str]) -> Iterator[str]:
    keyword, arguments = instruction.keyword, instruction.arguments
    for flag in instruction.flags:
        if flag in _FLAGS.get(keyword, ()):
            yield f"{keyword} --{flag}"
    if instruction.heredocs:
        yield f"{keyword} with a here-document"
    if keyword == "ADD":
        for word in arguments.split()[:-1]:
            if _GIT.match(word):
                yield "ADD of a git repository"
    elif keyword == "ARG":
        for name, value in _assignments(arguments):
            if name in _PLATFORM_ARGUMENTS - given and value is None:
                yield f"ARG {name}"
    elif keyword == "FROM":
        for name in _VARIABLE.findall(instruction.text):
            if name in _PLATFORM_ARGUMENTS - given:
                yield f"${name} in FROM"


# Reading

_DIRECTIVE = re.compile(r"#\s*([A-Za-z][A-Za-z0-9]*)\s*=\s*(.+?)\s*")
_HEREDOC = re.compile(r"\d*<<(-?)\s*([^<]+)")
_MAY_HAVE_HEREDOCS = {"ADD", "COPY", "RUN"}
_FLAG = re.compile(r"--([A-Za-z][A-Za-z0-9-]*)(?:=(.*))?", re.DOTALL)


def parse_dockerfile(content: str | bytes) -> Dockerfile:
    """Read a Dockerfile. Whether it is right is the engine's to say: nothing is refused here.

    Args:
        content: its text.
    """
    if isinstance(content, bytes):
        content = content.decode("utf-8", "replace")
    lines = [line.removesuffix("\r") for line in content.removeprefix("\ufeff").split("\n")]
    directives = _directives(lines)
    escape = "`" if directives.get("escape") == "`" else "\\"
    return Dockerfile(directives, list(_instructions(lines, escape)))


def _directives(lines: Sequence[str]) -> dict[str, str]:
    """The directives, which stand above everything else, other comments too."""
    directives: dict[str, str] = {}
    for line in lines:
        match = _DIRECTIVE.fullmatch(line.strip())
        if match is None or match[1].lower() in directives:
            break
        directives[match[1].lower()] = match[2]
    return directives


def _instructions(lines: Sequence[str], escape: str) -> Iterator[Instruction]:
    # An escape at a line's end continues it; two of them are one that is written out.
    goes_on = re.compile(rf"(?:^|(?<=[^{re.escape(escape)}])){re.escape(escape)}[ \t]*$")
    index = 0
    while index < len(lines):
        begin = index
        text, index = _logical_line(lines, index, goes_on)
        if not text.strip():
            continue
        instruction = _instruction(begin + 1, text, escape)
        for name, tabs in _heredocs(instruction, escape):
            index = _after_heredoc(lines, index, name, tabs)
        yield instruction


def _logical_line(lines: Sequence[str], index: int, goes_on: re.Pattern[str]) -> tuple[str, int]:
    """The line at an index with those that continue it, and the index of the next one."""
    pieces: list[str] = []
    while index < len(lines):
        line, index = lines[index], index + 1
        if line.lstrip().startswith("#") or (pieces and not line.strip()):
            if pieces:
                continue  # comments and empty lines do not end an instruction
            break
        shortened = goes_on.sub("", line)
        pieces.append(shortened)
        if shortened == line:
            break
    return "".join(pieces), index


def _instruction(line: int, text: str, escape: str) -> Instruction:
    text = text.strip()
    keyword, _, rest = re.sub(r"\s+", " ", text, count=1).partition(" ")
    flags: dict[str, str] = {}
    rest = rest.strip()
    while match := _FLAG.fullmatch(word := rest.split(maxsplit=1)[0] if rest else ""):
        flags[match[1]] = match[2] or ""
        rest = rest[len(word) :].lstrip()
    if rest.startswith("-- "):  # the end of the flags
        rest = rest[3:].lstrip()
    inner = Instruction(line, keyword.upper(), flags, rest, text)
    names = tuple(name for name, _ in _heredocs(inner, escape))
    return Instruction(line, keyword.upper(), flags, rest, text, names)


def _heredocs(instruction: Instruction, escape: str) -> Iterator[tuple[str, bool]]:
    """The here-documents of an instruction: their names, and whether tabs before their lines do not count."""
    keyword, arguments = instruction.keyword, instruction.arguments
    if keyword == "ONBUILD":
        keyword, _, arguments = arguments.partition(" ")
    if keyword.upper() not in _MAY_HAVE_HEREDOCS or arguments.startswith("["):
        return
    for word in _words(arguments, escape):
        if (match := _HEREDOC.fullmatch(word)) and (name := _unquoted(match[2], escape)):
            yield name, bool(match[1])


def _words(text: str, escape: str) -> Iterator[str]:
    """The words of a shell's line, quotes kept."""
    word, quote, index = "", "", 0
    while index < len(text):
        char = text[index]
        index += 1
        if char == escape and quote != "'" and index < len(text):
            word += char + text[index]
            index += 1
        elif quote or not char.isspace():
            if char == quote:
                quote = ""
            elif not quote and char in "'\"":
                quote = char
            word += char
        elif word:
            yield word
            word = ""
    if word:
        yield word


def _unquoted(text: str, escape: str) -> str:
    return re.sub(rf"['\"]|{re.escape(escape)}(?=.)", "", text)


def _after_heredoc(lines: Sequence[str], index: int, name: str, tabs: bool) -> int:
    """The index after the line that ends a here-document."""
    while index < len(lines):
        line, index = lines[index], index + 1
        if (line.lstrip("\t") if tabs else line) == name:
            break
    return index


# Arguments

_VARIABLE = re.compile(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)")
_SUBSTITUTION = re.compile(r"\$(?:\{([A-Za-z_]\w*)(?:(:?[-+])([^}]*))?\}|([A-Za-z_]\w*))", re.ASCII)


def _assignments(arguments: str) -> Iterator[tuple[str, str | None]]:
    """The names that an ARG declares, with their defaults."""
    for word in _words(arguments, "\\"):
        name, found, value = word.partition("=")
        yield name, value.strip("'\"") if found else None


def _substituted(text: str, values: Mapping[str, str]) -> str:
    """A text with its variables replaced; those that are not known stay."""

    def value(match: re.Match[str]) -> str:
        name, operator, word = match[1] or match[4], match[2] or "", match[3] or ""
        known = values.get(name)
        if operator.endswith("-"):
            return known if known or (known is not None and ":" not in operator) else word
        if operator.endswith("+"):
            return word if known else ""
        return match[0] if known is None else known

    return _SUBSTITUTION.sub(value, text)
