"""What an awk program reads and writes besides its lines: files and commands."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dockpy.fake.applets.applet import wide
from dockpy.fake.applets.errors import Die, reason
from dockpy.fake.applets.inputs import Lines, close, open_fd

if TYPE_CHECKING:
    from dockpy.fake.applets.applet import Applet, Steps
    from dockpy.fake.kernel.process import Process

__all__ = ["Streams"]


class Streams:
    """The open ones, by what they were opened as."""

    def __init__(self, a: Applet) -> None:
        self._a = a
        self._writers: dict[str, tuple[int, Process | None]] = {}
        self._readers: dict[str, tuple[int, Lines, Process | None]] = {}

    def _path(self, name: str) -> str:
        return wide(name.encode("latin-1"))

    def _start(self, command: str, fd: int, end: int) -> Process:
        a = self._a
        files = {**a.p.fds, fd: a.p.file(end)}
        files = {number: file for number, file in files.items() if number < 3}
        return a.p.spawn(["/bin/sh", "-c", self._path(command)], None, files)

    def write(self, name: str, how: str, data: bytes) -> Steps[None]:
        """Write to a file, or to a command's input."""
        a = self._a
        if name not in self._writers:
            yield from a.flush()
            if how == "|":
                reading, writing = a.p.pipe()
                child = self._start(name, 0, reading)
                a.p.close(reading)
                self._writers[name] = (writing, child)
            elif name in ("/dev/stdout", "-"):
                self._writers[name] = (1, None)
            elif name == "/dev/stderr":
                self._writers[name] = (2, None)
            else:
                flags = os.O_WRONLY | os.O_CREAT | (os.O_APPEND if how == ">>" else os.O_TRUNC)
                try:
                    self._writers[name] = (open_fd(a, self._path(name), flags), None)
                except OSError as error:
                    raise Die(f"can't open '{self._path(name)}': {reason(error)}") from None
        fd = self._writers[name][0]
        if fd == 1:
            a.put(data)
            return
        yield from a.p.write(fd, data)

    def read(self, name: str, how: str, separator: bytes) -> Steps[bytes | None]:
        """The next record of a file or of a command's output; None at the end.

        Raises:
            OSError: it cannot be opened.
        """
        a = self._a
        if name not in self._readers:
            child = None
            if how == "|":
                yield from a.flush()
                reading, writing = a.p.pipe()
                child = self._start(name, 1, writing)
                a.p.close(writing)
            else:
                reading = 0 if name == "-" else open_fd(a, self._path(name))
            self._readers[name] = (reading, Lines(a, reading, separator), child)
        return (yield from self._readers[name][1].next())

    def close(self, name: str) -> Steps[int]:
        """Close what was opened as this; -1 where nothing was."""
        entry = self._writers.pop(name, None)
        child: Process | None
        if entry is not None:
            fd, child = entry
        else:
            reader = self._readers.pop(name, None)
            if reader is None:
                return -1
            fd, _, child = reader
        close(self._a, fd)
        if child is None:
            return 0
        return (yield from self._a.p.wait(child, restart=True)).exit_code or 0

    def close_all(self) -> Steps[None]:
        """Close all of them."""
        for name in [*self._writers, *self._readers]:
            yield from self.close(name)
