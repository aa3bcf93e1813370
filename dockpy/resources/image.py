"""One image."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.errors import InvalidArgument
from dockpy.ops import images as ops
from dockpy.options.platforms import platforms_json
from dockpy.resources.base import Resource, parse_time

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from dockpy.client import Client
    from dockpy.resources.image_layers import ImageLayer
    from dockpy.transfer.progress import CopyProgress
    from dockpy.transport.exchange import ByteStream
    from dockpy.wire.images import (
        AttestationStatement,
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
    def os(self) -> str:
        """The operating system that it is for."""
        return self.attrs.os

    @property
    def architecture(self) -> str:
        """The processors that it is for, such as ``amd64``."""
        return self.attrs.architecture

    @property
    def platform(self) -> str:
        """What it is for, as ``os/architecture[/variant]``."""
        return "/".join(part for part in (self.os, self.architecture, self.attrs.variant) if part)

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

    def remove(
        self, *, force: bool = False, noprune: bool = False, platforms: str | Sequence[str] | None = None
    ) -> list[ImageDeleteResponseItem]:
        """Remove it with all its names; see `ImageCollection.remove`."""
        return self.client.images.remove(self.id, force=force, noprune=noprune, platforms=platforms)

    def history(self, *, platform: str | None = None) -> list[ImageHistoryResponseItem]:
        """By which steps it was made, newest first; see `ImageCollection.history`."""
        return self.client.images.history(self.id, platform=platform)

    def layers(self) -> list[ImageLayer]:
        """Its layers, lowest first: which instruction made each, and how large it is.

        Operation: ImageHistory.
        """
        from dockpy.resources.image_layers import join_layers

        return join_layers(self.history(), self.attrs.root_fs.layers)

    def attestations(
        self,
        *,
        platform: str | None = None,
        types: str | Sequence[str] | None = None,
        statement: bool | None = None,
    ) -> list[AttestationStatement]:
        """What is attested of it; see `ImageCollection.attestations`."""
        return self.client.images.attestations(self.id, platform=platform, types=types, statement=statement)

    def save(self, *, named: bool | str = False, platform: str | Sequence[str] | None = None) -> ByteStream:
        """It as a tar, streamed: iterate, or ``read()``; close it where you leave it.

        Args:
            named: keep its first name in the archive, or the one given; a tar of its id alone has none.
            platform: only this platform of it (API 1.48), or these (API 1.52).

        Raises:
            InvalidArgument: it has no name, or not the one given.

        Operation: ImageGet.
        """
        name = self.id
        if named:
            name = named if isinstance(named, str) else next(iter(self.tags), "")
            if name not in self.tags:
                raise InvalidArgument(f"named={named!r}: the image {self.short_id} has the names {self.tags}")
        query = {"platform": platforms_json("platform", platform)}
        return self.client.api.stream(ops.GET, {"name": name}, query)

    def copy(
        self,
        *,
        to: Client,
        names: str | Sequence[str] | None = None,
        platform: str | None = None,
        overwrite: bool = False,
        progress: Callable[[CopyProgress], object] | None = None,
    ) -> Image:
        """Copy it to another daemon, streamed through this process. An image that is there is only named.

        Layers that the other engine has are left out where it can do without them. Names by digest
        (`digests`) do not go along: engines have them of registries alone.

        Args:
            to: a client of the other daemon.
            names: the names that it gets there; those that it has where none are given, ``[]`` for none.
            platform: only this platform of it (API 1.48).
            overwrite: names are taken from other images that have them there.
            progress: called with each step, and now and then with how far it is.

        Returns:
            The image there.

        Raises:
            InvalidArgument: a name is none, or is another image's there.
            ImageNotFound: it is not there any more.
            TransferError: it failed on the way; nothing of it is left there.

        Operation: ImageGetAll, ImageLoad, ImageTag.
        """
        from dockpy.transfer.images import copy_image

        return copy_image(self, to, names=names, platform=platform, overwrite=overwrite, progress=progress)

    def __repr__(self) -> str:
        known = self._summary or self._attrs
        tags = ", ".join(map(repr, self.tags)) if known is not None else ""
        return f"<Image: {tags or self.short_id}>"
