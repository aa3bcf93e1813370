"""Jobs by several threads, which end together."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from dockpy.registry.cancel import Cancelled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from dockpy.registry.cancel import Cancel

__all__ = ["run_all"]


def run_all(jobs: Iterable[Callable[[], object]], workers: int = 4, *, cancel: Cancel | None = None) -> None:
    """Do all jobs, some at once; no thread is left when it returns, whatever happened.

    The first that fails ends the others: no more are begun, and `cancel` is set for those that are under way.
    An interruption (Ctrl-C) does so too.

    Args:
        jobs: what is to be done, in the order in which it is begun.
        workers: how many at once.
        cancel: what the jobs look at.

    Raises:
        BaseException: what the first one failed with.
    """
    _Work(list(jobs), cancel).run(workers)


class _Work:
    """Jobs that are being done."""

    def __init__(self, jobs: list[Callable[[], object]], cancel: Cancel | None) -> None:
        self._jobs = iter(jobs)
        self._count = len(jobs)
        self._cancel = cancel
        self._lock = threading.Lock()
        self._stopped = False
        self._failure: BaseException | None = None

    def run(self, workers: int) -> None:
        started: list[tuple[threading.Thread, threading.Event]] = []
        try:
            for number in range(min(workers, self._count)):
                ended = threading.Event()
                name = f"registry transfer {number}"
                thread = threading.Thread(target=self._work, args=(ended,), name=name)
                started.append((thread, ended))  # before it is: starting may be interrupted once it runs
                thread.start()
            # Not join(): before Python 3.13 a thread whose join was interrupted counts as ended.
            for _, ended in started:
                ended.wait()
        except BaseException:
            self._stop()
            raise
        finally:
            for thread, ended in started:
                if thread.ident is not None:
                    ended.wait()
                    thread.join()
        if self._failure is not None:
            raise self._failure

    def _work(self, ended: threading.Event) -> None:
        try:
            while (job := self._next()) is not None:
                self._do(job)
        finally:
            ended.set()

    def _do(self, job: Callable[[], object]) -> None:
        try:
            job()
        except BaseException as error:  # raised by whoever called `run_all`
            with self._lock:
                if self._failure is None and not (self._stopped and isinstance(error, Cancelled)):
                    self._failure = error
            self._stop()

    def _next(self) -> Callable[[], object] | None:
        with self._lock:
            return None if self._stopped else next(self._jobs, None)

    def _stop(self) -> None:
        with self._lock:
            self._stopped = True
        if self._cancel is not None:
            self._cancel.set()
