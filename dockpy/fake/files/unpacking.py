"""Compressed archives: what they are is seen from how they begin, as the engine sees it."""

from __future__ import annotations

import bz2
import lzma
import zlib
from typing import TYPE_CHECKING, Protocol

from dockpy.fake.blobs import Blob, BlobWriter
from dockpy.fake.files.faults import BadArchive

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["unpacked"]

_PIECE = 64 * 1024


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, /) -> bytes: ...


def _new(start: bytes) -> _Decompressor | None:
    """What unpacks data that begin like this; None where they are not compressed."""
    if start[:3] == b"\x1f\x8b\x08":
        return zlib.decompressobj(31)
    if start[:3] == b"BZh":
        return bz2.BZ2Decompressor()
    if start[:6] == b"\xfd7zXZ\0":
        return lzma.LZMADecompressor()
    if start[:4] == b"\x28\xb5\x2f\xfd":
        raise BadArchive("zstd: the fake daemon cannot unpack this compression")
    return None


def unpacked(source: Blob | Iterable[bytes]) -> Blob:
    """The content, unpacked where it is compressed.

    Raises:
        BadArchive: the compressed data are broken.
    """
    blob = source if isinstance(source, Blob) else Blob.from_pieces(source)
    if _new(blob.read(0, 10)) is None:
        return blob
    writer = BlobWriter()
    try:
        for piece in _unpack(blob):
            writer.write(piece)
    except (zlib.error, OSError, lzma.LZMAError, EOFError) as error:
        writer.close()
        raise BadArchive(str(error)) from None
    return writer.blob()


def _unpack(blob: Blob) -> Iterator[bytes]:
    start = blob.read(0, 10)
    decompressor = _new(start)
    for piece in blob.pieces():
        rest = piece
        while rest:
            if decompressor is None:
                decompressor = _new(rest[:10])
                if decompressor is None:
                    return
            for begin in range(0, len(rest), _PIECE):
                if out := decompressor.decompress(rest[begin : begin + _PIECE]):
                    yield out
                if decompressor.eof:
                    rest = decompressor.unused_data + rest[begin + _PIECE :]
                    decompressor = None
                    break
            else:
                rest = b""
    if decompressor is not None:
        raise BadArchive("unexpected EOF")
