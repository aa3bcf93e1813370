"""What a registry holds: repositories of blobs, manifests and tags."""

from __future__ import annotations

import gzip
import io
import json
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from dockpy.fake.blobs import Blob, BlobWriter
from dockpy.fake.registry.messages import RegistryError
from dockpy.wire.oci import DOCKER_CONFIG, DOCKER_LAYER_GZIP, DOCKER_MANIFEST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

__all__ = ["HasBlob", "Manifest", "Repository", "Store", "compressed", "image_manifest"]


class HasBlob(Protocol):
    """A layer: what holds the tar of one."""

    @property
    def blob(self) -> Blob:
        """The tar, not compressed."""
        ...


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest or an index, as it was pushed.

    Attributes:
        media_type: what it was pushed as.
        blob: its bytes.
    """

    media_type: str
    blob: Blob

    @property
    def digest(self) -> str:
        """Its digest."""
        return self.blob.digest

    @property
    def document(self) -> dict[str, Any]:
        """What it says."""
        document: dict[str, Any] = json.loads(self.blob.read())
        return document

    @property
    def config_type(self) -> str:
        """The media type of its configuration: what kind of thing it is; empty where it says none."""
        try:
            return str(self.document["config"]["mediaType"])
        except (ValueError, LookupError, TypeError):
            return ""


@dataclass(slots=True)
class Repository:
    """One repository.

    Attributes:
        blobs: by digest; those that were pushed here or mounted.
        manifests: by digest.
        tags: name to digest, in the order of their making.
        tagged: it has, or had, a tag.
        pending: tags whose images are put here once somebody asks for them: their configuration and layers.
    """

    name: str
    blobs: dict[str, Blob] = field(default_factory=dict)
    manifests: dict[str, Manifest] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    tagged: bool = False
    pending: dict[str, Callable[[], tuple[Blob, Sequence[HasBlob]]]] = field(default_factory=dict)

    @property
    def all_tags(self) -> list[str]:
        """The tags, those that are pending too."""
        return [*self.tags, *self.pending]

    def manifest(self, reference: str) -> Manifest:
        """The manifest with a tag or a digest.

        Raises:
            RegistryError: there is none.
        """
        for tag in list(self.pending) if ":" in reference else (reference,):
            if (make := self.pending.get(tag)) is not None:
                config, layers = make()
                self.put_image(tag, config, [layer.blob for layer in layers])
        if ":" in reference:
            found = self.manifests.get(reference)
            if found is None:
                raise RegistryError("MANIFEST_UNKNOWN", {"Name": self.name, "Revision": reference})
            return found
        digest = self.tags.get(reference)
        if digest is None or digest not in self.manifests:
            raise RegistryError("MANIFEST_UNKNOWN", {"Tag": reference})
        return self.manifests[digest]

    def put(self, manifest: Manifest, tag: str | None = None, digest: str | None = None) -> None:
        """Take a manifest, under a digest of another kind perhaps, and give it a tag."""
        self.manifests[digest or manifest.digest] = manifest
        if tag is not None:
            self.pending.pop(tag, None)
            self.tags[tag] = manifest.digest
            self.tagged = True

    def put_image(self, tag: str | None, config: Blob, layers: Sequence[Blob]) -> Manifest:
        """Take an image of layers that are not compressed yet, as if it had been pushed."""
        packed = [compressed(layer) for layer in layers]
        self.blobs.update({blob.digest: blob for blob in (config, *packed)})
        manifest = Manifest(DOCKER_MANIFEST, image_manifest(config, packed))
        self.put(manifest, tag)
        return manifest

    def remove(self, digest: str) -> None:
        """Forget a manifest and its tags.

        Raises:
            RegistryError: there is none.
        """
        if self.manifests.pop(digest, None) is None:
            raise RegistryError("MANIFEST_UNKNOWN")
        for tag in [tag for tag, given in self.tags.items() if given == digest]:
            del self.tags[tag]

    def referrers(self, digest: str) -> Iterator[Manifest]:
        """The manifests that are about another."""
        for manifest in list(self.manifests.values()):
            subject = manifest.document.get("subject")
            if isinstance(subject, dict) and subject.get("digest") == digest:
                yield manifest


class Store:
    """All repositories of a registry."""

    def __init__(self) -> None:
        self._repositories: dict[str, Repository] = {}

    def find(self, name: str) -> Repository | None:
        """A repository, if it is there."""
        return self._repositories.get(name)

    def make(self, name: str) -> Repository:
        """A repository, which is made where there is none."""
        return self._repositories.setdefault(name, Repository(name))

    def names(self) -> list[str]:
        """The repositories that something was ever pushed to, sorted."""
        return sorted(self._repositories)


_COMPRESSED: OrderedDict[str, Blob] = OrderedDict()
_REMEMBERED = 256


def compressed(blob: Blob) -> Blob:
    """A blob in gzip's form, the same for the same content always."""
    found = _COMPRESSED.get(blob.digest)
    if found is None:
        writer = BlobWriter()
        buffer = _Buffer(writer)
        with gzip.GzipFile(fileobj=buffer, mode="wb", compresslevel=1, mtime=0, filename="") as file:
            for piece in blob.pieces():
                file.write(piece)
        found = writer.blob()
        _COMPRESSED[blob.digest] = found
        while len(_COMPRESSED) > _REMEMBERED:
            _COMPRESSED.popitem(last=False)
    return found


class _Buffer(io.RawIOBase):
    """A file that is written to a blob."""

    def __init__(self, writer: BlobWriter) -> None:
        self._writer = writer

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._writer.write(bytes(data))
        return len(data)


def image_manifest(config: Blob, layers: Iterable[Blob]) -> Blob:
    """The manifest of an image with gzipped layers, byte for byte as engines push it."""
    document: Mapping[str, Any] = {
        "schemaVersion": 2,
        "mediaType": DOCKER_MANIFEST,
        "config": {"mediaType": DOCKER_CONFIG, "size": config.size, "digest": config.digest},
        "layers": [
            {"mediaType": DOCKER_LAYER_GZIP, "size": layer.size, "digest": layer.digest} for layer in layers
        ],
    }
    return Blob.of(json.dumps(document, indent=3).encode())
