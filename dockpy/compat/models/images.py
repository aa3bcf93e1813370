"""Images."""

from __future__ import annotations

import re
import warnings
from itertools import chain
from typing import TYPE_CHECKING, Any, cast

from dockpy.compat.constants import DEFAULT_DATA_CHUNK_SIZE
from dockpy.compat.errors import BuildError, ImageLoadError, InvalidArgument
from dockpy.compat.models.resource import Collection, Model
from dockpy.compat.utils import parse_repository_tag
from dockpy.compat.utils.json_stream import json_stream

if TYPE_CHECKING:
    import builtins
    from collections.abc import Iterator

__all__ = ["Image", "ImageCollection", "RegistryData", "normalize_platform"]

_BUILT = re.compile(r"(?:^Successfully built |sha256:)([0-9a-f]+)$")
_LOADED = re.compile(r"^Loaded image(?: ID)?: (.+)$")


class Image(Model):
    """An image."""

    def __repr__(self) -> str:
        tags = "', '".join(self.tags)
        return f"<{type(self).__name__}: '{tags}'>"

    @property
    def labels(self) -> dict[str, str]:
        """Its labels."""
        return self.attrs["Config"].get("Labels") or {}

    @property
    def short_id(self) -> str:
        """The first 12 characters of its ID, not counting ``sha256:``."""
        return self.id[: 19 if self.id.startswith("sha256:") else 12]

    @property
    def tags(self) -> list[str]:
        """Its names."""
        return [tag for tag in self.attrs.get("RepoTags") or () if tag != "<none>:<none>"]

    def history(self) -> Any:
        """Its layers, and how each was made."""
        return self.client.api.history(self.id)

    def remove(self, force: bool = False, noprune: bool = False) -> Any:
        """Remove it; where it has several names or is used, with ``force`` only."""
        return self.client.api.remove_image(self.id, force=force, noprune=noprune)

    def save(
        self, chunk_size: int | None = DEFAULT_DATA_CHUNK_SIZE, named: str | bool = False
    ) -> Iterator[bytes]:
        """It as a tar archive, in chunks.

        Args:
            chunk_size: bytes in each chunk; None for chunks as they come.
            named: with its first name, or this one of its names; without one where False.

        Raises:
            InvalidArgument: it has no such name.
        """
        name = self.id
        if isinstance(named, str) and named:
            if named not in self.tags:
                raise InvalidArgument(f"{named} is not a valid tag for this image")
            name = named
        elif named and self.tags:
            name = self.tags[0]
        return self.client.api.get_image(name, chunk_size)

    def tag(self, repository: str, tag: str | None = None, **kwargs: Any) -> bool:
        """Give it one more name; True where that worked."""
        return self.client.api.tag(self.id, repository, tag=tag, **kwargs)


