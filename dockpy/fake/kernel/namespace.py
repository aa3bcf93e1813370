"""What the processes of one container share: their numbers, files, host name and network."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Protocol

from dockpy.fake.kernel.network import Stack
from dockpy.fake.kernel.scheduler import Waitable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from dockpy.fake.files import FileSystem
    from dockpy.fake.kernel.process import Code, Process
    from dockpy.fake.kernel.scheduler import Scheduler

__all__ = ["Loaded", "Loader", "Namespace"]


class Loaded(Protocol):
    """A program that was found."""

    code: Code
    path: str
    """Where the program is."""

    def argv(self, given: Sequence[str]) -> list[str]:
        """The arguments that it is run with: a script's begin with its interpreter."""
        ...


class Loader(Protocol):
    """Finds the program that a file is: `dockpy.fake.programs` has it."""

    def load(self, process: Process, name: str, env: Mapping[str, str]) -> Loaded:
        """The program of this name: a path where it has a slash, else looked for in the environment's PATH.

        Raises:
            OSError: ENOENT, EACCES or ENOEXEC.
        """
        ...


class Namespace:
    """One container, as far as the kernel knows it.

    Args:
        scheduler: runs its processes.
        loader: finds its programs.
        fs: its files.
        hostname: its host name.
        host_pids: numbers processes on the host.

    Attributes:
        network: its network; several may share one.
        pids_limit: how many processes it may have; None for any number.
        memory_limit: how many bytes its processes may have; None for any number.
        image_program: what runs instead of a file of this name: a user's program for the image.
        oom_killed: its memory did not suffice at some time.
        on_oom: called when that happens, with the process that took too much.
        on_crash: called with a process whose code raised, and with what it raised.
        on_exit: called with the exit code once PID 1 has ended and everything else with it.
    """

    def __init__(
        self, scheduler: Scheduler, loader: Loader, fs: FileSystem, hostname: str, host_pids: Iterator[int]
    ) -> None:
        self.scheduler = scheduler
        self.loader = loader
        self.fs = fs
        self.hostname: str = hostname
        self._host_pids = host_pids
        self._pids = itertools.count(1)
        self.processes: dict[int, Process] = {}
        self.exited = Waitable()
        self.frozen: bool = False
        self.network = Stack()
        self.pids_limit: int | None = None
        self.memory_limit: int | None = None
        self.oom_killed: bool = False
        self.on_oom: Callable[[Process], None] | None = None
        self.image_program: tuple[str, Code] | None = None
        self.on_crash: Callable[[Process, BaseException], None] | None = None
        self.on_exit: Callable[[int], None] | None = None

    @property
    def init(self) -> Process | None:
        """PID 1."""
        return self.processes.get(1)

    @property
    def memory(self) -> int:
        """Bytes that its processes have."""
        return sum(one.memory for one in self.processes.values() if one.exit_code is None)

    def out_of_memory(self, process: Process) -> None:
        """A process took more than there is."""
        self.oom_killed = True
        if self.on_oom is not None:
            self.on_oom(process)
        process.kill(9)

    def kill_group(self, pgid: int, signal: int) -> None:
        """Send a signal to a process group (a terminal's ^C)."""
        for process in [one for one in self.processes.values() if one.pgid == pgid]:
            process.kill(signal)

    def add(self, process: Process) -> tuple[int, int]:
        """Number a new process, within and outside."""
        pid = next(self._pids)
        self.processes[pid] = process
        return pid, next(self._host_pids)

    def remove(self, process: Process) -> None:
        """Forget a process that was waited for."""
        self.processes.pop(process.pid, None)

    def ended(self, process: Process) -> None:
        """A process has ended: its children go to PID 1; if it was that, all the others end."""
        init = self.init
        orphans, process.children = process.children, []
        if process is init:
            for other in list(self.processes.values()):
                other.parent = None
                other.kill(9)
            self.processes.clear()
            self.exited.wake()
            if self.on_exit is not None and process.exit_code is not None:
                self.on_exit(process.exit_code)
            return
        for child in orphans:
            child.parent = init
            if init is not None:
                init.children.append(child)
                if child.exit_code is not None:
                    init.child_exited.wake()
                    init.kill(17)
        if process.parent is None:
            self.remove(process)

    def crashed(self, process: Process, error: BaseException) -> None:
        """The code of a process raised: the program's own fault, or a user's."""
        if self.on_crash is not None:
            self.on_crash(process, error)

    def freeze(self) -> None:
        """Let no process run (pause)."""
        self.frozen = True
        for process in self.processes.values():
            process.freeze()

    def thaw(self) -> None:
        """Let them run again (unpause)."""
        self.frozen = False
        for process in self.processes.values():
            process.thaw()
