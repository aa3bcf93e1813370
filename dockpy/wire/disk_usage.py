"""How much of a host's disk an engine takes, and how much of that could be freed."""

from __future__ import annotations

from typing import Annotated

from dockpy.wire.base import Model, Since, Until
from dockpy.wire.build import BuildCache
from dockpy.wire.containers import ContainerSummary
from dockpy.wire.images import ImageSummary
from dockpy.wire.volumes import Volume, VolumesDiskUsage

__all__ = [
    "BuildCacheDiskUsage",
    "ContainersDiskUsage",
    "ImagesDiskUsage",
    "SystemDataUsageResponse",
]


class ImagesDiskUsage(Model):
    """The disk usage of images, in bytes; the images themselves where asked for."""

    active_count: int = 0  # used by a container
    total_count: int = 0
    reclaimable: int = 0
    total_size: int = 0
    items: list[ImageSummary] = []


class ContainersDiskUsage(Model):
    """The disk usage of containers, in bytes; the containers themselves where asked for."""

    active_count: int = 0  # running, paused or restarting
    total_count: int = 0
    reclaimable: int = 0
    total_size: int = 0
    items: list[ContainerSummary] = []


class BuildCacheDiskUsage(Model):
    """The disk usage of the build cache, in bytes; its records themselves where asked for."""

    active_count: int = 0  # in use by a build
    total_count: int = 0
    reclaimable: int = 0
    total_size: int = 0
    items: list[BuildCache] = []


class SystemDataUsageResponse(Model):
    """The answer of SystemDataUsage: what was not asked for is None or empty."""

    image_usage: Annotated[ImagesDiskUsage | None, Since("1.52")] = None
    container_usage: Annotated[ContainersDiskUsage | None, Since("1.52")] = None
    volume_usage: Annotated[VolumesDiskUsage | None, Since("1.52")] = None
    build_cache_usage: Annotated[BuildCacheDiskUsage | None, Since("1.52")] = None

    # All deprecated in 1.52, which still answers with both
    layers_size: Annotated[int | None, Until("1.53")] = None  # bytes
    images: Annotated[list[ImageSummary], Until("1.53")] = []
    containers: Annotated[list[ContainerSummary], Until("1.53")] = []
    volumes: Annotated[list[Volume], Until("1.53")] = []
    build_cache: Annotated[list[BuildCache], Until("1.53")] = []
