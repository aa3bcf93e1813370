"""Scenarios about the life of containers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sides import Side

SLEEP = ["sleep", "1000"]
NOT_COMPARED = (
    *("GraphDriver", "Image", "AppArmorProfile", "Pid", "ResolvConfPath", "HostnamePath", "HostsPath"),
    *("LogPath", "Labels", "SizeRootFs", "ConsoleSize", "Bridge", "IPPrefixLen"),
)
"""What of a container depends on the machine."""


def scenario_life(d: Side) -> None:
    since = d.now()
    id = d.create("web", ["sh", "-c", "echo out; echo err >&2; exit 3"])
    d.get(f"/containers/{id}/json", values=True, without=NOT_COMPARED)
    d.post(f"/containers/{id}/start")
    d.note("exit code", d.wait(id))
    d.get(f"/containers/{id}/json", values=True, without=NOT_COMPARED)
    d.logs(id)
    d.post(f"/containers/{id}/start")
    d.wait(id)
    d.delete(f"/containers/{id}")
    d.get(f"/containers/{id}/json")
    d.delete(f"/containers/{id}")
    d.events(since, container=[id])


def scenario_running(d: Side) -> None:
    id = d.start("web", SLEEP, HostConfig={"NetworkMode": "bridge"}, Tty=True, OpenStdin=True)
    d.get(f"/containers/{id}/json", values=True, without=NOT_COMPARED)
    d.get(f"/containers/{id}/json", query={"size": "1"})
    d.get("/containers/json", query={"filters": {"name": [d.name("web")]}, "size": "1"})
    d.post(f"/containers/{id}/kill", note=False)
    d.wait(id)
    d.get("/containers/json", query={"filters": {"name": [d.name("web")]}, "all": "1"})


def scenario_states(d: Side) -> None:
    id = d.start("web", SLEEP)
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
        "restart?t=0",
        "restart?t=0",
        "pause",
        "restart?t=0",
        "kill?signal=0",
        "kill?signal=CONT",
        "kill?signal=NOPE",
        "kill?signal=99",
        "kill?signal=-1",
        "rename",
        "rename?name=a/b",
        "resize?h=1&w=1",
        "update",
    ):
        d.post(f"/containers/{id}/{verb}", {"Cmd": ["true"]} if verb == "exec" else None)
    d.delete(f"/containers/{id}")
    d.delete(f"/containers/{id}?force=1&v=1")
    for verb in (
        "start",
        "stop",
        "kill",
        "pause",
        "unpause",
        "restart",
        "wait",
        "rename?name=x",
        "resize?h=1&w=1",
    ):
        d.post(f"/containers/{id}/{verb}")
    for what in (
        "json",
        "top",
        "logs?stdout=1",
        "changes",
        "export",
        "stats?stream=0",
        "archive?path=/",
        "attach/ws",
    ):
        d.get(f"/containers/{id}/{what}")


def scenario_states_of_a_created_one(d: Side) -> None:
    id = d.create("web", SLEEP)
    for verb in (
        "stop?t=0",
        "kill",
        "pause",
        "unpause",
        "exec",
        "resize?h=1&w=1",
        "wait?condition=not-running",
    ):
        d.post(f"/containers/{id}/{verb}", {"Cmd": ["true"]} if verb == "exec" else None)
    d.get(f"/containers/{id}/top")
    d.logs(id)
    d.get(f"/containers/{id}/logs")
    d.get(f"/containers/{id}/changes")
    d.get(f"/containers/{id}/stats", query={"stream": "0"})
    d.post(f"/containers/{id}/wait", query={"condition": "sometimes"})
    d.post(f"/containers/{id}/attach", query={"stdout": "1", "logs": "1"})


def scenario_name_in_use(d: Side) -> None:
    d.create("web")
    d.create("web")
    other = d.create("other")
    d.post("/containers/create", {"Image": "busybox"}, query={"name": "a/b"})
    d.post("/containers/create", {"Image": "busybox"}, query={"name": "-x"})
    d.post("/containers/create", {"Image": "nothing-of-that-name"}, query={"name": d.name("x")})
    d.post("/containers/create", {"Image": "no/thing:1"}, query={"name": d.name("x")})
    d.post("/containers/create", {"Image": "NOTHING"}, query={"name": d.name("x")})
    d.post("/containers/create", {}, query={"name": d.name("x")})
    d.post("/containers/create", {"Image": ""}, query={"name": d.name("x")})
    d.post(f"/containers/{other}/rename", query={"name": d.name("web")})
    d.post(f"/containers/{other}/rename", query={"name": d.name("other")})
    d.post(f"/containers/{other}/rename", query={"name": "/" + d.name("third")})
    d.post(f"/containers/{other}/rename", query={"name": ""})
    d.post(f"/containers/{other}/rename", query={"name": "-"})
    d.note("name", d.mask(d.get(f"/containers/{other}/json", note=False).json["Name"]))


def scenario_programs_that_are_not_there(d: Side) -> None:
    for short, cmd in (
        ("missing", ["nothing-there"]),
        ("file", ["/etc/passwd"]),
        ("folder", ["/etc"]),
        ("path", ["/no/such/program"]),
        ("relative", ["./x"]),
    ):
        id = d.create(short, cmd)
        d.post(f"/containers/{id}/start")
        state = d.get(f"/containers/{id}/json", note=False).json["State"]
        d.note("state", (state["Status"], state["ExitCode"], d.mask(state["Error"])))


def scenario_endings(d: Side) -> None:
    """Signals, exit codes, grace, and the events of an end."""
    trap = ["sh", "-c", "trap 'echo told; exit 5' TERM; echo ready; while :; do sleep 0.05; done"]
    for short, cmd, verb in (
        ("killed", SLEEP, "kill"),
        ("stopped", trap, "stop?t=5"),
        ("usr", SLEEP, "stop?t=0"),
        ("named", trap, "kill?signal=TERM"),
        ("number", SLEEP, "kill?signal=9"),
    ):
        since = d.now()
        id = d.start(short, cmd)
        if cmd is trap:
            d.until(lambda id=id: d.output(id) == b"ready\n")
        d.post(f"/containers/{id}/{verb}")
        d.note("code", d.wait(id))
        state = d.get(f"/containers/{id}/json", note=False).json["State"]
        d.note("state", d.valued(state, ("Pid",)))
        d.logs(id)
        d.events(since, container=[id])


def scenario_restart_policies(d: Side) -> None:
    since = d.now()
    id = d.start(
        "web",
        ["sh", "-c", "echo again; exit 2"],
        HostConfig={
            "RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 2},
        },
    )
    inspect = f"/containers/{id}/json"
    d.until(lambda: d.get(inspect, note=False).json["State"]["Status"] == "exited")
    attrs = d.get(inspect, note=False).json
    d.note("count", (attrs["RestartCount"], d.valued(attrs["State"])))
    d.logs(id)
    d.events(since, container=[id])


def scenario_auto_remove(d: Side) -> None:
    since = d.now()
    id = d.create("web", ["sh", "-c", "exit 4"], HostConfig={"AutoRemove": True})
    d.post(f"/containers/{id}/start")
    d.until(lambda: d.get(f"/containers/{id}/json", note=False).status == 404)
    d.post(f"/containers/{id}/wait")
    d.events(since, container=[id])


def scenario_waits(d: Side) -> None:
    id = d.create("web", ["sh", "-c", "exit 7"])
    d.post(f"/containers/{id}/start", note=False)
    d.wait(id)
    for condition in ("not-running", "", "nope"):
        d.post(f"/containers/{id}/wait", query={"condition": condition}, values=True)
    d.post("/containers/nothing-there/wait")


def scenario_health(d: Side) -> None:
    since = d.now()
    second = 10**9
    id = d.start(
        "web",
        SLEEP,
        Healthcheck={
            "Test": ["CMD-SHELL", "echo fine; test -e /tmp/well"],
            "Interval": second // 10,
            "Timeout": second,
            "Retries": 2,
        },
    )
    health = lambda: d.get(f"/containers/{id}/json", note=False).json["State"]["Health"]  # noqa: E731
    d.until(lambda: health()["Status"] == "unhealthy")
    d.note("entry", {**health()["Log"][-1], "Start": "", "End": ""})
    d.exec(id, ["touch", "/tmp/well"], "made well")
    d.until(lambda: health()["Status"] == "healthy")
    d.note("health", (d.shape(health()), health()["FailingStreak"]))
    listed = d.get(
        "/containers/json", query={"filters": {"health": ["healthy"], "id": [id]}}, note=False
    ).json
    d.note("listed", len(listed))
    d.events(since, container=[id], event=["health_status"])


def scenario_lists(d: Side) -> None:
    one = d.start("one", SLEEP, Labels={"diff": d.run, "k": "v"})
    two = d.create("two", ["true"], Labels={"diff": d.run})
    label = f"diff={d.run}"
    for query in (
        {},
        {"all": "1"},
        {"all": "1", "limit": "1"},
        {"limit": "1"},
        {"all": "1", "filters": {"status": ["created"]}},
        {"all": "1", "filters": {"status": ["nope"]}},
        {"filters": {"exited": ["0"]}},
        {"filters": {"exited": ["x"]}},
        {"filters": {"health": ["none"]}},
        {"filters": {"health": ["x"]}},
        {"filters": {"label": ["k"]}},
        {"filters": {"label": ["k=w"]}},
        {"filters": {"name": ["two"]}, "all": "1"},
        {"filters": {"id": [one]}},
        {"filters": {"ancestor": ["busybox"]}},
        {"filters": {"ancestor": ["nope"]}},
        {"filters": {"network": ["none"]}},
        {"filters": {"volume": ["/x"]}},
        {"filters": {"before": [two]}, "all": "1"},
        {"filters": {"since": [one]}, "all": "1"},
        {"filters": {"since": ["nope"]}},
        {"filters": {"publish": ["80"]}},
        {"filters": {"publish": ["x"]}},
        {"filters": {"is-task": ["true"]}},
        {"filters": {"isolation": ["x"]}},
        {"filters": {"nope": ["x"]}},
    ):
        filters = {**query.get("filters", {})}
        filters["label"] = [label, *filters.get("label", [])]
        answer = d.get("/containers/json", query={**query, "filters": filters}, note=False)
        noted = (
            d.noted(answer) if answer.status >= 400 else [d.mask(item["Names"][0]) for item in answer.json]
        )
        d.note(f"list {d.mask(str(query))}", noted)
    d.get("/containers/json", query={"limit": "x"})
    d.get("/containers/json", query={"filters": "x"})
    d.get("/containers/json", query={"filters": "[]"})
    d.get("/containers/json", query={"filters": '{"label": "x"}'})
    d.get("/containers/json", query={"filters": '{"label": {"nope-x": true}}'})


def scenario_prune(d: Side) -> None:
    since = d.now()
    d.create("one", Labels={"diff": d.run})
    d.start("two", SLEEP, Labels={"diff": d.run})
    label = [f"diff={d.run}"]
    d.post("/containers/prune", query={"filters": {"label": label, "until": ["1h"]}})
    d.post("/containers/prune", query={"filters": {"label": label}})
    d.post("/containers/prune", query={"filters": {"label": label}}, values=True)
    d.post("/containers/prune", query={"filters": {"nope": ["x"]}})
    d.post("/containers/prune", query={"filters": {"until": ["x"], "label": label}})
    d.post("/containers/prune", query={"filters": {"until": ["1h", "2h"], "label": label}})
    d.events(since, type=["container"], label=label)


def scenario_ambiguous(d: Side) -> None:
    id = d.create("one")
    d.get(f"/containers/{id[:12]}/json", note=False)
    d.get(f"/containers/{d.name('one')}/json", note=False)
    d.get("/containers/%20/json")
    d.get("/containers//json")
    d.get("/containers/a%2Fb/json")
    d.get("/containers/nothing/nope")
    d.delete(f"/containers/{id}?link=1")
    d.delete("/containers/nothing-there")
