"""Mounts: trees at places of another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockpy.fake.files.node import Node

__all__ = ["Mark", "Mount", "Source"]


class Source(Protocol):
    """What can be mounted: `Upper`, `Tree`, `HostFolder`. Paths are names, from its root on."""

    writable: bool

    @property
    def root(self) -> Node:
        """Its root."""
        ...

    def own(self, parts: Sequence[str]) -> Node:
        """The node at a path, to be changed."""
        ...

    def put(self, parts: Sequence[str], node: Node, now: int) -> Node:
        """Give a node a name; what had it is replaced. The node that is there afterwards."""
        ...

    def link(self, source: Sequence[str], parts: Sequence[str], now: int) -> Node:
        """Give a node one name more."""
        ...

    def take(self, parts: Sequence[str], now: int) -> None:
        """Take a name away, with what is below it."""
        ...

    def move(self, source: Sequence[str], parts: Sequence[str], now: int) -> None:
        """Give a node another name; what had it is replaced."""
        ...


class Mount:
    """A tree, or a part of one, at a place.

    Attributes:
        path: where.
        tree: what.
        parts: the part of it, as names.
        read_only: whether nothing can be changed through it.
        device: its number.
        tmpfs: how it is mounted, if it is memory (``nosuid,nodev,size=64k``); None for other ones.
    """

    __slots__ = ("device", "parts", "path", "read_only", "tmpfs", "tree")

    def __init__(self, path: str, tree: Source, parts: tuple[str, ...], read_only: bool, device: int) -> None:
        self.path: str = path
        self.tree: Source = tree
        self.parts: tuple[str, ...] = parts
        self.read_only: bool = read_only
        self.device: int = device
        self.tmpfs: str | None = None

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
