"""From what a tag stands for to the one image for a platform."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dockpy.errors import InvalidArgument, InvalidResponse
from dockpy.registry.image import RegistryImage, get_image
from dockpy.registry.manifest_calls import get_manifest
from dockpy.registry.platforms import best, choose, fits, platform_of, usable
from dockpy.wire.oci import INDEX_TYPES

if TYPE_CHECKING:
    from dockpy.registry.manifest import Manifest
    from dockpy.registry.session import RegistrySession
    from dockpy.wire.oci import OCIDescriptor

__all__ = ["Resolved", "resolve"]

_DEEPEST = 4
_MOST_LOOKS = 16


@dataclass(frozen=True, slots=True)
class Resolved:
    """The manifest of one image, and the image where it had to be looked at."""

    manifest: Manifest
    image: RegistryImage | None = None


def resolve(session: RegistrySession, repository: str, manifest: Manifest, platform: str | None) -> Resolved:
    """The image for a platform.

    Args:
        session: the registry.
        repository: where the manifest is.
        manifest: of an image, or an index; of indexes too.
        platform: ``os[/arch[/variant]]``; None for this machine's, or the only one there is.

    Raises:
        InvalidArgument: there is none for it.
        ImageNotFound: the index names one that is not there.
        InvalidResponse: indexes are nested too deeply.
    """
    return _Search(session, repository, platform).of(manifest, _DEEPEST)


class _Search:
    """One search for an image; it looks at so many manifests and no more.

    Args:
        session: the registry.
        repository: where the manifests are.
        platform: the one that was asked for.
    """

    def __init__(self, session: RegistrySession, repository: str, platform: str | None) -> None:
        self._session = session
        self._repository = repository
        self._platform = platform
        self._looks = 0

    def of(self, manifest: Manifest, deep: int) -> Resolved:
        if manifest.is_index:
            return self._of_index(manifest, deep)
        if self._platform is None:
            return Resolved(manifest)
        image = get_image(self._session, self._repository, manifest)
        if fits(self._platform, image.platform) is None:
            raise InvalidArgument(
                f"platform={self._platform!r}: the image is for {image.platform or 'none that is named'}",
                subject=f"image {manifest.reference}",
            )
        return Resolved(manifest, image)

    def _of_index(self, index: Manifest, deep: int) -> Resolved:
        if deep == 0:
            raise self._wrong(index, f"there are more than {_DEEPEST} indexes in one another")
        candidates = usable(index.manifests)
        if found := best(candidates, self._platform):
            chosen = self._fetched(index, found)
            return self.of(chosen, deep - 1) if chosen.is_index else Resolved(chosen)
        # Those that do not say for what they are have to be looked at; of images None takes the only one.
        unnamed = [item for item in candidates if not platform_of(item)]
        if self._platform is None and len(candidates) > 1:
            unnamed = [item for item in unnamed if item.media_type in INDEX_TYPES]
        for item in unnamed:
            try:
                return self.of(self._fetched(index, item), deep - 1)
            except InvalidArgument:
                if len(candidates) == 1:
                    raise
        only = choose(candidates, self._platform, subject=f"image {index.reference}")
        return self.of(self._fetched(index, only), deep - 1)

    def _fetched(self, index: Manifest, item: OCIDescriptor) -> Manifest:
        self._looks += 1
        if self._looks > _MOST_LOOKS:
            raise self._wrong(index, f"more than {_MOST_LOOKS} manifests would have to be looked at")
        return get_manifest(self._session, self._repository, item.digest)

    def _wrong(self, index: Manifest, problem: str) -> InvalidResponse:
        return InvalidResponse(
            f"The image for a platform is not to be found: {problem}",
            subject=f"image {index.reference}",
            daemon=self._session.url,
        )
