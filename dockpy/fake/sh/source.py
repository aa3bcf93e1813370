"""The text of a script while it is read: a position in it, and aliases that are put in its place."""

from __future__ import annotations

from dockpy.fake.sh.errors import Incomplete, SyntaxFault

__all__ = ["DEEPEST", "Source"]

DEEPEST = 80
"""How many constructs may stand within each other."""


class Source:
    """Text that is being parsed.

    Args:
        text: all that is there by now.
        line: the number of its first line.
        final: no more of it will come.
    """

    def __init__(self, text: str, *, line: int = 1, final: bool = True) -> None:
        self.text: str = text
        self.position: int = 0
        self.final: bool = final
        self.depth: int = 0
        self._line = line
        self._counted = 0
        self._aliases: dict[str, int] = {}

    @property
    def line(self) -> int:
        """The number of the line that is being read."""
        if self.position > self._counted:
            self._line += self.text.count("\n", self._counted, self.position)
            self._counted = self.position
        return self._line

    def peek(self) -> str:
        """The next character; empty at the end.

        Raises:
            Incomplete: there may be more, it is not here yet.
        """
        if self.position < len(self.text):
            return self.text[self.position]
        if not self.final:
            raise Incomplete
        return ""

    def take(self) -> str:
        """The next character, which is behind us then; empty at the end."""
        char = self.peek()
        if char:
            self.position += 1
        return char

    def skip_joined(self) -> str:
        """The next character behind lines that a backslash joins."""
        while (char := self.peek()) == "\\":
            self.position += 1
            try:
                joined = self.peek() == "\n"
            finally:
                self.position -= 1
            if not joined:
                break
            self.position += 2
        return char

    def enter(self) -> None:
        """A construct within another begins.

        Raises:
            SyntaxFault: there are too many.
        """
        self.depth += 1
        if self.depth > DEEPEST:
            raise SyntaxFault("out of memory", self.line)

    def leave(self) -> None:
        """The construct is over."""
        self.depth -= 1

    def fault(self, message: str) -> SyntaxFault:
        """An error to raise, here."""
        return SyntaxFault(f"syntax error: {message}", self.line)

    def insert(self, alias: str, text: str) -> bool:
        """Put an alias's text here, unless this text is from that alias already."""
        left = len(self.text) - self.position
        until = self._aliases.get(alias)
        if until is not None and left >= until:
            return False
        self._aliases[alias] = left
        self._line, self._counted = self.line, 0
        self.text = text + self.text[self.position :]
        self.position = 0
        return True
