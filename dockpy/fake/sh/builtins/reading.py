"""read: a line of the standard input into variables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.fake.kernel.clock import SECOND
from dockpy.fake.kernel.scheduler import Wait, Waitable
from dockpy.fake.sh.builtins.arguments import options
from dockpy.fake.sh.errors import Failure
from dockpy.fake.sh.text import decode
from dockpy.fake.sh.words import NAME

if TYPE_CHECKING:
    from collections.abc import Generator

    from dockpy.fake.sh.builtins.arguments import Builtin, Steps
    from dockpy.fake.sh.shell import Shell

__all__ = ["READING"]

_BLANK = " \t\n"


class _TimedOut(Exception):
    """There was no more within the time."""


def _byte(shell: Shell, fd: int, due: int | None) -> Generator[Waitable | Wait | None, None, bytes]:
    """The next byte; read one by one, so that what follows is left to others."""
    p = shell.p
    if due is None:
        return (yield from p.read(fd, 1))
    file = p.file(fd)
    while (data := file.read_now(1)) is None:
        if p.namespace.scheduler.now() >= due:
            raise _TimedOut
        yield Wait((file.readable,), due)
    return data


def _read(shell: Shell, args: list[str]) -> Steps:
    given, names = options(args, "rsp:u:t:n:d:")
    for name in names:
        if not NAME.fullmatch(name):
            yield from shell.warn_plainly(f"read: '{name}': bad variable name")
            return 1
    fd = int(given.get("u") or 0)
    if prompt := given.get("p"):
        yield from shell.complain(prompt)
    due = None
    if "t" in given:
        try:
            due = shell.p.namespace.scheduler.now() + round(float(given["t"]) * SECOND)
        except ValueError:
            raise Failure("invalid timeout", 1) from None
    most = int(given["n"]) if given.get("n", "").isdecimal() else 0
    delimiter = (given["d"] or "\0")[0] if "d" in given else "\n"
    chars: list[tuple[str, bool]] = []
    status = escaped = 0
    while True:
        try:
            data = yield from _byte(shell, fd, due)
        except _TimedOut:
            status = 1
            break
        except InterruptedError:
            return 128 + (shell.p.caught[0] if shell.p.caught else 0)
        except OSError:
            status = 1
            break
        char = decode(data)
        if not char:
            status = 1
            break
        if char == "\0" and delimiter != "\0":
            continue
        if escaped:
            escaped = 0
            if char != "\n":
                chars.append((char, True))
        elif char == "\\" and "r" not in given:
            escaped = 1
            continue
        elif char == delimiter:
            break
        else:
            chars.append((char, False))
        if most and len(chars) >= most:
            break
    if not names:
        shell.assign("REPLY", "".join(char for char, _ in chars))
        return status
    for name, value in zip(names, _fields(chars, shell.ifs, len(names)), strict=True):
        shell.assign(name, value)
    return status


def _fields(chars: list[tuple[str, bool]], ifs: str, count: int) -> list[str]:
    """The values of so many variables."""

    def is_in(at: int, kind: str) -> bool:
        return at < len(chars) and not chars[at][1] and chars[at][0] in kind

    blank = "".join(char for char in ifs if char in _BLANK)
    solid = "".join(char for char in ifs if char not in _BLANK)
    values: list[str] = []
    at = 0
    while is_in(at, blank):
        at += 1
    while len(values) < count - 1:
        start = at
        while at < len(chars) and not is_in(at, ifs):
            at += 1
        values.append("".join(char for char, _ in chars[start:at]))
        while is_in(at, blank):
            at += 1
        if is_in(at, solid):
            at += 1
            while is_in(at, blank):
                at += 1
    return [*values, _last(chars[at:], blank, solid)]


def _last(rest: list[tuple[str, bool]], blank: str, solid: str) -> str:
    """The rest, for the last variable: without blanks at its end, nor one delimiter that ends it all."""
    end = len(rest)
    while end and not rest[end - 1][1] and rest[end - 1][0] in blank:
        end -= 1
    if end and not rest[end - 1][1] and rest[end - 1][0] in solid:
        before = rest[: end - 1]
        if not any(not quoted and char in solid for char, quoted in before):
            end -= 1
            while end and not rest[end - 1][1] and rest[end - 1][0] in blank:
                end -= 1
    return "".join(char for char, _ in rest[:end])


READING: dict[str, Builtin] = {"read": _read}
