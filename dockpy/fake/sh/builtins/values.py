"""Builtins about variables, arguments and options."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.fake.sh import options as option_table
from dockpy.fake.sh.arithmetic import evaluate
from dockpy.fake.sh.builtins.arguments import number, options
from dockpy.fake.sh.errors import Failure
from dockpy.fake.sh.variables import quoted
from dockpy.fake.sh.words import NAME

if TYPE_CHECKING:
    from dockpy.fake.sh.builtins.arguments import Builtin, Steps
    from dockpy.fake.sh.shell import Shell

__all__ = ["VALUES"]


def _split(arg: str) -> tuple[str, str | None]:
    name, equals, value = arg.partition("=")
    if not NAME.fullmatch(name):
        raise Failure(f"{name}: bad variable name")
    return name, value if equals else None


def _assigned(shell: Shell, name: str) -> str:
    value = shell.variables.values.get(name)
    return name if value is None else f"{name}={quoted(value)}"


def _export(shell: Shell, args: list[str]) -> int | Steps:
    export = args[0] == "export"
    given, words = options(args, "pn" if export else "p")
    names = shell.variables.exported if export else shell.variables.readonly
    if not words or "p" in given:
        return shell.say("".join(f"{args[0]} {_assigned(shell, name)}\n" for name in sorted(names)))
    for word in words:
        name, value = _split(word)
        if value is not None:
            shell.assign(name, value)
        if export:
            shell.variables.export(name, "n" not in given)
        else:
            shell.variables.protect(name)
    return 0


def _unset(shell: Shell, args: list[str]) -> int:
    given, names = options(args, "vf")
    for name in names:
        if "f" in given:
            shell.functions.pop(name, None)
            continue
        if not NAME.fullmatch(name):
            raise Failure(f"{name}: bad variable name")
        if name in shell.variables.values or name in shell.variables.readonly:
            shell.variables.unset(name)
        elif "v" not in given:
            shell.functions.pop(name, None)
    return 0


def _local(shell: Shell, args: list[str]) -> int:
    if not shell.variables.in_function:
        raise Failure("not in a function")
    for arg in args[1:]:
        if arg == "-":
            continue
        name, value = _split(arg)
        shell.variables.local(name)
        if value is not None:
            shell.assign(name, value)
        else:
            shell.variables.unset(name)
    return 0


def _let(shell: Shell, args: list[str]) -> int:
    if len(args) < 2:
        raise Failure("expression expected")
    value = 0
    for arg in args[1:]:
        value = evaluate(arg, shell)
    return int(value == 0)


def _set(shell: Shell, args: list[str]) -> int | Steps:
    if len(args) == 1:
        names = sorted(name for name, value in shell.variables.values.items() if value is not None)
        return shell.say("".join(f"{name}={quoted(shell.variables.get(name) or '')}\n" for name in names))
    shown: list[str] = []
    before = dict(shell.options)
    try:
        rest = option_table.take(
            shell.options, args[1:], lambda again: shown.append(option_table.listing(before, again=again))
        )
    except Failure:
        shell.options.update(before)
        raise
    shell.variables.export_all = shell.options["a"]
    if rest is not None:
        shell.arguments = rest
        shell.option_offset = 0
        shell.variables.set("OPTIND", "1")
    return shell.say("".join(shown)) if shown else 0


def _shift(shell: Shell, args: list[str]) -> int:
    count = number(args[1]) if len(args) > 1 else 1
    if count > len(shell.arguments):
        return 1
    shell.arguments = shell.arguments[count:]
    return 0


def _getopts(shell: Shell, args: list[str]) -> Steps:
    if len(args) < 3:
        raise Failure("usage: getopts optstring var [arg]")
    letters, variable = args[1], args[2]
    words = args[3:] if len(args) > 3 else shell.arguments
    index = shell.variables.get("OPTIND") or "1"
    at, offset = max(1, int(index[:20])) if index.isdecimal() else 1, shell.option_offset
    if at > len(words) + 1:
        at = 1
    if at == 1 or offset >= len(words[at - 2]):  # other words than those of the last call
        offset = 0
    silent = letters.startswith(":")
    argument: str | None = None
    status, complaint = 0, ""
    place = at - 1 - (offset > 0)
    word = words[place] if place < len(words) else ""
    if offset == 0 and (len(word) < 2 or word[0] != "-" or word == "--"):
        letter, status = "?", 1
        at += word == "--"
    else:
        at += offset == 0
        offset = offset or 1
        letter, offset = word[offset], offset + 1
        rest = word[offset:]
        place = letters.find(letter)
        if not rest:
            offset = 0
        if place < 0 or letter == ":":
            argument = letter if silent else None
            complaint = "" if silent else f"Illegal option -{letter}\n"
            letter = "?"
        elif letters[place + 1 : place + 2] == ":":
            if rest:
                argument, offset = rest, 0
            elif at - 1 < len(words):
                argument, at = words[at - 1], at + 1
            elif silent:
                argument, letter = letter, ":"
            else:
                complaint, letter = f"No arg for -{letter} option\n", "?"
        else:
            argument = ""
    if complaint:
        yield from shell.complain(complaint)
    if argument is None:
        shell.variables.unset("OPTARG")
    else:
        shell.variables.set("OPTARG", argument)
    shell.variables.set("OPTIND", str(at))
    shell.option_offset = offset
    shell.assign(variable, letter)
    return status


VALUES: dict[str, Builtin] = {
    "export": _export,
    "readonly": _export,
    "unset": _unset,
    "local": _local,
    "let": _let,
    "set": _set,
    "shift": _shift,
    "getopts": _getopts,
}
