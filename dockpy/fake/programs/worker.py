"""Programs that are plain functions: each runs in a thread, and the kernel does for it what it asks for."""

from __future__ import annotations

import threading
import time
import traceback
from typing import TYPE_CHECKING, Any, TypeVar

from dockpy.fake.engine import Gone
from dockpy.fake.kernel.clock import ManualClock
from dockpy.fake.kernel.process import Interrupted
from dockpy.fake.kernel.scheduler import Waitable

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from dockpy.fake.engine import Engine
    from dockpy.fake.kernel.process import Code, Process
    from dockpy.fake.kernel.scheduler import Program, Wait

__all__ = ["Killed", "Worker", "Workers", "exit_code_of", "trace_of"]

T = TypeVar("T")
_PATIENCE = 1.0
"""Seconds of the real world after which a function that computes is not waited for when time is to go on."""


class Killed(BaseException):
    """The process has ended, and its function is to end too; raised where it asks for something."""


class Worker:
    """One process whose program is a plain function.

    Args:
        workers: all of them.
        process: the process.
        function: its program.
    """

    def __init__(self, workers: Workers, process: Process, function: Callable[[Any], Any]) -> None:
        self.workers = workers
        self._engine = workers.engine
        self.process = process
        self._function = function
        self._something_asked = Waitable()
        self._asked: Callable[[], Generator[Waitable | Wait | None, None, Any]] | None = None
        self._answer: tuple[Any, Exception | None] | None = None
        self._result: tuple[int, bytes] | None = None
        self.killed: bool = False
        self.handlers: dict[int, Callable[[int], object]] = {}
        self.computing_since: float | None = None
        self.thread: threading.Thread = threading.Thread(
            target=self._run, name=f"dockpy fake program {process.argv[0]}", daemon=True
        )

    # In the kernel

    def program(self) -> Program:
        """What the kernel runs: it does what the function asks for, until that has ended."""
        self.computing_since = time.monotonic()
        self.workers.add(self)
        self.thread.start()
        try:
            while self._result is None:
                if self._asked is None:
                    yield self._something_asked
                    continue
                asked, self._asked = self._asked, None
                try:
                    self._answer = (yield from asked()), None
                except Exception as error:
                    self._answer = None, error
                self.computing_since = time.monotonic()
                self._engine.notify()
            code, text = self._result
            if text and 2 in self.process.fds:
                yield from self.process.write(2, text)
            return code
        finally:
            self.kill()

    def kill(self) -> None:
        """Have the function end where it asks for something."""
        self.killed = True
        if not self._engine.closed:
            with self._engine.lock:
                self._engine.notify()

    # In the thread

    def ask(self, make: Callable[[], Generator[Waitable | Wait | None, None, T]]) -> T:
        """Have the kernel do something that may block; signals that are caught are handled meanwhile.

        Raises:
            Killed: the process has ended.
        """
        while True:
            answer, error = self._wait_for(make)
            self._handle_signals()
            if isinstance(error, Interrupted):
                continue
            if error is not None:
                raise error
            found: T = answer
            return found

    def do(self, action: Callable[[], T]) -> T:
        """Do something that does not block, under the engine's lock.

        Raises:
            Killed: the process has ended.
        """
        with self._engine.lock:
            self._check()
            result = action()
            self._engine.notify()
        self._handle_signals()
        return result

    def _wait_for(
        self, make: Callable[[], Generator[Waitable | Wait | None, None, Any]]
    ) -> tuple[Any, Exception | None]:
        engine = self._engine
        with engine.lock:
            self._check()
            self._answer, self._asked = None, make
            self._something_asked.wake()
            self.computing_since = None
            engine.notify()
            try:
                engine.wait(lambda: self._answer is not None or self.killed, patient=True)
            except Gone:
                self.killed = True
            self._check()
            self.computing_since = time.monotonic()
            assert self._answer is not None
            return self._answer

    def _check(self) -> None:
        if self.killed or self._engine.closed or self.process.exit_code is not None:
            raise Killed

    def _handle_signals(self) -> None:
        while True:
            with self._engine.lock:
                waiting = [signal for signal in self.process.caught if signal in self.handlers]
                if not waiting:
                    return
                self.process.caught.remove(waiting[0])
            self.handlers[waiting[0]](waiting[0])

    def _run(self) -> None:
        from dockpy.fake.programs.context import Program as Context

        try:
            result = exit_code_of(self._function(Context(self)))
        except Killed:
            result = 0, b""
        except SystemExit as error:
            result = exit_code_of(error.code)
        except BaseException as error:
            result = 1, trace_of(error)
        with self._engine.lock:
            self._result = result
            self.computing_since = None
            self._something_asked.wake()
            self.workers.remove(self)
            if not self.killed and not self._engine.closed:
                self._engine.catch_up()
            self._engine.notify()


class Workers:
    """The threads of a daemon's programs.

    Args:
        engine: whose.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._running: dict[Worker, None] = {}
        engine.computing = self.computing
        if isinstance(engine.clock, ManualClock):
            engine.scheduler.held = self.computing

    def now(self) -> int:
        """The time as functions see it, in nanoseconds since 1970: that of what happened last."""
        scheduler = self.engine.scheduler
        return scheduler.current if isinstance(self.engine.clock, ManualClock) else scheduler.now()

    def code(self, function: Callable[[Any], Any]) -> Code:
        """The program that a plain function is."""
        return lambda process: Worker(self, process, function).program()

    def add(self, worker: Worker) -> None:
        """One more runs."""
        self._running[worker] = None

    def remove(self, worker: Worker) -> None:
        """One has ended."""
        self._running.pop(worker, None)

    def computing(self) -> bool:
        """Whether a function computes right now, rather than waiting for something, and not for long yet."""
        since = time.monotonic() - _PATIENCE
        return any(
            one.computing_since is not None and one.computing_since > since and not one.killed
            for one in self._running
        )

    def close(self) -> None:
        """End all of them, and wait for those that do not do something else for long."""
        with self.engine.lock:
            running = list(self._running)
            for worker in running:
                worker.killed = True
            self.engine.notify()
        deadline = time.monotonic() + _PATIENCE
        for worker in running:
            if worker.thread is not threading.current_thread():
                worker.thread.join(max(0, deadline - time.monotonic()))


def exit_code_of(result: object) -> tuple[int, bytes]:
    """The exit code that a returned value or SystemExit's argument stands for, and what is printed for it."""
    if result is None:
        return 0, b""
    if isinstance(result, int):
        return int(result) & 0xFF, b""
    return 1, f"{result}\n".encode("utf-8", "surrogateescape")


def trace_of(error: BaseException) -> bytes:
    """The traceback as Python prints it, without our own frame."""
    trace = error.__traceback__
    inner = trace.tb_next if trace is not None else None
    lines = traceback.format_exception(type(error), error, inner)
    return "".join(lines).encode("utf-8", "surrogateescape")
