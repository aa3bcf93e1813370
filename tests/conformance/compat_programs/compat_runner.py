"""Runs a program that was written for docker-py, with docker-py or with dockpy.compat."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import dockpy

HERE = Path(__file__).parent
PROGRAMS = sorted(path for path in HERE.glob("*.py") if path.stem not in ("record", "compat_runner"))


def translated(source: str) -> str:
    """The program for dockpy: it imports other modules, and is otherwise the same."""
    source = re.sub(r"^import docker$", "import dockpy.compat as docker", source, flags=re.MULTILINE)
    return re.sub(r"^from docker\b", "from dockpy.compat", source, flags=re.MULTILINE)


def run(source: str, environ: dict[str, str], *options: str) -> tuple[str, str]:
    """What a program prints, and what it complains of.

    Args:
        source: the program.
        environ: variables, beside those of this process.
        options: of Python.
    """
    done = subprocess.run(
        [sys.executable, *options, "-c", source],
        env={**os.environ, "PYTHONPATH": str(Path(dockpy.__file__).parents[1]), **environ},
        capture_output=True,
        text=True,
        timeout=60,
        stdin=subprocess.DEVNULL,
    )
    return done.stdout, done.stderr


def free_port() -> int:
    """A TCP port of this host that nobody uses."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])
