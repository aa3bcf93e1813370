"""Two engines on hosts of their own, which can form one swarm, and be killed: real ones, or fakes.

The real ones are those that DOCKPY_TEST_PAIR names. One that is killed is started again as it was: with its
program, its arguments and its variables, in its network, its output going where it went.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import struct
import subprocess
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import fakes

import dockpy
from dockpy.fake import FakeDaemon

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dockpy import Client

__all__ = ["FAKE", "REAL", "EngineMember", "FakeMember", "Member", "members", "until"]

REAL, FAKE = "pair", "fakepair"
"""The two pairs that there are, as parameters of tests."""

LIMIT = 60  # seconds that an engine takes to start, at most


class Member(Protocol):
    """One of the two.

    Attributes:
        address: at which the other one reaches it.
    """

    address: str

    def connect(self, **options: Any) -> Client:
        """A client of it."""

    def kill(self) -> None:
        """End its process with SIGKILL; its containers go on."""

    def start(self) -> None:
        """Start it where it does not run, and wait until it answers."""


class EngineMember:
    """A real engine, over its UNIX socket."""

    def __init__(self, url: str, address: str) -> None:
        self.url, self.address = url, address
        self._socket = Path(url.removeprefix("unix://"))
        self._again: Callable[[], None] | None = None

    def connect(self, **options: Any) -> Client:
        return dockpy.Client(self.url, tls=False, **options)

    def kill(self) -> None:
        process = Path("/proc") / str(_listener(self._socket))
        command = [os.readlink(process / "exe"), *_texts(process / "cmdline")[1:]]
        environ = dict(pair.split("=", 1) for pair in _texts(process / "environ"))
        log = os.readlink(process / "fd/1")
        network = os.open(process / "ns/net", os.O_RDONLY)

        def again() -> None:
            # Nobody here is its parent: it lives on when the tests have ended.
            wrapped = ["setsid", "--fork", "nsenter", f"--net=/proc/self/fd/{network}", *command]
            with open(log, "ab") as output:
                subprocess.run(
                    wrapped,
                    check=True,
                    env=environ,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    pass_fds=[network],
                )
            os.close(network)

        os.kill(int(process.name), signal.SIGKILL)
        until(lambda: not _runs(process), LIMIT)
        self._again = again

    def start(self) -> None:
        if self._again is None:
            return
        again, self._again = self._again, None
        folder = self._socket.parent
        containerd = folder / "exec" / "containerd"
        traces = [*containerd.glob("*.pid"), *containerd.glob("*.sock*")]
        for left in [folder / "docker.pid", self._socket, *traces]:
            left.unlink(missing_ok=True)
        again()
        with self.connect(timeout=5) as client:
            until(lambda: _answers(client), LIMIT)


class FakeMember:
    """A fake daemon, whose answers are held against the descriptions."""

    def __init__(self, daemon: FakeDaemon, address: str) -> None:
        self._daemon, self.address = daemon, address

    def connect(self, **options: Any) -> Client:
        return self._daemon.client(**options)

    def kill(self) -> None:
        self._daemon.stop(kill=True)

    def start(self) -> None:
        self._daemon.start()


@contextlib.contextmanager
def members(which: str) -> Iterator[tuple[Member, Member] | None]:
    """One of the pairs; None where the environment does not say where it is."""
    if which == FAKE:
        with FakeDaemon() as one, FakeDaemon() as other:
            for daemon in (one, other):
                fakes.furnish(daemon)
            yield FakeMember(one, "10.99.0.11"), FakeMember(other, "10.99.0.12")
        return
    named = [text.split("@") for text in os.environ.get("DOCKPY_TEST_PAIR", "").split(",") if text]
    if len(named) != 2:
        yield None
        return
    first, second = (EngineMember(url, address) for url, address in named)
    try:
        yield first, second
    finally:
        first.start()
        second.start()


def until(condition: Callable[[], object], seconds: float = 20) -> None:
    """Wait until something is so."""
    end, tick = time.monotonic() + seconds, threading.Event()
    while not condition():
        assert time.monotonic() < end, "it did not come to be so"
        tick.wait(0.05)


def _listener(path: Path) -> int:
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect(str(path))
        credentials = sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    return int(struct.unpack("3i", credentials)[0])


def _texts(path: Path) -> list[str]:
    return [os.fsdecode(part) for part in path.read_bytes().split(b"\0") if part]


def _runs(process: Path) -> bool:
    """Whether a process has not ended; one that nobody has reaped has."""
    try:
        return (process / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def _answers(client: Client) -> bool:
    with contextlib.suppress(dockpy.ConnectionFailed, dockpy.InvalidResponse):
        client.ping()
        return True
    return False
