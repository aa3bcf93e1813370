"""Files and folders of this machine as a tar, piece by piece."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from dockpy.errors import ArchiveError, InvalidArgument
from dockpy.resources.archive import SupportsRead
from dockpy.streams.tar import END_OF_ARCHIVE, TarEntry, TarKind, encode_entry

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Owner", "Source", "local_path", "packed_data", "packed_path"]

Source: TypeAlias = "str | os.PathLike[str] | bytes | SupportsRead | Iterable[bytes]"
"""What to copy: the path of a file or folder here, or the contents of a file: bytes, an open file, pieces."""

_CHUNK = 256 * 1024
_CAPABILITY = "security.capability"
_SPECIAL = {
    stat.S_IFDIR: TarKind.DIRECTORY,
    stat.S_IFLNK: TarKind.SYMLINK,
    stat.S_IFIFO: TarKind.FIFO,
    stat.S_IFCHR: TarKind.CHARACTER_DEVICE,
    stat.S_IFBLK: TarKind.BLOCK_DEVICE,
}


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose the files shall be, and their permissions; None for as they are here.

    Attributes:
        uid: the owner's number.
        gid: the group's number.
        mode: the permissions of files; folders and links keep theirs.
    """

    uid: int | None = None
    gid: int | None = None
    mode: int | None = None

    def __post_init__(self) -> None:
        for name, most in (("uid", 2**32 - 1), ("gid", 2**32 - 1), ("mode", 0o7777)):
            value = getattr(self, name)
            if value is None:
                continue
            if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
                shown = f"up to {most:#o}, such as 0o644" if name == "mode" else "from 0"
                raise InvalidArgument(f"{name}={value!r}: it takes an int {shown}")

    def of(self, entry: TarEntry) -> TarEntry:
        """The entry, with what is given here in place of its own."""
        return replace(
            entry,
            uid=entry.uid if self.uid is None else self.uid,
            gid=entry.gid if self.gid is None else self.gid,
            mode=self.mode if self.mode is not None and entry.kind is TarKind.FILE else entry.mode,
        )


def local_path(name: str, path: str | os.PathLike[str], *, follow: bool = False) -> os.stat_result:
    """What is at a path of this machine, which can be read.

    Args:
        name: the argument's name, for the error.
        path: the path.
        follow: of a symbolic link, what it leads to.

    Raises:
        InvalidArgument: nothing is there, or it cannot be read.
    """
    try:
        status = os.stat(path, follow_symlinks=follow)
        if stat.S_ISREG(status.st_mode):
            with open(path, "rb"):
                pass
        elif stat.S_ISDIR(status.st_mode):
            with os.scandir(path):
                pass
        return status
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise InvalidArgument(f"{name}={os.fspath(path)!r}: {reason}") from None


