"""Records what the docker command sends for ``service create``'s flags, for test_services_as_the_command.py.

    python tests/unit/options/record_cli_services.py /usr/bin/docker

A server that creates nothing stands in for the swarm's manager. What is recorded is what of the body is other
than without flags.
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
from urllib.parse import parse_qs, urlsplit

FLAGS: list[list[str]] = [
    [],
    ["--name", "web"],
    ["--replicas", "0"],
    ["--replicas", "3"],
    ["--mode", "global"],
    ["--mode", "replicated-job"],
    ["--mode", "replicated-job", "--replicas", "4"],
    ["--mode", "replicated-job", "--replicas", "4", "--max-concurrent", "2"],
    ["--mode", "global-job"],
    ["--entrypoint", "sh -c"],
    ["--env", "A=1", "--env", "B=x=y"],
    ["--label", "a=b", "--label", "c"],
    ["--container-label", "a=b"],
    ["--hostname", "{{.Node.Hostname}}"],
    ["--workdir", "/srv"],
    ["--user", "nobody:nogroup"],
    ["--group", "wheel", "--group", "7"],
    ["--tty"],
    ["--read-only"],
    ["--init"],
    ["--init=false"],
    ["--isolation", "hyperv"],
    ["--stop-signal", "SIGINT"],
    ["--stop-grace-period", "1m30s"],
    ["--stop-grace-period", "0s"],
    ["--host", "db:10.0.0.2", "--host", "v6:::1"],
    ["--dns", "1.1.1.1", "--dns-search", "example.org", "--dns-option", "ndots:2"],
    ["--cap-add", "NET_ADMIN", "--cap-drop", "MKNOD"],
    ["--sysctl", "net.core.somaxconn=128"],
    ["--ulimit", "nofile=10:20", "--ulimit", "nproc=5"],
    ["--oom-score-adj", "-5"],
    ["--credential-spec", "file://spec.json"],
    ["--credential-spec", "registry://key"],
    ["--constraint", "node.role==manager", "--constraint", "node.labels.a!=b"],
    ["--placement-pref", "spread=node.labels.zone", "--placement-pref", "spread=node.labels.rack"],
    ["--replicas-max-per-node", "2"],
    ["--limit-cpu", "1.5", "--limit-memory", "64m", "--limit-pids", "100"],
    ["--reserve-cpu", ".25", "--reserve-memory", "32m"],
    ["--generic-resource", "GPU=2", "--generic-resource", "SSD=1"],
    ["--restart-condition", "on-failure"],
    ["--restart-condition", "none"],
    ["--restart-delay", "0s", "--restart-max-attempts", "3", "--restart-window", "2m"],
    [
        *("--update-parallelism", "0", "--update-delay", "1s", "--update-failure-action", "rollback"),
        *("--update-monitor", "500ms", "--update-max-failure-ratio", "0.2", "--update-order", "start-first"),
    ],
    ["--rollback-parallelism", "2", "--rollback-failure-action", "continue", "--rollback-delay", "3s"],
    ["--health-cmd", "true", "--health-interval", "1s", "--health-timeout", "2s", "--health-retries", "3"],
    ["--health-cmd", "true", "--health-start-period", "4s", "--health-start-interval", "5s"],
    ["--no-healthcheck"],
    ["--log-driver", "json-file", "--log-opt", "max-size=10m"],
    ["--publish", "8080:80"],
    ["--publish", "53:53/udp", "--publish", "80"],
    ["--publish", "8000-8001:80-81"],
    ["--publish", "published=8080,target=80,protocol=tcp,mode=host"],
    ["--publish", "target=80"],
    ["--endpoint-mode", "dnsrr"],
    ["--network", "mynet"],
    ["--network", "name=mynet,alias=web,alias=www,driver-opt=a=b"],
    ["--mount", "type=volume,source=data,target=/data,readonly"],
    ["--mount", "type=volume,target=/data"],
    ["--mount", "type=bind,source=/host,target=/inside,bind-propagation=rshared"],
    ["--mount", "type=tmpfs,target=/run,tmpfs-size=64m,tmpfs-mode=1770"],
    ["--secret", "key"],
    ["--secret", "source=key,target=/etc/key,uid=7,gid=8,mode=0400"],
    ["--config", "conf"],
    ["--config", "source=conf,target=/etc/conf,uid=7,gid=8,mode=0440"],
]


class Manager(BaseHTTPRequestHandler):
    """Has whatever network, secret and config it is asked for, and says that it has created the service."""

    protocol_version = "HTTP/1.1"
    seen: list[dict[str, Any]] = []

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        noun = url.path.removeprefix("/v1.51").split("/")[1]
        if noun in ("secrets", "configs"):
            names = json.loads(parse_qs(url.query)["filters"][0])["name"]
            self.answer(200, [{"ID": f"id-of-{name}", "Spec": {"Name": name}} for name in names])
        elif noun == "networks":
            name = url.path.rpartition("/")[2]
            self.answer(200, {"Id": f"id-of-{name}", "Name": name, "Scope": "swarm", "Driver": "overlay"})
        else:
            self.answer(200, {"ID": "x", "ServerVersion": "28.5", "OSType": "linux"})

    do_HEAD = do_GET  # noqa: N815 - the library's name

    def do_POST(self) -> None:
        self.seen.append({"body": json.loads(self.rfile.read(int(self.headers["Content-Length"])))})
        self.answer(201, {"ID": "0" * 25, "Warnings": []})

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


def changes(before: Any, after: Any) -> Any:
    """What is another value, or new."""
    return {
        key: changes(before.get(key, {}), value) if key in ("TaskTemplate", "ContainerSpec") else value
        for key, value in after.items()
        if value != before.get(key)
    }


def main(docker: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/docker.sock"
        with socketserver.ThreadingUnixStreamServer(path, Manager) as server:
            server.daemon_threads = True
            threading.Thread(target=server.serve_forever, daemon=True).start()
            environ = {"DOCKER_HOST": f"unix://{path}", "DOCKER_CONFIG": folder, "PATH": os.environ["PATH"]}
            for flags in FLAGS:
                subprocess.run(
                    [
                        *(docker, "service", "create", "--detach", "--no-resolve-image"),
                        *flags,
                        "busybox",
                        "echo",
                        "hi",
                    ],
                    env=environ,
                    check=True,
                    capture_output=True,
                )
                Manager.seen[-1]["flags"] = flags
            server.shutdown()
    assert len(Manager.seen) == len(FLAGS)
    plain = Manager.seen[0]["body"]
    lines = ",\n".join(
        json.dumps(
            {**call, "body": changes(plain, call["body"]) if call["flags"] else call["body"]}, sort_keys=True
        )
        for call in Manager.seen
    )
    (Path(__file__).parent / "cli_services.json").write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
