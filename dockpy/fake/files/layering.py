"""Making a layer's tree of its tar."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from dockpy.fake.files.faults import BadArchive
from dockpy.fake.files.node import Node
from dockpy.fake.files.packing import OPAQUE, WHITEOUT
from dockpy.fake.files.system import ROOT, FileSystem
from dockpy.fake.files.tree import walk
from dockpy.fake.files.unpack import Unpacker, members, worded
from dockpy.fake.files.upper import Upper
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dockpy.fake.blobs import Blob
    from dockpy.fake.files.scan import Member

__all__ = ["read_layer"]


def read_layer(source: Blob | Iterable[bytes], api: str) -> tuple[Blob, Node]:
    """A layer's uncompressed tar, and its tree.

    Raises:
        BadArchive: an engine would not take it; in its words.
    """
    try:
        return _read(source, api)
    except BadArchive as error:
        raise worded(error, api) from None


def _read(source: Blob | Iterable[bytes], api: str) -> tuple[Blob, Node]:
    now = [0]
    upper = Upper.empty()
    fs = FileSystem(upper, now=lambda: now[0])
    unpacker = Unpacker(fs, ROOT, "", api=api)
    seen: set[str] = set()
    found = members(source, api)
    while True:
        try:
            member = next(found)
        except StopIteration as end:
            unpacker.finish()
            return _numbered(end.value, upper.root)
        if member.kind == "g":
            continue
        now[0] = member.mtime
        names = unpacker.names(member)
        key = "/".join(names)
        if key in seen:
            raise BadArchive("duplicates of file paths not supported", outside=True)
        seen.add(key)
        if not names:
            if member.kind == "5":
                _describe(upper.own(()), member)
        elif not names[-1].startswith(WHITEOUT):
            unpacker.unpack(member, names)
        elif names[-1] == OPAQUE:
            upper.own(unpacker.parent(names).parts).opaque = True
        elif not names[-1].startswith(WHITEOUT * 2):
            names[-1] = names[-1].removeprefix(WHITEOUT)
            _white_out(upper, (*unpacker.parent(names).parts, names[-1]), "/".join(names), api, member.mtime)


def _numbered(blob: Blob, root: Node) -> tuple[Blob, Node]:
    """The same, nobody's to change, and with numbers that no other layer's nodes have."""
    first = (zlib.crc32(blob.digest.encode()) & 0xFFFFF) << 24
    for number, (_, node) in enumerate(walk(root), first):
        node.ino, node.owner = number, None
    return blob, root


def _describe(node: Node, member: Member) -> None:
    node.mode, node.uid, node.gid, node.mtime = member.mode, member.uid, member.gid, member.mtime
    node.xattrs = member.xattrs


def _white_out(upper: Upper, parts: tuple[str, ...], shown: str, api: str, mtime: int) -> None:
    there = upper.find("/".join(parts))
    if there is not None:
        quoted = f"'{shown}'" if at_least(api, "1.48") else f'"/{shown}"'
        raise BadArchive(f"failed to mknod({quoted}, S_IFCHR, 0): file exists")
    upper.put(parts, Node("whiteout", 0, mtime=mtime), mtime)
