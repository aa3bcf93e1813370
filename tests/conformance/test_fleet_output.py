"""Merged logs and statistics of several fake daemons."""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from fleet_reading import Answered, FleetReading, fleet_threads, told

from dockpy import ConnectionFailed
from dockpy.errors import FleetError, ServerError
from dockpy.fake import FakeDaemon, ManualClock
from dockpy.fleet import Fleet
from dockpy.fleet.items import FleetLost

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockpy import Container
    from dockpy.transport.caller import RequestEvent


@pytest.fixture
def daemons() -> Iterator[dict[str, FakeDaemon]]:
    found = {name: FakeDaemon(api=api) for name, api in (("a", "1.41"), ("b", "1.51"))}
    for daemon in found.values():
        daemon.images.add("busybox")
    yield found
    for daemon in found.values():
        daemon.close()


@pytest.fixture
def fleet(daemons: dict[str, FakeDaemon]) -> Iterator[Fleet]:
    clients = {name: daemon.client() for name, daemon in daemons.items()}
    yield Fleet(clients)
    for client in clients.values():
        client.close()
    assert fleet_threads() == []


class Talker:
    """A program that says what it is told to, until it is told to end, or runs anew."""

    def __init__(self, daemon: FakeDaemon) -> None:
        self._say: list[str] = []
        self._runs = 0
        self._changed = threading.Condition()

        @daemon.program("talker")
        def talk(process: Any) -> int:
            with self._changed:
                self._runs += 1
                mine = self._runs
                self._changed.notify_all()
            while line := self._next(mine):
                process.stdout.write(line)
            return 0

    def _next(self, run: int) -> str:
        with self._changed:
            self._changed.wait_for(lambda: self._say or self._runs > run)
            return self._say.pop(0) if self._runs == run else ""

    def runs(self, times: int) -> None:
        """Wait until it was started so often."""
        with self._changed:
            assert self._changed.wait_for(lambda: self._runs == times, 30)

    def say(self, line: str) -> None:
        """Let it say something; nothing for its end."""
        with self._changed:
            self._say.append(line)
            self._changed.notify_all()


def says(client: Any, script: str, **options: Any) -> Container:
    """A container that has run a script to its end."""
    container: Container = client.containers.run("busybox", ["sh", "-c", script], detach=True, **options)
    container.wait()
    return container


def test_logs_in_the_order_in_which_they_were_written() -> None:
    clock = ManualClock(auto=True)
    with FakeDaemon(clock=clock) as a, FakeDaemon(clock=clock, api="1.41") as b:
        fleet = Fleet({"a": a.client(), "b": b.client()})
        for daemon in (a, b):
            daemon.images.add("busybox")
        for number, name in enumerate("abba"):
            says(fleet[name], f"echo {number}; echo '{number} wrong' >&2; sleep 1", labels={"n": str(number)})
        expected = [
            *("a: out 0", "a: err 0 wrong", "b: out 1", "b: err 1 wrong"),
            *("b: out 2", "b: err 2 wrong", "a: out 3", "a: err 3 wrong"),
        ]
        seen = list(fleet.logs(all=True))
        assert sorted(map(told, seen), key=_by_number) == sorted(expected, key=_by_number)
        times = [message.time for message in seen]
        assert times == sorted(times)
        assert list(fleet.logs()) == []  # none of them runs
        assert list(map(told, fleet.logs(all=True, stderr=False))) == expected[::2]
        assert list(map(told, fleet.logs(all=True, stdout=False, tail=1, filters={"label": "n=2"}))) == [
            "b: err 2 wrong"
        ]
        assert list(map(told, fleet.logs(all=True, stdout=False, since=times[4]))) == expected[5::2]
        assert list(map(told, fleet.logs(all=True, stdout=False, until=times[2]))) == expected[1:4:2]
        [stamped] = fleet.logs(all=True, timestamps=True, stderr=False, filters={"label": "n=3"})
        assert re.fullmatch(r"2024-01-01T00:00:0\d\.\d{9}Z 3", stamped.value.text)  # type: ignore[union-attr]


def _by_number(message: str) -> str:
    """Two streams of one moment come in any order."""
    return message.split()[2] + message


