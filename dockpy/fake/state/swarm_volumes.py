"""Volumes of a cluster: a swarm keeps what they shall be; no storage plugin makes any of it so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from dockpy.fake.failure import Failure
from dockpy.fake.kernel.clock import SECOND
from dockpy.fake.state.swarm_store import Kept, rpc

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dockpy.fake.state.swarm_cluster import Cluster

__all__ = ["ClusterVolume", "ClusterVolumes"]


@dataclass(slots=True, kw_only=True)
class ClusterVolume(Kept):
    """A volume of a cluster.

    Attributes:
        spec: ``ClusterVolumeSpec``.
    """

    name: str
    driver: str
    labels: dict[str, str]
    options: dict[str, str] | None
    spec: dict[str, Any]

    def inspect(self) -> dict[str, Any]:
        """What an engine tells of it."""
        seconds, part = divmod(self.created, SECOND)
        when = datetime.fromtimestamp(seconds, UTC)
        return {
            "ClusterVolume": {**self.meta(), "Spec": self.spec},
            "CreatedAt": f"{when:%Y-%m-%d %H:%M:%S}.{part:09d} +0000 UTC",
            "Driver": self.driver,
            "Labels": self.labels,
            "Mountpoint": "",
            "Name": self.name,
            "Options": self.options,
            "Scope": "global",
        }


class ClusterVolumes:
    """The volumes of a cluster.

    Args:
        cluster: the swarm.
    """

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self.objects: dict[str, ClusterVolume] = {}

    def __iter__(self) -> Iterator[ClusterVolume]:
        return iter(sorted(self.objects.values(), key=lambda volume: volume.id))

    def find(self, reference: str) -> ClusterVolume | None:
        """The volume of an id or a name; None where there is none."""
        by_name = (volume for volume in self.objects.values() if volume.name == reference)
        return self.objects.get(reference) or next(by_name, None)

    def create(self, request: Mapping[str, Any]) -> ClusterVolume:
        """Keep another one.

        Args:
            request: ``VolumeCreateRequest``, with a ``ClusterVolumeSpec``.

        Raises:
            Failure: it cannot be.
        """
        name, spec = request.get("Name") or "", request["ClusterVolumeSpec"]
        mode = spec.get("AccessMode")
        if not name:
            raise rpc("InvalidArgument", "meta: name must be provided")
        if mode is None:
            raise rpc("InvalidArgument", "AccessMode must not be nil")
        if mode.get("MountVolume") is None and mode.get("BlockVolume") is None:
            text = "Volume AccessMode must specify either Mount or Block access type"
            raise rpc("InvalidArgument", text)
        if self.find(name) is not None:
            raise rpc("Unknown", "name conflicts with an existing object")
        volume = ClusterVolume(
            id=self._cluster.new_id(),
            name=name,
            driver=request.get("Driver") or "",
            labels=dict(request.get("Labels") or {}),
            options=request.get("DriverOpts"),
            spec=dict(spec),
        )
        self.objects[volume.id] = volume
        self._cluster.keep(volume)
        return volume

    def update(self, reference: str, version: int, spec: Mapping[str, Any]) -> None:
        """Change what one shall be; an engine finds it by its id only.

        Raises:
            Failure: 404, there is none; it has changed already, or cannot be changed so.
        """
        found = self.find(reference)
        if found is None:
            raise Failure(404, f"volume {reference} not found")
        if reference != found.id:
            raise rpc("NotFound", f"volume {reference} not found")
        found.check_version(version)
        found.spec = {**found.spec, "Availability": spec.get("Availability") or "active"}
        self._cluster.touch(found)

    def remove(self, volume: ClusterVolume, *, force: bool) -> None:
        """Remove one: without force it waits for its storage plugin, which there is none of."""
        if force:
            del self.objects[volume.id]
        else:
            self._cluster.touch(volume)
