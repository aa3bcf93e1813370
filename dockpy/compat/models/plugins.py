"""Plugins of the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from dockpy.compat.errors import DockerException
from dockpy.compat.models.resource import Collection, Model

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Plugin", "PluginCollection"]


class Plugin(Model):
    """A plugin."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: '{self.name}'>"

    @property
    def name(self) -> str:
        """Its name."""
        return cast("str", self.attrs.get("Name"))

    @property
    def enabled(self) -> bool:
        """Whether it is enabled."""
        return cast("bool", self.attrs.get("Enabled"))

    @property
    def settings(self) -> dict[str, Any]:
        """Its settings."""
        return cast("dict[str, Any]", self.attrs.get("Settings"))

    def configure(self, options: dict[str, Any]) -> None:
        """Change its settings."""
        self.client.api.configure_plugin(self.name, options)
        self.reload()

    def disable(self, force: bool = False) -> None:
        """Disable it; while it is used, with ``force`` only."""
        self.client.api.disable_plugin(self.name, force)
        self.reload()

    def enable(self, timeout: int = 0) -> None:
        """Enable it; ``timeout`` is for its answer, in seconds."""
        self.client.api.enable_plugin(self.name, timeout)
        self.reload()

    def push(self) -> Any:
        """Push it to its registry; the progress, message by message."""
        return self.client.api.push_plugin(self.name)

    def remove(self, force: bool = False) -> bool:
        """Remove it; while it is enabled, with ``force`` only."""
        return self.client.api.remove_plugin(self.name, force=force)

    def upgrade(self, remote: str | None = None) -> Iterator[Any]:
        """Upgrade it while the progress is read, message by message.

        Args:
            remote: what to upgrade to; its own name where none is given.

        Raises:
            DockerException: it is enabled.
        """
        if self.enabled:
            raise DockerException("A plugin has to be disabled before it is upgraded")
        remote = remote or self.name
        yield from self.client.api.upgrade_plugin(
            self.name, remote, self.client.api.plugin_privileges(remote)
        )
        self.reload()


class PluginCollection(Collection[Plugin]):
    """The plugins of a daemon."""

    model = Plugin

    def create(self, name: str, plugin_data_dir: str, gzip: bool = False) -> Plugin:
        """Make a plugin of a directory that holds ``config.json`` and ``rootfs``."""
        self.client.api.create_plugin(name, plugin_data_dir, gzip)
        return self.get(name)

    def get(self, name: str) -> Plugin:
        """The plugin of a name."""
        return self.prepare_model(self.client.api.inspect_plugin(name))

    def install(self, remote_name: str, local_name: str | None = None) -> Plugin:
        """Install a plugin from a registry, and grant what it asks for."""
        privileges = self.client.api.plugin_privileges(remote_name)
        for _ in self.client.api.pull_plugin(remote_name, privileges, local_name):
            pass
        return self.get(local_name or remote_name)

    def list(self) -> list[Plugin]:
        """The plugins."""
        return [self.prepare_model(attrs) for attrs in self.client.api.plugins()]