def test_the_slowest_is_waited_for_unless_a_window_is_given(
    fleet: Fleet, daemons: dict[str, FakeDaemon]
) -> None:
    says(fleet["b"], "echo first")
    says(fleet["a"], "echo second")
    with daemons["b"].fail("ContainerLogs", latency=0.7):
        assert list(map(told, fleet.logs(all=True))) == ["b: out first", "a: out second"]
        assert list(map(told, fleet.logs(all=True, window=0.1))) == ["a: out second", "b: out first"]


def test_logs_of_some_containers(fleet: Fleet) -> None:
    web = says(fleet["a"], "echo web on a", name="web")
    says(fleet["b"], "echo web on b", name="web")
    db = says(fleet["b"], "echo db", name="db")
    for chosen, expected in (
        ("web", {"a: out web on a", "b: out web on b"}),
        (["db", web], {"a: out web on a", "b: out db"}),
        (db.id[:12], {"b: out db"}),
        ("nobody", set()),
        ([], set()),
    ):
        assert set(map(told, fleet.logs(chosen))) == expected  # type: ignore[arg-type]
    [item] = fleet.logs(db)
    assert (str(item.value), item.value.container) == ("db", db)  # type: ignore[union-attr]


def test_logs_of_containers_that_come_later(fleet: Fleet) -> None:
    """Those that fit, whether they run long or not, and those that run again."""
    answered = Answered(fleet)
    mine = {"mine": ""}
    old = says(fleet["a"], "echo old", name="old", labels=mine)
    with FleetReading(fleet.logs(follow=True, filters={"label": "mine"}, window=0.05)) as reading:
        for name in fleet:
            answered.until(name, "ContainerList")
        says(fleet["b"], "echo not mine")
        late = says(fleet["b"], "echo late; echo wrong >&2", name="late", labels=mine)
        reading.until("b: err wrong")
        late.start()
        reading.until("b: err wrong", 2)
        fleet["a"].containers.create("busybox", ["echo", "new"], labels=mine).start()
        reading.until("a: out new")
        assert reading.close() < 1
        assert sorted(reading.of("b")) == ["b: err wrong"] * 2 + ["b: out late"] * 2
        assert reading.of("a") == ["a: out new"]
    old.remove()


@pytest.mark.parametrize("at_first", [True, False])
def test_a_list_that_fails_is_asked_for_again(
    fleet: Fleet, daemons: dict[str, FakeDaemon], at_first: bool
) -> None:
    """Though nothing else happens: of what runs when it begins, and of what is started later."""
    answered = Answered(fleet)
    missed = fleet["a"].containers.create("busybox", ["sh", "-c", "echo missed; sleep 1000"])
    if at_first:
        missed.start()
    with daemons["a"].fail("ContainerList", status=500, after=not at_first, times=3) as fault:
        reading = FleetReading(fleet.logs(follow=True, window=0))
        with reading:
            answered.until("a", "ContainerList")
            if not at_first:
                missed.start()
            reading.until("a: out missed")
    assert (fault.hits, reading.error) == (3, None)
    assert reading.told == ["a: out missed"]
    missed.remove(force=True)


def test_what_starts_while_lists_fail_is_read_from_its_beginning(
    fleet: Fleet, daemons: dict[str, FakeDaemon]
) -> None:
    """Whatever its tail is: it did not run when that was asked for."""
    answered = Answered(fleet)
    with daemons["a"].fail("ContainerList", status=500) as fault:
        reading = FleetReading(fleet.logs(["late"], follow=True, tail=0, window=0))
        answered.until("a", "ContainerList")
        late = says(fleet["a"], "echo late", name="late")
        while not any(late.id in str(asked.query.get("filters")) for asked in daemons["a"].requests):
            answered.until("a", "ContainerList", fault.hits + 1)
        answered.until("a", "ContainerList", fault.hits + 1)
    with reading:
        reading.until("a: out late")
    assert reading.told == ["a: out late"]


