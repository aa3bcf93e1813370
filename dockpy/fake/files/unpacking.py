"""Compressed archives: what they are is seen from how they begin, as the engine sees it."""

from __future__ import annotations

import bz2
import lzma
import zlib
from typing import TYPE_CHECKING, Protocol

from dockpy.fake.blobs import Blob, BlobWriter
from dockpy.fake.files.faults import BadArchive

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["unpacked"]

_PIECE = 64 * 1024
_ZSTD = b"\x28\xb5\x2f\xfd"


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
    return None


def unpacked(source: Blob | Iterable[bytes], *, zstd: bool = True) -> tuple[Blob, BadArchive | None]:
    """The content, unpacked where it is compressed.

    Args:
        source: the content.
        zstd: whether zstd is known; it is refused then, else it is not seen to be one.

    Returns:
        What could be unpacked, and why that is not all, in the words of what engines unpack with.
    """
    blob = source if isinstance(source, Blob) else Blob.from_pieces(source)
    start = blob.read(0, 10)
    if zstd and start.startswith(_ZSTD):
        return Blob.of(b""), BadArchive("zstd: the fake daemon cannot unpack this", outside=True)
    if _new(start) is None:
        return blob, None
    writer = BlobWriter()
    broken: BadArchive | None = None
    try:
        for piece in _unpack(blob):
            writer.write(piece)
    except BadArchive as error:
        broken = error
    except (zlib.error, OSError, lzma.LZMAError, ValueError) as error:
        broken = BadArchive(_words(start, str(error)), outside=True)
    return writer.blob(), broken


def _through(decompressor: _Decompressor, data: bytes) -> Iterator[bytes]:
    """What comes out; all that there is before an error, where there is one."""
    copy: Callable[[], _Decompressor] | None = getattr(decompressor, "copy", None)
    if copy is None:
        yield decompressor.decompress(data)
        return
    earlier = copy()
    try:
        yield decompressor.decompress(data)
    except zlib.error:
        for number in range(len(data)):
            yield earlier.decompress(data[number : number + 1])


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
                yield from _through(decompressor, rest[begin : begin + _PIECE])
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
