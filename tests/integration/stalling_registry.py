"""A registry that stalls: what is fetched from it begins and does not end, nor does what is sent to it."""

from __future__ import annotations

import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

__all__ = ["StallingRegistry"]

CONFIG = json.dumps(
    {"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": [f"sha256:{'1' * 64}"]}}
).encode()
SCHEMA = "application/vnd.docker.distribution.manifest.v2+json"


def _digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


MANIFEST = json.dumps(
    {
        "schemaVersion": 2,
        "mediaType": SCHEMA,
        "config": {
            "mediaType": "application/vnd.docker.container.image.v1+json",
            "size": len(CONFIG),
            "digest": _digest(CONFIG),
        },
        "layers": [
            {
                "mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip",
                "size": 1_000_000,
                "digest": f"sha256:{'2' * 64}",
            }
        ],
    }
).encode()


class StallingRegistry(ThreadingHTTPServer):
    """It listens at a port of this machine, for as long as its block takes.

    Attributes:
        host: what engines call it.
        pulled, pushed: a layer is being fetched, or sent.
    """

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.host = f"127.0.0.1:{self.server_port}"
        self.pulled, self.pushed, self.ended = threading.Event(), threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self.serve_forever)
        self._thread.start()

    def handle_error(self, *_: Any) -> None:
        """Whoever asked was killed."""

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self.shutdown()
        self._thread.join()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: StallingRegistry

    def log_message(self, *_: Any) -> None:
        """Not told."""

    def _say(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_GET(self) -> None:
        if "/manifests/" in self.path:
            self._say(200, MANIFEST, Content_Type=SCHEMA, Docker_Content_Digest=_digest(MANIFEST))
        elif self.path.endswith(_digest(CONFIG)):
            self._say(200, CONFIG)
        elif "/blobs/" in self.path and self.command == "GET":
            self._say(200, bytes(1000), Content_Length="1000000")
            self.server.pulled.set()
            self.server.ended.wait()
            self.close_connection = True
        else:
            self._say(200 if self.path == "/v2/" else 404)

    def do_HEAD(self) -> None:
        if "/blobs/" in self.path:
            self._say(404)
        else:
            self.do_GET()

    def do_POST(self) -> None:
        self._say(202, Location=f"http://{self.server.host}{self.path.rstrip('/')}/1", Docker_Upload_UUID="1")

    def do_PATCH(self) -> None:
        self.server.pushed.set()
        self.server.ended.wait()
        self.close_connection = True
