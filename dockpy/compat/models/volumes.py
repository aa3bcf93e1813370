"""Volumes."""

from __future__ import annotations

from typing import Any

from dockpy.compat.models.resource import Collection, Model

__all__ = ["Volume", "VolumeCollection"]


class Volume(Model):
    """A volume."""

    id_attribute = "Name"

    @property
    def name(self) -> str:
        """Its name, which is its ID too."""
        return str(self.attrs["Name"])

    def remove(self, force: bool = False) -> None:
        """Remove it, and its contents."""
        self.client.api.remove_volume(self.id, force=force)


class VolumeCollection(Collection[Volume]):
    """The volumes of a daemon."""

    model = Volume

    def create(self, name: str | None = None, **kwargs: Any) -> Volume:
        """Create a volume; keywords as of `APIClient.create_volume`."""
        return self.prepare_model(self.client.api.create_volume(name, **kwargs))

    def get(self, volume_id: str) -> Volume:
        """The volume of a name."""
        return self.prepare_model(self.client.api.inspect_volume(volume_id))

    def list(self, **kwargs: Any) -> list[Volume]:
        """The volumes, those that ``filters`` leaves."""
        found = self.client.api.volumes(**kwargs).get("Volumes") or []
        return [self.prepare_model(attrs) for attrs in found]

    def prune(self, filters: dict[str, Any] | None = None) -> Any:
        """Remove the volumes that no container uses."""
        return self.client.api.prune_volumes(filters=filters)
