"""What the processes of one container share: their numbers, files, host name and network."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Protocol

from dockpy.fake.kernel.network import Stack
from dockpy.fake.kernel.scheduler import Waitable
from dockpy.fake.kernel.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from dockpy.fake.files import FileSystem
    from dockpy.fake.kernel.process import Code, Process
    from dockpy.fake.kernel.scheduler import Scheduler

__all__ = ["Loaded", "Loader", "Namespace", "Pids"]


class Loaded(Protocol):
    """A program that was found."""

    @property
    def code(self) -> Code:
        """The program."""
        ...

    @property
    def path(self) -> str:
        """Where it is."""
        ...

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


class Pids:
    """The numbers of processes: a container's own, or shared by several.

    Attributes:
        processes: all that have a number.
        first: the process that orphans go to, and whose end ends all others.
    """

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self.processes: dict[int, Process] = {}
        self.first: Process | None = None

    def add(self, process: Process) -> int:
        """Number a process."""
        pid = next(self._numbers)
        self.processes[pid] = process
        if self.first is None:
            self.first = process
        return pid


class Namespace:
    """One container, as far as the kernel knows it.

    Args:
        scheduler: runs its processes.
        loader: finds its programs.
        fs: its files.
        hostname: its host name.
        host_pids: numbers processes on the host.
        pids: whose numbers its processes have; its own where None.

    Attributes:
        settings: what its processes have.
        processes: those of this container, by number.
        init: the process that was started first; its end ends the others.
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
        self,
        scheduler: Scheduler,
        loader: Loader,
        fs: FileSystem,
        hostname: str,
        host_pids: Iterator[int],
        pids: Pids | None = None,
    ) -> None:
        self.scheduler = scheduler
        self.loader = loader
        self.fs = fs
        self.hostname: str = hostname
        self._host_pids = host_pids
        self.settings: Settings = Settings()
        self.pids: Pids = pids or Pids()
        self.processes: dict[int, Process] = {}
        self.init: Process | None = None
        self._computed = 0
        self.exited: Waitable = Waitable()
        self.frozen: bool = False
        self.network: Stack = Stack()
        self.pids_limit: int | None = None
        self.memory_limit: int | None = None
        self.oom_killed: bool = False
        self.on_oom: Callable[[Process], None] | None = None
        self.image_program: tuple[str, Code] | None = None
        self.on_crash: Callable[[Process, BaseException], None] | None = None
        self.on_exit: Callable[[int], None] | None = None

    @property
    def visible(self) -> dict[int, Process]:
        """The processes that those of this container see."""
        return self.pids.processes

    @property
    def cpu_time(self) -> int:
        """Nanoseconds that its processes have computed for, as far as they may."""
        wanted = self._computed + sum(one.computed for one in self.processes.values())
        settings, init = self.settings, self.init
        if settings.cpu_quota is None or init is None:
            return wanted
        lived = self.scheduler.current - init.started
        return min(wanted, lived * settings.cpu_quota // settings.cpu_period)

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
        pid = self.pids.add(process)
        self.processes[pid] = process
        if self.init is None:
            self.init = process
        return pid, next(self._host_pids)

    def remove(self, process: Process) -> None:
        """Forget a process that was waited for."""
        if self.processes.pop(process.pid, None) is not None:
            self._computed += process.computed
        self.pids.processes.pop(process.pid, None)

    def ended(self, process: Process) -> None:
        """A process has ended: its children go to PID 1; if it was that, all the others end."""
        orphans, process.children = process.children, []
        if process is self.init:
            for other in [one for one in self._ends_with(process) if one is not process]:
                other.parent = None
                other.kill(9)
            for one in list(self.processes.values()):
                self.remove(one)
            self.exited.wake()
            if self.on_exit is not None and process.exit_code is not None:
                self.on_exit(process.exit_code)
            return
        init = self.pids.first
        for child in orphans:
            child.parent = init
            if init is not None:
                init.children.append(child)
                if child.exit_code is not None:
                    init.child_exited.wake()
                    init.kill(17)
        if process.parent is None:
            self.remove(process)

    def _ends_with(self, init: Process) -> list[Process]:
        """What ends with the first process of this container."""
        return list((self.visible if init is self.pids.first else self.processes).values())

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
