"""Opening an archive, whatever it is given as: a path, bytes, a file, a stream."""

from __future__ import annotations

import contextlib
import gzip
import io
import tempfile
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeAlias, cast

from dockpy.errors import ArchiveError, InvalidArgument
from dockpy.registry.archive.files import FolderFiles
from dockpy.registry.archive.tarball import TarFiles
from dockpy.streams.readable import SupportsRead

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockpy.registry.archive.files import Files

__all__ = ["TarSource", "opened_files"]

_PIECE = 256 * 1024
_GZIP = b"\x1f\x8b"
_OTHERS = {b"\x28\xb5\x2f\xfd": "zstd", b"BZh": "bzip2", b"\xfd7zXZ": "xz", b"PK\x03\x04": "zip"}


TarSource: TypeAlias = "bytes | SupportsRead | Iterable[bytes] | str | Path"
"""An archive: its bytes, an open file, pieces of it, or the path of one, or of a folder."""


@contextlib.contextmanager
def opened_files(archive: TarSource) -> Iterator[Files]:
    """The files in an archive. A stream is written to a temporary file, and so is what gzip has to unpack.

    Raises:
        InvalidArgument: there is nothing, or it cannot be read.
        ArchiveError: it is no tar, or one that breaks off.
    """
    with contextlib.ExitStack() as stack:
        if isinstance(archive, (str, Path)):
            path = Path(archive)
            if path.is_dir():
                yield FolderFiles(path)
                return
            file = stack.enter_context(_open(path))
        elif isinstance(archive, (bytes, bytearray, memoryview)):
            file = io.BytesIO(archive)
        elif _is_seekable(archive):
            file = cast("BinaryIO", archive)
            stack.callback(_seek_quietly, file, file.tell())
        else:
            file = stack.enter_context(_spooled(_pieces(archive)))
        start = file.tell()
        head = _head(file)
        if head.startswith(_GZIP):
            file, start = stack.enter_context(_spooled(_unpacked(file))), 0
        elif other := next((name for magic, name in _OTHERS.items() if head.startswith(magic)), None):
            raise ArchiveError(f"The archive is compressed ({other}): only gzip is unpacked here")
        yield TarFiles(file, start)


def _open(path: Path) -> BinaryIO:
    try:
        if path.exists() and not path.is_file():  # a pipe is opened by whoever wants it read
            raise InvalidArgument(f"The archive {str(path)!r} is neither a file nor a folder")
        return path.open("rb")
    except (OSError, ValueError) as error:
        if isinstance(error, InvalidArgument):
            raise
        reason = getattr(error, "strerror", None) or error
        raise InvalidArgument(f"The archive {str(path)!r} cannot be read: {reason}") from None


def _is_seekable(archive: object) -> bool:
    try:
        return bool(hasattr(archive, "read") and archive.seekable())  # type: ignore[attr-defined]
    except AttributeError:
        return False
    except ValueError as error:  # it is closed
        raise InvalidArgument(f"The archive cannot be read: {error}") from None


def _seek_quietly(file: BinaryIO, position: int) -> None:
    with contextlib.suppress(OSError, ValueError):
        file.seek(position)


def _head(file: BinaryIO) -> bytes:
    position = file.tell()
    head = file.read(8)
    if not isinstance(head, bytes):
        raise InvalidArgument("The archive is a file that was opened for text; it takes bytes")
    file.seek(position)
    return head


def _pieces(archive: SupportsRead | Iterable[bytes]) -> Iterator[bytes]:
    from dockpy.transport.exchange import ByteStream

    # A daemon's stream has a read() too, of all that is still to come.
    if isinstance(archive, SupportsRead) and not isinstance(archive, ByteStream):
        try:
            yield from iter(lambda: archive.read(_PIECE), b"")
        except ValueError as error:
            raise InvalidArgument(f"The archive cannot be read: {error}") from None
    elif isinstance(archive, Iterable):
        yield from archive
    else:
        raise InvalidArgument(
            f"The archive is {type(archive).__name__!r}; it takes a path, bytes, an open file, or pieces"
        )


@contextlib.contextmanager
def _spooled(pieces: Iterator[bytes]) -> Iterator[BinaryIO]:
    """A stream as a file that can be sought in; it has no name, and is gone at the end."""
    with tempfile.TemporaryFile() as file:
        for piece in pieces:
            if not isinstance(piece, (bytes, bytearray, memoryview)):
                raise InvalidArgument(
                    f"The archive came in pieces of {type(piece).__name__!r}; it takes bytes"
                )
            try:
                file.write(piece)
            except OSError as error:
                raise ArchiveError(f"The archive cannot be kept for reading: {error.strerror}") from None
        file.seek(0)
        yield cast("BinaryIO", file)


def _unpacked(file: BinaryIO) -> Iterator[bytes]:
    """What gzip packed, in bounded pieces."""
    try:
        with gzip.GzipFile(fileobj=file) as packed:
            yield from iter(lambda: packed.read(_PIECE), b"")
    except EOFError:
        raise ArchiveError("The archive breaks off: gzip has not come to its end") from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise ArchiveError(f"The archive is damaged: {error}") from None
