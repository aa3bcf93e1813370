"""What a plain function sees that is the program of an image: calls that block, as in any program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.fake.kernel.clock import SECOND
from dockpy.fake.kernel.signals import signal_number
from dockpy.fake.programs.streams import Files, Network, Stream

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from dockpy.fake.kernel.process import Process
    from dockpy.fake.kernel.scheduler import Wait, Waitable
    from dockpy.fake.programs.worker import Worker

__all__ = ["Program", "Signals"]


class Program:
    """A running program; what a function that is one is called with.

    It may return an exit code (None for 0), raise SystemExit, or anything else: then the traceback goes to
    its standard error and the exit code is 1. When its process is killed, its next call here does not return.

    Attributes:
        argv: the arguments, the program's name first.
        env: the environment.
        cwd: the working directory.
        pid: its number within the container; 1 for the container's own program.
        uid, gid: who it runs as.
        stdin, stdout, stderr: see `Stream`.
        files: the container's files.
        signals: what it does about signals.
        network: the container's network.
    """

    def __init__(self, worker: Worker) -> None:
        process: Process = worker.process
        self._worker = worker
        self.argv: list[str] = process.argv
        self.env: dict[str, str] = process.env
        self.cwd: str = process.cwd
        self.pid: int = process.pid
        self.uid: int = process.uid
        self.gid: int = process.gid
        self.stdin: Stream = Stream(worker, 0)
        self.stdout: Stream = Stream(worker, 1)
        self.stderr: Stream = Stream(worker, 2)
        self.files: Files = Files(worker)
        self.signals: Signals = Signals(worker)
        self.network: Network = Network(worker)

    def sleep(self, seconds: float) -> None:
        """Wait, in the daemon's time."""
        process = self._worker.process
        due = self._worker.do(self._worker.workers.now) + round(seconds * SECOND)

        def rest() -> Generator[Waitable | Wait | None, None, None]:
            left = due - process.namespace.scheduler.now()
            yield from process.sleep(max(0, left) / SECOND)

        self._worker.ask(rest)

    def time(self) -> float:
        """The daemon's time, in seconds since 1970."""
        return self._worker.do(self._worker.workers.now) / SECOND

    def allocate(self, size: int) -> None:
        """Take so many bytes of memory, or give them back: what is over the container's limit kills it."""

        def take() -> Generator[Waitable | Wait | None, None, None]:
            self._worker.process.allocate(size)
            yield None

        self._worker.ask(take)


class Signals:
    """What a program does about signals; a PID 1 ignores those that it does not ask for, but for KILL."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker

    def on(self, signal: int | str, handler: Callable[[int], object] | None) -> None:
        """Have a signal call a function, while the program is in a call of its `Program`.

        Args:
            signal: ``"TERM"``, ``"SIGTERM"`` or 15.
            handler: called with the number, in the program's thread; None to ignore the signal.
        """
        number = _number(signal)
        worker = self._worker
        if handler is None:
            worker.handlers.pop(number, None)
            worker.do(lambda: worker.process.ignore(number))
        else:
            worker.handlers[number] = handler
            worker.do(lambda: worker.process.catch(number))

    def wait(self, *signals: int | str) -> int:
        """Wait for one of several signals; its number."""
        worker, process = self._worker, self._worker.process
        numbers = {_number(signal) for signal in signals}

        def one() -> Generator[Waitable | Wait | None, None, int]:
            while True:
                for signal in process.caught:
                    if signal in numbers:
                        process.caught.remove(signal)
                        return signal
                yield from process.pause()

        for number in numbers:
            worker.handlers.pop(number, None)
            worker.do(lambda number=number: process.catch(number))  # type: ignore[misc]
        return worker.ask(one)


def _number(signal: int | str) -> int:
    number = signal_number(signal)
    if number is None:
        raise ValueError(f"There is no signal {signal!r}")
    return number
