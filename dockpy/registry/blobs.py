"""Blobs as they come from a registry: verified while they are read."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Protocol

from dockpy.closing import Closing
from dockpy.errors import DockpyError, InvalidResponse, TruncatedResponse
from dockpy.registry.cancel import Cancel, Cancelled
from dockpy.registry.content_hash import ContentHash, HashBeside, checked_digest
from dockpy.registry.reader import BlobReader, blob_subject
from dockpy.registry.whole_file import write_whole

if TYPE_CHECKING:
    import os
    from collections.abc import Generator, Iterable, Iterator
    from pathlib import Path

    from dockpy.registry.session import RegistrySession
    from dockpy.wire.oci import OCIDescriptor

__all__ = ["BlobSource", "BlobStream", "BytesBlob", "RegistryBlob", "open_blob", "verified"]


_MUCH = 8 * 1024 * 1024
"""Bytes from which on hashing has a thread of its own."""


class BlobSource(Protocol):
    """Where the bytes of a blob come from: as often as they are asked for, from any offset."""

    @property
    def digest(self) -> str:
        """What the content is to be."""
        ...

    @property
    def size(self) -> int:
        """How many bytes it is to have."""
        ...

    def open(self, offset: int = 0) -> Iterator[bytes]:
        """The bytes from an offset on, not verified."""
        ...


class BytesBlob:
    """Bytes as the source of a blob.

    Args:
        content: the bytes.
        digest: what they are to be.
    """

    def __init__(self, content: bytes, digest: str) -> None:
        self._content = content
        self.digest: str = digest
        self.size: int = len(content)

    def open(self, offset: int = 0) -> Iterator[bytes]:
        """The bytes from an offset on."""
        return iter((self._content[offset:],) if offset < self.size else ())


class RegistryBlob:
    """A blob of a registry as the source of another one.

    Args:
        session: the registry.
        repository: where the blob is.
        descriptor: which it is.
        cancel: ends whatever reads from it.
    """

    def __init__(
        self,
        session: RegistrySession,
        repository: str,
        descriptor: OCIDescriptor,
        *,
        cancel: Cancel | None = None,
    ) -> None:
        self._session = session
        self._repository = repository
        self._cancel = cancel
        self.digest: str = descriptor.digest
        self.size: int = descriptor.size

    @property
    def subject(self) -> str:
        """What it is called in errors."""
        return blob_subject(self._session, self._repository, self.digest)

    def open(self, offset: int = 0) -> BlobReader:
        """The bytes from an offset on; where the connection breaks, they go on by another one."""
        return BlobReader(
            self._session,
            self._repository,
            self.digest,
            size=self.size,
            offset=offset,
            cancel=self._cancel,
        )


def verified(source: BlobSource) -> Iterator[bytes]:
    """The bytes of a blob; the last piece comes once all of them are known to be right.

    Raises:
        DigestMismatch: they are others than the digest says.
        TruncatedResponse: they are fewer than the size says.
        InvalidResponse: they are more.
    """
    subject = getattr(source, "subject", f"blob {source.digest}")
    digest = checked_digest(source.digest)
    pieces = source.open()
    try:
        yield from _verified(pieces, digest, source.size, subject)
    finally:  # whoever leaves it leaves no connection open
        if (close := getattr(pieces, "close", None)) is not None:
            close()


def _verified(
    pieces: Iterable[bytes], digest: str, size: int | None, subject: str, daemon: str | None = None
) -> Generator[bytes]:
    much = size is None or size > _MUCH
    content = HashBeside(digest) if much else ContentHash(digest)
    held = b""
    try:
        for piece in pieces:
            content.update(piece)
            if size is not None and content.position > size:
                raise InvalidResponse(f"There are more than {size} bytes", subject=subject, daemon=daemon)
            if held:
                yield held
            held = piece
        if size is not None and content.position < size:
            raise TruncatedResponse(
                f"There are {content.position} bytes in place of {size}", subject=subject, daemon=daemon
            )
        content.check(subject=subject, daemon=daemon)
    finally:
        content.close()
    if held:
        yield held


def open_blob(session: RegistrySession, repository: str, digest: str) -> BlobStream:
    """A blob of a registry, to be read. Errors as of `BlobStream`."""
    return BlobStream(session, repository, digest)


class BlobStream(Closing):
    """A blob of a registry, read as it comes and verified against its digest.

    Iterate over it, or `read`. The last bytes come only after all of them were verified, so whoever reaches
    the end has what was asked for. A connection that breaks is taken up again where it was. It closes itself
    at its end; it may be closed from any thread.

    Args:
        session: the registry.
        repository: where the blob is.
        digest: which it is.
        size: how many bytes it has to have; None for what the registry says.

    Attributes:
        digest: its digest.
        size: in bytes; None where the registry does not say.

    Raises:
        NotFound: there is no such blob.
        InvalidReference: the digest is none, or of an algorithm that cannot be verified.
    """

    def __init__(
        self, session: RegistrySession, repository: str, digest: str, *, size: int | None = None
    ) -> None:
        self._cancel = Cancel()
        self._reader = BlobReader(session, repository, digest, size=size, cancel=self._cancel)
        self._reader.connect()
        self.digest: str = digest
        self.size: int | None = self._reader.size
        self._subject = blob_subject(session, repository, digest)
        self._daemon = session.url
        self._pieces = _verified(self._reader, digest, self.size, self._subject, self._daemon)
        self._rest = memoryview(b"")
        self._ended = False
        self._failure: DockpyError | None = None

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        piece = bytes(self._rest) or self._next()
        self._rest = memoryview(b"")
        if not piece:
            raise StopIteration
        return piece

    def read(self, size: int = -1) -> bytes:
        """The next bytes.

        Args:
            size: how many at most; as many come unless the blob ends. Negative for all that follow.

        Returns:
            The bytes; empty at the end, which is reached only where all of them were right.

        Raises:
            DigestMismatch: the content is not what its digest says.
            TruncatedResponse: it broke off, also after several tries; or it was closed before its end.
            InvalidResponse: it is larger than the registry said.
        """
        parts: list[memoryview] = []
        wanted = size
        while (size < 0 or wanted > 0) and (piece := self._rest or memoryview(self._next())):
            parts.append(piece if size < 0 else piece[:wanted])
            wanted -= len(parts[-1])
            self._rest = piece[len(parts[-1]) :]
        return b"".join(parts)

    def write_to(self, path: str | os.PathLike[str]) -> Path:
        """Write the blob to a file, which is there whole and verified, or not at all.

        Args:
            path: of the file; one that is there is replaced.

        Returns:
            The path.

        Raises:
            DigestMismatch, TruncatedResponse, InvalidResponse: as `read`.
            OSError: the file cannot be written.
        """
        with self:
            return write_whole(path, self)

    def close(self) -> None:
        """Read no more of it; who reads in another thread is told by an error."""
        self._cancel.set()
        self._reader.close()
        with contextlib.suppress(ValueError):  # it is being read, and whoever reads closes it
            self._pieces.close()

    def _next(self) -> bytes:
        if self._failure is not None:
            raise self._failure
        if self._ended:
            return b""
        try:
            piece = next(self._pieces, b"")
            if not piece:
                self._cancel.check()
        except Cancelled:
            self._failure = TruncatedResponse(
                "The blob was closed before its end", subject=self._subject, daemon=self._daemon
            )
            raise self._failure from None
        except DockpyError as error:
            self._failure = error
            raise
        self._ended = not piece
        return piece

    def __repr__(self) -> str:
        return f"BlobStream({self.digest}, {self.size} bytes)"
