"""What an applet reads: files by name, line by line, in bounded memory."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dockpy.fake.applets.errors import Die, reason

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockpy.fake.applets.applet import Applet, Steps

CANNOT_OPEN = "can't open '{}': {}"
"""What some applets say of a file that cannot be opened; others only name it."""

__all__ = [
    "CANNOT_OPEN",
    "Lines",
    "change_lines",
    "close",
    "open_fd",
    "open_or_complain",
    "read_all",
    "read_file",
]

_PIECE = 65536


def open_fd(a: Applet, path: str, flags: int = os.O_RDONLY, mode: int = 0o666) -> int:
    """Open a file; a descriptor.

    Raises:
        OSError: as open does.
    """
    return a.p.open_fd(a.p.namespace.fs.open(a.p, path, flags, mode), 3)


def open_or_complain(a: Applet, path: str, *, text: str = "{}: {}") -> Steps[int | None]:
    """Open a file to read, the standard input for ``-``; complains and returns None where it cannot."""
    if path == "-":
        return 0
    try:
        return open_fd(a, path)
    except OSError as error:
        yield from a.complain(text.format(path, reason(error)))
        return None


def change_lines(a: Applet, paths: list[str], change: Callable[[bytes], bytes]) -> Steps[None]:
    """Print what becomes of each line of some files, of the standard input where there are none.

    Args:
        a: the applet.
        paths: the files; one that cannot be opened is complained about, and makes the status 1.
        change: gives what to print of a line, line breaks included.
    """
    for path in paths or ["-"]:
        fd = yield from open_or_complain(a, path)
        if fd is None:
            a.status = 1
            continue
        lines = Lines(a, fd)
        while (line := (yield from lines.next())) is not None:
            a.put(change(line))
            yield from a.spill()
        close(a, fd)


def read_all(a: Applet, fd: int) -> Steps[bytes]:
    """All that is left of it."""
    pieces = []
    while piece := (yield from a.p.read(fd, _PIECE)):
        pieces.append(piece)
        yield None
    return b"".join(pieces)


def read_file(a: Applet, path: str) -> Steps[bytes]:
    """The content of a file.

    Raises:
        OSError: as open and read do.
    """
    fd = open_fd(a, path)
    try:
        return (yield from read_all(a, fd))
    finally:
        close(a, fd)


def close(a: Applet, fd: int) -> None:
    """Close what was opened; the standard input stays."""
    if fd > 2 and fd in a.p.fds:
        a.p.close(fd)


class Lines:
    """The lines of an open file, one after the other.

    Args:
        a: who reads.
        fd: what.
        end: what ends a line.
        keep_error: what reading raises goes to the caller as it is, instead of ending the applet.
    """

    def __init__(self, a: Applet, fd: int, end: bytes = b"\n", *, keep_error: bool = False) -> None:
        self._a = a
        self._fd = fd
        self._end = end
        self._ready: list[bytes] = []
        self._rest = b""
        self._over = False
        self._keep_error = keep_error

    def next(self) -> Steps[bytes | None]:
        """The next line with its end (the last one may have none); None after the last."""
        while not self._ready:
            if self._over:
                rest, self._rest = self._rest, b""
                return rest or None
            yield from self._fill()
        return self._ready.pop()

    def _fill(self) -> Steps[None]:
        pieces = []
        while True:
            piece = yield from self._read()
            pieces.append(piece)
            if not piece or self._end in piece:
                break
        yield None
        self._over = not pieces[-1]
        lines = (self._rest + b"".join(pieces)).split(self._end)
        self._rest = lines.pop()
        self._ready = [line + self._end for line in reversed(lines)]

    def _read(self) -> Steps[bytes]:
        try:
            return (yield from self._a.p.read(self._fd, _PIECE))
        except InterruptedError:
            raise
        except OSError as error:
            if self._keep_error:
                raise
            raise Die(f"read error: {reason(error)}", 1) from None

    def rest(self) -> bytes:
        """What was read and not yet given out; nothing of it comes any more."""
        left = b"".join(reversed(self._ready)) + self._rest
        self._ready, self._rest = [], b""
        return left
