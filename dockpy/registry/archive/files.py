"""The files of an archive, wherever they are: small ones read whole, JSON decoded."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Protocol

from dockpy.errors import ArchiveError
from dockpy.registry.manifest import MOST_VALUES, values_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = [
    "DOCUMENT_LIMIT",
    "FileSource",
    "Files",
    "FolderFiles",
    "PieceReader",
    "decode",
    "read_file",
    "read_json",
]

DOCUMENT_LIMIT = 4 * 1024 * 1024
"""Bytes that a manifest, a config or an index may have, which are read whole."""

_PIECE = 256 * 1024


class Files(Protocol):
    """Files by name; names have ``/`` between their parts."""

    def has(self, name: str) -> bool:
        """Whether there is one."""
        ...

    def size(self, name: str) -> int:
        """Its bytes; ArchiveError where it is not there."""
        ...

    def pieces(self, name: str, offset: int = 0) -> Iterator[bytes]:
        """What it holds; again and again, by several threads at once."""
        ...

    def leads_out(self, name: str) -> bool:
        """Whether it is a link to what is no part of the archive."""
        ...


class FolderFiles:
    """The files in a folder. Symbolic links are followed; `leads_out` says of which what they hold has to be
    held against a digest before anybody is shown it.

    Args:
        folder: where.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def has(self, name: str) -> bool:
        """Whether there is a regular file of that name."""
        try:
            return self._path(name).is_file()
        except OSError as error:  # a name that is too long, a folder that is not ours
            raise self._unreadable(name, error) from None

    def size(self, name: str) -> int:
        """How many bytes a file has.

        Raises:
            ArchiveError: there is none, or it cannot be read.
        """
        path = self._path(name)
        try:
            if path.is_file():  # a pipe would be waited for
                return path.stat().st_size
        except OSError as error:
            raise self._unreadable(name, error) from None
        raise ArchiveError(f"The folder does not hold {name!r}", member=name)

    def pieces(self, name: str, offset: int = 0) -> Iterator[bytes]:
        """What a file holds, from an offset on. Errors as of `size`."""
        self.size(name)
        try:
            with self._path(name).open("rb") as file:
                file.seek(offset)
                yield from iter(lambda: file.read(_PIECE), b"")
        except OSError as error:
            raise self._unreadable(name, error) from None

    def leads_out(self, name: str) -> bool:
        """Whether a file lies elsewhere. Errors as of `size`."""
        try:
            return not self._path(name).resolve().is_relative_to(self._folder.resolve())
        except (OSError, RuntimeError) as error:  # a link to itself is one or the other
            raise ArchiveError(f"{name!r} in the folder cannot be read: {error}", member=name) from None

    def _path(self, name: str) -> Path:
        if any(part in ("", ".", "..") for part in name.split("/")) or "\0" in name or "\\" in name:
            raise ArchiveError(f"The name {name!r} leads out of the folder", member=name)
        return self._folder / name

    def _unreadable(self, name: str, error: OSError) -> ArchiveError:
        return ArchiveError(f"{name!r} in the folder cannot be read: {error.strerror}", member=name)


class FileSource:
    """A blob that is a file of an archive: `open` gives its bytes, as they are.

    Args:
        files: where it is.
        name: the file's.
        digest: what its content has to be; whoever sends it holds it against that.

    Raises:
        ArchiveError: it is not there.
    """

    def __init__(self, files: Files, name: str, digest: str) -> None:
        self.digest: str = digest
        self.size: int = files.size(name)
        self._files = files
        self._name = name

    def open(self, offset: int = 0) -> Iterator[bytes]:
        """Its bytes from an offset on."""
        return self._files.pieces(self._name, offset)


class PieceReader:
    """Pieces as a file that is read once.

    Args:
        pieces: none of them empty.
    """

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = b""

    def read(self, size: int) -> bytes:
        """The next bytes, at most so many; empty at the end."""
        if not self._rest:
            self._rest = next(self._pieces, b"")
        found, self._rest = self._rest[:size], self._rest[size:]
        return found


def read_file(files: Files, name: str) -> bytes:
    """A small file, whole.

    Raises:
        ArchiveError: it is not there, or has more than 4 MiB.
    """
    if files.size(name) > DOCUMENT_LIMIT:
        raise ArchiveError(f"{name!r} has more than {DOCUMENT_LIMIT} bytes", member=name)
    return b"".join(files.pieces(name))


def read_json(files: Files, name: str) -> Any:
    """A file's JSON. Errors as of `read_file` and `decode`."""
    return decode(read_file(files, name), name)


def decode(content: bytes, name: str) -> Any:
    """JSON that is not to be trusted.

    Raises:
        ArchiveError: it is none, or nested too deeply, or of too many values.
    """
    if values_in(content) > MOST_VALUES:
        raise ArchiveError(f"{name!r} holds more than {MOST_VALUES:,} values", member=name)
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        problem = "is nested too deeply" if isinstance(error, RecursionError) else "is no JSON"
        raise ArchiveError(f"{name!r} {problem}", member=name) from None
