"""Trees that never change: what layers make together."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from dockpy.fake.files.faults import fault
from dockpy.fake.files.node import Node

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dockpy.fake.files.layer import Layer

__all__ = ["Tree", "merge", "walk"]


class Tree:
    """A tree that is only read; its nodes may be shared by many.

    Args:
        root: its root; also a single file.
    """

    __slots__ = ("__weakref__", "root", "writable")

    def __init__(self, root: Node) -> None:
        self.root: Node = root
        self.writable: bool = False

    def __deepcopy__(self, memo: object) -> Tree:
        """It never changes: all copies of what holds it share it."""
        return self

    def own(self, parts: Sequence[str]) -> Node:
        """Refused, as is every other change."""
        raise fault(errno.EROFS)

    def put(self, parts: Sequence[str], node: Node, now: int) -> Node:
        """Refused."""
        raise fault(errno.EROFS)

    def link(self, source: Sequence[str], parts: Sequence[str], now: int) -> Node:
        """Refused."""
        raise fault(errno.EROFS)

    def take(self, parts: Sequence[str], now: int) -> None:
        """Refused."""
        raise fault(errno.EROFS)

    def move(self, source: Sequence[str], parts: Sequence[str], now: int) -> None:
        """Refused."""
        raise fault(errno.EROFS)

    def find(self, path: str) -> Node | None:
        """The node at a path, no symbolic link followed; None where there is none."""
        node: Node | None = self.root
        for name in path.split("/"):
            if name and node is not None:
                node = node.entries.get(name) if node.entries is not None else None
        return node

    def walk(self) -> Iterator[tuple[str, Node]]:
        """Every node with its path, ``/`` first, each directory's in order of their names."""
        return walk(self.root)


def walk(root: Node) -> Iterator[tuple[str, Node]]:
    """Every node from there on with its path, ``/`` first."""
    yield "/", root
    pending = [iter(_sorted("", root))]
    while pending:
        for path, node in pending[-1]:
            yield path, node
            if node.entries:
                pending.append(iter(_sorted(path, node)))
                break
        else:
            pending.pop()


def _sorted(path: str, node: Node) -> list[tuple[str, Node]]:
    return [(f"{path}/{name}", child) for name, child in sorted((node.entries or {}).items())]


_EMPTY = Tree(Node.directory(mode=0o755))
_merged: WeakValueDictionary[tuple[str, ...], Tree] = WeakValueDictionary()


def merge(layers: Sequence[Layer]) -> Tree:
    """The tree that layers make, the lowest first. The same ones give the same tree while it is held."""
    key = tuple(layer.diff_id for layer in layers)
    if not key:
        return _EMPTY
    found = _merged.get(key)
    if found is None:
        start = next((n for n in range(len(key) - 1, 0, -1) if key[:n] in _merged), 0)
        found = _merged[key[:start]] if start else _EMPTY
        for number in range(start, len(key)):
            found = Tree(_over(found.root, layers[number].root))
            found = _merged.setdefault(key[: number + 1], found)
    return found


def _over(lower: Node, upper: Node) -> Node:
    """A directory as it shows where one lies over another."""
    if not upper.entries and not upper.opaque:
        entries = lower.entries
    else:
        entries = {} if upper.opaque else dict(lower.entries or {})
        for name, node in (upper.entries or {}).items():
            if node.kind == "whiteout":
                entries.pop(name, None)
                continue
            below = entries.get(name)
            if node.entries is None:
                entries[name] = node
            elif below is not None and below.entries is not None and not node.opaque:
                entries[name] = _over(below, node)
            else:
                entries[name] = _alone(node)
    merged = upper.copy(None)
    merged.entries, merged.origin = entries, None
    if upper.opaque:
        merged.nlink = None
    return merged


def _alone(node: Node) -> Node:
    """A layer's directory with nothing below it: what it would hide is not there."""
    if not any(
        child.kind == "whiteout" or child.entries is not None for child in (node.entries or {}).values()
    ):
        return node
    clean = {
        name: _alone(child) if child.entries is not None else child
        for name, child in (node.entries or {}).items()
        if child.kind != "whiteout"
    }
    if all(clean.get(name) is child for name, child in (node.entries or {}).items()):
        return node
    copied = node.copy(None)
    copied.entries, copied.origin, copied.nlink = clean, None, None
    return copied
