"""The context of a build: a folder as a tar, without what its ``.dockerignore`` leaves out.

The tar is made as it is sent: however large the folder, little of it is in memory. Owners are zeroed and
times are whole seconds, as the docker command has them, so that the engine's cache finds what is the same.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dockpy.build.dockerignore import Ignore
from dockpy.errors import ArchiveError
from dockpy.streams.tar import END_OF_ARCHIVE, TarEntry, TarKind, encode_header, padding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dockpy.build.dockerignore import Row

__all__ = ["Context", "compressed", "random_name", "tar_of_texts"]

_READ = 256 * 1024
_PIECE = 128 * 1024  # what is smaller is collected to pieces of this size
_KINDS = {
    stat.S_IFREG: TarKind.FILE,
    stat.S_IFDIR: TarKind.DIRECTORY,
    stat.S_IFLNK: TarKind.SYMLINK,
    stat.S_IFIFO: TarKind.FIFO,
    stat.S_IFCHR: TarKind.CHARACTER_DEVICE,
    stat.S_IFBLK: TarKind.BLOCK_DEVICE,
}


@dataclass(slots=True)
class Context:
    """A folder that is sent.

    Attributes:
        root: the folder.
        ignore: what is left out.
        always: paths that are sent though they are left out, such as the Dockerfile.
        texts: files that are not in the folder, or are others there, by their paths.
    """

    root: str
    ignore: Ignore = field(default_factory=lambda: Ignore([]))
    always: frozenset[str] = frozenset()
    texts: Mapping[str, bytes] = field(default_factory=dict[str, bytes])
    _inodes: dict[tuple[int, int], str] = field(default_factory=dict[tuple[int, int], str], init=False)

    def tar(self) -> Iterator[bytes]:
        """The tar, in pieces.

        Raises:
            ArchiveError: a file cannot be read, or gets shorter while it is.
        """
        return _collected(self._pieces())

    def paths(self) -> Iterator[str]:
        """The paths of what is sent, in the order of the tar; `texts` come last."""
        for path, _ in self._walk():
            yield path
        yield from self.texts

    def _pieces(self) -> Iterator[bytes]:
        self._inodes.clear()
        for path, entry in self._walk():
            if entry.is_file(follow_symlinks=False):
                whole = self._file(path, entry)
                if isinstance(whole, bytes):  # most are small
                    yield whole
                else:
                    yield from whole
            elif header := self._header(path, entry):
                yield header
        yield from _texts(self.texts)
        yield END_OF_ARCHIVE

    def _walk(self) -> Iterator[tuple[str, os.DirEntry[str]]]:
        # Folders may be deeper than Python's stack: those that are open, the innermost last.
        folders: list[tuple[Iterator[os.DirEntry[str]], str, Row | None]] = []
        ignore = self.ignore or None
        folders.append((iter(_listed(self.root, "")), "", None))
        while folders:
            entries, prefix, above = folders[-1]
            entry = next(entries, None)
            if entry is None:
                folders.pop()
                continue
            path = prefix + entry.name
            ignored, row = ignore.row(path, above) if ignore is not None else (False, None)
            if path in self.texts:
                continue
            if not ignored or path in self.always:
                yield path, entry
            if entry.is_dir(follow_symlinks=False) and (not ignored or self._may_keep_below(path)):
                folders.append((iter(_listed(self.root, path)), f"{path}/", row))

    def _may_keep_below(self, folder: str) -> bool:
        below = f"{folder}/"
        return self.ignore.may_keep_below(folder) or any(path.startswith(below) for path in self.always)

    def _header(self, path: str, entry: os.DirEntry[str]) -> bytes | None:
        """All that there is of what is no file; None of a socket: the docker command leaves it out too."""
        try:
            found = entry.stat(follow_symlinks=False)
            kind = _KINDS.get(stat.S_IFMT(found.st_mode))
            target = os.readlink(entry.path) if kind is TarKind.SYMLINK else ""
        except OSError as error:
            raise _unreadable(path, error) from None
        if kind is None:
            return None
        device = kind in (TarKind.CHARACTER_DEVICE, TarKind.BLOCK_DEVICE)
        numbers = (os.major(found.st_rdev), os.minor(found.st_rdev)) if device else (0, 0)
        return encode_header(_entry(path, kind, found, target=target, device=numbers))

    def _file(self, path: str, entry: os.DirEntry[str]) -> bytes | Iterator[bytes]:
        """A file: whole, or in pieces where it is large."""
        try:
            descriptor = os.open(entry.path, os.O_RDONLY | _NO_FOLLOW)
        except OSError as error:
            if error.errno == errno.ELOOP and (header := self._header(path, entry)):
                return header  # it has become a link since it was listed
            raise _unreadable(path, error) from None
        pieces: Iterator[bytes] | None = None
        try:
            # What is sent is what was opened, even if another file has taken its place since it was listed.
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode):
                raise ArchiveError(f"{path!r} became another kind of file while it was read", member=path)
            if found.st_nlink > 1:
                first = self._inodes.setdefault((found.st_dev, found.st_ino), path)
                if first != path:
                    return encode_header(_entry(path, TarKind.HARDLINK, found, target=first))
            size = found.st_size
            header = encode_header(_entry(path, TarKind.FILE, found, size=size))
            if size > _PIECE:
                pieces = _large(path, descriptor, header, size)
                return pieces
            return header + _read(path, descriptor, size) + padding(size)
        except OSError as error:
            raise _unreadable(path, error) from None
        finally:
            if pieces is None:
                os.close(descriptor)


_NO_FOLLOW: int = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)


def _large(path: str, descriptor: int, header: bytes, size: int) -> Iterator[bytes]:
    """A file in pieces; the descriptor is closed in the end."""
    try:
        yield header
        for left in range(size, 0, -_READ):
            yield _read(path, descriptor, min(left, _READ))
        yield padding(size)
    finally:
        os.close(descriptor)


def _read(path: str, descriptor: int, size: int) -> bytes:
    """So many bytes."""
    data = b""
    try:
        while len(data) < size:
            more = os.read(descriptor, size - len(data))
            if not more:
                raise ArchiveError(
                    f"{path!r} got shorter while it was read: {size - len(data)} bytes and more are missing",
                    member=path,
                )
            data = data + more if data else more
    except OSError as error:
        raise _unreadable(path, error) from None
    return data


def _listed(root: str, folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(os.path.join(root, folder)) as entries:
            return sorted(entries, key=lambda entry: entry.name.encode("utf-8", "surrogateescape"))
    except OSError as error:
        raise _unreadable(folder or root, error) from None


def _entry(
    path: str,
    kind: TarKind,
    found: os.stat_result,
    *,
    size: int = 0,
    target: str = "",
    device: tuple[int, int] = (0, 0),
) -> TarEntry:
    mode, mtime = found.st_mode & 0o7777, int(found[stat.ST_MTIME])
    return TarEntry(path, kind, size=size, mode=mode, mtime=mtime, target=target, device=device)


def _unreadable(path: str, error: OSError) -> ArchiveError:
    return ArchiveError(
        f"{path!r} cannot be read: {error.strerror}",
        member=path,
        hint="Leave it out with a line in .dockerignore, or let it be read.",
    )


def _texts(texts: Mapping[str, bytes]) -> Iterator[bytes]:
    for name, content in texts.items():
        yield encode_header(TarEntry(name, size=len(content), mode=0o600))
        yield content
        yield padding(len(content))


def _collected(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in larger pieces: sending costs by the piece."""
    buffer = bytearray()
    for piece in pieces:
        if len(piece) >= _PIECE and not buffer:
            yield piece
            continue
        buffer += piece
        if len(buffer) >= _PIECE:
            yield bytes(buffer)
            buffer.clear()
    yield bytes(buffer)


def tar_of_texts(texts: Mapping[str, bytes]) -> bytes:
    """A tar of files that are no files yet, such as a Dockerfile alone."""
    return b"".join([*_texts(texts), END_OF_ARCHIVE])


def random_name() -> str:
    """A name for a Dockerfile that nothing in the context has, as the docker command makes it."""
    return f".dockerfile.{secrets.token_hex(10)}"


def compressed(data: Iterable[bytes]) -> Iterator[bytes]:
    """The data, gzipped as it is read."""
    packer = zlib.compressobj(wbits=31)
    for piece in data:
        yield packer.compress(piece)
    yield packer.flush()
