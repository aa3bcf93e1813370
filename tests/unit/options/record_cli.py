"""Records what the docker command sends for its flags, for test_as_the_command.py.

    python tests/unit/options/record_cli.py /usr/bin/docker

A server that creates nothing stands in for the engine. What is recorded is the query, and the body: the
whole of it without flags, and with them what is other. What the command refuses is recorded with its error.
"""

from __future__ import annotations

import json
import os
import shlex
import socketserver
import subprocess
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from docker_flags import CREATED, REFUSED, WINDOWS

FILES = Path(__file__).parent / "files"


class Engine(BaseHTTPRequestHandler):
    """Says that it has created whatever it is asked for."""

    protocol_version = "HTTP/1.1"
    system = "linux"
    seen: list[dict[str, Any]] = []

    def do_GET(self) -> None:
        self.answer(200, {"ID": "x", "ServerVersion": "28.5", "OSType": self.system})

    do_HEAD = do_GET  # noqa: N815 - the library's name

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.seen.append({"query": self.path.partition("?")[2], "body": body})
        self.answer(201, {"Id": "0" * 64, "Warnings": []})

    def answer(self, status: int, value: Any) -> None:
        content = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Api-Version", "1.51")
        self.send_header("OSType", self.system)
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
    calls: list[dict[str, Any]] = []
    refused: list[dict[str, str]] = []
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/docker.sock"
        with socketserver.ThreadingUnixStreamServer(path, Engine) as server:
            server.daemon_threads = True
            threading.Thread(target=server.serve_forever, daemon=True).start()
            environ = {
                "DOCKER_HOST": f"unix://{path}",
                "DOCKER_CONFIG": folder,
                "PATH": os.environ["PATH"],
                "SET_HERE": "yes",
            }
            for flags in (*CREATED, *REFUSED, *WINDOWS):
                Engine.system = "windows" if flags in WINDOWS else "linux"
                done = subprocess.run(
                    [docker, "create", *shlex.split(flags), "busybox", "echo", "hi"],
                    env=environ,
                    cwd=FILES,
                    capture_output=True,
                    text=True,
                )
                if done.returncode:
                    refused.append({"flags": flags, "error": done.stderr.splitlines()[0]})
                else:
                    calls.append({"flags": flags, **Engine.seen[-1]})
            server.shutdown()
    assert [call["flags"] for call in refused] == list(REFUSED)
    plain = calls[0]["body"]
    for call in calls[1:]:
        call["body"] = changes(plain, call["body"])
    write("cli.json", calls)
    write("cli_refused.json", refused)


def write(name: str, calls: list[Any]) -> None:
    text = json.dumps(calls).replace(str(FILES), "{files}")
    lines = ",\n".join(json.dumps(call, sort_keys=True) for call in json.loads(text))
    (Path(__file__).parent / name).write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
