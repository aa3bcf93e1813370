"""One plugin of a daemon."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.errors import InvalidArgument, PullError, PushError
from dockpy.ops import plugins as ops
from dockpy.options.privileges import setting_list
from dockpy.options.values import typed
from dockpy.reference import ImageReference
from dockpy.resources.base import Resource
from dockpy.resources.progress import follow
from dockpy.wire.document import Document

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dockpy.config.credentials import Credentials
    from dockpy.options.privileges import Grants
    from dockpy.wire.plugins import Plugin as PluginAttrs
    from dockpy.wire.plugins import PluginSettings
    from dockpy.wire.progress import ProgressMessage, PushImageInfo, PushResult

__all__ = ["Plugin"]


class Plugin(Resource["PluginAttrs"]):
    """A plugin that the engine runs: a driver of volumes, of networks, of logs, …"""

    @property
    def enabled(self) -> bool:
        """Whether it runs."""
        return bool(self._known.get("Enabled"))

    @property
    def settings(self) -> PluginSettings:
        """What is set: its environment, arguments, mounts and devices."""
        settings: PluginSettings = Document.of(self._known.get("Settings") or {}, "plugins.PluginSettings")
        return settings

    @property
    def reference(self) -> str:
        """Where it was installed from; its first name, where it was made here."""
        return str(self._known.get("PluginReference") or "")

    @property
    def description(self) -> str:
        """What its author says of it."""
        return str((self._known.get("Config") or {}).get("Description") or "")

    def inspect(self) -> PluginAttrs:
        """Everything the engine says of it, asked anew.

        Operation: PluginInspect.
        """
        self.reload()
        return self.attrs

    def _inspect(self) -> PluginAttrs:
        return self.client.api.call(ops.INSPECT, {"name": self.id})

    def configure(self, settings: Mapping[str, str] | Sequence[str]) -> None:
        """Set what its author lets be set, while it is disabled.

        Args:
            settings: ``{"DEBUG": "1"}`` or ``["DEBUG=1"]`` for its environment; ``NAME.source`` and
                ``NAME.path`` for its mounts and devices, ``args`` for its arguments.

        Raises:
            ServerError: it is enabled, or has no such setting.
            NotFound: it is not there any more.

        Operation: PluginSet.
        """
        body = setting_list(settings)
        try:
            self.client.api.call(ops.SET, {"name": self.id}, body=body)
        finally:
            self.stale()

    def enable(self, *, timeout: int = 30) -> None:
        """Start it.

        Args:
            timeout: seconds that each of the engine's calls to it may take; 0 for as long as it takes.

        Raises:
            ServerError: it is enabled already, it does not start, or its socket does not answer.
            NotFound: it is not there any more.

        Operation: PluginEnable.
        """
        typed("timeout", timeout, int)
        if timeout < 0:
            raise InvalidArgument(f"timeout={timeout!r}: it takes seconds from 0")
        try:
            self.client.api.call(ops.ENABLE, {"name": self.id}, {"timeout": timeout}, takes=timeout)
        finally:
            self.stale()

    def disable(self, *, force: bool = False) -> None:
        """Stop it.

        Args:
            force: also where containers, volumes or networks use it.

        Raises:
            ServerError: it is in use, or disabled already.
            NotFound: it is not there any more.

        Operation: PluginDisable.
        """
        try:
            self.client.api.call(ops.DISABLE, {"name": self.id}, {"force": force or None})
        finally:
            self.stale()

    def upgrade(
        self,
        remote: str | None = None,
        *,
        privileges: Grants = False,
        auth_config: Credentials | Mapping[str, str] | None = None,
        on_progress: Callable[[ProgressMessage], object] | None = None,
    ) -> None:
        """Replace it, while it is disabled, by what is in the registry now.

        Args:
            remote: the name to fetch; the one that it was installed from, where none is given.
            privileges: what it may have: True for all that it wants, or see `PluginCollection.install`.
            auth_config: credentials for this registry, in place of those known.
            on_progress: called with each message of the engine as it comes.

        Raises:
            InvalidArgument: it wants privileges that it was not granted.
            ServerError: it is enabled.
            NotFound: it is not there any more, or there is none of that name in the registry.
            PullError: it could not be fetched.

        Operation: PluginUpgrade.
        """
        name, remote = self.name, remote or self.reference
        wanted, headers = self.client.plugins.granted(remote, privileges, auth_config)
        try:
            stream = self.client.api.objects(
                ops.UPGRADE, {"name": name}, {"remote": remote}, body=wanted, headers=headers
            )
            follow(stream, PullError, f"plugin {remote}", on_progress)
        finally:
            self.stale()

    def push(
        self,
        *,
        auth_config: Credentials | Mapping[str, str] | None = None,
        on_progress: Callable[[PushImageInfo], object] | None = None,
    ) -> PushResult | None:
        """Upload it to the registry that its name says.

        Args:
            auth_config: credentials for this registry, in place of those known.
            on_progress: called with each message of the engine as it comes.

        Returns:
            Its tag, digest and size; None where the engine did not say.

        Raises:
            PushError: it could not be uploaded.

        Operation: PluginPush.
        """
        name = self.name
        headers = {
            "X-Registry-Auth": self.client.registry_auth(ImageReference.parse(name).registry, auth_config)
        }
        stream = self.client.api.objects(ops.PUSH, {"name": name}, headers=headers)
        said = follow(stream, PushError, f"plugin {name}", on_progress)
        return next((message.aux for message in said if message.get("aux")), None)

    def remove(self, *, force: bool = False) -> None:
        """Remove it.

        Args:
            force: also where it is enabled.

        Raises:
            ServerError: it is enabled, and force was not given.
            NotFound: it is not there any more.

        Operation: PluginDelete.
        """
        self.client.api.call(ops.DELETE, {"name": self.id}, {"force": force or None})
