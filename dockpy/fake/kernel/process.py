"""A process: what a program sees of the world. What may block is a generator (``yield from p.read(0)``)."""

from __future__ import annotations

import errno
from collections import deque
from collections.abc import Callable, Generator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dockpy.fake.kernel.clock import SECOND
from dockpy.fake.kernel.file import pipe
from dockpy.fake.kernel.scheduler import Program, Wait, Waitable
from dockpy.fake.kernel.signals import IGNORED, STOPPING

if TYPE_CHECKING:
    from dockpy.fake.kernel.file import File
    from dockpy.fake.kernel.namespace import Namespace
    from dockpy.fake.kernel.scheduler import Task

__all__ = ["Code", "Interrupted", "Process"]

Code = Callable[["Process"], Program]
"""A program before it runs: given its process, its generator."""

Steps = Generator[Waitable | Wait | None, None, Any]

KILL, PIPE, CONT, CHLD = 9, 13, 18, 17


class Interrupted(InterruptedError):
    """A signal that the program catches came while it was blocked; it stands in `Process.caught`."""


class Process:
    """One process of a container.

    Attributes:
        pid: its number within the container; `host_pid` is the one outside.
        argv: what it was started with.
        env: its environment; a dict of its own.
        cwd: absolute.
        uid, gid, groups, umask: who it is.
        fds: its open files by descriptor.
        exit_code: None while it runs; 128 + n where signal n ended it.
        caught: the signals that came and that it catches, for the program to take (``popleft``).
        exited: woken when it ends.
    """

    def __init__(
        self,
        namespace: Namespace,
        parent: Process | None,
        code: Code,
        argv: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: str,
        uid: int,
        gid: int,
        groups: tuple[int, ...],
        fds: dict[int, File],
        umask: int = 0o022,
    ) -> None:
        self.namespace = namespace
        self.parent = parent
        self.argv: list[str] = list(argv)
        self.env: dict[str, str] = dict(env)
        self.cwd: str = cwd
        self.uid: int = uid
        self.gid: int = gid
        self.groups: tuple[int, ...] = groups
        self.umask: int = umask
        self.fds: dict[int, File] = fds
        self.children: list[Process] = []
        self.exit_code: int | None = None
        self.exited = Waitable()
        self.child_exited = Waitable()
        self.caught: deque[int] = deque()
        self.dispositions: dict[int, str] = {}
        """By signal: ``"ignore"`` or ``"catch"``; the default where it says nothing."""
        self.started: int = namespace.scheduler.now()
        self.pid, self.host_pid = namespace.add(self)
        if parent is not None:
            parent.children.append(self)
            self.dispositions |= {s: d for s, d in parent.dispositions.items() if d == "ignore"}
        self._interrupt = Waitable()
        self._task: Task = namespace.scheduler.start(code(self), self._ended)

    # Reading, writing, waiting

    def _block(self, *waitables: Waitable, until: int | None = None, restart: bool = False) -> Steps:
        if self.caught and not restart:
            raise Interrupted(errno.EINTR, "Interrupted system call")
        yield Wait((*waitables, self._interrupt), until)

    def file(self, fd: int) -> File:
        """The file behind a descriptor.

        Raises:
            OSError: EBADF.
        """
        file = self.fds.get(fd)
        if file is None:
            raise OSError(errno.EBADF, "Bad file descriptor")
        return file

    def read(self, fd: int, size: int = 65536) -> Generator[Waitable | Wait | None, None, bytes]:
        """Up to so many bytes; empty at the end."""
        file = self.file(fd)
        while (data := file.read_now(size)) is None:
            yield from self._block(file.readable)
        return data

    def write(self, fd: int, data: bytes) -> Generator[Waitable | Wait | None, None, None]:
        """Write all of the data. Where nobody reads, SIGPIPE ends the process; BrokenPipeError if it is ignored."""
        file = self.file(fd)
        view = memoryview(data)
        while view:
            try:
                taken = file.write_now(bytes(view))
            except BrokenPipeError:
                self.kill(PIPE)
                if self.exit_code is not None:
                    yield None  # it is not resumed
                raise
            if taken is None:
                yield from self._block(file.writable, restart=True)
            else:
                view = view[taken:]

    def sleep(self, seconds: float) -> Generator[Waitable | Wait | None, None, None]:
        """Wait so long."""
        due = self.namespace.scheduler.now() + round(seconds * SECOND)
        while self.namespace.scheduler.now() < due:
            yield from self._block(until=due)

    def wait(
        self, child: Process | None = None, *, restart: bool = False
    ) -> Generator[Waitable | Wait | None, None, Process]:
        """Wait until a child has ended, any where none is given; it is gone then.

        Args:
            child: which.
            restart: a signal that is caught does not interrupt it.

        Raises:
            ChildProcessError: there is none.
        """
        while True:
            if child is None and not self.children:
                raise ChildProcessError(errno.ECHILD, "No child processes")
            for one in [child] if child is not None else self.children:
                if one.exit_code is not None:
                    self.reap(one)
                    return one
            yield from self._block(self.child_exited, restart=restart)

    def reap(self, child: Process) -> None:
        """Take note of a child that has ended."""
        if child in self.children:
            self.children.remove(child)
        self.namespace.remove(child)

    # Descriptors

    def open_fd(self, file: File, at: int = 0) -> int:
        """Give a file the lowest free descriptor from this one on."""
        fd = at
        while fd in self.fds:
            fd += 1
        self.fds[fd] = file
        return fd

    def close(self, fd: int) -> None:
        """Close a descriptor."""
        self.file(fd).close()
        del self.fds[fd]

    def dup2(self, fd: int, to: int) -> None:
        """Let `to` stand for the same file as `fd`."""
        file = self.file(fd)
        if fd != to:
            if to in self.fds:
                self.close(to)
            self.fds[to] = file.retain()

    def pipe(self) -> tuple[int, int]:
        """A pipe: the descriptor to read from, the one to write to."""
        reader, writer = pipe()
        return self.open_fd(reader), self.open_fd(writer)

    # Other processes

    def fork(self, code: Code, argv: Sequence[str] | None = None, fds: Mapping[int, File] | None = None) -> Process:
        """A child that begins as a copy of this process and runs other code.

        Args:
            code: its code (a subshell's, an applet's).
            argv: its arguments; this process's where None.
            fds: its files; this process's where None. The child holds them on its own.
        """
        files = self.fds if fds is None else fds
        return Process(
            self.namespace,
            self,
            code,
            self.argv if argv is None else argv,
            env=self.env,
            cwd=self.cwd,
            uid=self.uid,
            gid=self.gid,
            groups=self.groups,
            fds={fd: file.retain() for fd, file in files.items()},
            umask=self.umask,
        )

    def spawn(
        self,
        argv: Sequence[str],
        env: Mapping[str, str] | None = None,
        fds: Mapping[int, File] | None = None,
    ) -> Process:
        """Start a program as a child: fork and exec.

        Raises:
            OSError: ENOENT, EACCES or ENOEXEC, as exec says.
        """
        code = self.namespace.loader.load(self, argv[0], self.env if env is None else env)
        child = self.fork(code.code, code.argv(argv), fds)
        if env is not None:
            child.env = dict(env)
        return child

    # Signals

    def kill(self, signal: int) -> None:
        """Send it a signal; 0 only asks whether it is there."""
        if self.exit_code is not None or signal == 0:
            return
        disposition = self.dispositions.get(signal)
        is_init = self.pid == 1
        if signal == CONT:
            self._task.thaw()
        if signal == KILL:
            self._exit(128 + KILL)
        elif disposition == "catch":
            self.caught.append(signal)
            self._interrupt.wake()
        elif disposition == "ignore" or signal in IGNORED:
            pass
        elif signal in STOPPING:
            if not is_init:
                self._task.freeze()
        elif not is_init:  # Linux does not end a PID 1 that has not asked for it
            self._exit(128 + signal)

    def catch(self, signal: int) -> None:
        """Have a signal come to `caught`."""
        self.dispositions[signal] = "catch"

    def ignore(self, signal: int) -> None:
        """Have a signal do nothing."""
        self.dispositions[signal] = "ignore"

    def default(self, signal: int) -> None:
        """Have a signal do what it does by default."""
        self.dispositions.pop(signal, None)

    # Its end

    def freeze(self) -> None:
        """Stand still (a paused container)."""
        self._task.freeze()

    def thaw(self) -> None:
        """Go on."""
        self._task.thaw()

    def _ended(self, result: int | BaseException) -> None:
        if isinstance(result, int):
            self._exit(result & 0xFF)
            return
        self.namespace.crashed(self, result)
        self._exit(1)

    def _exit(self, code: int) -> None:
        if self.exit_code is not None:
            return
        self.exit_code = code
        self._task.end()
        for file in self.fds.values():
            file.close()
        self.fds.clear()
        self.namespace.ended(self)
        self.exited.wake()
        if self.parent is not None:
            self.parent.child_exited.wake()
            self.parent.kill(CHLD)
