"""Runs a program as a user would, and sees what it leaves on the engine."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import dockpy

if TYPE_CHECKING:
    from pathlib import Path

# The program under its own name, with the requests that it makes written to a file.
_RUN = """
import logging, sys
program, name, log = sys.argv[1:4]
logger = logging.getLogger("dockpy")
logger.setLevel(logging.DEBUG)
logger.addHandler(logging.FileHandler(log))
with open(program, encoding="utf-8") as file:
    code = compile(file.read(), name, "exec")
exec(code, {"__name__": "__main__"})
logging.shutdown()
"""
_REQUEST = re.compile(r"(\w+) /v[\d.]+/(containers|networks|volumes)/([^/ ]+)\S* -> (\d+)")
_COLLECTION = ("create", "json", "prune")


@dataclass(frozen=True)
class Result:
    """How a program ended, and what it asked of the engine."""

    status: int
    stdout: str
    stderr: str
    requests: str

    def created(self) -> int:
        """How many containers, networks and volumes it created."""
        return sum(
            name == "create" and status == "201" for _, _, name, status in _REQUEST.findall(self.requests)
        )

    def objects(self) -> set[tuple[str, str]]:
        """The containers, networks and volumes that it asked something of."""
        return {
            (kind, name) for _, kind, name, _ in _REQUEST.findall(self.requests) if name not in _COLLECTION
        }


def run(source: str, name: str, host: str, directory: Path, environ: dict[str, str]) -> Result:
    """Run a program on an engine, every warning an error.

    Args:
        source: the program.
        name: its name in tracebacks.
        host: the engine's address.
        directory: where it may write.
        environ: variables, beside those of this process.
    """
    program, log = directory / "program.py", directory / "requests.log"
    program.write_text(source, "utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", _RUN, str(program), name, str(log)],
        capture_output=True,
        cwd=directory,
        env={**os.environ, **environ, "DOCKER_HOST": host, "PYTHONUNBUFFERED": "1"},
        text=True,
        timeout=100,
        stdin=subprocess.DEVNULL,
    )
    return Result(done.returncode, done.stdout, done.stderr, log.read_text() if log.exists() else "")


def left_over(result: Result, host: str) -> list[str]:
    """What of the objects that a program created is still there; it is removed, and named."""
    left = []
    with dockpy.Client(host) as client:
        for kind, name in sorted(result.objects()):
            with contextlib.suppress(dockpy.NotFound):
                if kind == "containers":
                    container = client.containers.known(name)
                    with contextlib.suppress(dockpy.TimedOut):
                        container.wait(condition="removed", timeout=5)  # some take themselves away
                        continue
                    container.remove(force=True, v=True)
                elif kind == "networks":
                    client.networks.get(name).remove()
                else:
                    client.volumes.get(name).remove()
                left.append(f"{kind}/{name}")
    return left
