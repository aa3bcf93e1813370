"""Users' functions as programs: generators on the kernel, plain functions in threads."""

from __future__ import annotations

import sys
import threading

import pytest

from dockpy.fake.kernel.clock import ManualClock, RealClock
from tests.fake.programs.box import Image


@pytest.fixture(params=["real", "auto"])
def any_box(boxes, request):
    return boxes(RealClock() if request.param == "real" else ManualClock(auto=True))


def install(box, function, entrypoint=("app",)):
    image = Image("sha256:1", entrypoint)
    box.engine.images.known["app:1"] = image
    box.programs.register("app:1", function)
    return {"image": image}


def test_a_plain_function_reads_writes_and_returns_its_code(any_box):
    def app(p):
        print("hello", p.argv, p.env["HOME"], p.cwd, p.uid, p.pid, file=p.stdout)
        for line in p.stdin:
            p.stdout.write(line.upper())
        p.stderr.write("bye\n")
        return 7

    image = install(any_box, app)
    assert any_box.run("app", "x", stdin=b"a\nb\nc", user="8", **image) == (
        7,
        b"hello ['app', 'x'] /var/mail / 8 1\nA\nB\nCbye\n",
    )


def test_a_generator_function_runs_on_the_kernel(box):
    def app(p):
        data = yield from p.read(0)
        yield from p.sleep(3600)
        yield from p.write(1, data[::-1])

    assert box.run("app", stdin=b"abc", **install(box, app)) == (0, b"cba")
    assert not box.programs.workers._running


@pytest.mark.parametrize("on_kernel", [False, True])
@pytest.mark.parametrize(
    ("end", "code", "text"),
    [
        (lambda: None, 0, b""),
        (lambda: 300, 44, b""),
        (lambda: True, 1, b""),
        (lambda: sys.exit(5), 5, b""),
        (lambda: sys.exit(), 0, b""),
        (lambda: sys.exit("sorry"), 1, b"sorry\n"),
        (lambda: 1 / 0, 1, b"ZeroDivisionError: division by zero\n"),
    ],
)
def test_how_it_may_end(box, on_kernel, end, code, text):
    def plain(_p):
        return end()

    def generator(_p):
        yield None
        return end()

    found, out = box.run("app", **install(box, generator if on_kernel else plain))
    assert found == code
    assert out.endswith(text)
    assert bool(out) == bool(text)
    assert b"worker.py" not in out


def test_it_sees_the_same_files_as_others(box):
    def app(p):
        p.files.makedirs("/data/x")
        p.files.write_text("/data/x/one", "1\n")
        with p.files.open("/data/x/one", "a") as file:
            file.write(b"2\n")
        with p.files.open("/data/x/one") as file:
            assert (file.readline(), file.read(1), file.read(), file.read()) == (b"1\n", b"2", b"\n", b"")
        assert p.files.listdir("/data") == ["x"]
        assert p.files.is_dir("/data/x")
        assert not p.files.exists("/none")
        with pytest.raises(FileNotFoundError):
            p.files.read_bytes("/none")
        with pytest.raises(ValueError, match="cannot be opened"):
            p.files.open("/none", "rw")

    assert box.run("app", **install(box, app)) == (0, b"")
    assert box.run("cat", "/data/x/one", kind="exec") == (0, b"1\n2\n")


def test_it_is_killed_while_it_waits(any_box):
    ended = threading.Event()

    def app(p):
        try:
            p.stdout.write("up\n")
            p.stdin.read()
        finally:
            ended.set()

    process, reader, _ = any_box.start("app", **install(any_box, app))
    assert any_box.line(reader) == b"up\n"
    with any_box.engine.lock:
        process.kill(9)
        assert process.exit_code == 137
    assert ended.wait(5)


