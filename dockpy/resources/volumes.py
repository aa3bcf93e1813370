"""The volumes of a daemon."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockpy.ops import volumes as ops
from dockpy.options.values import label_map
from dockpy.resources.base import Collection, given, require
from dockpy.resources.pruning import prune_volumes
from dockpy.resources.volume import Volume
from dockpy.wire.document import Document

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dockpy.wire.volumes import ClusterVolumeSpec, VolumePruneResponse

__all__ = ["VolumeCollection", "VolumeList"]


class VolumeList(list[Volume]):
    """Volumes, and what the engine could not tell of.

    Attributes:
        warnings: the engine's warnings.
    """

    warnings: list[str]


class VolumeCollection(Collection):
    """The volumes of a daemon: ``client.volumes``."""

    def create(
        self,
        name: str | None = None,
        *,
        driver: str | None = None,
        driver_opts: Mapping[str, str] | None = None,
        labels: Mapping[str, str] | Sequence[str] | None = None,
        cluster_volume_spec: ClusterVolumeSpec | Mapping[str, Any] | None = None,
    ) -> Volume:
        """Create a volume; one of that name that is there already is given back as it is.

        Args:
            name: its name; the engine invents one where none is given.
            driver: the volume driver; ``local`` where none is given.
            driver_opts: options of the driver.
            labels: its labels.
            cluster_volume_spec: what a cluster volume shall be, on a swarm's manager (API 1.42).

        Raises:
            BadParameter: the engine does not accept the name or an option.
            Conflict: there is one of that name with another driver.
            NotFound: there is no such driver.
            VersionMismatch: the engine is too old for cluster volumes.

        Operation: VolumeCreate.
        """
        body = given(
            name=name,
            driver=driver,
            driver_opts=driver_opts,
            labels=label_map(labels) if labels is not None else None,
            cluster_volume_spec=cluster_volume_spec,
        )
        attrs = self.client.api.call(ops.CREATE, body=body)
        return Volume(self.client, require(self.client, attrs, "Name", "volume"), attrs=attrs)

    def get(self, name: str) -> Volume:
        """The volume of a name.

        Raises:
            NotFound: there is none.

        Operation: VolumeInspect.
        """
        attrs = self.client.api.call(ops.INSPECT, {"name": name})
        return Volume(self.client, require(self.client, attrs, "Name", "volume"), attrs=attrs)

    def list(self, *, filters: Mapping[str, Any] | None = None) -> VolumeList:
        """The volumes, in one request.

        Args:
            filters: ``dangling``, ``driver``, ``label``, ``name``.

        Returns:
            A list; its ``warnings`` are what the engine could not tell of: a driver did not answer.

        Operation: VolumeList.
        """
        answer = self.client.api.call(ops.LIST, query={"filters": filters})
        volumes = VolumeList(
            Volume(
                self.client,
                require(self.client, entry, "Name", "volume"),
                attrs=Document.of(entry, "volumes.Volume"),
            )
            for entry in answer.get("Volumes") or []
            if entry
        )
        volumes.warnings = [str(warning) for warning in answer.get("Warnings") or []]
        return volumes

    def remove(self, name: str, *, force: bool = False) -> None:
        """Remove the volume of a name; see `Volume.remove`."""
        Volume(self.client, name).remove(force=force)

    def prune(self, *, all: bool = False, filters: Mapping[str, Any] | None = None) -> VolumePruneResponse:
        """Remove the anonymous volumes that no container uses, or all such volumes.

        Args:
            all: named ones too.
            filters: ``label``, ``label!``.

        Raises:
            VersionMismatch: engines before API 1.42 remove named ones too, and ``all`` was not given.
            Conflict: another prune is running.

        Operation: VolumePrune.
        """
        return prune_volumes(self.client.api, all=all, filters=filters)
