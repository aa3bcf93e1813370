"""Who may do what in a file system, what is mounted in it, and how much fits."""

from __future__ import annotations

import errno
import random
from typing import TYPE_CHECKING

from dockpy.fake.files.content import read_part, size_of
from dockpy.fake.files.faults import fault
from dockpy.fake.files.handle import full, null, random_device, zero
from dockpy.fake.files.paths import Paths, Place, may

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockpy.fake.files.fifo import Fifo
    from dockpy.fake.files.mounts import Mount, Source
    from dockpy.fake.files.node import Data, Node, Who
    from dockpy.fake.kernel.file import File

__all__ = ["ROOT", "Disk", "Rules"]


class _Root:
    uid = gid = 0
    groups: tuple[int, ...] = ()
    cwd = "/"
    umask = 0o022


ROOT: Who = _Root()
"""The daemon itself: may do everything."""


class Disk:
    """The space that file systems share.

    Attributes:
        free: how many bytes can still be written; None for any number.
    """

    __slots__ = ("free",)

    def __init__(self, free: int | None = None) -> None:
        self.free: int | None = free


class Rules:
    """What the calls of a file system go by; see `FileSystem`."""

    def __init__(
        self,
        root: Source,
        *,
        now: Callable[[], int] = lambda: 0,
        seed: int = 0,
        disk: Disk | None = None,
    ) -> None:
        self._paths = Paths(root)
        self.now = now
        self._fifos: dict[tuple[int, int], Fifo] = {}
        self.disk: Disk = disk or Disk()
        source = random_device(random.Random(seed))  # noqa: S311 - a test can foresee it
        self.devices: dict[tuple[int, int], Callable[[], File]] = {
            (1, 3): null,
            (1, 5): zero,
            (1, 7): full,
            (1, 8): source,
            (1, 9): source,
            (1, 11): null,
        }
        self.forbidden: frozenset[str] = frozenset()
        self.may_open: Callable[[tuple[int, int], str, str], bool] = lambda rdev, kind, bits: True

    @property
    def root(self) -> Source:
        """The tree at ``/``."""
        return self._paths.mounts[0].tree

    @property
    def mounts(self) -> list[Mount]:
        """What is mounted, the root first."""
        return self._paths.mounts

    def mount(self, path: str, tree: Source, subpath: str = "", read_only: bool = False) -> Mount:
        """Put a tree, or a part of it, at a place; a mount at ``/`` replaces the root."""
        return self._paths.mount(path, tree, subpath, read_only)

    def unmount(self, path: str) -> None:
        """Take away what is mounted at a place."""
        self._paths.unmount(path)

    def mounted_at(self, path: str) -> Mount | None:
        """What is mounted at an absolute path without links; None where nothing is."""
        return self._paths.mounted_at(path)

    def granted(self, data: Data) -> Data:
        """As much of the data as there is space for."""
        size = size_of(data)
        if self.disk.free is None or (granted := self._grow(size)) == size:
            return data
        return read_part(data, 0, granted)

    def _call(self, who: Who, name: str, path: str) -> None:
        """A system call: it may be forbidden to processes."""
        if name in self.forbidden and who is not ROOT:
            raise fault(errno.EPERM, path)

    def _find(self, who: Who, path: str, follow: bool) -> tuple[Node, Mount]:
        if path[:1] != "/" and path:
            cwd = who.cwd
            path = f"{cwd}/{path}" if cwd != "/" else "/" + path
        return self._paths.lookup(who, path, follow)

    def place(self, who: Who, path: str, follow: bool = True) -> Place:
        """Where a path leads; the last name need not be there."""
        return self._paths.place(who, path, follow)

    def _there(self, who: Who, path: str, follow: bool = False) -> Place:
        place = self._paths.place(who, path, follow)
        if place.node is None:
            raise fault(errno.ENOENT, path)
        if place.wants_directory and place.node.entries is None:
            raise fault(errno.ENOTDIR, path)
        return place

    def _named(self, who: Who, path: str) -> Place:
        """Where a name is to be made or taken away: no link is followed, whatever slashes come after it."""
        place = self._paths.place(who, path.rstrip("/") or path[:1], False)
        return place._replace(wants_directory=place.wants_directory or path[-1:] == "/")

    def _named_there(self, who: Who, path: str) -> Place:
        place = self._named(who, path)
        if place.node is None:
            raise fault(errno.ENOENT, path)
        if place.wants_directory and place.node.entries is None:
            raise fault(errno.ENOTDIR, path)
        return place

    def _dots(self, who: Who, path: str) -> str:
        """The last name where it is ``.`` or ``..``, and its directory is there; else nothing."""
        last = path.rstrip("/").rpartition("/")[2]
        if last not in (".", ".."):
            return ""
        self._directory_of(who, path)
        return last

    def _directory_of(self, who: Who, path: str) -> None:
        """Go as far as the last name's directory."""
        above = path.rstrip("/").rpartition("/")[0]
        self._find(who, f"{above}/" if above or path.startswith("/") else ".", True)

    def _owned(self, who: Who, path: str, follow: bool) -> tuple[Place, Node]:
        place = self._there(who, path, follow)
        node = place.node
        assert node is not None
        self._check_writable(place.mount, path)
        if who.uid not in (0, node.uid):
            raise fault(errno.EPERM, path)
        return place, node

    def _new(self, who: Who, path: str, node: Node) -> None:
        place = self._named(who, path)
        if place.node is not None:
            raise fault(errno.EEXIST, path)
        if place.wants_directory and node.entries is None:
            raise fault(errno.ENOENT, path)
        self._add(who, place, node, path)

    def _add(self, who: Who, place: Place, node: Node, path: str) -> None:
        self._check_parent(who, place, path)
        self._check_space(path)
        parent = place.parent
        node.uid, node.gid, node.mtime = who.uid, who.gid, self.now()
        if parent.mode & 0o2000:
            node.gid = parent.gid
            if node.entries is not None:
                node.mode |= 0o2000
        place.mount.tree.put(place.parts, node, node.mtime)

    def _check_parent(self, who: Who, place: Place, path: str) -> None:
        self._check_writable(place.mount, path)
        if not may(who, place.parent, 3):
            raise fault(errno.EACCES, path)

    def _check_removal(self, who: Who, place: Place, path: str) -> None:
        if place.is_mount:
            raise fault(errno.EBUSY, path)
        self._check_parent(who, place, path)
        parent, node = place.parent, place.node
        if node is not None and parent.mode & 0o1000 and who.uid not in (0, parent.uid, node.uid):
            raise fault(errno.EPERM, path)

    def _check_writable(self, mount: Mount, path: str) -> None:
        if not mount.writable:
            raise fault(errno.EROFS, path)

    def _check_space(self, path: str) -> None:
        if self.disk.free is not None and self.disk.free <= 0:
            raise fault(errno.ENOSPC, path)

    def _grow(self, size: int) -> int:
        """Take so many bytes of the disk, or give them back; how many there were."""
        free = self.disk.free
        if free is None:
            return size
        granted = min(size, max(free, 0)) if size > 0 else size
        self.disk.free = free - granted
        return granted
