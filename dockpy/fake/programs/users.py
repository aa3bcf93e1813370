"""Who a process runs as: ``user[:group]`` by a container's /etc/passwd and /etc/group."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from dockpy.fake.files import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dockpy.fake.files import FileSystem

__all__ = ["Identity", "UnknownUser", "home_of", "identify"]

_LARGEST_ID = (1 << 31) - 1
_NUMBER = re.compile(r"[+-]?[0-9]+")


class UnknownUser(ValueError):
    """There is no such user or group; the text is the engine's."""


class Identity(NamedTuple):
    """A user id, a group id, and all groups, sorted."""

    uid: int
    gid: int
    groups: tuple[int, ...]


def identify(fs: FileSystem, user: str, groups: Sequence[str] = (), *, modern: bool = True) -> Identity:
    """Who a user is.

    Args:
        fs: the container's files.
        user: ``name``, ``uid``, either with ``:group`` or ``:gid``; empty for root.
        groups: further groups (``HostConfig.GroupAdd``).
        modern: as engines since API 1.42 do it.

    Raises:
        UnknownUser: there is no such user or group.
    """
    name, _, group = user.partition(":")
    if not modern:
        group = group.partition(":")[0]
    uid, gid, sgids = _user(fs, name)
    listed = list(_entries(fs, "/etc/group", 3))
    if group:
        gid, sgids = _group(listed, group, "unable to find group {}: no matching entries in group file"), []
    text = f"{'u' if modern else 'U'}nable to find group {{}}: no matching entries in group file"
    more = [_group(listed, one, text) for one in groups]
    return Identity(uid, gid, tuple(sorted({gid, *sgids, *more})))


def home_of(fs: FileSystem, uid: int) -> str:
    """The home of a user, ``/`` where nothing says so."""
    for entry in _entries(fs, "/etc/passwd", 6):
        if _id(entry[2]) == uid:
            return entry[5] or "/"
    return "/"


def _user(fs: FileSystem, name: str) -> tuple[int, int, list[int]]:
    if not name:
        name = "0"
    number = _id(name)
    for entry in _entries(fs, "/etc/passwd", 4):
        uid = _id(entry[2])
        if uid is not None and (entry[0] == name or uid == number):
            member = [
                _id(line[2]) for line in _entries(fs, "/etc/group", 4) if entry[0] in line[3].split(",")
            ]
            return uid, _id(entry[3]) or 0, [gid for gid in member if gid is not None]
    if number is None:
        raise UnknownUser(f"unable to find user {name}: no matching entries in passwd file")
    return _in_range(number), 0, []


def _group(listed: list[list[str]], name: str, text: str) -> int:
    number = _id(name)
    for entry in listed:
        gid = _id(entry[2])
        if gid is not None and (entry[0] == name or gid == number):
            return gid
    if number is None:
        raise UnknownUser(text.format(name))
    return _in_range(number)


def _in_range(number: int) -> int:
    if not 0 <= number <= _LARGEST_ID:
        raise UnknownUser(f"uids and gids must be in range 0-{_LARGEST_ID}")
    return number


def _id(text: str) -> int | None:
    return int(text) if _NUMBER.fullmatch(text) and len(text) < 20 else None


def _entries(fs: FileSystem, path: str, least: int) -> Iterator[list[str]]:
    try:
        text = fs.read_bytes(ROOT, path).decode("utf-8", "replace")
    except OSError:
        return
    for line in text.splitlines():
        fields = line.strip().split(":")
        if len(fields) >= least and not line.startswith("#"):
            yield fields
