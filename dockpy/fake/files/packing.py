"""Nodes as members of a tar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.fake.files.content import pieces_of
from dockpy.streams.tar import TarEntry, TarKind, encode_entry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockpy.fake.files.node import Node

__all__ = ["OPAQUE", "WHITEOUT", "Packer"]

WHITEOUT: str = ".wh."
"""What a layer's tar has before the name that it takes away."""
OPAQUE: str = ".wh..wh..opq"
"""Stands in a directory of which nothing shows that is below."""
_CAPABILITY = "security.capability"

_KINDS = {
    "file": TarKind.FILE,
    "dir": TarKind.DIRECTORY,
    "symlink": TarKind.SYMLINK,
    "char": TarKind.CHARACTER_DEVICE,
    "block": TarKind.BLOCK_DEVICE,
    "fifo": TarKind.FIFO,
}
_SECOND = 1_000_000_000


_KIND_BITS = {
    "file": 0o100000, "dir": 0o40000, "symlink": 0o120000, "char": 0o20000, "block": 0o60000, "fifo": 0o10000,
}  # fmt: skip


class Packer:
    """Writes members; the second name of a node becomes a link to the first.

    Args:
        kinds_in_modes: modes tell a member's kind, too, as Docker 20.10 writes them.
    """

    def __init__(self, *, kinds_in_modes: bool = False) -> None:
        self._seen: dict[int, str] = {}
        self._kinds_in_modes = kinds_in_modes

    def member(self, name: str, node: Node) -> Iterator[bytes]:
        """A node's member in pieces; nothing for what no tar holds (sockets)."""
        kind = _KINDS.get(node.kind)
        if kind is None:
            return iter(())
        target = node.target if isinstance(node.target, str) else ""
        if node.entries is None and node.nlink != 1:
            first = self._seen.setdefault(id(node), name)
            if first != name:
                kind, target = TarKind.HARDLINK, first
        data = node.data
        if node.produce is not None:
            data = node.produce()
        size = (len(data) if isinstance(data, bytes) else data.size) if kind is TarKind.FILE else 0
        entry = TarEntry(
            name,
            kind,
            size,
            node.mode | (_KIND_BITS[node.kind] if self._kinds_in_modes else 0),
            node.uid,
            node.gid,
            node.mtime // _SECOND,
            target,
            device=node.rdev if node.kind in ("char", "block") else (0, 0),
            xattrs={_CAPABILITY: node.xattrs[_CAPABILITY]} if _CAPABILITY in node.xattrs else {},
        )
        return encode_entry(entry, pieces_of(data))

    @staticmethod
    def whiteout(name: str, mtime: int) -> Iterator[bytes]:
        """The member that takes a name away."""
        parent, _, base = name.rpartition("/")
        hidden = f"{parent}/{WHITEOUT}{base}" if parent else WHITEOUT + base
        return encode_entry(TarEntry(hidden, mode=0o600, mtime=mtime // _SECOND))
