"""What tells files of a build apart: engines' sums over a tar's header, without times, and the content."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from dockpy.fake.files.content import pieces_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dockpy.fake.files import Node
    from dockpy.fake.files.scan import Member

__all__ = ["sum_of_member", "sum_of_node", "sum_of_sums"]

_TYPES = {"file": "0", "symlink": "2", "char": "3", "block": "4", "dir": "5", "fifo": "6"}
_FORMATS = {"file": 0o100000, "symlink": 0o120000, "char": 0o020000, "block": 0o060000, "dir": 0o040000}


def _sum(fields: Iterable[tuple[str, object]], xattrs: Mapping[str, bytes], data: Iterable[bytes]) -> str:
    found = hashlib.sha256()
    for name, value in fields:
        found.update(f"{name}{value}".encode("utf-8", "surrogateescape"))
    for name, value in sorted(xattrs.items()):
        found.update(name.encode() + value)
    for piece in data:
        found.update(piece)
    return found.hexdigest()


def sum_of_member(member: Member) -> str:
    """The sum of a member of a context's tar."""
    data = member.data
    size = len(data) if isinstance(data, bytes) else data.size
    fields = [
        ("name", member.name),
        ("mode", member.mode),
        ("uid", member.uid),
        ("gid", member.gid),
        ("size", size),
        ("typeflag", member.kind),
        ("linkname", member.target),
        ("uname", ""),
        ("gname", ""),
        ("devmajor", member.device[0]),
        ("devminor", member.device[1]),
    ]
    return _sum(fields, member.xattrs, pieces_of(data))


def sum_of_node(path: str, node: Node, *, formats: bool) -> str:
    """The sum of a file of an image.

    Args:
        path: its path from the root on.
        node: the file.
        formats: as older engines have it: the mode with the bits that say the kind, and names of users.
    """
    is_file = node.kind == "file"
    mode = node.mode | (_FORMATS.get(node.kind, 0) if formats else 0)
    fields = [
        ("name", f"{path}/" if node.kind == "dir" else path),
        ("mode", mode),
        ("uid", node.uid),
        ("gid", node.gid),
        ("size", node.size if is_file else 0),
        ("typeflag", _TYPES.get(node.kind, "0")),
        ("linkname", node.target if node.kind == "symlink" else ""),
        ("uname", "root" if formats and not node.uid else ""),
        ("gname", "root" if formats and not node.gid else ""),
        ("devmajor", node.rdev[0]),
        ("devminor", node.rdev[1]),
    ]
    return _sum(fields, {}, pieces_of(node.data) if is_file else ())


def sum_of_sums(prefix: str, sums: Iterable[str]) -> str:
    """``multi:…``: the sum of several."""
    return f"{prefix}:{hashlib.sha256(','.join(sums).encode('utf-8', 'surrogateescape')).hexdigest()}"
