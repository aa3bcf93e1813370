"""From a registry into an archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.errors import ArchiveError, InvalidArgument, InvalidReference, InvalidResponse
from dockpy.reference import ImageReference
from dockpy.registry.archive.contents import ArchivedImage, Budget, Tree, grow
from dockpy.registry.archive.image_archive import ImageArchive, PulledContents
from dockpy.registry.archive.writing import files_of
from dockpy.registry.blobs import RegistryBlob
from dockpy.registry.content_hash import checked_digest
from dockpy.registry.manifest_calls import get_manifest
from dockpy.registry.resolving import resolve
from dockpy.wire.document import Document

if TYPE_CHECKING:
    from dockpy.registry.archive.writing import ArchiveFile
    from dockpy.registry.cancel import Cancel
    from dockpy.registry.manifest import Manifest
    from dockpy.registry.progress import Progress
    from dockpy.registry.session import RegistrySession
    from dockpy.wire.oci import OCIDescriptor

__all__ = ["EVERY_PLATFORM", "pull_archive"]

EVERY_PLATFORM = "all"


def pull_archive(
    session: RegistrySession,
    repository: str,
    reference: str,
    *,
    platform: str | None = None,
    progress: Progress | None = None,
) -> ImageArchive:
    """An image as an archive; manifests are fetched now, blobs when it is read.

    Args:
        session: the registry.
        repository: where the image is, such as ``library/ubuntu``.
        reference: a tag or a digest.
        platform: of an index, the image for this one; None for this machine's, or the only one; ``all`` for
            the index itself with all that it lists.
        progress: is told of the blobs.

    Raises:
        ImageNotFound: it, or what it lists, is not there.
        InvalidArgument: there is none for the platform.
        DigestMismatch: a manifest is not what its digest says.
        InvalidResponse: a manifest is none, or names what cannot be verified.
    """
    root = get_manifest(session, repository, reference)
    runs: Manifest | None
    if platform == EVERY_PLATFORM:
        tree, runs = _whole(session, repository, root), _own(session, repository, root)
    else:
        runs = resolve(session, repository, root, platform).manifest
        tree = Tree(runs)
    names = () if ":" in reference else (ImageReference(session.host, repository, reference).familiar,)
    image = ArchivedImage(names, tree)
    _check_digests(image, session)

    def blob(descriptor: OCIDescriptor, cancel: Cancel) -> RegistryBlob:
        return RegistryBlob(session, repository, descriptor, cancel=cancel)

    def files(cancel: Cancel) -> list[ArchiveFile]:
        return files_of(image, runs, lambda descriptor: blob(descriptor, cancel))

    return ImageArchive(PulledContents((image,), blob), files, progress=progress, daemon=session.url)


def _whole(session: RegistrySession, repository: str, root: Manifest) -> Tree:
    def load(item: OCIDescriptor) -> Manifest:
        return root if item.digest == root.digest else get_manifest(session, repository, item.digest)

    try:
        return grow(load, Document.of({"digest": root.digest}, "oci.OCIDescriptor"), Budget(root.digest))
    except ArchiveError as error:
        raise InvalidResponse(error.message, subject=f"image {root.reference}", daemon=session.url) from None


def _own(session: RegistrySession, repository: str, root: Manifest) -> Manifest | None:
    """The image that this machine would run; None where there is none for it."""
    try:
        return resolve(session, repository, root, None).manifest
    except InvalidArgument:
        return None


def _check_digests(image: ArchivedImage, session: RegistrySession) -> None:
    for descriptor in image.tree.blobs():
        try:
            checked_digest(descriptor.digest)
        except InvalidReference as error:
            subject = f"image {image.tree.manifest.reference}"
            raise InvalidResponse(error.message, subject=subject, daemon=session.url) from None
