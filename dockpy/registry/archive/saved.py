"""What ``docker save`` writes without a layout: ``manifest.json``, configs, layers that are plain tars.

Docker up to 24 writes it, and so do tools that imitate it. Such an image has no manifest, as registries know
them. It gets Docker's, over its config, whose bytes stay: so its id stays.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import zlib
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from dockpy.errors import ArchiveError, DigestMismatch
from dockpy.registry.archive.contents import ArchivedImage, Budget, Tree, manifest_of
from dockpy.registry.archive.files import FileSource, PieceReader, decode, read_file, read_json
from dockpy.registry.digests import digest_of
from dockpy.wire.oci import DOCKER_CONFIG, DOCKER_LAYER, DOCKER_LAYER_GZIP, DOCKER_MANIFEST

if TYPE_CHECKING:
    from collections.abc import Iterator
    from hashlib import _Hash

    from dockpy.registry.archive.files import Files
    from dockpy.registry.cancel import Cancel
    from dockpy.wire.oci import OCIDescriptor

__all__ = ["MANIFEST_FILE", "SavedContents"]

MANIFEST_FILE = "manifest.json"

_HEX = re.compile(r"[0-9a-f]{64}")
_GZIP = b"\x1f\x8b"
_PIECE = 256 * 1024


class SavedContents:
    """The images of an archive of ``docker save``.

    Args:
        files: the archive's.

    Attributes:
        images: in the archive's order.
        compress: True: registries and engines expect layers to be compressed.

    Raises:
        ArchiveError: it is none, or what an image is made of is missing.
        DigestMismatch: a config is not what its name says.
    """

    compress = True

    def __init__(self, files: Files) -> None:
        self._files = files
        self._names: dict[str, str] = {}  # of files, by the digests that their content has to have
        self._configs: dict[str, tuple[int, str, list[str]]] = {}
        self._layers: dict[tuple[str, str], dict[str, Any]] = {}
        budget = Budget(MANIFEST_FILE)
        listed = read_json(files, MANIFEST_FILE)
        if not isinstance(listed, list):
            raise _wrong("is no list")
        self.images: list[ArchivedImage] = []
        for entry in listed:
            image = self._image(entry)
            budget.take(image.tree.manifest)
            self.images.append(image)

    def blob(self, descriptor: OCIDescriptor, cancel: Cancel) -> FileSource:
        """A blob of it, as `Contents.blob`."""
        return FileSource(self._files, self._names[descriptor.digest], descriptor.digest)

    def _image(self, entry: Any) -> ArchivedImage:
        if not isinstance(entry, dict):
            raise _wrong("lists what is no image")
        names, layers = _texts(entry, "RepoTags"), _texts(entry, "Layers")
        config_name = entry.get("Config")
        if not isinstance(config_name, str):
            raise _wrong("lists an image without a config")
        size, digest, diff_ids = self._config(config_name)
        if len(diff_ids) != len(layers):
            raise ArchiveError(
                f"The image {config_name!r} has {len(diff_ids)} layers, the archive lists {len(layers)}",
                member=config_name,
            )
        document = {
            "schemaVersion": 2,
            "mediaType": DOCKER_MANIFEST,
            "config": {"mediaType": DOCKER_CONFIG, "size": size, "digest": digest},
            "layers": [self._layer(*pair) for pair in zip(layers, diff_ids, strict=True)],
        }
        content = json.dumps(document, indent=3).encode()
        return ArchivedImage(
            tuple(names), Tree(manifest_of(content, digest_of(content), DOCKER_MANIFEST, config_name))
        )

    def _config(self, name: str) -> tuple[int, str, list[str]]:
        """A config's size, its digest and its layers; each is read once, however many images name it."""
        if name not in self._configs:
            self._check_inside(name)
            config = read_file(self._files, name)
            digest = digest_of(config)
            # The name is the digest in archives of Docker; other tools may call it as they like.
            if (said := _HEX.search(name)) and digest != f"sha256:{said[0]}":
                raise DigestMismatch(
                    f"The config {name!r} is not what its name says: it is {digest}",
                    expected=f"sha256:{said[0]}",
                    actual=digest,
                )
            self._names[digest] = name
            self._configs[name] = len(config), digest, _diff_ids(config, name)
        return self._configs[name]

    def _check_inside(self, name: str) -> None:
        if self._files.leads_out(name):  # to what nobody meant to push
            raise ArchiveError(f"{name!r} leads out of the folder", member=name)

    def _layer(self, name: str, diff_id: str) -> dict[str, Any]:
        if (name, diff_id) not in self._layers:
            self._check_inside(name)
            self._layers[name, diff_id] = self._described(name, diff_id)
        return self._layers[name, diff_id]

    def _described(self, name: str, diff_id: str) -> dict[str, Any]:
        size = self._files.size(name)
        if next(self._files.pieces(name), b"")[:2] == _GZIP:
            digest = self._packed(name, diff_id)
            kind = DOCKER_LAYER_GZIP
        else:
            digest, kind = diff_id, DOCKER_LAYER
        self._names[digest] = name
        return {"mediaType": kind, "size": size, "digest": digest}

    def _packed(self, name: str, diff_id: str) -> str:
        """The digest of a layer that is compressed in the archive; what it holds is to be the layer."""
        packed, plain = hashlib.sha256(), hashlib.sha256()
        try:
            pieces = _passing(self._files.pieces(name), packed)
            with gzip.GzipFile(fileobj=cast("BinaryIO", PieceReader(pieces))) as file:
                for piece in iter(lambda: file.read(_PIECE), b""):
                    plain.update(piece)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise ArchiveError(f"The layer {name!r} is damaged: {error}", member=name) from None
        actual = f"sha256:{plain.hexdigest()}"
        if actual != diff_id:
            raise DigestMismatch(
                f"The layer {name!r} is not what the image says: it is {actual}",
                expected=diff_id,
                actual=actual,
            )
        return f"sha256:{packed.hexdigest()}"


def _passing(pieces: Iterator[bytes], hasher: _Hash) -> Iterator[bytes]:
    for piece in pieces:
        hasher.update(piece)
        yield piece


def _diff_ids(config: bytes, name: str) -> list[str]:
    raw = decode(config, name)
    rootfs = raw.get("rootfs") if isinstance(raw, dict) else None
    found = (rootfs.get("diff_ids") if isinstance(rootfs, dict) else None) or []
    if not isinstance(found, list) or not all(
        isinstance(item, str) and item.startswith("sha256:") and _HEX.fullmatch(item[7:]) for item in found
    ):
        raise ArchiveError(f"The config {name!r} does not say what its layers are", member=name)
    return found


def _texts(entry: dict[str, Any], key: str) -> list[str]:
    found = entry.get(key) or []
    if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
        raise _wrong(f"has {key} that are no list of texts")
    return found


def _wrong(problem: str) -> ArchiveError:
    return ArchiveError(f"{MANIFEST_FILE!r} {problem}", member=MANIFEST_FILE)
