"""OCI image layouts: ``oci-layout``, ``index.json``, and blobs by their digests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockpy.errors import ArchiveError, InvalidReference, InvalidResponse
from dockpy.registry.archive.contents import ArchivedImage, Budget, Tree, grow, manifest_of
from dockpy.registry.archive.files import FileSource, read_file, read_json
from dockpy.registry.blobs import verified
from dockpy.registry.content_hash import checked_digest
from dockpy.registry.manifest import Manifest
from dockpy.wire.oci import OCI_INDEX

if TYPE_CHECKING:
    from dockpy.registry.archive.files import Files
    from dockpy.registry.cancel import Cancel
    from dockpy.wire.oci import OCIDescriptor

__all__ = ["CONTAINERD_NAME", "INDEX_FILE", "LAYOUT_FILE", "REF_NAME", "LayoutContents", "blob_name"]

LAYOUT_FILE = "oci-layout"
INDEX_FILE = "index.json"
REF_NAME = "org.opencontainers.image.ref.name"
"""What an entry of the index is called: a tag, or a whole reference; whoever wrote it knows."""
CONTAINERD_NAME = "io.containerd.image.name"
"""The whole reference, in archives of Docker and BuildKit."""


class LayoutContents:
    """The images of an OCI layout; manifests are read and held against their digests at once.

    Args:
        files: the layout's.

    Attributes:
        images: what its index lists; entries for the same manifest are one image of several names.
        compress: False: what has a digest keeps it.

    Raises:
        ArchiveError: it is none, or a manifest is missing or is none.
        DigestMismatch: a manifest is not what its digest says.
    """

    compress = False

    def __init__(self, files: Files) -> None:
        self._files = files
        version = read_json(files, LAYOUT_FILE)
        if not isinstance(version, dict) or not str(version.get("imageLayoutVersion", "")).startswith("1."):
            raise ArchiveError(
                f"{LAYOUT_FILE!r} names no version of layouts that is known", member=LAYOUT_FILE
            )
        self.images: list[ArchivedImage] = self._images()

    def blob(self, descriptor: OCIDescriptor, cancel: Cancel) -> FileSource:
        """A blob of it, as `Contents.blob`."""
        try:
            name = blob_name(checked_digest(descriptor.digest))
        except InvalidReference as error:
            raise ArchiveError(error.message, member=INDEX_FILE) from None
        found = FileSource(self._files, name, descriptor.digest)
        if found.size != descriptor.size:
            raise ArchiveError(
                f"The blob {descriptor.digest} has {found.size} bytes, its manifest says {descriptor.size}",
                member=name,
            )
        if self._files.leads_out(name):
            for _ in verified(found):  # an upload sends it before its digest is known
                cancel.check()
        return found

    def _images(self) -> list[ArchivedImage]:
        raw = read_json(self._files, INDEX_FILE)
        if not isinstance(raw, dict):
            raise ArchiveError(f"{INDEX_FILE!r} is no JSON object", member=INDEX_FILE)
        index = Manifest(INDEX_FILE, "", OCI_INDEX, b"", raw)
        try:
            listed = index.manifests
        except InvalidResponse as error:
            raise ArchiveError(error.message, member=INDEX_FILE) from None
        budget = Budget(INDEX_FILE)
        named: dict[str, list[str]] = {}
        roots: dict[str, OCIDescriptor] = {}
        for descriptor in listed:
            roots.setdefault(descriptor.digest, descriptor)
            named.setdefault(descriptor.digest, []).extend(_names(descriptor.get("annotations")))
        grown: dict[str, Tree] = {}
        return [
            ArchivedImage(tuple(dict.fromkeys(named[digest])), grow(self._manifest, root, budget, grown))
            for digest, root in roots.items()
        ]

    def _manifest(self, descriptor: OCIDescriptor) -> Manifest:
        name = blob_name(descriptor.digest)
        return manifest_of(read_file(self._files, name), descriptor.digest, descriptor.media_type, name)


def blob_name(digest: str) -> str:
    """Where a layout has a blob; the digest is one that follows the grammar."""
    return f"blobs/{digest.replace(':', '/')}"


def _names(annotations: Any) -> list[str]:
    if isinstance(annotations, dict):
        for key in (CONTAINERD_NAME, REF_NAME):
            found = annotations.get(key)
            if isinstance(found, str) and found:
                return [found]
    return []
