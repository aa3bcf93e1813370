"""Copying parts of a tree into another: what a volume begins as, what COPY puts into an image."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.fake.files.node import Node

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockpy.fake.files.upper import Upper

__all__ = ["copy_tree"]


def copy_tree(
    source: Node,
    into: Upper,
    path: str = "/",
    *,
    owner: tuple[int, int] | None = None,
    keep: Callable[[str], bool] = lambda _path: True,
    now: int | None = None,
) -> None:
    """Copy a node and what is below it: a directory into the one at the path; a file becomes what is there.

    What is there is kept where both are directories, and replaced else. Data are shared, not copied.

    Args:
        source: what to copy.
        into: the tree to copy into.
        path: the place in it; directories above it that are missing are made.
        owner: whose the copies become; those of the source where None.
        keep: given a path relative to the source (``a/b``), whether to copy it.
        now: the times of the copies; those of the source where None.
    """
    parts = [name for name in path.split("/") if name]
    for number in range(1, len(parts)):
        if into.find("/".join(parts[:number])) is None:
            uid, gid = owner or (0, 0)
            into.put(parts[:number], Node("dir", 0o755, uid, gid, now or source.mtime), now or source.mtime)
    _Copy(into, owner, keep, now).copy(source, parts, "")


class _Copy:
    def __init__(
        self, into: Upper, owner: tuple[int, int] | None, keep: Callable[[str], bool], now: int | None
    ) -> None:
        self._into = into
        self._owner = owner
        self._keep = keep
        self._now = now
        self._made: dict[int, list[str]] = {}

    def copy(self, source: Node, parts: list[str], relative: str) -> None:
        into = self._into
        if source.kind == "whiteout":
            return
        there = into.find("/".join(parts))
        if source.entries is None and source.nlink != 1:
            first = self._made.setdefault(id(source), parts)
            if first is not parts:
                into.link(first, parts, source.mtime)
                return
        if source.entries is not None and there is not None and there.entries is not None:
            node = into.own(parts)
        else:
            node = source.copy(into)
            node.nlink = None if source.entries is not None else 1
            if source.entries is not None:
                node.entries = {}
            else:
                node.data = source.data
            into.put(parts, node, source.mtime)
        node.mode, node.uid, node.gid, node.xattrs = source.mode, source.uid, source.gid, source.xattrs
        if self._owner is not None:
            node.uid, node.gid = self._owner
        for name, child in (source.entries or {}).items():
            below = f"{relative}/{name}" if relative else name
            if self._keep(below):
                self.copy(child, [*parts, name], below)
        node.mtime = source.mtime if self._now is None else self._now
