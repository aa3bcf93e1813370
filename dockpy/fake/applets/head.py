"""head and tail."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from dockpy.fake.applets.applet import applet
from dockpy.fake.applets.errors import Die, reason
from dockpy.fake.applets.inputs import CANNOT_OPEN, Lines, close, open_fd, open_or_complain
from dockpy.fake.applets.numbers import BKM, duration, number_of

if TYPE_CHECKING:
    from dockpy.fake.applets.applet import Applet, Steps

__all__: list[str] = []

_PIECE = 65536


def _old_style(args: list[str]) -> list[str]:
    """``-5`` is ``-n 5``, ``+5`` is ``-n +5``."""
    first = args[0] if args else ""
    if first[:1] == "-" and first[1:2].isdecimal():
        return ["-n", first[1:], *args[1:]]
    if first[:1] == "+" and first[1:2].isdecimal():
        return ["-n", first, *args[1:]]
    return args


@applet("head")
def head(a: Applet) -> Steps[int | None]:
    """Print the beginning of files."""
    if a.args and a.args[0].startswith("-"):
        a.args = _old_style(a.args)
    found = a.options("n:c:qv")
    unit = found.last("nc") or "n"
    text = found.get(unit) or "10"
    from_end = text.startswith("-")
    count = number_of(text.lstrip("-") if from_end else text, BKM)
    paths = found.rest or ["-"]
    headers = (len(paths) > 1 or found.last("qv") == "v") and "q" not in found
    first = True
    for path in paths:
        fd = yield from open_or_complain(a, path)
        if fd is None:
            a.status = 1
            continue
        if headers:
            a.say(f"{'' if first else chr(10)}==> {'standard input' if path == '-' else path} <==")
        first = False
        give = _head_bytes if unit == "c" else _head_lines
        try:
            yield from give(a, fd, count, from_end=from_end)
        except IsADirectoryError:
            yield from a.complain(f"{path}: Input/output error")
            a.status = 1
        close(a, fd)
    return None


def _head_bytes(a: Applet, fd: int, count: int, *, from_end: bool) -> Steps[None]:
    held = b""
    while from_end or count:
        piece = yield from a.p.read(fd, _PIECE if from_end else min(count, _PIECE))
        if not piece:
            return
        if from_end:
            held += piece
            give = max(0, len(held) - count)
            piece, held = held[:give], held[give:]
        else:
            count -= len(piece)
        a.put(piece)
        yield from a.spill()
        yield None


def _head_lines(a: Applet, fd: int, count: int, *, from_end: bool) -> Steps[None]:
    lines = Lines(a, fd, keep_error=True)
    held: deque[bytes] = deque()
    while (from_end or count) and (line := (yield from lines.next())) is not None:
        if from_end:
            held.append(line)
            line = held.popleft() if len(held) > count else b""
        else:
            count -= 1
        a.put(line)
        yield from a.spill()


class _Tail:
    """What tail was told.

    Attributes:
        count: how many lines or bytes; from the start where `forward`, counted from 1.
    """

    def __init__(self, text: str, unit: str) -> None:
        self.bytes: bool = unit == "c"
        self.forward: bool = text.startswith("+")
        self.count: int = number_of(text.lstrip("+-") if text[:1] in ("+", "-") else text, BKM)
        if self.forward:
            self.count = max(0, self.count - 1)


@applet("tail")
def tail(a: Applet) -> Steps[int | None]:
    """Print the end of files, and what is added to them."""
    a.args = _old_style(a.args)
    found = a.options("fc:n:qs:vF")
    unit = found.last("nc") or "n"
    told = _Tail(found.get(unit) or "10", unit)
    paths = found.rest or ["-"]
    opened: list[tuple[str, int]] = []
    for path in paths:
        fd = yield from open_or_complain(a, path, text=CANNOT_OPEN)
        if fd is None:
            a.status = 1
            if "F" not in found:
                continue
            fd = -1
        opened.append((path, fd))
    if not opened:
        raise Die("no files", 1)
    headers = (len(opened) > 1 or "v" in found) and "q" not in found
    first = True
    for path, fd in opened:
        if fd < 0:
            continue
        if headers:
            a.say(f"{'' if first else chr(10)}==> {path if path != '-' else 'standard input'} <==")
        first = False
        yield from _print_end(a, fd, told)
    if found.any("fF") and opened:
        yield from a.flush()
        yield from _follow(a, opened, duration(found.get("s") or "1"), again="F" in found, headers=headers)
    return None


def _print_end(a: Applet, fd: int, told: _Tail) -> Steps[None]:
    if told.bytes:
        yield from _tail_bytes(a, fd, told)
        return
    lines = Lines(a, fd)
    held: deque[bytes] = deque(maxlen=None if told.forward else told.count)
    seen = 0
    while (line := (yield from lines.next())) is not None:
        seen += 1
        if not told.forward:
            held.append(line)
        elif seen > told.count:
            a.put(line)
            yield from a.spill()
    for line in held:
        a.put(line)
        yield from a.spill()


def _tail_bytes(a: Applet, fd: int, told: _Tail) -> Steps[None]:
    held = b""
    skip = told.count if told.forward else 0
    while piece := (yield from a.p.read(fd, _PIECE)):
        if told.forward:
            a.put(piece[skip:])
            skip = max(0, skip - len(piece))
            yield from a.spill()
        else:
            held = (held + piece)[-told.count :] if told.count else b""
        yield None
    a.put(held)


def _follow(
    a: Applet, opened: list[tuple[str, int]], pause: float, *, again: bool, headers: bool
) -> Steps[None]:
    """Print what comes, for ever; with `again`, from the new file where one took the name."""
    last = opened[-1][0]
    known = {path: _identity(a, path) for path, _ in opened}
    while True:
        yield from a.p.sleep(pause)
        for index, (path, held) in enumerate(opened):
            fd = held
            if again and path != "-" and _identity(a, path) != known[path]:
                known[path] = _identity(a, path)
                fd = yield from _reopen(a, path, fd)
                opened[index] = (path, fd)
            if fd < 0:
                continue
            while piece := (yield from a.p.read(fd, _PIECE)):
                if headers and last != path:
                    a.put(f"\n==> {path} <==\n".encode("utf-8", "surrogateescape"))
                    last = path
                a.put(piece)
                yield from a.flush()
                yield None


def _identity(a: Applet, path: str) -> tuple[int, int] | None:
    try:
        stat = a.p.namespace.fs.stat(a.p, path)
    except OSError:
        return None
    return stat.device, stat.ino


def _reopen(a: Applet, path: str, fd: int) -> Steps[int]:
    close(a, fd)
    try:
        fresh = open_fd(a, path)
    except OSError as error:
        yield from a.complain(
            f"{path} has become inaccessible" if fd >= 0 else f"can't open '{path}': {reason(error)}"
        )
        return -1
    what = "been replaced" if fd >= 0 else "appeared"
    yield from a.complain(f"{path} has {what}; following end of new file")
    return fresh
