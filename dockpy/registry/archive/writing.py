"""The files of an archive that is an OCI layout and what ``docker load`` reads, both at once."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dockpy.registry.archive.contents import is_foreign
from dockpy.registry.archive.layout import CONTAINERD_NAME, INDEX_FILE, LAYOUT_FILE, REF_NAME, blob_name
from dockpy.registry.archive.saved import MANIFEST_FILE
from dockpy.registry.blobs import BytesBlob
from dockpy.registry.digests import digest_of
from dockpy.wire.oci import DOCKER_CONFIG, OCI_CONFIG, OCI_INDEX

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockpy.reference import ImageReference
    from dockpy.registry.archive.contents import ArchivedImage
    from dockpy.registry.blobs import BlobSource
    from dockpy.registry.manifest import Manifest
    from dockpy.wire.oci import OCIDescriptor

__all__ = ["ArchiveFile", "files_of"]

_IMAGE_CONFIGS = (DOCKER_CONFIG, OCI_CONFIG, "application/octet-stream")


@dataclass(frozen=True, slots=True)
class ArchiveFile:
    """A file of an archive.

    Attributes:
        name: where it is in it.
        source: what it holds.
        fetched: whether that comes from the registry when it is read.
    """

    name: str
    source: BlobSource
    fetched: bool = False


def files_of(
    image: ArchivedImage, runs: Manifest | None, source_of: Callable[[OCIDescriptor], BlobSource]
) -> list[ArchiveFile]:
    """All files of an archive of one image, the small ones first.

    Args:
        image: the image; its names are complete.
        runs: the manifest of it that ``docker load`` takes; None where it takes none.
        source_of: where a blob comes from. Layers that lie elsewhere are left out: registries have none.
    """
    files = [_json(LAYOUT_FILE, {"imageLayoutVersion": "1.0.0"}), _json(INDEX_FILE, _index(image))]
    if runs is not None and runs.config is not None and runs.config.media_type in _IMAGE_CONFIGS:
        entry = {
            "Config": blob_name(runs.config.digest),
            "RepoTags": [reference.familiar for reference in image.references] or None,
            "Layers": [blob_name(layer.digest) for layer in runs.layers],
        }
        files.append(_json(MANIFEST_FILE, [entry]))
    trees = [tree.manifest for tree in image.tree.walk()]
    files += [ArchiveFile(blob_name(found.digest), BytesBlob(found.content, found.digest)) for found in trees]
    for descriptor in image.tree.blobs():
        if not is_foreign(descriptor):
            files.append(ArchiveFile(blob_name(descriptor.digest), source_of(descriptor), fetched=True))
    return list({file.name: file for file in files}.values())


def _index(image: ArchivedImage) -> dict[str, Any]:
    root = image.tree.manifest
    described: dict[str, Any] = {"mediaType": root.media_type, "digest": root.digest, "size": root.size}
    entries = [{**described, "annotations": _annotations(name)} for name in image.references]
    return {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": entries or [described]}


def _annotations(name: ImageReference) -> dict[str, str]:
    return {CONTAINERD_NAME: name.canonical, REF_NAME: name.tag or ""}


def _json(name: str, value: Any) -> ArchiveFile:
    content = json.dumps(value, separators=(",", ":")).encode()
    return ArchiveFile(name, BytesBlob(content, digest_of(content)))
