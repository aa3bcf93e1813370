"""Content by its digest: what layers, configs and manifests are made of, shared by daemons and registries.

A blob never changes, so daemons and registries of one process pass it on by reference. A large one lies in
a temporary file that goes with its last reference; of neither is more held than is being read.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import weakref
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Blob", "BlobWriter"]

_PIECE = 256 * 1024
_IN_MEMORY = 4 * 1024 * 1024


class Blob:
    """Bytes that never change.

    Attributes:
        digest: ``sha256:…`` of the content.
        size: in bytes.
    """

    __slots__ = ("_data", "digest", "size")

    def __init__(self, data: bytes | _File, digest: str) -> None:
        self._data = data
        self.digest: str = digest
        self.size: int = len(data)

    def __deepcopy__(self, memo: object) -> Blob:
        """It never changes: all copies of what holds it share it."""
        return self

    @classmethod
    def of(cls, data: bytes) -> Blob:
        """The blob with this content."""
        return cls(data, f"sha256:{hashlib.sha256(data).hexdigest()}")

    @classmethod
    def from_pieces(cls, pieces: Iterable[bytes]) -> Blob:
        """The blob with this content, in bounded memory."""
        writer = BlobWriter()
        for piece in pieces:
            writer.write(piece)
        return writer.blob()

    def read(self, offset: int = 0, size: int | None = None) -> bytes:
        """A part of the content; all that follows the offset where no size is given."""
        end = self.size if size is None else min(offset + size, self.size)
        return self._data[offset:end]

    def pieces(self, offset: int = 0, size: int | None = None) -> Iterator[bytes]:
        """A part of the content, piece by piece."""
        end = self.size if size is None else min(offset + size, self.size)
        for start in range(offset, end, _PIECE):
            yield self._data[start : min(start + _PIECE, end)]

    def __iter__(self) -> Iterator[bytes]:
        return self.pieces()

    def __repr__(self) -> str:
        return f"Blob({self.digest}, {self.size} bytes)"


class _File:
    """The content of a file, read where it is asked for: mapped, all of it would come to count as memory."""

    def __init__(self, descriptor: int, size: int) -> None:
        self._descriptor = descriptor
        self._size = size
        weakref.finalize(self, os.close, descriptor)

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, span: slice) -> bytes:
        start, end, _ = span.indices(self._size)
        parts = []
        while start < end:
            parts.append(os.pread(self._descriptor, end - start, start))
            start += len(parts[-1])
        return b"".join(parts)


class BlobWriter:
    """Makes a blob of what is written."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - closed by `blob`, or with us
        self._hash = hashlib.sha256()
        self._forget = weakref.finalize(self, self._file.close)
        self.size: int = 0

    def write(self, data: bytes) -> None:
        """Append to it."""
        self._file.write(data)
        self._hash.update(data)
        self.size += len(data)

    @property
    def digest(self) -> str:
        """The digest of what was written so far."""
        return f"sha256:{self._hash.hexdigest()}"

    def blob(self) -> Blob:
        """The blob; nothing can be written after."""
        with self._file as file:
            if self.size <= _IN_MEMORY:
                file.seek(0)
                return Blob(file.read(), self.digest)
            file.flush()
            return Blob(_File(os.dup(file.fileno()), self.size), self.digest)

    def close(self) -> None:
        """Forget what was written; what goes out of reach is forgotten too."""
        self._forget()
