"""Jobs at once: each with its own time, none in the way of the others, all ended together."""

from __future__ import annotations

import contextlib
import contextvars
import gc
import signal
import threading
import weakref
from typing import TYPE_CHECKING, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockpy import Client
from dockpy.errors import ConnectionFailed, InvalidArgument, TimedOut
from dockpy.fleet import gathering
from dockpy.fleet.gathering import Gathering

if TYPE_CHECKING:
    from collections.abc import Iterator

VARIABLE: contextvars.ContextVar[str] = contextvars.ContextVar("VARIABLE", default="nothing")


def clients(*names: str) -> dict[str, Client]:
    return {name: Client(f"unix:///nowhere/{name}.sock") for name in names}


def fleet_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "dockpy fleet"]


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    yield
    for thread in fleet_threads():
        thread.join(10)
    assert fleet_threads() == []


def test_outcomes_are_in_the_clients_order() -> None:
    last = threading.Event()

    def work(name: str, client: Client) -> str:
        if name == "c":
            last.set()
        else:
            assert last.wait(10)
        return f"{name} {client.daemon}"

    outcomes = Gathering(work, clients("b", "a", "c"), workers=3).run()
    assert [(name, outcome.value) for name, outcome in outcomes.items()] == [
        ("b", "b unix:///nowhere/b.sock"),
        ("a", "a unix:///nowhere/a.sock"),
        ("c", "c unix:///nowhere/c.sock"),
    ]


def test_nobody_is_asked_where_nobody_is() -> None:
    assert Gathering(lambda name, client: 1, {}, workers=3).run() == {}


@pytest.mark.parametrize("workers", [1, 3, 100])
def test_no_more_at_once_than_there_are_places(workers: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "_LENT_AFTER", 1000)
    names = [f"d{number}" for number in range(20)]
    lock, now, most, full = threading.Lock(), 0, 0, threading.Event()

    def work(name: str, client: Client) -> None:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
            if now == min(workers, 20):
                full.set()
        assert full.wait(10)  # all places are taken at some time
        with lock:
            now -= 1

    Gathering(work, clients(*names), workers=workers).run()
    assert most == min(workers, 20)


def test_a_job_that_takes_long_lends_its_place() -> None:
    later = threading.Event()

    def work(name: str, client: Client) -> str:
        if name == "last":
            later.set()
        elif name != "quick":
            assert later.wait(10)
        return name

    outcomes = Gathering(work, clients("slow", "slow too", "quick", "last"), workers=1).run()
    assert [outcome.value for outcome in outcomes.values()] == ["slow", "slow too", "quick", "last"]


def test_a_place_that_was_lent_is_not_taken_again() -> None:
    """Else there would be more at once than there are places, after each that was slow."""
    begun, by = threading.Event(), dict[str, threading.Thread]()

    def work(name: str, client: Client) -> None:
        by[name] = threading.current_thread()
        if name == "slow":
            assert begun.wait(10)
        elif name == "next":
            begun.set()
            by["slow"].join(10)

    Gathering(work, clients("slow", "next", "last"), workers=1).run()
    assert by["last"] is not by["slow"]


def test_a_job_whose_time_is_over_is_given_up() -> None:
    release, seen = threading.Event(), list[str]()

    def work(name: str, client: Client) -> str:
        seen.append(name)
        if name.startswith("hangs"):
            assert release.wait(10)
        return name

    outcomes = Gathering(work, clients("hangs", "hangs too", "a", "b"), workers=1, timeout=0.05).run()
    assert [outcomes[name].value for name in "ab"] == ["a", "b"]
    for name in ("hangs", "hangs too"):
        error = outcomes[name].error
        assert isinstance(error, TimedOut)
        assert str(error) == (
            f"It took longer than the 0.05 seconds that it was given [on unix:///nowhere/{name}.sock]"
        )
        assert error.__notes__ == [f"It happened on {name!r} of the fleet."]
    assert seen == ["hangs", "hangs too", "a", "b"]
    assert len(fleet_threads()) == 2
    before = dict(outcomes)
    release.set()
    for thread in fleet_threads():
        thread.join(10)
    assert outcomes == before  # what came too late is dropped


def test_time_counts_from_the_jobs_own_beginning() -> None:
    """Many jobs on one place take longer together than one may take."""
    names = [f"d{number}" for number in range(30)]
    pause = threading.Event()
    outcomes = Gathering(lambda name, client: pause.wait(0.05), clients(*names), workers=1, timeout=1.2).run()
    assert [outcome.error for outcome in outcomes.values()] == [None] * 30


def test_cancelling_ends_it_at_once() -> None:
    release, begun = threading.Event(), threading.Semaphore(0)
    seen = list[str]()

    def work(name: str, client: Client) -> str:
        if name == "quick":
            return name
        seen.append(name)
        begun.release()
        assert release.wait(10)
        return name

    asked = Gathering(work, clients("quick", "a", "b", *"cdefgh"), workers=2)

    def cancel() -> None:
        begun.acquire()
        begun.acquire()
        asked.cancel()

    canceller = threading.Thread(target=cancel)
    canceller.start()
    outcomes = asked.run()
    canceller.join()
    began = len(seen)
    release.set()
    assert outcomes["quick"].value == "quick"
    for name in "abcdefgh":
        error = outcomes[name].error
        assert isinstance(error, ConnectionFailed)
        assert error.message == "The fleet was closed before it answered"
        assert error.daemon == f"unix:///nowhere/{name}.sock"
    for thread in fleet_threads():
        thread.join(10)
    assert len(seen) == began < 8  # none is begun after it


