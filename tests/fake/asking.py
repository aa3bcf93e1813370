"""Plain calls of a fake daemon, past the client's checks, and a daemon with an image that does nothing."""

from __future__ import annotations

import json
from typing import Any

from dockpy.fake.blobs import Blob
from dockpy.fake.daemon import FakeDaemon
from dockpy.fake.engine import Peer
from dockpy.fake.files import Node, Tree, Upper
from dockpy.fake.kernel.clock import ManualClock
from dockpy.fake.reply import Reply, Request

ENGINES = ("1.41", "1.51")
"""What both of the engines that these answers were taken from speak."""


def idle(p):
    """The program of the image "idle": writes what it is told, else sleeps."""
    if len(p.argv) > 2 and p.argv[1] == "write":
        p.fs.write_bytes(p, p.argv[2], b"written")
        return 0
    yield from p.sleep(float("1e9"))
    return 0


def make_daemon(api: str, **arguments: Any) -> FakeDaemon:
    """A daemon with the image "idle", which has a file ``/data/seed``."""
    daemon = FakeDaemon(api=api, clock=ManualClock(), seed=1, **arguments)
    files = Upper(Tree(Node.directory()))
    files.put(["data"], Node.directory(mode=0o750, uid=7), 0)
    files.put(["data", "seed"], Node.file(b"seed"), 0)
    config = {"architecture": "amd64", "os": "linux", "config": {"Entrypoint": ["/idle"]}}
    daemon._engine.images.add(config, [files.freeze()], references=["idle"])
    daemon._engine.programs.register("idle", idle)
    return daemon


def answer(daemon: FakeDaemon, method: str, path: str, body: object = None, version: str = "") -> Reply:
    """The whole answer to a call."""
    data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"content-type": "application/json"} if data else {}
    request = Request(method, f"/v{version or daemon._engine.api}{path}", headers, Blob.of(data))
    with daemon._engine.lock:
        return daemon._router.answer(request, Peer())


def ask(
    daemon: FakeDaemon, method: str, path: str, body: object = None, version: str = ""
) -> tuple[int, Any]:
    """Status and JSON of a call; of an error, its message."""
    reply = answer(daemon, method, path, body, version)
    value = json.loads(reply.body) if reply.body else None
    return reply.status, value["message"] if reply.status >= 400 else value


def run(daemon: FakeDaemon, name: str, *, start: bool = True, **request: Any) -> str:
    """Create a container of "idle", and start it: its id."""
    body = {"Image": "idle", **request}
    status, made = ask(daemon, "POST", f"/containers/create?name={name}", body)
    assert status == 201, made
    if start:
        status, message = ask(daemon, "POST", f"/containers/{name}/start")
        assert status == 204, message
    return made["Id"]


def events(daemon: FakeDaemon, *types: str) -> list[str]:
    """What happened: type, action, name."""
    return [
        f"{event.type} {event.action} {event.attributes.get('name') or event.actor}"
        for event in daemon._engine.events.kept()
        if not types or event.type in types
    ]


__all__ = ["ENGINES", "answer", "ask", "events", "make_daemon", "run"]
