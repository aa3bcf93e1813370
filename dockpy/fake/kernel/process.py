"""A process: what a program sees of the world. What may block is a generator (``yield from p.read(0)``)."""

from __future__ import annotations

import errno
from collections import deque
from collections.abc import Callable, Generator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dockpy.fake.kernel.clock import SECOND
from dockpy.fake.kernel.file import pipe
from dockpy.fake.kernel.filecalls import FileCalls
from dockpy.fake.kernel.limits import OWN_MEMORY
from dockpy.fake.kernel.scheduler import Program, Wait, Waitable
from dockpy.fake.kernel.signalling import CHLD, PIPE, TTIN, Interrupted, Signalling
from dockpy.fake.kernel.tty import TerminalFile

if TYPE_CHECKING:
    from dockpy.fake.kernel.file import File
    from dockpy.fake.kernel.namespace import Namespace
    from dockpy.fake.kernel.network import Listener, Socket, Stack
    from dockpy.fake.kernel.scheduler import Task
    from dockpy.fake.kernel.tty import Terminal

__all__ = ["Code", "Interrupted", "Process"]

_AT_ONCE = 1 << 20
"""Bytes that are offered to a file, which copies them all and may take but a few."""

Code = Callable[["Process"], Program]
"""A program before it runs: given its process, its generator."""

Steps = Generator[Waitable | Wait | None, None, Any]


