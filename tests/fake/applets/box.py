"""A small container for applets: real files, a kernel whose time goes by itself, programs found by name."""

from __future__ import annotations

import errno
import itertools

from dockpy.fake.applets import APPLETS
from dockpy.fake.files import ROOT, FileSystem, Upper
from dockpy.fake.kernel.clock import ManualClock
from dockpy.fake.kernel.file import pipe
from dockpy.fake.kernel.namespace import Namespace
from dockpy.fake.kernel.process import Process
from dockpy.fake.kernel.scheduler import Scheduler

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
PASSWD = """root:x:0:0:root:/root:/bin/sh
postgres:x:70:70::/var/lib/postgresql:/bin/sh
nobody:x:65534:65534:nobody:/:/bin/false
"""
GROUP = "root:x:0:\npostgres:x:70:\nnogroup:x:65534:\n"


class _Found:
    def __init__(self, code, path):
        self.code = code
        self.path = path

    def argv(self, given):
        return list(given)


class Loader:
    """Finds applets, as the daemon's own does in a busybox image."""

    def load(self, process, name, env):
        path = name
        if "/" not in name:
            path = f"/bin/{name}"
        stat = process.namespace.fs.stat(process, path)
        if not stat.mode & 0o111 or stat.is_dir:
            raise PermissionError(errno.EACCES, "Permission denied")
        base = path.rpartition("/")[2]
        if base not in APPLETS:
            raise OSError(errno.ENOEXEC, "Exec format error")
        return _Found(APPLETS[base], path)


class Outcome:
    """What a command left: its output, its complaints, its exit code."""

    def __init__(self):
        self.out = bytearray()
        self.err = bytearray()
        self.code: int | None = None
        self.crash: BaseException | None = None


class Box:
    """A container."""

    def __init__(self, *, start=None):
        self.clock = ManualClock(start)
        self.scheduler = Scheduler(self.clock)
        self.fs = FileSystem(Upper.empty(), now=self.scheduler.now)
        for path in ("/bin", "/etc", "/root", "/tmp", "/t", "/dev", "/home", "/usr", "/var"):
            self.fs.mkdir(ROOT, path, 0o755)
        self.fs.chmod(ROOT, "/tmp", 0o1777)
        self.fs.mknod(ROOT, "/dev/null", "char", 0o666, (1, 3))
        self.fs.mknod(ROOT, "/dev/zero", "char", 0o666, (1, 5))
        self.fs.chmod(ROOT, "/dev/null", 0o666)
        self.fs.chmod(ROOT, "/dev/zero", 0o666)
        self.fs.write_bytes(ROOT, "/etc/passwd", PASSWD.encode())
        self.fs.write_bytes(ROOT, "/etc/group", GROUP.encode())
        self.fs.write_bytes(ROOT, "/bin/busybox", b"\x7fELF", 0o755)
        self.fs.chmod(ROOT, "/bin/busybox", 0o755)
        for name in sorted({*APPLETS} - {"busybox"}):
            self.fs.symlink(ROOT, "busybox", f"/bin/{name}")
        self.namespace = Namespace(self.scheduler, Loader(), self.fs, "box", itertools.count(1000))
        self.namespace.on_crash = self._crashed
        self.crashes: list[BaseException] = []
        self._init = self._process(None, _idle, ["init"], {}, "/", 0)

    def _crashed(self, process, error):
        self.crashes.append(error)

    def _process(self, parent, code, argv, fds, cwd, uid):
        return Process(
            self.namespace,
            parent,
            code,
            argv,
            env={"PATH": PATH, "HOME": "/root"},
            cwd=cwd,
            uid=uid,
            gid=uid,
            groups=(),
            fds=fds,
        )

    def start(self, argv, fds, *, cwd="/t", uid=0):
        """A process that runs an applet."""
        code = self.namespace.loader.load(self._init, argv[0], self._init.env).code
        return self._process(self._init, code, argv, fds, cwd, uid)

    def run(self, argv, stdin=b"", *, cwd="/t", uid=0, limit=200_000):
        """Run a command to its end."""
        outcome = Outcome()
        files = [pipe() for _ in range(3)]
        (in_reader, in_writer), (out_reader, out_writer), (err_reader, err_writer) = files
        self.crashes.clear()
        process = self.start(argv, {0: in_reader, 1: out_writer, 2: err_writer}, cwd=cwd, uid=uid)
        for _ in range(limit):
            if stdin:
                try:
                    stdin = stdin[in_writer.write_now(stdin) or 0 :]
                except BrokenPipeError:
                    stdin = b""
            if not stdin and in_writer is not None:
                in_writer.close()
                in_writer = None
            ran = self.scheduler.pump()
            for reader, into in ((out_reader, outcome.out), (err_reader, outcome.err)):
                while piece := reader.read_now(1 << 20):
                    into += piece
            if process.exit_code is not None:
                break
            if not ran and not stdin:
                due = self.scheduler.next_due
                assert due is not None, f"{argv} stands still"
                self.clock.go_to(due)
        assert process.exit_code is not None, f"{argv} does not end"
        out_reader.close()
        err_reader.close()
        outcome.code = process.exit_code
        if self.crashes:
            raise self.crashes[0]
        return outcome


def _idle(p):
    while True:
        yield from p.sleep(3600.0)
