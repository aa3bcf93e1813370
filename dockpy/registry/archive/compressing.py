"""Layers that are compressed on their way, and the manifests that list them anew."""

from __future__ import annotations

import contextlib
import hashlib
import json
import tempfile
import threading
import zlib
from typing import TYPE_CHECKING, Any, BinaryIO

from dockpy.errors import ArchiveError
from dockpy.registry.archive.contents import Tree, manifest_of
from dockpy.registry.blobs import verified
from dockpy.registry.digests import digest_of
from dockpy.wire.oci import DOCKER_LAYER, DOCKER_LAYER_GZIP, OCI_LAYER, OCI_LAYER_GZIP

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dockpy.registry.blobs import BlobSource
    from dockpy.registry.cancel import Cancel

__all__ = ["PackedLayer", "is_plain", "packed", "relisted"]

_PACKED = {DOCKER_LAYER: DOCKER_LAYER_GZIP, OCI_LAYER: OCI_LAYER_GZIP}
_LEVEL = 6
_GZIP = 31  # zlib's word for gzip's header, in which it puts no time: the same layer, the same digest
_PIECE = 256 * 1024
_ABOUT = "vnd.docker.reference.digest"
"""What an attestation is about, in the index that lists both."""


class PackedLayer:
    """A compressed layer in a temporary file: the source of an upload.

    Attributes:
        digest: of what is in the file.
        size: the file's.
    """

    def __init__(self, file: BinaryIO, digest: str, size: int) -> None:
        self.digest: str = digest
        self.size: int = size
        self._file = file
        self._lock = threading.Lock()

    def open(self, offset: int = 0) -> Iterator[bytes]:
        """Its bytes from an offset on."""
        while offset < self.size:
            with self._lock:
                self._file.seek(offset)
                piece = self._file.read(_PIECE)
            offset += len(piece)
            yield piece


def is_plain(media_type: str) -> bool:
    """Whether it is a layer that is not compressed."""
    return media_type in _PACKED


@contextlib.contextmanager
def packed(source: BlobSource, cancel: Cancel) -> Iterator[PackedLayer]:
    """Compress a layer; it is verified while it is read. The file is gone at the end of the block.

    Args:
        source: the layer.
        cancel: ends it from another thread.

    Raises:
        Cancelled: it was ended.
        DigestMismatch: the layer is not what its digest says.
        ArchiveError: there is no room for it.
    """
    with tempfile.TemporaryFile() as file:
        encoder = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP)
        hasher, size = hashlib.sha256(), 0
        for piece in _encoded(encoder, source):
            cancel.check()
            hasher.update(piece)
            size += len(piece)
            try:
                file.write(piece)
            except OSError as error:
                raise ArchiveError(f"A compressed layer cannot be kept: {error.strerror}") from None
        yield PackedLayer(file, f"sha256:{hasher.hexdigest()}", size)


def relisted(tree: Tree, layers: Mapping[str, tuple[str, int]]) -> Tree:
    """A manifest and all below it, with other layers.

    Args:
        tree: it.
        layers: the digest and size of each compressed layer, by the digest of the plain one.

    Returns:
        The same where none of them is in it.
    """
    return _relisted(tree, layers, {})


def _relisted(tree: Tree, layers: Mapping[str, tuple[str, int]], done: dict[str, Tree]) -> Tree:
    digest = tree.manifest.digest
    if digest not in done:
        children = tuple(_relisted(child, layers, done) for child in tree.children)
        raw = json.loads(tree.manifest.content)
        for layer in raw.get("layers") or ():
            if layer["digest"] in layers and is_plain(layer.get("mediaType", "")):
                layer["mediaType"] = _PACKED[layer["mediaType"]]
                layer["digest"], layer["size"] = layers[layer["digest"]]
        for entry in raw.get("manifests") or ():
            if listed := done.get(entry["digest"]):
                entry["digest"], entry["size"] = listed.manifest.digest, listed.manifest.size
            _point_anew(entry.get("annotations"), done)
        done[digest] = _rewritten(tree, raw, children)
    return done[digest]


def _rewritten(tree: Tree, raw: dict[str, Any], children: tuple[Tree, ...]) -> Tree:
    if raw == json.loads(tree.manifest.content):
        return tree
    content = json.dumps(raw, indent=2).encode()
    return Tree(
        manifest_of(content, digest_of(content), tree.manifest.media_type, tree.manifest.reference), children
    )


def _point_anew(annotations: Any, done: Mapping[str, Tree]) -> None:
    if isinstance(annotations, dict) and (about := done.get(str(annotations.get(_ABOUT)))):
        annotations[_ABOUT] = about.manifest.digest


def _encoded(encoder: zlib._Compress, source: BlobSource) -> Iterator[bytes]:
    for piece in verified(source):
        if data := encoder.compress(piece):
            yield data
    yield encoder.flush()
