"""Builtins about where and who the shell is: cd, pwd, umask, ulimit, times."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from dockpy.fake.sh.builtins.arguments import options
from dockpy.fake.sh.errors import Failure
from dockpy.fake.sh.text import inner, outer

if TYPE_CHECKING:
    from dockpy.fake.sh.builtins.arguments import Builtin, Steps
    from dockpy.fake.sh.shell import Shell

__all__ = ["PLACES"]

_LIMITS = {
    "c": ("core file size (blocks)", "core", 512),
    "d": ("data seg size (kb)", "data", 1024),
    "e": ("scheduling priority", "nice", 1),
    "f": ("file size (blocks)", "fsize", 512),
    "i": ("pending signals", "sigpending", 1),
    "l": ("max locked memory (kb)", "memlock", 1024),
    "m": ("max memory size (kb)", "rss", 1024),
    "n": ("open files", "nofile", 1),
    "q": ("POSIX message queues (bytes)", "msgqueue", 1),
    "r": ("real-time priority", "rtprio", 1),
    "s": ("stack size (kb)", "stack", 1024),
    "t": ("cpu time (seconds)", "cpu", 1),
    "u": ("max user processes", "nproc", 1),
    "v": ("virtual memory (kb)", "", 1024),
    "x": ("file locks", "locks", 1),
}
"""By letter: what ``ulimit -a`` calls it, its name, and its unit."""


def _cd(shell: Shell, args: list[str]) -> int | Steps:
    given, words = options(args, "LP")
    there, shown = words[0] if words else shell.variables.get("HOME"), False
    if there == "-":
        there, shown = shell.variables.get("OLDPWD"), True
    if not there:
        return 0
    candidates = [there]
    if there[0] != "/" and there.split("/")[0] not in (".", ".."):
        folders = (shell.variables.get("CDPATH") or "").split(":") if words[:1] != ["-"] else [""]
        candidates = [f"{folder}/{there}" if folder else there for folder in folders] + [there]
    fs, p = shell.p.namespace.fs, shell.p
    here = shell.variables.get("PWD") or inner(p.cwd)
    reason = "No such file or directory"
    for path in candidates:
        full = path if path[0] == "/" else posixpath.join(here, path)
        target = posixpath.normpath(full) if "P" not in given else full
        if target.startswith("//"):
            target = target[1:]
        try:
            if fs.stat(p, outer(target)).kind != "dir":
                reason = "Not a directory"
                continue
            if not fs.access(p, outer(target), 1):
                reason = "Permission denied"
                continue
            real = fs.realpath(p, outer(target)) if "P" in given else outer(target)
        except OSError as error:
            reason = error.strerror or reason
            continue
        p.cwd = real
        shell.variables.set("OLDPWD", here)
        shell.variables.set("PWD", inner(real))
        shell.variables.export("OLDPWD")
        shell.variables.export("PWD")
        return shell.say(inner(real) + "\n") if shown or path != there else 0
    raise Failure(f"can't cd to {there}: {reason}")


def _pwd(shell: Shell, args: list[str]) -> Steps:
    given, _ = options(args, "LP")
    path = shell.variables.get("PWD") or inner(shell.p.cwd)
    if "P" in given:
        path = inner(shell.p.namespace.fs.realpath(shell.p, shell.p.cwd))
    return shell.say(path + "\n")


def _umask(shell: Shell, args: list[str]) -> int | Steps:
    given, words = options(args, "S")
    p = shell.p
    if not words:
        if "S" not in given:
            return shell.say(f"{p.umask:04o}\n")
        allowed = f"{~p.umask & 0o777:09b}"
        rights = [
            "".join(letter for letter, bit in zip("rwx", allowed[at : at + 3], strict=True) if bit == "1")
            for at in (0, 3, 6)
        ]
        parts = [f"{who}={what}" for who, what in zip("ugo", rights, strict=True)]
        return shell.say(",".join(parts) + "\n")
    if words[0][0].isdecimal():
        if any(char not in "01234567" for char in words[0]) or int(words[0], 8) > 0o7777:
            raise Failure(f"illegal mode: {words[0]}")
        p.umask = int(words[0], 8) & 0o777
        return 0
    p.umask = ~_symbolic(words[0], ~p.umask & 0o777) & 0o777
    return 0


def _symbolic(text: str, mode: int) -> int:
    """A mode after ``u+x,go=r``."""
    for clause in text.split(","):
        who = clause[: len(clause) - len(clause.lstrip("ugoa"))]
        rest = clause[len(who) :]
        if not rest or rest[0] not in "+-=" or rest[1:].strip("rwx"):
            raise Failure(f"illegal mode: {text}")
        bits = sum({"r": 4, "w": 2, "x": 1}[letter] for letter in set(rest[1:]))
        for letter, shift in (("u", 6), ("g", 3), ("o", 0)):
            if who and "a" not in who and letter not in who:
                continue
            if rest[0] == "+":
                mode |= bits << shift
            elif rest[0] == "-":
                mode &= ~(bits << shift)
            else:
                mode = mode & ~(7 << shift) | bits << shift
    return mode


def _ulimit(shell: Shell, args: list[str]) -> Steps:
    given = "".join(word[1:] for word in args[1:] if word.startswith("-"))
    letters = given.replace("H", "").replace("S", "") or "f"
    values = [word for word in args[1:] if not word.startswith("-")]
    if unknown := [letter for letter in letters if letter not in _LIMITS and letter != "a"]:
        raise Failure(f"illegal option -{unknown[0]}")
    if "a" in letters:
        lines = [
            f"{what:<32}(-{letter}) {_limit(shell, letter, given)}\n"
            for letter, (what, _, _) in _LIMITS.items()
        ]
        return (yield from shell.say("".join(lines)))
    letter = letters[-1]
    if not values:
        return (yield from shell.say(_limit(shell, letter, given) + "\n"))
    if values[0] != "unlimited" and not values[0].isdecimal():
        yield from shell.warn_plainly(f"invalid number '{values[0]}'")
        return 1
    _, name, unit = _LIMITS[letter]
    limit = None if values[0] == "unlimited" else int(values[0]) * unit
    soft, hard = shell.p.limits.get(name, (None, None))
    both = "H" not in given and "S" not in given
    pair = (limit if both or "S" in given else soft, limit if both or "H" in given else hard)
    shell.p.limits = {**shell.p.limits, name: pair}
    return 0


def _limit(shell: Shell, letter: str, given: str) -> str:
    _, name, unit = _LIMITS[letter]
    value = shell.p.limits.get(name, (None, None))["H" in given]
    return "unlimited" if value is None else str(value // unit)


def _times(shell: Shell, args: list[str]) -> Steps:
    return shell.say("0m0.000s 0m0.000s\n" * 2)


PLACES: dict[str, Builtin] = {
    "cd": _cd,
    "chdir": _cd,
    "pwd": _pwd,
    "umask": _umask,
    "ulimit": _ulimit,
    "times": _times,
}