def test_lists_that_never_work_hold_nothing_up(fleet: Fleet, daemons: dict[str, FakeDaemon]) -> None:
    """Neither its end, nor whoever ends it; and what is refused for good is given up."""
    answered = Answered(fleet)
    with daemons["a"].fail("ContainerList", status=500) as fault:
        with FleetReading(fleet.logs(follow=True, until=time.time() + 1, window=0)) as reading:
            reading.to_its_end()
        assert (reading.told, reading.error) == ([], None)
        assert 3 <= fault.hits < 12  # ever more slowly
        with FleetReading(fleet.logs(follow=True, window=0)) as reading:
            answered.until("a", "ContainerList", fault.hits + 3)
            assert reading.close() < 1
    with (
        daemons["a"].fail("ContainerList", status=500, times=1),
        daemons["a"].fail("ContainerList", status=400),
        FleetReading(fleet.logs(follow=True, window=0)) as reading,
    ):
        reading.until("a: given up")


def test_lists_that_fail_are_not_asked_for_while_the_daemon_is_away(
    fleet: Fleet, daemons: dict[str, FakeDaemon]
) -> None:
    """But when it is back."""
    asked: Counter[str] = Counter()
    more = threading.Condition()

    def note(event: RequestEvent) -> None:
        with more:
            asked[event.operation] += 1
            more.notify_all()

    fleet["a"].hooks.request.append(note)
    with (
        daemons["a"].fail("ContainerList", status=500),
        FleetReading(fleet.logs(all=True, follow=True, window=0)) as reading,
    ):
        with more:
            assert more.wait_for(lambda: asked["ContainerList"] >= 2, 30)
        daemons["a"].stop()
        reading.until("a: lost")
        with more:
            before, tried = asked["ContainerList"], asked["SystemEvents"]
            assert more.wait_for(lambda: asked["SystemEvents"] >= tried + 5, 30)
            assert asked["ContainerList"] <= before + 1  # one may have been on its way
        daemons["a"].start()
        reading.until("a: back")
        with more:
            assert more.wait_for(lambda: asked["ContainerList"] >= before + 3, 30)


def test_each_line_once_where_connections_are_lost(fleet: Fleet, daemons: dict[str, FakeDaemon]) -> None:
    """In the middle of a line; and with the daemon."""
    talker = Talker(daemons["a"])
    container = fleet["a"].containers.run("talker", detach=True, restart_policy="always")
    with (
        daemons["a"].fail("ContainerLogs", cut=200, times=3),
        FleetReading(fleet.logs(follow=True, window=0)) as reading,
    ):
        expected = []
        for number in range(20):
            talker.say(f"line {number}\n")
            expected.append(f"a: out line {number}")
            reading.until(expected[-1])
        daemons["a"].restart(kill=True)
        reading.until("a: back")
        talker.runs(2)
        talker.say("back\n")
        reading.until("a: out back")
        assert [line for line in reading.of("a") if "out" in line] == [*expected, "a: out back"]
        reading.close()
        assert reading.of("a").count("a: lost") == 1
    talker.say("")
    container.remove(force=True)


@pytest.mark.parametrize("tail", [0, 2])
def test_what_is_written_after_the_last_lines(
    fleet: Fleet, daemons: dict[str, FakeDaemon], tail: int
) -> None:
    """All of it, though there were none at first, and the connection was lost."""
    talker = Talker(daemons["a"])
    container = fleet["a"].containers.run("talker", detach=True)
    answered = Answered(fleet)
    with (
        daemons["a"].fail("ContainerLogs", cut=0, times=1),
        FleetReading(fleet.logs(follow=True, tail=tail, window=0)) as reading,
    ):
        answered.until("a", "ContainerLogs")
        for number in range(5):
            talker.say(f"line {number}\n")
        reading.until("a: out line 4")
        assert reading.told == [f"a: out line {number}" for number in range(5)]
    talker.say("")
    container.remove(force=True)


