"""Plugins: drivers that an engine installs and runs itself."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from dockpy.wire.base import Model, Name, SnakeModel, Until

__all__ = [
    "Plugin",
    "PluginArgs",
    "PluginConfig",
    "PluginDevice",
    "PluginEnv",
    "PluginInterface",
    "PluginLinuxConfig",
    "PluginMount",
    "PluginNetworkConfig",
    "PluginPrivilege",
    "PluginRootFS",
    "PluginSetting",
    "PluginSettings",
    "PluginUser",
]

PluginSetting = str
"""What PluginSet is asked for, each one of a list: ``NAME=value``."""


class PluginPrivilege(Model):
    """A permission that a plugin wants, and whoever installs it grants."""

    name: str | None = None  # network | mount | device | capabilities | …
    description: str | None = None
    value: list[str] = []


# What may be set before a plugin is enabled. `settable` names the fields of each that may.


class PluginMount(Model):
    """A directory of the host that the plugin sees."""

    name: str = ""
    description: str = ""
    settable: list[str] = []
    source: str | None = None
    destination: str = ""
    type: str = ""
    options: list[str] = []


class PluginDevice(Model):
    """A device of the host that the plugin may use."""

    name: str = ""
    description: str = ""
    settable: list[str] = []
    path: str | None = None


class PluginEnv(Model):
    """A variable of the plugin's environment."""

    name: str = ""
    description: str = ""
    settable: list[str] = []
    value: str | None = None


class PluginArgs(Model):
    """The arguments of the plugin's entrypoint."""

    name: str = ""
    description: str = ""
    settable: list[str] = []
    value: list[str] = []


class PluginSettings(Model):
    """What is set."""

    mounts: list[PluginMount] = []
    env: list[str] = []
    args: list[str] = []
    devices: list[PluginDevice] = []


# What a plugin was made as


class PluginInterface(Model):
    """How the engine talks to the plugin."""

    types: list[str] = []  # docker.volumedriver/1.0, …
    socket: str = ""
    protocol_scheme: str | None = None  # "" | moby.plugins.http/v1


class PluginUser(Model):
    """Whom the plugin runs as."""

    uid: int | None = None
    gid: int | None = None


class PluginNetworkConfig(Model):
    """The network that the plugin is on."""

    type: str = ""  # none | host | bridge


class PluginLinuxConfig(Model):
    """What the plugin may do on Linux."""

    capabilities: list[str] = []
    allow_all_devices: bool = False
    devices: list[PluginDevice] = []


class PluginRootFS(SnakeModel):
    """The layers of the plugin's file system."""

    type: str | None = None  # layers
    diff_ids: list[str] = []


class PluginConfig(Model):
    """What the plugin's author says of it."""

    docker_version: Annotated[str | None, Until("1.52")] = None  # deprecated in 1.51
    description: str = ""
    documentation: str = ""
    interface: PluginInterface = Field(default_factory=PluginInterface)
    entrypoint: list[str] = []
    work_dir: str = ""
    user: PluginUser | None = None
    network: PluginNetworkConfig = Field(default_factory=PluginNetworkConfig)
    linux: PluginLinuxConfig = Field(default_factory=PluginLinuxConfig)
    propagated_mount: str = ""
    ipc_host: bool = False
    pid_host: bool = False
    mounts: list[PluginMount] = []
    env: list[PluginEnv] = []
    args: PluginArgs = Field(default_factory=PluginArgs)
    rootfs: Annotated[PluginRootFS | None, Name("rootfs")] = None


class Plugin(Model):
    """An installed plugin."""

    id: str = ""
    name: str = ""
    enabled: bool = False
    settings: PluginSettings = Field(default_factory=PluginSettings)
    plugin_reference: str | None = None  # where it was pulled from
    config: PluginConfig = Field(default_factory=PluginConfig)
