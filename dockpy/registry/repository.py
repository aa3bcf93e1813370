"""One repository of a registry: its tags, manifests, images, blobs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.errors import ImageNotFound, NotFound, ResponseTooLarge
from dockpy.reference import ImageReference
from dockpy.registry.image import Layer, RegistryImage, get_image
from dockpy.registry.listing import MOST_NAMES, Barren, list_names, pages
from dockpy.registry.manifest import Manifest
from dockpy.registry.manifest_calls import (
    delete_manifest,
    get_manifest,
    head_manifest,
    manifest_subject,
    untag,
)
from dockpy.registry.platforms import check_platform
from dockpy.registry.references import check_reference
from dockpy.registry.resolving import resolve
from dockpy.registry.scope import pulling
from dockpy.wire.oci import OCI_INDEX

if TYPE_CHECKING:
    from dockpy.registry.blobs import BlobStream
    from dockpy.registry.registry import Registry
    from dockpy.wire.oci import OCIDescriptor
    from dockpy.wire.oci_image import OCIImage

__all__ = ["Repository"]

_LARGEST_LIST = 64 * 1024 * 1024


class Repository:
    """A repository of a registry. Making one asks nothing; `Registry.repository` gives it.

    Attributes:
        registry: the registry that it is in.
        name: its name there, such as ``library/ubuntu``.

    Raises:
        InvalidReference: it is no name of a repository.
    """

    def __init__(self, registry: Registry, name: str) -> None:
        self.registry: Registry = registry
        self.name: str = ImageReference(registry.host, name).repository

    @property
    def reference(self) -> str:
        """Its name as engines take it: ``127.0.0.1:5050/team/app``."""
        return f"{self.registry.host}/{self.name}"

    def tags(self, *, limit: int | None = None) -> list[str]:
        """Its tags, as the registry orders them: all pages of the list.

        Args:
            limit: at most so many, and no more is asked for; None for all.

        Returns:
            The tags; none of a repository that has none any more.

        Raises:
            NotFound: there is no such repository.
            ResponseTooLarge: there are more than 100,000, and no `limit` was given.
            InvalidResponse: what came is no list of tags, or one without an end.
            UntrustedLocation: the list goes on at another host.
        """
        return list_names(
            self.registry.session,
            f"/v2/{self.name}/tags/list",
            "tags",
            scope=pulling(self.name),
            subject=f"repository {self.reference}",
            limit=limit,
        )

    def manifest(self, ref: str = "latest", *, platform: str | None = None) -> Manifest:
        """What a tag or a digest stands for, verified against its digest.

        Args:
            ref: a tag, or a digest.
            platform: ``os[/arch[/variant]]``: the image for it, where `ref` is an index of several; None for
                what `ref` itself stands for.

        Raises:
            ImageNotFound: it is not there.
            InvalidArgument: there is no image for the platform; the message names those there are.
            DigestMismatch: it is not what its digest says.
            InvalidResponse: it is no manifest, or one of schema 1; `ResponseTooLarge` for more than 4 MiB.
        """
        check_platform(platform)
        found = get_manifest(self.registry.session, self.name, ref)
        if platform is None:
            return found
        return resolve(self.registry.session, self.name, found, platform).manifest

    def image(self, ref: str = "latest", *, platform: str | None = None) -> RegistryImage:
        """An image for one platform: layers, sizes, configuration; nothing of it is pulled.

        Args:
            ref: a tag, or a digest.
            platform: ``os[/arch[/variant]]``; None for this machine's, else the only one there is.

        Raises:
            ImageNotFound: it is not there.
            InvalidArgument: it is no image, or there is none for the platform.
            DigestMismatch: it is not what its digest says.
            InvalidResponse: it is not as it should be.
        """
        check_platform(platform)
        found = get_manifest(self.registry.session, self.name, ref)
        resolved = resolve(self.registry.session, self.name, found, platform)
        return resolved.image or get_image(self.registry.session, self.name, resolved.manifest)

    def config(self, ref: str = "latest", *, platform: str | None = None) -> OCIImage:
        """An image's configuration; arguments and errors as of `image`."""
        return self.image(ref, platform=platform).config

    def layers(self, ref: str = "latest", *, platform: str | None = None) -> list[Layer]:
        """An image's layers, lowest first; arguments and errors as of `image`."""
        return self.image(ref, platform=platform).layers

    def blob(self, digest: str) -> BlobStream:
        """A blob, verified while it is read: iterate, or ``read()``; close it where you leave it.

        Args:
            digest: the blob's.

        Raises:
            NotFound: it is not there.
        """
        from dockpy.registry.blobs import open_blob

        return open_blob(self.registry.session, self.name, digest)

    def has_blob(self, digest: str) -> bool:
        """Whether a blob is there.

        Args:
            digest: the blob's.
        """
        from dockpy.registry.uploads import has_blob

        return has_blob(self.registry.session, self.name, digest)

    def exists(self, ref: str = "latest") -> bool:
        """Whether a tag or a digest stands for something; it is not fetched.

        Args:
            ref: a tag, or a digest.
        """
        return head_manifest(self.registry.session, self.name, ref) is not None

    def delete(self, ref: str) -> None:
        """Delete a tag, or a manifest.

        Blobs that nothing names any more go when the registry collects its garbage.

        Args:
            ref: a tag: it goes, the manifest and its other tags stay, whatever the registry's version; or a
                digest: the manifest goes, with all its tags.

        Raises:
            ImageNotFound: it is not there.
            ApiError: 405, where the registry deletes nothing.
        """
        check_reference(self.registry.host, self.name, ref)
        if ":" in ref:
            delete_manifest(self.registry.session, self.name, ref)
        else:
            untag(self.registry.session, self.name, ref)

    def referrers(self, ref: str, *, artifact_type: str | None = None) -> list[OCIDescriptor]:
        """What is about a manifest: signatures, attestations, bills of materials.

        Args:
            ref: the manifest's digest, or a tag.
            artifact_type: only those of this type.

        Returns:
            Their descriptors; none where nothing is about it.

        Raises:
            ImageNotFound: there is no such tag.
            InvalidResponse: what came is no index.
        """
        session = self.registry.session
        check_reference(self.registry.host, self.name, ref)
        digest = ref if ":" in ref else get_manifest(session, self.name, ref).digest
        found = self._referrers(digest, artifact_type)
        if found is None:  # before 1.1 of the specification: they are listed under a tag
            try:
                found = get_manifest(session, self.name, digest.replace(":", "-")[:128]).manifests
            except ImageNotFound:
                return []
        return [item for item in found if artifact_type in (None, item.get("artifactType"))]

    def _referrers(self, digest: str, artifact_type: str | None) -> list[OCIDescriptor] | None:
        """What the registry itself lists; None where it does not know how."""
        session = self.registry.session
        subject = manifest_subject(session, self.name, digest)
        listed = pages(
            session,
            f"/v2/{self.name}/referrers/{digest}",
            {"artifactType": artifact_type} if artifact_type is not None else {},
            scope=pulling(self.name),
            subject=subject,
            headers={"Accept": OCI_INDEX},
        )
        try:
            page = next(listed, None)
        except NotFound:
            return None
        found: list[OCIDescriptor] = []
        barren, size = Barren(session, subject), 0
        while page is not None:
            answer, raw = page
            index = Manifest(subject.removeprefix("image "), "", OCI_INDEX, answer.content, raw)
            found += index.manifests
            size += len(answer.content)
            if len(found) > MOST_NAMES or size > _LARGEST_LIST:
                message = "The list of referrers is too long"
                raise ResponseTooLarge(message, subject=subject, daemon=session.url)
            barren.saw(len(index.manifests))
            page = next(listed, None)
        return found

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Repository):
            return NotImplemented
        return self.name == other.name and self.registry == other.registry

    def __hash__(self) -> int:
        return hash((self.name, self.registry))

    def __repr__(self) -> str:
        return f"<Repository: {self.reference!r}>"
