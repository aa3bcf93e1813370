"""Records what the docker command sends for its flags, for test_as_the_command.py.

    python tests/unit/options/record_cli.py /usr/bin/docker

A server that creates nothing stands in for the engine. What is recorded is the query, and what of the body is
other than without flags.
"""

from __future__ import annotations

import json
import os
import socketserver
import subprocess
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

FLAGS: list[list[str]] = [
    [],
    ["--name", "web"],
    ["--platform", "linux/arm64"],
    ["--entrypoint", "sh"],
    ["--entrypoint", ""],
    ["--env", "A=1", "--env", "B=x=y", "--env", "UNSET_HERE"],
    ["--label", "a=b", "--label", "c"],
    ["--workdir", "/srv"],
    ["--user", "0"],
    ["--user", "nobody:nogroup"],
    ["--hostname", "h"],
    ["--domainname", "example.org"],
    ["--tty"],
    ["--publish", "8080:80"],
    ["--publish", "127.0.0.1::80", "--publish", "53:53/udp"],
    ["--publish", "[::1]:8080:80"],
    ["--publish", "8000-8001:80-81"],
    ["--publish", "8000-8010:80"],
    ["--publish", "80"],
    ["--publish-all"],
    ["--volume", "/host:/inside:ro", "--volume", "data:/data"],
    ["--volume", "/anonymous"],
    ["--tmpfs", "/run:size=64m"],
    ["--network", "none"],
    ["--network", "mynet"],
    ["--network", "container:web"],
    ["--add-host", "db:10.0.0.2"],
    ["--dns", "1.1.1.1", "--dns", "8.8.8.8"],
    ["--memory", "512m"],
    ["--memory", "64m", "--memory-swap", "-1"],
    ["--cpus", "1.5"],
    ["--shm-size", "1g"],
    ["--pids-limit", "100"],
    ["--pids-limit", "-1"],
    ["--restart", "always"],
    ["--restart", "unless-stopped"],
    ["--restart", "on-failure:5"],
    ["--restart", "on-failure"],
    ["--restart", "no"],
    ["--rm"],
    ["--privileged"],
    ["--read-only"],
    ["--init"],
    ["--init=false"],
    ["--cap-add", "NET_ADMIN", "--cap-add", "SYS_TIME"],
    ["--cap-drop", "MKNOD"],
    ["--security-opt", "no-new-privileges"],
    ["--sysctl", "net.core.somaxconn=128"],
    ["--pid", "host"],
    ["--ipc", "private"],
    ["--log-driver", "json-file", "--log-opt", "max-size=10m"],
    ["--stop-signal", "SIGINT"],
    ["--stop-timeout", "0"],
]


class Engine(BaseHTTPRequestHandler):
    """Says that it has created whatever it is asked for."""

    protocol_version = "HTTP/1.1"
    seen: list[dict[str, Any]] = []

    def do_GET(self) -> None:
        self.answer(200, {"ID": "x", "ServerVersion": "28.5", "OSType": "linux"})

    do_HEAD = do_GET  # noqa: N815 - the library's name

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.seen.append({"query": self.path.partition("?")[2], "body": body})
        self.answer(201, {"Id": "0" * 64, "Warnings": []})

    def answer(self, status: int, value: Any) -> None:
        content = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Api-Version", "1.51")
        self.send_header("OSType", "linux")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        pass


def changes(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """What is another value, or new."""
    return {
        key: changes(before[key], value) if key == "HostConfig" else value
        for key, value in after.items()
        if value != before.get(key)
    }


def main(docker: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/docker.sock"
        with socketserver.ThreadingUnixStreamServer(path, Engine) as server:
            server.daemon_threads = True
            threading.Thread(target=server.serve_forever, daemon=True).start()
            environ = {"DOCKER_HOST": f"unix://{path}", "DOCKER_CONFIG": folder, "PATH": os.environ["PATH"]}
            for flags in FLAGS:
                subprocess.run(
                    [docker, "create", *flags, "busybox", "echo", "hi"],
                    env=environ,
                    check=True,
                    capture_output=True,
                )
                Engine.seen[-1]["flags"] = flags
            server.shutdown()
    assert len(Engine.seen) == len(FLAGS)
    plain = Engine.seen[0]["body"]
    lines = ",\n".join(
        json.dumps({**call, "body": changes(plain, call["body"])}, sort_keys=True) for call in Engine.seen
    )
    (Path(__file__).parent / "cli.json").write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
