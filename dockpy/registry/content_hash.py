"""Content against its digest, while it passes."""

from __future__ import annotations

import hashlib
import queue
import re
import threading

from dockpy.errors import DigestMismatch, InvalidReference

__all__ = ["ContentHash", "HashBeside", "checked_digest"]

_AHEAD = 2
_LENGTHS = {"sha256": 64, "sha384": 96, "sha512": 128}


def checked_digest(digest: str) -> str:
    """A digest that can be verified; it is safe in a path.

    Raises:
        InvalidReference: it is no digest, or of an algorithm that nobody here knows.
    """
    algorithm, _, hexadecimal = digest.partition(":") if isinstance(digest, str) else ("", "", "")
    length = _LENGTHS.get(algorithm)
    if length is None or not re.fullmatch(f"[0-9a-f]{{{length}}}", hexadecimal):
        raise InvalidReference(
            f"{digest!r:.150} is no digest that can be verified",
            hint="A digest is written algorithm:hex, of sha256, sha384 or sha512, in lower case.",
        )
    return digest


class ContentHash:
    """The hash of content that comes piece by piece, parts of it perhaps again.

    Args:
        digest: what it is to be.

    Attributes:
        position: how many bytes from the beginning it has seen.

    Raises:
        InvalidReference: as `checked_digest`.
    """

    def __init__(self, digest: str) -> None:
        self.digest: str = checked_digest(digest)
        self.position: int = 0
        self._algorithm = digest.partition(":")[0]
        self._hash = hashlib.new(self._algorithm)

    def update(self, piece: bytes, at: int | None = None) -> None:
        """Take a piece.

        Args:
            piece: the bytes.
            at: where in the content they begin, no further than `position`; None for there.
        """
        known = 0 if at is None else self.position - at
        if known >= len(piece):
            return
        self._hash.update(memoryview(piece)[known:] if known else piece)
        self.position += len(piece) - known

    def check(self, *, subject: str, daemon: str | None = None) -> None:
        """See that the content was what its digest says.

        Args:
            subject: what it is, for the error.
            daemon: where it comes from, for the error.

        Raises:
            DigestMismatch: it was not.
        """
        actual = f"{self._algorithm}:{self._hash.hexdigest()}"
        if actual != self.digest:
            raise DigestMismatch(
                f"The content is {actual}",
                expected=self.digest,
                actual=actual,
                subject=subject,
                daemon=daemon,
                hint="It was damaged on its way or where it is stored; none of it should be used.",
            )

    def close(self) -> None:
        """No more is to come."""


class HashBeside(ContentHash):
    """The hash of content that comes once, made in a thread of its own while the next piece is read.

    For much content: hashing takes about as long as reading does. `check` or `close` ends the thread.

    Args:
        digest: what it is to be.
    """

    def __init__(self, digest: str) -> None:
        super().__init__(digest)
        self._queue: queue.Queue[bytes] = queue.Queue(_AHEAD)
        self._thread: threading.Thread | None = None

    def update(self, piece: bytes, at: int | None = None) -> None:
        """Take a piece; it waits where too many have not been hashed."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="registry hash", daemon=True)
            self._thread.start()
        if piece:
            self.position: int = self.position + len(piece)
            self._queue.put(piece)

    def check(self, *, subject: str, daemon: str | None = None) -> None:
        """See that the content was what its digest says, as `ContentHash.check`."""
        self.close()
        super().check(subject=subject, daemon=daemon)

    def close(self) -> None:
        """No more is to come; the thread has ended."""
        thread, self._thread = self._thread, None
        if thread is not None:
            self._queue.put(b"")
            thread.join()

    def _work(self) -> None:
        while piece := self._queue.get():
            self._hash.update(piece)
