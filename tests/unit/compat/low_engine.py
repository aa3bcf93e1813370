"""An engine that answers by rote and records what it is asked, for docker-py and for dockpy.compat alike."""

from __future__ import annotations

import base64
import io
import json
import re
import struct
import tarfile
import threading
import time
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Serving", "readable", "serving"]

Serving = tuple[str, list[dict[str, Any]]]
"""An engine's address, and what it is asked."""


def frame(stream: int, payload: bytes) -> bytes:
    return struct.pack(">BxxxL", stream, len(payload)) + payload


FRAMES = [frame(1, b"out\n"), frame(2, b"err\n"), frame(1, b"more")]
LINES = [b'{"status":"one","id":"a"}\r\n', b'{"status":"two"}\r\n']
CONTAINER = {
    "Id": "web",
    "Config": {"Tty": False},
    "NetworkSettings": {
        "Ports": {"80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "8080"}], "53/udp": None, "81/tcp": None}
    },
}
SERVICE = {
    "ID": "svc",
    "Spec": {
        "Name": "svc",
        "Labels": {"a": "b"},
        "TaskTemplate": {
            "ContainerSpec": {"Image": "busybox", "Args": ["x"]},
            "Networks": [{"Target": "n"}],
            "ForceUpdate": 1,
        },
        "Mode": {"Replicated": {"Replicas": 2}},
        "UpdateConfig": {"Parallelism": 1},
        "EndpointSpec": {"Mode": "vip"},
    },
}
JSON: list[tuple[str, Any]] = [
    (r"GET /version", {"ApiVersion": "1.44", "Version": "25"}),
    (r"GET /containers/json", [{"Id": "0123456789abcdef0123"}, {"Id": "fedcba9876543210fedc"}]),
    (r"GET /containers/unpublished/json", {**CONTAINER, "NetworkSettings": {"Ports": None}}),
    (r"GET /containers/tty/json", {**CONTAINER, "Config": {"Tty": True}}),
    (r"GET /containers/[^/]+/json", CONTAINER),
    (r"GET /containers/[^/]+/changes", [{"Path": "/a", "Kind": 1}]),
    (r"GET /images/json", [{"Id": "sha256:1"}, {"Id": "sha256:2"}]),
    (r"GET /services/[^/]+", SERVICE),
    (r"(GET|POST) /(plugins|networks|images|secrets|configs|nodes|services|tasks)\b.*", [{"ID": "one"}]),
    (r"DELETE /images/.*", [{"Untagged": "x"}]),
    (r".*", {"Id": "made", "ok": True}),
]
STREAMS = [
    (r"GET /containers/tty/logs", [b"out\n", b"more"]),
    (r"GET /(containers|services)/[^/]+/logs", FRAMES),
    (r"GET /containers/[^/]+/export|GET /images/.+/get", [b"tar" * 10, b"end"]),
    (r"GET /containers/[^/]+/archive", [b"tar" * 10, b"end"]),
    (r"GET /events|POST /build", LINES),
    (r"GET /containers/[^/]+/stats", LINES),
    (r"POST /images/(create|load)|POST /images/.+/push|POST /plugins/.*(pull|push|upgrade)", LINES),
]
ERRORS = [
    (r".*/(missing|missing:latest)\b.*", 404, {"message": "No such container: missing"}),
    (r".*/(no-image)\b.*", 404, {"message": "No such image: no-image:latest"}),
    (r".*/conflict\b.*", 409, {"message": "is in use"}),
    (r".*/broken\b.*", 500, "plain text of a proxy"),
    (r"POST /swarm/leave", 503, {"message": "This node is not part of a swarm"}),
]
CREATED = r"POST /(containers|volumes|networks|secrets|configs|services)/create|POST /images/.+/tag"
NOTHING = (
    r"POST /containers/[^/]+/(start|stop|kill|pause|unpause|restart|rename|resize)"
    r"|DELETE /(containers|networks|volumes|secrets|configs|plugins|nodes|services)/.*"
    r"|PUT /containers/[^/]+/archive"
)
HEADERS = ("Content-Type", "Content-Encoding", "Upgrade", "Accept-Encoding", "X-Meta")
CREDENTIALS = ("X-Registry-Auth", "X-Registry-Config")


class Engine(BaseHTTPRequestHandler):
    """Answers the Engine API's operations, each always alike."""

    protocol_version = "HTTP/1.1"
    asked: list[dict[str, Any]]
    pause: float

    def do_GET(self) -> None:
        body = self.content()
        path, _, query = self.path.partition("?")
        self.asked.append(
            {
                "method": self.command,
                "path": unquote(path),
                "query": sorted(map(list, parse_qsl(query, keep_blank_values=True))),
                "headers": self.meant(),
                "body": readable(self.headers.get("Content-Type") or "", body),
            }
        )
        self.answer(f"{self.command} {unquote(re.sub(r'^/v[0-9.]+', '', path))}")

    do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815 - the names that http.server asks for

    def content(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            pieces = []
            while size := int(self.rfile.readline(), 16):
                pieces.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(pieces)
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def meant(self) -> dict[str, Any]:
        """The headers that say something of the operation."""
        found: dict[str, Any] = {name: self.headers[name] for name in HEADERS if name in self.headers}
        if self.headers.get("Accept-Encoding") == "gzip, deflate":
            del found["Accept-Encoding"]  # what requests asks for unasked
        for name in CREDENTIALS:
            if name in self.headers:
                found[name] = json.loads(base64.urlsafe_b64decode(self.headers[name]))
        return found

    def answer(self, target: str) -> None:
        if self.headers.get("Upgrade") and not matching(ERRORS, target):
            self.send_response(101)
            self.send_header("Connection", "Upgrade")
            self.send_header("Upgrade", "tcp")
            self.end_headers()
            time.sleep(self.pause)
            self.wfile.write(b"out\nmore" if "tty" in target else b"".join(FRAMES))
            self.close_connection = True
        elif found := matching(ERRORS, target):
            self.whole(found[0], found[1])
        elif target == "GET /_ping":
            self.whole(200, "OK")
        elif "/stats?stream=False" in self.path:
            self.whole(200, {"read": "now"})
        elif found := matching(STREAMS, target):
            once = "logs" in target and "follow=1" not in self.path
            self.pieces([b"".join(found[0])] if once else found[0])
        elif re.fullmatch(NOTHING, target):
            self.whole(200 if "archive" in target else 204, None)
        elif target.endswith("/exec/e/start"):
            self.whole(200, None)
        else:
            value = next(value for pattern, value in JSON if re.fullmatch(pattern, target))
            self.whole(201 if re.fullmatch(CREATED, target) else 200, value)

    def whole(self, status: int, value: Any) -> None:
        content = (
            b"" if value is None else value.encode() if isinstance(value, str) else json.dumps(value).encode()
        )
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def pieces(self, chunks: list[bytes]) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        if "/archive" in self.path:
            stat = base64.b64encode(b'{"name":"a","size":3}').decode()
            self.send_header("X-Docker-Container-Path-Stat", stat)
        self.end_headers()
        for chunk in [*chunks, b""]:
            self.wfile.write(b"%x\r\n%b\r\n" % (len(chunk), chunk))
            self.wfile.flush()

    def handle(self) -> None:
        with suppress(ConnectionError):  # a client that has read enough goes away
            super().handle()

    def log_message(self, *_: Any) -> None:
        pass


def matching(table: list[Any], target: str) -> tuple[Any, ...] | None:
    return next((rest for pattern, *rest in table if re.fullmatch(pattern, target)), None)


def readable(content_type: str, body: bytes) -> Any:
    """A body for people: JSON as such, a tar as its files."""
    if not body:
        return None
    if "json" in content_type:
        return json.loads(body)
    try:
        with tarfile.open(fileobj=io.BytesIO(body)) as archive:
            return {
                member.name: (file.read().decode() if (file := archive.extractfile(member)) else None)
                for member in archive
            }
    except tarfile.TarError:
        return body.decode("utf-8", "replace")


@contextmanager
def serving(pause: float = 0) -> Iterator[Serving]:
    """The engine's address, and what it is asked.

    Args:
        pause: seconds between the head of a connection that is given and what follows: docker-py loses what
            comes with the head.
    """
    asked: list[dict[str, Any]] = []
    handler = type("Recording", (Engine,), {"asked": asked, "pause": pause})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"tcp://127.0.0.1:{server.server_address[1]}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
