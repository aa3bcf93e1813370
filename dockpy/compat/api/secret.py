"""Secrets of a swarm."""

from __future__ import annotations

import base64
from typing import Any

from dockpy.compat.api.base import BaseClient, filters_param
from dockpy.compat.utils.decorators import check_resource, minimum_version
from dockpy.ops import secrets

__all__ = ["SecretApiMixin"]


class SecretApiMixin(BaseClient):
    """docker-py's low-level methods on secrets."""

    @minimum_version("1.25")
    def create_secret(
        self, name: str, data: str | bytes, labels: dict[str, str] | None = None, driver: Any = None
    ) -> Any:
        """Create one."""
        content = data if isinstance(data, bytes) else data.encode("utf-8")
        body: dict[str, Any] = {"Data": base64.b64encode(content).decode(), "Name": name, "Labels": labels}
        if driver is not None:
            self._needs("1.31", "driver")
            body["Driver"] = driver
        return self._json(secrets.CREATE, body=body)

    @minimum_version("1.25")
    @check_resource("id")
    def inspect_secret(self, id: Any) -> Any:
        """All that is known of it."""
        return self._json(secrets.INSPECT, id)

    @minimum_version("1.25")
    @check_resource("id")
    def remove_secret(self, id: Any) -> bool:
        """Remove it."""
        self._call(secrets.DELETE, id)
        return True

    @minimum_version("1.25")
    def secrets(self, filters: Any = None) -> Any:
        """Those there are."""
        return self._json(secrets.LIST, params=filters_param(filters))
