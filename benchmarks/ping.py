"""CPU time of one warm ping(), beside docker-py's and bare http.client's, in one run on the same socket.

python benchmarks/ping.py unix:///var/run/docker.sock        (needs docker, docker-py, beside dockpy)
"""

from __future__ import annotations

import http.client
import socket
import statistics
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

CALLS, ROUNDS = 300, 9


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost")
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)


def bare(path: str) -> Callable[[], object]:
    connection = UnixConnection(path)

    def ping() -> object:
        connection.request("GET", "/_ping")
        return connection.getresponse().read()

    return ping


def main(url: str) -> None:
    import docker

    import dockpy

    subjects = {
        "http.client": bare(url.removeprefix("unix://")),
        "dockpy": dockpy.Client(url).ping,
        "docker-py": docker.DockerClient(url).ping,
    }
    times: dict[str, list[float]] = {name: [] for name in subjects}
    for ping in subjects.values():
        for _ in range(20):
            ping()
    for _ in range(ROUNDS):  # round by round, so that the machine's moods meet all of them alike
        for name, ping in subjects.items():
            began = time.process_time()
            for _ in range(CALLS):
                ping()
            times[name].append((time.process_time() - began) / CALLS * 1e6)
    base = statistics.median(times["http.client"])
    for name, values in times.items():
        median = statistics.median(values)
        ratio = f"{median / base:5.2f} x http.client"
        print(f"{name:12} {median:7.0f} µs CPU a ping   {ratio}   (best {min(values):.0f})")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "unix:///var/run/docker.sock")
