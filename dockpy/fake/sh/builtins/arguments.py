"""The arguments of builtins: options of one letter, and numbers."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING

from dockpy.fake.kernel.scheduler import Wait, Waitable
from dockpy.fake.sh.errors import Failure

if TYPE_CHECKING:
    from dockpy.fake.sh.shell import Shell

__all__ = ["Builtin", "Steps", "number", "options"]

Steps = Generator[Waitable | Wait | None, None, int]
Builtin = Callable[["Shell", list[str]], "int | Steps"]


def options(args: list[str], letters: str) -> tuple[dict[str, str], list[str]]:
    """The options of a builtin by letter, and its operands.

    Args:
        args: the builtin's name first.
        letters: which there are; one with a value has a colon behind it.

    Raises:
        Failure: there is no such option, or it has no value.
    """
    found: dict[str, str] = {}
    at = 1
    while at < len(args) and len(args[at]) > 1 and args[at][0] == "-":
        arg, at = args[at][1:], at + 1
        if arg == "-":
            break
        while arg:
            letter, arg = arg[0], arg[1:]
            place = letters.find(letter)
            if place < 0 or letter == ":":
                raise Failure(f"illegal option -{letter}")
            found[letter] = ""
            if letters[place + 1 : place + 2] == ":":
                if not arg and at >= len(args):
                    raise Failure(f"no arg for -{letter} option")
                found[letter] = arg or args[at]
                at += not arg
                arg = ""
    return found, args[at:]


def number(text: str) -> int:
    """A number that is not negative.

    Raises:
        Failure: it is none.
    """
    if not (text.isascii() and text.isdecimal()):
        raise Failure(f"Illegal number: {text}")
    return int(text)