@dataclass(slots=True)
class _Packer:
    """Walks a folder. Keeps the names of what has several, so that the second one is a link to the first."""

    owner: Owner
    first_names: dict[tuple[int, int], str] = field(default_factory=dict[tuple[int, int], str])

    def pieces(self, path: str, name: str, status: os.stat_result) -> Iterator[bytes]:
        entry = self.entry(path, name, status)
        if entry is None:
            return
        if entry.kind is TarKind.FILE:
            with open(path, "rb") as file:
                yield from encode_entry(entry, iter(lambda: file.read(_CHUNK), b""))
            return
        yield from encode_entry(entry)
        if entry.kind is TarKind.DIRECTORY:
            with os.scandir(path) as found:
                children = sorted(found, key=lambda child: child.name)
            for child in children:
                yield from self.guarded(child.path, f"{name}/{child.name}")

    def guarded(self, path: str, name: str) -> Iterator[bytes]:
        """The pieces of what is at a path; what goes wrong there says where."""
        try:
            yield from self.pieces(path, name, os.lstat(path))
        except OSError as error:
            raise ArchiveError(f"{path!r} cannot be read: {error.strerror}", member=name) from error

    def entry(self, path: str, name: str, status: os.stat_result) -> TarEntry | None:
        kind = stat.S_IFMT(status.st_mode)
        if kind == stat.S_IFSOCK:
            return None  # it means nothing without who listens to it; docker and tar leave it out, too
        entry = TarEntry(
            name,
            _SPECIAL.get(kind, TarKind.FILE),
            status.st_size if stat.S_ISREG(status.st_mode) else 0,
            stat.S_IMODE(status.st_mode),
            status.st_uid,
            status.st_gid,
            int(status.st_mtime // 1),
        )
        if status.st_nlink > 1 and not stat.S_ISDIR(status.st_mode):
            first = self.first_names.setdefault((status.st_dev, status.st_ino), name)
            if first != name:
                return replace(self.owner.of(entry), kind=TarKind.HARDLINK, size=0, target=first)
        if entry.kind is TarKind.SYMLINK:
            entry = replace(entry, target=os.readlink(path))
        elif entry.kind in (TarKind.CHARACTER_DEVICE, TarKind.BLOCK_DEVICE):
            entry = replace(entry, device=(os.major(status.st_rdev), os.minor(status.st_rdev)))
        elif entry.kind is TarKind.FILE and hasattr(os, "getxattr"):
            with contextlib.suppress(OSError):  # most files have none
                entry = replace(entry, xattrs={_CAPABILITY: os.getxattr(path, _CAPABILITY)})
        return self.owner.of(entry)


def packed_path(path: str, name: str, owner: Owner, status: os.stat_result) -> Iterator[bytes]:
    """A file or folder as an archive.

    Args:
        path: where it is.
        name: what it is called in the archive; ``.`` for a folder's contents alone.
        owner: whose it shall be.
        status: what is there.

    Raises:
        ArchiveError: a file of it cannot be read, or gets shorter while it is.
    """
    packer = _Packer(owner)
    try:
        yield from packer.pieces(path, name, status)
    except OSError as error:
        raise ArchiveError(f"{path!r} cannot be read: {error.strerror}", member=name) from error
    yield END_OF_ARCHIVE


@contextlib.contextmanager
def packed_data(source: bytes | SupportsRead | Iterable[bytes], entry: TarEntry) -> Iterator[Iterable[bytes]]:
    """A file's contents as an archive of this one file.

    A tar says the size of a file before its contents: what cannot be measured goes through a temporary file.

    Args:
        source: the contents.
        entry: the file, without its size.

    Raises:
        InvalidArgument: it gives no bytes.
    """
    with contextlib.ExitStack() as stack:
        pieces, size = _measured(source, stack)
        yield _chained(replace(entry, size=size), pieces)


def _chained(entry: TarEntry, pieces: Iterable[bytes]) -> Iterator[bytes]:
    yield from encode_entry(entry, pieces)
    yield END_OF_ARCHIVE


def _measured(source: Any, stack: contextlib.ExitStack) -> tuple[Iterable[bytes], int]:
    if isinstance(source, (bytes, bytearray)):
        return [bytes(source)], len(source)
    if not isinstance(source, SupportsRead):
        if not isinstance(source, Iterable):
            raise InvalidArgument(
                f"source={source!r}: it takes a path, or contents: bytes, an open file, pieces of bytes"
            )
        pieces: Iterator[bytes] = (_bytes(piece) for piece in source)
    else:
        pieces = iter(lambda: _bytes(source.read(_CHUNK)), b"")
        if (size := _left(source)) is not None:
            return pieces, size
    file = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - the stack closes it
    for piece in pieces:
        file.write(piece)
    size = file.tell()
    file.seek(0)
    return iter(lambda: file.read(_CHUNK), b""), size


def _left(file: Any) -> int | None:
    """How many bytes of a file are still to be read; None where only reading tells."""
    try:
        here = file.tell()
        if file.read(0) != b"":  # open as text, where a place is no number of bytes
            return None
        end = file.seek(0, os.SEEK_END)
        file.seek(here)
    except (AttributeError, OSError, ValueError):
        return None
    return max(int(end) - int(here), 0)


def _bytes(piece: object) -> bytes:
    if not isinstance(piece, (bytes, bytearray, memoryview)):
        raise InvalidArgument(
            f"source gives {type(piece).__name__}, and files are bytes: open it with 'rb', or encode it"
        )
    return bytes(piece)
