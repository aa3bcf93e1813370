"""Plugins of the engine."""

from __future__ import annotations

from typing import Any

from dockpy.compat.api.image import ImageApiMixin
from dockpy.compat.utils.build import create_archive, walk
from dockpy.compat.utils.decorators import check_resource, minimum_version
from dockpy.ops import plugins

__all__ = ["PluginApiMixin"]


class PluginApiMixin(ImageApiMixin):
    """docker-py's low-level methods on plugins."""

    @minimum_version("1.25")
    @check_resource("name")
    def configure_plugin(self, name: Any, options: Any) -> bool:
        """Set its options."""
        if isinstance(options, dict):
            options = [f"{option}={value}" for option, value in options.items()]
        self._call(plugins.SET, name, body=options)
        return True

    @minimum_version("1.25")
    def create_plugin(self, name: str, plugin_data_dir: str, gzip: bool = False) -> bool:
        """Create one of a folder."""
        files = set(walk(plugin_data_dir, []))
        with create_archive(root=plugin_data_dir, gzip=gzip, files=files) as archive:
            self._call(plugins.CREATE, params={"name": name}, data=archive)
        return True

    @minimum_version("1.25")
    def disable_plugin(self, name: str, force: bool = False) -> bool:
        """Stop it."""
        self._call(plugins.DISABLE, name, params={"force": force})
        return True

    @minimum_version("1.25")
    def enable_plugin(self, name: str, timeout: int = 0) -> bool:
        """Start it."""
        self._call(plugins.ENABLE, name, params={"timeout": timeout})
        return True

    @minimum_version("1.25")
    def inspect_plugin(self, name: str) -> Any:
        """All that is known of it."""
        return self._json(plugins.INSPECT, name)

    @minimum_version("1.25")
    def pull_plugin(self, remote: str, privileges: Any, name: str | None = None) -> Any:
        """Fetch one from its registry: what the engine says, as it says it."""
        params = {"remote": remote, "name": name or None}
        headers = self._auth_headers(remote)
        return self._progress(plugins.PULL, True, True, params=params, headers=headers, body=privileges)

    @minimum_version("1.25")
    def plugins(self) -> Any:
        """Those there are."""
        return self._json(plugins.LIST)

    @minimum_version("1.25")
    def plugin_privileges(self, name: str) -> Any:
        """What one in its registry asks to be allowed."""
        return self._json(plugins.PRIVILEGES, params={"remote": name}, headers=self._auth_headers(name))

    @minimum_version("1.25")
    @check_resource("name")
    def push_plugin(self, name: Any) -> Any:
        """Send it to its registry: what the engine says, as it says it."""
        return self._progress(plugins.PUSH, True, True, name, headers=self._auth_headers(name))

    @minimum_version("1.25")
    @check_resource("name")
    def remove_plugin(self, name: Any, force: bool = False) -> bool:
        """Remove it."""
        self._call(plugins.DELETE, name, params={"force": force})
        return True

    @minimum_version("1.26")
    @check_resource("name")
    def upgrade_plugin(self, name: Any, remote: str, privileges: Any) -> Any:
        """Replace it by another version: what the engine says, as it says it."""
        headers = self._auth_headers(remote)
        return self._progress(
            plugins.UPGRADE, True, True, name, params={"remote": remote}, headers=headers, body=privileges
        )
