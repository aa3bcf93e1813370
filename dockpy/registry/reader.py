"""The bytes of a blob, taken up again by Range where the connection broke."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dockpy.errors import ConnectionFailed, InvalidResponse, ServerError, TruncatedResponse
from dockpy.registry.cancel import Cancel, Tries
from dockpy.registry.content_hash import checked_digest
from dockpy.registry.scope import pulling

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockpy.errors import DockpyError
    from dockpy.registry.session import OpenAnswer, RegistrySession

__all__ = ["BROKEN", "PIECE", "BlobReader", "blob_path", "blob_subject"]

PIECE = 1024 * 1024
"""Bytes that are read at once."""

BROKEN = (ConnectionFailed, TruncatedResponse, ServerError)
"""What is worth another try."""

_CONTENT_RANGE = re.compile(r"bytes (\d{1,19})-(\d{1,19})/(\d{1,19}|\*)")


def blob_path(repository: str, digest: str) -> str:
    """Where a blob is.

    Raises:
        InvalidReference: the digest is none that can be verified.
    """
    return f"/v2/{repository}/blobs/{checked_digest(digest)}"


def blob_subject(session: RegistrySession, repository: str, digest: str) -> str:
    """What a blob is called in errors."""
    return f"blob {digest} of {session.host}/{repository}"


class BlobReader:
    """Iterates over the bytes of a blob, from an offset; they are not verified here.

    Args:
        session: the registry.
        repository: where the blob is.
        digest: which it is.
        size: how many bytes it has; None where only the registry knows.
        offset: where to begin.
        cancel: ends it from another thread; iterating raises `Cancelled` then.

    Raises:
        InvalidReference: the digest is none that can be verified.
    """

    def __init__(
        self,
        session: RegistrySession,
        repository: str,
        digest: str,
        *,
        size: int | None = None,
        offset: int = 0,
        cancel: Cancel | None = None,
    ) -> None:
        self._session = session
        self._path = blob_path(repository, digest)
        self._scope = pulling(repository)
        self._subject = blob_subject(session, repository, digest)
        self._cancel = cancel if cancel is not None else Cancel()
        self._tries = Tries(self._cancel)
        self._answer: OpenAnswer | None = None
        self._at = offset
        self._skip = 0
        self._done = size == offset
        self.size: int | None = size

    def connect(self) -> None:
        """Let the registry begin to answer; iterating does it where it was not done.

        Raises:
            ApiError, ConnectionFailed, InvalidResponse: as their names say.
        """
        while self._answer is None:
            try:
                self._answer = self._opened()
            except BROKEN as error:
                self._tries.failed(error)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        while not self._done:
            try:
                piece = self._piece()
            except BROKEN as error:
                self.close()
                self._tries.failed(error)
                continue
            except BaseException:
                self.close()
                raise
            if piece:
                self._tries.progressed()
                return piece
        self.close()
        raise StopIteration

    def close(self) -> None:
        """Give the connection back."""
        answer, self._answer = self._answer, None
        if answer is not None:
            answer.close()

    def _piece(self) -> bytes:
        self._cancel.check()
        if self._answer is None:
            self._answer = self._opened()
        rest = None if self.size is None else self.size - self._at + self._skip
        piece = self._read(self._answer, rest)
        if rest is not None and len(piece) > rest:
            raise self._invalid(f"The blob has more than the {self.size} bytes that it is said to have")
        if not piece and rest:
            raise self._truncated()
        self._done = not piece
        skipped = min(self._skip, len(piece))
        self._skip -= skipped
        self._at += len(piece) - skipped
        return piece[skipped:]

    def _read(self, answer: OpenAnswer, rest: int | None) -> bytes:
        with self._cancel.closes(answer):
            try:
                # One byte more than there can be, to learn of it where there is.
                piece = answer.read(PIECE if rest is None else min(PIECE, rest + 1))
            except Exception as error:
                self._cancel.check()  # then this is why
                if rest == 0 and isinstance(error, BROKEN):
                    return b""
                raise
            self._cancel.check()
            return piece

    def _opened(self) -> OpenAnswer:
        headers = {"Range": f"bytes={self._at}-"} if self._at else {}
        answer = self._session.open(
            "GET",
            self._path,
            scope=self._scope,
            subject=self._subject,
            headers=headers,
            accept=(200, 206) if self._at else (200,),
        )
        try:
            self._begin(answer)
        except BaseException:
            answer.close()
            raise
        return answer

    def _begin(self, answer: OpenAnswer) -> None:
        """See where an answer begins, and that it promises as many bytes as there are to be."""
        if answer.status == 206:
            given = answer.headers.get("Content-Range", "")
            matched = _CONTENT_RANGE.fullmatch(given)
            if matched is None or int(matched[1]) != self._at:
                raise self._invalid(f"Bytes from {self._at} were asked for, and {given[:100]!r} came")
            self._skip = 0
            total = None if matched[3] == "*" else int(matched[3])
        else:
            self._skip = self._at
            length = answer.headers.get("Content-Length", "")
            total = int(length) if length.isdecimal() and len(length) < 20 else None
        if total is None:
            return
        if self.size is None:
            self.size = total
        elif total != self.size:
            raise self._invalid(f"The blob has {total} bytes, and is said to have {self.size}")

    def _invalid(self, message: str) -> InvalidResponse:
        return InvalidResponse(message, subject=self._subject, daemon=self._session.url)

    def _truncated(self) -> DockpyError:
        return TruncatedResponse(
            f"The blob ends after {self._at} of {self.size} bytes",
            subject=self._subject,
            daemon=self._session.url,
        )
