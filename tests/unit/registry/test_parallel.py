"""Jobs by several threads: they end together, whatever happens."""

from __future__ import annotations

import subprocess
import sys
import threading
from functools import partial
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockpy.registry.cancel import Cancel, Cancelled, Tries
from dockpy.registry.parallel import run_all
from dockpy.registry.progress import Reporter, TransferProgress

if TYPE_CHECKING:
    from collections.abc import Callable


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("registry transfer")]


@given(count=st.integers(0, 20), workers=st.integers(1, 6))
def test_all_are_done_once(count: int, workers: int) -> None:
    done: list[int] = []
    run_all([partial(done.append, number) for number in range(count)], workers)
    assert sorted(done) == list(range(count))
    assert threads() == []


def test_as_many_at_once_as_there_are_workers() -> None:
    meeting = threading.Barrier(4, timeout=30)
    run_all([meeting.wait] * 8)
    lock = threading.Lock()

    def alone() -> None:
        assert lock.acquire(blocking=False)
        lock.release()

    run_all([alone] * 50, workers=1)


def test_the_first_failure_ends_the_others() -> None:
    cancel, begun = Cancel(), threading.Barrier(3, timeout=30)
    ended: list[str] = []

    def waits() -> None:
        begun.wait()
        try:
            cancel.wait(60)
        except Cancelled:
            ended.append("cancelled")
            raise

    def fails() -> None:
        begun.wait()
        raise ValueError("the first")

    with pytest.raises(ValueError, match="the first"):
        run_all([waits, fails, waits, lambda: ended.append("begun")], workers=3, cancel=cancel)
    assert ended == ["cancelled", "cancelled"]
    assert threads() == []


def test_what_waits_is_closed() -> None:
    cancel, waiting = Cancel(), threading.Event()

    class Connection:
        def __init__(self) -> None:
            self.closed = threading.Event()

        def close(self) -> None:
            self.closed.set()

    connection, other = Connection(), Connection()

    def waits() -> None:
        with cancel.closes(other):
            pass
        with cancel.closes(connection):
            waiting.set()
            assert connection.closed.wait(30)
        cancel.check()

    def fails() -> None:
        assert waiting.wait(30)
        raise ValueError

    with pytest.raises(ValueError):
        run_all([waits, fails], cancel=cancel)
    assert not other.closed.is_set()
    with pytest.raises(Cancelled), cancel.closes(other):
        pytest.fail("it is not begun any more")


def test_an_interruption_ends_them_all() -> None:
    program = """
import os, signal, threading
signal.signal(signal.SIGINT, signal.default_int_handler)  # which the background may not have
from dockpy.registry.cancel import Cancel
from dockpy.registry.parallel import run_all
cancel, begun = Cancel(), threading.Barrier(3)
def waits():
    begun.wait(30)
    cancel.wait(60)
def clears_up():
    try:
        waits()
    finally:
        threading.Event().wait(0.3)
def interrupts():
    begun.wait(30)
    threading.Event().wait(0.2)  # by now they are waited for
    os.kill(os.getpid(), signal.SIGINT)
    cancel.wait(60)
try:
    run_all([clears_up, waits, interrupts, lambda: print("begun")], workers=3, cancel=cancel)
except KeyboardInterrupt:
    print("interrupted", threading.active_count())
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, timeout=60
    )
    assert (done.stdout, done.stderr) == ("interrupted 1\n", "")


# Tries


def test_so_many_failures_in_a_row_are_too_many() -> None:
    tries, error = Tries(Cancel(), limit=3), ConnectionError("broken")
    for _ in range(4):
        tries.failed(error)
        tries.failed(error)
        tries.progressed()
    tries.failed(error)
    tries.failed(error)
    with pytest.raises(ConnectionError) as caught:
        tries.failed(error)
    assert caught.value is error


def test_nothing_is_waited_for_once_it_is_cancelled() -> None:
    cancel = Cancel()
    cancel.set()
    with pytest.raises(Cancelled):
        Tries(cancel, limit=100).failed(ConnectionError())


# Progress


def told(current: int, digest: str = "sha256:1") -> TransferProgress:
    return TransferProgress("progress", digest, current, 100)


def reporter_at(clock: list[float], events: list[TransferProgress]) -> Callable[[TransferProgress], None]:
    return Reporter(events.append, clock=lambda: clock[0])


def test_progress_is_told_ten_times_a_second_of_each() -> None:
    clock, events = [100.0], list[TransferProgress]()
    report = reporter_at(clock, events)
    for step in range(100):
        clock[0] = 100 + step / 100
        report(told(step))
        report(told(step, "sha256:2"))
    assert len(events) == 20
    report(TransferProgress("retry", "sha256:1", 99, 100))
    report(TransferProgress("done", "sha256:1", 100, 100))
    assert [event.kind for event in events[20:]] == ["retry", "done"]  # these are told always


def test_it_is_told_by_one_thread_at_a_time() -> None:
    inside = threading.Lock()
    count = 0

    def progress(event: TransferProgress) -> None:
        nonlocal count
        assert inside.acquire(blocking=False)
        count += 1
        inside.release()

    report = Reporter(progress)
    run_all([partial(report, TransferProgress("done", f"sha256:{number}")) for number in range(500)])
    assert count == 500


def test_nobody_needs_to_be_told() -> None:
    Reporter(None)(told(1))
