"""Plugins: made, pushed, installed, set, started, stopped, upgraded, removed."""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import tarfile
from typing import TYPE_CHECKING, Any

import pytest

from dockpy import (
    BadParameter,
    Client,
    Conflict,
    InvalidArgument,
    NotFound,
    PullError,
    PushError,
    ServerError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from dockpy.resources.plugin import Plugin

# What a plugin has to do to be enabled: listen where the engine looks, and say what it implements. Its
# program is the host's Python, which is mounted into it.
_SERVER = """
import http.server, os, signal, socketserver
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = b'{"Implements": ["authz"]}' if self.path == "/Plugin.Activate" else b'{"Err": ""}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def address_string(self):
        return ""
os.makedirs("/run/docker/plugins", exist_ok=True)
socketserver.ThreadingUnixStreamServer("/run/docker/plugins/test.sock", Handler).serve_forever()
"""
_PYTHON = os.path.realpath(sys.executable)
_FOLDERS = sorted({"/usr", "/etc", sys.base_prefix})


def configuration(types: tuple[str, ...] = (), description: str = "a test") -> dict[str, Any]:
    return {
        "description": description,
        "documentation": "",
        "entrypoint": [_PYTHON, "-I", "-c", _SERVER],
        "interface": {"types": list(types), "socket": "test.sock"},
        "network": {"type": "none"},
        "linux": {"capabilities": ["CAP_SYS_TIME"]},
        "env": [{"name": "DEBUG", "description": "", "settable": ["value"], "value": "0"}],
        "mounts": [
            {
                "name": folder.strip("/").replace("/", "-"),
                "source": folder,
                "destination": folder,
                "type": "bind",
                "options": ["rbind", "ro"],
            }
            for folder in _FOLDERS
        ],
    }


def folder_of(path: Path, config: dict[str, Any]) -> Path:
    """A plugin's folder: its configuration, and a root file system of little but links to what is mounted."""
    rootfs = path / "rootfs"
    rootfs.mkdir(parents=True)
    (rootfs / "unique").write_text(str(path))  # an engine refuses content that it knows already
    for name in ("lib", "lib64", "bin"):
        if os.path.islink(f"/{name}"):
            (rootfs / name).symlink_to(os.readlink(f"/{name}"))
    for name in ("run", "tmp", *(folder.lstrip("/") for folder in _FOLDERS)):
        (rootfs / name).mkdir(parents=True, exist_ok=True)
    (path / "config.json").write_text(json.dumps(config))
    return path


def archive_of(folder: Path) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        archive.add(folder / "config.json", "config.json")
        archive.add(folder / "rootfs", "rootfs")
    return file.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return folder_of(tmp_path / "plugin", configuration())


@pytest.fixture
def name(engine: Client, registry: str, new_name: Callable[[], str]) -> Iterator[str]:
    """A plugin's name, and where it is pushed to; the plugins whose names hold it are removed."""
    name = f"{registry}/{new_name()}:1"
    yield name
    for plugin in engine.plugins.list():
        if name.rpartition("/")[2].partition(":")[0] in plugin.name:
            with contextlib.suppress(NotFound):
                plugin.remove(force=True)


@pytest.fixture
def plugin(engine: Client, name: str, folder: Path) -> Plugin:
    return engine.plugins.create(name, folder)


@pytest.fixture
def pushed(plugin: Plugin, name: str) -> str:
    """A plugin that is in the registry, and nowhere else."""
    plugin.push()
    plugin.remove()
    return name


class TestMaking:
    def test_of_a_folder(self, engine: Client, name: str, folder: Path) -> None:
        plugin = engine.plugins.create(name, folder)
        assert (plugin.name, plugin.reference, plugin.enabled) == (name, name, False)
        assert plugin.description == "a test"
        assert len(plugin.id) == 64
        assert plugin.settings.env == ["DEBUG=0"]
        attrs = plugin.inspect()
        assert attrs.config.linux.capabilities == attrs["Config"]["Linux"]["Capabilities"] == ["CAP_SYS_TIME"]
        assert [mount.source for mount in attrs.config.mounts] == _FOLDERS
        assert engine.plugins.get(name) == engine.plugins.get(plugin.id) == plugin
        assert plugin in engine.plugins.list()

    @pytest.mark.parametrize("form", ["bytes", "path", "file", "pieces"])
    def test_of_a_tar(self, engine: Client, name: str, folder: Path, tmp_path: Path, form: str) -> None:
        data = archive_of(folder)
        path = tmp_path / "plugin.tar"
        path.write_bytes(data)
        with open(path, "rb") as file:
            source: Any = {
                "bytes": data,
                "path": path,
                "file": file,
                "pieces": (data[at : at + 5000] for at in range(0, len(data), 5000)),
            }[form]
            assert engine.plugins.create(name, source).name == name

    def test_of_what_is_none(self, engine: Client, name: str, folder: Path, tmp_path: Path) -> None:
        with pytest.raises(InvalidArgument, match=r"there is no config\.json in it"):
            engine.plugins.create(name, folder / "rootfs")
        (tmp_path / "config.json").write_text("{}")
        with pytest.raises(InvalidArgument, match="there is no rootfs in it"):
            engine.plugins.create(name, str(tmp_path))
        with pytest.raises(ServerError, match=r"config|rootfs"):
            engine.plugins.create(name, bytes(1024))
        with pytest.raises(NotFound):
            engine.plugins.get(name)

    def test_of_a_name_that_is_taken(self, engine: Client, name: str, plugin: Plugin, folder: Path) -> None:
        with pytest.raises((Conflict, ServerError), match="already exists"):
            engine.plugins.create(name, folder)


class TestLife:
    def test_set_start_stop_remove(self, engine: Client, plugin: Plugin) -> None:
        plugin.configure({"DEBUG": "1"})
        assert plugin.settings.env == ["DEBUG=1"]
        plugin.configure(["DEBUG=a=b"])
        assert plugin.settings.env == ["DEBUG=a=b"]

        plugin.enable(timeout=20)
        assert plugin.enabled
        assert plugin in engine.plugins.list(filters={"enabled": True})
        assert plugin not in engine.plugins.list(filters={"enabled": False})
        with pytest.raises((Conflict, ServerError), match="already enabled"):
            plugin.enable()
        with pytest.raises((Conflict, ServerError), match=r"disable plugin|active plugin|is enabled"):
            plugin.configure({"DEBUG": "2"})
        with pytest.raises((Conflict, ServerError), match="is enabled"):
            plugin.remove()

        plugin.disable()
        assert not plugin.enabled
        with pytest.raises((Conflict, ServerError), match="already disabled"):
            plugin.disable(force=True)
        plugin.enable()
        plugin.remove(force=True)
        for ask in (plugin.reload, plugin.enable, plugin.disable, plugin.remove):
            with pytest.raises(NotFound, match="not found"):
                ask()

    def test_by_what_it_can(self, engine: Client, name: str, tmp_path: Path) -> None:
        """A plugin of a type is asked what it implements; what has started is found by it."""
        source = folder_of(tmp_path / "typed", configuration(("docker.authz/1.0",)))
        plugin = engine.plugins.create(name, source)
        plugin.enable()
        assert plugin in engine.plugins.list(filters={"capability": "authz"})
        assert plugin not in engine.plugins.list(filters={"capability": "volumedriver"})
        plugin.disable(force=True)

    def test_that_does_not_start(self, engine: Client, name: str, tmp_path: Path) -> None:
        config = configuration()
        config["entrypoint"] = ["/nowhere"]
        plugin = engine.plugins.create(name, folder_of(tmp_path / "broken", config))
        with pytest.raises(ServerError) as caught:
            plugin.enable(timeout=1)
        assert (caught.value.operation, caught.value.subject) == ("PluginEnable", f"plugin {plugin.id}")
        assert not plugin.enabled

    def test_what_cannot_be_set(self, plugin: Plugin) -> None:
        with pytest.raises((BadParameter, ServerError), match="NOPE"):
            plugin.configure({"NOPE": "1"})
        for wrong in ("DEBUG=1", {"DEBUG": 1}, ["DEBUG"], None):
            with pytest.raises((InvalidArgument, TypeError)):
                plugin.configure(wrong)  # type: ignore[arg-type]
        with pytest.raises(InvalidArgument, match="timeout="):
            plugin.enable(timeout=-1)

    def test_of_names_that_are_not_there(self, engine: Client) -> None:
        with pytest.raises(NotFound, match="not found") as caught:
            engine.plugins.get("nowhere")
        assert (caught.value.operation, caught.value.subject) == ("PluginInspect", "plugin nowhere")
        with pytest.raises(NotFound):
            engine.plugins.remove("nowhere")


class TestRegistry:
    def test_push(self, plugin: Plugin) -> None:
        seen: list[Any] = []
        result = plugin.push(on_progress=seen.append)
        assert result is not None
        assert (result.tag, result.digest[:7]) == ("1", "sha256:")
        assert any(message.progress_detail for message in seen)

    def test_push_to_nowhere(self, engine: Client, folder: Path, new_name: Any) -> None:
        plugin = engine.plugins.create(f"127.0.0.1:1/{new_name()}:1", folder)
        try:
            with pytest.raises((PushError, ServerError), match="refused"):
                plugin.push()
        finally:
            plugin.remove()

    def test_what_it_wants(self, engine: Client, pushed: str) -> None:
        wanted = engine.plugins.privileges(pushed)
        assert [item.value for item in wanted if item.name == "capabilities"] == [["CAP_SYS_TIME"]]
        assert {value for item in wanted if item.name == "mount" for value in item.value} == set(_FOLDERS)

    def test_install(self, engine: Client, pushed: str) -> None:
        seen: list[Any] = []
        plugin = engine.plugins.install(
            pushed, privileges=True, settings={"DEBUG": "7"}, on_progress=seen.append
        )
        assert (plugin.name, plugin.reference, plugin.enabled) == (pushed, pushed, True)
        assert plugin.settings.env == ["DEBUG=7"]
        assert any("Digest" in (message.status or "") for message in seen)
        with pytest.raises(BadParameter, match="already exists"):
            engine.plugins.install(pushed, privileges=True)

    def test_install_under_another_name(self, engine: Client, pushed: str, new_name: Any) -> None:
        alias = f"{pushed.rpartition('/')[2].partition(':')[0]}-alias"
        plugin = engine.plugins.install(pushed, alias=alias, privileges=True, enable=False)
        assert (plugin.name, plugin.reference, plugin.enabled) == (f"{alias}:latest", pushed, False)
        plugin.remove()

    def test_who_grants(self, engine: Client, pushed: str) -> None:
        """Nothing is fetched for a plugin that wants more than it may have."""
        asked: list[Any] = []

        def refuse(wanted: list[Any]) -> bool:
            asked.extend(wanted)
            return False

        for grants in (False, [], ["mount"], [{"Name": "mount", "Value": _FOLDERS}], refuse):
            with pytest.raises(InvalidArgument, match="capabilities CAP_SYS_TIME"):
                engine.plugins.install(pushed, privileges=grants)
        assert {privilege.name for privilege in asked} >= {"mount", "capabilities"}
        with pytest.raises(NotFound):
            engine.plugins.get(pushed)

        names = [privilege.name for privilege in asked]
        for grants in (names, asked, [dict(privilege) for privilege in asked], lambda wanted: True):
            engine.plugins.install(pushed, privileges=grants, enable=False).remove()

    def test_install_what_is_not_there(self, engine: Client, registry: str, new_name: Any) -> None:
        with pytest.raises((NotFound, ServerError), match="error resolving plugin reference"):
            engine.plugins.install(f"{registry}/{new_name()}:1", privileges=True)

    def test_upgrade(self, engine: Client, pushed: str, tmp_path: Path) -> None:
        plugin = engine.plugins.install(pushed, privileges=True, enable=False)
        second = pushed.removesuffix(":1") + ":2"
        newer = engine.plugins.create(
            second, folder_of(tmp_path / "newer", configuration(description="newer"))
        )
        newer.push()
        newer.remove()

        seen: list[Any] = []
        with pytest.raises(InvalidArgument, match="CAP_SYS_TIME"):
            plugin.upgrade(second)
        plugin.upgrade(second, privileges=True, on_progress=seen.append)
        assert (plugin.description, plugin.reference) == ("newer", second)
        assert plugin.name == pushed
        assert seen
        plugin.upgrade(privileges=True)  # to what it is already
        plugin.enable()
        with pytest.raises((Conflict, ServerError, PullError), match="must be disabled"):
            plugin.upgrade(privileges=True)

    def test_a_failure_in_the_stream(self, engine: Client, pushed: str) -> None:
        """The engine checks the privileges once it has begun to answer with status 200."""
        from dockpy.ops import plugins as ops
        from dockpy.resources.progress import follow

        stream = engine.api.objects(ops.PULL, query={"remote": pushed}, body=[])
        with pytest.raises(PullError, match="incorrect privileges"):
            follow(stream, PullError, pushed, None)
