"""Redirections: other files behind descriptors, for one command or for good."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

from dockpy.fake.sh.errors import Failure
from dockpy.fake.sh.text import encode, outer

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from dockpy.fake.kernel.file import File
    from dockpy.fake.kernel.process import Process
    from dockpy.fake.kernel.scheduler import Program, Wait, Waitable
    from dockpy.fake.sh.shell import Shell
    from dockpy.fake.sh.tree import Redirect

__all__ = ["Redirects", "Saved"]

_FLAGS = {
    "<": os.O_RDONLY,
    "<>": os.O_RDWR | os.O_CREAT,
    ">": os.O_WRONLY | os.O_CREAT | os.O_TRUNC,
    ">|": os.O_WRONLY | os.O_CREAT | os.O_TRUNC,
    "&>": os.O_WRONLY | os.O_CREAT | os.O_TRUNC,
    ">>": os.O_WRONLY | os.O_CREAT | os.O_APPEND,
}

Saved = list[tuple[int, "File | None"]]
"""Descriptors and what was behind them."""


class Redirects:
    """Redirects one shell's descriptors.

    Args:
        shell: it.

    Attributes:
        lent: descriptors to close after the command: the shell's ends of ``<(…)``.
    """

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self.lent: list[int] = []

    def apply(self, redirects: Sequence[Redirect]) -> Generator[Waitable | Wait | None, None, Saved]:
        """Redirect; returns what `restore` needs.

        Raises:
            Failure: one cannot be; nothing is redirected then.
        """
        saved: Saved = []
        try:
            for redirect in redirects:
                yield from self._apply(redirect, saved)
        except BaseException:
            self.restore(saved)
            raise
        return saved

    def restore(self, saved: Saved) -> None:
        """Put back what was behind the descriptors."""
        fds = self._shell.p.fds
        ended = self._shell.p.exit_code is not None
        for fd, file in reversed(saved):
            now = fds.pop(fd, None)
            if now is not None:
                now.close()
            if file is not None and ended:
                file.close()
            elif file is not None:
                fds[fd] = file
        saved.clear()

    def keep(self, saved: Saved) -> None:
        """Redirected for good: let go of what was behind the descriptors."""
        for _, file in saved:
            if file is not None:
                file.close()
        saved.clear()

    def close_lent(self) -> None:
        """Close the ends of ``<(…)``."""
        while self.lent:
            fd = self.lent.pop()
            if fd in self._shell.p.fds:
                self._shell.p.close(fd)

    def null(self) -> File | None:
        """What reads as nothing; None where the container has no such device."""
        try:
            return self._shell.p.namespace.fs.open(self._shell.p, "/dev/null", os.O_RDONLY)
        except OSError:
            return None

    def _put(self, fd: int, file: File | None, saved: Saved) -> None:
        fds = self._shell.p.fds
        saved.append((fd, fds.pop(fd, None)))
        if file is not None:
            fds[fd] = file

    def _apply(self, redirect: Redirect, saved: Saved) -> Generator[Waitable | Wait | None, None, None]:
        shell = self._shell
        text = yield from shell.expander.text(redirect.word)
        if redirect.operator == "<<":
            self._put(redirect.fd, self._document(encode(text)), saved)
        elif redirect.operator in ("<&", ">&") and (text == "-" or text.isdecimal()):
            if text == "-":
                self._put(redirect.fd, None, saved)
            else:
                self._duplicate(int(text), redirect.fd, saved)
        elif redirect.operator == "<&":
            raise Failure("ambiguous redirect", 1)
        else:
            file = self._open(text, ">" if redirect.operator == ">&" else redirect.operator)
            self._put(redirect.fd, file, saved)
            if redirect.operator in ("&>", ">&"):
                self._put(2, file.retain(), saved)

    def _duplicate(self, source: int, fd: int, saved: Saved) -> None:
        file = self._shell.p.fds.get(source)
        if file is None:
            raise Failure(f"{source}: Bad file descriptor", 1)
        if source != fd:
            self._put(fd, file.retain(), saved)

    def _open(self, path: str, operator: str) -> File:
        shell, flags = self._shell, _FLAGS[operator]
        fs, p = shell.p.namespace.fs, shell.p
        try:
            careful = operator == ">" and shell.options["C"] and fs.exists(p, outer(path))
            if careful and fs.stat(p, outer(path)).kind == "file":
                raise FileExistsError(errno.EEXIST, "File exists")
            return fs.open(p, outer(path), flags, 0o666)
        except OSError as error:
            creating = bool(flags & os.O_CREAT)
            what = f"can't {'create' if creating else 'open'} {path}"
            reason = error.strerror or os.strerror(error.errno or 0)
            if error.errno in (errno.ENOENT, errno.ENOTDIR):
                reason = "nonexistent directory" if creating else "no such file"
            raise Failure(f"{what}: {reason}", 1) from None

    def _document(self, data: bytes) -> File:
        """A pipe with the text; another process writes what does not fit."""
        p = self._shell.p
        reader, writer = p.pipe()
        files = p.fds.pop(reader), p.fds.pop(writer)
        taken = files[1].write_now(data) if data else 0
        if taken is not None and taken < len(data):
            rest = data[taken:]

            def write(child: Process) -> Program:
                yield from child.write(1, rest)
                return 0

            p.fork(write, fds={1: files[1]})
        files[1].close()
        return files[0]
