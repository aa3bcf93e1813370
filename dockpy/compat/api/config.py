"""Configs of a swarm."""

from __future__ import annotations

import base64
from typing import Any

from dockpy.compat.api.base import BaseClient, filters_param
from dockpy.compat.utils.decorators import check_resource, minimum_version
from dockpy.ops import configs

__all__ = ["ConfigApiMixin"]


class ConfigApiMixin(BaseClient):
    """docker-py's low-level methods on configs."""

    @minimum_version("1.30")
    def create_config(
        self, name: str, data: str | bytes, labels: dict[str, str] | None = None, templating: Any = None
    ) -> Any:
        """Create one."""
        content = data if isinstance(data, bytes) else data.encode("utf-8")
        body: dict[str, Any] = {"Data": base64.b64encode(content).decode(), "Name": name, "Labels": labels}
        body["Templating"] = templating
        return self._json(configs.CREATE, body=body)

    @minimum_version("1.30")
    @check_resource("id")
    def inspect_config(self, id: Any) -> Any:
        """All that is known of it."""
        return self._json(configs.INSPECT, id)

    @minimum_version("1.30")
    @check_resource("id")
    def remove_config(self, id: Any) -> bool:
        """Remove it."""
        self._call(configs.DELETE, id)
        return True

    @minimum_version("1.30")
    def configs(self, filters: Any = None) -> Any:
        """Those there are."""
        return self._json(configs.LIST, params=filters_param(filters))
