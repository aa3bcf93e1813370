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
        BadArchive: the compressed data are broken; in the words of what engines unpack with.
    """
    blob = source if isinstance(source, Blob) else Blob.from_pieces(source)
    start = blob.read(0, 10)
    if _new(start) is None:
        return blob
    writer = BlobWriter()
    try:
        for piece in _unpack(blob):
            writer.write(piece)
    except BadArchive:
        writer.close()
        raise
    except (zlib.error, OSError, lzma.LZMAError, ValueError) as error:
        writer.close()
        raise BadArchive(_words(start, str(error)), outside=True) from None
    return writer.blob()


def _words(start: bytes, error: str) -> str:
    if start.startswith(b"BZh"):
        return "bzip2 data invalid: bad magic value found"
    if start.startswith(b"\xfd7zXZ"):
        return "exit status 1: xz: (stdin): Compressed data is corrupt\n"
    if "incorrect" in error:
        return "gzip: invalid checksum"
    return "flate: corrupt input before offset 1"


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
        is_xz = start.startswith(b"\xfd7zXZ")
        raise BadArchive(
            "exit status 1: xz: (stdin): Unexpected end of input\n" if is_xz else "unexpected EOF",
            outside=True,
        )
