"""One image."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.errors import InvalidArgument
from dockpy.ops import images as ops
from dockpy.resources.base import Resource, parse_time

if TYPE_CHECKING:
    from datetime import datetime

    from dockpy.transport.exchange import ByteStream
    from dockpy.wire.images import (
        ImageDeleteResponseItem,
        ImageHistoryResponseItem,
        ImageInspect,
    )

__all__ = ["Image"]


class Image(Resource["ImageInspect"]):
    """An image: layers, and what to run on them."""

    @property
    def tags(self) -> list[str]:
        """Its names, such as ``alpine:3.10``."""
        return [tag for tag in self._known.get("RepoTags") or [] if tag != "<none>:<none>"]

    @property
    def digests(self) -> list[str]:
        """Its names by digest, one for each repository that it was pulled from or pushed to."""
        return [name for name in self._known.get("RepoDigests") or [] if name != "<none>@<none>"]

    @property
    def labels(self) -> dict[str, str]:
        """Its labels."""
        config = self._known.get("Config") or {}
        return dict(self._known.get("Labels") or config.get("Labels") or {})

    @property
    def size(self) -> int:
        """Bytes that its layers take, shared ones included."""
        return int(self._known.get("Size") or 0)

    @property
    def created(self) -> datetime | None:
        """When it was built."""
        return parse_time(self._known.get("Created"))

    @property
    def name(self) -> str:
        """Its first tag; its short id where it has none."""
        return next(iter(self.tags), self.short_id)

    def _inspect(self) -> ImageInspect:
        return self.client.api.call(ops.INSPECT, {"name": self.id})

    def tag(self, repository: str, tag: str | None = None) -> None:
        """Give it a further name; see `ImageCollection.tag`."""
        self.client.images.tag(self.id, repository, tag)
        self.stale()

    def remove(self, *, force: bool = False, noprune: bool = False) -> list[ImageDeleteResponseItem]:
        """Remove it with all its names; see `ImageCollection.remove`."""
        return self.client.images.remove(self.id, force=force, noprune=noprune)

    def history(self) -> list[ImageHistoryResponseItem]:
        """Which instruction made which layer; see `ImageCollection.history`."""
        return self.client.images.history(self.id)

    def save(self, *, named: bool | str = False, platform: str | None = None) -> ByteStream:
        """It as a tar, streamed.

        Args:
            named: keep its first name in the archive, or the one given; a tar of its id alone has none.
            platform: only this platform of it (API 1.48).

        Raises:
            InvalidArgument: it has no name, or not the one given.
        """
        if not named:
            return self.client.images.save(self.id, platform=platform)
        name = named if isinstance(named, str) else next(iter(self.tags), None)
        if name is None or name not in self.tags:
            raise InvalidArgument(f"named={named!r}: the image {self.short_id} has the names {self.tags}")
        return self.client.images.save(name, platform=platform)

    def __repr__(self) -> str:
        known = self._summary or self._attrs
        tags = ", ".join(map(repr, self.tags)) if known is not None else ""
        return f"<Image: {tags or self.short_id}>"
