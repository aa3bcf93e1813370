"""What pulling gives: an image as an archive, fetched while it is read."""

from __future__ import annotations

import os
import secrets
import shutil
import threading
import weakref
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from dockpy.closing import Closing
from dockpy.errors import InvalidArgument, TruncatedResponse
from dockpy.registry.blobs import verified
from dockpy.registry.cancel import Cancel, Cancelled
from dockpy.registry.progress import Reporter, TransferProgress
from dockpy.registry.whole_file import write_whole
from dockpy.streams.tar import END_OF_ARCHIVE, TarEntry, encode_header, padding

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from dockpy.registry.archive.contents import ArchivedImage
    from dockpy.registry.archive.writing import ArchiveFile
    from dockpy.registry.blobs import BlobSource
    from dockpy.registry.manifest import Manifest
    from dockpy.registry.progress import Progress
    from dockpy.wire.oci import OCIDescriptor

__all__ = ["ImageArchive", "PulledContents", "contents_of"]


@dataclass(frozen=True, slots=True)
class PulledContents:
    """What is in it, for those who push it: blobs come from the registry, without a tar in between.

    Attributes:
        images: the one that was pulled.
        blob: gives a blob of it.
        compress: nothing is compressed: what has a digest keeps it.
    """

    images: tuple[ArchivedImage]
    blob: Callable[[OCIDescriptor, Cancel], BlobSource]
    compress: bool = False


class ImageArchive(Closing):
    """An image as a tar that is fetched from the registry while it is read; nothing is kept.

    The tar is an OCI layout, and ``docker load`` of any version takes it: blobs and manifests are as the
    registry has them, so digests stay. Iterate over it, each time from the start; or `read` it once, as a
    file. ``client.images.load`` and ``Registry.push`` take it as it is. Blobs are verified on the way:
    whoever reaches the end has what was asked for, and a connection that breaks is taken up again.

    Attributes:
        manifest: what it holds: the image's manifest, or an index with all that it lists.
        names: what the image is called in it; empty where it was asked for by a digest.
        size: of the tar, in bytes.
    """

    def __init__(
        self,
        contents: PulledContents,
        files: Callable[[Cancel], list[ArchiveFile]],
        *,
        progress: Progress | None,
        daemon: str,
    ) -> None:
        (image,) = contents.images
        self.manifest: Manifest = image.tree.manifest
        self.names: list[str] = list(image.names)
        self.size: int = sum(_tar_size(file) for file in files(Cancel())) + len(END_OF_ARCHIVE)
        self._contents = contents
        self._files = files
        self._report = Reporter(progress)
        self._daemon = daemon
        self._passes: weakref.WeakSet[_Pass] = weakref.WeakSet()
        self._reading: _Pass | None = None

    @property
    def digest(self) -> str:
        """The digest of its manifest."""
        return self.manifest.digest

    def __iter__(self) -> Iterator[bytes]:
        """The tar in pieces, fetched anew. Errors as of `read`."""
        return self._begin(self._tar)

    def read(self, size: int = -1) -> bytes:
        """The next bytes of the tar.

        Args:
            size: how many; as many come unless the tar ends. Negative for all that follow.

        Returns:
            The bytes; empty at the end.

        Raises:
            DigestMismatch: a blob is not what its digest says.
            ConnectionFailed, TruncatedResponse: it broke off, also after several tries.
            ApiError: the registry does not give it.
        """
        if self._reading is None:
            self._reading = self._begin(self._tar)
        return self._reading.read(size)

    def write_to(self, path: str | os.PathLike[str]) -> Path:
        """Write the tar to a file, which is there whole and verified, or not at all.

        Args:
            path: of the file; one that is there is replaced.

        Returns:
            The path.

        Raises:
            OSError: the file cannot be written; others as of `read`.
        """
        return write_whole(path, self)

    def write_layout(self, folder: str | os.PathLike[str]) -> Path:
        """Write an OCI image layout: ``oci-layout``, ``index.json``, ``blobs``; all of it, or nothing.

        Args:
            folder: where; it is made, or is empty.

        Returns:
            The folder.

        Raises:
            InvalidArgument: there is something already.
            OSError: it cannot be written; others as of `read`.
        """
        target = Path(folder)
        if os.path.lexists(target) and (not target.is_dir() or any(target.iterdir())):
            raise InvalidArgument(f"folder={str(target)!r}: there is something already")
        beside = target.with_name(f".{target.name}.{secrets.token_hex(6)}")
        try:
            beside.mkdir()
            for _ in self._begin(partial(self._unpack, beside)):
                pass
            try:
                beside.rename(target)
            except OSError as error:
                if target.exists():
                    raise InvalidArgument(f"folder={str(target)!r}: there is something by now") from error
                raise
        except BaseException:
            shutil.rmtree(beside, ignore_errors=True)
            raise
        return target

    def close(self) -> None:
        """Let whoever reads it stop, with an error. It may be read from the start again."""
        reading, self._reading = self._reading, None
        for found in list(self._passes):
            found.close()
        if reading is not None:
            reading.close()

    def __repr__(self) -> str:
        return f"<ImageArchive: {', '.join(self.names) or self.digest} {self.size} bytes>"

    def _begin(self, pieces: Callable[[Cancel], Generator[bytes, None, None]]) -> _Pass:
        cancel = Cancel()
        found = _Pass(pieces(cancel), cancel, self._daemon)
        self._passes.add(found)
        return found

    def _tar(self, cancel: Cancel) -> Generator[bytes, None, None]:
        for file in self._files(cancel):
            yield encode_header(TarEntry(file.name, size=file.source.size))
            yield from self._content(file)
            yield padding(file.source.size)
        yield END_OF_ARCHIVE

    def _unpack(self, folder: Path, cancel: Cancel) -> Generator[bytes, None, None]:
        """Write the files into a folder; their names are made of digests that follow the grammar."""
        for file in self._files(cancel):
            place = folder / file.name
            place.parent.mkdir(parents=True, exist_ok=True)
            with place.open("xb") as opened:
                for piece in self._content(file):
                    opened.write(piece)
                    yield piece

    def _content(self, file: ArchiveFile) -> Iterator[bytes]:
        source = file.source
        if not file.fetched:
            yield from source.open()
            return
        subject = getattr(source, "subject", "")
        self._report(TransferProgress("started", source.digest, 0, source.size, subject))
        passed = 0
        for piece in verified(source):
            passed += len(piece)
            self._report(TransferProgress("progress", source.digest, passed, source.size, subject))
            yield piece
        self._report(TransferProgress("done", source.digest, passed, source.size, subject))


