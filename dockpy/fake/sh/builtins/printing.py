"""echo, printf and test: the applets' own, without another process."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dockpy.fake.applets.echo import Printf, echo_text
from dockpy.fake.applets.test import TestError, evaluate
from dockpy.fake.sh.patterns import matches
from dockpy.fake.sh.text import decode, outer

if TYPE_CHECKING:
    from dockpy.fake.sh.builtins.arguments import Builtin, Steps
    from dockpy.fake.sh.shell import Shell

__all__ = ["PRINTING"]


def _echo(shell: Shell, args: list[str]) -> Steps:
    return shell.say(decode(echo_text(args[1:])))


def _printf(shell: Shell, args: list[str]) -> Steps:
    words = args[2:] if args[1:2] == ["--"] else args[1:]
    if not words:
        yield from shell.warn_plainly("usage: printf FORMAT [ARGUMENT...]")
        return 2
    done = Printf(words)
    status = (yield from shell.say(decode(done.output))) if done.output else 0
    for complaint in done.complaints:
        yield from shell.warn_plainly(complaint)
    return done.code or status


def _test(shell: Shell, args: list[str]) -> int | Steps:
    words = args[1:]
    if args[0] != "test":
        closing = args[0].replace("[", "]")
        if words[-1:] != [closing]:
            return _bad(shell, f"missing {closing}")
        words = words[:-1]
    try:
        if args[0] == "[[":
            return 0 if _condition(shell, words) else 1
        return 0 if evaluate(shell.p, [outer(word) for word in words]) else 1
    except TestError as error:
        return _bad(shell, str(error))


def _condition(shell: Shell, words: list[str]) -> bool:
    """What stands within ``[[ … ]]``: as of test, with ``&&``, ``||``, patterns and regular expressions."""
    for operator, decisive in (("||", True), ("&&", False)):
        if operator in words:
            at = words.index(operator)
            left = _condition(shell, words[:at])
            return left if left is decisive else _condition(shell, words[at + 1 :])
    if len(words) == 4 and words[0] == "!":
        return not _condition(shell, words[1:])
    if len(words) == 3 and words[1] in ("=", "==", "!="):
        return matches(((words[2], False),), words[0]) == (words[1] != "!=")
    if len(words) == 3 and words[1] == "=~":
        try:
            return re.search(words[2], words[0]) is not None
        except re.error:
            raise TestError(f"bad regex '{words[2]}'") from None
    return evaluate(shell.p, [outer(word) for word in words])


def _bad(shell: Shell, message: str) -> Steps:
    yield from shell.warn_plainly(message)
    return 2


PRINTING: dict[str, Builtin] = {"echo": _echo, "printf": _printf, "test": _test, "[": _test, "[[": _test}
