"""Removing what nothing uses: of one kind with care, and of all kinds at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from dockpy.errors import InvalidArgument, VersionMismatch
from dockpy.ops import containers, images, networks, volumes
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockpy.transport.caller import Caller
    from dockpy.wire.volumes import VolumePruneResponse

__all__ = ["PruneReport", "prune_all_kinds", "prune_volumes"]


@dataclass(frozen=True, slots=True)
class PruneReport:
    """What was removed.

    Attributes:
        containers: the ids of containers.
        networks: the names of networks.
        volumes: the names of volumes.
        images: names that images lost (``untagged: …``), and the ids of those that are gone.
        build_cache: the ids of records of the build cache.
        space_reclaimed: how much room that set free, in bytes.
    """

    containers: list[str]
    networks: list[str]
    volumes: list[str]
    images: list[str]
    build_cache: list[str]
    space_reclaimed: int


def prune_volumes(caller: Caller, *, all: bool, filters: Mapping[str, Any] | None) -> VolumePruneResponse:
    """Remove volumes that no container uses; see `VolumeCollection.prune`."""
    return caller.call(volumes.PRUNE, query={"filters": _volume_filters(caller, all, filters)})


def _volume_filters(caller: Caller, all: bool, filters: Mapping[str, Any] | None) -> dict[str, Any]:
    wanted = dict(filters or {})
    everything = wanted.pop("all", None)
    everything = all or (everything not in (None, False, "false", "0", [], ["false"], ["0"]))
    version = caller.version()
    if at_least(version, "1.42"):
        return {**wanted, "all": True} if everything else wanted
    if everything:
        return wanted
    raise VersionMismatch(
        f"Engines before API 1.42 remove named volumes too, and the daemon is spoken to in {version}",
        operation=volumes.PRUNE.id,
        daemon=caller.transport.endpoint.display,
        hint="Say all=True where that is what you want.",
    )


def prune_all_kinds(
    caller: Caller, *, all: bool, with_volumes: bool | Literal["all"], filters: Mapping[str, Any] | None
) -> PruneReport:
    """Remove what nothing uses, of every kind; see `System.prune`."""
    wanted = dict(filters or {})
    if with_volumes not in (True, False, "all"):
        raise InvalidArgument(f"volumes={with_volumes!r}: it takes True, False or 'all'")
    if unknown := set(wanted) - {"label", "label!", "until"}:
        raise InvalidArgument(f"filters: {', '.join(sorted(unknown))}: it takes label, label! and until")
    if with_volumes and "until" in wanted:
        raise InvalidArgument("volumes=True: volumes know no time; it does not go with the filter until")
    # Refused, where it is, before anything is gone.
    of_volumes = _volume_filters(caller, with_volumes == "all", wanted) if with_volumes else None
    of_images = {**wanted, "dangling": not all}
    of_builds = {name: value for name, value in wanted.items() if name == "until"}

    answers: dict[str, Any] = {
        "containers": caller.call(containers.PRUNE, query={"filters": wanted}),
        "networks": caller.call(networks.PRUNE, query={"filters": wanted}),
    }
    if of_volumes is not None:
        answers["volumes"] = caller.call(volumes.PRUNE, query={"filters": of_volumes})
    answers["images"] = caller.call(images.PRUNE, query={"filters": of_images})
    if not {"label", "label!"} & set(wanted):  # what a build cached has no labels
        answers["cache"] = caller.call(images.BUILD_PRUNE, query={"all": all or None, "filters": of_builds})

    def deleted(kind: str, key: str) -> list[Any]:
        return list((answers[kind].get(key) if kind in answers else None) or ())

    return PruneReport(
        containers=deleted("containers", "ContainersDeleted"),
        networks=deleted("networks", "NetworksDeleted"),
        volumes=deleted("volumes", "VolumesDeleted"),
        images=[_image_line(item) for item in deleted("images", "ImagesDeleted")],
        build_cache=deleted("cache", "CachesDeleted"),
        space_reclaimed=sum(int(answer.get("SpaceReclaimed") or 0) for answer in answers.values()),
    )


def _image_line(item: Mapping[str, str]) -> str:
    return item.get("Deleted") or f"untagged: {item.get('Untagged')}"
