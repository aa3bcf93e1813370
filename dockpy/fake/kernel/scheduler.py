"""The scheduler: processes as generators, what they wait for, and timers. It knows no Docker.

A process is a generator that yields what it waits for, and is resumed when that may have happened:

    yield waitable                   until somebody calls its ``wake()``
    yield Wait((a, b), until=due)    until one of several, or a time in nanoseconds
    yield None                       let the others run first: what computes for long does so now and then

A waiter may be woken for nothing: it looks again, and yields again. Everything runs in the thread that calls
`Scheduler.pump`, under the daemon's lock; nothing here is a thread, so all of it is deterministic.
"""

from __future__ import annotations

import contextlib
import heapq
import itertools
from collections import deque
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dockpy.fake.kernel.clock import Clock

__all__ = ["PATIENCE", "Program", "Scheduler", "Task", "Timer", "Wait", "Waitable"]


class Waitable:
    """Something that tasks wait for."""

    __slots__ = ("_tasks",)

    def __init__(self) -> None:
        self._tasks: dict[Task, None] = {}

    def __deepcopy__(self, memo: object) -> Waitable:
        """Who waits for this one does not wait for its copy."""
        return Waitable()

    def wake(self) -> None:
        """It may have happened: whoever waits looks again."""
        if self._tasks:
            tasks, self._tasks = self._tasks, {}
            for task in tasks:
                task.wake()

    def _park(self, task: Task) -> None:
        self._tasks[task] = None

    def _leave(self, task: Task) -> None:
        self._tasks.pop(task, None)


class Wait:
    """Several things to wait for, the first of which is enough."""

    __slots__ = ("until", "waitables")

    def __init__(self, waitables: tuple[Waitable, ...] = (), until: int | None = None) -> None:
        self.waitables: tuple[Waitable, ...] = waitables
        self.until: int | None = until


Program = Generator[Waitable | Wait | None, None, int]
"""The code of a process while it runs; its return value is the exit code."""


class Timer:
    """Something to be done at a time."""

    __slots__ = ("_scheduler", "action", "due")

    def __init__(self, scheduler: Scheduler, due: int, action: Callable[[], None]) -> None:
        self._scheduler = scheduler
        self.due: int = due
        self.action: Callable[[], None] | None = action

    def cancel(self) -> None:
        """It is not to be done any more."""
        if self.action is not None:
            self.action = None
            self._scheduler._cancelled_one()


class Task:
    """A program on the scheduler.

    Args:
        scheduler: where it runs.
        program: its code.
        done: called once with the exit code, or with the exception that ended it.

    Attributes:
        steps: how often it was resumed.
        computed: nanoseconds for which it could run, as far as it has been resumed since.
    """

    __slots__ = (
        "_done",
        "_next",
        "_parked",
        "_program",
        "_queued",
        "_ready",
        "_scheduler",
        "_since",
        "_timer",
        "computed",
        "frozen",
        "steps",
    )

    def __init__(
        self, scheduler: Scheduler, program: Program, done: Callable[[int | BaseException], None]
    ) -> None:
        self._scheduler = scheduler
        self._program: Program | None = program
        self._next: Callable[[], Program] | None = None
        self._done = done
        self._parked: tuple[Waitable, ...] = ()
        self._timer: Timer | None = None
        self._ready = False
        self._queued = False
        self.frozen: bool = False
        """It is not resumed; set by `freeze` and `thaw`."""
        self.steps: int = 0
        self.computed: int = 0
        self._since = scheduler.current
        self.wake()

    @property
    def alive(self) -> bool:
        """Whether it has not ended."""
        return self._program is not None

    def wake(self) -> None:
        """Let it look again at what it waits for."""
        if self._program is None or self._ready:
            return
        self._ready = True
        self._since = self._scheduler.current
        self._unpark()
        self._queue()

    @property
    def computing_for(self) -> int:
        """Nanoseconds for which it has been able to run since it was resumed last."""
        if self._program is None or not self._ready or self.frozen:
            return 0
        return self._scheduler.current - self._since

    def freeze(self) -> None:
        """Do not resume it until it is thawed (a paused container)."""
        self.computed += self.computing_for
        self.frozen = True

    def thaw(self) -> None:
        """Resume it again."""
        self.frozen = False
        self._since = self._scheduler.current
        if self._ready and self._program is not None:
            self._queue()

    def replace(self, begin: Callable[[], Program]) -> None:
        """Go on with another program as soon as this one yields: this one is closed, then `begin` called."""
        self._next = begin

    def end(self) -> None:
        """End it where it stands; its ``finally`` blocks run, `done` is not called."""
        program, self._program = self._program, None
        self._unpark()
        if program is not None and not program.gi_running:  # type: ignore[attr-defined]
            _close(program)

    def _queue(self) -> None:
        if not self.frozen and not self._queued:
            self._queued = True
            self._scheduler._ready.append(self)

    def _unpark(self) -> None:
        for waitable in self._parked:
            waitable._leave(self)
        self._parked = ()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _step(self) -> None:
        self._queued = False
        program = self._program
        if program is None or self.frozen:
            return
        self.computed += self.computing_for
        self._ready = False
        self.steps += 1
        try:
            wanted = next(program)
        except StopIteration as stop:
            self._finish(stop.value)
        except BaseException as error:
            self._finish(error)
        else:
            if self._program is None:  # it was ended by what it did itself
                _close(program)
            elif self._next is not None:
                self._replace(program, self._next)
            else:
                self._park(wanted)

    def _replace(self, program: Program, begin: Callable[[], Program]) -> None:
        self._next = None
        _close(program)
        try:
            self._program = begin()
        except BaseException as error:
            self._finish(error)
        else:
            self.wake()

    def _finish(self, result: int | BaseException) -> None:
        if self._program is not None:
            self._program = None
            self._done(result)

    def _park(self, wanted: Waitable | Wait | None) -> None:
        if self._ready:  # woken while it ran
            return
        if wanted is None:
            self.wake()
        elif isinstance(wanted, Waitable):
            self._parked = (wanted,)
            wanted._park(self)
        else:
            self._parked = wanted.waitables
            for waitable in wanted.waitables:
                waitable._park(self)
            if wanted.until is not None:
                self._timer = self._scheduler.at(wanted.until, self.wake)


