"""All that belongs to an image: manifests, blobs, and what refers to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.errors import InvalidReference, InvalidResponse, ResponseTooLarge
from dockpy.registry.archive.contents import is_foreign, is_manifest
from dockpy.registry.content_hash import checked_digest
from dockpy.registry.manifest import MOST_WEIGHT, weight_of
from dockpy.registry.manifest_calls import get_manifest

if TYPE_CHECKING:
    from dockpy.registry.manifest import Manifest
    from dockpy.registry.repository import Repository
    from dockpy.wire.oci import OCIDescriptor

__all__ = ["Gathered"]

_DEEPEST = 8
_MOST = 10_000


class Gathered:
    """What belongs to manifests of one repository; layers are not fetched, manifests are.

    Args:
        repository: where they are.
        referrers: what refers to them belongs to them too: signatures, attestations, bills of materials.

    Attributes:
        manifests: by digest, each after those that it names.
        blobs: by digest.
        skipped: layers that lie elsewhere and are never pushed, by digest.
        referring: by the digest of a manifest, what refers to it.
    """

    def __init__(self, repository: Repository, *, referrers: bool = False) -> None:
        self._repository = repository
        self._referrers = referrers
        self._size = 0
        self._listed = 0
        self._seen: set[str] = set()
        self.manifests: dict[str, Manifest] = {}
        self.blobs: dict[str, OCIDescriptor] = {}
        self.skipped: dict[str, OCIDescriptor] = {}
        self.referring: dict[str, list[OCIDescriptor]] = {}

    def add(self, manifest: Manifest, *, deep: int = _DEEPEST) -> None:
        """Take a manifest, and all that belongs to it.

        Raises:
            ImageNotFound: one of those that it names is not there.
            InvalidResponse: it is not as it should be, or nested too deeply.
            ResponseTooLarge: there are more than 10,000, or more than 64 MiB of them.
        """
        if manifest.digest in self._seen:
            return
        self._seen.add(manifest.digest)
        self._size += weight_of(manifest)
        if self._size > MOST_WEIGHT or len(self._seen) > _MOST:
            raise ResponseTooLarge(
                f"It has more manifests than {_MOST:,}, or than {MOST_WEIGHT >> 20} MiB of them",
                subject=self._subject,
            )
        if deep == 0:
            raise InvalidResponse("Its manifests are nested too deeply", subject=self._subject)
        for item in manifest.manifests:
            if is_manifest(item):
                self._add_named(item, deep)
            else:  # a build cache lists its blobs like this
                self._add_blob(item)
        for blob in (manifest.config, *manifest.layers):
            if blob is not None:
                self._add_blob(blob)
        if self._referrers:
            self._add_referrers(manifest, deep)
        self.manifests[manifest.digest] = manifest

    def _add_named(self, item: OCIDescriptor, deep: int) -> None:
        if item.digest not in self._seen:
            repository = self._repository
            self.add(get_manifest(repository.registry.session, repository.name, item.digest), deep=deep - 1)

    def _add_blob(self, item: OCIDescriptor) -> None:
        try:
            checked_digest(item.digest)
        except InvalidReference as error:
            raise InvalidResponse(error.message, subject=self._subject, hint=error.hint) from None
        known = self.blobs.get(item.digest, item)
        if known.size != item.size:
            raise InvalidResponse(
                f"The blob {item.digest} is said to have {known.size} bytes, and {item.size}",
                subject=self._subject,
            )
        where = self.skipped if is_foreign(item) else self.blobs
        where[item.digest] = item

    def _add_referrers(self, manifest: Manifest, deep: int) -> None:
        named = {item.digest: item for item in self._repository.referrers(manifest.digest)}
        found = list(named.values())
        self._listed += len(found)
        if self._listed > _MOST:
            raise ResponseTooLarge(f"More than {_MOST:,} manifests refer to it", subject=self._subject)
        if found:
            self.referring[manifest.digest] = found
        for item in found:
            self._add_named(item, deep)

    @property
    def _subject(self) -> str:
        return f"repository {self._repository.reference}"
