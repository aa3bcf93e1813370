"""What is broken, and how it is reached: a server over each transport, or a fake daemon in this process."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import breaking
from certificates import make_certificates

import dockpy
from dockpy.fake import FakeDaemon
from dockpy.fake.kernel.clock import SECOND

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dockpy.fake.call import Call
    from dockpy.fake.reply import Reply

__all__ = ["TRANSPORTS", "Way", "Ways"]

TRANSPORTS = ("unix", "tcp", "tls", "ssh", "in-process")
HERE = Path(__file__).parent


class Way(Protocol):
    """A daemon that can be broken, and a way to it."""

    def connect(self, **options: Any) -> dockpy.Client: ...

    def broken(self, fault: str) -> contextlib.AbstractContextManager[None]: ...


class Ways(contextlib.ExitStack):
    """Each way by its transport's name; what they need is started when it is first asked for."""

    def __init__(self) -> None:
        super().__init__()
        self._server: ServerProcess | None = None
        self._daemon: BrokenFake | None = None

    def __getitem__(self, transport: str) -> Way:
        if transport == "in-process":
            self._daemon = self._daemon or self.enter_context(BrokenFake())
            return self._daemon
        self._server = self._server or self.enter_context(ServerProcess())
        return SocketWay(self._server, transport)


class ServerProcess:
    """The breaking server, in a process of its own: none of its threads and descriptors are ours."""

    def __enter__(self) -> ServerProcess:
        self.folder = Path(tempfile.mkdtemp(prefix="dkp-"))
        self.certificates = make_certificates(self.folder)
        self._path = os.environ["PATH"]
        self._stand_in_for_ssh()
        command = [sys.executable, "-I", "-S", str(HERE / "breaking.py"), str(self.folder)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.tcp, self.tls = self._process.stdout.readline().split()
        return self

    def _stand_in_for_ssh(self) -> None:
        (self.folder / "bin").mkdir()
        script = self.folder / "bin" / "ssh"
        script.write_text(f"#!/bin/sh\nexec {sys.executable} -I -S {HERE / 'ssh_standin.py'}\n")
        script.chmod(0o755)
        os.environ["PATH"] = f"{self.folder}/bin{os.pathsep}{self._path}"
        os.environ["DOCKPY_STANDIN_SOCKET"] = f"{self.folder}/d.sock"

    def say(self, fault: str) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{fault}\n")
        self._process.stdin.flush()
        assert self._process.stdout.readline() == "done\n"

    def __exit__(self, *_: object) -> None:
        os.environ["PATH"] = self._path
        del os.environ["DOCKPY_STANDIN_SOCKET"]
        with self._process:
            self._process.kill()
        shutil.rmtree(self.folder)


class SocketWay:
    """The breaking server over one of its transports."""

    def __init__(self, server: ServerProcess, transport: str) -> None:
        self._server = server
        self._url, self._tls = {
            "unix": (f"unix://{server.folder}/d.sock", None),
            "tcp": (f"tcp://127.0.0.1:{server.tcp}", None),
            "tls": (f"tcp://127.0.0.1:{server.tls}", server.certificates.client()),
            "ssh": ("ssh://far", None),
        }[transport]

    def connect(self, **options: Any) -> dockpy.Client:
        return dockpy.Client(self._url, tls=self._tls or False, **options)

    @contextlib.contextmanager
    def broken(self, fault: str) -> Iterator[None]:
        self._server.say(fault)
        try:
            yield
        finally:
            self._server.say("none")


class BrokenFake:
    """A fake daemon in this process: its own faults, and what stands on the wire in place of its answers."""

    def __enter__(self) -> BrokenFake:
        self._daemon = FakeDaemon()
        self._daemon.images.add("busybox:latest")
        with self._daemon.client() as client:
            client.containers.run("busybox", ["sleep", "1000000"], name="web", detach=True)
        return self

    def __exit__(self, *_: object) -> None:
        self._daemon.close()

    def connect(self, **options: Any) -> dockpy.Client:
        return self._daemon.client(**options)

    @contextlib.contextmanager
    def broken(self, fault: str) -> Iterator[None]:
        match fault:
            case "refused":
                self._daemon.stop(kill=True)
                try:
                    yield
                finally:
                    self._daemon.start()
                    with self._daemon.client() as client:
                        client.containers.get("web").start()
            case "reset at connect":
                with self._daemon.fail(reset="before"):
                    yield
            case "reset in the body":
                with self._answering(_reset):
                    yield
            case "garbage":
                with self._daemon.fail(garbage=True):
                    yield
            case "hang":
                with self._daemon.fail(hang=True):
                    yield
            case "500":
                with self._daemon.fail(status=500):
                    yield
            case "500, half of its body":
                with self._answering(_half):
                    yield
            case "early answer during upload":
                with self._daemon.fail(status=400):
                    yield
            case "drip of the body":
                with self._answering(_drip):
                    yield
            case _:
                with self._answering(_raw(breaking.FAULTS[fault])):
                    yield

    @contextlib.contextmanager
    def _answering(self, change: Callable[[Call, Reply], None]) -> Iterator[None]:
        observers = self._daemon._router.observers
        observers.append(change)
        try:
            yield
        finally:
            observers.remove(change)


def _raw(fault: breaking.Fault) -> Callable[[Call, Reply], None]:
    def change(call: Call, reply: Reply) -> None:
        upgrade = fault.taken_over is not None and "upgrade" in call.headers
        reply.raw = fault.taken_over if upgrade else fault.answer

    return change


def _reset(call: Call, reply: Reply) -> None:
    def some() -> Iterator[bytes]:
        yield b"\1\0\0\0\0\0\0\4some" if reply.duplex is not None else breaking.SOME
        reply.reset = True

    reply.stream = some()


def _half(call: Call, reply: Reply) -> None:
    def half() -> Iterator[bytes]:
        yield b"{"
        call.engine.wait(lambda: False, call.gone)

    reply.status, reply.stream, reply.duplex = 500, half(), None


def _drip(call: Call, reply: Reply) -> None:
    def drip() -> Iterator[bytes]:
        engine = call.engine
        while True:
            due = engine.now() + round(breaking.PAUSE * SECOND)
            engine.scheduler.at(due, engine.notify)
            engine.wait(lambda due=due: engine.now() >= due, call.gone)
            yield b" "

    reply.stream = drip()
