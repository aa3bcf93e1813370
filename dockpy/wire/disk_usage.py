"""How much of a host's disk an engine takes, and how much of that could be freed."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from dockpy.wire.base import Model, Since, Until
from dockpy.wire.build import BuildCache
from dockpy.wire.containers import ContainerSummary
from dockpy.wire.figures import figure
from dockpy.wire.images import ImageSummary
from dockpy.wire.volumes import Volume, VolumesDiskUsage

__all__ = [
    "BuildCacheDiskUsage",
    "ContainersDiskUsage",
    "DiskUsageTotals",
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


class DiskUsageTotals(NamedTuple):
    """How much of a kind there is, how much of it is in use, the bytes it takes and could set free."""

    active_count: int
    total_count: int
    reclaimable: int
    total_size: int


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

    @property
    @figure
    def totals(self) -> dict[str, DiskUsageTotals]:
        """The totals of ``image``, ``container``, ``volume`` and ``build-cache``, from any engine.

        Engines before API 1.52 tell of each object; from it on they add up themselves.
        """
        told = {
            "image": self.image_usage,
            "container": self.container_usage,
            "volume": self.volume_usage,
            "build-cache": self.build_cache_usage,
        }
        return {
            kind: DiskUsageTotals(usage.active_count, usage.total_count, usage.reclaimable, usage.total_size)
            if usage is not None
            else self._counted(kind)
            for kind, usage in told.items()
        }

    def _counted(self, kind: str) -> DiskUsageTotals:
        """Added up here: for each object, whether it is in use and how many bytes it takes by itself."""
        match kind:
            case "image":
                uses = [
                    (image.containers > 0, max(image.size - max(image.shared_size, 0), 0))
                    for image in self.images
                ]
            case "container":
                running = ("running", "paused", "restarting")
                uses = [(item.state in running, item.size_rw or 0) for item in self.containers]
            case "volume":
                usages = [volume.usage_data for volume in self.volumes]
                uses = [
                    (bool(data and data.ref_count > 0), max(data.size, 0) if data else 0) for data in usages
                ]
            case _:
                uses = [(record.in_use, 0 if record.shared else record.size) for record in self.build_cache]
        in_use = sum(size for active, size in uses if active)
        # Layers are shared: the images' own sizes do not add up to what they take.
        total = (self.layers_size or 0) if kind == "image" else sum(size for _, size in uses)
        return DiskUsageTotals(sum(active for active, _ in uses), len(uses), max(total - in_use, 0), total)
