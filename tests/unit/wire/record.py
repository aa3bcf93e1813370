"""Records what a real engine answers, for test_recorded.py: one file an engine, nothing changed in it.

    python tests/unit/wire/record.py unix:///run/docker.sock docker28 [folder]

The swarm's answers need an engine that is a swarm of one, with a node, a service, a secret, a config and a
plugin. They are taken from the folder, where there is one: a file an answer (``SwarmInspect.json``).
Everything that is made here is called ``dockpy-recorded`` and removed again.
"""

from __future__ import annotations

import http.client
import json
import socket
import sys
import time
from pathlib import Path
from typing import Any

NAME = "dockpy-recorded"
CREATE = {
    "Image": "busybox:latest",
    "Cmd": ["sh", "-c", "echo out; echo err >&2; touch /new; rm /etc/group; exec sleep 600"],
    "Env": ["GREETING=hi"],
    "Labels": {NAME: "1"},
    "ExposedPorts": {"80/tcp": {}, "53/udp": {}},
    "Volumes": {"/anonymous": {}},
    "Healthcheck": {"Test": ["CMD", "true"], "Interval": 1_000_000_000, "Timeout": 1_000_000_000},
    "StopTimeout": 0,
    "HostConfig": {
        "Binds": [f"{NAME}:/data", "/tmp:/host:ro"],
        "Mounts": [
            {"Type": "tmpfs", "Target": "/scratch", "TmpfsOptions": {"SizeBytes": 1048576, "Mode": 448}}
        ],
        "PortBindings": {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": ""}]},
        "RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 3},
        "LogConfig": {"Type": "json-file", "Config": {"max-size": "1m"}},
        "Ulimits": [{"Name": "nofile", "Soft": 100, "Hard": 200}],
        "Sysctls": {"net.core.somaxconn": "128"},
        "ExtraHosts": ["db:10.0.0.2"],
        "CapDrop": ["MKNOD"],
        "Memory": 67108864,
        "Init": True,
    },
    "NetworkingConfig": {"EndpointsConfig": {NAME: {"Aliases": ["recorded"]}}},
}
NETWORK = {
    "Name": NAME,
    "Labels": {NAME: "1"},
    "IPAM": {"Config": [{"Subnet": "10.123.45.0/24", "Gateway": "10.123.45.1"}]},
    "Options": {"com.docker.network.bridge.enable_icc": "true"},
}


class Engine:
    def __init__(self, path: str) -> None:
        self.path = path
        self.answers: list[dict[str, Any]] = []

    def call(self, method: str, target: str, body: Any = None) -> Any:
        connection = http.client.HTTPConnection("daemon")
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.connect(self.path)
        try:
            connection.request(
                method, target, body and json.dumps(body), {"Content-Type": "application/json"}
            )
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        if answer.status >= 300:
            print(f"{method} {target}: {answer.status} {content.decode()}", file=sys.stderr)
            return None
        return json.loads(content) if content.lstrip()[:1] in (b"{", b"[") else None

    def record(self, operation: str, method: str, target: str, body: Any = None) -> Any:
        answer = self.call(method, target, body)
        assert answer is not None, f"{operation} failed"
        self.answers.append({"operation": operation, "answer": answer})
        return answer


def make(engine: Engine) -> str:
    engine.record("NetworkCreate", "POST", "/networks/create", NETWORK)
    engine.record(
        "VolumeCreate", "POST", "/volumes/create", {"Name": NAME, "Labels": {NAME: "1"}, "DriverOpts": {}}
    )
    created = engine.record("ContainerCreate", "POST", f"/containers/create?name={NAME}", CREATE)
    engine.call("POST", f"/containers/{NAME}/start")
    while engine.call("GET", f"/containers/{NAME}/json")["State"]["Health"]["Status"] != "healthy":
        time.sleep(0.2)
    return str(created["Id"])


def record(engine: Engine) -> None:
    container = make(engine)
    engine.record("SystemVersion", "GET", "/version")
    engine.record("SystemInfo", "GET", "/info")
    engine.record("SystemDataUsage", "GET", "/system/df")
    engine.record("ContainerList", "GET", "/containers/json?all=1&size=1")
    engine.record("ContainerInspect", "GET", f"/containers/{container}/json?size=1")
    engine.record("ContainerTop", "GET", f"/containers/{container}/top")
    engine.record("ContainerChanges", "GET", f"/containers/{container}/changes")
    engine.record("ContainerStats", "GET", f"/containers/{container}/stats?stream=0")
    engine.record("ContainerUpdate", "POST", f"/containers/{container}/update", {"CpuShares": 512})
    command = engine.record(
        "ContainerExec",
        "POST",
        f"/containers/{container}/exec",
        {"Cmd": ["true"], "AttachStdout": True, "Env": ["A=1"]},
    )
    engine.record("ExecInspect", "GET", f"/exec/{command['Id']}/json")
    engine.record("ImageList", "GET", "/images/json?shared-size=1&digests=1")
    engine.record("ImageInspect", "GET", "/images/busybox:latest/json")
    engine.record("ImageHistory", "GET", "/images/busybox:latest/history")
    engine.record("NetworkList", "GET", "/networks")
    engine.record("NetworkInspect", "GET", f"/networks/{NAME}?verbose=1")
    engine.record("NetworkInspect", "GET", "/networks/bridge")
    engine.record("VolumeList", "GET", "/volumes")
    engine.record("VolumeInspect", "GET", f"/volumes/{NAME}")
    engine.call("POST", f"/containers/{container}/kill")
    engine.record("ContainerWait", "POST", f"/containers/{container}/wait")
    engine.record("ContainerInspect", "GET", f"/containers/{container}/json")
    filters = f"filters=%7B%22label%22%3A%5B%22{NAME}%22%5D%7D"
    engine.record("ContainerPrune", "POST", f"/containers/prune?{filters}")


def remove(engine: Engine) -> None:
    engine.call("DELETE", f"/containers/{NAME}?force=1&v=1")
    engine.call("DELETE", f"/networks/{NAME}")
    engine.call("DELETE", f"/volumes/{NAME}")


def main(host: str, name: str, folder: str | None = None) -> None:
    engine = Engine(host.removeprefix("unix://"))
    try:
        record(engine)
    finally:
        remove(engine)
    for path in sorted(Path(folder).glob("*.json")) if folder else ():
        engine.answers.append({"operation": path.stem, "answer": json.loads(path.read_text())})
    target = Path(__file__).parent / "recorded" / f"{name}.json"
    target.write_text(json.dumps(engine.answers, indent=1) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
