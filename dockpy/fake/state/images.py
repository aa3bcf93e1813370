"""The images of a daemon: by id, and by the names they go under."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dockpy.fake.blobs import Blob
from dockpy.fake.failure import Failure
from dockpy.fake.state.image import Image, config_blob
from dockpy.fake.state.image_names import Name, parse_name, parse_reference

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from dockpy.fake.engine import Engine
    from dockpy.fake.files import Layer

__all__ = ["Images"]

_ID_PREFIX = re.compile(r"(?:sha256:)?[0-9a-f]{1,64}")


class Images:
    """What images a daemon has.

    Args:
        engine: the daemon.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._images: dict[str, Image] = {}
        self._names: dict[Name, str] = {}

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
        parsed = parse_reference(reference, self._engine.api)
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
        parsed = parse_reference(reference, self._engine.api)
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

    def tags_of(self, image: Image) -> list[str]:
        """Its names with tags, as people write them."""
        return [name.familiar for name in self.names_of(image) if not name.digest]

    def digests_of(self, image: Image) -> list[str]:
        """Its names with digests, as people write them."""
        return [name.familiar for name in self.names_of(image) if name.digest]

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
            image = Image(config, layers, parent="" if parent is None else parent.id)
            self._images[image.id] = image
        for reference in references:
            self.name(parse_name(reference, self._engine.api).with_default(), image)
        return image

    def name(self, name: Name, image: Image) -> None:
        """Have a name stand for an image, and no longer for another; no event tells of it."""
        self._names[name] = image.id
        if not name.digest:
            image.last_tag_time = self._engine.now()

    def unname(self, name: Name) -> None:
        """Forget a name."""
        del self._names[name]

    def forget(self, image: Image) -> None:
        """Forget an image that has no names any more."""
        del self._images[image.id]
