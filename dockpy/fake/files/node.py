"""Nodes: what a name in a directory stands for."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from dockpy.fake.files.content import Content, Extent, size_of

if TYPE_CHECKING:
    from dockpy.fake.kernel.file import File

__all__ = ["NO_XATTRS", "Data", "DynamicEntries", "Node", "Stat", "Who"]

Data = bytes | Extent | Content
_FORMATS = {
    "file": stat.S_IFREG,
    "dir": stat.S_IFDIR,
    "symlink": stat.S_IFLNK,
    "char": stat.S_IFCHR,
    "block": stat.S_IFBLK,
    "fifo": stat.S_IFIFO,
    "socket": stat.S_IFSOCK,
    "whiteout": stat.S_IFCHR,
}
NO_XATTRS: Mapping[str, bytes] = {}
_DIRECTORY_SIZE = 4096


class Who(Protocol):
    """On whose behalf something is done: a process, or `ROOT`."""

    uid: int
    gid: int
    groups: tuple[int, ...]
    cwd: str
    umask: int


class Node:
    """A file, directory, link or device. Several names of one node are hard links.

    Attributes:
        kind: ``file dir symlink char block fifo socket``; in a layer also ``whiteout``.
        mode: the permission bits, with the set-user-id, set-group-id and sticky bits.
        uid, gid: whose it is.
        mtime: when it was changed, in nanoseconds since 1970.
        xattrs: its extended attributes.
        data: of a file, what it holds; `produce` where that is made when it is opened.
        entries: of a directory, its nodes by name; of others None.
        target: of a symbolic link, where it leads; a callable where that depends on who asks.
        rdev: of a device, major and minor number.
        ino: its number; 0 until a tree gives it one.
        nlink: how many names it has; of a directory, None for the usual number, 1 where layers meet in it.
        owner: the tree that may change it; None once it is shared.
        produce: makes the bytes of a file at the time it is opened.
        consume: takes what is written to such a file.
        opener: opens it, given who asks and the flags; a link that has one is not followed but opened.
        opaque: of a layer's directory: what lower layers have in it does not show.
        origin: of a directory that was copied to be changed, the one it was.
    """

    __slots__ = (
        "consume",
        "data",
        "entries",
        "gid",
        "ino",
        "kind",
        "mode",
        "mtime",
        "nlink",
        "opaque",
        "opener",
        "origin",
        "owner",
        "produce",
        "rdev",
        "target",
        "uid",
        "xattrs",
    )

    def __init__(
        self,
        kind: str,
        mode: int = 0o644,
        uid: int = 0,
        gid: int = 0,
        mtime: int = 0,
        *,
        data: Data = b"",
        entries: MutableMapping[str, Node] | None = None,
        target: str | Callable[[Any], str] = "",
        rdev: tuple[int, int] = (0, 0),
        xattrs: Mapping[str, bytes] = NO_XATTRS,
        owner: object = None,
        produce: Callable[[], bytes] | None = None,
        consume: Callable[[bytes], None] | None = None,
        opener: Callable[[Any, int], File] | None = None,
        ino: int = 0,
    ) -> None:
        self.kind: str = kind
        self.mode: int = mode
        self.uid: int = uid
        self.gid: int = gid
        self.mtime: int = mtime
        self.data: Data = data
        self.entries: MutableMapping[str, Node] | None = {} if entries is None and kind == "dir" else entries
        self.target: str | Callable[[Any], str] = target
        self.rdev: tuple[int, int] = rdev
        self.xattrs: Mapping[str, bytes] = xattrs
        self.ino: int = ino
        self.nlink: int | None = None if kind == "dir" else 1
        self.owner: object = owner
        self.produce: Callable[[], bytes] | None = produce
        self.consume: Callable[[bytes], None] | None = consume
        self.opener: Callable[[Any, int], File] | None = opener
        self.opaque: bool = False
        self.origin: Node | None = None

    @classmethod
    def directory(
        cls,
        entries: MutableMapping[str, Node] | None = None,
        mode: int = 0o755,
        uid: int = 0,
        gid: int = 0,
        mtime: int = 0,
    ) -> Node:
        """A directory."""
        return cls("dir", mode, uid, gid, mtime, entries=entries)

    @classmethod
    def file(cls, data: Data = b"", mode: int = 0o644, uid: int = 0, gid: int = 0, mtime: int = 0) -> Node:
        """A file."""
        return cls("file", mode, uid, gid, mtime, data=data)

    @classmethod
    def dynamic(
        cls, produce: Callable[[], bytes], mode: int = 0o444, consume: Callable[[bytes], None] | None = None
    ) -> Node:
        """A file whose bytes are made when it is opened, and that may take what is written to it."""
        return cls("file", mode, produce=produce, consume=consume)

    @classmethod
    def dynamic_directory(cls, list_entries: Callable[[], Mapping[str, Node]], mode: int = 0o555) -> Node:
        """A directory whose entries are made when they are asked for."""
        return cls("dir", mode, entries=DynamicEntries(list_entries))

    @classmethod
    def symlink(cls, target: str | Callable[[Any], str], uid: int = 0, gid: int = 0, mtime: int = 0) -> Node:
        """A symbolic link."""
        return cls("symlink", 0o777, uid, gid, mtime, target=target)

    @classmethod
    def device(cls, major: int, minor: int, mode: int = 0o666, kind: str = "char") -> Node:
        """A device."""
        return cls(kind, mode, rdev=(major, minor))

    @property
    def size(self) -> int:
        """In bytes."""
        if self.kind == "file":
            return size_of(self.data)
        if self.kind == "symlink":
            return len(self.target.encode("utf-8", "surrogateescape")) if isinstance(self.target, str) else 0
        return _DIRECTORY_SIZE if self.entries is not None else 0

    def copy(self, owner: object) -> Node:
        """A node like it that another tree may change; a directory's entries are the same nodes."""
        node = Node.__new__(Node)
        node.kind, node.mode, node.uid, node.gid, node.mtime = (
            self.kind,
            self.mode,
            self.uid,
            self.gid,
            self.mtime,
        )
        node.xattrs, node.target, node.rdev = self.xattrs, self.target, self.rdev
        node.produce, node.consume, node.opener, node.opaque = self.produce, self.consume, self.opener, False
        node.owner = owner
        if self.entries is None:
            node.entries = None
            node.data = self.data
            node.nlink = 1
            node.ino = self.ino if self.nlink == 1 else 0
            node.origin = None
        else:
            node.entries = dict(self.entries)
            node.data = b""
            node.nlink = 1
            node.ino = self.ino
            node.origin = self
        return node

    def writable(self) -> Content:
        """What it holds, to be changed."""
        data = self.data
        if not isinstance(data, Content):
            data = self.data = Content(data)
        return data

    def stat(self, device: int = 1) -> Stat:
        """What ``stat`` says of it."""
        nlink = self.nlink
        if nlink is None:
            nlink = 2 + sum(node.entries is not None for node in (self.entries or {}).values())
        target = self.target if isinstance(self.target, str) else ""
        return Stat(
            self.kind,
            self.mode,
            self.uid,
            self.gid,
            self.size,
            self.mtime,
            nlink,
            self.ino,
            self.rdev,
            target,
            device,
        )

    def __repr__(self) -> str:
        return f"Node({self.kind} {self.mode:#o} {self.uid}:{self.gid} ino {self.ino})"


