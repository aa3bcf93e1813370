"""Folders of the host in a container: what is done there is done on the host."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import stat
from collections.abc import Iterator, MutableMapping
from typing import TYPE_CHECKING

from dockpy.fake.files.content import Content, pieces_of
from dockpy.fake.files.faults import fault
from dockpy.fake.files.node import Node

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["HostFolder"]

_KINDS = {
    stat.S_IFREG: "file",
    stat.S_IFDIR: "dir",
    stat.S_IFLNK: "symlink",
    stat.S_IFCHR: "char",
    stat.S_IFBLK: "block",
    stat.S_IFIFO: "fifo",
    stat.S_IFSOCK: "socket",
}


class HostFolder:
    """A folder or file of the host. Links in it are followed within the container, never on the host.

    Args:
        path: where it is.
    """

    writable: bool = True

    def __init__(self, path: str) -> None:
        self.path: str = os.path.realpath(path)

    @property
    def root(self) -> Node:
        """Its root as it is now."""
        return _node(self.path)

    def own(self, parts: Sequence[str]) -> Node:
        """The node at a path; what is set on it is set on the host."""
        return _node(self._at(parts))

    def put(self, parts: Sequence[str], node: Node, now: int) -> Node:
        """Make on the host what a node is."""
        path = self._at(parts)
        with contextlib.suppress(FileNotFoundError):
            _remove(path)
        if node.entries is not None:
            os.mkdir(path)
        elif node.kind == "symlink" and isinstance(node.target, str):
            os.symlink(node.target, path)
            return _node(path)
        elif node.kind == "fifo":
            os.mkfifo(path)
        elif node.kind == "file":
            with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW), "wb") as file:
                for piece in pieces_of(node.data):
                    file.write(piece)
            node.data = _HostContent(path)
        else:
            raise fault(errno.EPERM)
        os.chmod(path, node.mode)
        made = _node(path)
        made.uid, made.gid = node.uid, node.gid
        return made

    def link(self, source: Sequence[str], parts: Sequence[str], now: int) -> Node:
        """Give a file one name more."""
        os.link(self._at(source), self._at(parts), follow_symlinks=False)
        return _node(self._at(parts))

    def take(self, parts: Sequence[str], now: int) -> None:
        """Remove a file or folder."""
        _remove(self._at(parts))

    def move(self, source: Sequence[str], parts: Sequence[str], now: int) -> None:
        """Give a file or folder another name."""
        os.rename(self._at(source), self._at(parts))

    def _at(self, parts: Sequence[str]) -> str:
        return os.path.join(self.path, *parts) if parts else self.path


def _remove(path: str) -> None:
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    else:
        os.unlink(path)


def _node(path: str) -> Node:
    found = os.lstat(path)
    return _HostNode(path, found)


class _HostNode(Node):
    """A node that is on the host."""

    __slots__ = ("_path",)

    def __init__(self, path: str, found: os.stat_result) -> None:
        kind = _KINDS[stat.S_IFMT(found.st_mode)]
        super().__init__(
            kind,
            stat.S_IMODE(found.st_mode),
            found.st_uid,
            found.st_gid,
            found.st_mtime_ns,
            data=_HostContent(path) if kind == "file" else b"",
            entries=_HostEntries(path) if kind == "dir" else None,
            target=os.readlink(path) if kind == "symlink" else "",
            rdev=(os.major(found.st_rdev), os.minor(found.st_rdev)) if kind in ("char", "block") else (0, 0),
            ino=found.st_ino,
        )
        self.nlink = found.st_nlink
        self._path = path

    def __setattr__(self, name: str, value: object) -> None:
        path = getattr(self, "_path", None)
        super().__setattr__(name, value)
        if path is None:
            return
        if name == "mode" and self.kind != "symlink":
            os.chmod(path, self.mode)
        elif name == "mtime":
            os.utime(path, ns=(self.mtime, self.mtime), follow_symlinks=False)
        elif name in ("uid", "gid"):
            with contextlib.suppress(PermissionError):  # who is not root on the host owns what he makes
                os.chown(path, self.uid, self.gid, follow_symlinks=False)


class _HostContent(Content):
    """What a file of the host holds."""

    __slots__ = ("_path",)

    def __init__(self, path: str) -> None:
        self._path = path

    @property
    def size(self) -> int:  # type: ignore[override]
        return os.lstat(self._path).st_size

    def read(self, offset: int, size: int) -> bytes:
        with open(os.open(self._path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
            file.seek(offset)
            return file.read(size)

    def write(self, offset: int, data: bytes) -> None:
        with open(os.open(self._path, os.O_WRONLY | os.O_NOFOLLOW), "wb") as file:
            file.seek(offset)
            file.write(data)

    def truncate(self, size: int) -> None:
        os.truncate(self._path, size)


class _HostEntries(MutableMapping[str, Node]):
    """What is in a folder of the host now."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __getitem__(self, name: str) -> Node:
        try:
            return _node(os.path.join(self._path, name))
        except OSError:
            raise KeyError(name) from None

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(os.listdir(self._path)))

    def __len__(self) -> int:
        return len(os.listdir(self._path))

    def __setitem__(self, name: str, node: Node) -> None:
        raise fault(errno.EPERM)

    def __delitem__(self, name: str) -> None:
        raise fault(errno.EPERM)