def _close(program: Program) -> None:
    """Close a program that has ended; what its ``finally`` blocks raise, or wait for, is of no interest."""
    with contextlib.suppress(Exception, GeneratorExit):  # RuntimeError where it yields instead
        program.close()


PATIENCE = 20_000
"""After so many steps without time passing, programs that compute are not waited for any longer."""


class Scheduler:
    """Runs tasks and timers.

    Args:
        clock: says what time it is.
    """

    def __init__(self, clock: Clock) -> None:
        self.clock: Clock = clock
        self._time = clock.now()
        self._ready: deque[Task] = deque()
        self._timers: list[tuple[int, int, Timer]] = []
        self._numbers = itertools.count()
        self._cancelled = 0
        self._pumping = False
        self._steps = 0
        self.held: Callable[[], bool] = lambda: False
        """Whether time is to stand still: somebody outside is not done with what happened last."""
        self._ones: list[Scheduler] = [self]

    def become_one_with(self, other: Scheduler) -> None:
        """From now on both run the same, in one order, by this one's clock."""
        if other in self._ones:
            return
        self._ready += other._ready
        for due, _, timer in sorted(other._timers, key=lambda entry: entry[:2]):
            heapq.heappush(self._timers, (due, next(self._numbers), timer))
        self._cancelled += other._cancelled
        self._time = max(self._time, other._time)
        self._ones += other._ones
        for one in other._ones:
            one.__dict__ = self.__dict__  # tasks and timers know them: these are names of one now

    def now(self) -> int:
        """The time, in nanoseconds since 1970: while a timer runs, the time that it was due at."""
        if not self._pumping:
            self._time = max(self._time, self.clock.now())
        return self._time

    @property
    def current(self) -> int:
        """The time as of the last thing that ran, whatever the clock says by now."""
        return self._time

    def start(self, program: Program, done: Callable[[int | BaseException], None]) -> Task:
        """Run a program; arguments as of `Task`."""
        return Task(self, program, done)

    def at(self, due: int, action: Callable[[], None]) -> Timer:
        """Do something at a time, in nanoseconds since 1970."""
        timer = Timer(self, due, action)
        heapq.heappush(self._timers, (due, next(self._numbers), timer))
        return timer

    def after(self, delay: int, action: Callable[[], None]) -> Timer:
        """Do something in so many nanoseconds."""
        return self.at(self.now() + delay, action)

    @property
    def next_due(self) -> int | None:
        """When the next timer is due."""
        while self._timers and self._timers[0][2].action is None:
            heapq.heappop(self._timers)
            self._cancelled -= 1
        return self._timers[0][0] if self._timers else None

    @property
    def busy(self) -> bool:
        """Whether something could run right now."""
        return bool(self._ready) or self._overdue()

    @property
    def computing(self) -> bool:
        """Whether what runs has run for so long that it may be an endless loop."""
        return self._steps >= PATIENCE

    def pump(self, steps: int = 2_000) -> bool:
        """Bring the world up to now: whatever can run runs, timers in the order they are due.

        Args:
            steps: after so many it stops, though there is more to do: a program may be an endless loop.

        Returns:
            Whether anything ran.
        """
        if self._pumping:  # called by something that it runs
            return False
        if not self._overdue() and (not self._ready or self.computing) and not self.held():
            # what is ready runs as of when it became so, though nobody pumped until now
            self._time = max(self._time, self.clock.now())
        self._pumping = True
        ran = False
        try:
            while steps > 0:
                if self._ready and not (self.computing and self._overdue()):
                    self._ready.popleft()._step()
                    self._steps += 1
                elif self._overdue() and not self.held():
                    self._run_timer()
                else:
                    break
                ran = True
                steps -= 1
        finally:
            self._pumping = False
        if not self._ready:
            self._steps = 0
            if not self._overdue() and not self.held():
                self._time = max(self._time, self.clock.now())
        return ran

    def settle(self) -> None:
        """Pump until nothing is left that could run, but for programs that compute without end."""
        self._steps = 0
        while self.pump() and self.busy and not (self.computing and not self._overdue()):
            pass

    def _overdue(self) -> bool:
        due = self.next_due
        return due is not None and due <= self.clock.now()

    def _run_timer(self) -> None:
        due, _, timer = heapq.heappop(self._timers)
        action, timer.action = timer.action, None
        self._time = max(self._time, due)
        self._steps = 0
        if action is not None:
            action()

    def _cancelled_one(self) -> None:
        self._cancelled += 1
        if self._cancelled > 64 and self._cancelled * 2 > len(self._timers):
            self._timers = [entry for entry in self._timers if entry[2].action is not None]
            heapq.heapify(self._timers)
            self._cancelled = 0
