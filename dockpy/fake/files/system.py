"""A file system as processes see it: a root, mounts, devices, and Linux's rules of who may do what."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

from dockpy.fake.files import archives
from dockpy.fake.files.faults import fault
from dockpy.fake.files.fifo import Fifo
from dockpy.fake.files.handle import DynamicFile, OpenFile, resize
from dockpy.fake.files.node import Node
from dockpy.fake.files.paths import may
from dockpy.fake.files.rules import ROOT, Rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dockpy.fake.files.mounts import Mount
    from dockpy.fake.files.node import Stat, Who
    from dockpy.fake.kernel.file import File

__all__ = ["ROOT", "FileSystem"]


class FileSystem(Rules):
    """A root and what is mounted in it.

    Every method takes on whose behalf it acts, and raises the `OSError` that Linux gives, with its text.

    Args:
        root: the tree at ``/``.
        now: the time, in nanoseconds since 1970.

    Attributes:
        disk: what of it is free; several file systems may share one.
        devices: by major and minor number, what opens a device.
        forbidden: the system calls that processes are refused.
        may_open: whether processes may open a device: its number, ``char`` or ``block``, and ``rw``.
    """

    # Looking

    def lookup(self, who: Who, path: str, follow: bool = True) -> Node:
        """The node at a path."""
        return self._find(who, path, follow)[0]

    def stat(self, who: Who, path: str, follow: bool = True) -> Stat:
        """What there is to know of a path; of a link itself where it is not followed."""
        node, mount = self._find(who, path, follow)
        return node.stat(mount.device)

    def exists(self, who: Who, path: str, follow: bool = True) -> bool:
        """Whether the path leads to something."""
        try:
            self._find(who, path, follow)
        except OSError:
            return False
        return True

    def access(self, who: Who, path: str, bits: int) -> bool:
        """Whether it is there and may be read (4), written (2), run (1)."""
        try:
            node, mount = self._find(who, path, True)
        except OSError:
            return False
        return may(who, node, bits) and not (bits & 2 and not mount.writable and node.kind in ("file", "dir"))

    def listdir(self, who: Who, path: str) -> list[str]:
        """The names in a directory, sorted."""
        node, _ = self._find(who, path, True)
        if node.entries is None:
            raise fault(errno.ENOTDIR, path)
        if not may(who, node, 4):
            raise fault(errno.EACCES, path)
        return sorted(node.entries)

    def walk(self, who: Who, path: str) -> Iterator[tuple[str, list[str], list[str]]]:
        """As ``os.walk``: each directory, the names of those in it, the names of what else is in it."""
        directories: list[str] = []
        others: list[str] = []
        base = path.rstrip("/")
        for name in self.listdir(who, path):
            child = self._find(who, f"{base}/{name}", False)[0]
            (others if child.entries is None else directories).append(name)
        yield path, directories, others
        for name in directories:
            yield from self.walk(who, f"{base}/{name}")

    def readlink(self, who: Who, path: str) -> str:
        """Where a symbolic link leads."""
        node, _ = self._find(who, path, False)
        if node.kind != "symlink":
            raise fault(errno.EINVAL, path)
        return node.target if isinstance(node.target, str) else node.target(who)

    def realpath(self, who: Who, path: str) -> str:
        """The absolute path without links; the last name need not be there."""
        return self._paths.place(who, path).path

    def read_bytes(self, who: Who, path: str) -> bytes:
        """All that a file holds."""
        file = self.open(who, path, os.O_RDONLY)
        data = b""
        while piece := file.read_now(1 << 20):
            data += piece
        file.close()
        return data

    # Opening

    def open(self, who: Who, path: str, flags: int = os.O_RDONLY, mode: int = 0o666) -> File:
        """Open a file, device or directory.

        Args:
            who: on whose behalf.
            path: which.
            flags: ``os.O_*``.
            mode: of a file that is made, less the umask.
        """
        wants_write = flags & os.O_ACCMODE != os.O_RDONLY
        if not wants_write and not flags & (os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW):
            found, mount = self._find(who, path, True)
            if found.entries is None and flags & os.O_DIRECTORY:
                raise fault(errno.ENOTDIR, path)
            if not may(who, found, 4) and found.opener is None:
                raise fault(errno.EACCES, path)
            return self._opened(who, found, mount, flags, path)
        if flags & os.O_CREAT and (dots := self._dots(who, path) or path[-1:] == "/"):
            self._directory_of(who, path)
            raise fault(errno.EEXIST if isinstance(dots, str) and flags & os.O_EXCL else errno.EISDIR, path)
        exclusive = flags & os.O_CREAT and flags & os.O_EXCL
        place = self._paths.place(who, path, not (flags & os.O_NOFOLLOW or exclusive))
        node, mount = place.node, place.mount
        if node is None:
            if not flags & os.O_CREAT:
                raise fault(errno.ENOENT, path)
            node = Node("file", mode & ~who.umask & 0o7777)
            self._add(who, place, node, path)
            return self._opened(who, node, mount, flags, path)
        if exclusive:
            raise fault(errno.EEXIST, path)
        if node.kind == "symlink" and node.opener is None:
            raise fault(errno.ELOOP, path)
        if node.entries is not None and (wants_write or flags & os.O_CREAT):
            raise fault(errno.EISDIR, path)
        if flags & os.O_DIRECTORY and node.entries is None:
            raise fault(errno.ENOTDIR, path)
        bits = (4, 2, 6, 6)[flags & os.O_ACCMODE] | (2 if flags & os.O_TRUNC else 0)
        if node.opener is None and not may(who, node, bits):
            raise fault(errno.EACCES, path)
        made = node.produce is not None or node.consume is not None or node.opener is not None
        if node.kind == "file" and bits & 2 and not made:
            self._check_writable(mount, path)
            node = mount.tree.own(place.parts)
            if flags & os.O_TRUNC and node.size:
                resize(node, 0, self._grow)
                node.mtime = self.now()
        return self._opened(who, node, mount, flags, path)

    def _opened(self, who: Who, node: Node, mount: Mount, flags: int, path: str) -> File:
        if node.opener is not None:
            return node.opener(who, flags)
        kind = node.kind
        if kind == "file":
            if node.produce is not None or node.consume is not None:
                return DynamicFile(node, flags, path)
            return OpenFile(node, flags, path, mount.device, self.now, self._grow)
        if kind == "dir":
            return OpenFile(node, flags, path, mount.device, self.now, self._grow)
        if kind in ("char", "block") and who is not ROOT:
            bits = ("r", "w", "rw", "rw")[flags & os.O_ACCMODE]
            if not self.may_open(node.rdev, kind, bits):
                raise fault(errno.EPERM, path)
        if kind == "char" and node.rdev in self.devices:
            return self.devices[node.rdev]()
        if kind == "fifo":
            fifo = self._fifos.setdefault((mount.device, node.ino), Fifo())
            return fifo.open(flags)
        raise fault(errno.ENXIO, path)

    # Making and removing

    def mkdir(self, who: Who, path: str, mode: int = 0o777) -> None:
        """Make a directory."""
        self._call(who, "mkdir", path)
        self._new(who, path, Node("dir", mode & ~who.umask & 0o7777))

    def makedirs(self, who: Who, path: str, mode: int = 0o777) -> None:
        """Make a directory, and those above it that are missing."""
        names = [name for name in path.split("/") if name]
        prefix = "/" if path.startswith("/") else ""
        for number in range(1, len(names) + 1):
            part = prefix + "/".join(names[:number])
            if not self.exists(who, part):
                self.mkdir(who, part, mode)

    def mknod(
        self, who: Who, path: str, kind: str, mode: int = 0o666, rdev: tuple[int, int] = (0, 0)
    ) -> None:
        """Make a file, pipe, socket or, as root, a device."""
        self._call(who, "mknod", path)
        if kind in ("char", "block") and who.uid != 0:
            raise fault(errno.EPERM, path)
        self._new(who, path, Node(kind, mode & ~who.umask & 0o7777, rdev=rdev))

    def symlink(self, who: Who, target: str, path: str) -> None:
        """Make a symbolic link."""
        self._call(who, "symlink", path)
        if not target:
            raise fault(errno.ENOENT, target)
        if len(target) >= 4096:
            raise fault(errno.ENAMETOOLONG, path)
        self._new(who, path, Node.symlink(target))

    def link(self, who: Who, source: str, path: str, follow: bool = False) -> None:
        """Give a node one name more."""
        self._call(who, "link", source)
        origin = self._there(who, source, follow)
        assert origin.node is not None
        place = self._named(who, path)
        if place.node is not None:
            raise fault(errno.EEXIST, path)
        if place.wants_directory:
            raise fault(errno.ENOENT, path)
        if origin.mount is not place.mount:
            raise fault(errno.EXDEV, path)
        if origin.node.entries is not None:
            raise fault(errno.EPERM, path)
        self._check_parent(who, place, path)
        place.mount.tree.link(origin.parts, place.parts, self.now())

    def write_bytes(self, who: Who, path: str, data: bytes, mode: int = 0o666) -> None:
        """Make a file hold this, and nothing else."""
        file = self.open(who, path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        file.write_now(data)
        file.close()

    def unlink(self, who: Who, path: str) -> None:
        """Take a name away."""
        self._call(who, "unlink", path)
        place = self._named_there(who, path)
        assert place.node is not None
        if place.node.entries is not None:
            raise fault(errno.EISDIR, path)
        self._check_removal(who, place, path)
        if place.node.kind == "file" and place.node.nlink == 1:
            self._grow(-place.node.size)
        place.mount.tree.take(place.parts, self.now())

    def rmdir(self, who: Who, path: str) -> None:
        """Remove an empty directory."""
        self._call(who, "rmdir", path)
        if dots := self._dots(who, path):
            raise fault(errno.EINVAL if dots == "." else errno.ENOTEMPTY, path)
        place = self._named_there(who, path)
        assert place.node is not None
        if place.node.entries is None:
            raise fault(errno.ENOTDIR, path)
        self._check_removal(who, place, path)
        if place.node.entries:
            raise fault(errno.ENOTEMPTY, path)
        place.mount.tree.take(place.parts, self.now())

    def rename(self, who: Who, source: str, path: str) -> None:
        """Give a node another name; what had it is replaced."""
        self._call(who, "rename", source)
        self._directory_of(who, source)
        self._directory_of(who, path)
        if self._dots(who, source) + self._dots(who, path):
            raise fault(errno.EBUSY, source)
        origin = self._named_there(who, source)
        node = origin.node
        assert node is not None
        place = self._named(who, path)
        there = place.node
        if origin.is_mount or place.is_mount:
            raise fault(errno.EBUSY, source)
        if origin.mount is not place.mount:
            raise fault(errno.EXDEV, source)
        if place.path.startswith(origin.path + "/"):
            raise fault(errno.EINVAL, source)
        if origin.path.startswith(place.path + "/"):
            raise fault(errno.ENOTEMPTY, source)
        self._check_removal(who, origin, source)
        if there is None:
            if place.wants_directory and node.entries is None:
                raise fault(errno.ENOTDIR, path)
            self._check_parent(who, place, path)
        else:
            self._check_removal(who, place, path)
            if origin.path == place.path or (there.ino == node.ino and there is node):
                return
            if node.entries is not None and there.entries is None:
                raise fault(errno.ENOTDIR, path)
            if node.entries is None and there.entries is not None:
                raise fault(errno.EISDIR, path)
            if there.entries:
                raise fault(errno.ENOTEMPTY, path)
        place.mount.tree.move(origin.parts, place.parts, self.now())

    # Changing

    def chmod(self, who: Who, path: str, mode: int, follow: bool = True) -> None:
        """Change the permission bits."""
        self._call(who, "chmod", path)
        place, node = self._owned(who, path, follow)
        mode &= 0o7777
        if who.uid != 0 and node.gid != who.gid and node.gid not in who.groups:
            mode &= ~0o2000
        place.mount.tree.own(place.parts).mode = mode

    def chown(self, who: Who, path: str, uid: int = -1, gid: int = -1, follow: bool = True) -> None:
        """Change whose it is; -1 leaves it."""
        self._call(who, "chown", path)
        place = self._there(who, path, follow)
        node = place.node
        assert node is not None
        self._check_writable(place.mount, path)
        if who.uid != 0:
            may_give = who.uid == node.uid and uid in (-1, node.uid)
            if not may_give or gid not in (-1, node.gid, who.gid, *who.groups):
                raise fault(errno.EPERM, path)
        node = place.mount.tree.own(place.parts)
        node.uid = node.uid if uid == -1 else uid
        node.gid = node.gid if gid == -1 else gid
        if node.kind == "file":
            node.mode &= ~0o4000 if not node.mode & 0o010 else ~0o6000

    def utime(self, who: Who, path: str, mtime: int | None = None, follow: bool = True) -> None:
        """Change when it was changed: to a time in nanoseconds, to now where None."""
        self._call(who, "utimensat", path)
        place = self._there(who, path, follow)
        node = place.node
        assert node is not None
        self._check_writable(place.mount, path)
        if who.uid not in (0, node.uid) and not (mtime is None and may(who, node, 2)):
            raise fault(errno.EACCES if mtime is None else errno.EPERM, path)
        place.mount.tree.own(place.parts).mtime = self.now() if mtime is None else mtime

    def truncate(self, who: Who, path: str, size: int) -> None:
        """Make a file that long."""
        self._call(who, "truncate", path)
        place = self._there(who, path, True)
        node = place.node
        assert node is not None
        if node.entries is not None:
            raise fault(errno.EISDIR, path)
        if node.kind != "file" or size < 0:
            raise fault(errno.EINVAL, path)
        if not may(who, node, 2):
            raise fault(errno.EACCES, path)
        self._check_writable(place.mount, path)
        node = place.mount.tree.own(place.parts)
        resize(node, size, self._grow)
        node.mtime = self.now()

    def set_xattr(self, who: Who, path: str, name: str, value: bytes, follow: bool = True) -> None:
        """Set an extended attribute."""
        place, _ = self._owned(who, path, follow)
        node = place.mount.tree.own(place.parts)
        node.xattrs = {**node.xattrs, name: value}

    # Archives

    def tar(self, who: Who, path: str, *, kinds_in_modes: bool = False) -> Iterator[bytes]:
        """A path as a tar, named after its last name (GET archive); see `archives.tar`."""
        return archives.tar(self, who, path, kinds_in_modes=kinds_in_modes)

    def path_stat(self, who: Who, path: str) -> dict[str, object]:
        """What an engine says of a path (HEAD archive); see `archives.path_stat`."""
        return archives.path_stat(self, who, path)

    def stat_header(self, who: Who, path: str) -> str:
        """The same as a header has it."""
        return archives.stat_header(self, who, path)

    def untar(
        self,
        who: Who,
        path: str,
        pieces: Iterable[bytes],
        *,
        no_overwrite_dir_non_dir: bool = False,
        owner: tuple[int, int] | None = None,
        api: str = "1.51",
    ) -> None:
        """Unpack a tar into a directory (PUT archive); see `archives.untar`."""
        archives.untar(
            self,
            who,
            path,
            pieces,
            no_overwrite_dir_non_dir=no_overwrite_dir_non_dir,
            owner=owner,
            api=api,
        )
