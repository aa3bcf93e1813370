"""A container of its own for a shell, with busybox's files and a clock that goes by itself."""

from __future__ import annotations

import itertools
import os
from typing import TYPE_CHECKING

from standins import STANDINS

from dockpy.fake.applets import APPLETS
from dockpy.fake.files import ROOT, FileSystem, Upper
from dockpy.fake.kernel.clock import ManualClock
from dockpy.fake.kernel.file import pipe
from dockpy.fake.kernel.namespace import Namespace
from dockpy.fake.kernel.process import Process
from dockpy.fake.kernel.scheduler import Scheduler
from dockpy.fake.programs.loader import load

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PASSWD = "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/home:/bin/false\n"


class Loader:
    """Programs as a daemon finds them, and no users' ones."""

    def load(self, process, name, env):
        return load(process.namespace.fs, process, name, env, lambda _, inside: STANDINS.get(inside))


class Outcome:
    """What a program printed, and its exit code."""

    def __init__(self) -> None:
        self.out = b""
        self.err = b""
        self.code: int | None = None


class Box:
    """A container whose PID 1 is whatever is run in it."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.scheduler = Scheduler(self.clock)
        self.fs = fs = FileSystem(Upper.empty(), now=self.scheduler.now)
        for path in ("bin", "dev", "etc", "home", "root", "tmp", "tmp/t", "usr", "usr/bin"):
            fs.mkdir(ROOT, f"/{path}", 0o755)
        for name, minor, mode in (("null", 3, 0o666), ("zero", 5, 0o666)):
            fs.mknod(ROOT, f"/dev/{name}", "char", mode, (1, minor))
            fs.chmod(ROOT, f"/dev/{name}", mode)
        fs.write_bytes(ROOT, "/etc/passwd", PASSWD.encode())
        fs.write_bytes(ROOT, "/etc/hostname", b"box\n")
        for name in sorted({*APPLETS, "sh"}):
            fs.write_bytes(ROOT, f"/bin/{name}", b"\x7fELFdockpy:busybox\n", 0o755)
            fs.chmod(ROOT, f"/bin/{name}", 0o755)
        for name in STANDINS.keys() - APPLETS.keys():
            fs.write_bytes(ROOT, f"/bin/{name}", f"\x7fELFdockpy:{name}\n".encode(), 0o755)
        self.namespace = Namespace(self.scheduler, Loader(), fs, "box", itertools.count(1000))
        self.crashes: list[BaseException] = []
        self.namespace.on_crash = lambda process, error: self.crashes.append(error)
        self.init = Process(
            self.namespace, None, _idle, ["init"], env={}, cwd="/", uid=0, gid=0, groups=(), fds={}
        )

    def start(self, argv: Sequence[str], fds, env: Mapping[str, str], cwd: str = "/tmp/t") -> Process:
        loaded = self.namespace.loader.load(self.init, argv[0], env)
        child = self.init.fork(loaded.code, loaded.argv(argv), fds)
        child.env, child.cwd = dict(env), cwd
        return child

    def run(self, argv: Sequence[str], env: Mapping[str, str], stdin: bytes | None = None) -> Outcome:
        """Run a program to its end; no input is ``/dev/null``."""
        outcome = Outcome()
        (out, out_writer), (err, err_writer) = pipe(), pipe()
        if stdin is None:
            source = self.fs.open(ROOT, "/dev/null", os.O_RDONLY)
        else:
            self.fs.write_bytes(ROOT, "/tmp/stdin", stdin)
            source = self.fs.open(ROOT, "/tmp/stdin", os.O_RDONLY)
            self.fs.unlink(ROOT, "/tmp/stdin")
        process = self.start(argv, {0: source, 1: out_writer, 2: err_writer}, env)
        for file in (source, out_writer, err_writer):
            file.close()
        for _ in range(100_000):
            ran = self.scheduler.pump()
            ended = process.exit_code is not None
            outcome.out += out.read_now(1 << 20) or b""
            outcome.err += err.read_now(1 << 20) or b""
            if ended:
                break
            if not ran:
                due = self.scheduler.next_due
                assert due is not None, f"{argv} stands still"
                self.clock.go_to(due)
        assert process.exit_code is not None, f"{argv} does not end"
        outcome.code = process.exit_code
        out.close()
        err.close()
        if self.crashes:
            raise self.crashes[0]
        return outcome


def _idle(p):
    while True:
        yield from p.sleep(3600.0)
