"""The images of a daemon: by id, and by the names they go under."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dockpy.fake.blobs import Blob
from dockpy.fake.failure import Failure
from dockpy.fake.releases import release
from dockpy.fake.state.image import Image, chain_ids, config_blob
from dockpy.fake.state.image_names import Name, parse_name, parse_reference

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from dockpy.fake.engine import Engine
    from dockpy.fake.files import Layer
    from dockpy.fake.state.container import Container

__all__ = ["Images"]

_ID_PREFIX = re.compile(r"(?:sha256:)?[0-9a-f]{1,64}")


class Images:
    """What images a daemon has.

    Args:
        engine: the daemon.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._images: dict[str, Image] = {}
        self._names: dict[Name, str] = {}
        self._distributed: dict[str, dict[tuple[str, str], Blob]] = {}

    @property
    def api(self) -> str:
        """The newest version that the daemon speaks: it says which engine it behaves as."""
        return self.engine.api

    @property
    def release(self) -> str:
        """The daemon's release, as images say what made them."""
        return release(self.api)

    # What is here

    def __iter__(self) -> Iterator[Image]:
        return iter(list(self._images.values()))

    def __len__(self) -> int:
        return len(self._images)

    def get(self, id: str) -> Image | None:
        """The image with this whole id."""
        return self._images.get(id)

    def find(self, reference: str) -> Image | None:
        """The image of a name, an id or the beginning of one; None where there is none.

        Raises:
            Failure: 400, it cannot be a name.
        """
        parsed = parse_reference(reference, self.api)
        if isinstance(parsed, str):
            return self._images.get(parsed)
        if (found := self.named(parsed)) is not None:
            return found
        return self._by_prefix(reference)

    def resolve(self, reference: str) -> Image:
        """The image of a name, an id or the beginning of one.

        Raises:
            Failure: 404, there is none; 400, it cannot be a name.
        """
        if (image := self.find(reference)) is not None:
            return image
        parsed = parse_reference(reference, self.api)
        raise Failure(
            404, f"No such image: {parsed if isinstance(parsed, str) else parsed.with_default().familiar}"
        )

    def named(self, name: Name) -> Image | None:
        """The image that a name stands for; its digest counts where it has one."""
        key = name.of_digest(name.digest) if name.digest else name.with_default()
        id = self._names.get(key)
        return None if id is None else self._images[id]

    def _by_prefix(self, text: str) -> Image | None:
        if not _ID_PREFIX.fullmatch(text):
            return None
        prefix = f"sha256:{text.removeprefix('sha256:')}"
        found = [image for id, image in self._images.items() if id.startswith(prefix)]
        return found[0] if len(found) == 1 else None

    def names_of(self, image: Image) -> list[Name]:
        """Its names with tags and with digests, sorted."""
        return sorted(
            (name for name, id in self._names.items() if id == image.id), key=lambda name: name.full
        )

    def all_names(self) -> dict[str, list[Name]]:
        """The names of all images, by id, sorted."""
        found: dict[str, list[Name]] = {}
        for name in sorted(self._names, key=lambda name: name.full):
            found.setdefault(self._names[name], []).append(name)
        return found

    def tags_of(self, image: Image) -> list[str]:
        """Its names with tags, as people write them."""
        return [name.familiar for name in self.names_of(image) if not name.digest]

    def digests_of(self, image: Image) -> list[str]:
        """Its names with digests, as people write them."""
        return [name.familiar for name in self.names_of(image) if name.digest]

    def repository_tags(self, name: Name) -> list[Name]:
        """The names with tags that a repository has here, sorted."""
        found = [other for other in self._names if other.repository == name.repository and not other.digest]
        return sorted(found, key=lambda other: other.full)

    def users_of(self, image: Image) -> list[Container]:
        """The containers that were made from it."""
        return [container for container in self.engine.containers if container.image.id == image.id]

    def chains(self) -> dict[str, int]:
        """How many images have each layer, by what names it together with all below it."""
        found: dict[str, int] = {}
        for image in self._images.values():
            for chain in chain_ids(image.diff_ids):
                found[chain] = found.get(chain, 0) + 1
        return found

    def children_of(self, image: Image) -> list[Image]:
        """The images that were made from it here."""
        return [other for other in self._images.values() if other.parent == image.id]

    # What changes

    def add(
        self,
        config: Blob | Mapping[str, Any],
        layers: Sequence[Layer],
        *,
        parent: Image | None = None,
        references: Iterable[str] = (),
    ) -> Image:
        """Take an image in; the one that is here already, where its configuration is the same.

        Args:
            config: its configuration: the document, or values; without ``rootfs`` it is filled in.
            layers: its layers, lowest first.
            parent: what it was made from here.
            references: the names it gets.
        """
        if not isinstance(config, Blob):
            rootfs = {"type": "layers", "diff_ids": [layer.diff_id for layer in layers]}
            config = config_blob(config if "rootfs" in config else {**config, "rootfs": rootfs})
        image = self._images.get(config.digest)
        if image is None:
            image = self.build(config, layers)
            image.parent = "" if parent is None else parent.id
            self._images[image.id] = image
        for reference in references:
            self.name(parse_name(reference, self.api).with_default(), image)
        return image

    def build(self, config: Blob, layers: Sequence[Layer]) -> Image:
        """An image that is not yet among those of the daemon.

        Raises:
            Failure: its configuration is none.
        """
        try:
            return Image(config, layers)
        except ValueError as error:
            raise Failure(500, f"invalid image configuration: {error}") from None

    def take(self, image: Image) -> Image:
        """Take an image in; gives back the one that is here already, where there is one."""
        return self._images.setdefault(image.id, image)

    def tag(self, image: Image, name: Name) -> None:
        """Give an image a name.

        Raises:
            Failure: 400, nothing may be called that.
        """
        if name.repository == "docker.io/library/sha256":
            raise Failure(400, "refusing to create an ambiguous tag using digest algorithm as name")
        self.name(name.with_default(), image)
        self.emit("tag", image, name=name.familiar)

    def emit(self, action: str, image: Image | None, *, id: str = "", name: str = "") -> None:
        """Tell of what happened to an image.

        Args:
            action: ``tag``, ``pull`` …
            image: the image, where there is one.
            id: what it is told of; empty for the image's id.
            name: what it is called; empty for the image's id.
        """
        shown = id or (image.id if image is not None else "")
        labels = image.labels if image is not None else {}
        self.engine.events.emit("image", action, shown, {**labels, "name": name or shown})

    # What registries have of it

    def distribute(self, layer: Layer, host: str, path: str, blob: Blob) -> None:
        """Remember as what blob a repository has a layer."""
        self._distributed.setdefault(layer.diff_id, {})[host, path] = blob

    def distributions(self, layer: Layer, host: str) -> dict[str, Blob]:
        """As what blobs the repositories of a registry have a layer, by repository; the latest first."""
        known = self._distributed.get(layer.diff_id, {})
        return {path: blob for (at, path), blob in reversed(list(known.items())) if at == host}

    def distributed_layer(self, digest: str) -> Layer | None:
        """The layer of an image here that some registry has as this blob."""
        for diff_id, places in self._distributed.items():
            if any(blob.digest == digest for blob in places.values()):
                return self.layer(diff_id)
        return None

    def layer(self, diff_id: str) -> Layer | None:
        """A layer that an image here has."""
        for image in self._images.values():
            for layer in image.layers:
                if layer.diff_id == diff_id:
                    return layer
        return None

    def name(self, name: Name, image: Image) -> None:
        """Have a name stand for an image, and no longer for another; no event tells of it."""
        self._names[name] = image.id
        if not name.digest:
            image.last_tag_time = self.engine.now()

    def unname(self, name: Name) -> None:
        """Forget a name."""
        del self._names[name]

    def forget(self, image: Image) -> None:
        """Forget an image that has no names any more, and where registries have what was only its own."""
        del self._images[image.id]
        kept = {diff_id for other in self._images.values() for diff_id in other.diff_ids}
        for diff_id in image.diff_ids:
            if diff_id not in kept:
                self._distributed.pop(diff_id, None)
