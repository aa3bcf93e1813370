"""Builtins that lead the shell elsewhere: break, return, exit, eval, source; and those that do nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.fake.sh.builtins.arguments import number
from dockpy.fake.sh.errors import Break, Continue, Exit, Failure, Return
from dockpy.fake.sh.text import decode, outer

if TYPE_CHECKING:
    from dockpy.fake.sh.builtins.arguments import Builtin, Steps
    from dockpy.fake.sh.shell import Shell

__all__ = ["FLOW"]


def _true(shell: Shell, args: list[str]) -> int:
    return 0


def _false(shell: Shell, args: list[str]) -> int:
    return 1


def _break(shell: Shell, args: list[str]) -> int:
    levels = number(args[1]) if len(args) > 1 else 1
    if levels == 0:
        raise Failure(f"Illegal number: {args[1]}")
    if shell.loops:
        raise (Break if args[0] == "break" else Continue)(min(levels, shell.loops))
    return 0


def _return(shell: Shell, args: list[str]) -> int:
    raise Return(number(args[1]) & 0xFF if len(args) > 1 else shell.status)


def _exit(shell: Shell, args: list[str]) -> int:
    raise Exit(number(args[1]) & 0xFF if len(args) > 1 else shell.status)


def _eval(shell: Shell, args: list[str]) -> Steps:
    words = args[2:] if args[1:2] == ["--"] else args[1:]
    return (yield from shell.run(" ".join(words)))


def _source(shell: Shell, args: list[str]) -> Steps:
    if len(args) < 2:
        return 2
    path = args[1]
    if "/" not in path:
        found = shell.runner.locate_text(path)
        if found is None:
            raise Failure(f"{path}: not found")
        path = found
    try:
        data = shell.p.namespace.fs.read_bytes(shell.p, outer(path))
    except OSError as error:
        raise Failure(f"can't open '{path}': {error.strerror}") from None
    arguments, from_file = shell.arguments, shell.from_file
    if len(args) > 2:
        shell.arguments = args[2:]
    shell.command, shell.from_file = path, True
    try:
        return (yield from shell.run(decode(data), line=1))
    except Return as jump:
        return jump.status
    finally:
        if len(args) > 2:
            shell.arguments = arguments
        shell.from_file = from_file


FLOW: dict[str, Builtin] = {
    ":": _true,
    "true": _true,
    "false": _false,
    "break": _break,
    "continue": _break,
    "return": _return,
    "exit": _exit,
    "eval": _eval,
    ".": _source,
    "source": _source,
}