class RegistryData(Model):
    """What a registry knows of an image.

    Attributes:
        image_name: the name it was asked for by.
    """

    def __init__(self, image_name: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.image_name = image_name

    @property
    def id(self) -> str:
        """Its digest."""
        return cast("str", self.attrs["Descriptor"]["digest"])

    @property
    def short_id(self) -> str:
        """The first 12 characters of its digest, not counting ``sha256:``."""
        return self.id[:19]

    def pull(self, platform: str | None = None) -> Image:
        """Pull it, by its digest."""
        repository, _ = parse_repository_tag(self.image_name)
        return cast("Image", self.collection.pull(repository, tag=self.id, platform=platform))

    def has_platform(self, platform: str | dict[str, str]) -> bool:
        """Whether it is there for a platform: ``os[/architecture[/variant]]``, or a dict of these.

        Raises:
            InvalidArgument: that is no platform.
        """
        if platform and not isinstance(platform, dict):
            parts = platform.split("/")
            if len(parts) > 3:
                raise InvalidArgument(f'"{platform}" is not a valid platform descriptor')
            platform = dict(zip(("os", "architecture", "variant"), parts, strict=False))
        return normalize_platform(platform or None, self.client.version()) in self.attrs["Platforms"]

    def reload(self) -> None:
        """Ask the registry again, and keep the answer as `attrs`."""
        self.attrs: dict[str, Any] = self.client.api.inspect_distribution(self.image_name)


class ImageCollection(Collection[Image]):
    """The images of a daemon."""

    model = Image

    def build(self, **kwargs: Any) -> Any:
        """Build an image with the classic builder; keywords as of `APIClient.build`.

        Returns:
            The image, and the build's messages; with ``quiet`` the image alone.

        Raises:
            BuildError: the build failed.
            TypeError: neither ``path`` nor ``fileobj`` is given.
        """
        answer = self.client.api.build(**kwargs)
        if isinstance(answer, str):
            return self.get(answer)
        messages, log, image_id = json_stream(answer), list[Any](), None
        for message in messages:
            log.append(message)
            if "error" in message:
                raise BuildError(message["error"], chain(log, messages))
            if built := _BUILT.search(message.get("stream", "")):
                image_id = built[1]
        if not image_id:
            raise BuildError(log[-1] if log else "Unknown", iter(log))
        return self.get(image_id), iter(log)

    def get(self, name: str) -> Image:
        """The image of a name or an ID."""
        return self.prepare_model(self.client.api.inspect_image(name))

    def get_registry_data(self, name: str, auth_config: dict[str, Any] | None = None) -> RegistryData:
        """What its registry knows of an image; ``auth_config`` takes the place of known credentials."""
        return RegistryData(
            image_name=name,
            attrs=self.client.api.inspect_distribution(name, auth_config),
            client=self.client,
            collection=self,
        )

    def list(
        self, name: str | None = None, all: bool = False, filters: dict[str, Any] | None = None
    ) -> list[Image]:
        """The images, each asked for.

        Args:
            name: those of this repository.
            all: intermediate layers, too.
            filters: those that these leave.
        """
        return [
            self.get(found["Id"]) for found in self.client.api.images(name=name, all=all, filters=filters)
        ]

    def load(self, data: Any) -> builtins.list[Image]:
        """Load the images of an archive of `Image.save` or ``docker save``, bytes or a file.

        Raises:
            ImageLoadError: it cannot be loaded.
        """
        names = []
        for message in self.client.api.load_image(data):
            if "errorDetail" in message:
                raise ImageLoadError(message["errorDetail"]["message"])
            if loaded := _LOADED.search(message.get("stream", "")):
                names.append(loaded[1])
        return [self.get(name) for name in names]

    def pull(self, repository: str, tag: str | None = None, all_tags: bool = False, **kwargs: Any) -> Any:
        """Pull an image; keywords as of `APIClient.pull`.

        Args:
            repository: its name, which may include the tag.
            tag: its tag or digest; ``latest`` where none is given.
            all_tags: every tag of the repository.
            kwargs: ``platform``, ``auth_config``.

        Returns:
            The image; a list of all of the repository where ``all_tags`` is given.
        """
        repository, own_tag = parse_repository_tag(repository)
        tag = tag or own_tag or "latest"
        if "stream" in kwargs:
            warnings.warn(
                "`stream` is not a valid parameter for this method and will be overridden", stacklevel=1
            )
            del kwargs["stream"]
        for _ in self.client.api.pull(repository, tag=tag, stream=True, all_tags=all_tags, **kwargs):
            pass
        if all_tags:
            return self.list(repository)
        return self.get(f"{repository}{'@' if tag.startswith('sha256:') else ':'}{tag}")

    def push(self, repository: str, tag: str | None = None, **kwargs: Any) -> Any:
        """Push an image; keywords as of `APIClient.push`."""
        return self.client.api.push(repository, tag=tag, **kwargs)

    def remove(self, *args: Any, **kwargs: Any) -> None:
        """Remove an image; arguments as of `APIClient.remove_image`."""
        self.client.api.remove_image(*args, **kwargs)

    def search(self, *args: Any, **kwargs: Any) -> Any:
        """Search Docker Hub for a ``term``; at most ``limit`` images."""
        return self.client.api.search(*args, **kwargs)

    def prune(self, filters: dict[str, Any] | None = None) -> Any:
        """Remove the images that nothing uses: without a name, unless ``filters`` say otherwise."""
        return self.client.api.prune_images(filters=filters)

    def prune_builds(self, *args: Any, **kwargs: Any) -> Any:
        """Clear the builder's cache; arguments as of `APIClient.prune_builds`."""
        return self.client.api.prune_builds(*args, **kwargs)


def normalize_platform(platform: dict[str, str] | None, engine_info: dict[str, Any]) -> dict[str, str]:
    """A platform with the engine's own system and architecture where it names none."""
    return {"os": engine_info["Os"], "architecture": engine_info["Arch"], **(platform or {})}