class Process(FileCalls, Signalling):
    """One process of a container.

    Attributes:
        pid: its number within the container; `host_pid` is the one outside.
        argv: what it was started with.
        env: its environment; a dict of its own.
        cwd: absolute.
        uid, gid, groups, umask: who it is.
        fds: its open files by descriptor.
        exe: the path of its program, as `/proc` shows it.
        pgid, sid: its process group and session: its parent's; who has no parent leads its own.
        tty: the terminal that its session has.
        limits: soft and hard limits by name (``nofile``, …), as ``ulimit`` shows them; None for none.
        memory: bytes that it has; `allocate` takes more.
        exit_code: None while it runs; 128 + n where signal n ended it.
        ended_by: the signal that ended it, or 0.
        stopped: the signal that stopped it, or 0.
        caught: the signals that came and that it catches, for the program to take (``popleft``).
        exited: woken when it ends.
        on_exit: called with the exit code when it ends.
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
        self.exe: str = self.argv[0] if self.argv else ""
        self.children: list[Process] = []
        self.exit_code: int | None = None
        self.ended_by: int = 0
        self.stopped: int = 0
        self._news_of_stop = False
        self.memory: int = OWN_MEMORY
        self.exited: Waitable = Waitable()
        self.on_exit: Callable[[int], None] | None = None
        self.child_exited: Waitable = Waitable()
        self.caught: deque[int] = deque()
        self.dispositions: dict[int, str] = {}
        """By signal: ``"ignore"`` or ``"catch"``; the default where it says nothing."""
        self.started: int = namespace.scheduler.now()
        self.tty: Terminal | None = None
        self.limits: dict[str, tuple[int | None, int | None]] = namespace.settings.limits
        self._interrupt = Waitable()
        pid, host_pid = namespace.add(self)
        self.pid: int = pid
        self.host_pid: int = host_pid
        self.pgid: int = pid
        self.sid: int = pid
        if parent is not None:
            parent.children.append(self)
            self.dispositions |= {s: d for s, d in parent.dispositions.items() if d == "ignore"}
            self.pgid, self.sid, self.tty, self.limits = parent.pgid, parent.sid, parent.tty, parent.limits
            self.exe = parent.exe
        self._task: Task = namespace.scheduler.start(code(self), self._ended)
        if namespace.frozen:
            self._task.freeze()

    @property
    def network(self) -> Stack:
        """The container's network."""
        return self.namespace.network

    @property
    def steps(self) -> int:
        """How often it ran: the time that it has computed for, so to say."""
        return self._task.steps

    @property
    def computed(self) -> int:
        """Nanoseconds of processor time that it has had."""
        return self._task.computed + self._task.computing_for

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
        if file.isatty:
            yield from self._come_to_foreground(file)
        while (data := file.read_now(size)) is None:
            yield from self._block(file.readable)
        return data

    def write(self, fd: int, data: bytes) -> Generator[Waitable | Wait | None, None, None]:
        """Write all of the data. Where nobody reads, SIGPIPE ends the process.

        Raises:
            BrokenPipeError: nobody reads, and SIGPIPE is ignored.
        """
        file = self.file(fd)
        view = memoryview(data)
        while view:
            try:
                taken = file.write_now(bytes(view[:_AT_ONCE]))
            except BrokenPipeError:
                self.kill(PIPE)
                if self.exit_code is not None:
                    yield None  # it is not resumed
                raise
            if taken is None:
                yield from self._block(file.writable, restart=True)
            else:
                view = view[taken:]

    def _come_to_foreground(self, file: File) -> Steps:
        terminal = self.tty
        if terminal is None or not isinstance(file, TerminalFile) or file.terminal is not terminal:
            return
        while terminal.foreground not in (0, self.pgid):
            if self.dispositions.get(TTIN) == "ignore":
                raise OSError(errno.EIO, "I/O error")
            self.namespace.kill_group(self.pgid, TTIN)
            yield None

    def sleep(self, seconds: float) -> Generator[Waitable | Wait | None, None, None]:
        """Wait so long."""
        due = self.namespace.scheduler.now() + round(seconds * SECOND)
        while self.namespace.scheduler.now() < due:
            yield from self._block(until=due)

    def pause(self) -> Generator[Waitable | Wait | None, None, None]:
        """Wait until a signal comes that it catches."""
        while not self.caught:
            yield self._interrupt

    def wait(
        self, child: Process | None = None, *, restart: bool = False, stopped: bool = False
    ) -> Generator[Waitable | Wait | None, None, Process]:
        """Wait until a child has ended, any where none is given; it is gone then.

        Args:
            child: which.
            restart: a signal that is caught does not interrupt it.
            stopped: one that a signal has stopped will do too, each time anew (its `stopped` says so).

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
                if stopped and one._news_of_stop:
                    one._news_of_stop = False
                    return one
            yield from self._block(self.child_exited, restart=restart)

    def reap(self, child: Process) -> None:
        """Take note of a child that has ended."""
        if child in self.children:
            self.children.remove(child)
        child.namespace.remove(child)

    # Descriptors

    def open_fd(self, file: File, at: int = 0) -> int:
        """Give a file the lowest free descriptor from this one on; it is closed where there is none left."""
        fd = at
        while fd in self.fds:
            fd += 1
        limit = self.limits["nofile"][0]
        if limit is not None and fd >= limit:
            file.close()
            raise OSError(errno.EMFILE, "No file descriptors available")
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

    def accept(self, fd: int) -> Generator[Waitable | Wait | None, None, tuple[int, Socket]]:
        """Wait for a connection to a listening socket; its descriptor and what it is."""
        listener: Listener = self.file(fd)  # type: ignore[assignment]
        while (socket := listener.accept_now()) is None:
            yield from self._block(listener.readable)
        return self.open_fd(socket), socket

    def poll(
        self, fds: Sequence[int], seconds: float | None = None
    ) -> Generator[Waitable | Wait | None, None, None]:
        """Wait until one of several descriptors may have something to read, or so long."""
        until = None if seconds is None else self.namespace.scheduler.now() + round(seconds * SECOND)
        yield from self._block(*(self.file(fd).readable for fd in fds), until=until)

    # Other processes

    def fork(
        self, code: Code, argv: Sequence[str] | None = None, fds: Mapping[int, File] | None = None
    ) -> Process:
        """A child that begins as a copy of this process and runs other code.

        Args:
            code: its code (a subshell's, an applet's).
            argv: its arguments; this process's where None.
            fds: its files; this process's where None. The child holds them on its own.

        Raises:
            BlockingIOError: the container may have no more processes.
        """
        limit = self.namespace.pids_limit
        if limit is not None and 0 < limit <= len(self.namespace.processes):
            raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")
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
        loaded = self.namespace.loader.load(self, argv[0], self.env if env is None else env)
        child = self.fork(loaded.code, loaded.argv(argv), fds)
        child.exe = loaded.path
        if env is not None:
            child.env = dict(env)
        return child

    def exec(
        self, argv: Sequence[str], env: Mapping[str, str] | None = None
    ) -> Generator[Waitable | Wait | None, None, None]:
        """Become another program: ``yield from p.exec([…])`` comes back only by raising.

        What the program that it was does in ``finally`` blocks changes nothing any more.

        Raises:
            OSError: ENOENT, EACCES or ENOEXEC.
        """
        loaded = self.namespace.loader.load(self, argv[0], self.env if env is None else env)
        fds = {fd: file.retain() for fd, file in self.fds.items()}
        cwd, umask, ids = self.cwd, self.umask, (self.uid, self.gid, self.groups)
        wanted = dict(self.env if env is None else env)
        dispositions = {s: d for s, d in self.dispositions.items() if d == "ignore"}

        def begin() -> Program:
            self._close_files()
            self.fds.update(fds)
            self.cwd, self.umask, (self.uid, self.gid, self.groups) = cwd, umask, ids
            self.argv, self.exe, self.env = loaded.argv(argv), loaded.path, wanted
            self.dispositions = dispositions
            self.caught.clear()
            return loaded.code(self)

        self._task.replace(begin)
        yield None

    # Memory

    def allocate(self, size: int) -> None:
        """Take memory; a negative size gives it back.

        What is over the container's limit ends the process by KILL, as the kernel's OOM killer does; who asks
        yields next, and is not resumed.
        """
        self.memory = max(0, self.memory + size)
        limit = self.namespace.memory_limit
        if limit is not None and size > 0 and self.namespace.memory > limit:
            self.namespace.out_of_memory(self)

    # Its end

    def freeze(self) -> None:
        """Stand still (a paused container)."""
        self._task.freeze()

    def thaw(self) -> None:
        """Go on, unless a signal has stopped it."""
        if not self.stopped:
            self._task.thaw()

    def end(self, code: int) -> None:
        """End it with an exit code, from outside of its program."""
        self._exit(code & 0xFF)

    def _ended(self, result: int | BaseException) -> None:
        if isinstance(result, int):
            self._exit(result & 0xFF)
            return
        if result is not None:
            self.namespace.crashed(self, result)
        self._exit(0 if result is None else 1)

    def _close_files(self) -> None:
        files, held = list(self.fds.values()), self.fds
        held.clear()
        for file in files:
            file.close()

    def _exit(self, code: int, signal: int = 0) -> None:
        if self.exit_code is not None:
            return
        self.exit_code = code
        self.ended_by = signal
        self._task.end()
        self._close_files()
        self.namespace.ended(self)
        self.exited.wake()
        if self.on_exit is not None:
            self.on_exit(code)
        if self.parent is not None:
            self.parent.child_exited.wake()
            if self.parent.dispositions.get(CHLD) == "ignore":
                self.parent.reap(self)
            self.parent.kill(CHLD)
