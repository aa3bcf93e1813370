"""Images from one daemon to another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockpy.errors import (
    ApiError,
    DockpyError,
    ImageNotFound,
    InvalidArgument,
    InvalidResponse,
    StreamError,
    VersionMismatch,
)
from dockpy.options.values import string_list
from dockpy.reference import ImageReference
from dockpy.transfer.layers import held_layers, without_layers
from dockpy.transfer.plan import Transfer
from dockpy.transfer.target import check_target
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockpy.client import Client
    from dockpy.resources.image import Image
    from dockpy.transfer.progress import Meter, OnProgress

__all__ = ["ImageCopy", "copy_image"]

_SETTINGS = (
    *("Cmd", "Entrypoint", "Env", "ExposedPorts", "Healthcheck", "Labels", "OnBuild", "Shell", "StopSignal"),
    *("User", "Volumes", "WorkingDir"),
)


class ImageCopy:
    """The copying of one image: ask `check` first, then `add_to` a transfer or do the parts.

    Args:
        image: the image.
        to: where it goes.
        names: the names that it gets there; None for those that it has.
        platform: only this platform of it.
        overwrite: names are taken from other images.
        yields: of the names, those that it does not have here are left out, and those that other images have
            there.
    """

    def __init__(
        self,
        image: Image,
        to: Client,
        *,
        names: str | Sequence[str] | None = None,
        platform: str | None = None,
        overwrite: bool = False,
        yields: bool = False,
    ) -> None:
        self.image = image
        self.to: Client = check_target(to)
        self._names = None if names is None else string_list("names", names)
        self._platform = platform
        self._overwrite = overwrite
        self._yields = yields
        self._given: list[str] = []  # names that it has there in the end
        self._wanted: list[str] = []  # names that it does not have there yet
        self._there: Image | None = None
        self._copied: Image | None = None
        self._replaced: dict[str, str | None] = {}  # the names that were given, and whose they were

    @property
    def exists(self) -> bool:
        """Whether it was there already."""
        return self._there is not None

    @property
    def name(self) -> str | None:
        """The first of its names there; None where it gets none."""
        return self._given[0] if self._given else None

    @property
    def target(self) -> Image:
        """The image there, when it is there."""
        found = self._copied or self._there
        assert found is not None
        return found

    def check(self) -> None:
        """Look at both daemons; nothing is changed.

        Raises:
            InvalidArgument: a name is none, or is another image's there.
            ImageNotFound: the image is not on its daemon, or not of that platform.
            VersionMismatch: its daemon knows no platforms.
        """
        if self._platform is not None and not at_least(version := self.image.client.api_version, "1.48"):
            raise VersionMismatch(
                f"platform= needs API 1.48, and the daemon is spoken to in {version}",
                subject=f"image {self.image.short_id}",
                daemon=self.image.client.daemon,
            )
        self.image.reload()
        if self._platform is not None:
            self._layers()  # it has that platform
        self._there = self._find(self.image.id)
        self._wanted, self._given = [], []
        for name in self.image.tags if self._names is None else self._names:
            reference = ImageReference.parse(name)
            if reference.digest is not None:
                raise InvalidArgument(f"names={name!r} has a digest: an image gets a name and a tag")
            if self._yields and reference.familiar not in self.image.tags:
                continue
            try:
                holder = self._holder(reference.familiar)
            except InvalidArgument:
                if self._yields:
                    continue
                raise
            self._given.append(reference.familiar)
            if holder is None or not self._is_same(holder):
                self._wanted.append(reference.familiar)
            elif self._there is None:  # in a store with ids of another kind
                self._there = holder

    def add_to(self, transfer: Transfer) -> None:
        """Add what is to be done."""
        where, short = self.to.daemon, self.image.name
        if self._there is None:
            transfer.step(
                f"image {short}",
                f"copy the image {short}",
                where,
                self.send,
                undo=self.unsend,
                bytes=self.image.size,
            )
        if self._wanted:
            transfer.step(
                f"names of {short}",
                f"name the image {', '.join(self._wanted)}",
                where,
                self.tag,
                undo=self.untag,
            )

    def send(self, meter: Meter) -> None:
        """Copy the image, without names; nothing happens where it is there.

        Raises:
            InvalidResponse: what arrived is another image.
            ImageLoadError: the target does not take it.
        """
        if self._there is not None:
            return
        layers = self._layers()
        held = held_layers(self.to, layers)
        try:
            self._load(meter, layers, held)
        except (ApiError, StreamError):
            if not held:
                raise
            meter.current = 0
            self._load(meter, layers, 0)  # somebody removed layers meanwhile, or it wants them all
        copied = self.target
        if not self._is_same(copied):
            raise InvalidResponse(
                f"The image {self.image.short_id} arrived as {copied.short_id}, which is another one",
                daemon=self.to.daemon,
            )

    def unsend(self) -> None:
        """Take away what was copied, if anything was, and nobody has named it meanwhile."""
        if self._there is not None:
            return
        found = self._find(self._copied.id if self._copied is not None else self.image.id)
        if found is not None and not found.tags:
            found.remove()

    def tag(self, meter: Meter | None = None) -> None:
        """Give it its names.

        Raises:
            InvalidArgument: a name has become another image's meanwhile.
        """
        for name in self._wanted:
            holder = self._holder(name)
            self._replaced[name] = None if holder is None else holder.id
            self.target.tag(name)

    def untag(self) -> None:
        """Take away the names that were given, and give them back to those that had them."""
        for name, previous in reversed(self._replaced.items()):
            found = self._find(name)
            if found is None or found.id != self.target.id:
                continue
            if previous is not None:
                self.to.images.tag(previous, name)
            elif self._there is not None and len(found.tags) == 1:
                raise DockpyError(f"{name} is the only name of an image that was there before")
            else:
                self.to.images.remove(name)

    def _load(self, meter: Meter, layers: list[str], held: int) -> None:
        with self.image.client.images.save(self.image.id, platform=self._platform) as stream:
            pieces = meter.counted(stream)
            found = self.to.images.load(without_layers(pieces, layers, held) if held else pieces)
        if len(found) != 1:
            raise InvalidResponse(f"Of one image, {len(found)} were loaded", daemon=self.to.daemon)
        self._copied = found[0]

    def _layers(self) -> list[str]:
        client, attrs = self.image.client, self.image.attrs
        if self._platform is not None and at_least(client.api_version, "1.49"):
            attrs = client.images.get(self.image.id, platform=self._platform).attrs
        return list((attrs.get("RootFS") or {}).get("Layers") or [])

    def _find(self, name: str) -> Image | None:
        try:
            return self.to.images.get(name)
        except ImageNotFound:
            return None

    def _is_same(self, found: Image) -> bool:
        """Whether an image there is this one: the containerd store gives images ids of another kind."""
        if found.id == self.image.id:
            return True
        layers: list[str] = (found.attrs.get("RootFS") or {}).get("Layers") or []
        return (
            bool(layers)
            and layers == self._layers()
            and found.created == self.image.created
            and _settings(found) == _settings(self.image)
        )

    def _holder(self, name: str) -> Image | None:
        """The image that has a name there.

        Raises:
            InvalidArgument: it is another one, and is to keep it.
        """
        found = self._find(name)
        if found is not None and not self._overwrite and not self._is_same(found):
            raise InvalidArgument(
                f"{name} is the name of another image there, {found.short_id}: give other names=, or "
                "overwrite=True",
                subject=f"image {name}",
                daemon=self.to.daemon,
            )
        return found


def _settings(image: Image) -> dict[str, Any]:
    """What containers get of an image, as every engine tells it."""
    config = image.attrs.get("Config") or {}
    return {key: config[key] for key in _SETTINGS if config.get(key)}


def copy_image(
    image: Image,
    to: Client,
    *,
    names: str | Sequence[str] | None,
    platform: str | None,
    overwrite: bool,
    progress: OnProgress | None,
) -> Image:
    """Copy an image; see `Image.copy`."""
    work = ImageCopy(image, to, names=names, platform=platform, overwrite=overwrite)
    work.check()
    transfer = Transfer(
        f"copy the image {image.name} from {image.client.daemon} to {to.daemon}", progress=progress
    )
    work.add_to(transfer)
    transfer.run()
    return to.images.known(work.target.id)
