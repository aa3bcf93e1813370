"""What differs between two trees, as an engine finds it: by comparing what ``stat`` says."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dockpy.fake.files.node import Node

__all__ = ["ADDED", "DELETED", "MODIFIED", "changes_between"]

MODIFIED, ADDED, DELETED = 0, 1, 2
_SECOND = 1_000_000_000


def changes_between(old: Node, new: Node) -> list[tuple[int, str]]:
    """The changes from one root to another: kind (0 modified, 1 added, 2 deleted) and path.

    A directory stands before what is in it, also where only that changed. An engine gives siblings in an
    order that is another each time, with those that are deleted last; here they are in order of their names.
    """
    found: list[tuple[int, str]] = []
    _compare(old, new, "", True, found)
    return found


def _compare(old: Node | None, new: Node, path: str, noted: bool, found: list[tuple[int, str]]) -> None:
    if old is new or new.entries is None:
        return
    at = len(found)
    before = dict(old.entries or {}) if old is not None else {}
    for name, child in sorted(new.entries.items()):
        child_path = f"{path}/{name}"
        earlier = before.pop(name, None)
        if earlier is child:
            continue
        child_noted = True
        if earlier is None:
            found.append((ADDED, child_path))
        elif _differ(earlier, child):
            found.append((MODIFIED, child_path))
        else:
            child_noted = False
        _compare(earlier, child, child_path, child_noted, found)
    found += [(DELETED, f"{path}/{name}") for name in sorted(before)]
    if len(found) > at and not noted:
        found.insert(at, (MODIFIED, path))


def _differ(old: Node, new: Node) -> bool:
    if (old.kind, old.mode, old.uid, old.gid, old.rdev) != (new.kind, new.mode, new.uid, new.gid, new.rdev):
        return True
    if old.xattrs.get("security.capability") != new.xattrs.get("security.capability"):
        return True
    return new.entries is None and (not _same_time(old.mtime, new.mtime) or old.size != new.size)


def _same_time(one: int, other: int) -> bool:
    """Whether times are equal; one that is whole seconds may be a cut one."""
    if one == other:
        return True
    return one // _SECOND == other // _SECOND and not (one % _SECOND and other % _SECOND)
