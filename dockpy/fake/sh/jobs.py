"""Jobs: what runs in the background, and waiting for it and for what runs in front."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dockpy.fake.sh.errors import Failure

if TYPE_CHECKING:
    from collections.abc import Generator

    from dockpy.fake.kernel.process import Process
    from dockpy.fake.kernel.scheduler import Wait, Waitable
    from dockpy.fake.sh.shell import Shell

__all__ = ["Job", "Jobs", "describe"]

_QUIET = (2, 13)
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
            return "Stopped" if last.stopped else "Running"
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

    def foreground(self, processes: list[Process]) -> Generator[Waitable | Wait | None, None, int]:
        """Wait until all of them have ended; returns the status."""
        status = failed = 0
        for process in processes:
            yield from self._ended(process, restart=True)
            status = process.exit_code or 0
            failed = status or failed
        return failed if self._shell.options["pipefail"] else status

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
        self, process: Process, *, restart: bool, told: bool = False
    ) -> Generator[Waitable | Wait | None, None, None]:
        p = self._shell.p
        if process in p.children:
            yield from p.wait(process, restart=restart)
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
