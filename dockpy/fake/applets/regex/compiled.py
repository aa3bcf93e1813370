"""A regular expression ready to search."""

from __future__ import annotations

import re

from dockpy.fake.applets.regex.automaton import Automaton
from dockpy.fake.applets.regex.nodes import ALL, Alt, Assertion, Back, Cat, Chars, Group, Node, Repeat
from dockpy.fake.applets.regex.parser import Parser

__all__ = ["Match", "Regex"]


class Match:
    """Where an expression matched.

    Attributes:
        text: what was searched.
        spans: start and end of the whole and of each group; -1 where it took no part.
    """

    __slots__ = ("spans", "text")

    def __init__(self, text: str, spans: list[tuple[int, int]]) -> None:
        self.text: str = text
        self.spans: list[tuple[int, int]] = spans

    @property
    def start(self) -> int:
        """Where it begins."""
        return self.spans[0][0]

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.spans[0][1]

    def group(self, number: int = 0) -> str:
        """What a group matched; empty where it took no part."""
        start, end = self.spans[number]
        return self.text[start:end] if start >= 0 else ""


class Regex:
    """A compiled expression.

    Args:
        pattern: of one character a byte.
        extended: an ERE, not a BRE.
        fold: upper and lower case are the same.
        lines: ``^`` and ``$`` are each line's (REG_NEWLINE).

    Attributes:
        groups: how many it has.

    Raises:
        BadRegex: it is none.
    """

    def __init__(
        self, pattern: str, *, extended: bool = False, fold: bool = False, lines: bool = False
    ) -> None:
        parser = Parser(pattern, extended=extended, fold=fold, lines=lines)
        node = parser.parse()
        self.groups: int = parser.groups
        self._re: re.Pattern[str] | None = None
        self._automaton: Automaton | None = None
        if parser.back or _Plain().fits(node):
            flags = re.ASCII | (re.MULTILINE if lines else 0)
            self._re = re.compile(_source(node, fold=fold, lines=lines), flags)
        else:
            self._automaton = Automaton(node, self.groups, lines=lines)

    def search(self, text: str, at: int = 0) -> Match | None:
        """The leftmost match that starts there or later, and of those the longest.

        Args:
            text: of one character a byte.
            at: where to start; ``^`` is the text's begin all the same.
        """
        if self._re is not None:
            match = self._re.search(text, at)
            return None if match is None else Match(text, [match.span(n) for n in range(self.groups + 1)])
        assert self._automaton is not None
        spans = self._automaton.search(text, at)
        return None if spans is None else Match(text, spans)

    def matches(self, text: str) -> bool:
        """Whether it is found anywhere in the text."""
        if self._re is not None:
            return self._re.search(text) is not None
        return self.search(text) is not None


class _Plain:
    """Says whether `re` finds the same match, in a time that does not explode."""

    def __init__(self) -> None:
        self._open_ended = 0
        self._variable = False

    def fits(self, node: Node) -> bool:
        """Whether it does."""
        if isinstance(node, Cat):
            return all(self.fits(part) for part in node.parts)
        if isinstance(node, Group):
            return self.fits(node.part)
        if isinstance(node, Alt):
            return not self._variable and self._distinct(node)
        if isinstance(node, Repeat):
            return self._repeat(node)
        return True

    def _repeat(self, node: Repeat) -> bool:
        fixed = node.least == node.most
        part = node.part
        if isinstance(part, Chars):
            if node.most is None:
                self._open_ended += 1
            self._variable = self._variable or not fixed
            return self._open_ended <= 4
        if self._variable or not _is_fixed(part):
            return False
        self._variable = not fixed
        self._open_ended += node.most is None
        return self._open_ended <= 4

    def _distinct(self, node: Alt) -> bool:
        """Whether no alternative begins another: then at most one of them matches."""
        texts = []
        for part in node.parts:
            chars = part.parts if isinstance(part, Cat) else (part,)
            if not chars or not all(isinstance(char, Chars) and len(char.codes) <= 2 for char in chars):
                return False
            texts.append([min(char.codes) for char in chars if isinstance(char, Chars)])
        return not any(
            one is not other and other[: len(one)] == one for one in texts for other in texts
        ) and len({tuple(text) for text in texts}) == len(texts)


def _is_fixed(node: Node) -> bool:
    if isinstance(node, Cat):
        return bool(node.parts) and all(_is_fixed(part) for part in node.parts)
    if isinstance(node, Group):
        return _is_fixed(node.part)
    return isinstance(node, Chars)


def _source(node: Node, *, fold: bool, lines: bool) -> str:
    """The expression as `re` writes it."""
    match node:
        case Chars(codes):
            return _set(codes)
        case Cat(parts):
            return "".join(_source(part, fold=fold, lines=lines) for part in parts)
        case Alt(parts):
            return "(?:" + "|".join(_source(part, fold=fold, lines=lines) for part in parts) + ")"
        case Group(_, part):
            return f"({_source(part, fold=fold, lines=lines)})"
        case Back(number):
            return f"(?i:\\{number})" if fold else f"(?:\\{number})"
        case Repeat(part, least, most):
            return f"(?:{_source(part, fold=fold, lines=lines)}){{{least},{'' if most is None else most}}}"
        case Assertion(kind):
            return _ASSERTIONS_BY_LINE[kind] if lines else _ASSERTIONS[kind]


_ASSERTIONS = {
    "^": r"\A",
    "$": r"\Z",
    "A": r"\A",
    "Z": r"\Z",
    "b": r"\b",
    "B": r"\B",
    "<": r"\b(?=\w)",
    ">": r"\b(?<=\w)",
}
_ASSERTIONS_BY_LINE = _ASSERTIONS | {"^": r"(?:^)", "$": r"(?:$)"}


def _set(codes: frozenset[int]) -> str:
    if len(codes) == 256:
        return r"[\x00-\xff]"
    if not codes:
        return r"(?!)"
    excluded = len(codes) > 128
    chosen = sorted(ALL - codes if excluded else codes)
    ranges: list[str] = []
    start = end = chosen[0]
    for code in [*chosen[1:], -1]:
        if code == end + 1:
            end = code
            continue
        ranges.append(f"\\x{start:02x}" if start == end else f"\\x{start:02x}-\\x{end:02x}")
        start = end = code
    return f"[{'^' if excluded else ''}{''.join(ranges)}]"
