"""A tar that can be sought in: its members by name, their data by offset. Nothing is unpacked."""

from __future__ import annotations

import posixpath
import threading
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from dockpy.errors import ArchiveError, InvalidArgument, InvalidResponse
from dockpy.streams.tar import BLOCK, TarEntry, TarKind
from dockpy.streams.untar import TarDecoder

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["TarFiles"]

_PIECE = 256 * 1024
_MOST_MEMBERS = 100_000
_MOST_LINKS = 8


class _Member(NamedTuple):
    offset: int
    size: int


class TarFiles:
    """The files in a tar. A link leads to another member of it, or nowhere.

    Members whose names lead out of the archive are left out: nothing asks for them. A name that there is
    twice has no meaning that all readers agree on, so it is an error to ask for it.

    Args:
        file: open for reading; it is read from several threads, one at a time, and stays open.
        start: where the archive begins in it.

    Raises:
        ArchiveError: it is no tar, or breaks off.
        InvalidArgument: the file cannot be read.
    """

    def __init__(self, file: BinaryIO, start: int = 0) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._members: dict[str, _Member] = {}
        self._links: dict[str, str] = {}
        self._twice: set[str] = set()
        self._index(start)

    def has(self, name: str) -> bool:
        """Whether there is a file, or a link, of that name."""
        return name in self._members or name in self._links

    def size(self, name: str) -> int:
        """How many bytes a file has.

        Raises:
            ArchiveError: it is not there, or there twice, or its link leads nowhere.
        """
        return self._member(name).size

    def pieces(self, name: str, offset: int = 0) -> Iterator[bytes]:
        """What a file holds, from an offset on. Errors as of `size`."""
        member = self._member(name)
        position, end = member.offset + offset, member.offset + member.size
        while position < end:
            piece = self._at(position, min(_PIECE, end - position))
            if not piece:
                raise ArchiveError(f"The archive breaks off within {name!r}", member=name)
            position += len(piece)
            yield piece

    def leads_out(self, name: str) -> bool:
        """Nothing does."""
        return False

    def _member(self, name: str) -> _Member:
        found = name
        for _ in range(_MOST_LINKS):
            if found in self._twice:
                raise ArchiveError(f"The archive holds {found!r} twice", member=name)
            if found in self._members:
                return self._members[found]
            if found not in self._links:
                via = "" if found == name else f", where {name!r} leads"
                raise ArchiveError(f"The archive does not hold {found!r}{via}", member=name)
            found = self._links[found]
        raise ArchiveError(f"The archive's link {name!r} leads from link to link", member=name)

    def _at(self, position: int, size: int) -> bytes:
        with self._lock:
            try:
                self._file.seek(position)
                return self._file.read(size)
            except OSError as error:
                raise ArchiveError(f"The archive cannot be read: {error.strerror or error}") from None
            except (ValueError, OverflowError) as error:  # it was closed, or there is no such position
                raise InvalidArgument(f"The archive cannot be read: {error}") from None

    def _index(self, position: int) -> None:
        """Read the headers, and seek over the data."""
        decoder = TarDecoder()
        try:
            while not decoder.done:
                block = self._at(position, BLOCK)
                found = decoder.feed(block)
                position += len(block)
                if len(block) < BLOCK:
                    decoder.close()
                for entry in found:
                    if isinstance(entry, TarEntry):
                        self._keep(entry, position)
                        position += decoder.skip()
        except InvalidResponse as error:  # of a decoder whose archives are answers
            raise ArchiveError(error.message) from None

    def _keep(self, entry: TarEntry, position: int) -> None:
        name = posixpath.normpath(entry.name)
        if name.startswith(("/", "..")) or entry.kind is TarKind.DIRECTORY:
            return
        if self.has(name):
            self._twice.add(name)
        elif len(self._members) + len(self._links) >= _MOST_MEMBERS:
            raise ArchiveError(f"The archive has more than {_MOST_MEMBERS} members")
        if entry.kind is TarKind.FILE:
            self._members[name] = _Member(position, entry.size)
        elif entry.kind is TarKind.SYMLINK:
            self._links[name] = posixpath.normpath(posixpath.join(posixpath.dirname(name), entry.target))
        elif entry.kind is TarKind.HARDLINK:
            self._links[name] = posixpath.normpath(entry.target)
