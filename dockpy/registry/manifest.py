"""Manifests: what a tag or a digest in a registry stands for."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dockpy.errors import InvalidArgument, InvalidReference, InvalidResponse
from dockpy.registry.platforms import choose, platform_of
from dockpy.registry.references import check_digest
from dockpy.wire.document import Document
from dockpy.wire.oci import INDEX_TYPES

if TYPE_CHECKING:
    from dockpy.wire.oci import OCIDescriptor, OCIIndex, OCIManifest

__all__ = ["MOST_VALUES", "MOST_WEIGHT", "Manifest", "read_document", "values_in", "weight_of"]

_LARGEST = 2**63 - 1
_VALUE = 64

MOST_VALUES = 500_000
"""Values that a document may hold: a few bytes of JSON each, and many of memory."""
MOST_WEIGHT = 64 * 1024 * 1024
"""Bytes of memory that manifests which belong together may take, about."""


@dataclass(frozen=True, slots=True, eq=False)
class Manifest:
    """A manifest as the registry holds it: of one image, of an artifact, or an index of several manifests.

    Attributes:
        reference: what it was asked for by: ``127.0.0.1:5050/team/app:1``.
        digest: its digest, verified.
        media_type: what kind it is.
        content: its exact bytes.
    """

    reference: str
    digest: str
    media_type: str
    content: bytes = field(repr=False)
    _raw: dict[str, Any] = field(repr=False)

    @property
    def size(self) -> int:
        """Its own bytes, not those of its layers."""
        return len(self.content)

    @property
    def is_index(self) -> bool:
        """Whether it lists other manifests, usually one for each platform."""
        return self.media_type in INDEX_TYPES

    @property
    def document(self) -> OCIManifest | OCIIndex:
        """All that it says, typed by attribute and raw by key."""
        found: OCIManifest | OCIIndex = Document.of(
            self._raw, "oci.OCIIndex" if self.is_index else "oci.OCIManifest"
        )
        return found

    def to_dict(self) -> dict[str, Any]:
        """All that it says, as it came."""
        return self.document.to_dict()

    @property
    def config(self) -> OCIDescriptor | None:
        """The image's configuration; None of an index.

        Raises:
            InvalidResponse: what the manifest has there is no descriptor.
        """
        found = self._raw.get("config")
        return None if found is None or self.is_index else self._descriptor("config", found)

    @property
    def layers(self) -> list[OCIDescriptor]:
        """The layers, lowest first; none of an index. Errors as of `config`."""
        return [] if self.is_index else self._descriptors("layers")

    @property
    def manifests(self) -> list[OCIDescriptor]:
        """The manifests that an index lists; none otherwise. Errors as of `config`."""
        return self._descriptors("manifests") if self.is_index else []

    @property
    def subject(self) -> OCIDescriptor | None:
        """The manifest that this one is about, such as a signature's image. Errors as of `config`."""
        found = self._raw.get("subject")
        return None if found is None else self._descriptor("subject", found)

    @property
    def artifact_type(self) -> str | None:
        """What kind of artifact it is; None where it does not say."""
        found = self._raw.get("artifactType")
        return found if isinstance(found, str) and found else None

    @property
    def annotations(self) -> dict[str, str]:
        """What its makers noted."""
        found = self._raw.get("annotations") or {}
        if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
            raise self._wrong("its annotations are no texts by name")
        return dict(found)

    @property
    def platforms(self) -> list[str]:
        """For which machines an index has an image, such as ``linux/amd64``; none otherwise."""
        found = [platform_of(item) for item in self.manifests]
        return list(dict.fromkeys(platform for platform in found if platform))

    def child(self, platform: str | None = None) -> OCIDescriptor:
        """The manifest for a platform, of those that an index lists.

        Args:
            platform: ``os[/arch[/variant]]``; None for this machine's, or the only one there is.

        Raises:
            InvalidArgument: there is none for it, the message names those there are; or it is no index.
        """
        if not self.is_index:
            raise InvalidArgument("It lists no manifests: it is no index", subject=f"image {self.reference}")
        return choose(self.manifests, platform, subject=f"image {self.reference}")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Manifest):
            return NotImplemented
        return (self.digest, self.media_type) == (other.digest, other.media_type)

    def __hash__(self) -> int:
        return hash(self.digest)

    def __repr__(self) -> str:
        return f"<Manifest: {self.reference!r} {self.digest.partition(':')[2][:12]} {self.media_type}>"

    def _descriptors(self, key: str) -> list[OCIDescriptor]:
        found = self._raw.get(key)
        if found is None:
            return []
        if not isinstance(found, list):
            raise self._wrong(f"its {key} are no list")
        return [self._descriptor(f"{key}[{index}]", item) for index, item in enumerate(found)]

    def _descriptor(self, where: str, raw: Any) -> OCIDescriptor:
        problem = misfit(raw)
        if problem:
            raise self._wrong(f"its {where} {problem}")
        found: OCIDescriptor = Document.of(raw, "oci.OCIDescriptor")
        return found

    def _wrong(self, problem: str) -> InvalidResponse:
        return InvalidResponse(
            f"The manifest is not as it should be: {problem}", subject=f"image {self.reference}"
        )


def weight_of(manifest: Manifest) -> int:
    """About how many bytes of memory a manifest takes, decoded: an empty list is two in JSON."""
    return manifest.size + _VALUE * values_in(manifest.content)


def values_in(content: bytes) -> int:
    """About how many values JSON holds, known before it is decoded; no fewer than there are."""
    return sum(map(content.count, (b"[", b"{", b",")))


def misfit(raw: Any) -> str:
    """What keeps a JSON value from being a descriptor; empty where nothing does."""
    if not isinstance(raw, dict):
        return "is no descriptor"
    digest, size, kind = raw.get("digest"), raw.get("size"), raw.get("mediaType", "")
    if not isinstance(kind, str):
        return "has a media type that is no text"
    if not isinstance(size, int) or isinstance(size, bool) or not 0 <= size <= _LARGEST:
        return "has no size"
    try:
        check_digest(digest if isinstance(digest, str) else "")
    except InvalidReference as error:
        return f"has no digest: {error.message}"
    return ""


def read_document(content: bytes, *, subject: str, what: str) -> dict[str, Any]:
    """The JSON object that an answer is.

    Args:
        content: the body.
        subject: for the error.
        what: ``The manifest``, for the error.

    Raises:
        InvalidResponse: it is none, or nested too deeply, or of too many values.
    """
    if values_in(content) > MOST_VALUES:
        raise InvalidResponse(f"{what} holds more than {MOST_VALUES:,} values", subject=subject)
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else "no JSON"
        raise InvalidResponse(f"{what} is {reason}", subject=subject) from None
    if not isinstance(found, dict):
        raise InvalidResponse(f"{what} is no JSON object", subject=subject)
    return found
