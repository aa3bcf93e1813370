"""Terminals: lines, editing, echo, signals, sizes."""

from __future__ import annotations

import errno

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockpy.fake.kernel.tty import Terminal
from tests.fake.kernel.world import World, catching, idle


def with_terminal(world, code, namespace=None):
    """A process that leads a session on a terminal."""
    namespace = namespace or world.namespace()
    terminal = Terminal(namespace, 24, 80)
    file = terminal.open()
    process = world.start(code, namespace, fds={0: file, 1: file.retain(), 2: file.retain()})
    process.tty = terminal
    terminal.foreground = process.pgid
    world.go()
    return terminal, process


def reading(got):
    def program(p):
        while data := (yield from p.read(0)):
            got.append(data)
        return 0

    return program


def shown(terminal):
    return terminal.read_now(1 << 20) or b""


def test_lines_come_when_they_are_entered_and_are_echoed(world):
    got = []
    terminal, _ = with_terminal(world, reading(got))
    terminal.type(b"hel")
    world.go()
    assert got == []
    terminal.type(b"lo\rnext\n")
    world.go()
    assert got == [b"hello\n", b"next\n"]
    assert shown(terminal) == b"hello\r\nnext\r\n"


def test_a_line_can_be_edited(world):
    got = []
    terminal, _ = with_terminal(world, reading(got))
    terminal.type(b"ab\x7f\x7f\x7fxy zw\x17q\n")
    terminal.type(b"gone\x15stays\n")
    terminal.type("é\x7fe\n".encode())
    world.go()
    assert got == [b"xy q\n", b"stays\n", b"e\n"]
    assert shown(terminal).startswith(b"ab\b \b\b \bxy zw\b \b\b \bq\r\n")


def test_control_d_gives_what_there_is_and_ends_where_there_is_nothing(world):
    got = []
    terminal, process = with_terminal(world, reading(got))
    terminal.type(b"abc\x04")
    world.go()
    assert (got, process.exit_code) == ([b"abc"], None)
    terminal.type(b"\x04")
    world.go()
    assert process.exit_code == 0
    assert terminal.read_now(10) == b"abc"
    assert terminal.read_now(10) == b""


def test_raw_input_comes_byte_by_byte_and_is_not_echoed(world):
    got = []
    terminal, _ = with_terminal(world, reading(got))
    terminal.modes.icanon = terminal.modes.echo = terminal.modes.isig = terminal.modes.icrnl = False
    terminal.type(b"a\x03\r\x04")
    world.go()
    assert b"".join(got) == b"a\x03\r\x04"
    assert shown(terminal) == b""


def test_control_c_is_a_signal_to_the_foreground_and_drops_what_was_typed(world):
    got = []
    namespace = world.namespace()
    world.start(idle, namespace)
    terminal, process = with_terminal(world, reading(got), namespace)
    background = process.fork(idle)
    background.setpgid()
    terminal.type(b"half\x03")
    world.go()
    assert (process.exit_code, background.exit_code) == (130, None)
    assert shown(terminal) == b"half^C"
    assert got == []


def test_other_keys_are_signals_too(world):
    namespace = world.namespace()
    world.start(idle, namespace)
    terminal, process = with_terminal(world, idle, namespace)
    terminal.type(b"\x1a")
    assert process.stopped == 20
    process.kill(18)
    terminal.type(b"\x1c")
    assert process.exit_code == 131
    assert shown(terminal) == b"^Z^\\"


def test_its_size_is_told_and_its_end(world):
    terminal, process = with_terminal(world, catching(28, 1, then=1))
    terminal.resize(50, 100)
    terminal.resize(50, 100)
    world.go()
    assert (process.seen, terminal.rows, terminal.columns) == ([28], 50, 100)
    terminal.close()
    world.go()
    assert process.exit_code == 0


def test_after_its_end_reading_ends_and_writing_fails(world):
    codes = []

    def program(p):
        p.ignore(1)
        codes.append((yield from p.read(0)))
        try:
            yield from p.write(1, b"x")
        except OSError as error:
            codes.append(error.errno)
        return 0

    terminal, process = with_terminal(world, program)
    terminal.close()
    world.go()
    assert (codes, process.exit_code) == ([b"", errno.EIO], 0)


def test_who_reads_in_the_background_is_stopped(world):
    got = []
    namespace = world.namespace()
    world.start(idle, namespace)
    terminal, process = with_terminal(world, idle, namespace)
    background = process.fork(reading(got))
    background.setpgid()
    world.go()
    assert background.stopped == 21
    terminal.foreground = background.pgid
    background.kill(18)
    terminal.type(b"mine\n")
    world.go()
    assert got == [b"mine\n"]


def test_what_nobody_reads_holds_the_writer_up(world):
    def program(p):
        yield from p.write(1, b"x" * 200_000)
        return 0

    terminal, process = with_terminal(world, program)
    total = 0
    while process.exit_code is None:
        total += len(terminal.read_now(50_000))
        world.go()
    total += len(shown(terminal))
    assert total == 200_000


@given(st.lists(st.binary(max_size=40), max_size=10))
def test_whatever_is_typed_it_neither_raises_nor_hangs(pieces):
    world = World()
    got = []

    def program(p):
        for signal in (1, 2, 3, 20, 28):
            p.ignore(signal)
        while True:
            got.append((yield from p.read(0)))

    terminal, process = with_terminal(world, program)
    for piece in pieces:
        terminal.type(piece)
        world.go()
    assert process.exit_code is None
    assert len(b"".join(got)) <= sum(map(len, pieces))


@pytest.mark.parametrize("size", [1, 2, 7])
def test_a_line_can_be_read_in_parts(world, size):
    got = []

    def program(p):
        while data := (yield from p.read(0, size)):
            got.append(data)
        return 0

    terminal, _ = with_terminal(world, program)
    terminal.type(b"abcdef\ngh\n")
    world.go()
    assert b"".join(got) == b"abcdef\ngh\n"
    assert max(map(len, got)) <= size
