"""A kernel for tests: one container, programs as generator functions."""

from __future__ import annotations

import itertools

from dockpy.fake.files import FileSystem, Tree, Upper, merge
from dockpy.fake.kernel.clock import ManualClock
from dockpy.fake.kernel.file import pipe
from dockpy.fake.kernel.mounts import skeleton
from dockpy.fake.kernel.namespace import Namespace
from dockpy.fake.kernel.process import Process
from dockpy.fake.kernel.scheduler import Scheduler


class Table:
    """A loader that knows programs by name."""

    def __init__(self):
        self.programs = {}

    def load(self, process, name, env):
        code = self.programs.get(name)
        if code is None:
            raise FileNotFoundError(2, "No such file or directory", name)
        return Found(code, f"/bin/{name}")


class Found:
    def __init__(self, code, path):
        self.code, self.path = code, path

    def argv(self, given):
        return list(given)


class World:
    """A scheduler on a clock that stands still, and containers."""

    def __init__(self):
        self.clock = ManualClock()
        self.scheduler = Scheduler(self.clock)
        self.clock.subscribe(self.scheduler.settle)
        self.table = Table()
        self.crashes = []
        self._host_pids = itertools.count(4001)

    def namespace(self):
        fs = FileSystem(Upper(merge((skeleton(),))), now=self.scheduler.now)
        namespace = Namespace(self.scheduler, self.table, fs, "host", self._host_pids)
        namespace.on_crash = lambda process, error: self.crashes.append(error)
        return namespace

    def start(self, code, namespace=None, *, argv=("init",), fds=None, uid=0):
        return Process(
            namespace or self.namespace(),
            None,
            code,
            argv,
            env={"A": "b"},
            cwd="/",
            uid=uid,
            gid=0,
            groups=(0,),
            fds=fds or {},
        )

    def run(self, code, namespace=None, **more):
        """Run a program to its end; its exit code."""
        process = self.start(code, namespace, **more)
        self.scheduler.settle()
        assert not self.crashes, self.crashes
        return process.exit_code

    def go(self):
        self.scheduler.settle()


def idle(p):
    """Sleeps for ever."""
    while True:
        yield from p.sleep(1_000_000)


def catching(*signals, then=None):
    """A program that notes the signals that it catches, and ends by one of them."""

    def program(p):
        for signal in signals:
            p.catch(signal)
        p.seen = []
        while True:
            yield from p.pause()
            p.seen.append(p.caught.popleft())
            if p.seen[-1] == then:
                return 0

    return program


__all__ = ["Found", "Table", "Tree", "World", "catching", "idle", "pipe"]
