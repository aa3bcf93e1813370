"""Volumes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockpy.ops import volumes as ops
from dockpy.options.values import label_map
from dockpy.resources.base import Collection, Resource, given, parse_time, require
from dockpy.wire.document import Document

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from dockpy.wire.volumes import Volume as VolumeAttrs
    from dockpy.wire.volumes import VolumePruneResponse

__all__ = ["Volume", "VolumeCollection"]


class Volume(Resource["VolumeAttrs"]):
    """Named storage that outlives containers. Its name is its id."""

    @property
    def name(self) -> str:
        """Its name."""
        return self.id

    @property
    def short_id(self) -> str:
        """Its name, whole unless it is one of the engine's own of 64 hex digits."""
        return self.id[:12] if len(self.id) == 64 else self.id

    @property
    def driver(self) -> str:
        """The volume driver's name."""
        return str(self._known.get("Driver") or "")

    @property
    def mountpoint(self) -> str:
        """Where it lies on the daemon's host."""
        return str(self._known.get("Mountpoint") or "")

    @property
    def labels(self) -> dict[str, str]:
        """Its labels."""
        return dict(self._known.get("Labels") or {})

    @property
    def created(self) -> datetime | None:
        """When it was created."""
        return parse_time(self._known.get("CreatedAt"))

    def _inspect(self) -> VolumeAttrs:
        return self.client.api.call(ops.INSPECT, {"name": self.id})

    def remove(self, *, force: bool = False) -> None:
        """Remove it, and what it holds.

        Args:
            force: no error where it is not there any more, or its driver fails.

        Raises:
            Conflict: a container uses it.
            NotFound: it is not there any more.

        Operation: VolumeDelete.
        """
        self.client.api.call(ops.DELETE, {"name": self.id}, {"force": force or None})


class VolumeCollection(Collection):
    """The volumes of a daemon: ``client.volumes``."""

    def create(
        self,
        name: str | None = None,
        *,
        driver: str | None = None,
        driver_opts: Mapping[str, str] | None = None,
        labels: Mapping[str, str] | Sequence[str] | None = None,
    ) -> Volume:
        """Create a volume; one of that name that is there already is given back as it is.

        Args:
            name: its name; the engine invents one where none is given.
            driver: the volume driver; ``local`` where none is given.
            driver_opts: options of the driver.
            labels: its labels.

        Raises:
            BadParameter: the engine does not accept the name or an option.
            Conflict: there is one of that name with another driver.

        Operation: VolumeCreate.
        """
        body = given(
            name=name,
            driver=driver,
            driver_opts=driver_opts,
            labels=label_map(labels) if labels is not None else None,
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

    def list(self, *, filters: Mapping[str, Any] | None = None) -> list[Volume]:
        """The volumes, in one request.

        Args:
            filters: ``dangling``, ``driver``, ``label``, ``name``.

        Operation: VolumeList.
        """
        answer = self.client.api.call(ops.LIST, query={"filters": filters})
        entries = [entry for entry in answer.get("Volumes") or [] if entry]
        return [
            Volume(
                self.client,
                require(self.client, entry, "Name", "volume"),
                attrs=Document.of(entry, "volumes.Volume"),
            )
            for entry in entries
        ]

    def remove(self, name: str, *, force: bool = False) -> None:
        """Remove the volume of a name; see `Volume.remove`."""
        Volume(self.client, name).remove(force=force)

    def prune(self, *, filters: Mapping[str, Any] | None = None) -> VolumePruneResponse:
        """Remove the volumes that no container uses.

        Args:
            filters: ``label``, and ``all``: named volumes too, which engines from API 1.42 on keep otherwise.

        Operation: VolumePrune.
        """
        return self.client.api.call(ops.PRUNE, query={"filters": filters})
