"""From the text of a regular expression to its parts, with glibc's extensions and its complaints."""

from __future__ import annotations

import re

from dockpy.fake.applets.regex.nodes import (
    ALL,
    CLASSES,
    WORD,
    Alt,
    Assertion,
    Back,
    Cat,
    Chars,
    Group,
    Node,
    Repeat,
)

__all__ = ["BadRegex", "Parser"]

_SPACE = CLASSES["space"]
_ESCAPES: dict[str, Node] = {
    "w": Chars(WORD),
    "W": Chars(ALL - WORD),
    "s": Chars(_SPACE),
    "S": Chars(ALL - _SPACE),
    "b": Assertion("b"),
    "B": Assertion("B"),
    "<": Assertion("<"),
    ">": Assertion(">"),
    "`": Assertion("A"),
    "'": Assertion("Z"),
}
_LIMIT = 32767


class BadRegex(ValueError):
    """It is no regular expression; the message is regerror's."""


class Parser:
    """Parses one expression.

    Args:
        text: of one character a byte.
        extended: an ERE, not a BRE.
        fold: upper and lower case are the same.
        lines: a line's end is no character for ``.`` and for lists that exclude.

    Attributes:
        groups: how many there are.
        back: whether something refers back.
    """

    def __init__(self, text: str, *, extended: bool, fold: bool = False, lines: bool = False) -> None:
        self._text = text
        self._at = 0
        self._extended = extended
        self._fold = fold
        self._lines = lines
        self._open = 0
        self._closed: set[int] = set()
        self.groups: int = 0
        self.back: bool = False

    def parse(self) -> Node:
        """The whole expression.

        Raises:
            BadRegex: it is none.
        """
        node = self._alternatives()
        if self._at < len(self._text):
            raise BadRegex("Unmatched ) or \\)")
        return node

    # What comes next

    def _sees(self, extended: str, basic: str) -> bool:
        token = extended if self._extended else basic
        return self._text.startswith(token, self._at)

    def _takes(self, extended: str, basic: str) -> bool:
        if not self._sees(extended, basic):
            return False
        self._at += len(extended if self._extended else basic)
        return True

    @property
    def _ended(self) -> bool:
        if self._at >= len(self._text) or self._sees("|", "\\|"):
            return True
        return self._sees(")", "\\)") and (self._open > 0 or not self._extended)

    # Its grammar

    def _alternatives(self) -> Node:
        parts = [self._branch()]
        while self._takes("|", "\\|"):
            parts.append(self._branch())
        return parts[0] if len(parts) == 1 else Alt(tuple(parts))

    def _branch(self) -> Node:
        parts: list[Node] = []
        first = True
        while not self._ended:
            atom = self._atom(first)
            first = not self._extended and first and atom == Assertion("^")
            parts.append(self._repeated(atom))
        return parts[0] if len(parts) == 1 else Cat(tuple(parts))

    def _atom(self, first: bool) -> Node:
        text = self._text
        char = text[self._at]
        if self._takes("(", "\\("):
            return self._group()
        if char == "\\":
            return self._escaped(first)
        self._at += 1
        if char == "[":
            return self._list()
        if char == ".":
            return Chars(ALL - {10} if self._lines else ALL)
        if char == "^" and (self._extended or first):
            return Assertion("^")
        if char == "$" and (self._extended or self._ended):
            return Assertion("$")
        if self._extended and (char in "*+?" or (char == "{" and self._is_interval(self._at))) and first:
            return Cat(())
        return self._one(ord(char))

    def _one(self, code: int) -> Chars:
        return Chars(self._folded({code}))

    def _folded(self, codes: set[int]) -> frozenset[int]:
        if self._fold:
            for code in list(codes):
                if code < 128:
                    codes |= {ord(chr(code).lower()), ord(chr(code).upper())}
        return frozenset(codes)

    def _group(self) -> Node:
        self.groups += 1
        number = self.groups
        self._open += 1
        part = self._alternatives()
        if not self._takes(")", "\\)"):
            raise BadRegex("Unmatched ( or \\(")
        self._open -= 1
        self._closed.add(number)
        return Group(number, part)

    def _escaped(self, first: bool) -> Node:
        if self._at + 1 >= len(self._text):
            raise BadRegex("Trailing backslash")
        char = self._text[self._at + 1]
        self._at += 2
        if char in _ESCAPES:
            return _ESCAPES[char]
        if char in "123456789":
            if int(char) not in self._closed:
                raise BadRegex("Invalid back reference")
            self.back = True
            return Back(int(char))
        if not self._extended and char == "{":
            raise BadRegex("Invalid preceding regular expression")
        if not self._extended and char in "+?" and not first:
            raise BadRegex("Invalid preceding regular expression")
        return self._one(ord(char))

    def _repeated(self, atom: Node) -> Node:
        while not (self._at >= len(self._text)):
            if not self._extended and isinstance(atom, Assertion) and atom.kind == "^":
                return atom
            if self._text[self._at] == "*":
                self._at += 1
                atom = _repeat(atom, 0, None)
            elif self._takes("+", "\\+"):
                atom = _repeat(atom, 1, None)
            elif self._takes("?", "\\?"):
                atom = _repeat(atom, 0, 1)
            elif self._sees("{", "\\{"):
                bounds = self._interval()
                if bounds is None:
                    return atom
                atom = _repeat(atom, *bounds)
            else:
                return atom
        return atom

    def _is_interval(self, at: int) -> bool:
        return re.match(r"\d*(,\d*)?\}", self._text[at:]) is not None

    def _interval(self) -> tuple[int, int | None] | None:
        start = self._at + (1 if self._extended else 2)
        closing = r"\}" if self._extended else r"\\\}"
        match = re.match(rf"(\d*)(,?)(\d*){closing}", self._text[start:])
        if match is None or not (match[1] or match[2]):
            if self._extended:
                return None
            raise BadRegex(
                "Unmatched \\{" if "\\}" not in self._text[start:] else "Invalid content of \\{\\}"
            )
        least = int(match[1] or 0)
        most = int(match[3]) if match[3] else None if match[2] else least
        if most is not None and most < least:
            raise BadRegex("Invalid content of \\{\\}")
        if max(least, most or 0) > _LIMIT:
            raise BadRegex("Regular expression too big")
        self._at = start + match.end()
        return least, most

    # Lists

    def _list(self) -> Node:
        text = self._text
        excludes = text[self._at : self._at + 1] == "^"
        self._at += excludes
        codes: set[int] = set()
        first = True
        while True:
            char = text[self._at : self._at + 1]
            if not char:
                raise BadRegex("Unmatched [, [^, [:, [., or [=")
            if char == "]" and not first:
                self._at += 1
                break
            first = False
            if text.startswith("[:", self._at):
                codes |= self._class()
                continue
            low = self._element()
            if text[self._at : self._at + 1] == "-" and text[self._at + 1 : self._at + 2] not in ("]", ""):
                self._at += 1
                high = self._element()
                if high < low:
                    raise BadRegex("Invalid range end")
                codes |= set(range(low, high + 1))
            else:
                codes.add(low)
        found = self._folded(codes)
        if excludes:
            return Chars(ALL - found - ({10} if self._lines else set()))
        return Chars(found)

    def _class(self) -> frozenset[int]:
        end = self._text.find(":]", self._at + 2)
        if end < 0:
            raise BadRegex("Unmatched [, [^, [:, [., or [=")
        name = self._text[self._at + 2 : end]
        if name not in CLASSES:
            raise BadRegex("Invalid character class name")
        self._at = end + 2
        if self._fold and name in ("upper", "lower"):
            name = "alpha"
        return CLASSES[name]

    def _element(self) -> int:
        text = self._text
        for mark in ".=":
            if text.startswith("[" + mark, self._at):
                end = text.find(mark + "]", self._at + 2)
                if end < 0:
                    raise BadRegex("Unmatched [, [^, [:, [., or [=")
                if end - self._at != 3:
                    raise BadRegex("Invalid collation character")
                self._at = end + 2
                return ord(text[end - 1])
        self._at += 1
        return ord(text[self._at - 1])


def _repeat(atom: Node, least: int, most: int | None) -> Node:
    if isinstance(atom, Repeat) and atom.least <= 1 and atom.most is None and least <= 1 and most is None:
        return Repeat(atom.part, min(atom.least, least), None)
    return Repeat(atom, least, most)
