"""Scenarios about the life of containers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sides import Side


def scenario_life(d: Side) -> None:
    since = d.now()
    id = d.create("web", ["sh", "-c", "echo out; echo err >&2; exit 3"])
    d.get(f"/containers/{id}/json")
    d.post(f"/containers/{id}/start")
    d.note("exit code", d.wait(id))
    d.get(f"/containers/{id}/json")
    d.logs(id)
    d.post(f"/containers/{id}/start")
    d.wait(id)
    d.delete(f"/containers/{id}")
    d.get(f"/containers/{id}/json")
    d.delete(f"/containers/{id}")
    d.events(since, container=[id])


def scenario_states(d: Side) -> None:
    id = d.start("web", ["sleep", "1000"])
    for verb in (
        "start",
        "unpause",
        "pause",
        "pause",
        "exec",
        "stop?t=0",
        "unpause",
        "stop?t=0",
        "stop",
        "kill",
    ):
        d.post(f"/containers/{id}/{verb}", {"Cmd": ["true"]} if verb == "exec" else None)
    d.delete(f"/containers/{id}")


def scenario_name_in_use(d: Side) -> None:
    d.create("web")
    d.create("web")
    d.post("/containers/create", {"Image": "busybox"}, query={"name": "a/b"})
    d.post("/containers/create", {"Image": "nothing-of-that-name"}, query={"name": d.name("x")})
    d.post("/containers/create", {}, query={"name": d.name("x")})


def scenario_programs_that_are_not_there(d: Side) -> None:
    for short, cmd in (("missing", ["nothing-there"]), ("file", ["/etc/passwd"]), ("folder", ["/etc"])):
        id = d.create(short, cmd)
        d.post(f"/containers/{id}/start")
        state = d.get(f"/containers/{id}/json", note=False).json["State"]
        d.note("state", (state["Status"], state["ExitCode"], d.mask(state["Error"])))
