"""Root file systems written down as tars: the same bytes every time."""

from __future__ import annotations

from dockpy.streams.tar import END_OF_ARCHIVE, TarEntry, TarKind, checksum, encode_entry, encode_header

__all__ = ["RootFS", "program"]

_SIZES = {"busybox": 1 << 20}
"""How large a program's file is, where it is not tiny."""
_NAME, _CHECKSUM = 100, 148
"""How long a header's name is, and where its checksum stands."""


def program(name: str) -> bytes:
    """The content of a file that is a program of the fake daemon's."""
    return f"\x7fELFdockpy:{name}\n".encode().ljust(_SIZES.get(name, 0), b"\0")


class RootFS:
    """A layer's tar, entry by entry.

    Args:
        mtime: when all of it was changed, in seconds since 1970.
    """

    def __init__(self, mtime: int) -> None:
        self._mtime = mtime
        self._pieces: list[bytes] = []
        self._folders: set[str] = set()

    def folders(self, *paths: str, mode: int = 0o755, uid: int = 0, gid: int = 0) -> RootFS:
        """Directories; those above are to be there already, and those that are stay as they are."""
        for path in (path for path in paths if path not in self._folders):
            self._folders.add(path)
            self._header(TarEntry(path, TarKind.DIRECTORY, 0, mode, uid, gid, self._mtime))
        return self

    def file(
        self, path: str, content: str | bytes = b"", mode: int = 0o644, uid: int = 0, gid: int = 0
    ) -> RootFS:
        """A file."""
        data = content.encode() if isinstance(content, str) else content
        entry = TarEntry(path, TarKind.FILE, len(data), mode, uid, gid, self._mtime)
        self._pieces.extend(encode_entry(entry, [data]))
        return self

    def program(self, path: str, name: str, mode: int = 0o755) -> RootFS:
        """A program of the fake daemon's."""
        return self.file(path, program(name), mode)

    def links(self, target: str, *paths: str, mode: int = 0o755) -> RootFS:
        """Further names of a file that is there already."""
        return self._alike(TarEntry("x", TarKind.HARDLINK, 0, mode, mtime=self._mtime, target=target), paths)

    def symlinks(self, target: str, *paths: str) -> RootFS:
        """Symbolic links."""
        return self._alike(TarEntry("x", TarKind.SYMLINK, 0, 0o777, mtime=self._mtime, target=target), paths)

    def _alike(self, entry: TarEntry, paths: tuple[str, ...]) -> RootFS:
        """Entries that differ in their names only: one header, in which that is changed."""
        template = encode_header(entry)
        middle, rest = template[_NAME:_CHECKSUM], template[_CHECKSUM + 8 :]
        without = checksum(template) - ord("x")
        for path in paths:
            name = path.encode("ascii")
            assert len(name) <= _NAME, path
            self._pieces.append(
                b"%s%s%06o\0 %s" % (name.ljust(_NAME, b"\0"), middle, without + sum(name), rest)
            )
        return self

    def _header(self, entry: TarEntry) -> None:
        self._pieces.append(encode_header(entry))

    def tar(self) -> bytes:
        """All of it."""
        return b"".join([*self._pieces, END_OF_ARCHIVE])
