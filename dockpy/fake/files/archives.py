"""Archives in and out of a file system, as an engine's archive endpoints make and unpack them."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from dockpy.fake.files.faults import BadArchive, fault
from dockpy.fake.files.node import Node
from dockpy.fake.files.packing import Packer
from dockpy.fake.files.scan import scan
from dockpy.fake.files.unpacking import unpacked
from dockpy.streams.tar import END_OF_ARCHIVE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dockpy.fake.files.node import Who
    from dockpy.fake.files.paths import Place
    from dockpy.fake.files.scan import Member
    from dockpy.fake.files.system import FileSystem

__all__ = ["tar", "untar"]

_KINDS = {"0": "file", "2": "symlink", "3": "char", "4": "block", "5": "dir", "6": "fifo"}


def tar(fs: FileSystem, who: Who, path: str) -> Iterator[bytes]:
    """A path as a tar, named after its last name; with what is mounted below it.

    Raises:
        OSError: it is not there.
    """
    place = fs.place(who, path, path.endswith(("/", "/.")))
    if place.node is None:
        raise fault(errno.ENOENT, path)
    if place.wants_directory and place.node.entries is None:
        raise fault(errno.ENOTDIR, path)
    names = [name for name in path.split("/") if name]
    base = "." if names and names[-1] == "." else place.path.rpartition("/")[2] or "/"
    return _packed(fs, who, place, base)


def _packed(fs: FileSystem, who: Who, place: Place, base: str) -> Iterator[bytes]:
    packer = Packer()
    pending = [(base, place.path)]
    while pending:
        name, path = pending.pop()
        node = fs.lookup(who, path, False)
        yield from packer.member(name, node)
        if node.entries is not None:
            stem, root = ("" if name == "/" else name.rstrip("/") + "/"), path.rstrip("/")
            pending += [(stem + child, f"{root}/{child}") for child in sorted(node.entries, reverse=True)]
    yield END_OF_ARCHIVE


def untar(
    fs: FileSystem,
    who: Who,
    path: str,
    pieces: Iterable[bytes],
    *,
    no_overwrite_dir_non_dir: bool = False,
    copy_uid_gid: bool = False,
) -> None:
    """Unpack a tar into a directory.

    Args:
        fs: into what.
        who: on whose behalf.
        path: the directory.
        pieces: the tar, compressed or not.
        no_overwrite_dir_non_dir: refuse to put a directory where something else is, and the other way round.
        copy_uid_gid: everything becomes the user's on whose behalf it is done.

    Raises:
        BadArchive: the tar is broken, or a member cannot be unpacked.
        OSError: it cannot be written.
    """
    blob = unpacked(pieces)
    root = fs.place(who, path)
    if root.node is None or root.node.entries is None:
        raise fault(errno.ENOENT if root.node is None else errno.ENOTDIR, path)
    unpacker = _Unpacker(fs, who, root.path.rstrip("/"), no_overwrite_dir_non_dir, copy_uid_gid)
    for member in scan(blob):
        unpacker.unpack(member)
    unpacker.finish()


class _Unpacker:
    def __init__(self, fs: FileSystem, who: Who, root: str, keep_kinds: bool, own: bool) -> None:
        self._fs = fs
        self._who = who
        self._root = root
        self._keep_kinds = keep_kinds
        self._own = own
        self._directories: list[tuple[str, int]] = []

    def unpack(self, member: Member) -> None:
        fs, who = self._fs, self._who
        names = _clean(member.name)
        if ".." in names:
            raise BadArchive(f'"{member.name}" is outside of "{self._root or "/"}"')
        path = self._root + "".join(f"/{name}" for name in names)
        if not names:
            path = self._root or "/"
        parent = path.rpartition("/")[0] or "/"
        if not fs.exists(who, parent):
            fs.makedirs(who, parent, 0o755)
        place = fs.place(who, path, False)
        there = place.node
        if there is not None and names:
            is_directory = member.kind == "5"
            if self._keep_kinds and (there.entries is not None) != is_directory:
                what = "directory" if is_directory else "non-directory"
                other = "non-directory" if is_directory else "directory"
                raise BadArchive(f'cannot overwrite {other} "{path}" with {what} "{self._root or "/"}"')
            if not (there.entries is not None and is_directory):
                self._remove(path)
        self._make(member, path)

    def _make(self, member: Member, path: str) -> None:
        fs, who = self._fs, self._who
        if member.kind == "g":
            return
        if member.kind == "1":
            target = self._root + "".join(f"/{name}" for name in _clean(member.target))
            if ".." in _clean(member.target):
                raise BadArchive(f'invalid hardlink "{target}" -> "{member.target}"')
            fs.link(who, target, path)
            return
        kind = _KINDS.get(member.kind)
        if kind is None:
            raise BadArchive(f"unhandled tar header type {ord(member.kind)}\n")
        place = fs.place(who, path, False)
        uid, gid = (who.uid, who.gid) if self._own else (member.uid, member.gid)
        mode = 0o777 if kind == "symlink" else member.mode
        if place.node is not None and kind == "dir":
            node = place.mount.tree.own(place.parts)
            node.mode, node.uid, node.gid = mode, uid, gid
        else:
            node = Node(kind, mode, uid, gid, data=member.data, target=member.target, rdev=member.device)
            node.xattrs = member.xattrs
            if not place.mount.writable:
                raise fault(errno.EROFS, path)
            place.mount.tree.put(place.parts, node, fs.now())
        node.mtime = member.mtime
        if kind == "dir":
            self._directories.append((path, member.mtime))

    def _remove(self, path: str) -> None:
        fs, who = self._fs, self._who
        place = fs.place(who, path, False)
        if place.is_mount:
            raise fault(errno.EBUSY, path)
        if not place.mount.writable:
            raise fault(errno.EROFS, path)
        place.mount.tree.take(place.parts, fs.now())

    def finish(self) -> None:
        """Directories get their times last: what was put into them changed those."""
        for path, mtime in self._directories:
            self._fs.utime(self._who, path, mtime, False)


def _clean(name: str) -> list[str]:
    found: list[str] = []
    for part in name.split("/"):
        if part == ".." and found and found[-1] != "..":
            found.pop()
        elif part and part != "." and not (part == ".." and name.startswith("/")):
            found.append(part)
    return found
