"""Manifests on their way: fetched and verified, put, deleted."""

from __future__ import annotations

import contextlib
import json
import re
import secrets
from typing import TYPE_CHECKING
from urllib.parse import quote

from dockpy.errors import ApiError, BadParameter, InvalidResponse, NotFound
from dockpy.registry.digests import check_content, digest_of
from dockpy.registry.manifest import Manifest, read_document
from dockpy.registry.references import check_reference
from dockpy.registry.scope import deleting, pulling, pushing
from dockpy.wire.oci import (
    DOCKER_MANIFEST_SCHEMA1,
    INDEX_TYPES,
    MANIFEST_TYPES,
    OCI_INDEX,
)

if TYPE_CHECKING:
    from dockpy.registry.session import Answer, RegistrySession

__all__ = ["delete_manifest", "get_manifest", "head_manifest", "manifest_subject", "put_manifest", "untag"]

_ACCEPTED = {"Accept": ", ".join((*MANIFEST_TYPES, *INDEX_TYPES))}
_SCHEMA1 = (DOCKER_MANIFEST_SCHEMA1, "application/vnd.docker.distribution.manifest.v1+json")
_LARGEST = 4 * 1024 * 1024
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]{1,127}/[A-Za-z0-9!#$&^_.+-]{1,127}")


def manifest_subject(session: RegistrySession, repository: str, reference: str) -> str:
    """A manifest, for errors: ``image 127.0.0.1:5050/team/app:1``."""
    return f"image {session.host}/{repository}{'@' if ':' in reference else ':'}{reference}"


def get_manifest(
    session: RegistrySession, repository: str, reference: str, *, subject: str | None = None
) -> Manifest:
    """Fetch a manifest, verified.

    Args:
        session: the registry.
        repository: such as ``library/ubuntu``.
        reference: a tag or a digest.
        subject: for errors; None for the image itself.

    Raises:
        InvalidReference: the name, the tag or the digest is none.
        ImageNotFound: it is not there.
        DigestMismatch: it is not what its digest says.
        ResponseTooLarge: it has more than 4 MiB.
        InvalidResponse: it is no manifest, or says it is of another kind than the registry says.
    """
    path = _path(session, repository, reference)
    subject = subject or manifest_subject(session, repository, reference)
    try:
        answer = session.call(
            "GET", path, scope=pulling(repository), subject=subject, headers=_ACCEPTED, limit=_LARGEST
        )
        name = manifest_subject(session, repository, reference).removeprefix("image ")
        return _manifest(answer, name, reference, subject)
    except InvalidResponse as error:
        raise error.at(operation=f"GET {path}", subject=subject, daemon=session.url) from None


def head_manifest(session: RegistrySession, repository: str, reference: str) -> str | None:
    """Whether a manifest is there, without fetching it.

    Returns:
        Its digest, as the registry says, or empty where it does not say; None where it is not there.

    Raises:
        InvalidReference: the name, the tag or the digest is none.
    """
    answer = session.call(
        "HEAD",
        _path(session, repository, reference),
        scope=pulling(repository),
        subject=manifest_subject(session, repository, reference),
        headers=_ACCEPTED,
        accept=(200, 404),
    )
    return None if answer.status == 404 else answer.headers.get("Docker-Content-Digest", "")


def put_manifest(
    session: RegistrySession, repository: str, reference: str, content: bytes, media_type: str
) -> str:
    """Store a manifest; what it names has to be there.

    Args:
        session: the registry.
        repository: where.
        reference: the tag that it gets; or its digest.
        content: its exact bytes.
        media_type: what kind it is.

    Returns:
        Its digest.

    Raises:
        DigestMismatch: the registry stored something else.
    """
    subject = manifest_subject(session, repository, reference)
    path = _path(session, repository, reference)
    digest = reference if ":" in reference else digest_of(content)
    answer = session.call(
        "PUT",
        path,
        scope=pushing(repository),
        subject=subject,
        headers={"Content-Type": media_type},
        body=content,
        accept=(200, 201, 202),
    )
    said = answer.headers.get("Docker-Content-Digest")
    if said:
        try:
            check_content(content, said, subject=subject, what="The registry stored another manifest")
        except InvalidResponse as error:
            raise error.at(operation=f"PUT {path}", daemon=session.url) from None
    return digest


def delete_manifest(
    session: RegistrySession, repository: str, reference: str, *, subject: str | None = None
) -> None:
    """Delete a manifest with its tags, by digest; or a tag alone, where the registry knows how.

    Args:
        session: the registry.
        repository: where.
        reference: a digest, or a tag.
        subject: for errors; None for the image itself.

    Raises:
        ImageNotFound: it is not there.
        ApiError: 405 where the registry does not delete.
    """
    try:
        session.call(
            "DELETE",
            _path(session, repository, reference),
            scope=deleting(repository),
            subject=subject or manifest_subject(session, repository, reference),
            accept=(200, 202, 204),
        )
    except ApiError as error:
        if error.status_code == 405:
            error.hint = "Deletion is disabled in this registry (distribution: storage.delete.enabled)."
        raise


def untag(session: RegistrySession, repository: str, tag: str) -> None:
    """Take a tag away; the manifest stays, and so do its other tags.

    Distribution 2.8 deletes by digest only, and then all tags of it. There the tag is put on an empty index
    that nothing else is, and that is deleted.

    Raises:
        ImageNotFound: there is no such tag.
        ApiError: 405 where the registry does not delete.
    """
    try:
        delete_manifest(session, repository, tag)
        return
    except ApiError as error:
        if not isinstance(error, BadParameter) and error.status_code != 405:
            raise
    before = get_manifest(session, repository, tag)
    empty = json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": OCI_INDEX,
            "manifests": [],
            "annotations": {"dockpy.untagged": secrets.token_hex(16)},
        }
    ).encode()
    digest = digest_of(empty)
    subject = manifest_subject(session, repository, tag)
    # Where nothing can be deleted it must show before the tag is moved; that this is not there yet is well.
    with contextlib.suppress(NotFound):
        delete_manifest(session, repository, digest, subject=subject)
    put_manifest(session, repository, tag, empty, OCI_INDEX)
    try:
        delete_manifest(session, repository, digest, subject=subject)
    except BaseException:
        put_manifest(session, repository, tag, before.content, before.media_type)
        raise


