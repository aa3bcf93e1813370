"""Making files of an archive that nobody vouches for.

A member is made in the folder that is unpacked into, or not at all: a name with ``..`` or a leading slash,
one that leads through a symbolic link, a hard link to what is no member and a device are refused. A file is
written under another name and takes its own when it is whole.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
import time
from typing import IO, TYPE_CHECKING, Any, NoReturn, Protocol, runtime_checkable

from dockpy.errors import ArchiveError, InvalidResponse
from dockpy.streams.tar import TarEntry, TarKind
from dockpy.streams.untar import TarDecoder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["SupportsWrite", "file_contents", "unpack"]


@runtime_checkable
class SupportsWrite(Protocol):
    """A file, open for writing bytes."""

    def write(self, data: bytes, /) -> object:
        """Write all of the bytes."""
        ...


def unpack(
    source: Iterable[bytes], destination: str, *, owners: bool = False, contents: bool = False
) -> None:
    """Make files of an archive: what is at its root becomes the destination, and all else stands in it.

    Args:
        source: the archive.
        destination: what its root is to be. Its folder is there; it itself may be, where both are folders or
            neither is.
        owners: give the files the owners that they have in the archive, which takes the right to.
        contents: it holds what stands in a folder; podman leaves the folder itself out then.

    Raises:
        ArchiveError: a member is refused, or cannot be made.
        InvalidResponse: it is no archive, or broke off.
    """
    unpacker = _Unpacker(destination, owners)
    try:
        for item in _rooted(_items(source)) if contents else _items(source):
            if isinstance(item, TarEntry):
                unpacker.begin(item)
            else:
                unpacker.write(item)
        unpacker.finish()
    finally:
        unpacker.close()


def file_contents(source: Iterable[bytes], path: str) -> Iterator[bytes]:
    """What the one file of an archive holds, in pieces.

    Args:
        source: the archive.
        path: where it comes from, for errors.

    Raises:
        ArchiveError: it holds something else than a file.
        InvalidResponse: it is no archive, or broke off.
    """
    seen = False
    for item in _items(source):
        if not isinstance(item, TarEntry):
            yield item
        elif seen or item.kind is not TarKind.FILE:
            raise ArchiveError(f"{path!r} is no file: give a destination to copy it to", member=item.name)
        else:
            seen = True


def _items(source: Iterable[bytes]) -> Iterator[TarEntry | bytes]:
    decoder = TarDecoder()
    for data in source:
        yield from decoder.feed(data)
    decoder.close()


def _rooted(items: Iterator[TarEntry | bytes]) -> Iterator[TarEntry | bytes]:
    """The same, with the folder that all stands in at the beginning, where it is left out."""
    first = next(items, None)
    if not isinstance(first, TarEntry) or first.name not in (".", "/"):
        yield TarEntry(".", TarKind.DIRECTORY, mode=0o755, mtime=int(time.time()))
    if first is not None:
        yield first
    yield from items


class _Unpacker:
    """Makes one member after the other."""

    def __init__(self, destination: str, owners: bool) -> None:
        self._destination = destination
        self._owners = owners
        self._root: list[str] | None = None  # the parts of the first member's name
        self._entry: TarEntry | None = None  # the file that is being written
        self._file: IO[bytes] | None = None
        self._temporary = ""
        self._path = ""
        self._folders: list[tuple[str, TarEntry]] = []  # their times and permissions come last

    def begin(self, entry: TarEntry) -> None:
        """Begin a member; the one before is whole."""
        self._end_file()
        with _told(entry):
            path = self._place(entry.name, entry)
            if entry.kind is TarKind.DIRECTORY:
                self._make_folder(path, entry)
                return
            if _is_folder(path):
                _refuse(entry, "a folder of that name is there")
            self._temporary = os.path.join(os.path.dirname(path), f".dockpy-{secrets.token_hex(8)}")
            self._path, self._entry = path, entry
            match entry.kind:
                case TarKind.FILE:
                    self._file = open(self._temporary, "xb")  # noqa: SIM115 - closed when it is whole
                case TarKind.SYMLINK:
                    os.symlink(entry.target, self._temporary)
                case TarKind.HARDLINK:
                    os.link(self._linked(entry), self._temporary, **_itself(os.link))
                case TarKind.FIFO if hasattr(os, "mkfifo"):
                    os.mkfifo(self._temporary, 0o600)
                case _:
                    _refuse(entry, "it is a device")
            if self._file is None:
                self._end_file()

    def write(self, data: bytes) -> None:
        """Write a piece of the file that was begun."""
        assert self._file is not None
        assert self._entry is not None
        with _told(self._entry):
            self._file.write(data)

    def finish(self) -> None:
        """Say that the archive is at its end."""
        self._end_file()
        if self._root is None:
            raise InvalidResponse("The archive is empty")
        for path, entry in reversed(self._folders):
            with _told(entry):
                self._settle(path, entry)

    def close(self) -> None:
        """Leave nothing that is half done."""
        if self._file is not None:
            self._file.close()
        if self._temporary:
            with contextlib.suppress(OSError):
                os.unlink(self._temporary)

    def _end_file(self) -> None:
        """Give what was begun its attributes, and its name."""
        entry = self._entry
        if entry is None:
            return
        with _told(entry):
            if self._file is not None:
                self._file.close()
            if entry.kind is not TarKind.HARDLINK:  # it has those of the file that it is
                self._settle(self._temporary, entry)
            os.replace(self._temporary, self._path)
            if entry.kind is TarKind.HARDLINK:  # where both are one file already, neither name goes
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(self._temporary)
        self._entry = self._file = None
        self._temporary = ""

    def _make_folder(self, path: str, entry: TarEntry) -> None:
        if _is_folder(path):
            return  # it keeps its attributes
        if os.path.lexists(path):
            _refuse(entry, "something else than a folder is there")
        os.mkdir(path, 0o700)
        self._folders.append((path, entry))

    def _settle(self, path: str, entry: TarEntry) -> None:
        """Set the owner, permissions (without set-user-id and its like) and time of what was made."""
        if self._owners:
            os.chown(path, entry.uid, entry.gid, **_itself(os.chown))
        if entry.kind is not TarKind.SYMLINK:
            os.chmod(path, entry.mode & 0o777)
        if entry.kind is not TarKind.SYMLINK or _itself(os.utime):
            os.utime(path, (entry.mtime, entry.mtime), **_itself(os.utime))

    def _linked(self, entry: TarEntry) -> str:
        """The member that a hard link is."""
        path = self._place(entry.target, entry)
        if _is_folder(path) or not os.path.lexists(path):
            _refuse(entry, f"it is a link to {entry.target!r}, which is no file of the archive")
        return path

    def _place(self, name: str, entry: TarEntry) -> str:
        """Where a member belongs, by its name; the first one is the destination itself."""
        parts = [part for part in name.split("/") if part not in ("", ".")]
        if name.startswith("/") or ".." in parts or any(_foreign(part) for part in parts):
            _refuse(
                entry,
                f"{name!r} leads out of the folder" if name != entry.name else "it leads out of the folder",
            )
        if self._root is None:
            self._root = parts
        root = len(self._root)
        if parts[:root] != self._root:
            _refuse(entry, f"{name!r} does not belong to {'/'.join(self._root)!r}")
        path = self._destination
        for part in parts[root:]:
            if not _is_folder(path):
                _refuse(entry, "a part of its name is no folder, or a symbolic link")
            path = os.path.join(path, part)
        return path


def _refuse(entry: TarEntry, reason: str) -> NoReturn:
    raise ArchiveError(f"{entry.name!r} is not unpacked: {reason}", member=entry.name)


@contextlib.contextmanager
def _told(entry: TarEntry) -> Iterator[None]:
    """What goes wrong with a file says with which."""
    try:
        yield
    except (OSError, OverflowError, ValueError, NotImplementedError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ArchiveError(f"{entry.name!r} cannot be unpacked: {reason}", member=entry.name) from error


def _is_folder(path: str) -> bool:
    """Whether a folder is there: itself, not what a link leads to."""
    try:
        return stat.S_ISDIR(os.lstat(path).st_mode)
    except FileNotFoundError:
        return False


def _itself(function: Callable[..., object]) -> dict[str, Any]:
    """What has a function take a symbolic link for itself, where the system can."""
    return {"follow_symlinks": False} if function in os.supports_follow_symlinks else {}


def _foreign(part: str) -> bool:
    """Whether a name means more than itself on this system."""
    return os.sep in part or bool(os.altsep and os.altsep in part) or (os.name == "nt" and ":" in part)
