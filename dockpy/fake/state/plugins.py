"""The plugins of a daemon.

A plugin's process is not run: it counts as started where its program is there, in its own file system or in
what it mounts. What it says it implements it does not do for containers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.fake.failure import Failure
from dockpy.fake.releases import release
from dockpy.fake.state.image_names import Name, parse_name
from dockpy.fake.state.plugin import Plugin, bundle_of_tar
from dockpy.fake.state.plugin_config import apply, initial_settings
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from dockpy.fake.blobs import Blob
    from dockpy.fake.engine import Engine
    from dockpy.fake.state.plugin import Bundle

__all__ = ["Plugins"]

_TRUE, _FALSE = ("1", "t", "T", "TRUE", "true", "True"), ("0", "f", "F", "FALSE", "false", "False")
_DEVICES = {
    f"/dev/{name}"
    for name in (
        "console",
        "full",
        "fuse",
        "kmsg",
        "net/tun",
        "null",
        "ptmx",
        "random",
        "tty",
        "urandom",
        "zero",
    )
}
"""The devices that a daemon's machine has."""


class Plugins:
    """What plugins a daemon has.

    Args:
        engine: the daemon.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._plugins: dict[str, Plugin] = {}
        self._content: dict[str, Blob] = {}

    @property
    def api(self) -> str:
        """The daemon's newest API version."""
        return self._engine.api

    def __iter__(self) -> Iterator[Plugin]:
        return iter(list(self._plugins.values()))

    def get(self, reference: str) -> Plugin:
        """The plugin of a name, an id or the beginning of one.

        Raises:
            Failure: 404, there is none; or several ids begin so.
        """
        if reference in self._plugins:
            return self._plugins[reference]
        try:
            name = parse_name(reference, self.api).with_default()
        except Failure:
            name = None
        if name is not None and (plugin := self.named(name)) is not None:
            return plugin
        found = [plugin for id, plugin in self._plugins.items() if reference and id.startswith(reference)]
        if len(found) > 1:
            raise Failure(400, f'multiple plugins found for "{reference}"')
        if not found:
            raise Failure(404, f'plugin "{reference}" not found')
        return found[0]

    def named(self, name: Name) -> Plugin | None:
        """The plugin that goes by this name here."""
        return next((plugin for plugin in self._plugins.values() if plugin.name == name), None)

    def list(self, filters: Mapping[str, Sequence[str]]) -> list[Plugin]:
        """The plugins that a filter lets pass.

        Raises:
            Failure: 400, the filter is none.
        """
        old = not at_least(self.api, "1.42")
        invalid = "Invalid filter" if old else "invalid filter"
        for name in filters:
            if name not in ("enabled", "capability"):
                raise Failure(400, f"{invalid} '{name}'")
        found = list(self._plugins.values())
        if values := filters.get("enabled"):
            yes = {value for value in values if value in (("true",) if old else _TRUE)}
            no = {value for value in values if value in (("false",) if old else _FALSE)}
            if not (yes or no) or (not old and (len(values) != len(yes | no) or (yes and no))):
                raise Failure(400, f"{invalid} 'enabled=[{' '.join(values)}]'")
            found = [plugin for plugin in found if plugin.enabled is bool(yes)]
        if wanted := filters.get("capability"):  # those of no type pass, as with the engines
            found = [plugin for plugin in found if all(item in wanted for item in plugin.capabilities)]
        return found

    # Making and removing

    def create(self, reference: str, pieces: Iterable[bytes]) -> Plugin:
        """Make one of a tar.

        Raises:
            Failure: the name is none, or taken; the tar holds no plugin, or one whose content is here.
        """
        try:
            name = parse_name(reference, self.api)
        except Failure as failure:
            raise Failure(500, f"failed to parse reference {reference}: {failure.message}") from None
        if name.digest:
            raise Failure(500, "canonical references are not permitted")
        name = name.with_default()
        if self.named(name) is not None:
            raise Failure(409, f"plugin {name.familiar} already exists")
        bundle = bundle_of_tar(pieces, self.api, release(self.api))
        for layer in bundle.layers:
            if layer.digest in self._content:
                status = 500 if at_least(self.api, "1.42") else 409
                raise Failure(status, f"content {layer.digest}: already exists")
        plugin = self.add(name, name, bundle)
        self._emit("create", plugin, name.familiar)
        return plugin

    def add(self, name: Name, reference: Name, bundle: Bundle) -> Plugin:
        """Take one that is complete."""
        settings = initial_settings(bundle.config)
        plugin = Plugin(self._engine.new_id(), name, reference, bundle, settings)
        self._plugins[plugin.id] = plugin
        self.keep(*bundle.blobs)
        self._engine.notify()
        return plugin

    def remove(self, reference: str, *, force: bool = False) -> None:
        """Forget one.

        Raises:
            Failure: 404; 409, it is enabled.
        """
        plugin = self.get(reference)
        if plugin.enabled and not force:
            raise Failure(409, f"plugin {plugin.name.familiar} is enabled")
        plugin.enabled = False
        del self._plugins[plugin.id]
        used = {blob.digest for other in self._plugins.values() for blob in other.bundle.blobs}
        self._content = {digest: blob for digest, blob in self._content.items() if digest in used}
        self._emit("remove", plugin, reference)

    # Content, which outlives a pull that failed

    def keep(self, *blobs: Blob) -> None:
        """Keep content until a plugin is removed."""
        self._content.update({blob.digest: blob for blob in blobs})

    def content(self, digest: str) -> Blob | None:
        """Content that is here."""
        return self._content.get(digest)

    # Its life

    def enable(self, reference: str) -> None:
        """Start one.

        Raises:
            Failure: 404; 409, it is; 500, it does not start.
        """
        plugin = self.get(reference)
        if plugin.enabled:
            raise Failure(409, f"plugin already enabled: plugin {plugin.name.familiar} is enabled")
        self._check_start(plugin)
        plugin.enabled = True
        self._emit("enable", plugin, reference)

    def disable(self, reference: str) -> None:
        """Stop one.

        Raises:
            Failure: 404; 409, it is not enabled.
        """
        plugin = self.get(reference)
        if not plugin.enabled:
            name = plugin.name.familiar
            raise Failure(409, f"plugin is already disabled: plugin {name} found but disabled")
        plugin.enabled = False
        self._emit("disable", plugin, reference)

    def set(self, reference: str, settings: Sequence[str]) -> None:
        """Set what may be set; what comes before one that may not is set.

        Raises:
            Failure: 404; 500, it is enabled, or there is no such thing.
        """
        plugin = self.get(reference)
        if plugin.enabled:
            raise Failure(500, "cannot set on an active plugin, disable plugin before setting")
        for text in settings:
            apply(plugin.bundle.config, plugin.settings, text)

    def _check_start(self, plugin: Plugin) -> None:
        for mount in plugin.settings["Mounts"]:
            if mount["Source"] is None:
                raise Failure(500, "mount source is not specified")
        for device in plugin.settings["Devices"]:
            if device["Path"] not in _DEVICES:
                where = f'error gathering device information while adding custom device "{device["Path"]}"'
                raise Failure(500, f"{where}: no such file or directory")
        problem = _problem(plugin)
        if problem is not None:
            status, words = problem
            new = at_least(self.api, "1.42")
            before = "failed to create task for container: " if new else ""
            text = (
                f"{before}failed to create shim task: OCI runtime create failed: runc create failed: {words}"
            )
            raise Failure(status, text if new else f"{text}: unknown")

    def _emit(self, action: str, plugin: Plugin, name: str) -> None:
        self._engine.events.emit("plugin", action, plugin.id, {"name": name})

    def emit_pull(self, remote: Name, name: Name) -> None:
        """One was fetched, whatever becomes of it."""
        self._engine.events.emit("plugin", "pull", remote.familiar, {"name": name.familiar})


def _problem(plugin: Plugin) -> tuple[int, str] | None:
    """Why a plugin's program does not start, as the runtime says it, and the status that goes with it."""
    command = [*(plugin.bundle.config["Entrypoint"] or ()), *plugin.settings["Args"]]
    if not command:
        return 500, "args must not be empty"
    program = command[0]
    before = f'unable to start container process: exec: "{program}"'
    if not program.startswith("/"):
        return 404, f"{before}: executable file not found in $PATH"
    if program.startswith(
        tuple(mount["Destination"].rstrip("/") + "/" for mount in plugin.settings["Mounts"])
    ):
        return None
    found = plugin.bundle.file(program)
    if found is None:
        return 500, f"{before}: stat {program}: no such file or directory"
    if found.isdir() or not (found.issym() or found.mode & 0o111):
        return 500, f"{before}: permission denied"
    return None