def test_signals_call_functions_and_do_not_lose_what_was_read(any_box):
    def app(p):
        seen = []
        p.signals.on("USR1", seen.append)
        p.signals.on("TERM", lambda number: sys.exit(100 + number))
        p.signals.on("INT", None)
        p.stdout.write("up\n")
        line = p.stdin.readline()
        p.stdout.write(f"{line} {seen}\n")
        p.sleep(1_000_000)

    box = any_box
    process, reader, typed = box.start("app", **install(box, app))
    box.line(reader)
    with box.engine.lock:
        typed.write_now(b"par")
        box.engine.catch_up()
        process.kill(10)
        process.kill(2)
        typed.write_now(b"t\n")
    assert box.line(reader) == b"b'part\\n' [10]\n"
    with box.engine.lock:
        process.kill(15)
    assert box.wait(process) == 115


def test_it_may_wait_for_a_signal(box):
    def app(p):
        with pytest.raises(ValueError, match="no signal"):
            p.signals.wait("NOPE")
        p.stdout.write("up\n")
        return p.signals.wait("TERM", "HUP")

    process, reader, _ = box.start("app", **install(box, app))
    box.line(reader)
    with box.engine.lock:
        box.engine.wait(lambda: process.dispositions.get(1) == "catch")
        process.kill(1)
    assert box.wait(process) == 1


def test_time_is_the_daemons(boxes):
    clock = ManualClock()
    box = boxes(clock)
    times = []

    def app(p):
        begin = p.time()
        for _ in range(3):
            p.sleep(10)
            times.append(p.time() - begin)

    process, *_ = box.start("app", **install(box, app))
    clock.advance(0)
    clock.advance(15)
    assert times == [10]
    clock.advance(15)
    assert (times, process.exit_code) == ([10, 20, 30], 0)


def test_a_clock_that_goes_on_by_itself_does_not_for_a_program_that_waits(boxes):
    clock = ManualClock(auto=True)
    box = boxes(clock)
    begin = clock.now()

    def app(p):
        p.stdout.write("up\n")
        p.sleep(3600)

    process, reader, _ = box.start("app", **install(box, app))
    box.line(reader)
    assert clock.now() == begin
    assert process.exit_code is None
    assert box.wait(process) == 0
    assert clock.now() == begin + 3600 * 10**9


def test_functions_serve_one_another(box):
    def server(p):
        with p.network.listen(80) as listening:
            p.stdout.write("up\n")
            with listening.accept() as connection:
                data = connection.read()
                connection.write(f"{len(data)} from {connection.remote[0]}")
            p.stdin.read()

    def client(p):
        with p.network.connect("localhost", 80) as connection:
            connection.write(b"x" * 200_000)
            connection.close_write()
            p.stdout.write(connection.read())

    process, reader, typed = box.start("app", **install(box, server))
    box.line(reader)
    box.namespace.image_program = ("other", box.programs.workers.code(client))
    assert box.run("other", kind="exec") == (0, b"200000 from 127.0.0.1")
    typed.close()
    assert box.wait(process) == 0


def test_memory_has_a_limit(box):
    box.namespace.memory_limit = 10 << 20

    def app(p):
        p.allocate(1 << 20)
        p.stdout.write("fine\n")
        p.allocate(100 << 20)
        p.stdout.write("not fine\n")

    assert box.run("app", **install(box, app)) == (137, b"fine\n")
    assert box.namespace.oom_killed


def test_other_commands_of_the_image_are_what_they_are(box):
    image = install(box, lambda p: 3)
    assert box.run("echo", "hi", **image) == (0, b"hi\n")


def test_an_image_without_an_entrypoint_is_the_program_whatever_is_called(box):
    image = install(box, lambda p: 3, entrypoint=())
    assert box.run("whatever", **image)[0] == 3


def test_images_made_from_it_have_it_too(box):
    install(box, lambda p: 3)
    derived = Image("sha256:2", ["app"], ["one", "two"])
    assert box.run("app", image=derived)[0] == 3


def test_closing_ends_threads_that_wait_and_those_that_ask_later(boxes):
    box = boxes(RealClock())
    goes_on, ended = threading.Event(), threading.Event()

    def app(p):
        p.stdout.write("up\n")
        goes_on.wait(5)
        try:
            p.sleep(1000)
        finally:
            ended.set()

    _, reader, _ = box.start("app", **install(box, app))
    box.line(reader)
    box.engine.close()
    goes_on.set()
    box.programs.close()
    assert ended.is_set()
