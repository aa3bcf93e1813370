"""Builtins about commands: type, command, hash, alias."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.fake.sh.builtins.arguments import options
from dockpy.fake.sh.errors import Failure
from dockpy.fake.sh.lexer import KEYWORDS
from dockpy.fake.sh.parser import SPECIAL
from dockpy.fake.sh.variables import quoted

if TYPE_CHECKING:
    from dockpy.fake.sh.builtins.arguments import Builtin, Steps
    from dockpy.fake.sh.shell import Shell

__all__ = ["DESCRIBING"]


def _described(shell: Shell, name: str, *, long: bool) -> tuple[str, int]:
    """What a name is: in words, or as it could be written."""
    from dockpy.fake.sh.builtins import BUILTINS

    if name in KEYWORDS:
        text = f"{name} is a shell keyword" if long else name
    elif name in shell.aliases:
        value = shell.aliases[name]
        text = f"{name} is an alias for {value}" if long else f"alias {name}={quoted(value)}"
    elif name in shell.functions:
        text = f"{name} is a function" if long else name
    elif name in BUILTINS or name == "exec":
        special = "special " if name in SPECIAL else ""
        text = f"{name} is a {special}shell builtin" if long else name
    elif (path := shell.runner.locate(name)) is not None:
        text = f"{name} is {path}" if long else path
    else:
        return (f"{name}: not found\n" if long else ""), 127
    return text + "\n", 0


def _type(shell: Shell, args: list[str]) -> Steps:
    status = 0
    for name in args[1:]:
        text, found = _described(shell, name, long=True)
        status = found or status
        yield from shell.say(text)
    return status


def _command(shell: Shell, args: list[str]) -> Steps:
    given, words = options(args, "pvV")
    if not words:
        return 0
    if "v" in given or "V" in given:
        text, status = _described(shell, words[0], long="V" in given)
        yield from shell.say(text)
        return status
    from dockpy.fake.sh.builtins import BUILTINS

    if words[0] == "exec" and len(words) > 1:
        return (yield from shell.runner.become(words[1:]))
    if words[0] in BUILTINS:
        return (yield from shell.runner.builtin(words))
    shell.command = None
    return (yield from shell.runner.program(words, {}, last=False))


def _hash(shell: Shell, args: list[str]) -> Steps:
    _, words = options(args, "r")
    status = 0
    for name in words:
        if _described(shell, name, long=False)[1]:
            yield from shell.warn(f"{name}: not found")
            status = 1
    return status


def _alias(shell: Shell, args: list[str]) -> Steps:
    if len(args) == 1:
        lines = [f"{name}={quoted(value)}\n" for name, value in sorted(shell.aliases.items())]
        return (yield from shell.say("".join(lines)))
    status = 0
    for word in args[1:]:
        name, equals, value = word.partition("=")
        if equals and name:
            shell.aliases[name] = value
        elif word in shell.aliases:
            yield from shell.say(f"{word}={quoted(shell.aliases[word])}\n")
        else:
            yield from shell.complain(f"alias: {word} not found\n")
            status = 1
    return status


def _unalias(shell: Shell, args: list[str]) -> Steps:
    given, words = options(args, "a")
    status = 0
    if "a" in given:
        shell.aliases.clear()
    for word in words:
        if shell.aliases.pop(word, None) is None:
            yield from shell.complain(f"unalias: {word} not found\n")
            status = 1
    return status


def _help(shell: Shell, args: list[str]) -> Steps:
    from dockpy.fake.sh.builtins import BUILTINS

    line, lines = "", []
    for name in sorted([*BUILTINS, "exec"]):
        line += f" {name}"
        if len(line) > 60:
            lines.append("\t" + line.lstrip())
            line = ""
    lines.append("\t" + line.lstrip())
    return (yield from shell.say("Built-in commands:\n------------------\n" + "\n".join(lines) + "\n\n"))


def _history(shell: Shell, args: list[str]) -> int:
    if len(args) > 1:
        raise Failure("history: too many arguments", 1)
    return 0


DESCRIBING: dict[str, Builtin] = {
    "type": _type,
    "command": _command,
    "hash": _hash,
    "alias": _alias,
    "unalias": _unalias,
    "help": _help,
    "history": _history,
}
