"""Content that is held whole, and its digest: ``sha256:`` and 64 hexadecimal digits."""

from __future__ import annotations

import hashlib

from dockpy.errors import DigestMismatch, InvalidReference, InvalidResponse
from dockpy.registry.content_hash import checked_digest

__all__ = ["check_content", "digest_of"]


def digest_of(content: bytes, algorithm: str = "sha256") -> str:
    """The digest of some bytes."""
    return f"{algorithm}:{hashlib.new(algorithm, content).hexdigest()}"


def check_content(content: bytes, digest: str, *, subject: str, what: str) -> None:
    """See that content is what a digest says.

    Args:
        content: all of it.
        digest: what it was asked for by, or was announced by.
        subject: for the error.
        what: what is wrong where it differs: ``The manifest is not what its digest says``.

    Raises:
        DigestMismatch: it is not.
        InvalidResponse: it cannot be told: that is no digest, or of no kind that is known here.
    """
    try:
        checked_digest(digest)
    except InvalidReference as error:
        raise InvalidResponse(error.message, subject=subject, hint=error.hint) from None
    actual = digest_of(content, digest.partition(":")[0])
    if actual != digest:
        raise DigestMismatch(
            f"{what}: {digest} was expected, {actual} came", expected=digest, actual=actual, subject=subject
        )
