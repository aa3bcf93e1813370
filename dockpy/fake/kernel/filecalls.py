"""What a process does with files: thin calls of its container's file system, on its own behalf."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockpy.fake.files import FileSystem, Stat
    from dockpy.fake.kernel.file import File
    from dockpy.fake.kernel.namespace import Namespace

__all__ = ["FileCalls"]


class FileCalls:
    """The part of `Process` that is about files. Paths may be relative; errors are Linux's `OSError`.

    None of these waits. What is opened gets a descriptor, and ends with the process.
    """

    namespace: Namespace
    cwd: str
    uid: int
    gid: int
    groups: tuple[int, ...]
    umask: int

    def open_fd(self, file: File, at: int = 0) -> int:
        """Give a file the lowest free descriptor from this one on."""
        raise NotImplementedError

    @property
    def fs(self) -> FileSystem:
        """The container's files."""
        return self.namespace.fs

    def open(self, path: str, flags: int = os.O_RDONLY, mode: int = 0o666, *, at: int = 0) -> int:
        """Open a file, device or directory; its descriptor.

        Args:
            path: which.
            flags: ``os.O_*``.
            mode: of a file that is made, less the umask.
            at: the lowest descriptor that it may get.
        """
        return self.open_fd(self.fs.open(self, path, flags, mode), at)

    def stat(self, path: str, follow: bool = True) -> Stat:
        """What there is to know of a path; of a link itself where it is not followed."""
        return self.fs.stat(self, path, follow)

    def exists(self, path: str, follow: bool = True) -> bool:
        """Whether the path leads to something."""
        return self.fs.exists(self, path, follow)

    def access(self, path: str, bits: int) -> bool:
        """Whether it is there and may be read (4), written (2), run (1)."""
        return self.fs.access(self, path, bits)

    def listdir(self, path: str = ".") -> list[str]:
        """The names in a directory, sorted."""
        return self.fs.listdir(self, path)

    def walk(self, path: str) -> Iterator[tuple[str, list[str], list[str]]]:
        """As ``os.walk``."""
        return self.fs.walk(self, path)

    def read_bytes(self, path: str) -> bytes:
        """All that a file holds."""
        return self.fs.read_bytes(self, path)

    def write_bytes(self, path: str, data: bytes, mode: int = 0o666) -> None:
        """Make a file hold this, and nothing else."""
        self.fs.write_bytes(self, path, data, mode)

    def mkdir(self, path: str, mode: int = 0o777) -> None:
        """Make a directory."""
        self.fs.mkdir(self, path, mode)

    def makedirs(self, path: str, mode: int = 0o777) -> None:
        """Make a directory, and those above it that are missing."""
        self.fs.makedirs(self, path, mode)

    def mknod(self, path: str, kind: str, mode: int = 0o666, rdev: tuple[int, int] = (0, 0)) -> None:
        """Make a file, pipe, socket or, as root, a device."""
        self.fs.mknod(self, path, kind, mode, rdev)

    def rmdir(self, path: str) -> None:
        """Remove an empty directory."""
        self.fs.rmdir(self, path)

    def unlink(self, path: str) -> None:
        """Take a name away."""
        self.fs.unlink(self, path)

    def rename(self, source: str, path: str) -> None:
        """Give something another name."""
        self.fs.rename(self, source, path)

    def link(self, source: str, path: str) -> None:
        """Give a node one name more."""
        self.fs.link(self, source, path)

    def symlink(self, target: str, path: str) -> None:
        """Make a symbolic link."""
        self.fs.symlink(self, target, path)

    def readlink(self, path: str) -> str:
        """Where a symbolic link leads."""
        return self.fs.readlink(self, path)

    def realpath(self, path: str) -> str:
        """The absolute path without links; the last name need not be there."""
        return self.fs.realpath(self, path)

    def chmod(self, path: str, mode: int) -> None:
        """Change the permission bits."""
        self.fs.chmod(self, path, mode)

    def chown(self, path: str, uid: int, gid: int, follow: bool = True) -> None:
        """Change whose it is; -1 leaves it."""
        self.fs.chown(self, path, uid, gid, follow)

    def utime(self, path: str, mtime: int | None = None, follow: bool = True) -> None:
        """Change when it was changed: to a time in nanoseconds, to now where None."""
        self.fs.utime(self, path, mtime, follow)

    def truncate(self, path: str, size: int) -> None:
        """Make a file that long."""
        self.fs.truncate(self, path, size)

    def chdir(self, path: str) -> None:
        """Go to a directory."""
        full = self.fs.realpath(self, path)
        if not self.fs.stat(self, full).is_dir:
            raise NotADirectoryError(errno.ENOTDIR, "Not a directory", path)
        if not self.fs.access(self, full, 1):
            raise PermissionError(errno.EACCES, "Permission denied", path)
        self.cwd = full
