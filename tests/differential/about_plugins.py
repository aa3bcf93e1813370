"""Scenarios about plugins. What one runs is the host's Python; the fake daemon only says that it runs."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from about_images import REGISTRY, lines

sys.path.insert(0, str(Path(__file__).parent.parent / "conformance"))
from test_plugins import archive_of, configuration, folder_of

if TYPE_CHECKING:
    from sides import Side

JSON = {"Content-Type": "application/json"}


def archive(**changes: Any) -> bytes:
    """A plugin's archive."""
    with tempfile.TemporaryDirectory() as folder:
        return archive_of(folder_of(Path(folder) / "plugin", {**configuration(), **changes}))


def make(d: Side, short: str, **changes: Any) -> str:
    """Make a plugin; it is removed at the end."""
    name = f"{REGISTRY}/{d.name(short)}:1"
    d.post("/plugins/create", body=archive(**changes), query={"name": name})
    d.made.append(f"/plugins/{name}?force=1")
    return name


def scenario_plugins(d: Side) -> None:
    since = d.now()
    name = make(d, "plugin")
    d.get(f"/plugins/{name}/json", values=True, without=("DockerVersion",))
    d.post("/plugins/create", body=archive(), query={"name": name})
    d.post(f"/plugins/{name}/set", ["DEBUG=1"])
    for wrong in (["NOPE=1"], ["DEBUG"], [], {"DEBUG": "1"}, [5]):
        d.note("set", wrong)
        d.post(f"/plugins/{name}/set", wrong)
    d.post(f"/plugins/{name}/set", body=b"x", headers=JSON)
    d.post(f"/plugins/{name}/disable")
    d.post(f"/plugins/{name}/enable", query={"timeout": "x"})
    d.post(f"/plugins/{name}/enable", query={"timeout": "20"})
    d.post(f"/plugins/{name}/enable", query={"timeout": "20"})
    d.post(f"/plugins/{name}/set", ["DEBUG=2"])
    d.delete(f"/plugins/{name}")
    for filters in ({"enabled": ["true"]}, {"enabled": ["false"]}, {"capability": ["nope"]}):
        listed = d.get("/plugins", query={"filters": filters}, note=False).json
        d.note(f"list {filters}", [d.mask(one["Name"]) for one in listed if d.run in one["Name"]])
    for filters in ({"enabled": ["x"]}, {"nope": ["x"]}):
        d.get("/plugins", query={"filters": filters})
    d.post(f"/plugins/{name}/upgrade", [], query={"remote": name})
    d.post(f"/plugins/{name}/disable")
    d.get(f"/plugins/{name}/json", values=True, without=("DockerVersion",))
    d.delete(f"/plugins/{name}", values=True, without=("DockerVersion",))
    d.events(since, type=["plugin"], plugin=[name])


def scenario_plugins_that_are_not_there(d: Side) -> None:
    for verb in ("enable", "disable", "push", "set", "upgrade"):
        d.post(f"/plugins/nothing-there/{verb}", [] if verb in ("set", "upgrade") else None)
    d.get("/plugins/nothing-there/json")
    d.delete("/plugins/nothing-there")
    d.post("/plugins/create", body=b"nonsense", query={"name": d.name("x")})
    d.post("/plugins/create", body=b"", query={"name": d.name("x")})
    d.post("/plugins/create", body=archive(), query={"name": "UPPER"})
    d.get("/plugins/privileges", query={"remote": f"{REGISTRY}/{d.name('x')}:1"})
    d.get("/plugins/privileges", query={"remote": "UPPER"})
    d.get("/plugins/privileges")
    lines(d, "pull", d.post("/plugins/pull", [], query={"remote": f"{REGISTRY}/{d.name('x')}:1"}, note=False))
    lines(d, "pull badly", d.post("/plugins/pull", [], query={"remote": "UPPER"}, note=False))
    d.post("/plugins/pull", body=b"x", headers=JSON, query={"remote": f"{REGISTRY}/{d.name('x')}:1"})


def scenario_a_plugin_that_does_not_start(d: Side) -> None:
    name = make(d, "broken", entrypoint=["/nowhere"])
    d.post(f"/plugins/{name}/enable", query={"timeout": "1"})


def scenario_plugins_of_a_registry(d: Side) -> None:
    name = make(d, "plugin")
    lines(d, "push", d.post(f"/plugins/{name}/push", note=False))
    d.delete(f"/plugins/{name}", note=False)
    wanted = d.get("/plugins/privileges", query={"remote": name})
    lines(d, "pull with less", d.post("/plugins/pull", [], query={"remote": name}, note=False))
    lines(d, "pull", d.post("/plugins/pull", wanted.json, query={"remote": name}, note=False))
    lines(d, "pull again", d.post("/plugins/pull", wanted.json, query={"remote": name}, note=False))
    lines(d, "upgrade", d.post(f"/plugins/{name}/upgrade", wanted.json, query={"remote": name}, note=False))
    d.get(f"/plugins/{name}/json", values=False)
    d.note("json", json.dumps(sorted(one["Name"] for one in wanted.json)))
