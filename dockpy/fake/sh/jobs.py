"""Jobs: what runs in the background, and waiting for it and for what runs in front."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dockpy.fake.sh.errors import Failure, Interrupt

if TYPE_CHECKING:
    from collections.abc import Generator

    from dockpy.fake.kernel.process import Process
    from dockpy.fake.kernel.scheduler import Wait, Waitable
    from dockpy.fake.sh.shell import Shell

__all__ = ["Job", "Jobs", "describe"]

_INT = 2
_QUIET = (_INT, 13)
_SHELLS_OWN = (_INT, 3, 15, 20, 21, 22)
_DESCRIPTIONS = {
    1: "Hangup",
    2: "Interrupt",
    3: "Quit",
    4: "Illegal instruction",
    5: "Trace/breakpoint trap",
    6: "Aborted",
    7: "Bus error",
    8: "Floating point exception",
    9: "Killed",
    10: "User defined signal 1",
    11: "Segmentation fault",
    12: "User defined signal 2",
    13: "Broken pipe",
    14: "Alarm clock",
    15: "Terminated",
    16: "Stack fault",
    24: "CPU time limit exceeded",
    25: "File size limit exceeded",
    26: "Virtual timer expired",
    27: "Profiling timer expired",
    29: "I/O possible",
    30: "Power failure",
    31: "Bad system call",
}


def describe(signal: int) -> str:
    """What a signal is called in words."""
    return _DESCRIPTIONS.get(
        signal, f"Real-time signal {signal - 34}" if signal >= 34 else f"Unknown signal {signal}"
    )


@dataclass(slots=True)
class Job:
    """Something in the background.

    Attributes:
        number: as in ``%1``.
        processes: its processes, the last of which gives the status.
        text: what it is, where somebody types the commands.
        waited: its end was told.
    """

    number: int
    processes: list[Process]
    text: str
    waited: bool = False

    @property
    def pid(self) -> int:
        """The number of its last process."""
        return self.processes[-1].pid

    @property
    def done(self) -> bool:
        """Whether it has ended."""
        return all(process.exit_code is not None for process in self.processes)

    @property
    def status(self) -> int:
        """Its exit code."""
        return self.processes[-1].exit_code or 0

    @property
    def state(self) -> str:
        """What ``jobs`` says of it."""
        last = self.processes[-1]
        if not self.done:
            return "Stopped" if any(one.stopped for one in self.processes) else "Running"
        if last.ended_by:
            return describe(last.ended_by)
        return f"Done({self.status})" if self.status else "Done"


class Jobs:
    """The jobs of one shell.

    Args:
        shell: it.
    """

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self.all: list[Job] = []

    def copy(self, shell: Shell) -> Jobs:
        """What a subshell sees: none of them is its child."""
        return Jobs(shell)

    def add(self, processes: list[Process], text: str) -> Job:
        """Something goes to the background."""
        self.all = [job for job in self.all if not (job.done and job.waited)]
        used = {job.number for job in self.all}
        number = next(n for n in range(1, len(used) + 2) if n not in used)
        job = Job(number, processes, text)
        self.all.append(job)
        return job

    def find(self, text: str) -> Job:
        """The job of ``%…``.

        Raises:
            Failure: there is none.
        """
        jobs = self.known()
        word, found = text[1:], []
        if word in ("", "%", "+"):
            found = jobs[-1:]
        elif word == "-":
            found = jobs[-2:-1]
        elif word.isdecimal():
            found = [job for job in jobs if job.number == int(word)]
        elif word.startswith("?"):
            found = [job for job in jobs if word[1:] in job.text]
        else:
            found = [job for job in jobs if job.text.startswith(word)]
        if not found:
            raise Failure(f"{text}: no such job", 2)
        return found[0]

    def of_pid(self, pid: int) -> Job | None:
        """The job that a process belongs to."""
        for job in self.all:
            if any(process.pid == pid for process in job.processes):
                return job
        return None

    def line(self, job: Job, *, pids: bool = False) -> str:
        """A line of ``jobs``."""
        jobs = self.known() or [job]
        mark = "+" if job is jobs[-1] else "-" if jobs[-2:-1] == [job] else " "
        pid = f"{job.pid} " if pids else ""
        start = f"[{job.number}]{mark}  {pid}{job.state}"
        return f"{start:<33}{job.text}\n"

    def known(self) -> list[Job]:
        """The jobs that run, or whose end was not told."""
        return [job for job in self.all if not (job.done and job.waited)]

    # Waiting

    def lead(self, processes: list[Process], *, front: bool) -> None:
        """Give children what children of somebody's shell have: signals as usual, and a group of their own.

        Args:
            processes: the children, which have not run yet.
            front: the terminal's signals go to them.
        """
        shell = self._shell
        if not shell.interactive or not processes:
            return
        for process in processes:
            for signal in _SHELLS_OWN:
                if shell.traps.actions.get(signal) != "":
                    process.default(signal)
            if shell.options["m"]:
                process.setpgid(processes[0].pid)
        if front:
            self.give_terminal(processes[0].pgid)

    def give_terminal(self, group: int) -> None:
        """Let the terminal's signals go to a process group."""
        shell = self._shell
        if shell.options["m"] and shell.p.tty is not None:
            shell.p.tty.foreground = group

    def foreground(
        self, processes: list[Process], text: str = "", job: Job | None = None
    ) -> Generator[Waitable | Wait | None, None, int]:
        """Wait until all of them have ended, or are stopped from the terminal; returns the status.

        Args:
            processes: children of this shell.
            text: what they are, should they become a job.
            job: the job that they are already.

        Raises:
            Interrupt: somebody ended them by ``^C``.
        """
        shell = self._shell
        status = failed = 0
        try:
            for process in processes:
                yield from self._ended(process, restart=True, stopped=shell.options["m"])
                if process.exit_code is None:
                    job = job or self.add(processes, text)
                    job.waited = False
                    yield from shell.complain(self.line(job))
                    return 128 + process.stopped
                status = process.exit_code
                failed = status or failed
        finally:
            self.give_terminal(shell.p.pgid)
        if shell.interactive and processes and processes[-1].ended_by == _INT:
            raise Interrupt(128 + _INT)
        return failed if shell.options["pipefail"] else status

    def until(self, job: Job) -> Generator[Waitable | Wait | None, None, int]:
        """Wait until a job has ended, or a signal comes that is caught; returns the status."""
        for process in job.processes:
            yield from self._ended(process, restart=False, told=job.waited)
        job.waited = True
        return job.status

    def quietly(self, job: Job) -> Generator[Waitable | Wait | None, None, None]:
        """Wait until a job has ended, and do not say what ended it."""
        p = self._shell.p
        for process in job.processes:
            if process in p.children:
                yield from p.wait(process)
        job.waited = True

    def _ended(
        self, process: Process, *, restart: bool, told: bool = False, stopped: bool = False
    ) -> Generator[Waitable | Wait | None, None, None]:
        p = self._shell.p
        if process in p.children:
            yield from p.wait(process, restart=restart, stopped=stopped)
        elif told:
            return
        if process.ended_by and process.ended_by not in _QUIET:
            yield from self._shell.complain(describe(process.ended_by) + "\n")

    def reap(self) -> None:
        """Take note of children that have ended and that nobody waits for: orphans that PID 1 got."""
        p = self._shell.p
        if p.children:
            for child in [child for child in p.children if child.exit_code is not None]:
                p.reap(child)
