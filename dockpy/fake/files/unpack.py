"""Unpacking a tar as an engine does: names that lead out, links, what is there already.

Until version 1.45 of the API engines change their root into the directory and follow links as they stand.
Newer ones open each part of a name on its own, and refuse what would leave the directory.
"""

from __future__ import annotations

import errno
import posixpath
from typing import TYPE_CHECKING

from dockpy.fake.files.faults import BadArchive, go_text
from dockpy.fake.files.node import Node
from dockpy.fake.files.scan import scan
from dockpy.fake.files.unpacking import unpacked
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

    from dockpy.fake.blobs import Blob
    from dockpy.fake.files.node import Who
    from dockpy.fake.files.paths import Place
    from dockpy.fake.files.scan import Member
    from dockpy.fake.files.system import FileSystem

__all__ = ["Unpacker", "members", "worded"]

_KINDS = {"0": "file", "2": "symlink", "3": "char", "4": "block", "5": "dir", "6": "fifo"}
_CAPABILITY_SIZES = (12, 20, 24)
_MOST_LINKS = 255


class Unpacker:
    """Puts members into a directory of a file system.

    Args:
        fs: the file system.
        who: on whose behalf.
        root: the directory's absolute path, without links; empty for ``/``.
        api: the newest version of the API that the engine speaks.
        keep_kinds: refuse to put a directory where something else is, and the other way round.
        owner: whose everything becomes; None for whose the members say.
    """

    def __init__(
        self,
        fs: FileSystem,
        who: Who,
        root: str,
        *,
        api: str,
        keep_kinds: bool = False,
        owner: tuple[int, int] | None = None,
    ) -> None:
        self._fs = fs
        self._who = who
        self._root = root
        self._scoped = at_least(api, "1.48")
        self._keep_kinds = keep_kinds
        self._owner = owner
        self._parents: dict[str, Place] = {}
        self._directories: list[tuple[Place, str, int]] = []

    def names(self, member: Member) -> list[str]:
        """The names that lead to a member, from the directory on.

        Raises:
            BadArchive: they lead out of it.
        """
        name = member.name
        if ".." not in name:
            return [part for part in name.split("/") if part and part != "."]
        if self._scoped:
            clean = posixpath.normpath(name.lstrip("/") or ".")
            if clean == ".." or clean.startswith("../"):
                raise BadArchive(f'invalid entry name "{name}"')
        else:
            clean = posixpath.normpath(name)
            inside = posixpath.normpath(f"{self._root}/{clean}")
            if self._root and inside != self._root and not inside.startswith(self._root + "/"):
                raise BadArchive(f'"{clean}" is outside of "{self._root}"')
            if not self._root:
                clean = inside
        return [part for part in clean.split("/") if part and part != "."]

    def unpack(self, member: Member, names: list[str]) -> None:
        """Put a member there.

        Raises:
            BadArchive: the engine would not.
        """
        parent = self.parent(names)
        base = names[-1]
        path = f"{parent.path.rstrip('/')}/{base}"
        shown = "/".join(names) if self._scoped else path
        there = parent.node.entries.get(base) if parent.node is not None and parent.node.entries else None
        mount = self._fs.mounted_at(path)
        if mount is not None:
            there = mount.root
        is_directory = member.kind == "5"
        if there is not None:
            if self._keep_kinds and (there.entries is not None) != is_directory:
                new, old = ("directory", "non-directory") if is_directory else ("non-directory", "directory")
                raise BadArchive(f'cannot overwrite {old} "{shown}" with {new} "{self._root or "/"}"')
            if there.entries is None or not is_directory:
                if mount is not None:
                    raise BadArchive(f"unlinkat {shown}: {go_text(errno.EBUSY)}")
                self._change(
                    lambda: parent.mount.tree.take((*parent.parts, base), self._fs.now()), parent, shown
                )
                if there.entries is not None:
                    self._parents.clear()
                there = None
        self._make(member, parent, base, shown, there is not None)

    def parent(self, names: list[str]) -> Place:
        """The directory that a name is in; what is missing of it is made."""
        key = "/".join(names[:-1])
        place = self._parents.get(key)
        if place is None:
            place = self._parents[key] = (
                self._scoped_parent(names) if self._scoped else self._chrooted_parent(names)
            )
        return place

    def _chrooted_parent(self, names: list[str]) -> Place:
        fs, who = self._fs, self._who
        path = "/".join((self._root, *names[:-1])) or "/"
        shown = "/".join((self._root, *names))
        try:
            try:
                place = fs.place(who, path, False)
                missing = place.node is None
            except FileNotFoundError:
                missing = True
            if missing:
                fs.makedirs(who, path, 0o777)
            place = fs.place(who, path)
        except OSError as error:
            if error.errno in (errno.ELOOP, errno.ENOTDIR, errno.ENAMETOOLONG):
                raise BadArchive(f"open {shown}: {go_text(error.errno)}") from None
            raise BadArchive(f"mkdir {path}: {go_text(error.errno)}") from None
        if place.node is None or place.node.entries is None:
            raise BadArchive(f"open {shown}: {go_text(errno.ENOTDIR if place.node else errno.ENOENT)}")
        return place

    def _scoped_parent(self, names: list[str]) -> Place:
        """Links are followed within the directory only: absolute ones start from it."""
        fs, who = self._fs, self._who
        pending, found, links = list(reversed(names[:-1])), list[str](), 0
        shown = "/".join(names[:-1])
        place = fs.place(who, self._root or "/")
        while pending:
            name = pending.pop()
            if name == "..":
                if not found:
                    raise BadArchive(f"statat {shown}: path escapes from parent")
                found.pop()
                continue
            path = "/".join((self._root, *found, name))
            place = fs.place(who, path, False)
            node = place.node
            if node is None:
                self._change(lambda path=path: fs.mkdir(who, path, 0o755), place, shown)  # type: ignore[misc]
            elif node.kind == "symlink":
                links += 1
                if links > _MOST_LINKS:
                    raise BadArchive(f"statat {shown}: {go_text(errno.ELOOP)}")
                target = node.target if isinstance(node.target, str) else node.target(who)
                if target.startswith("/"):
                    found.clear()
                pending += [part for part in reversed(target.split("/")) if part and part != "."]
                continue
            elif node.entries is None:
                raise BadArchive(f"openat {'/'.join(names)}: {go_text(errno.ENOTDIR)}")
            found.append(name)
        return fs.place(who, "/".join((self._root, *found)) or "/")

    def _make(self, member: Member, parent: Place, base: str, shown: str, is_there: bool) -> None:
        fs, tree, parts = self._fs, parent.mount.tree, (*parent.parts, base)
        if member.kind == "1":
            self._link(member, parent, parts, shown)
            return
        kind = _KINDS.get(member.kind)
        if kind is None:
            raise BadArchive(f"unhandled tar header type {ord(member.kind)}")
        if len(base.encode("utf-8", "surrogateescape")) > 255:
            raise BadArchive(f"{'openat' if self._scoped else 'open'} {shown}: {go_text(errno.ENAMETOOLONG)}")
        if kind == "symlink" and not self._scoped and self._root:
            leads = posixpath.normpath(f"{parent.path}/{member.target}")
            if not leads.startswith(self._root):
                raise BadArchive(f'invalid symlink "{shown}" -> "{member.target}"')
        uid, gid = self._owner or (member.uid, member.gid)
        mode = 0o777 if kind == "symlink" else member.mode
        capability = member.xattrs.get("security.capability")
        broken = capability is not None and len(capability) not in _CAPABILITY_SIZES
        mtime = fs.now() if member.partial or broken else member.mtime
        place = parent._replace(parts=parts)
        if is_there:
            mount = fs.mounted_at("/" + "/".join(parts)) if parent.mount.path == "/" else None
            if mount is not None:
                place = parent._replace(mount=mount, parts=mount.parts)
            node = mount.tree.own(mount.parts) if mount is not None else tree.own(parts)
            node.mode, node.uid, node.gid, node.mtime = mode, uid, gid, mtime
            node.xattrs = member.xattrs or node.xattrs
        else:
            node = Node(kind, mode, uid, gid, mtime, target=member.target, rdev=member.device)
            node.xattrs = member.xattrs
            if kind == "file":
                node.data = fs.granted(member.data)
            self._change(lambda: tree.put(parts, node, fs.now()), parent, shown)
            if kind == "file" and node.size < (0 if isinstance(member.data, bytes) else member.data.size):
                raise BadArchive(f"write {shown}: {go_text(errno.ENOSPC)}")
        if broken:
            words = f'lsetxattr {self._root}/{shown}: xattr "security.capability": ' if self._scoped else ""
            raise BadArchive(words + go_text(errno.EINVAL))
        if kind == "dir":
            self._directories.append((place, shown, member.mtime))

    def _link(self, member: Member, parent: Place, parts: tuple[str, ...], shown: str) -> None:
        fs = self._fs
        clean = posixpath.normpath(member.target.lstrip("/") or ".")
        path = posixpath.normpath(f"{self._root}/{member.target.lstrip('/')}")
        if self._scoped and (clean == ".." or clean.startswith("../")):
            raise BadArchive(f'invalid hardlink target "{member.target}"')
        if not self._scoped and self._root and not path.startswith(self._root):
            raise BadArchive(f'invalid hardlink "{path}" -> "{member.target}"')
        words = f"linkat {clean} {shown}: " if self._scoped else f"link {path} {shown}: "
        path = posixpath.normpath(f"{self._root}/{clean}") if self._scoped else path
        try:
            source = fs.place(self._who, path, False)
        except OSError as error:
            raise BadArchive(words + go_text(error.errno), missing=error.errno == errno.ENOENT) from None
        if source.node is None:
            raise BadArchive(words + go_text(errno.ENOENT), missing=True)
        if source.node.entries is not None:
            raise BadArchive(words + go_text(errno.EPERM))
        if source.mount is not parent.mount:
            raise BadArchive(words + go_text(errno.EXDEV))
        self._change(lambda: parent.mount.tree.link(source.parts, parts, fs.now()), parent, shown)

    def _change(self, change: Callable[[], object], parent: Place, shown: str) -> None:
        if not parent.mount.writable:
            raise BadArchive(f"{'openat' if self._scoped else 'open'} {shown}: {go_text(errno.EROFS)}")
        try:
            change()
        except OSError as error:
            raise BadArchive(f"open {shown}: {go_text(error.errno)}") from None

    def finish(self) -> None:
        """Directories get their times last: what was put into them changed those.

        Raises:
            BadArchive: what was a directory became a link that cannot be followed.
        """
        for place, shown, mtime in self._directories:
            tree = place.mount.tree
            node: Node | None = tree.root
            for name in place.parts:
                node = node.entries.get(name) if node is not None and node.entries is not None else None
            if node is None:
                continue
            if node.entries is not None:
                tree.own(place.parts).mtime = mtime
            elif node.kind == "symlink" and self._scoped and str(node.target).startswith("/"):
                raise BadArchive(f"chtimesat {shown}: path escapes from parent")
            elif node.kind == "symlink" and not self._scoped and not self._fs.exists(self._who, shown):
                raise BadArchive(f"chtimes {shown}: {go_text(errno.ENOENT)}")


def members(source: Blob | Iterable[bytes], api: str) -> Generator[Member, None, Blob]:
    """The members of a tar, compressed or not; returns it uncompressed.

    Raises:
        BadArchive: it is broken; raised when all that could be read was given.
    """
    strict = not at_least(api, "1.42")  # older engines look at what follows the end too
    blob, broken = unpacked(source, zstd=not strict)
    try:
        ended = yield from scan(blob)
    except BadArchive as error:
        raise (broken or error) from None
    if broken is not None and (strict or not ended):
        raise broken
    return blob


def worded(error: BadArchive, api: str) -> BadArchive:
    """The error as an engine of this version passes it on from the process that unpacked."""
    if at_least(api, "1.42"):
        return error
    unpacking = f"{error}): " if error.outside else f"exit status 1): {error}"
    return BadArchive(f"Error processing tar file({unpacking}", missing=False)
