"""A daemon that writes down what it is asked, and answers what a manager of a small swarm would."""

from __future__ import annotations

import base64
import json
import re
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

VERSION = {"Index": 7}
CONTAINER_SPEC = {"Image": "busybox:latest", "Labels": {"kept": "1"}}
SPEC = {
    "Name": "web",
    "Labels": {"kept": "1"},
    "Mode": {"Replicated": {"Replicas": 2}},
    "TaskTemplate": {"ContainerSpec": CONTAINER_SPEC, "ForceUpdate": 4, "Networks": [{"Target": "n1"}]},
    "EndpointSpec": {"Mode": "vip"},
    "UpdateConfig": {"Parallelism": 1},
}
SERVICE = {"ID": "service1service1", "Version": VERSION, "Spec": SPEC}
GLOBAL = {**SERVICE, "ID": "global1global1", "Spec": {**SPEC, "Name": "all", "Mode": {"Global": {}}}}
SECRET = {"ID": "secret1secret1", "Version": VERSION, "Spec": {"Name": "key", "Labels": {}}}
NODE = {"ID": "node1node1node1", "Version": VERSION, "Spec": {"Role": "manager", "Availability": "active"}}
SWARM = {"ID": "swarm1swarm1", "Version": VERSION, "Spec": {"Name": "default"}, "JoinTokens": {"Worker": "w"}}
PLUGIN = {"Id": "plugin1plugin1", "Name": "tool:latest", "Enabled": False, "Settings": {"Env": []}}
CONTAINER = {
    "Id": "container1container1",
    "Name": "/web",
    "Config": {},
    "HostConfig": {},
    "State": {"Status": "created"},
}
PRIVILEGES = [{"Name": "network", "Description": "", "Value": ["host"]}]
FRAME = b"\x01\0\0\0\0\0\0\x06hello\n"

ANSWERS: list[tuple[str, Any]] = [
    (r"POST /services/create", {"ID": SERVICE["ID"]}),
    (r"POST /services/\w+/update", {"Warnings": None}),
    (r"GET /services/\w+/logs", FRAME),
    (r"GET /services/all", GLOBAL),
    (r"GET /services/\w+", SERVICE),
    (r"GET /services", [SERVICE, GLOBAL]),
    (r"GET /tasks", [{"ID": "task1", "ServiceID": SERVICE["ID"]}]),
    (r"POST /(secrets|configs)/create", {"ID": SECRET["ID"]}),
    (r"GET /(secrets|configs)/\w+", SECRET),
    (r"GET /(secrets|configs)", [SECRET]),
    (r"GET /nodes/\w+", NODE),
    (r"GET /nodes", [NODE]),
    (r"POST /swarm/init", NODE["ID"]),
    (r"GET /swarm/unlockkey", {"UnlockKey": "SWMKEY-1"}),
    (r"GET /swarm", SWARM),
    (r"GET /plugins/privileges", PRIVILEGES),
    (r"GET /plugins/.+/json", PLUGIN),
    (r"GET /plugins", [PLUGIN]),
    (r"POST /plugins/(pull|[^/]+/(upgrade|push|pull))", b'{"status":"one"}\r\n{"status":"two"}\r\n'),
    (r"POST /containers/create", {"Id": CONTAINER["Id"], "Warnings": []}),
    (r"GET /containers/\w+/json", CONTAINER),
    (r"(POST|DELETE) .*", b""),
]


class Handler(BaseHTTPRequestHandler):
    """Writes down a request, and answers it."""

    protocol_version = "HTTP/1.1"
    server: Daemon

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        version, path = re.match(r"(/v[\d.]+)?(/.*)", parts.path).groups()  # type: ignore[union-attr]
        said: dict[str, Any] = {"request": f"{self.command} {path}", "version": version}
        if parts.query:
            said["query"] = {name: _plain(value) for name, value in parse_qsl(parts.query, True)}
        if auth := self.headers.get("X-Registry-Auth"):
            said["auth"] = json.loads(base64.urlsafe_b64decode(auth))
        if body := self._body():
            text = self.headers.get("Content-Type", "").startswith("application/json")
            said["body"] = json.loads(body) if text else len(body)
        self.server.asked.append(said)
        answer = next(answer for pattern, answer in ANSWERS if re.fullmatch(pattern, said["request"]))
        content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(200 if content else 204)
        self.send_header("Content-Type", "application/json")
        if content and content is answer:  # a stream comes in chunks
            self.send_header("Transfer-Encoding", "chunked")
            content = b"".join(b"%x\r\n%b\r\n" % (len(line), line) for line in content.splitlines(True))
            content += b"0\r\n\r\n"
        else:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_DELETE = do_GET  # noqa: N815

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        content = b""
        while size := int(self.rfile.readline(), 16):
            content += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return content

    def log_message(self, *_: Any) -> None:
        pass


def _plain(value: str) -> Any:
    """A parameter's value; true is the same as 1 to a daemon, and filters have no order."""
    match value.lower():
        case "1" | "true":
            return True
        case "0" | "false":
            return False
    try:
        return json.loads(value)
    except ValueError:
        return value


class Daemon(ThreadingHTTPServer):
    """The daemon, and what it was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[dict[str, Any]] = []

    @property
    def url(self) -> str:
        return f"tcp://127.0.0.1:{self.server_address[1]}"


@contextmanager
def daemon() -> Iterator[Daemon]:
    """Such a daemon, for as long as the block lasts."""
    server = Daemon()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
