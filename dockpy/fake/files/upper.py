"""Writable trees: a container's top, a volume, a tmpfs."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from dockpy.fake.blobs import Blob
from dockpy.fake.files.changes import changes_between
from dockpy.fake.files.faults import fault
from dockpy.fake.files.layer import Layer
from dockpy.fake.files.node import Node
from dockpy.fake.files.packing import OPAQUE, Packer
from dockpy.fake.files.tree import Tree, walk
from dockpy.streams.tar import END_OF_ARCHIVE

if TYPE_CHECKING:
    from collections.abc import Iterator, MutableMapping, Sequence

__all__ = ["Upper"]

_ROOT_INO = 2
_FIRST_INO = 1 << 16


class Upper:
    """A tree over another: what is changed is copied first, with the directories above it.

    Args:
        base: what it lies over.
        ino: the number before those of its nodes.

    Attributes:
        root: its root.
        base: what it lies over.
    """

    __slots__ = ("__weakref__", "_last_ino", "base", "root", "writable")

    def __init__(self, base: Tree, *, ino: int = _FIRST_INO) -> None:
        self.base: Tree = base
        self.writable: bool = True
        self.root: Node = base.root
        self._last_ino = ino

    def _next_ino(self) -> int:
        self._last_ino += 1
        return self._last_ino

    @classmethod
    def empty(
        cls, mode: int = 0o755, uid: int = 0, gid: int = 0, mtime: int = 0, *, ino: int = _FIRST_INO
    ) -> Upper:
        """An empty one: a volume's, a tmpfs's."""
        return cls(Tree(Node.directory(mode=mode, uid=uid, gid=gid, mtime=mtime)), ino=ino)

    def find(self, path: str) -> Node | None:
        """The node at a path, no symbolic link followed; None where there is none."""
        return Tree(self.root).find(path)

    def walk(self) -> Iterator[tuple[str, Node]]:
        """Every node with its path, ``/`` first."""
        return walk(self.root)

    def own(self, parts: Sequence[str]) -> Node:
        """The node at a path, to be changed: copied where it is shared, as are the directories above it.

        Raises:
            FileNotFoundError: there is none.
        """
        node = self.root
        if node.owner is not self:
            node = self.root = node.copy(self)
            node.ino = node.ino or _ROOT_INO
        for name in parts:
            entries = node.entries
            child = entries.get(name) if entries is not None else None
            if child is None or entries is None:
                raise fault(errno.ENOENT)
            if child.owner is not self:
                child = entries[name] = child.copy(self)
                child.ino = child.ino or self._next_ino()
            node = child
        return node

    def put(self, parts: Sequence[str], node: Node, now: int) -> Node:
        """Give a node a name; what had it is replaced."""
        parent = self.own(parts[:-1])
        _entries(parent)[parts[-1]] = node
        node.owner = self
        node.ino = node.ino or self._next_ino()
        parent.mtime = now
        return node

    def link(self, source: Sequence[str], parts: Sequence[str], now: int) -> Node:
        """Give a node one name more."""
        node = self.own(source)
        node.nlink = (node.nlink or 0) + 1
        return self.put(parts, node, now)

    def take(self, parts: Sequence[str], now: int) -> None:
        """Take a name away."""
        parent = self.own(parts[:-1])
        node = _entries(parent).pop(parts[-1])
        if node.owner is self and node.nlink and node.entries is None:
            node.nlink -= 1
        parent.mtime = now

    def move(self, source: Sequence[str], parts: Sequence[str], now: int) -> None:
        """Give a node another name; what had it is replaced."""
        node = self.own(source)
        there = self.own(parts[:-1])
        replaced = _entries(there).get(parts[-1])
        if replaced is not None and replaced.owner is self and replaced.nlink and replaced.entries is None:
            replaced.nlink -= 1
        from_parent = self.own(source[:-1])
        del _entries(from_parent)[source[-1]]
        _entries(there)[parts[-1]] = node
        from_parent.mtime = there.mtime = now

    def changes(self) -> list[tuple[int, str]]:
        """What differs from the base: kind (0 modified, 1 added, 2 deleted) and path."""
        return changes_between(self.base.root, self.root)

    def freeze(self) -> Layer:
        """What differs from the base, as a layer; this tree stays as it is."""
        return Layer.from_tar(Blob.from_pieces(self._packed()))

    def _packed(self) -> Iterator[bytes]:
        packer = Packer()
        for name, node, mtime in self._written():
            if node is None:
                yield from packer.whiteout(name, mtime)
            else:
                yield from packer.member(name, node)
        yield END_OF_ARCHIVE

    def _written(self) -> Iterator[tuple[str, Node | None, int]]:
        """What was put over the base, directories before what is in them; None: it was taken away.

        A directory is in it that was only copied, as with an engine: what was in it may be the same again.
        """
        pending: list[tuple[str, Node | None, Node | None, int]] = [("", self.base.root, self.root, 0)]
        while pending:
            name, old, new, mtime = pending.pop()
            if new is None:
                yield name, None, mtime
                continue
            if name:
                yield name, new, 0
            if new.entries is None or new is old:
                continue
            merged = old is not None and _lies_over(new, old)
            if not merged and old is not None and old.entries is not None and name:
                yield f"{name}/{OPAQUE}", Node("file", new.mode), 0
            below = (old.entries or {}) if merged and old is not None else {}
            replaced = (old.entries or {}) if old is not None else {}
            stem = f"{name}/" if name else ""
            found: list[tuple[str, Node | None, Node | None, int]] = [
                (stem + child_name, replaced.get(child_name) if merged else None, child, 0)
                for child_name, child in new.entries.items()
                if below.get(child_name) is not child
            ]
            found += [(stem + gone, None, None, new.mtime) for gone in below if gone not in new.entries]
            pending += sorted(found, key=lambda entry: entry[0], reverse=True)

    def tar(self, *, kinds_in_modes: bool = False) -> Iterator[bytes]:
        """All of the tree as a tar (export); see `Packer`."""
        packer = Packer(kinds_in_modes=kinds_in_modes)
        for path, node in self.walk():
            if path != "/":
                yield from packer.member(path[1:], node)
        yield END_OF_ARCHIVE

    @property
    def size(self) -> int:
        """The bytes of its files and links that are not the base's."""
        total, seen = 0, set[int]()
        for _, node, _ in self._written():
            if node is not None and node.entries is None and id(node) not in seen:
                seen.add(id(node))
                total += node.size
        return total


def _lies_over(node: Node, old: Node) -> bool:
    """Whether a directory is what became of another by copying."""
    origin: Node | None = node
    while origin is not None and origin is not old:
        origin = origin.origin
    return origin is old


def _entries(node: Node) -> MutableMapping[str, Node]:
    if node.entries is None:
        raise fault(errno.ENOTDIR)
    return node.entries
