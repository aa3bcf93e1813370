"""What the hub has: repositories, their tags, and the images behind them, made when first asked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from dockpy.fake.files import Layer
from dockpy.fake.hub import alpine, busybox, hello_world
from dockpy.fake.state.image import config_blob

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dockpy.fake.blobs import Blob

__all__ = ["REPOSITORIES", "HubImage", "Repository", "find"]


@dataclass(frozen=True, slots=True)
class HubImage:
    """An image that the hub has.

    Attributes:
        config: its configuration's document.
        layers: lowest first.
    """

    config: Blob
    layers: tuple[Layer, ...]


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository of the hub.

    Attributes:
        description: as a search shows it.
        stars: as a search shows it.
        tags: what makes the configuration and the layers' tars, by tag.
    """

    description: str
    stars: int
    tags: Mapping[str, Callable[[], tuple[Mapping[str, Any], list[bytes]]]]


def _alpine(series: str) -> tuple[Mapping[str, Any], list[bytes]]:
    return alpine.config(series), alpine.layers(series)


REPOSITORIES: dict[str, Repository] = {
    "library/alpine": Repository(
        "A minimal Docker image based on Alpine Linux with a complete package index and only 5 MB in size!",
        11500,
        {
            **dict.fromkeys(("latest", "3", "3.22", "3.22.2"), partial(_alpine, "3.22")),
            **dict.fromkeys(("3.10", "3.10.9"), partial(_alpine, "3.10")),
        },
    ),
    "library/busybox": Repository(
        "Busybox base image.",
        3400,
        dict.fromkeys(("latest", "stable", "1.35", "1.35.0"), lambda: (busybox.CONFIG, busybox.layers())),
    ),
    "library/hello-world": Repository(
        "Hello World! (an example of minimal Dockerization)",
        2500,
        dict.fromkeys(("latest", "linux"), lambda: (hello_world.CONFIG, hello_world.layers())),
    ),
}
"""By name, as the registry has it."""


@cache
def _made(make: Callable[[], tuple[Mapping[str, Any], list[bytes]]]) -> HubImage:
    config, tars = make()
    layers = tuple(Layer.from_tar([tar]) for tar in tars)
    rootfs = {"type": "layers", "diff_ids": [layer.diff_id for layer in layers]}
    return HubImage(config_blob({**config, "rootfs": rootfs}), layers)


def find(repository: str, tag: str) -> HubImage | None:
    """The image under a tag: the same one every time; None where there is none.

    Args:
        repository: such as ``library/busybox``.
        tag: such as ``latest``.
    """
    known = REPOSITORIES.get(repository)
    make = None if known is None else known.tags.get(tag)
    return None if make is None else _made(make)
