"""What an archive holds: images, each a manifest, or an index with all that it lists; and their blobs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from dockpy.errors import (
    ArchiveError,
    DigestMismatch,
    InvalidArgument,
    InvalidReference,
    InvalidResponse,
)
from dockpy.reference import ImageReference
from dockpy.registry.archive.files import decode
from dockpy.registry.digests import check_content
from dockpy.registry.manifest import MOST_WEIGHT, Manifest, weight_of
from dockpy.wire.oci import DOCKER_LAYER_FOREIGN, INDEX_TYPES, MANIFEST_TYPES, OCI_INDEX, OCI_MANIFEST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from dockpy.registry.blobs import BlobSource
    from dockpy.registry.cancel import Cancel
    from dockpy.wire.oci import OCIDescriptor

__all__ = [
    "ArchivedImage",
    "Budget",
    "Contents",
    "Tree",
    "grow",
    "is_foreign",
    "is_manifest",
    "manifest_of",
    "select",
]

_DEEPEST = 8
_FOREIGN = (DOCKER_LAYER_FOREIGN, "application/vnd.oci.image.layer.nondistributable.v1.tar")


@dataclass(frozen=True, slots=True)
class Tree:
    """A manifest, and those that it lists where it is an index.

    Attributes:
        manifest: it.
        children: of an index, in its order.
    """

    manifest: Manifest
    children: tuple[Tree, ...] = ()

    def walk(self) -> Iterator[Tree]:
        """All of it, each once, what is listed before what lists it."""
        yield from self._walk(set())

    def _walk(self, seen: set[str]) -> Iterator[Tree]:
        if self.manifest.digest in seen:
            return
        seen.add(self.manifest.digest)
        for child in self.children:
            yield from child._walk(seen)
        yield self

    def blobs(self) -> list[OCIDescriptor]:
        """Configs, layers and whatever else of all of it that is no manifest, each once."""
        found: dict[str, OCIDescriptor] = {}
        for tree in self.walk():
            manifest = tree.manifest
            others = [item for item in manifest.manifests if not is_manifest(item)]
            for item in (manifest.config, *manifest.layers, *others):
                if item is not None:
                    found.setdefault(item.digest, item)
        return list(found.values())


@dataclass(frozen=True, slots=True)
class ArchivedImage:
    """An image in an archive.

    Attributes:
        names: what the archive calls it: references, or tags alone, which layouts may have; it may have none.
        tree: its manifest.
    """

    names: tuple[str, ...]
    tree: Tree

    @property
    def references(self) -> list[ImageReference]:
        """Those of its names that say more than a tag.

        Raises:
            ArchiveError: one is none.
        """
        try:
            return [ImageReference.parse(name) for name in self.names if "/" in name or ":" in name]
        except InvalidReference as error:
            raise ArchiveError(f"The archive names an image wrongly: {error}") from None

    @property
    def ids(self) -> set[str]:
        """What it is known by: its manifests' digests, and its configs', which are images' ids."""
        found = {tree.manifest.digest for tree in self.tree.walk()}
        return found | {tree.manifest.config.digest for tree in self.tree.walk() if tree.manifest.config}

    def __str__(self) -> str:
        config = self.tree.manifest.config
        return ", ".join(self.names) or (config or self.tree.manifest).digest[:19]


class Contents(Protocol):
    """An archive that is open."""

    @property
    def images(self) -> Sequence[ArchivedImage]:
        """All that it holds."""
        ...

    @property
    def compress(self) -> bool:
        """Whether its layers are to be compressed where nobody says."""
        ...

    def blob(self, descriptor: OCIDescriptor, cancel: Cancel, /) -> BlobSource:
        """A blob of it.

        Args:
            descriptor: which.
            cancel: ends reading from it, where that may take long.

        Raises:
            ArchiveError: it is not there.
        """
        ...


def is_manifest(descriptor: OCIDescriptor) -> bool:
    """Whether what an index lists is a manifest: a build cache lists its blobs as well."""
    return descriptor.media_type in ("", *MANIFEST_TYPES, *INDEX_TYPES)


def is_foreign(descriptor: OCIDescriptor) -> bool:
    """Whether it is a layer that is fetched from where its descriptor says, and never pushed (Windows)."""
    return descriptor.media_type.startswith(_FOREIGN)


