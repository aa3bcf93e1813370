"""Versions: the newest that both sides know, found out once."""

from __future__ import annotations

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from dockpy.errors import ConnectionFailed, InvalidArgument, InvalidResponse, TimedOut, VersionMismatch
from dockpy.transport.negotiation import Negotiation, agree
from dockpy.version import NEWEST, OLDEST

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class Daemon:
    """Says which versions it speaks, and counts how often it was asked."""

    def __init__(self, newest: str | None, oldest: str | None = "1.24") -> None:
        self.newest, self.oldest = newest, oldest
        self.pings = self.questions = 0

    def ping(self) -> Mapping[str, str]:
        self.pings += 1
        return {} if self.newest is None else {"Api-Version": self.newest}

    def minimum(self, headers: Mapping[str, str]) -> str | None:
        assert headers["Api-Version"] == self.newest
        self.questions += 1
        return self.oldest


def spoken(newest: str | None, oldest: str | None = "1.24") -> str:
    daemon = Daemon(newest, oldest)
    return Negotiation(None).version(daemon.ping, daemon.minimum)


def test_the_range_is_the_documented_one() -> None:
    assert (OLDEST, NEWEST) == ("1.41", "1.55")


ENGINES = [
    # oldest, newest, agreed
    ("1.24", "1.43", "1.43"),
    ("1.44", "1.52", "1.52"),
    ("1.40", "1.54", "1.54"),
    ("1.12", "1.41", "1.41"),
    ("1.24", "1.51", "1.51"),
    ("1.44", "1.55", "1.55"),
    ("1.44", "1.56", "1.55"),
    ("1.55", "1.99", "1.55"),
    ("1.24", "2.0", "1.55"),
    ("1.41", "1.41", "1.41"),
    ("1.55", "1.55", "1.55"),
]


@pytest.mark.parametrize(("oldest", "newest", "agreed"), ENGINES)
def test_the_newest_that_both_know(oldest: str, newest: str, agreed: str) -> None:
    assert agree(newest, oldest) == agreed
    assert spoken(newest, oldest) == agreed


@pytest.mark.parametrize(("newest", "agreed"), [("1.43", "1.43"), ("1.60", "1.55")])
def test_a_daemon_that_names_no_oldest_version_is_believed(newest: str, agreed: str) -> None:
    assert agree(newest, None) == agreed
    assert spoken(newest, None) == agreed


@pytest.mark.parametrize(
    ("oldest", "newest", "hint"),
    [
        ("1.24", "1.40", "Upgrade the engine."),
        ("1.12", "1.9", "Upgrade the engine."),
        ("1.56", "1.60", "Upgrade dockpy."),
        ("2.0", "2.5", "Upgrade dockpy."),
    ],
)
def test_no_common_version_names_both_ranges(oldest: str, newest: str, hint: str) -> None:
    daemon = Daemon(newest, oldest)
    with pytest.raises(VersionMismatch) as caught:
        Negotiation(None).version(daemon.ping, daemon.minimum)
    assert f"the daemon speaks {oldest} to {newest}, dockpy 1.41 to 1.55" in str(caught.value)
    assert hint in str(caught.value)
    with pytest.raises(VersionMismatch):
        agree(newest, oldest)


def test_no_common_version_with_an_engine_that_does_not_name_its_oldest() -> None:
    with pytest.raises(VersionMismatch, match=r"speaks up to 1\.40, dockpy 1\.41 to 1\.55"):
        agree("1.40", None)


@pytest.mark.parametrize("newest", ["1.41", "1.51", "1.55"])
def test_the_oldest_version_is_not_asked_where_it_does_not_matter(newest: str) -> None:
    daemon = Daemon(newest)
    Negotiation(None).version(daemon.ping, daemon.minimum)
    assert (daemon.pings, daemon.questions) == (1, 0)


@pytest.mark.parametrize("newest", [None, "", "latest", "1", "<html>", "1.41.2"])
def test_what_names_no_version_is_no_engine(newest: str | None) -> None:
    with pytest.raises(InvalidResponse, match="names no API version"):
        spoken(newest)


# Once


def test_it_is_found_out_once() -> None:
    daemon, negotiation = Daemon("1.51"), Negotiation(None)
    assert {negotiation.version(daemon.ping, daemon.minimum) for _ in range(5)} == {"1.51"}
    assert daemon.pings == 1


