"""What a registry says of an image, before it is pulled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.options.platforms import ARCHITECTURES, platform_name

if TYPE_CHECKING:
    from dockpy.client import Client
    from dockpy.resources.image import Image
    from dockpy.wire.distribution import DistributionInspect
    from dockpy.wire.oci import OCIPlatform

__all__ = ["RegistryData"]


class RegistryData:
    """An image in its registry.

    Attributes:
        client: the client that it was asked through.
        name: the image's name, as it was asked for.
        attrs: everything the engine says of it: the manifest's descriptor, and the platforms.
    """

    def __init__(self, client: Client, name: str, attrs: DistributionInspect) -> None:
        self.client = client
        self.name = name
        self.attrs = attrs

    @property
    def digest(self) -> str:
        """The digest of its manifest, or of the index of several."""
        return str((self.attrs.get("Descriptor") or {}).get("digest") or "")

    @property
    def id(self) -> str:
        """The same, by docker-py's name."""
        return self.digest

    @property
    def short_id(self) -> str:
        """The digest's first 12 hex digits."""
        return self.digest.removeprefix("sha256:")[:12]

    @property
    def platforms(self) -> list[OCIPlatform]:
        """The platforms that it is for."""
        return self.attrs.platforms

    def has_platform(self, platform: str) -> bool:
        """Whether it is for a platform.

        Args:
            platform: ``os[/arch[/variant]]``; what is left out does not count.

        Raises:
            InvalidArgument: it is no platform.
        """
        wanted = [part.lower() for part in platform_name(platform).split("/")]
        wanted[1:2] = [ARCHITECTURES.get(part, part).partition("/")[0] for part in wanted[1:2]]
        return any(
            wanted == [found.os, found.architecture, found.variant or ""][: len(wanted)]
            for found in self.platforms
        )

    def pull(self, *, platform: str | None = None) -> Image:
        """Fetch exactly this image, by its digest; see `ImageCollection.pull`.

        Args:
            platform: ``os[/arch[/variant]]``; the daemon's own where none is given.

        Operation: ImageCreate.
        """
        return self.client.images.pull(self.name, self.digest, platform=platform)

    def __repr__(self) -> str:
        return f"<RegistryData: {self.name!r} {self.short_id}>"
