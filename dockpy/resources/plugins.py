"""The plugins of a daemon."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from dockpy.errors import InvalidArgument, PullError
from dockpy.ops import plugins as ops
from dockpy.options.privileges import check_granted, setting_list
from dockpy.reference import ImageReference
from dockpy.resources.archive import opened
from dockpy.resources.base import Collection, require
from dockpy.resources.pack import Owner, packed_path
from dockpy.resources.plugin import Plugin
from dockpy.resources.progress import follow

if TYPE_CHECKING:
    import builtins
    from collections.abc import Callable, Mapping, Sequence

    from dockpy.config.credentials import Credentials
    from dockpy.options.privileges import Grants
    from dockpy.resources.archive import Archive
    from dockpy.wire.plugins import PluginPrivilege
    from dockpy.wire.progress import ProgressMessage

__all__ = ["PluginCollection"]


class PluginCollection(Collection):
    """The plugins of a daemon: ``client.plugins``."""

    def get(self, name: str) -> Plugin:
        """The plugin of a name or id.

        Raises:
            NotFound: there is none.

        Operation: PluginInspect.
        """
        attrs = self.client.api.call(ops.INSPECT, {"name": name})
        return Plugin(self.client, require(self.client, attrs, "Id", "plugin"), attrs=attrs)

    def list(self, *, filters: Mapping[str, Any] | None = None) -> builtins.list[Plugin]:
        """The plugins, in one request.

        Args:
            filters: ``capability`` (``volumedriver``, ``networkdriver``, ``logdriver``, …), ``enabled``.

        Operation: PluginList.
        """
        entries = self.client.api.call(ops.LIST, query={"filters": filters})
        return [
            Plugin(self.client, require(self.client, entry, "Id", "plugin"), attrs=entry) for entry in entries
        ]

    def privileges(
        self, remote: str, *, auth_config: Credentials | Mapping[str, str] | None = None
    ) -> builtins.list[PluginPrivilege]:
        """What a plugin wants to be allowed, before it is installed.

        Args:
            remote: its name in its registry.
            auth_config: credentials for this registry, in place of those known.

        Returns:
            Its privileges; none, too, where there is no such plugin.

        Operation: GetPluginPrivileges.
        """
        return self.client.api.call(
            ops.PRIVILEGES, query={"remote": remote}, headers=self._auth(remote, auth_config)
        )

    def install(
        self,
        remote: str,
        *,
        alias: str | None = None,
        privileges: Grants = False,
        enable: bool = True,
        settings: Mapping[str, str] | Sequence[str] | None = None,
        auth_config: Credentials | Mapping[str, str] | None = None,
        on_progress: Callable[[ProgressMessage], object] | None = None,
    ) -> Plugin:
        """Fetch a plugin from its registry, set it up and start it.

        Args:
            remote: its name in its registry, such as ``vieux/sshfs:latest``.
            alias: its name here; the same, where none is given.
            privileges: what it may have: True for all that it wants; a list of names (``["network"]``), or of
                privileges with their values (``[{"Name": "mount", "Value": ["/data"]}]``); a function that is
                given what it wants and says whether it may.
            enable: start it.
            settings: what to set before it is started: ``{"DEBUG": "1"}`` or ``["DEBUG=1"]``.
            auth_config: credentials for this registry, in place of those known.
            on_progress: called with each message of the engine as it comes.

        Raises:
            InvalidArgument: it wants privileges that it was not granted; nothing was fetched.
            NotFound: there is none of that name; ServerError from engines before API 1.42.
            BadParameter: it is installed already.
            PullError: it could not be fetched.
            ServerError: it has no such setting, or does not start; it stays installed, and disabled.

        Operation: PluginPull, PluginSet, PluginEnable.
        """
        if settings is not None:
            settings = setting_list(settings)  # refused, where it is, before anything is fetched
        wanted, headers = self.granted(remote, privileges, auth_config)
        stream = self.client.api.objects(
            ops.PULL, query={"remote": remote, "name": alias}, body=wanted, headers=headers
        )
        follow(stream, PullError, f"plugin {remote}", on_progress)
        plugin = self.get(alias or remote)
        if settings is not None:
            plugin.configure(settings)
        if enable:
            plugin.enable()
        return plugin

    def create(self, name: str, source: Archive) -> Plugin:
        """Make a plugin of a root file system and a configuration, as ``docker plugin create`` does.

        Args:
            name: what it is called.
            source: a folder that holds ``config.json`` and ``rootfs``; or a tar of these: its path, bytes, an
                open file, pieces.

        Raises:
            InvalidArgument: the folder does not hold the two, or the tar cannot be read.
            ServerError: the engine refuses what they hold, or the name is taken.

        Operation: PluginCreate.
        """
        if isinstance(source, (str, os.PathLike)) and os.path.isdir(source):
            folder = os.fspath(source)
            for part, is_there in (("config.json", os.path.isfile), ("rootfs", os.path.isdir)):
                if not is_there(os.path.join(folder, part)):
                    raise InvalidArgument(f"source={folder!r}: there is no {part} in it")
            source = packed_path(folder, ".", Owner(), os.stat(folder))
        with opened(source) as body:
            self.client.api.call(ops.CREATE, query={"name": name}, body=body)
        return self.get(name)

    def remove(self, name: str, *, force: bool = False) -> None:
        """Remove the plugin of a name or id; see `Plugin.remove`."""
        Plugin(self.client, name).remove(force=force)

    def granted(
        self, remote: str, grants: Grants, auth_config: Credentials | Mapping[str, str] | None
    ) -> tuple[builtins.list[PluginPrivilege], dict[str, str]]:
        """What a plugin wants, where it is granted that, and the header of its registry's credentials.

        Raises:
            InvalidArgument: it wants privileges that it was not granted.
        """
        wanted = self.privileges(remote, auth_config=auth_config)
        check_granted(remote, wanted, grants)
        return wanted, self._auth(remote, auth_config)

    def _auth(self, remote: str, given: Credentials | Mapping[str, str] | None) -> dict[str, str]:
        return {"X-Registry-Auth": self.client.registry_auth(ImageReference.parse(remote).registry, given)}
