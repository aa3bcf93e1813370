"""Layers: what one step of an image changes, as a tar and as a tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.fake.blobs import Blob

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dockpy.fake.files.node import Node

__all__ = ["Layer"]


class Layer:
    """A layer of an image. It never changes.

    Attributes:
        blob: its tar, uncompressed, byte for byte as it came.
        root: its tree; nodes of kind ``whiteout`` and directories that are ``opaque`` hide what is below.
        size: the bytes of its files and links, as an engine counts them.
    """

    __slots__ = ("blob", "root", "size")

    def __init__(self, blob: Blob, root: Node) -> None:
        self.blob: Blob = blob
        self.root: Node = root
        self.size: int = _size(root)

    def __deepcopy__(self, memo: object) -> Layer:
        """It never changes: all copies of what holds it share it."""
        return self

    @classmethod
    def from_tar(cls, source: Blob | bytes | Iterable[bytes], *, api: str = "1.51") -> Layer:
        """The layer that a tar is; one that is compressed (gzip, bzip2, xz) is unpacked first.

        Args:
            source: the tar.
            api: the newest version of the API that the engine speaks, which decides what it refuses.

        Raises:
            BadArchive: an engine would not take it; in its words.
        """
        from dockpy.fake.files.layering import read_layer  # it needs trees, and those make layers

        return cls(*read_layer(Blob.of(source) if isinstance(source, bytes) else source, api))

    @property
    def diff_id(self) -> str:
        """The digest of the uncompressed tar."""
        return self.blob.digest

    def tar(self) -> Iterator[bytes]:
        """Its tar, piece by piece."""
        return self.blob.pieces()

    def __repr__(self) -> str:
        return f"Layer({self.diff_id}, {self.size} bytes)"


def _size(root: Node) -> int:
    """The bytes of files and links; of hard links once."""
    total, seen, pending = 0, set[int](), [root]
    while pending:
        for node in (pending.pop().entries or {}).values():
            if node.entries is not None:
                pending.append(node)
            elif node.nlink == 1:
                total += node.size
            elif id(node) not in seen:
                seen.add(id(node))
                total += node.size
    return total