def manifest_of(content: bytes, digest: str, media_type: str, name: str) -> Manifest:
    """A manifest out of an archive.

    Args:
        content: its bytes.
        digest: what it is to be.
        media_type: what its descriptor says; what it says of itself counts for more.
        name: for errors.

    Raises:
        DigestMismatch: it is not what its digest says.
        ArchiveError: it is no manifest.
    """
    try:
        check_content(
            content, digest, subject=f"archive's {name}", what="The manifest is not what its digest says"
        )
        raw = decode(content, name)
        if not isinstance(raw, dict):
            raise ArchiveError(f"The manifest {name!r} is no JSON object", member=name)
        kind = raw.get("mediaType") or media_type or (OCI_INDEX if "manifests" in raw else OCI_MANIFEST)
        if kind not in (*MANIFEST_TYPES, *INDEX_TYPES):
            raise ArchiveError(f"{name!r} is of no kind of manifest that is known: {kind!r}", member=name)
        manifest = Manifest(name, digest, kind, content, raw)
        # What cannot be read is to be known before anything is sent.
        _ = manifest.config, manifest.layers, manifest.manifests
    except InvalidResponse as error:
        if isinstance(error, DigestMismatch):
            raise
        raise ArchiveError(error.message, member=name) from None
    return manifest


class Budget:
    """How much memory manifests may take; a few bytes of JSON may make many objects.

    Args:
        name: what they belong to, for the error.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._taken = 0

    def take(self, manifest: Manifest) -> None:
        """Count one.

        Raises:
            ArchiveError: it is too much.
        """
        self._taken += weight_of(manifest)
        if self._taken > MOST_WEIGHT:
            raise ArchiveError(
                f"The manifests of {self._name!r} are too large: together above {MOST_WEIGHT >> 20} MiB"
            )


def grow(
    load: Callable[[OCIDescriptor], Manifest],
    root: OCIDescriptor,
    budget: Budget,
    grown: dict[str, Tree] | None = None,
) -> Tree:
    """A manifest with all that it lists, each loaded once.

    Args:
        load: a descriptor's manifest, verified.
        root: the first.
        budget: how large all of it may be.
        grown: what has been loaded before, by digest, for the same repository or archive.

    Raises:
        ArchiveError: it is nested too deeply, or too large.
    """
    grown = {} if grown is None else grown

    def tree_of(descriptor: OCIDescriptor, depth: int) -> Tree:
        if descriptor.digest not in grown:
            if depth > _DEEPEST:
                raise ArchiveError(f"The index {root.digest} lists indexes of indexes, {depth} deep")
            manifest = load(descriptor)
            budget.take(manifest)
            listed = [child for child in manifest.manifests if is_manifest(child)]
            children = tuple(tree_of(child, depth + 1) for child in listed)
            grown[descriptor.digest] = Tree(manifest, children)
        return grown[descriptor.digest]

    return tree_of(root, 0)


def select(images: Sequence[ArchivedImage], wanted: str | None) -> list[ArchivedImage]:
    """Those that are meant.

    Args:
        images: of an archive.
        wanted: a name, or an id or digest or how one begins; None for all.

    Raises:
        InvalidArgument: there is none, or more than one; the message lists what there is.
    """
    if wanted is None:
        return list(images)
    found = [image for image in images if _is_meant(image, wanted)]
    if len(found) != 1:
        there = "; ".join(map(str, images)) or "nothing"
        problem = "several images" if found else "no image"
        raise InvalidArgument(f"image={wanted!r}: the archive holds {problem} of that name: {there}")
    return found


def _is_meant(image: ArchivedImage, wanted: str) -> bool:
    if wanted in image.names:
        return True
    try:
        name = ImageReference.parse(wanted).canonical
    except InvalidReference:
        name = ""
    if name and any(_canonical(own) == name for own in image.names):
        return True
    hexadecimal = wanted.removeprefix("sha256:")
    return len(hexadecimal) >= 6 and any(id.partition(":")[2].startswith(hexadecimal) for id in image.ids)


def _canonical(name: str) -> str:
    try:
        return ImageReference.parse(name).canonical
    except InvalidReference:
        return ""
