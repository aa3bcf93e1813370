"""A container's files: what is there, into it, out of it."""

from __future__ import annotations

import os
import posixpath
import stat
import time
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, overload

from dockpy.errors import ApiError, ArchiveError, InvalidArgument, InvalidResponse, NotFound
from dockpy.ops import containers as ops
from dockpy.resources.archive import opened
from dockpy.resources.pack import Owner, local_path, packed_data, packed_path
from dockpy.resources.part import ContainerPart
from dockpy.resources.unpack import SupportsWrite, file_contents, unpack
from dockpy.streams.tar import TarEntry
from dockpy.transport.answers import decode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dockpy.resources.archive import Archive
    from dockpy.resources.pack import Source
    from dockpy.transport.exchange import ByteStream
    from dockpy.wire.containers import ContainerPathStat

__all__ = ["ContainerFiles"]

_IS_FOLDER, _IS_LINK = 1 << 31, 1 << 27  # in Go's file modes


class ContainerFiles(ContainerPart):
    """The part of a container that holds its files."""

    def path_stat(self, path: str | PurePath) -> ContainerPathStat:
        """What is at a path in it: name, size in bytes, Go's file mode, time of change, where a link leads.

        Args:
            path: the path, from the root; a symbolic link at its end is told as such.

        Raises:
            NotFound: nothing is there, or the container is not there.

        Operation: ContainerArchiveInfo.
        """
        query = {"path": _inside(path)}
        try:
            return self.client.api.call(ops.ARCHIVE_INFO, {"id": self.id}, query)
        except ApiError as error:
            wordless = error
        # An answer to HEAD cannot say what is wrong; one to GET does.
        self.client.api.stream(ops.ARCHIVE, {"id": self.id}, query).close()
        raise wordless

    def get_archive(self, path: str | PurePath) -> tuple[ByteStream, ContainerPathStat]:
        """A file or folder of it as a tar.

        Nothing of what it holds is trustworthy: `copy_from` unpacks it safely. Engines before 23 let nobody
        else at the container until the stream has ended or is closed.

        Args:
            path: the path, from the root; ``folder/.`` for what a folder holds.

        Returns:
            The tar in pieces of bytes, as they come (close it where you leave it earlier), and what is at
            the path.

        Raises:
            NotFound: nothing is there, or the container is not there.

        Operation: ContainerArchive.
        """
        stream = self.client.api.stream(ops.ARCHIVE, {"id": self.id}, {"path": _inside(path)})
        try:
            return stream, decode(ops.ARCHIVE_INFO, stream.head.headers, b"")
        except InvalidResponse as error:
            stream.close()
            raise stream.at(error) from None

    def put_archive(
        self,
        path: str | PurePath,
        data: Archive,
        *,
        no_overwrite_dir_non_dir: bool = False,
        copy_uidgid: bool = False,
    ) -> None:
        """Unpack a tar in a folder of it.

        Args:
            path: the folder, from the root; it has to be there.
            data: the tar: its bytes, an open file, pieces of bytes, or the path of one.
            no_overwrite_dir_non_dir: a folder does not replace a file, nor a file a folder.
            copy_uidgid: everything belongs to the container's user, rather than to whom the tar says. Before
                API 1.42 that has to be a name.

        Raises:
            InvalidArgument: the tar cannot be read here.
            NotFound: the folder or the container is not there.
            ApiError: it is no tar, or cannot be unpacked there; what came before that is.

        Operation: PutContainerArchive.
        """
        with opened(data) as body:
            self._put(_inside(path), body, no_overwrite_dir_non_dir, copy_uidgid)

    def export(self) -> ByteStream:
        """All its files as a tar, those of its volumes aside.

        Returns:
            The tar in pieces of bytes, as they come; close it where you leave it earlier.

        Operation: ContainerExport.
        """
        return self.client.api.stream(ops.EXPORT, {"id": self.id})

    def copy_to(
        self,
        source: Source,
        path: str | PurePath,
        *,
        follow_link: bool = False,
        archive: bool = False,
        uid: int | None = None,
        gid: int | None = None,
        mode: int | None = None,
    ) -> None:
        """Copy a file, a folder or bytes into it, as ``docker cp`` does. It need not run.

        Where the path is a folder, the copy is made in it under its own name (``"folder/."``: what the folder
        holds is copied into it); where nothing is there, the copy gets that name. Links, permissions, owners
        and times stay as they are here; sockets are left out. The engine writes each file in place: where
        copying fails, what came before that is there.

        Args:
            source: the path of a file or folder here; or the contents of a file: bytes, an open file (from
                where it stands) or pieces of bytes.
            path: where to, from the root.
            follow_link: where the source is a symbolic link, copy what it leads to.
            archive: everything belongs to the container's user. Before API 1.42 that has to be a name.
            uid: the number of the files' owner; as here where none is given, and 0 for contents.
            gid: the number of the files' group; as here where none is given, and 0 for contents.
            mode: permissions of files; as here where none are given, and 0o644 for contents.

        Raises:
            InvalidArgument: the source cannot be read, or does not go there: a folder onto a file, contents
                onto a folder.
            NotFound: the folder that it is to be in is not there, or the container is not.
            ArchiveError: a file of it could not be read to its end.

        Operation: ContainerArchiveInfo, PutContainerArchive.
        """
        owner = Owner(uid, gid, mode)
        target = _inside(path)
        if not isinstance(source, (str, os.PathLike)):
            folder, name = self._spot(target, None)
            with packed_data(source, owner.of(TarEntry(name, mtime=int(time.time())))) as body:
                self._put(folder, body, True, archive)
            return
        local = os.fspath(source)
        follow = follow_link or local.endswith(("/", "/.", os.sep))
        status = local_path("source", local, follow=follow)
        if stat.S_ISSOCK(status.st_mode):
            raise InvalidArgument(f"source={local!r} is a socket, of which there is nothing to copy")
        folder, name = self._spot(target, local, is_folder=stat.S_ISDIR(status.st_mode))
        actual = os.path.realpath(local) if follow else local
        self._put(folder, packed_path(actual, name, owner, status), True, archive)

    @overload
    def copy_from(
        self,
        path: str | PurePath,
        destination: None = None,
        *,
        follow_link: bool = False,
        archive: bool = False,
    ) -> bytes: ...

    @overload
    def copy_from(
        self,
        path: str | PurePath,
        destination: str | os.PathLike[str],
        *,
        follow_link: bool = False,
        archive: bool = False,
    ) -> Path: ...

    @overload
    def copy_from(
        self,
        path: str | PurePath,
        destination: SupportsWrite,
        *,
        follow_link: bool = False,
        archive: bool = False,
    ) -> int: ...

    def copy_from(
        self,
        path: str | PurePath,
        destination: str | os.PathLike[str] | SupportsWrite | None = None,
        *,
        follow_link: bool = False,
        archive: bool = False,
    ) -> bytes | Path | int:
        """Copy a file or folder out of it, as ``docker cp`` does. It need not run.

        Where the destination is a folder, the copy is made in it under its own name (``"folder/."``: what the
        folder holds is copied into it); where nothing is there, the copy gets that name. Links, permissions
        (without set-user-id and its like) and times are kept. A container is not trusted: what would be made
        outside of the destination, or through a symbolic link, and devices are refused. A file takes its name
        when it is whole.

        Args:
            path: what to copy, from the root.
            destination: a path here; a file, open for writing bytes; or None for the bytes of a file.
            follow_link: where the path is a symbolic link, copy what it leads to; a file's contents are
                always those.
            archive: give the copies the owners that they have in the container, by number, which takes the
                right to; else they belong to who runs this.

        Returns:
            The file's bytes; the path of the copy; or how many bytes were written.

        Raises:
            InvalidArgument: the copy does not go there: a folder onto a file, or no folder to be in.
            NotFound: nothing is at the path, or the container is not there.
            ArchiveError: a file is refused or cannot be made; what came before it is there. Or the path is no
                file, and only bytes were asked for.
            InvalidResponse: the engine's answer broke off.

        Operation: ContainerArchiveInfo, ContainerArchive.
        """
        origin = _inside(path)
        if isinstance(destination, (str, os.PathLike)):
            return self._copy_to_path(origin, os.fspath(destination), follow_link, archive)
        if destination is not None and not isinstance(destination, SupportsWrite):
            raise InvalidArgument(
                f"destination={destination!r}: it takes a path, a file open for writing bytes, or None"
            )
        stream, _ = self._archive_of(origin, follow=True)
        with stream:
            pieces = file_contents(stream, origin)
            try:
                if destination is None:
                    return b"".join(pieces)
                size = 0
                for piece in pieces:
                    destination.write(piece)
                    size += len(piece)
                return size
            except (ArchiveError, InvalidResponse) as error:
                raise stream.at(error) from error.__cause__

    def _put(
        self, folder: str, body: bytes | Iterable[bytes], no_overwrite_dir_non_dir: bool, copy_uidgid: bool
    ) -> None:
        query = {
            "path": folder,
            "noOverwriteDirNonDir": no_overwrite_dir_non_dir or None,
            "copyUIDGID": copy_uidgid or None,
        }
        self.client.api.call(ops.PUT_ARCHIVE, {"id": self.id}, query, body=body)

    def _spot(self, target: str, source: str | None, *, is_folder: bool = False) -> tuple[str, str]:
        """Where a copy is unpacked, and its name there.

        Args:
            target: the path in the container.
            source: the path here; None for contents.
            is_folder: the source is a folder.
        """
        plain = _clean(target)
        try:
            found = self.path_stat(plain)
            if found.mode & _IS_LINK and (plain := found.link_target):
                found = self.path_stat(plain)
        except NotFound:
            if not is_folder and target.endswith(("/", "/.")):
                self._inspect()  # which fails where it is the container that is not there
                raise InvalidArgument(f"path={target!r}: there is no such folder in the container") from None
            return posixpath.dirname(plain) or "/", posixpath.basename(plain)
        if found.mode & _IS_FOLDER:
            if source is None:
                raise InvalidArgument(f"path={target!r} is a folder: give the path of the file to make of it")
            contents = source.endswith(("/.", os.sep + ".")) or source == "."
            return plain, "." if contents else os.path.basename(os.path.abspath(source))
        if is_folder or target.endswith(("/", "/.")):
            raise InvalidArgument(f"path={target!r} is no folder in the container, but a file")
        return posixpath.dirname(plain) or "/", posixpath.basename(plain)

    def _archive_of(self, path: str, *, follow: bool) -> tuple[ByteStream, ContainerPathStat]:
        """What is at a path; of a symbolic link, what it leads to, where that is asked."""
        stream, found = self.get_archive(path)
        if not (follow and found.mode & _IS_LINK and found.link_target):
            return stream, found
        stream.close()
        return self.get_archive(found.link_target)

    def _copy_to_path(self, origin: str, destination: str, follow: bool, owners: bool) -> Path:
        place = os.path.realpath(destination)
        parent = os.path.dirname(place)
        if not os.path.isdir(parent):
            raise InvalidArgument(f"destination={destination!r}: there is no folder {parent!r}")
        contents = origin == "." or origin.endswith("/.")
        name = "" if contents else posixpath.basename(_clean(origin))
        if _clean(origin) == "/":
            origin = "/."  # the root has no name
        stream, found = self._archive_of(origin, follow=follow)
        with stream:
            is_folder = not name or bool(found.mode & _IS_FOLDER)
            if os.path.isdir(place):
                place = os.path.join(place, name) if name else place
            elif not is_folder and destination.endswith(("/", os.sep)):
                raise InvalidArgument(f"destination={destination!r}: there is no such folder")
            elif is_folder and os.path.lexists(place):
                raise InvalidArgument(f"destination={destination!r} is no folder, and {origin!r} is one")
            try:
                unpack(stream, place, owners=owners, contents=not name)
            except (ArchiveError, InvalidResponse) as error:
                raise stream.at(error) from error.__cause__
        return Path(place)


def _clean(path: str) -> str:
    """A path in a container without what leads nowhere, as the engine reads it."""
    return posixpath.normpath(f"/{path.lstrip('/')}")


def _inside(path: str | PurePath) -> str:
    """A path in a container, as it is sent."""
    text = path.as_posix() if isinstance(path, PurePath) else path
    if not isinstance(text, str) or not text or "\0" in text:
        raise InvalidArgument(f"path={path!r}: it takes a path in the container, such as '/etc/hosts'")
    return text
