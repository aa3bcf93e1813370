"""One volume."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockpy.errors import InvalidArgument, NotFound
from dockpy.ops import system
from dockpy.ops import volumes as ops
from dockpy.resources.base import Resource, parse_time
from dockpy.wire.document import Document

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from dockpy.client import Client
    from dockpy.transfer.progress import CopyProgress
    from dockpy.wire.volumes import ClusterVolumeSpec, VolumeUsageData
    from dockpy.wire.volumes import Volume as VolumeAttrs

__all__ = ["Volume"]


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

    @property
    def options(self) -> dict[str, str]:
        """Options of its driver."""
        return dict(self._known.get("Options") or {})

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

    def copy(
        self,
        *,
        to: Client,
        name: str | None = None,
        progress: Callable[[CopyProgress], object] | None = None,
    ) -> Volume:
        """Copy it and what it holds to another daemon, streamed through this process.

        Driver, options and labels go along. Of its files their contents, names, owners and permissions by
        number, links of both kinds, devices, pipes and times in whole seconds do; sockets and extended
        attributes (but for capabilities) do not, as engines leave them out. Containers may use it meanwhile:
        what they write then is copied or not, and a file that is written to may be torn. The files pass
        through containers that are never started, and are gone afterwards.

        A volume of that name which is there is used where it is empty, and left as it is where it holds the
        same; no container may use it.

        Args:
            to: a client of the other daemon; of the same one, with another name.
            name: its name there; its own where none is given.
            progress: called with each step, and now and then with how far it is.

        Returns:
            The volume there.

        Raises:
            InvalidArgument: a volume of that name is there, and holds something else, is used or of another
                driver.
            NotFound: it is not there any more.
            TransferError: it failed on the way; nothing of it is left there.

        Operation: VolumeCreate, ContainerArchive, PutContainerArchive.
        """
        from dockpy.transfer.volumes import copy_volume

        return copy_volume(self, to, name=name, progress=progress)

    def update(self, spec: ClusterVolumeSpec | Mapping[str, Any], *, version: int | None = None) -> None:
        """Change a cluster volume (API 1.42): of its specification, the availability alone may differ.

        Args:
            spec: the whole specification that it shall have, such as
                ``{"AccessMode": …, "Availability": "drain"}``.
            version: the version of the volume that the change is made to; what it is now where none is given.

        Raises:
            VersionMismatch: the engine is too old for cluster volumes.
            InvalidArgument: it is no cluster volume, and no version was given.
            BadParameter: the engine does not accept the change.
            ServerError: it is no cluster volume, or the engine is no manager of a swarm.

        Operation: VolumeUpdate.
        """
        name = self.id
        if ops.UPDATE.known_to(self.client.api.version()):
            cluster = self.attrs.get("ClusterVolume") or {}
            name = cluster.get("ID") or name  # a manager finds it by that alone
            version = (cluster.get("Version") or {}).get("Index") if version is None else version
            if version is None:
                raise InvalidArgument(
                    "It is no cluster volume: there is nothing that can be changed",
                    operation=ops.UPDATE.id,
                    subject=f"volume {self.id}",
                    daemon=self.client.daemon,
                )
        try:
            self.client.api.call(ops.UPDATE, {"name": name}, {"version": version}, body={"spec": spec})
        finally:
            self.stale()

    def usage(self) -> VolumeUsageData:
        """How much room it takes, and how many containers use it; the engine walks all volumes for that.

        Returns:
            Its ``.size`` in bytes, -1 where its driver cannot tell, and its ``.ref_count``.

        Raises:
            NotFound: it is not there any more.

        Operation: SystemDataUsage.
        """
        version = self.client.api.version()
        wanted: dict[str, Any] = {"type": ["volume"], "verbose": True}
        query = {
            param.name: wanted[param.name] for param in system.DATA_USAGE.query if param.known_to(version)
        }
        answer = self.client.api.call(system.DATA_USAGE, query=query)
        told = answer.get("Volumes") or (answer.get("VolumeUsage") or {}).get("Items") or []
        for entry in told:
            if entry.get("Name") == self.id:
                usage: VolumeUsageData = Document.of(entry.get("UsageData") or {}, "volumes.VolumeUsageData")
                return usage
        raise NotFound(
            f"get {self.id}: no such volume",
            status_code=404,
            operation=system.DATA_USAGE.id,
            subject=f"volume {self.id}",
            daemon=self.client.daemon,
        )
