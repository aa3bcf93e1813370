"""Volumes."""

from __future__ import annotations

from typing import Any

from dockpy.compat.api.base import BaseClient, filters_param
from dockpy.compat.utils.decorators import minimum_version
from dockpy.ops import volumes

__all__ = ["VolumeApiMixin"]


class VolumeApiMixin(BaseClient):
    """docker-py's low-level methods on volumes."""

    def volumes(self, filters: Any = None) -> Any:
        """Those there are, in ``Volumes``."""
        return self._json(volumes.LIST, params=filters_param(filters))

    def create_volume(
        self,
        name: str | None = None,
        driver: str | None = None,
        driver_opts: dict[str, Any] | None = None,
        labels: dict[str, str] | None = None,
    ) -> Any:
        """Create one."""
        for option, value in (("driver_opts", driver_opts), ("labels", labels)):
            if value is not None and not isinstance(value, dict):
                raise TypeError(f"{option} must be a dictionary")
        body = {"Name": name, "Driver": driver, "DriverOpts": driver_opts, "Labels": labels}
        return self._json(volumes.CREATE, body=body)

    def inspect_volume(self, name: str) -> Any:
        """All that is known of it."""
        return self._json(volumes.INSPECT, name)

    @minimum_version("1.25")
    def prune_volumes(self, filters: Any = None) -> Any:
        """Remove those that nobody uses."""
        return self._json(volumes.PRUNE, params=filters_param(filters))

    def remove_volume(self, name: str, force: bool = False) -> None:
        """Remove it."""
        params = {}
        if force:
            self._needs("1.25", "force removal")
            params["force"] = force
        self._call(volumes.DELETE, name, params=params)