def contents_of(archive: ImageArchive) -> PulledContents:
    """What is in an archive that was pulled."""
    return archive._contents


class _Pass:
    """Once through the tar. After an error there is no end to reach: it is raised again."""

    def __init__(self, pieces: Generator[bytes, None, None], cancel: Cancel, daemon: str) -> None:
        self._pieces = pieces
        self._cancel = cancel
        self._daemon = daemon
        self._rest = b""
        self._failure: Exception | None = None
        self._lock = threading.Lock()

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if piece := self._next():
            return piece
        raise StopIteration

    def read(self, size: int) -> bytes:
        """As `ImageArchive.read`."""
        parts, length = [self._rest], len(self._rest)
        self._rest = b""
        while (size < 0 or length < size) and (piece := self._next()):
            parts.append(piece)
            length += len(piece)
        content = b"".join(parts)
        if size >= 0:
            content, self._rest = content[:size], content[size:]
        return content

    def close(self) -> None:
        """Stop, whichever thread reads; where none does, the connection is given back at once."""
        self._cancel.set()
        if self._lock.acquire(blocking=False):
            try:
                self._pieces.close()
            finally:
                self._lock.release()

    def _next(self) -> bytes:
        with self._lock:
            if self._failure is not None:
                raise self._failure
            try:
                self._cancel.check()
                return next((piece for piece in self._pieces if piece), b"")
            except Cancelled:
                self._failure = TruncatedResponse(
                    "The archive was closed before its end", daemon=self._daemon
                )
                raise self._failure from None
            except Exception as error:
                self._failure = error
                raise
            except BaseException:  # Ctrl-C: what follows it is no end either
                self._failure = TruncatedResponse("The archive was left before its end", daemon=self._daemon)
                raise


def _tar_size(file: ArchiveFile) -> int:
    size = file.source.size
    return len(encode_header(TarEntry(file.name, size=size))) + size + len(padding(size))