def _path(session: RegistrySession, repository: str, reference: str) -> str:
    check_reference(session.host, repository, reference)
    return f"/v2/{repository}/manifests/{quote(reference, safe=':+')}"


def _manifest(answer: Answer, name: str, reference: str, subject: str) -> Manifest:
    said = answer.headers.get("Docker-Content-Digest") or ""
    if said:
        check_content(answer.content, said, subject=subject, what="The manifest is not what its digest says")
    if ":" in reference:
        check_content(
            answer.content, reference, subject=subject, what="The manifest is not what was asked for"
        )
    kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    raw = read_document(answer.content, subject=subject, what="The manifest")
    if kind in _SCHEMA1 or raw.get("schemaVersion") == 1:
        raise InvalidResponse(
            "The registry has a manifest of schema 1 only",
            subject=subject,
            hint="That format was given up in 2017 and cannot be verified: push the image anew.",
        )
    own = raw.get("mediaType")
    if own is not None and own != kind:
        if not isinstance(own, str) or kind not in ("", "application/json", "application/octet-stream"):
            raise InvalidResponse(
                f"The registry says the manifest is {kind[:120]!r}, it says of itself {str(own)[:120]!r}",
                subject=subject,
            )
        kind = own
    if kind and not _MEDIA_TYPE.fullmatch(kind):
        raise InvalidResponse(f"The manifest's media type is none: {kind[:120]!r}", subject=subject)
    if "manifests" in raw and ("layers" in raw or "config" in raw):
        raise InvalidResponse("The manifest is an index and an image at once", subject=subject)
    if ("manifests" in raw and kind in MANIFEST_TYPES) or ("layers" in raw and kind in INDEX_TYPES):
        raise InvalidResponse(f"The manifest is not what its media type {kind!r} says", subject=subject)
    digest = reference if ":" in reference else said or digest_of(answer.content)
    return Manifest(name, digest, kind, answer.content, raw)
