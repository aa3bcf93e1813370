"""From paths to nodes: links, ``..``, mounts, and whether one may pass."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, NamedTuple

from dockpy.fake.files.faults import fault
from dockpy.fake.files.mounts import Mark, Mount

if TYPE_CHECKING:
    from dockpy.fake.files.mounts import Source
    from dockpy.fake.files.node import Node, Who

__all__ = ["Paths", "Place", "may"]

_MOST_LINKS = 40
_LONGEST_NAME, _LONGEST_PATH = 255, 4096


class Place(NamedTuple):
    """Where a path leads.

    Attributes:
        node: what is there; None where nothing is, though its directory is.
        parent: the directory.
        mount: the mount that it is in.
        parts: its names within the mount's tree.
        path: its absolute path, without links.
        is_mount: whether something is mounted there.
        wants_directory: whether the path says that it is a directory.
    """

    node: Node | None
    parent: Node
    mount: Mount
    parts: tuple[str, ...]
    path: str
    is_mount: bool
    wants_directory: bool


class _Step(NamedTuple):
    node: Node
    mount: Mount
    parts: tuple[str, ...]
    mark: Mark | None
    path: str
    is_mount: bool


def may(who: Who, node: Node, bits: int) -> bool:
    """Whether somebody may read (4), write (2) or run or pass (1) a node."""
    mode = node.mode
    if who.uid == 0:
        return bits != 1 or node.entries is not None or bool(mode & 0o111)
    if who.uid == node.uid:
        mode >>= 6
    elif who.gid == node.gid or node.gid in who.groups:
        mode >>= 3
    return mode & bits == bits


class Paths:
    """A root and what is mounted in it."""

    def __init__(self, root: Source) -> None:
        self._mark = Mark()
        self._root = Mount("/", root, (), False, 1)
        self._devices = 1

    def mount(self, path: str, tree: Source, subpath: str = "", read_only: bool = False) -> Mount:
        """Put a tree, or a part of it, over what is at a place, which should exist, free of links."""
        names = _names(path)
        self._devices += 1
        parts = tuple(_names(subpath))
        mount = Mount("/" + "/".join(names), tree, parts, read_only, self._devices)
        if not names:
            self._root = mount
            return mount
        mark = self._mark
        for name in names:
            mark = mark.below.setdefault(name, Mark())
        mark.mounts.append(mount)
        return mount

    def unmount(self, path: str) -> None:
        """Take away what is mounted at a place.

        Raises:
            OSError: EINVAL, nothing is.
        """
        mark: Mark | None = self._mark
        for name in _names(path):
            mark = mark.below.get(name) if mark is not None else None
        if mark is None or not mark.mounts:
            raise fault(errno.EINVAL, path)
        mark.mounts.pop()

    @property
    def mounts(self) -> list[Mount]:
        """What is mounted, the root first, then in order of their paths."""
        found, pending = [self._root], [self._mark]
        while pending:
            mark = pending.pop()
            found += mark.mounts
            pending.extend(mark.below.values())
        return [found[0], *sorted(found[1:], key=lambda mount: (mount.path, mount.device))]

    def mounted_at(self, path: str) -> Mount | None:
        """What is mounted at a path; None where nothing is."""
        mark: Mark | None = self._mark
        if not self._mark.below:
            return None
        for name in _names(path):
            mark = mark.below.get(name) if mark is not None else None
        return mark.mounts[-1] if mark is not None and mark.mounts else None

    def lookup(self, who: Who, path: str, follow: bool = True) -> tuple[Node, Mount]:
        """The node at a path.

        Raises:
            OSError: there is none, or one may not pass.
        """
        mount = self._root
        node = mount.root
        marks = self._mark.below
        names = path.split("/")
        if path[:1] == "/" and names[-1] and len(path) < _LONGEST_NAME:
            is_root = who.uid == 0
            for name in names:
                if not name:
                    continue
                entries = node.entries
                if entries is None or not (is_root or may(who, node, 1)):
                    break
                child = entries.get(name)
                if marks:
                    mark = marks.get(name)
                    if mark is None:
                        marks = {}
                    else:
                        marks = mark.below
                        if mark.mounts:
                            mount = mark.mounts[-1]
                            child = mount.root
                if child is None or child.kind == "symlink":
                    break
                node = child
            else:
                return node, mount
        place = self.place(who, path, follow)
        if place.node is None or (place.wants_directory and place.node.entries is None):
            raise fault(errno.ENOENT if place.node is None else errno.ENOTDIR, path)
        return place.node, place.mount

    def place(self, who: Who, path: str, follow: bool = True) -> Place:
        """Where a path leads; the last name need not be there.

        Raises:
            OSError: a directory on the way is not there, or one may not pass.
        """
        if not path:
            raise fault(errno.ENOENT, path)
        if "\0" in path:
            raise ValueError("embedded null byte")
        full = path if path[0] == "/" else f"{who.cwd}/{path}"
        if len(path) >= _LONGEST_PATH:
            raise fault(errno.ENAMETOOLONG, path)
        top = _Step(self._root.root, self._root, self._root.parts, self._mark, "", True)
        steps = [top]
        pending = full.split("/")
        wants_directory = pending[-1] in ("", ".")
        ends_with_dot = wants_directory and full.rstrip("/").endswith("/.")
        pending = [name for name in reversed(pending) if name and name != "."]
        links = 0
        while pending:
            name = pending.pop()
            step = steps[-1]
            entries = step.node.entries
            if entries is None:
                raise fault(errno.ENOTDIR, path)
            if not may(who, step.node, 1):
                raise fault(errno.EACCES, path)
            if name == "..":
                if len(steps) > 1:
                    steps.pop()
                continue
            if len(name) > _LONGEST_NAME or (
                not name.isascii() and len(name.encode("utf-8", "surrogateescape")) > _LONGEST_NAME
            ):
                raise fault(errno.ENAMETOOLONG, path)
            node = entries.get(name)
            mount, parts, is_mount = step.mount, (*step.parts, name), False
            mark = step.mark.below.get(name) if step.mark is not None else None
            if mark is not None and mark.mounts:
                mount = mark.mounts[-1]
                node, parts, is_mount = mount.root, mount.parts, True
            if node is None:
                if pending or ends_with_dot:
                    raise fault(errno.ENOENT, path)
                return Place(None, step.node, mount, parts, f"{step.path}/{name}", False, wants_directory)
            if node.kind == "symlink" and (pending or follow or wants_directory) and node.opener is None:
                links += 1
                if links > _MOST_LINKS:
                    raise fault(errno.ELOOP, path)
                target = node.target if isinstance(node.target, str) else node.target(who)
                if target[:1] == "/":
                    del steps[1:]
                following = target.split("/")
                if not pending and following[-1] in ("", "."):
                    wants_directory = True
                pending.extend(part for part in reversed(following) if part and part != ".")
                continue
            steps.append(_Step(node, mount, parts, mark, f"{step.path}/{name}", is_mount))
        last = steps[-1]
        if ends_with_dot and last.node.entries is None:
            raise fault(errno.ENOTDIR, path)
        parent = steps[-2].node if len(steps) > 1 else last.node
        return Place(
            last.node, parent, last.mount, last.parts, last.path or "/", last.is_mount, wants_directory
        )


def _names(path: str) -> list[str]:
    return [name for name in path.split("/") if name and name != "."]
