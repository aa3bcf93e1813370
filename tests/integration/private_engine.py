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
    from collections.abc import Callable, Iterator

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
        self._shared = shared
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

    def seed(self, image: str = "busybox:latest") -> None:
        """Give it an image of the shared engine."""
        with (
            dockpy.Client(self._shared, tls=False) as shared,
            self.connect() as client,
            shared.images.save(image) as archive,
        ):
            client.images.load(archive)

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

    @contextlib.contextmanager
    def relay(self) -> Iterator[Relay]:
        """Another socket that leads to it, whose connections can be cut."""
        relay = Relay(self._folder / "r.sock", self._socket)
        try:
            yield relay
        finally:
            relay.cut()

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
        """Its containerd and its shims, which name its folder, and what those have started: containers."""
        mark = os.fsencode(self._folder)
        found, children = [], dict[int, list[int]]()
        for entry in Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                if entry.name.isdigit():
                    parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                    children.setdefault(parent, []).append(int(entry.name))
                    if mark in (entry / "cmdline").read_bytes():
                        found.append(int(entry.name))
        for process in found:  # which grows meanwhile
            found += [child for child in children.get(process, ()) if child not in found]
        return found


class Relay:
    """A UNIX socket that leads to another one.

    Attributes:
        url: where it listens.
    """

    def __init__(self, path: Path, target: Path) -> None:
        self.url = f"unix://{path}"
        self._path, self._target = path, target
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self.mend()

    def connect(self, **options: Any) -> Client:
        """A client of what it leads to."""
        return dockpy.Client(self.url, tls=False, **options)

    def mend(self) -> None:
        """Accept connections."""
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(self._path))
        listener.listen()
        self._open.append(listener)
        self._run(self._accept, listener)

    def cut(self) -> None:
        """Cut all connections, and accept no more."""
        self._path.unlink(missing_ok=True)
        with self._lock:
            ends, self._open = self._open, []
        for end in ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)
        self._threads.clear()
        for end in ends:
            end.close()

    def _run(self, function: Callable[..., object], *arguments: socket.socket) -> None:
        thread = threading.Thread(target=function, args=arguments)
        self._threads.append(thread)
        thread.start()

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = listener.accept()
                far = socket.socket(socket.AF_UNIX)
                with self._lock:
                    is_cut = listener not in self._open
                    if not is_cut:
                        self._open += [near, far]
                if is_cut:
                    near.close()
                    far.close()
                    return
                far.connect(str(self._target))
                self._run(_pass_on, near, far)
                self._run(_pass_on, far, near)


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)


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
