"""What files hold: bytes, a part of a blob, or something that is written to."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockpy.fake.blobs import Blob

__all__ = ["Content", "Extent", "pieces_of", "read_part", "size_of"]

_CHUNK = 64 * 1024
_PIECE = 256 * 1024
_ZEROS = bytes(_CHUNK)


class Extent:
    """A part of a blob."""

    __slots__ = ("blob", "offset", "size")

    def __init__(self, blob: Blob, offset: int, size: int) -> None:
        self.blob: Blob = blob
        self.offset: int = offset
        self.size: int = size

    def read(self, offset: int, size: int) -> bytes:
        """A part of it; less where it ends."""
        size = min(size, self.size - offset)
        return self.blob.read(self.offset + offset, size) if size > 0 else b""


class Content:
    """Bytes that change: one piece where they are few, else chunks, of which holes and zeros take no room.

    Args:
        base: what it begins as; of a large one, only what is written over is copied.
    """

    __slots__ = ("_base", "_base_size", "_chunks", "_small", "size")

    def __init__(self, base: bytes | Extent | Content = b"") -> None:
        self.size: int = size_of(base)
        self._small: bytearray | None = None
        self._chunks: dict[int, bytearray | bytes] = {}
        self._base: bytes | Extent | Content = b""
        self._base_size = 0
        if self.size <= _CHUNK:
            self._small = bytearray(read_part(base, 0, self.size))
        else:
            self._base, self._base_size = base, self.size

    def read(self, offset: int, size: int) -> bytes:
        """A part of it; less where it ends."""
        small = self._small
        if small is not None:
            return bytes(small[offset : offset + size])
        end = min(offset + size, self.size)
        parts: list[bytes | bytearray] = []
        while offset < end:
            number, start = divmod(offset, _CHUNK)
            chunk = self._chunk(number)
            part = chunk[start : start + end - offset]
            parts.append(part)
            offset += len(part)
        return b"".join(parts)

    def write(self, offset: int, data: bytes) -> None:
        """Put bytes there; a gap before them is zeros."""
        if not data:
            return
        end = offset + len(data)
        small = self._small
        if small is not None:
            if end <= _CHUNK:
                if offset > len(small):
                    small.extend(bytes(offset - len(small)))
                small[offset:end] = data
                self.size = len(small)
                return
            self._spread()
        position = 0
        while position < len(data):
            number, start = divmod(offset + position, _CHUNK)
            part = data[position : position + _CHUNK - start]
            if len(part) == _CHUNK:
                self._chunks[number] = _ZEROS if part == _ZEROS else bytes(part)
            else:
                chunk = self._chunk(number)
                if not isinstance(chunk, bytearray):
                    chunk = self._chunks[number] = bytearray(chunk)
                chunk[start : start + len(part)] = part
            position += len(part)
        self.size = max(self.size, end)

    def truncate(self, size: int) -> None:
        """Make it that long: cut, or filled up with a hole."""
        small = self._small
        if small is not None:
            if size <= _CHUNK:
                del small[size:]
                small.extend(bytes(size - len(small)))
                self.size = size
                return
            self._spread()
        if size < self.size:
            last, rest = divmod(size, _CHUNK)
            if rest:
                self._chunks[last] = bytearray(self._chunk(last)[:rest] + _ZEROS[rest:])
            for number in [n for n in self._chunks if n > last or (n == last and not rest)]:
                del self._chunks[number]
            self._base_size = min(self._base_size, size)
        self.size = size

    def _spread(self) -> None:
        small = self._small or bytearray()
        self._small = None
        for number in range(-(-len(small) // _CHUNK)):
            piece = small[number * _CHUNK : (number + 1) * _CHUNK]
            self._chunks[number] = piece.ljust(_CHUNK, b"\0")

    def _chunk(self, number: int) -> bytearray | bytes:
        """A whole chunk, zeros after the end."""
        chunk = self._chunks.get(number)
        if chunk is not None:
            return chunk
        start = number * _CHUNK
        if start >= self._base_size:
            return _ZEROS
        data = read_part(self._base, start, min(_CHUNK, self._base_size - start))
        return data.ljust(_CHUNK, b"\0")


def size_of(content: bytes | Extent | Content) -> int:
    """How many bytes it has."""
    return len(content) if isinstance(content, bytes) else content.size


def read_part(content: bytes | Extent | Content, offset: int, size: int) -> bytes:
    """A part of it; less where it ends."""
    if isinstance(content, bytes):
        return content[offset : offset + size]
    return content.read(offset, size)


def pieces_of(content: bytes | Extent | Content) -> Iterator[bytes]:
    """All of it, piece by piece."""
    offset = 0
    while piece := read_part(content, offset, _PIECE):
        yield piece
        offset += len(piece)
