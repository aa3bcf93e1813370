"""Signals: PID 1's rules, catching, stopping, pausing, groups, permissions."""

from __future__ import annotations

import pytest

from dockpy.fake.kernel.process import Interrupted
from dockpy.fake.kernel.signals import signal_number
from tests.fake.kernel.world import catching, idle


def test_pid_1_does_nothing_about_signals_that_it_does_not_catch(world):
    process = world.start(idle)
    world.go()
    for signal in (1, 2, 15, 10, 20):
        process.kill(signal)
    assert process.exit_code is None
    process.kill(9)
    assert (process.exit_code, process.ended_by) == (137, 9)


def test_others_end_by_them(world):
    namespace = world.namespace()
    world.start(idle, namespace)
    for signal in (1, 2, 9, 15, 34):
        process = world.start(idle, namespace)
        world.go()
        process.kill(signal)
        assert (process.exit_code, process.ended_by) == (128 + signal, signal)
        process.kill(signal)


def test_signals_that_do_nothing_do_nothing(world):
    namespace = world.namespace()
    world.start(idle, namespace)
    process = world.start(idle, namespace)
    for signal in (0, 17, 18, 23, 28):
        process.kill(signal)
    assert process.exit_code is None


def test_a_signal_that_is_caught_interrupts_what_blocks(world):
    seen = []

    def program(p):
        p.catch(15)
        try:
            yield from p.sleep(100)
        except Interrupted:
            seen.append((p.caught.popleft(), p.namespace.scheduler.now()))
        return 0

    process = world.start(program)
    world.clock.advance(3)
    begin = world.clock.now()
    process.kill(15)
    world.go()
    assert (process.exit_code, seen) == (0, [(15, begin)])


def test_all_signals_come_in_their_order(world):
    process = world.start(catching(1, 2, 10, 15, then=15))
    world.go()
    for signal in (2, 1, 10, 15):
        process.kill(signal)
    world.go()
    assert (process.seen, process.exit_code) == ([2, 1, 10, 15], 0)


def test_kill_and_stop_cannot_be_caught(world):
    def program(p):
        for signal in (9, 19, 65):
            with pytest.raises(OSError, match="Invalid argument"):
                p.catch(signal)
        return 0
        yield

    assert world.run(program) == 0


def test_a_child_has_what_is_ignored_but_not_what_is_caught(world):
    def init(p):
        p.ignore(2)
        p.catch(15)
        child = p.fork(idle)
        assert child.dispositions == {2: "ignore"}
        child.kill(2)
        assert child.exit_code is None
        child.kill(15)
        assert (yield from p.wait(child, restart=True)).exit_code == 143
        return 0

    assert world.run(init) == 0


def test_pid_1_is_not_killed_from_within(world):
    namespace = world.namespace()
    init = world.start(catching(10), namespace)

    def inside(p):
        for signal in (9, 19, 15):
            p.send(1, signal)
        p.send(1, 10)
        with pytest.raises(ProcessLookupError):
            p.send(77, 15)
        with pytest.raises(OSError, match="Invalid"):
            p.send(1, 99)
        return 0
        yield

    world.go()
    assert world.run(inside, namespace) == 0
    assert (init.exit_code, init.stopped, init.seen) == (None, 0, [10])


def test_only_root_sends_signals_to_others(world):
    namespace = world.namespace()
    world.start(idle, namespace)
    own = world.start(idle, namespace, uid=7)

    def user(p):
        with pytest.raises(PermissionError):
            p.send(1, 15)
        p.send(own.pid, 15)
        return 0
        yield

    assert world.run(user, namespace, uid=7) == 0
    assert own.exit_code == 143


def test_groups_and_everybody(world):
    namespace = world.namespace()
    world.start(idle, namespace)

    def leader(p):
        mine = [p.fork(idle) for _ in range(2)]
        other = p.fork(idle)
        other.setpgid()
        p.ignore(15)
        p.send(0, 15)
        assert [one.exit_code for one in (*mine, other)] == [143, 143, None]
        p.send(-other.pgid, 1)
        assert other.exit_code == 129
        last = p.fork(idle)
        p.send(-1, 9)
        assert last.exit_code == 137
        with pytest.raises(PermissionError):
            p.setsid()
        with pytest.raises(PermissionError):
            p.setpgid(1)
        return 0
        yield

    assert world.run(leader, namespace) == 0
    assert namespace.init.exit_code is None


def test_a_stopped_process_does_not_run_until_it_is_continued(world):
    seen = []

    def init(p):
        child = p.fork(idle)
        yield None
        child.kill(20)
        same = yield from p.wait(child, stopped=True)
        seen.append((same.stopped, same.exit_code))
        child.kill(18)
        seen.append(child.stopped)
        child.kill(15)
        yield from p.wait(child)
        return 0

    assert world.run(init) == 0
    assert seen == [(20, None), 0]


def test_pause_is_not_being_run_and_a_stopped_process_stays_stopped(world):
    ticks = []
    namespace = world.namespace()

    def ticker(p):
        while True:
            yield from p.sleep(1)
            ticks.append(1)

    world.start(ticker, namespace)
    stopped = world.start(idle, namespace)
    world.clock.advance(3)
    stopped.kill(19)
    namespace.freeze()
    world.clock.advance(50)
    assert len(ticks) == 3
    late = world.start(idle, namespace)
    world.go()
    assert late.steps == 0
    stopped.kill(18)
    stopped.kill(19)
    namespace.thaw()
    world.clock.advance(1)
    assert len(ticks) >= 4
    assert late.steps == 1
    assert stopped.stopped == 19
    late.kill(9)
    assert late.exit_code == 137


def test_what_comes_while_it_is_paused_is_there_afterwards(world):
    namespace = world.namespace()
    process = world.start(catching(15, then=15), namespace)
    world.go()
    namespace.freeze()
    process.kill(15)
    world.clock.advance(5)
    assert process.exit_code is None
    namespace.thaw()
    world.go()
    assert process.exit_code == 0


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("TERM", 15),
        ("sigterm", 15),
        ("15", 15),
        (9, 9),
        ("RTMIN+3", 37),
        ("0", None),
        ("65", None),
        ("X", None),
    ],
)
def test_signals_by_name(text, number):
    assert signal_number(text) == number