def test_it_is_found_out_once_under_50_threads() -> None:
    daemon, negotiation = Daemon("1.60", "1.44"), Negotiation(None)
    begin, second = threading.Barrier(50), threading.Event()

    def ping() -> Mapping[str, str]:
        headers = daemon.ping()
        if daemon.pings > 1:
            second.set()
        second.wait(0.3)  # whoever else would ask has the time to
        return headers

    def ask(_: int) -> str:
        begin.wait()
        return negotiation.version(ping, daemon.minimum)

    with ThreadPoolExecutor(50) as pool:
        assert set(pool.map(ask, range(50))) == {"1.55"}
    assert (daemon.pings, daemon.questions) == (1, 1)


def test_who_had_to_wait_for_the_lock_does_not_ask_again() -> None:
    daemon, negotiation = Daemon("1.51"), Negotiation(None)
    lock = negotiation._lock

    @contextlib.contextmanager
    def contended() -> Iterator[None]:
        """Another thread has the lock, and is done with all of it when it lets go."""
        negotiation._lock = lock
        negotiation.version(daemon.ping, daemon.minimum)
        with lock:
            yield

    negotiation._lock = contended()  # type: ignore[assignment]
    assert negotiation.version(daemon.ping, daemon.minimum) == "1.51"
    assert daemon.pings == 1


def test_a_failure_is_not_remembered() -> None:
    negotiation, daemon = Negotiation(None), Daemon("1.51")

    def unreachable() -> Mapping[str, str]:
        raise ConnectionFailed("nobody there")

    with pytest.raises(ConnectionFailed):
        negotiation.version(unreachable, daemon.minimum)
    daemon.newest = "1.40"
    with pytest.raises(VersionMismatch):
        negotiation.version(daemon.ping, daemon.minimum)
    daemon.newest = "1.51"
    assert negotiation.version(daemon.ping, daemon.minimum) == "1.51"


def test_those_who_wait_for_a_failure_fail_alike() -> None:
    negotiation, daemon, begin = Negotiation(None), Daemon("1.51"), threading.Barrier(20)

    def unreachable() -> Mapping[str, str]:
        raise ConnectionFailed("nobody there")

    def ask(_: int) -> Exception:
        begin.wait()
        with pytest.raises(ConnectionFailed, match="nobody there") as caught:
            negotiation.version(unreachable, daemon.minimum)
        return caught.value

    with ThreadPoolExecutor(20) as pool:
        errors = list(pool.map(ask, range(20)))
    assert len({id(error) for error in errors}) == 20  # each has an error, and a traceback, of its own


def test_nobody_waits_longer_for_another_than_for_the_daemon() -> None:
    negotiation, daemon = Negotiation(None), Daemon("1.51")
    asking, answer = threading.Event(), threading.Event()

    def slow() -> Mapping[str, str]:
        asking.set()
        answer.wait(60)
        return daemon.ping()

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(negotiation.version, slow, daemon.minimum)
        asking.wait(60)
        with pytest.raises(TimedOut):
            negotiation.version(daemon.ping, daemon.minimum, 0.01)
        answer.set()
        assert first.result() == "1.51"
    assert daemon.pings == 1


@pytest.mark.parametrize("oldest", ["", "none", "<html>"])
def test_an_oldest_version_that_is_none_is_refused(oldest: str) -> None:
    with pytest.raises(InvalidResponse, match="MinAPIVersion"):
        spoken("1.60", oldest)


# Pinned


@pytest.mark.parametrize(("pinned", "version"), [("1.41", "1.41"), ("v1.47", "1.47"), ("1.55", "1.55")])
def test_a_pinned_version_is_spoken_and_nobody_asked(pinned: str, version: str) -> None:
    daemon = Daemon("1.51")
    assert Negotiation(pinned).version(daemon.ping, daemon.minimum) == version
    assert (daemon.pings, daemon.questions) == (0, 0)


@pytest.mark.parametrize("pinned", ["1.40", "1.24", "1.9", "1.56", "9.99", "2.0"])
def test_a_version_that_dockpy_does_not_speak_cannot_be_pinned(pinned: str) -> None:
    with pytest.raises(VersionMismatch, match=r"dockpy speaks API 1\.41 to 1\.55, not"):
        Negotiation(pinned)


@pytest.mark.parametrize("pinned", ["", "latest", "1", "1.41.1", 1.41])
def test_what_is_no_version_cannot_be_pinned(pinned: Any) -> None:
    with pytest.raises(InvalidArgument, match="API version"):
        Negotiation(pinned)