@pytest.mark.parametrize("fatal", [False, True])
def test_none_is_begun_once_it_has_ended(fatal: bool) -> None:
    seen = list[str]()

    def work(name: str, client: Client) -> None:
        seen.append(name)
        if fatal:
            raise SystemExit
        asked.cancel()

    names = [f"d{number}" for number in range(100)]
    asked = Gathering(work, clients(*names), workers=1)
    with pytest.raises(SystemExit) if fatal else contextlib.nullcontext():
        asked.run()
    for thread in fleet_threads():
        thread.join(10)
    assert seen == names[:1]


def test_a_second_cancelling_does_nothing() -> None:
    asked = Gathering(lambda name, client: name, clients("a"), workers=1)
    asked.cancel()
    asked.cancel()
    assert isinstance(asked.run()["a"].error, ConnectionFailed)


def test_an_interruption_ends_it() -> None:
    release, seen = threading.Event(), list[str]()

    def work(name: str, client: Client) -> None:
        seen.append(name)
        if name == "b":
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        assert release.wait(10)

    with pytest.raises(KeyboardInterrupt):
        Gathering(work, clients(*"abcdef"), workers=2).run()
    assert len(fleet_threads()) == 2
    release.set()
    for thread in fleet_threads():
        thread.join(10)
    assert seen == ["a", "b"]


def test_what_is_no_exception_is_raised_here() -> None:
    def work(name: str, client: Client) -> None:
        raise SystemExit(3)

    with pytest.raises(SystemExit, match="3"):
        Gathering(work, clients(*"abc"), workers=2).run()


def test_an_error_that_takes_no_note_is_raised_here() -> None:
    """A thread that ended without a word would be waited for without end."""

    class Strange(Exception):
        """Its notes are none that can be added to."""

        __notes__ = ()  # type: ignore[assignment]

    def work(name: str, client: Client) -> None:
        raise Strange

    with pytest.raises(TypeError, match="note"):
        Gathering(work, clients("a", "b"), workers=1).run()


def test_errors_say_where() -> None:
    shared = ValueError("the same for both")

    def work(name: str, client: Client) -> None:
        if name == "own":
            raise InvalidArgument("x", daemon="unix:///elsewhere")
        if name == "no context":
            raise InvalidArgument("y")
        raise shared

    there = clients("own", "no context", "a", "b")
    outcomes = Gathering(work, there, workers=1).run()
    own, other = outcomes["own"].error, outcomes["no context"].error
    assert isinstance(own, InvalidArgument)
    assert own.daemon == "unix:///elsewhere"
    assert isinstance(other, InvalidArgument)
    assert other.daemon == "unix:///nowhere/no context.sock"
    assert outcomes["a"].error is outcomes["b"].error is shared
    assert shared.__notes__ == [f"It happened on {name!r} of the fleet." for name in "ab"]


@pytest.mark.parametrize("order", ["ab", "ba"])
def test_outcomes_are_kept_by_nobody_else(order: str) -> None:
    """Tracebacks refer to the frames beneath; what is big does not wait for the collector because of that."""

    class Big(Exception):
        """What can be referred to weakly."""

    def work(name: str, client: Client) -> Big:
        if name == "a":
            raise Big
        return Big()

    gc.disable()
    try:
        outcomes = Gathering(work, clients(*order), workers=1).run()
        big = weakref.ref(outcomes["b"].value)
        for thread in fleet_threads():
            thread.join(10)
        error = weakref.ref(cast("Big", outcomes["a"].error))
        del outcomes
        assert big() is None
        assert error() is None
    finally:
        gc.enable()


def test_jobs_run_in_the_callers_context() -> None:
    token = VARIABLE.set("something")
    try:
        outcomes = Gathering(lambda name, client: VARIABLE.get(), clients(*"abc"), workers=3).run()
    finally:
        VARIABLE.reset(token)
    assert {outcome.value for outcome in outcomes.values()} == {"something"}


def test_where_no_thread_can_be_had_the_others_do_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where the system allows no more of them."""
    start, started = threading.Thread.start, list[threading.Thread]()

    def refuse(thread: threading.Thread) -> None:
        if len(started) >= 2:
            raise RuntimeError("can't start new thread")
        started.append(thread)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", refuse)
    outcomes = Gathering(lambda name, client: name, clients(*"abcdef"), workers=6).run()
    assert [outcome.value for outcome in outcomes.values()] == list("abcdef")
    with pytest.raises(RuntimeError, match="can't start"):
        Gathering(lambda name, client: name, clients("a"), workers=6).run()


@given(
    kinds=st.lists(st.sampled_from(["value", "error", "hang"]), max_size=12),
    workers=st.integers(1, 6),
)
def test_each_comes_to_its_own(kinds: list[str], workers: int) -> None:
    release = threading.Event()

    def work(name: str, client: Client) -> str:
        kind = kinds[int(name)]
        if kind == "error":
            raise ValueError(name)
        if kind == "hang":
            assert release.wait(10)
        return name

    there = clients(*(str(number) for number in range(len(kinds))))
    timeout = 0.02 if "hang" in kinds else None
    try:
        outcomes = Gathering(work, there, workers=workers, timeout=timeout).run()
    finally:
        release.set()
        for thread in fleet_threads():
            thread.join(10)
    assert list(outcomes) == list(there)
    for kind, (name, outcome) in zip(kinds, outcomes.items(), strict=True):
        if isinstance(outcome.error, TimedOut):  # a busy machine may be late for others too
            assert timeout is not None
        elif kind == "value":
            assert outcome.value == name
        else:
            assert kind == "error"
            assert isinstance(outcome.error, ValueError)
    assert all(isinstance(outcomes[str(n)].error, TimedOut) for n, kind in enumerate(kinds) if kind == "hang")
