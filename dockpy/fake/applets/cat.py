"""cat, tac, rev, tee, nl, more, less: whole files through to the output."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dockpy.fake.applets.applet import applet, raw
from dockpy.fake.applets.errors import BadUsage, reason
from dockpy.fake.applets.inputs import CANNOT_OPEN, Lines, change_lines, close, open_fd, open_or_complain
from dockpy.fake.applets.numbers import number_of, within_memory

if TYPE_CHECKING:
    from dockpy.fake.applets.applet import Applet, Steps

__all__ = ["visible"]

_PIECE = 65536


def visible(data: bytes, *, tabs: bool = False) -> bytes:
    """Bytes with those that do not print as ``^X`` and ``M-x``, but for the line's end."""
    found = []
    for byte in data:
        meta = byte >= 128
        low = byte & 127
        text = chr(low)
        if low == 127:
            text = "^?"
        elif low < 32 and (meta or low not in (9, 10) or (low == 9 and tabs)):
            text = "^" + chr(low + 64)
        found.append(("M-" if meta else "") + text)
    return "".join(found).encode("latin-1")


def copy_through(a: Applet, fd: int) -> Steps[bool]:
    """Write what a descriptor has to the output, as it comes; false where reading fails."""
    while True:
        try:
            piece = yield from a.p.read(fd, _PIECE)
        except InterruptedError:
            raise
        except OSError as error:
            yield from a.complain(f"read error: {reason(error)}")
            return False
        if not piece:
            return True
        a.put(piece)
        yield from a.flush()
        yield None


@applet("cat")
def cat(a: Applet) -> Steps[int | None]:
    """Print files."""
    found = a.options("nbvteAu")
    marks, ends, tabs = found.any("vteA"), found.any("eA"), found.any("tA")
    numbers = found.any("nb")
    number = 0
    for path in found.rest or ["-"]:
        fd = yield from open_or_complain(a, path, text=CANNOT_OPEN)
        if fd is None:
            a.status = 1
            continue
        if not marks and not numbers:
            if not (yield from copy_through(a, fd)):
                a.status = 1
            close(a, fd)
            continue
        lines = Lines(a, fd)
        while (line := (yield from lines.next())) is not None:
            if numbers and not ("b" in found and line == b"\n"):
                number += 1
                a.put(b"%6d\t" % number)
            if marks:
                body, end = (line[:-1], b"\n") if line.endswith(b"\n") else (line, b"")
                a.put(visible(body, tabs=tabs) + (b"$" if ends and end else b"") + end)
            else:
                a.put(line if line.endswith(b"\n") else line + b"\n" * numbers)
            yield from a.spill()
        close(a, fd)
    return None


@applet("more", "less")
def more(a: Applet) -> Steps[int | None]:
    """Print files; nothing is paged."""
    for path in [arg for arg in a.args if arg == "-" or not arg.startswith("-")] or ["-"]:
        fd = yield from open_or_complain(a, path, text=CANNOT_OPEN)
        if fd is None or not (yield from copy_through(a, fd)):
            a.status = 1
        if fd is not None:
            close(a, fd)
    return None


@applet("tac")
def tac(a: Applet) -> Steps[int | None]:
    """Print files, the last line first."""
    found = a.options("")
    for path in found.rest or ["-"]:
        fd = yield from open_or_complain(a, path)
        if fd is None:
            a.status = 1
            continue
        lines = Lines(a, fd)
        held: list[bytes] = []
        while (line := (yield from lines.next())) is not None:
            held.append(line)
        for line in reversed(held):
            a.put(line)
            yield from a.spill()
        close(a, fd)
    return None


@applet("rev")
def rev(a: Applet) -> Steps[int | None]:
    """Print each line the other way round."""
    found = a.options("")

    def backwards(line: bytes) -> bytes:
        body = line.rstrip(b"\n")
        return body[::-1] + line[len(body) :]

    yield from change_lines(a, found.rest, backwards)
    return None


@applet("tee")
def tee(a: Applet) -> Steps[int | None]:
    """Copy the input to the output and to files."""
    found = a.options("ia")
    if "i" in found:
        a.p.ignore(2)
    targets = [1]
    flags = os.O_WRONLY | os.O_CREAT | (os.O_APPEND if "a" in found else os.O_TRUNC)
    for path in found.rest:
        if path == "-":
            targets.append(1)
            continue
        try:
            targets.append(open_fd(a, path, flags))
        except OSError as error:
            yield from a.complain(f"{path}: {reason(error)}")
            a.status = 1
    while piece := (yield from a.p.read(0, _PIECE)):
        for fd in targets:
            yield from a.p.write(fd, piece)
        yield None
    return None


@applet("nl")
def nl(a: Applet) -> Steps[int | None]:
    """Print files with numbered lines."""
    found = a.options(
        "b:i:pl:s:v:w:",
        {
            "body-numbering": "b",
            "line-increment": "i",
            "no-renumber": "p",
            "number-separator": "s",
            "starting-line-number": "v",
            "number-width": "w",
        },
    )
    style = (found.get("b") or "t")[0]
    number = number_of(found.get("v") or "1", least=None)
    step = number_of(found.get("i") or "1", least=None)
    width = within_memory(number_of(found.get("w") or "6"))
    separator = found.get("s")
    separator = "\t" if separator is None else separator

    def numbered(line: bytes) -> bytes:
        nonlocal number
        line = line.rstrip(b"\n")
        if style != "a" and (style != "t" or not line):
            return b" " * (width + len(separator)) + line + b"\n"
        shown = raw(f"{number:{width}d}{separator}")
        number += step
        return shown + line + b"\n"

    yield from change_lines(a, found.rest, numbered)
    return None


@applet("yes")
def yes(a: Applet) -> Steps[int | None]:
    """Print a line for ever."""
    line = (" ".join(a.args) or "y") + "\n"
    piece = line.encode("utf-8", "surrogateescape")
    piece *= max(1, 4096 // len(piece))
    while True:
        a.put(piece)
        yield from a.flush()
        yield None


@applet("true")
def true(a: Applet) -> Steps[int | None]:
    """Succeed."""
    yield from ()
    return 0


@applet("false")
def false(a: Applet) -> Steps[int | None]:
    """Fail."""
    yield from ()
    return 1


@applet("clear", "reset")
def clear(a: Applet) -> Steps[int | None]:
    """Empty the terminal."""
    if a.args and a.name == "clear":
        raise BadUsage
    a.put(b"\x1b[H\x1b[J" if a.name == "clear" else b"\x1bc\x1b(B\x1b[m\x1b[J\x1b[?25h")
    yield from a.flush()
    return 0
