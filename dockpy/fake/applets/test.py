"""test and its other name ``[``; the shell's built-in ones use `evaluate`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dockpy.fake.applets.applet import applet
from dockpy.fake.applets.errors import Die

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockpy.fake.applets.applet import Applet, Steps
    from dockpy.fake.files import Stat
    from dockpy.fake.kernel.process import Process

__all__ = ["TestError", "evaluate"]

_FILE_KINDS = {
    "f": "file",
    "d": "dir",
    "c": "char",
    "b": "block",
    "p": "fifo",
    "S": "socket",
    "h": "symlink",
    "L": "symlink",
}
_UNARY = frozenset("-" + letter for letter in "bcdefghknoprstuwxzGLNOS")
_BINARY = frozenset(
    ["=", "==", "!=", "<", ">", "-eq", "-ne", "-gt", "-ge", "-lt", "-le", "-nt", "-ot", "-ef", "=~"]
) - {"=~"}


class TestError(Exception):
    """The expression is none; the message is what test says behind its name."""

    __test__ = False


def evaluate(p: Process, args: Sequence[str]) -> bool:
    """Whether an expression is true.

    Args:
        p: whose files and rights count.
        args: the expression, without ``test``, or ``[`` and ``]``.

    Raises:
        TestError: it is none.
    """
    words = list(args)
    negated = False
    while len(words) > 1 and words[0] == "!" and len(words) <= 4:
        if len(words) == 3 and words[1] in _BINARY:
            break
        negated = not negated
        words.pop(0)
    if not words:
        return negated
    if len(words) == 1:
        return (words[0] != "") is not negated
    if len(words) == 3 and words[1] in _BINARY:
        return _binary(p, words[0], words[1], words[2]) is not negated
    parser = _Parser(p, words)
    value = parser.alternatives()
    if parser.left:
        raise TestError(f"{parser.left[0]}: unknown operand")
    return value is not negated


class _Parser:
    def __init__(self, p: Process, words: list[str]) -> None:
        self._p = p
        self.left = words

    def alternatives(self) -> bool:
        value = self._all()
        while self.left[:1] == ["-o"]:
            self.left.pop(0)
            value = self._all() or value
        return value

    def _all(self) -> bool:
        value = self._not()
        while self.left[:1] == ["-a"]:
            self.left.pop(0)
            value = self._not() and value
        return value

    def _not(self) -> bool:
        if self.left[:1] == ["!"]:
            self.left.pop(0)
            return not self._not()
        return self._primary()

    def _primary(self) -> bool:
        if not self.left:
            raise TestError("argument expected")
        word = self.left.pop(0)
        if word == "(":
            value = self.alternatives()
            if self.left[:1] != [")"]:
                raise TestError("closing paren expected")
            self.left.pop(0)
            return value
        if self.left and self.left[0] in _BINARY and len(self.left) > 1:
            operator, right = self.left.pop(0), self.left.pop(0)
            return _binary(self._p, word, operator, right)
        if word in _UNARY:
            if not self.left:
                if word == "-t":
                    return _terminal(self._p, "1")
                raise TestError("argument expected")
            return _unary(self._p, word[1], self.left.pop(0))
        if self.left and self.left[0] in _BINARY:
            raise TestError(f"{self.left[0]}: argument expected")
        return word != ""


def _number(text: str) -> int:
    match = re.fullmatch(r"\s*([+-]?)0*([0-9]+)\s*", text)
    if match is None:
        raise TestError(f"{text}: bad number")
    number = int(match[1] + match[2][:20])
    if not -(1 << 63) <= number < 1 << 63:
        raise TestError(f"{text}: out of range")
    return number


def _stat(p: Process, path: str, *, follow: bool = True) -> Stat | None:
    try:
        return p.namespace.fs.stat(p, path, follow)
    except OSError:
        return None


def _terminal(p: Process, fd: str) -> bool:
    file = p.fds.get(_number(fd))
    return file is not None and file.isatty


def _unary(p: Process, letter: str, word: str) -> bool:
    if letter == "n":
        return word != ""
    if letter == "z":
        return word == ""
    if letter == "t":
        return _terminal(p, word)
    stat = _stat(p, word, follow=letter not in "hL")
    if stat is None:
        return False
    if letter in _FILE_KINDS:
        return stat.kind == _FILE_KINDS[letter]
    if letter in "rwx":
        return p.namespace.fs.access(p, word, {"r": 4, "w": 2, "x": 1}[letter])
    return {
        "e": True,
        "s": stat.size > 0,
        "g": bool(stat.mode & 0o2000),
        "u": bool(stat.mode & 0o4000),
        "k": bool(stat.mode & 0o1000),
        "O": stat.uid == p.uid,
        "G": stat.gid == p.gid,
        "o": True,
        "N": True,
    }[letter]


def _binary(p: Process, left: str, operator: str, right: str) -> bool:
    if operator in ("=", "=="):
        return left == right
    if operator == "!=":
        return left != right
    if operator in "<>":
        return left < right if operator == "<" else left > right
    if operator in ("-nt", "-ot", "-ef"):
        one, other = _stat(p, left), _stat(p, right)
        if operator == "-ef":
            return (
                one is not None and other is not None and (one.device, one.ino) == (other.device, other.ino)
            )
        first = one.mtime // 1_000_000_000 if one is not None else None
        second = other.mtime // 1_000_000_000 if other is not None else None
        if first is None or second is None:
            return False
        return first > second if operator == "-nt" else first < second
    one_number, other_number = _number(left), _number(right)
    return {
        "-eq": one_number == other_number,
        "-ne": one_number != other_number,
        "-gt": one_number > other_number,
        "-ge": one_number >= other_number,
        "-lt": one_number < other_number,
        "-le": one_number <= other_number,
    }[operator]


@applet("test", "[", "[[", failure=2)
def test(a: Applet) -> Steps[int | None]:
    """Whether an expression is true."""
    yield from ()
    args = a.args
    if a.name != "test":
        closing = a.name.replace("[", "]")
        if args[-1:] != [closing]:
            raise Die(f"missing {closing}")
        args = args[:-1]
    try:
        return 0 if evaluate(a.p, args) else 1
    except TestError as error:
        raise Die(str(error)) from None
