"""Writable trees: a container's top, a volume, a tmpfs."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from dockpy.fake.blobs import Blob
from dockpy.fake.files.changes import ADDED, DELETED, MODIFIED, changes_between
from dockpy.fake.files.faults import fault
from dockpy.fake.files.layer import Layer
from dockpy.fake.files.node import Node
from dockpy.fake.files.packing import Packer
from dockpy.fake.files.tree import Tree, walk
from dockpy.streams.tar import END_OF_ARCHIVE

if TYPE_CHECKING:
    from collections.abc import Iterator, MutableMapping, Sequence

__all__ = ["ADDED", "DELETED", "MODIFIED", "Upper"]


class Upper:
    """A tree over another: what is changed is copied first, with the directories above it.

    Args:
        base: what it lies over.

    Attributes:
        root: its root.
        base: what it lies over.
    """

    __slots__ = ("__weakref__", "base", "root")

    writable = True

    def __init__(self, base: Tree) -> None:
        self.base: Tree = base
        self.root: Node = base.root

    @classmethod
    def empty(cls, mode: int = 0o755, uid: int = 0, gid: int = 0, mtime: int = 0) -> Upper:
        """An empty one: a volume's, a tmpfs's."""
        return cls(Tree(Node.directory(mode=mode, uid=uid, gid=gid, mtime=mtime)))

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
        for name in parts:
            entries = node.entries
            child = entries.get(name) if entries is not None else None
            if child is None or entries is None:
                raise fault(errno.ENOENT)
            if child.owner is not self:
                child = entries[name] = child.copy(self)
            node = child
        return node

    def put(self, parts: Sequence[str], node: Node, now: int) -> Node:
        """Give a node a name; what had it is replaced."""
        parent = self.own(parts[:-1])
        _entries(parent)[parts[-1]] = node
        node.owner = self
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
        for kind, path in sorted(self.changes(), key=lambda change: change[1].split("/")):
            name = path[1:]
            if kind == DELETED:
                yield from packer.whiteout(name)
            elif (node := self.find(path)) is not None:
                yield from packer.member(name, node)
        yield END_OF_ARCHIVE

    def tar(self) -> Iterator[bytes]:
        """All of the tree as a tar (export)."""
        packer = Packer()
        for path, node in self.walk():
            if path != "/":
                yield from packer.member(path[1:], node)
        yield END_OF_ARCHIVE

    @property
    def size(self) -> int:
        """The bytes of its files and links that are not the base's."""
        total, seen = 0, set[int]()
        pending = [self.root]
        while pending:
            node = pending.pop()
            if node.owner is not self:
                continue
            if node.entries is not None:
                pending.extend(node.entries.values())
            elif id(node) not in seen:
                seen.add(id(node))
                total += node.size
        return total


def _entries(node: Node) -> MutableMapping[str, Node]:
    if node.entries is None:
        raise fault(errno.ENOTDIR)
    return node.entries
