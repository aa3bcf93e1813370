"""Processes: pipelines, waiting, ends, exec in place, limits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockpy.fake.kernel.file import pipe
from tests.fake.kernel.world import World, idle


def pass_through(p):
    while data := (yield from p.read(0, 1000)):
        yield from p.write(1, data)
    return 0


@given(st.lists(st.binary(max_size=5000), max_size=12), st.integers(1, 4))
def test_a_pipeline_passes_every_byte_in_order(pieces, stages):
    world = World()
    got = bytearray()

    def init(p):
        def source(c):
            for piece in pieces:
                yield from c.write(1, piece)
            return 0

        last = None
        children = []
        for number, code in enumerate([source, *[pass_through] * stages]):
            read, write = p.pipe()
            fds = {1: p.file(write)} | ({0: p.file(last)} if number else {})
            children.append(p.fork(code, fds=fds))
            p.close(write)
            if number:
                p.close(last)
            last = read
        while data := (yield from p.read(last)):
            got.extend(data)
        for child in children:
            assert (yield from p.wait(child)).exit_code == 0
        return 0

    assert world.run(init) == 0
    assert bytes(got) == b"".join(pieces)


def test_a_writer_waits_for_room_and_gets_a_signal_where_nobody_reads(world):
    def writer(p):
        yield from p.write(1, b"x" * 1_000_000)
        return 0

    namespace = world.namespace()
    world.start(idle, namespace)
    reader, end = pipe()
    process = world.start(writer, namespace, fds={1: end})
    world.go()
    assert process.exit_code is None
    assert len(reader.read_now(1 << 20)) == 65536
    reader.close()
    world.go()
    assert (process.exit_code, process.ended_by) == (141, 13)


def test_pid_1_is_told_of_a_broken_pipe_instead(world):
    reader, end = pipe()
    reader.close()

    def writer(p):
        try:
            yield from p.write(1, b"x")
        except BrokenPipeError:
            return 7
        return 0

    assert world.run(writer, fds={1: end}) == 7


def test_ten_thousand_sleeping_processes_cost_nothing_until_they_are_due(world):
    def sleeper(p):
        yield from p.sleep(3600)
        return 0

    containers = [world.start(sleeper) for _ in range(10_000)]
    world.go()
    assert all(process.exit_code is None for process in containers)
    steps = sum(process.steps for process in containers)
    world.clock.advance(3599)
    assert sum(process.steps for process in containers) == steps
    world.clock.advance(1)
    assert all(process.exit_code == 0 for process in containers)


def test_many_waiters_of_one_thing_leave_it_one_by_one_without_a_search(world):
    namespace = world.namespace()
    reader, writer = pipe()

    def waiting(p):
        yield from p.read(0)
        return 0

    world.start(idle, namespace)
    waiters = [world.start(waiting, namespace, fds={0: reader.retain()}) for _ in range(3000)]
    world.go()
    for process in waiters:
        process.kill(15)
    assert {process.exit_code for process in waiters} == {143}
    assert not reader.readable._tasks
    writer.close()


def test_sleep_takes_exactly_its_time_whenever_it_is_looked_at(world):
    times = []

    def program(p):
        for _ in range(3):
            yield from p.sleep(1.5)
            times.append(p.namespace.scheduler.now())
        return 0

    begin = world.clock.now()
    world.start(program)
    world.clock.advance(100)
    assert [(time - begin) / 1e9 for time in times] == [1.5, 3.0, 4.5]


def test_an_orphan_becomes_a_child_of_pid_1_which_reaps_it(world):
    found = []

    def init(p):
        def middle(c):
            c.fork(lambda g: iter_sleep(g, 1))
            return 5
            yield

        child = p.fork(middle)
        assert (yield from p.wait(child)).exit_code == 5
        found.append((yield from p.wait()).exit_code)
        with pytest.raises(ChildProcessError):
            yield from p.wait()
        return 0

    def iter_sleep(p, seconds):
        yield from p.sleep(seconds)
        return 9

    process = world.start(init)
    world.clock.advance(2)
    assert (process.exit_code, found, world.crashes) == (0, [9], [])


def test_a_child_nobody_waits_for_stays_a_zombie_unless_its_parent_ignores_that(world):
    def init(p):
        p.fork(lambda c: ends(c))
        yield from p.sleep(10)
        p.ignore(17)
        p.fork(lambda c: ends(c))
        yield from p.sleep(10)
        return 0

    def ends(_p):
        return 0
        yield

    namespace = world.namespace()
    world.start(init, namespace)
    world.clock.advance(1)
    assert [(one.pid, one.exit_code) for one in namespace.processes.values()] == [(1, None), (2, 0)]
    world.clock.advance(10)
    assert [(one.pid, one.exit_code) for one in namespace.processes.values()] == [(1, None), (2, 0)]


def test_everything_ends_with_pid_1(world):
    codes = []
    namespace = world.namespace()
    namespace.on_exit = codes.append

    def init(p):
        p.fork(idle)
        yield from p.sleep(1)
        return 300

    world.start(init, namespace)
    beside = world.start(idle, namespace)
    world.clock.advance(1)
    assert codes == [300 & 0xFF]
    assert (beside.exit_code, namespace.processes) == (137, {})


def test_exec_becomes_another_program_whatever_the_old_one_does_at_its_end(world):
    seen = {}
    reader, writer = pipe()

    def new(p):
        seen.update(argv=p.argv, pid=p.pid, env=p.env, exe=p.exe, fds=sorted(p.fds), ignored=p.dispositions)
        yield from p.write(1, b"new")
        return 4

    def old(p):
        p.ignore(2)
        p.catch(15)
        try:
            yield from p.exec(["new", "x"], {"C": "d"})
            raise AssertionError
        finally:
            p.close(1)
            p.env["late"] = "1"

    world.table.programs["new"] = new
    assert world.run(old, fds={1: writer}) == 4
    assert seen == {
        "argv": ["new", "x"],
        "pid": 1,
        "env": {"C": "d"},
        "exe": "/bin/new",
        "fds": [1],
        "ignored": {2: "ignore"},
    }
    assert reader.read_now(10) == b"new"
    assert reader.read_now(10) == b""


def test_exec_of_what_is_not_there_raises_and_goes_on(world):
    def program(p):
        with pytest.raises(FileNotFoundError):
            yield from p.exec(["nope"])
        return 3

    assert world.run(program) == 3


def test_descriptors_are_the_lowest_free_ones_up_to_the_limit(world):
    def program(p):
        first, second = p.pipe()
        assert (first, second) == (0, 1)
        p.close(first)
        assert p.open("/etc/hosts") == first
        p.limits = p.limits | {"nofile": (8, 8)}
        for _ in range(8 - len(p.fds)):
            p.open("/etc/hosts")
        with pytest.raises(OSError, match="No file descriptors") as failure:
            p.open("/etc/hosts")
        assert failure.value.errno == 24
        with pytest.raises(OSError, match="Bad file descriptor"):
            p.close(99)
        return 0
        yield

    assert world.run(program) == 0


def test_a_container_has_no_more_processes_than_it_may(world):
    namespace = world.namespace()
    namespace.pids_limit = 3

    def program(p):
        p.fork(idle)
        p.fork(idle)
        with pytest.raises(BlockingIOError):
            p.fork(idle)
        return 0
        yield

    assert world.run(program, namespace) == 0


def test_who_takes_more_memory_than_there_is_is_killed(world):
    namespace = world.namespace()
    namespace.memory_limit = 10 << 20
    told = []
    namespace.on_oom = told.append

    def program(p):
        p.allocate(4 << 20)
        p.allocate(-(4 << 20))
        yield None
        p.allocate(64 << 20)
        yield None
        raise AssertionError("still there")

    process = world.start(program, namespace)
    world.go()
    assert (process.exit_code, process.ended_by, namespace.oom_killed, told) == (137, 9, True, [process])


def test_what_a_program_raises_is_told_and_its_files_are_closed(world):
    reader, writer = pipe()

    def program(p):
        yield None
        raise ZeroDivisionError

    process = world.start(program, fds={1: writer})
    world.go()
    assert process.exit_code == 1
    assert [type(error) for error in world.crashes] == [ZeroDivisionError]
    assert reader.read_now(1) == b""


def test_an_endless_loop_holds_nothing_up(world):
    def busy(_p):
        while True:
            yield None

    def sleeper(p):
        yield from p.sleep(5)
        return 0

    loop, process = world.start(busy), world.start(sleeper)
    world.clock.advance(10)
    assert process.exit_code == 0
    assert loop.exit_code is None
    loop.kill(9)
    assert loop.exit_code == 137


def test_the_same_is_done_in_the_same_order_each_time():
    def trace():
        world = World()
        order = []

        def worker(p, number):
            for step in range(4):
                yield from p.sleep(0.1 * ((number * 7 + step) % 3))
                order.append((number, step, p.namespace.scheduler.now()))
            return 0

        def init(p):
            children = [p.fork(lambda c, n=n: worker(c, n)) for n in range(20)]
            for child in children:
                yield from p.wait(child)
            return 0

        world.start(init)
        world.clock.advance(10)
        return order

    first = trace()
    assert len(first) == 80
    assert first == trace()
