"""What the hub has: repositories, their tags, and the images behind them, made when first asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from dockpy.fake.files import Layer
from dockpy.fake.hub import alpine, busybox, debian, hello_world, services
from dockpy.fake.state.image import config_blob

if TYPE_CHECKING:
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
    tags: Mapping[str, Callable[[], _Made]]


_Made = tuple[Mapping[str, Any], list[bytes]]


def _distribution(releases: Mapping[str, debian.Release]) -> dict[str, Callable[[], _Made]]:
    """Every release under its version and its code name; the newest one is the latest."""
    tags: dict[str, Callable[[], _Made]] = {}
    for release in releases.values():
        make = partial(_release, release)
        debian_like = release.distribution == "debian"
        named = ["latest", "stable", "stable-slim"] if debian_like else ["latest"]
        for name in (release.version, release.codename):
            named += [name, f"{name}-slim"] if debian_like else [name]
        for tag in named:
            tags.setdefault(tag, make)
    return tags


def _release(release: debian.Release) -> _Made:
    return debian.config(release), debian.layers(release)


def _service(make: Callable[[str, str], services.Service], *versions: str) -> dict[str, Callable[[], _Made]]:
    """Every version under the beginnings of its number, upon debian and alpine; the first is the latest."""
    tags: dict[str, Callable[[], _Made]] = {}
    for version in versions:
        parts = version.split(".")
        numbers = [".".join(parts[:count]) for count in range(len(parts), 0, -1)]
        for base, ending in (("debian", ""), ("alpine", "alpine")):
            made = partial(_built, make, version, base)
            suffixes = [f"-{ending}"] if ending else ["", "-slim", "-bookworm", "-slim-bookworm"]
            for tag in [number + suffix for number in numbers for suffix in suffixes]:
                tags.setdefault(tag, made)
            for tag in [ending] if ending else ["latest", "slim"]:
                tags.setdefault(tag, made)
    return tags


def _built(make: Callable[[str, str], services.Service], version: str, base: str) -> _Made:
    service = make(version, base)
    return service.config(), service.layers()


def _alpine(series: str) -> _Made:
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
    "library/debian": Repository(
        "Debian is a Linux distribution that's composed entirely of free and open-source software.",
        5200,
        _distribution(debian.DEBIAN),
    ),
    "library/nginx": Repository(
        "Official build of Nginx.",
        21000,
        {
            **_service(services.nginx, "1.29.2", "1.28.0", "1.27.5"),
            "stable": partial(_built, services.nginx, "1.28.0", "debian"),
        },
    ),
    "library/postgres": Repository(
        "The PostgreSQL object-relational database system provides reliability and data integrity.",
        14500,
        _service(services.postgres, "17.6", "16.10", "15.14", "14.19", "13.22"),
    ),
    "library/python": Repository(
        "Python is an interpreted, interactive, object-oriented, open-source programming language.",
        10500,
        _service(services.python, "3.13.9", "3.14.0", "3.12.12", "3.11.14", "3.10.19", "3.9.24"),
    ),
    "library/redis": Repository(
        "Redis is the world's fastest data platform for caching, vector search, and NoSQL databases.",
        13500,
        _service(services.redis, "8.2.2", "7.4.6", "7.2.11", "6.2.20"),
    ),
    "library/ubuntu": Repository(
        "Ubuntu is a Debian-based Linux operating system based on free software.",
        17500,
        _distribution(debian.UBUNTU),
    ),
    "library/hello-world": Repository(
        "Hello World! (an example of minimal Dockerization)",
        2500,
        dict.fromkeys(("latest", "linux"), lambda: (hello_world.CONFIG, hello_world.layers())),
    ),
}
"""By name, as the registry has it."""


@cache
def _made(make: Callable[[], _Made]) -> HubImage:
    config, tars = make()
    layers = tuple(_layer(tar) for tar in tars)
    rootfs = {"type": "layers", "diff_ids": [layer.diff_id for layer in layers]}
    return HubImage(config_blob({**config, "rootfs": rootfs}), layers)


@cache
def _layer(tar: bytes) -> Layer:
    return Layer.from_tar(tar)


def find(repository: str, tag: str) -> HubImage | None:
    """The image under a tag: the same one every time; None where there is none.

    Args:
        repository: such as ``library/busybox``.
        tag: such as ``latest``.
    """
    known = REPOSITORIES.get(repository)
    make = None if known is None else known.tags.get(tag)
    return None if make is None else _made(make)
