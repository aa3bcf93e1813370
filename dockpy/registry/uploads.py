"""Blobs as they go to a registry: from where the registry has them, or where it says that it has them not."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote, urlsplit

from dockpy.errors import (
    ApiError,
    BadParameter,
    DigestMismatch,
    DockpyError,
    Forbidden,
    InvalidResponse,
    NotFound,
    RateLimited,
    TimedOut,
    TruncatedResponse,
    Unauthorized,
    UntrustedLocation,
)
from dockpy.registry.blobs import BytesBlob
from dockpy.registry.cancel import Cancel, Tries
from dockpy.registry.content_hash import ContentHash
from dockpy.registry.places import resolved
from dockpy.registry.progress import TransferProgress
from dockpy.registry.reader import BROKEN, blob_path, blob_subject
from dockpy.registry.scope import pulling, pushing

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from dockpy.registry.blobs import BlobSource
    from dockpy.registry.progress import Progress, TransferKind
    from dockpy.registry.session import Answer, Body, OpenAnswer, RegistrySession

__all__ = ["has_blob", "mount_blob", "upload_blob", "upload_bytes"]

_SMALL = 256 * 1024
"""Bytes that go with the request that ends an upload, rather than in one of their own."""

_PATIENCE = 60
"""Seconds that are waited where a registry wants it so."""

_RANGE = re.compile(r"(?:bytes=)?0-(\d{1,19})")


def has_blob(session: RegistrySession, repository: str, digest: str) -> bool:
    """Whether a repository has a blob.

    Raises:
        InvalidReference: the digest is none that can be verified.
    """
    answer = session.call(
        "HEAD",
        blob_path(repository, digest),
        scope=pulling(repository),
        subject=blob_subject(session, repository, digest),
        accept=(200, 404),
    )
    return answer.status == 200


def mount_blob(session: RegistrySession, repository: str, digest: str, source_repository: str) -> str | None:
    """Let a repository have a blob that another one of the same registry has.

    Returns:
        None where it has it now; else the place of the upload that the registry began instead.
    """
    return _begin(session, repository, digest, source_repository)


def upload_bytes(session: RegistrySession, repository: str, content: bytes, digest: str) -> None:
    """Put a small blob into a repository, unless it is there. Errors as of `upload_blob`."""
    upload_blob(session, repository, BytesBlob(content, digest))


def upload_blob(
    session: RegistrySession,
    repository: str,
    source: BlobSource,
    *,
    progress: Progress | None = None,
    cancel: Cancel | None = None,
    mount_from: str | None = None,
) -> Literal["exists", "mounted", "done"]:
    """Put a blob into a repository, unless it is there.

    Where the connection breaks, it goes on from where the registry says; where the registry says that it
    cannot (distribution 2.8 cannot), it begins again.

    Args:
        session: the registry.
        repository: where to.
        source: the blob; it is read again from where the upload goes on.
        progress: is told of it, by this thread.
        cancel: ends it from another thread.
        mount_from: a repository of the same registry that has the blob.

    Returns:
        How it came there.

    Raises:
        DigestMismatch: the source gave other bytes than its digest says; the registry keeps nothing of them.
        TruncatedResponse, InvalidResponse: it gave fewer, or more.
        ApiError: the registry does not take it.
        ConnectionFailed: the connection broke, again and again.
        Cancelled: `cancel` was set; the registry keeps nothing, unless it is distribution 2.8: nobody can
            end an upload there of which it has got a part; it forgets it after some days.
    """
    return _Upload(session, repository, source, progress, cancel or Cancel(), mount_from).run()


def _begin(session: RegistrySession, repository: str, digest: str, source: str | None) -> str | None:
    answer = session.call(
        "POST",
        f"/v2/{repository}/blobs/uploads/",
        scope=pushing(repository, source),
        subject=blob_subject(session, repository, digest),
        params={} if source is None else {"mount": digest, "from": source},
        accept=(202,) if source is None else (201, 202),
    )
    return None if answer.status == 201 else _location(answer, session, repository, digest)


def _location(
    answer: Answer | OpenAnswer, session: RegistrySession, repository: str, digest: str, known: str = ""
) -> str:
    """Where an upload goes on."""
    subject, given = blob_subject(session, repository, digest), answer.headers.get("Location", "")
    if given:
        try:
            return resolved(given, answer.url)
        except UntrustedLocation as error:
            raise error.at(subject=subject, daemon=session.url) from None
    if known:
        return known
    message = "The registry began an upload and does not say where"
    raise InvalidResponse(message, subject=subject, daemon=session.url)


class _SourceFailed(Exception):
    """What is read from went wrong, not what is written to."""

    def __init__(self, error: Exception) -> None:
        self.error = error


class _Upload:
    """One blob on its way."""

    def __init__(
        self,
        session: RegistrySession,
        repository: str,
        source: BlobSource,
        progress: Progress | None,
        cancel: Cancel,
        mount_from: str | None,
    ) -> None:
        self._session = session
        self._repository = repository
        self._source = source
        self._progress = progress
        self._cancel = cancel
        self._mount_from = mount_from
        self._subject = blob_subject(session, repository, source.digest)
        self._scope = pushing(repository)
        self._content = ContentHash(source.digest)
        self._tries = Tries(cancel)
        self._location: str | None = None
        self._at: int | None = 0  # how much the registry has; None where it has to be asked
        self._resumed = False
        self._furthest = 0

    def run(self) -> Literal["exists", "mounted", "done"]:
        """Go on until it is there."""
        try:
            while (outcome := self._step()) is None:
                pass
        except _SourceFailed as failure:
            self._abandon()
            raise failure.error from failure.error.__cause__
        except TimedOut:
            raise  # who does not answer is not told, which would take as long again
        except BaseException:
            self._abandon()
            raise
        self._tell(outcome, self._source.size)
        return outcome

    def _step(self) -> Literal["exists", "mounted", "done"] | None:
        """Once through it; None where it has to go on after something went wrong."""
        try:
            self._cancel.check()
            if self._location is None:
                if has_blob(self._session, self._repository, self._source.digest):
                    return "exists"
                if (location := self._begun()) is None:
                    return "mounted"
                self._location, self._at, self._resumed = location, 0, False
                self._tell("started", 0)
            elif self._at is None and not self._asked():
                return None
            self._send()
            self._finish()
        except BROKEN as error:
            self._failed(error)
        except Unauthorized as error:  # a token that ended while the body was on its way
            if self._location is None:
                raise
            self._failed(error)
        except RateLimited as error:
            if self._location is None or not 0 <= (error.retry_after or 0) <= _PATIENCE:
                raise
            self._failed(error)
            self._cancel.wait(error.retry_after or 0)
        except ApiError as error:
            # An upload that has gone is begun again, and so is one that does not go on from where it said.
            if self._location is None or not (self._resumed or error.status_code == 404):
                raise
            if error.status_code not in (400, 404, 416):
                raise
            self._failed(error)
            self._abandon()
        else:
            return "done"
        return None

    def _failed(self, error: DockpyError) -> None:
        self._at = None
        self._tell("retry", self._furthest, reason=error.message)
        self._tries.failed(error)

    def _begun(self) -> str | None:
        source, self._mount_from = self._mount_from, None
        if source is not None:
            # Who may not read the other repository may be able to push nonetheless.
            with contextlib.suppress(BadParameter, Unauthorized, Forbidden, NotFound):
                return _begin(self._session, self._repository, self._source.digest, source)
        return _begin(self._session, self._repository, self._source.digest, None)

    def _asked(self) -> bool:
        """Ask how much the registry has; False where it has no such upload (any more)."""
        assert self._location is not None
        try:
            answer = self._session.call(
                "GET", self._location, scope=self._scope, subject=self._subject, accept=(200, 204)
            )
        except (NotFound, BadParameter):
            self._location = None
            return False
        matched = _RANGE.fullmatch(answer.headers.get("Range", ""))
        # A registry that has nothing says 0-0, as it would of one byte.
        at = int(matched[1]) + 1 if matched is not None and matched[1] != "0" else 0
        if at > self._content.position:  # more than it was ever sent
            self._abandon()
            return False
        if at > self._furthest:
            self._furthest = at
            self._tries.progressed()
        self._location = _location(
            answer, self._session, self._repository, self._source.digest, self._location
        )
        self._at, self._resumed = at, True
        return True

    def _send(self) -> None:
        """Send what the registry has not yet, unless it is little enough to go with the end.

        It goes as one chunk, the last one, of which no least length is asked (``OCI-Chunk-Min-Length``).
        """
        assert self._at is not None
        size = self._source.size
        if self._at == size or (self._at == 0 and size <= _SMALL):
            return
        headers = {"Content-Type": "application/octet-stream"}
        if self._at:
            headers["Content-Range"] = f"{self._at}-{size - 1}"
        pieces = self._pieces(self._at)
        body = _Content(pieces, size - self._at)
        try:
            self._sent("PATCH", self._location or "", body, headers, (201, 202, 204))
        except Exception:
            if body.failure is not None:
                raise _SourceFailed(body.failure) from None
            raise
        finally:
            pieces.close()  # a registry that refuses need not have read it to its end
        self._at = size

    def _finish(self) -> None:
        """Say what the content was to be, once it is known to be that."""
        content = b""
        if self._at == 0:
            try:
                content = b"".join(self._pieces(0))
            except Exception as error:
                raise _SourceFailed(error) from None
        self._content.check(subject=self._subject)
        digest = self._source.digest
        location = urlsplit(self._location or "")
        query = "&".join(filter(None, (location.query, f"digest={quote(digest, safe='')}")))
        headers = {"Content-Type": "application/octet-stream"}
        url = location._replace(query=query, fragment="").geturl()
        answer = self._sent("PUT", url, content, headers, (201, 204))
        said = answer.headers.get("Docker-Content-Digest", digest)
        if said != digest and said.partition(":")[0] == digest.partition(":")[0]:
            raise DigestMismatch(
                f"The registry stored {said[:150]!r}",
                expected=digest,
                actual=said,
                subject=self._subject,
                daemon=self._session.url,
            )

    def _sent(
        self, method: str, url: str, body: bytes | Body, headers: dict[str, str], accept: tuple[int, ...]
    ) -> OpenAnswer:
        with self._session.open(
            method,
            url,
            scope=self._scope,
            subject=self._subject,
            headers=headers,
            body=body,
            accept=accept,
        ) as answer:
            answer.read(_SMALL)  # an answer that was read leaves its connection to the next request
        if method == "PATCH":
            self._location = _location(
                answer, self._session, self._repository, self._source.digest, self._location or ""
            )
        return answer

    def _pieces(self, offset: int) -> Generator[bytes]:
        """The content from an offset on, as it is to be sent."""
        size, at = self._source.size, offset
        pieces = self._source.open(offset)
        try:
            for piece in pieces:
                self._cancel.check()
                self._content.update(piece, at)
                at += len(piece)
                if at > size:
                    raise InvalidResponse(f"There are more than {size} bytes", subject=self._subject)
                yield piece
                self._tell("progress", at)
        finally:
            if (close := getattr(pieces, "close", None)) is not None:
                close()
        if at < size:
            raise TruncatedResponse(f"There are {at} bytes in place of {size}", subject=self._subject)

    def _abandon(self) -> None:
        """Leave no upload behind, where the registry lets us."""
        location, self._location = self._location, None
        if location is None:
            return
        with contextlib.suppress(DockpyError):
            self._session.call(
                "DELETE",
                location,
                scope=self._scope,
                subject=self._subject,
                accept=(200, 202, 204, 404),
            )

    def _tell(self, kind: TransferKind, current: int, *, reason: str = "") -> None:
        if self._progress is not None:
            total, digest = self._source.size, self._source.digest
            self._progress(TransferProgress(kind, digest, current, total, self._subject, reason))


class _Content:
    """The body of a request, sent as it is read."""

    def __init__(self, pieces: Iterator[bytes], size: int) -> None:
        self._pieces = pieces
        self._size = size
        self.failure: Exception | None = None

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._pieces
        except Exception as error:
            self.failure = error
            raise
