"""The images that stages begin with: here, of another stage, or pulled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.fake.failure import Failure
from dockpy.fake.state.image_lines import Lines
from dockpy.fake.state.image_names import parse_name, parse_reference
from dockpy.fake.state.image_pull import pull
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Generator

    from dockpy.fake.state.build_options import BuildOptions
    from dockpy.fake.state.image import Image
    from dockpy.fake.state.image_platform import Platform
    from dockpy.fake.state.images import Images

__all__ = ["Bases", "no_platform"]

_OS = r"^([A-Za-z0-9_-]+)(?:\\(([A-Za-z0-9_.%-]*)((?:\\+[A-Za-z0-9_.%-]+)*)\\))?$"


class Bases:
    """Gets them.

    Args:
        images: the images that are here.
        options: of the build.
    """

    def __init__(self, images: Images, options: BuildOptions) -> None:
        self._images = images
        self._options = options
        self._known: dict[str, Image] = {}

    def get(self, reference: str, platform: Platform | None = None) -> Generator[bytes, None, Image]:
        """An image by its name or id; what is said while it is pulled is told.

        Raises:
            Failure: there is none.
        """
        images = self._images
        if reference in self._known:
            return self._known[reference]
        found = None if self._options.pull else images.find(reference)
        if found is None:
            name = parse_name(reference, images.api).with_default()
            auth = self._options.auth.get(name.host)
            platform = platform or self._options.platform
            yield from pull(images, name.familiar, "", Lines(images.api), platform=platform, auth=auth)
            found = images.resolve(name.familiar)
        self._known[reference] = found
        return found

    def of_cache(self) -> list[Image] | None:
        """The images that steps may be taken from; None for all that are here."""
        if not self._options.cache_from:
            return None
        found: list[Image] = []
        for reference in self._options.cache_from:
            try:
                parse_reference(reference, self._images.api)
            except Failure:
                continue
            if (image := self._images.find(reference)) is not None:
                found.append(image)
        return found


def no_platform(api: str) -> str:
    """What an engine says of a platform that is empty."""
    if at_least(api, "1.42"):
        words = '"" is an invalid OS component of "": OSAndVersion specifier'
        return f'{words} component must match "{_OS}": invalid argument'
    words = '"" is an invalid component of "": platform specifier'
    return f'{words} component must match "^[A-Za-z0-9_-]+$": invalid argument'
