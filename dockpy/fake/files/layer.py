"""Layers: what one step of an image changes, as a tar and as a tree."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from dockpy.fake.blobs import Blob
from dockpy.fake.files.faults import BadArchive
from dockpy.fake.files.node import Node
from dockpy.fake.files.scan import scan
from dockpy.fake.files.unpacking import unpacked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dockpy.fake.files.scan import Member

__all__ = ["Layer"]

_WHITEOUT = ".wh."
_OPAQUE = ".wh..wh..opq"
_KINDS = {"0": "file", "2": "symlink", "3": "char", "4": "block", "5": "dir", "6": "fifo"}


class Layer:
    """A layer of an image. It never changes.

    Attributes:
        blob: its tar, uncompressed, byte for byte as it came.
        root: its tree; nodes of kind ``whiteout`` take away what is below, as do directories that are ``opaque``.
        size: the bytes of its files and links, as an engine counts them.
    """

    __slots__ = ("blob", "root", "size")

    def __init__(self, blob: Blob) -> None:
        self.blob: Blob = blob
        self.root, self.size = _Reader(blob).read()

    @classmethod
    def from_tar(cls, source: Blob | bytes | Iterable[bytes]) -> Layer:
        """The layer that a tar is; one that is compressed (gzip, bzip2, xz) is unpacked first.

        Raises:
            BadArchive: it is no tar, or a member leads out of the tree.
        """
        if isinstance(source, bytes):
            source = Blob.of(source)
        return cls(unpacked(source))

    @property
    def diff_id(self) -> str:
        """The digest of the uncompressed tar."""
        return self.blob.digest

    def tar(self) -> Iterator[bytes]:
        """Its tar, piece by piece."""
        return self.blob.pieces()

    def __repr__(self) -> str:
        return f"Layer({self.diff_id}, {self.size} bytes)"


class _Reader:
    def __init__(self, blob: Blob) -> None:
        self._blob = blob
        self._root = Node.directory()
        self._ino = (zlib.crc32(blob.digest.encode()) & 0xFFFFF) << 24
        self._parents: dict[str, Node] = {"": self._root}
        """Directories by path: most members lie in one that was seen before."""

    def read(self) -> tuple[Node, int]:
        for member in scan(self._blob):
            if member.kind != "g":
                self._place(member)
        return self._root, _size(self._root)

    def _place(self, member: Member) -> None:
        name = member.name
        parts = [part for part in name.split("/") if part and part != "."]
        if ".." in parts:
            parts = _inside(parts, name)
        if not parts:
            if member.kind == "5":
                root = self._root
                root.mode, root.uid, root.gid, root.mtime = member.mode, member.uid, member.gid, member.mtime
                root.xattrs = member.xattrs
            return
        base = parts.pop()
        parent = self._parents.get("/".join(parts)) or self._directory(parts, member.mtime)
        entries = parent.entries
        assert entries is not None
        if base.startswith(_WHITEOUT):
            if base == _OPAQUE:
                parent.opaque = True
            elif not base.startswith(".wh..wh."):
                entries[base[len(_WHITEOUT) :]] = self._node(Node("whiteout", 0))
            return
        if member.kind == "1":
            self._link(member, entries, base)
            return
        kind = _KINDS.get(member.kind)
        if kind is None:
            raise BadArchive(f"unhandled tar header type {ord(member.kind)}\n")
        there = entries.get(base)
        if kind == "dir" and there is not None and there.entries is not None:
            there.mode, there.uid, there.gid, there.mtime = member.mode, member.uid, member.gid, member.mtime
            there.xattrs = member.xattrs
            return
        if there is not None and there.entries is not None:
            path = "/".join((*parts, base))
            self._parents = {
                p: n for p, n in self._parents.items() if p != path and not p.startswith(path + "/")
            }
        node = self._node(
            Node(
                kind,
                0o777 if kind == "symlink" else member.mode,
                member.uid,
                member.gid,
                member.mtime,
                data=member.data if kind == "file" else b"",
                target=member.target,
                rdev=member.device,
                xattrs=member.xattrs,
                ino=self._next(),
            )
        )
        if there is not None and there.nlink:
            there.nlink -= there.entries is None
        entries[base] = node
        if kind == "dir":
            self._parents["/".join((*parts, base))] = node

    def _next(self) -> int:
        self._ino += 1
        return self._ino

    def _node(self, node: Node) -> Node:
        return node

    def _directory(self, parts: list[str], mtime: int) -> Node:
        """The directory at a path; what is missing of it is made."""
        node = self._root
        for number, part in enumerate(parts, 1):
            entries = node.entries
            assert entries is not None
            child = entries.get(part)
            if child is None or child.entries is None:
                child = entries[part] = Node("dir", 0o755, mtime=mtime, ino=self._next())
            node = child
            self._parents["/".join(parts[:number])] = node
        return node

    def _link(self, member: Member, entries: object, base: str) -> None:
        target = [part for part in member.target.split("/") if part and part != "."]
        if ".." in target:
            raise BadArchive(f'invalid hardlink "{member.name}" -> "{member.target}"')
        node: Node | None = self._root
        for part in target:
            node = node.entries.get(part) if node is not None and node.entries is not None else None
        if node is None or node.entries is not None:
            raise BadArchive(f"link {member.target} {member.name}: no such file or directory")
        if isinstance(entries, dict) and entries.get(base) is not node:
            entries[base] = node
            node.nlink = (node.nlink or 1) + 1


def _inside(parts: list[str], name: str) -> list[str]:
    """A path with ``..`` in it as it stands within the root.

    Raises:
        BadArchive: it leads out.
    """
    found: list[str] = []
    for part in parts:
        if part != "..":
            found.append(part)
        elif found:
            found.pop()
        elif name.startswith("/"):
            continue
        else:
            raise BadArchive(f'"{name}" is outside of "/"')
    return found


def _size(root: Node) -> int:
    """The bytes of files and links; of hard links once."""
    total, seen, pending = 0, set[int](), [root]
    while pending:
        for node in (pending.pop().entries or {}).values():
            if node.entries is not None:
                pending.append(node)
            elif node.nlink == 1:
                total += node.size
            elif node.ino not in seen:
                seen.add(node.ino)
                total += node.size
    return total