def test_following_ends_at_a_time(fleet: Fleet, daemons: dict[str, FakeDaemon]) -> None:
    """With what was written until then, of a container whose log goes on; and without one that is away."""
    talker = Talker(daemons["a"])
    container = fleet["a"].containers.run("talker", detach=True)
    talker.say("early\n")
    daemons["b"].stop()
    with FleetReading(fleet.logs(follow=True, until=time.time() + 1, window=0)) as reading:
        reading.until("a: out early")
        talker.say("later\n")
        reading.to_its_end()
        assert reading.of("a") == ["a: out early", "a: out later"]
        assert reading.of("b") == ["b: lost", "b: given up"]
        assert (reading.error, list(reading.stream.errors)) == (None, ["b"])
    with FleetReading(fleet.logs(follow=True, until="0s")) as reading:
        reading.to_its_end()
        assert reading.of("a") == ["a: out early", "a: out later"]
    talker.say("")
    container.remove(force=True)


def test_daemons_that_cannot_tell_their_logs(fleet: Fleet, daemons: dict[str, FakeDaemon]) -> None:
    says(fleet["a"], "echo on a")
    says(fleet["b"], "echo on b", name="well")
    says(fleet["b"], "echo on b", name="broken")
    with daemons["b"].fail("ContainerLogs", object="broken", status=500, message="no reading"):
        stream = fleet.logs(all=True)
        assert sorted(map(told, stream)) == ["a: out on a", "b: out on b"]
        assert {name: type(error) for name, error in stream.unreadable.items()} == {"b/broken": ServerError}
        assert stream.errors == {}
    daemons["b"].stop()
    stream = fleet.logs(all=True)
    assert sorted(map(told, stream)) == ["a: out on a", "b: given up"]
    assert isinstance(stream.errors["b"], ConnectionFailed)
    daemons["a"].stop()
    stream = fleet.logs(all=True)
    assert all(isinstance(next(stream), FleetLost) for _ in "ab")
    with pytest.raises(FleetError):
        next(stream)


def test_logs_that_break_off(fleet: Fleet, daemons: dict[str, FakeDaemon]) -> None:
    """Where nothing is followed, it is not tried again."""
    says(fleet["a"], "echo on a")
    says(fleet["b"], "for i in 1 2 3 4 5; do echo on b; done")
    with daemons["b"].fail("ContainerLogs", cut=60):
        stream = fleet.logs(all=True)
        seen = sorted(map(told, stream))
        assert (seen[0], seen[1]) == ("a: out on a", "b: given up")
        assert list(stream.errors) == ["b"]


def test_stats_of_some_containers(fleet: Fleet, daemons: dict[str, FakeDaemon]) -> None:
    """Those that do not run are not read."""
    ended = says(fleet["a"], "true", name="ended")
    runs, other = (
        fleet["b"].containers.run("busybox", ["sleep", "1000"], name=name, detach=True)
        for name in ("runs", "other")
    )
    with FleetReading(fleet.stats([ended, "runs"], window=0)) as reading:
        reading.until("b: stats runs", 2)
        reading.close()
        assert set(reading.told) == {"b: stats runs"}
    assert not any(request.operation == "ContainerStats" for request in daemons["a"].requests)
    for container in (runs, other):
        container.remove(force=True)


def test_stats_of_what_runs(fleet: Fleet, daemons: dict[str, FakeDaemon]) -> None:
    answered = Answered(fleet)
    first = fleet["a"].containers.run("busybox", ["sleep", "1000"], name="first", detach=True)
    with FleetReading(fleet.stats(window=0.05)) as reading:
        for name in fleet:
            answered.until(name, "ContainerList")
        reading.until("a: stats first")
        second = fleet["b"].containers.run("busybox", ["sleep", "1000"], name="second", detach=True)
        reading.until("b: stats second")
        first.kill()
        first.wait()
        answered.until("b", "ContainerStats")
        before = reading.told.count("b: stats second")
        reading.until("b: stats second", before + 2)
        until_now = reading.told.count("a: stats first")
        reading.until("b: stats second", before + 3)
        assert reading.told.count("a: stats first") == until_now
        assert not any(first.id in thread for thread in fleet_threads())
        daemons["b"].restart(kill=True)
        reading.until("b: back")
        second.start()
        count = reading.told.count("b: stats second")
        reading.until("b: stats second", count + 1)
        assert reading.close() < 1
        sample = next(each.value for each in reading.seen if each.daemon == "b")
        assert (sample.name, sample.id) == ("/second", second.id)
        assert reading.error is None
    first.remove()
    second.remove(force=True)
