"""Mounts: trees at places of another."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dockpy.fake.files.host import HostFolder
    from dockpy.fake.files.node import Node
    from dockpy.fake.files.tree import Tree
    from dockpy.fake.files.upper import Upper

    Source = Upper | Tree | HostFolder

__all__ = ["Mark", "Mount"]


class Mount:
    """A tree, or a part of one, at a place.

    Attributes:
        path: where.
        tree: what.
        parts: the part of it, as names.
        read_only: whether nothing can be changed through it.
        device: its number.
    """

    __slots__ = ("device", "parts", "path", "read_only", "tree")

    def __init__(self, path: str, tree: Source, parts: tuple[str, ...], read_only: bool, device: int) -> None:
        self.path = path
        self.tree = tree
        self.parts = parts
        self.read_only = read_only
        self.device = device

    @property
    def root(self) -> Node:
        """The node that stands at the place."""
        node = self.tree.root
        for name in self.parts:
            entries = node.entries
            child = entries.get(name) if entries is not None else None
            if child is None:
                return self.tree.root
            node = child
        return node

    @property
    def writable(self) -> bool:
        """Whether things can be changed through it."""
        return self.tree.writable and not self.read_only


class Mark:
    """Says that something is mounted at a path or below it."""

    __slots__ = ("below", "mounts")

    def __init__(self) -> None:
        self.below: dict[str, Mark] = {}
        self.mounts: list[Mount] = []
