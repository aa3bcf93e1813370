"""Engines of a test's own, to kill and to start again.

They run the programs of the shared engines: whoever answers at a shared socket is asked for its executable
and its PATH. Each has folders of its own, no bridge, no rules for the firewall, and is killed with all that
it started when the test ends.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dockpy

if TYPE_CHECKING:
    from dockpy import Client

START_LIMIT = 60
TICK = threading.Event()  # never set: waiting for it is how a condition is asked again in a while


class PrivateEngine:
    """A dockerd that nobody else uses.

    Args:
        shared: the UNIX socket of the engine whose program it runs.
        settings: what goes into its daemon.json, beside its folders.

    Attributes:
        url: where it listens; the same after a restart.
    """

    def __init__(self, shared: str, settings: dict[str, Any] | None = None) -> None:
        # The path of a UNIX socket has 107 bytes at most, and pytest's folders take most of them.
        self._folder = Path(tempfile.mkdtemp(prefix="dkp-", dir="/tmp"))
        self._program, self._environ = _program_of(shared)
        self._socket = self._folder / "d.sock"
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"unix://{self._socket}"
        (self._folder / "daemon.json").write_text(
            json.dumps(
                {
                    "data-root": str(self._folder / "root"),
                    "exec-root": str(self._folder / "exec"),
                    "pidfile": str(self._folder / "docker.pid"),
                    "hosts": [self.url],
                    "bridge": "none",
                    "iptables": False,
                    "storage-driver": "vfs",
                    "insecure-registries": ["127.0.0.0/8"],
                    **(settings or {}),
                }
            )
        )

    @property
    def log(self) -> str:
        """What it has written."""
        return (self._folder / "log").read_text(errors="replace")

    def connect(self, **options: Any) -> Client:
        """A client of it."""
        return dockpy.Client(self.url, tls=False, **options)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self.launch()
        self.wait_ready()

    def launch(self) -> None:
        """Start it, and do not wait."""
        # A killed one leaves its traces. Its containerd died with it, but may still have a process id: where
        # nobody reaps it, the next engine would take it for running, and wait for it.
        containerd = self._folder / "exec" / "containerd"
        traces = [
            self._socket,
            self._folder / "docker.pid",
            *containerd.glob("*.pid"),
            *containerd.glob("*.sock*"),
        ]
        for left in traces:
            left.unlink(missing_ok=True)
        with open(self._folder / "log", "ab") as log:
            self._process = subprocess.Popen(
                [self._program, "--config-file", str(self._folder / "daemon.json")],
                env=self._environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait_ready(self) -> None:
        """Wait until it answers."""
        assert self._process is not None
        with self.connect(timeout=5) as client:
            for _ in range(START_LIMIT * 20):
                with contextlib.suppress(dockpy.ConnectionFailed, dockpy.InvalidResponse):
                    client.ping()
                    return
                assert self._process.poll() is None, self.log
                TICK.wait(0.05)
        raise AssertionError(f"it did not answer in {START_LIMIT} s:\n{self.log}")

    def kill(self, signal: int = signal.SIGKILL) -> None:
        """End it with a signal, and wait for its end; containers go on where it was killed."""
        assert self._process is not None
        self._process.send_signal(signal)
        self._process.wait(START_LIMIT)

    def restart(self, signal: int = signal.SIGKILL) -> None:
        """End it with a signal and start it again."""
        self.kill(signal)
        self.start()

    def pause(self) -> None:
        """Stop its process: it accepts connections and does not answer."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def close(self) -> None:
        """Kill it and everything that it started, and remove its folders."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(START_LIMIT)
        for process in self._leftovers():
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        for mount in reversed(_mounts_below(str(self._folder))):
            subprocess.run(["umount", "--lazy", mount], check=True)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _leftovers(self) -> list[int]:
        """Processes that name its folder in their arguments: containerd, and the shims of containers."""
        mark = os.fsencode(self._folder)
        found = []
        for entry in Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                if entry.name.isdigit() and mark in (entry / "cmdline").read_bytes():
                    found.append(int(entry.name))
        return found


def _program_of(shared: str) -> tuple[str, dict[str, str]]:
    """The executable of the engine that answers at a UNIX socket, and variables to run another one with."""
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect(shared.removeprefix("unix://"))
        credentials = sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    process = Path("/proc") / str(struct.unpack("3i", credentials)[0])
    pairs = (item.partition(b"=") for item in (process / "environ").read_bytes().split(b"\0"))
    path = {name: value for name, _, value in pairs}.get(b"PATH", os.fsencode(os.defpath))
    return os.readlink(process / "exe"), {"PATH": os.fsdecode(path)}


def _mounts_below(folder: str) -> list[str]:
    points = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    return [point for point in points if point.startswith(f"{folder}/")]
