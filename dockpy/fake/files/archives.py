"""Archives in and out of a file system, as an engine's archive endpoints make and unpack them."""

from __future__ import annotations

import base64
import errno
import json
from typing import TYPE_CHECKING

from dockpy.fake.files.faults import BadArchive, fault, go_text
from dockpy.fake.files.packing import Packer
from dockpy.fake.files.unpack import Unpacker, members, worded
from dockpy.fake.times import rfc3339
from dockpy.streams.tar import END_OF_ARCHIVE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dockpy.fake.files.node import Who
    from dockpy.fake.files.paths import Place
    from dockpy.fake.files.system import FileSystem

__all__ = ["path_stat", "stat_header", "tar", "untar"]

_GO_KINDS = {
    "dir": 1 << 31,
    "symlink": 1 << 27,
    "block": 1 << 26,
    "char": 1 << 26 | 1 << 21,
    "fifo": 1 << 25,
    "socket": 1 << 24,
}
_GO_BITS = {0o4000: 1 << 23, 0o2000: 1 << 22, 0o1000: 1 << 20}


def tar(fs: FileSystem, who: Who, path: str, *, kinds_in_modes: bool = False) -> Iterator[bytes]:
    """A path as a tar, named after its last name; with what is mounted below it.

    Raises:
        FileNotFoundError: it is not there.
        BadArchive: it cannot be reached otherwise, in the engine's words.
    """
    place = _found(fs, who, path)
    name = _base(path)
    if name == "..":
        name = place.path.rpartition("/")[2] or "/"
    return _packed(fs, who, name, place.path, Packer(kinds_in_modes=kinds_in_modes))


def _found(fs: FileSystem, who: Who, path: str) -> Place:
    full = "/" + path.lstrip("/")
    try:
        place = fs.place(who, full, full.endswith(("/", "/.", "/..")))
        if place.node is None:
            raise fault(errno.ENOENT, path)
        if place.wants_directory and place.node.entries is None:
            raise fault(errno.ENOTDIR, path)
        if place.node.kind == "symlink":
            _leads(fs, who, place)
    except OSError as error:
        if error.errno == errno.ENOENT:
            raise
        if error.errno == errno.ELOOP:
            raise BadArchive(f"evalSymlinksInScope: too many links in {full}") from None
        raise BadArchive(f"lstat {full}: {go_text(error.errno)}") from None
    return place


def _base(path: str) -> str:
    return path.rstrip("/").rpartition("/")[2] or "/"


def _leads(fs: FileSystem, who: Who, place: Place) -> str:
    """Where a link leads, whether that is there or not."""
    try:
        return fs.realpath(who, place.path)
    except FileNotFoundError:
        node = place.node
        target = node.target if node is not None and isinstance(node.target, str) else ""
        return target if target.startswith("/") else f"{place.path.rpartition('/')[0]}/{target}"


def _packed(fs: FileSystem, who: Who, base: str, start: str, packer: Packer) -> Iterator[bytes]:
    pending = [(base, start)]
    while pending:
        name, path = pending.pop()
        try:
            node = fs.lookup(who, path, False)
        except FileNotFoundError:  # it went away meanwhile
            continue
        yield from packer.member(name, node)
        if node.entries is not None:
            stem, root = name.rstrip("/") + "/", path.rstrip("/")
            pending += [(stem + child, f"{root}/{child}") for child in sorted(node.entries, reverse=True)]
    yield END_OF_ARCHIVE


def path_stat(fs: FileSystem, who: Who, path: str) -> dict[str, object]:
    """What an engine says of a path: name, size, mode (as Go has it), mtime, linkTarget.

    Raises:
        FileNotFoundError: it is not there.
        BadArchive: it cannot be reached otherwise, in the engine's words.
    """
    place = _found(fs, who, path)
    node = place.node
    assert node is not None
    mode = node.mode & 0o777 | _GO_KINDS.get(node.kind, 0)
    for bit, go_bit in _GO_BITS.items():
        mode |= go_bit if node.mode & bit else 0
    return {
        "name": _base(path),
        "size": node.size,
        "mode": mode,
        "mtime": rfc3339(node.mtime),
        "linkTarget": _leads(fs, who, place) if node.kind == "symlink" else "",
    }


def stat_header(fs: FileSystem, who: Who, path: str) -> str:
    """The same as the header ``X-Docker-Container-Path-Stat`` has it."""
    text = json.dumps(path_stat(fs, who, path), separators=(",", ":"), ensure_ascii=False)
    return base64.b64encode(text.encode("utf-8", "surrogateescape")).decode()


def untar(
    fs: FileSystem,
    who: Who,
    path: str,
    pieces: Iterable[bytes],
    *,
    no_overwrite_dir_non_dir: bool = False,
    owner: tuple[int, int] | None = None,
    api: str = "1.51",
) -> None:
    """Unpack a tar into a directory. What came before a broken member stays.

    Args:
        fs: into what.
        who: on whose behalf.
        path: the directory.
        pieces: the tar, compressed or not.
        no_overwrite_dir_non_dir: refuse to put a directory where something else is, and the other way round.
        owner: whose everything becomes, a user id and a group id; None for whose the tar says.
        api: the newest version of the API that the engine speaks: engines word errors differently.

    Raises:
        FileNotFoundError: there is no such directory.
        NotADirectoryError: the path is none (``extraction point is not a directory``).
        OSError: it cannot be reached, or nothing can be written there.
        BadArchive: the tar is broken, or a member cannot be unpacked.
    """
    place = fs.place(who, "/" + path.lstrip("/"))
    if place.node is None:
        raise fault(errno.ENOENT, path)
    if place.node.entries is None:
        raise NotADirectoryError(errno.ENOTDIR, "extraction point is not a directory")
    if not place.mount.writable:
        raise fault(errno.EROFS, path)
    root = place.path.rstrip("/")
    unpacker = Unpacker(fs, who, root, api=api, keep_kinds=no_overwrite_dir_non_dir, owner=owner)
    try:
        for member in members(pieces, api):
            names = unpacker.names(member)
            if names and member.kind != "g":
                unpacker.unpack(member, names)
        unpacker.finish()
    except BadArchive as error:
        raise worded(error, api) from None