class DynamicEntries(MutableMapping[str, Node]):
    """A directory's entries that are made when they are asked for. Nothing can be put there."""

    def __init__(self, make: Callable[[], Mapping[str, Node]]) -> None:
        self._make = make

    def __getitem__(self, name: str) -> Node:
        return self._make()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._make())

    def __len__(self) -> int:
        return len(self._make())

    def __setitem__(self, name: str, node: Node) -> None:
        raise PermissionError(1, "Operation not permitted")

    def __delitem__(self, name: str) -> None:
        raise PermissionError(1, "Operation not permitted")


@dataclass(frozen=True, slots=True)
class Stat:
    """What ``stat`` says of a node.

    Attributes:
        kind: see `Node.kind`.
        mode: the permission bits; `st_mode` has the kind's bits as well.
        uid, gid: whose it is.
        size: in bytes.
        mtime: in nanoseconds since 1970.
        nlink: how many names it has.
        ino: its number within the device.
        rdev: of a device, major and minor number.
        target: of a symbolic link, where it leads.
        device: the number of the mount that it is in.
    """

    kind: str
    mode: int
    uid: int
    gid: int
    size: int
    mtime: int
    nlink: int
    ino: int
    rdev: tuple[int, int]
    target: str
    device: int

    @property
    def st_mode(self) -> int:
        """The mode with the bits that say the kind."""
        return _FORMATS[self.kind] | self.mode

    @property
    def is_dir(self) -> bool:
        """Whether it is a directory."""
        return self.kind == "dir"

    @property
    def is_file(self) -> bool:
        """Whether it is a regular file."""
        return self.kind == "file"
