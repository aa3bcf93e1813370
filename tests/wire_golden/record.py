"""Record literal HTTP of real engines: what the tests here replay. Nothing of dockpy is used.

python tests/wire_golden/record.py docker20 /path/to/docker.sock
"""

from __future__ import annotations

import email.utils
import json
import re
import socket
import sys
from pathlib import Path

NAME = "dockpy-golden"


def exchange(path: str, request: bytes, given: bytes | None = None, then: bytes | None = None) -> bytes:
    """Send bytes, and read all that comes until the engine closes the connection.

    Args:
        path: the engine's socket.
        request: what to send.
        given: once the answer has begun, what to send on the same connection, and that no more will come.
        then: once the answer has begun, what to ask on another connection.
    """
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(30)
        sock.connect(path)
        sock.sendall(request)
        received = sock.recv(65536)
        if then is not None:
            exchange(path, then)
        if given is not None:
            sock.sendall(given)
            sock.shutdown(socket.SHUT_WR)
        while data := sock.recv(65536):
            received += data
        return received


def request(method: str, target: str, body: object = None, **headers: str) -> bytes:
    content = b"" if body is None else json.dumps(body).encode()
    given = {
        "Host": "localhost",
        "Connection": "close",
        **{k.replace("_", "-"): v for k, v in headers.items()},
    }
    if body is not None or method == "POST":
        given |= {"Content-Type": "application/json", "Content-Length": str(len(content))}
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in given.items()), "", ""]
    return "\r\n".join(lines).encode() + content


def main(name: str, path: str) -> None:
    recorded: dict[str, str] = {}

    def record(what: str, method: str, target: str, body: object = None, **headers: str) -> str:
        answer = exchange(path, request(method, target, body, **headers)).decode("latin-1")
        if what:
            recorded[what] = answer
        return answer

    created = {
        "Image": "busybox",
        "Cmd": ["sh", "-c", "echo out; echo err >&2; exit 3"],
        "Labels": {"a": "b"},
    }
    record("", "DELETE", f"/containers/{NAME}?force=1")
    record("ping", "GET", "/_ping")
    record("version", "GET", "/version")
    record("info", "GET", "/info")
    record("create", "POST", f"/containers/create?name={NAME}", created)
    record("create conflict", "POST", f"/containers/create?name={NAME}", created)
    record("create no image", "POST", "/containers/create", {"Image": "nope:1"})
    record("create bad", "POST", "/containers/create?name=-", created)
    record("start", "POST", f"/containers/{NAME}/start")
    record("wait", "POST", f"/containers/{NAME}/wait")
    record("stop again", "POST", f"/containers/{NAME}/stop")
    record("kill stopped", "POST", f"/containers/{NAME}/kill")
    record("logs", "GET", f"/containers/{NAME}/logs?stdout=1&stderr=1")
    record("inspect", "GET", f"/containers/{NAME}/json")
    record("changes", "GET", f"/containers/{NAME}/changes")
    filters = json.dumps({"name": [NAME]}, separators=(",", ":"))
    record("list", "GET", f"/containers/json?all=1&filters={filters}")
    attach = f"/containers/{NAME}/attach?logs=1&stdout=1&stderr=1"
    record("attach", "POST", attach, None, Connection="Upgrade", Upgrade="tcp")
    record("not found", "GET", "/containers/dockpy-golden-none/json")
    record("image not found", "GET", "/images/dockpy-golden-none/json")
    record("no such page", "GET", "/nothing/here")
    record("too new", "GET", "/v1.99/info")
    record("pull", "POST", "/images/create?fromImage=busybox&tag=latest")
    record("images", "GET", "/images/json")
    record("history", "GET", "/images/busybox/history")
    record("networks", "GET", "/networks")
    record("volumes", "GET", "/volumes")
    record("df", "GET", "/system/df")
    date = re.search(r"Date: (.*)\r\n", recorded["ping"])
    assert date
    now = int(email.utils.parsedate_to_datetime(date[1]).timestamp())
    record("events", "GET", f'/events?since={now - 5}&until={now + 2}&filters={{"container":["{NAME}"]}}')
    record("delete", "DELETE", f"/containers/{NAME}?force=1")
    record_connections(path, recorded)
    file = Path(__file__).parent / "recorded" / f"{name}.json"
    file.write_text(json.dumps(recorded, indent=1) + "\n")


def record_connections(path: str, recorded: dict[str, str]) -> None:
    """Those that are taken over: attached before the start, and a command that reads to its input's end."""
    upgrade = {"Connection": "Upgrade", "Upgrade": "tcp"}
    name = f"{NAME}-connected"

    def ask(method: str, target: str, body: object = None) -> bytes:
        return exchange(path, request(method, target, body))

    ask("DELETE", f"/containers/{name}?force=1")
    command = ["sh", "-c", "echo out; echo err >&2; exec sleep 1000"]
    ask("POST", f"/containers/create?name={name}", {"Image": "busybox", "Cmd": command})
    exchange(path, request("POST", f"/containers/{name}/start"))
    wanted = {"Cmd": ["wc", "-c"], "AttachStdin": True, "AttachStdout": True, "AttachStderr": True}
    created = ask("POST", f"/containers/{name}/exec", wanted)
    exec_id = json.loads(created.partition(b"\r\n\r\n")[2])["Id"]
    asked = request("POST", f"/exec/{exec_id}/start", {}, **upgrade)
    recorded["exec create"] = created.decode("latin-1")
    recorded["exec start"] = exchange(path, asked, given=b"x" * 4097).decode("latin-1")
    recorded["exec inspect"] = ask("GET", f"/exec/{exec_id}/json").decode("latin-1")
    ask("DELETE", f"/containers/{name}?force=1")

    command = ["sh", "-c", "echo out; echo err >&2"]
    ask("POST", f"/containers/create?name={name}", {"Image": "busybox", "Cmd": command})
    asked = request("POST", f"/containers/{name}/attach?stream=1&stdout=1&stderr=1", **upgrade)
    start = request("POST", f"/containers/{name}/start")
    recorded["attach live"] = exchange(path, asked, then=start).decode("latin-1")
    ask("DELETE", f"/containers/{name}?force=1")


if __name__ == "__main__":
    main(*sys.argv[1:])
