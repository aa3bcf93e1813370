"""Scenarios about what containers write and read: logs, being attached, executing, statistics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sides import Side

SLEEP = ["sleep", "1000"]


def scenario_logs(d: Side) -> None:
    id = d.start("web", ["sh", "-c", "echo one; echo two; printf three"])
    d.wait(id)
    d.logs(id, "all")
    d.logs(id, "tail", tail="1")
    d.logs(id, "none", tail="0")
    d.logs(id, "odd tail", tail="x")
    d.logs(id, "negative tail", tail="-1")
    d.logs(id, "followed", follow="1")
    d.logs(id, "since", since="99999999999")
    d.logs(id, "until", until="1")
    d.logs(id, "odd since", since="yesterday")
    d.logs(id, "duration", since="10m")
    query = {"stdout": "1", "timestamps": "1"}
    text = d.get(f"/containers/{id}/logs", query=query, note=False).streams.get(1, b"").decode()
    d.note("timestamps", d.mask(text))
    d.get(f"/containers/{id}/logs", query={"stdout": "0"})
    d.get("/containers/nothing-there/logs", query={"stdout": "1"})


def scenario_logs_of_a_terminal(d: Side) -> None:
    id = d.start("web", ["sh", "-c", "echo one; echo two >&2"], Tty=True)
    d.wait(id)
    answer = d.get(f"/containers/{id}/logs", query={"stdout": "1"}, note=False)
    d.note("log", (answer.headers.get("content-type"), answer.body))


def scenario_log_drivers(d: Side) -> None:
    for driver in ("none", "local", "json-file"):
        id = d.start(driver, ["echo", "out"], HostConfig={"LogConfig": {"Type": driver}})
        d.wait(id)
        d.logs(id, driver)
    options = {"max-size": "1k", "max-file": "2", "labels": "x", "tag": "t"}
    id = d.start("sized", ["echo", "out"], HostConfig={"LogConfig": {"Type": "json-file", "Config": options}})
    d.wait(id)
    query = {"stdout": "1", "details": "1"}
    answer = d.get(f"/containers/{id}/logs", query=query, note=False)
    d.note("details", d.mask(str(answer.streams)))


def _note_hijacked(d: Side, what: str, answer: Any) -> None:
    d.operations.append(("POST", what))
    if answer.status >= 300:
        d.note(what, d.noted(answer))
        return
    kind = answer.headers.get("content-type", "")
    framed = answer.body[:1] in (b"\x00", b"\x01", b"\x02") and answer.body[1:4] == b"\0\0\0"
    d.note(what, (answer.status, kind, answer.streams if framed else answer.body))


def scenario_attached(d: Side) -> None:
    id = d.create(
        "web", ["sh", "-c", "read line; echo got $line; echo err >&2"], OpenStdin=True, StdinOnce=True
    )
    d.post(f"/containers/{id}/start", note=False)
    for upgrade in (True, False):
        answer = d.hijack(
            f"/containers/{id}/attach?stream=1&stdin=1&stdout=1&stderr=1", send=b"hello\n", upgrade=upgrade
        )
        _note_hijacked(d, f"attach {upgrade}", answer)
        d.wait(id)
        d.post(f"/containers/{id}/start", note=False)
    d.post(f"/containers/{id}/kill", note=False)
    d.wait(id)
    _note_hijacked(d, "the log", d.hijack(f"/containers/{id}/attach?logs=1&stdout=1&stderr=1"))
    _note_hijacked(d, "nothing", d.hijack(f"/containers/{id}/attach"))
    _note_hijacked(d, "keys", d.hijack(f"/containers/{id}/attach?stream=1&stdout=1&detachKeys=nope"))
    _note_hijacked(d, "missing", d.hijack("/containers/nothing-there/attach?stream=1&stdout=1"))
    d.post(f"/containers/{id}/start", note=False)
    d.post(f"/containers/{id}/pause", note=False)
    _note_hijacked(d, "paused", d.hijack(f"/containers/{id}/attach?stream=1&stdout=1"))


def scenario_attached_to_a_terminal(d: Side) -> None:
    id = d.create("web", ["sh", "-c", "read line; echo got $line"], OpenStdin=True, Tty=True)
    d.post(f"/containers/{id}/start", note=False)
    d.post(f"/containers/{id}/resize", query={"h": "20", "w": "80"})
    d.post(f"/containers/{id}/resize", query={"h": "x", "w": "80"})
    d.post(f"/containers/{id}/resize", query={"h": "20"})
    d.post(f"/containers/{id}/resize", query={"h": "-1", "w": "-1"})
    answer = d.hijack(f"/containers/{id}/attach?stream=1&stdin=1&stdout=1", send=b"hello\n", half=False)
    _note_hijacked(d, "attach", answer)
    d.wait(id)
    d.post(f"/containers/{id}/resize", query={"h": "20", "w": "80"})


def scenario_detached_by_keys(d: Side) -> None:
    since = d.now()
    id = d.start("web", ["cat"], OpenStdin=True, Tty=True)
    answer = d.hijack(
        f"/containers/{id}/attach?stream=1&stdin=1&stdout=1&detachKeys=ctrl-a,q", send=b"\x01q", half=False
    )
    _note_hijacked(d, "attach", answer)
    d.note("running", d.get(f"/containers/{id}/json", note=False).json["State"]["Running"])
    d.events(since, container=[id])


def scenario_websockets(d: Side) -> None:
    id = d.start("web", ["sh", "-c", "echo out; echo err >&2"])
    d.wait(id)
    answer = d.websocket(f"/containers/{id}/attach/ws?logs=1&stream=0&stdout=1&stderr=1")
    d.note(
        "websocket", (answer.status, answer.headers.get("sec-websocket-accept"), sorted(answer.body.split()))
    )
    answer = d.websocket("/containers/nothing-there/attach/ws?logs=1&stdout=1")
    d.note("missing", (answer.status, d.mask(answer.body.decode(errors="replace"))))


def scenario_exec(d: Side) -> None:
    since = d.now()
    id = d.start("web", SLEEP)
    d.exec(id, ["sh", "-c", "echo out; echo err >&2; exit 3"], "output")
    d.exec(id, ["nothing-there"], "missing program")
    d.exec(id, ["/etc"], "a folder")
    d.exec(id, ["/etc/passwd"], "a file")
    d.exec(id, ["pwd"], "workdir", WorkingDir="/tmp")
    d.exec(id, ["pwd"], "made workdir", WorkingDir="/no/such/folder")
    d.exec(id, ["pwd"], "relative workdir", WorkingDir="tmp")
    d.exec(id, ["id", "-u"], "user", User="1000")
    d.exec(id, ["id", "-u"], "missing user", User="nobody-of-that-name")
    d.exec(id, ["sh", "-c", "echo $A"], "env", Env=["A=b"])
    d.exec(id, [], "no command")
    d.exec(id, ["true"], "odd keys", DetachKeys="nope")
    d.exec(id, ["sh", "-c", "kill -9 $$"], "killed")
    d.exec(id, ["sh", "-c", "exit 300"], "wrapped code")
    d.events(since, container=[id])


def scenario_exec_details(d: Side) -> None:
    id = d.start("web", SLEEP)
    config: dict[str, Any] = {
        "Cmd": ["cat"], "AttachStdin": True, "AttachStdout": True, "AttachStderr": True, "Env": ["A=b"],
        "User": "root", "WorkingDir": "/tmp",
    }  # fmt: skip
    created = d.post(f"/containers/{id}/exec", config)
    exec = created.json["Id"]
    d.get(f"/exec/{exec}/json", values=True)
    answer = d.hijack(f"/exec/{exec}/start", {"Detach": False, "Tty": False}, send=b"typed")
    _note_hijacked(d, "started", answer)
    d.until(lambda: not d.get(f"/exec/{exec}/json", note=False).json["Running"])
    d.get(f"/exec/{exec}/json", values=True, without=("Pid",))
    d.post(f"/exec/{exec}/start", {"Detach": False, "Tty": False})
    created = d.post(f"/containers/{id}/exec", {"Cmd": ["sleep", "1000"], "Tty": True}, note=False)
    exec = created.json["Id"]
    d.post(f"/exec/{exec}/start", {"Detach": True, "Tty": True})
    d.get(f"/exec/{exec}/json", values=True, without=("Pid",))
    d.post(f"/exec/{exec}/resize", query={"h": "10", "w": "10"})
    d.post(f"/exec/{exec}/resize", query={"h": "x", "w": "10"})
    d.post(f"/exec/{exec}/start", {"Detach": True})
    d.note("ids", d.shape(d.get(f"/containers/{id}/json", note=False).json["ExecIDs"]))
    d.post(f"/containers/{id}/pause", note=False)
    d.post(f"/containers/{id}/exec", {"Cmd": ["true"]})
    d.post(f"/containers/{id}/unpause", note=False)
    created = d.post(f"/containers/{id}/exec", {"Cmd": ["true"]}, note=False)
    d.post(f"/containers/{id}/kill", note=False)
    d.wait(id)
    d.post(f"/exec/{created.json['Id']}/start", {"Detach": True})
    d.get(f"/exec/{created.json['Id']}/json")
    d.get(f"/exec/{exec}/json")
    for verb in ("start", "resize?h=1&w=1"):
        d.post(f"/exec/nothing-there/{verb}", {} if verb == "start" else None)
    d.get("/exec/nothing-there/json")
    d.post("/containers/nothing-there/exec", {"Cmd": ["true"]})
    d.post(f"/containers/{id}/exec", {"Cmd": "true"})
    d.post(f"/containers/{id}/exec")


def scenario_exec_on_a_terminal(d: Side) -> None:
    id = d.start("web", SLEEP)
    config = {
        "Cmd": ["sh", "-c", "tty; echo err >&2"],
        "AttachStdout": True,
        "AttachStderr": True,
        "Tty": True,
    }
    exec = d.post(f"/containers/{id}/exec", config, note=False).json["Id"]
    _note_hijacked(d, "tty", d.hijack(f"/exec/{exec}/start", {"Detach": False, "Tty": True}))


def scenario_statistics(d: Side) -> None:
    id = d.start("web", SLEEP, HostConfig={"NetworkMode": "bridge", "Memory": 64 << 20, "PidsLimit": 9})
    skipped = ("memory_stats", "blkio_stats", "percpu_usage")  # what the kernel counts, by its cgroups
    d.get(f"/containers/{id}/stats", query={"stream": "0", "one-shot": "1"}, values=False)
    answer = d.get(f"/containers/{id}/stats", query={"stream": "0", "one-shot": "1"}, note=False).json
    d.note(
        "limit", (answer["memory_stats"].get("limit"), answer["pids_stats"].get("limit"), answer["num_procs"])
    )
    d.note("keys", sorted(set(answer) - set(skipped)))
    d.get(f"/containers/{id}/top")
    d.get(f"/containers/{id}/top", query={"ps_args": "-o pid,comm"}, values=False)
    answer = d.get(f"/containers/{id}/top", query={"ps_args": "-o comm"}, note=False)
    d.note("no pid", d.noted(answer))
    d.note("titles", d.get(f"/containers/{id}/top", note=False).json["Titles"])
    d.note("processes", [row[-1] for row in d.get(f"/containers/{id}/top", note=False).json["Processes"]])
    d.get(f"/containers/{id}/top", query={"ps_args": "-o nope"})
    d.post(f"/containers/{id}/kill", note=False)
    d.wait(id)
    d.get(f"/containers/{id}/stats", query={"stream": "0", "one-shot": "1"})
    d.get(f"/containers/{id}/top")
    d.get("/containers/nothing-there/stats")
