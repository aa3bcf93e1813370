"""The shell among processes: what takes its place, what its end leaves behind, and that others get to run."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from box import Box
from scripts import ENVIRONMENT

from dockpy.fake.kernel.file import pipe


def begun(script):
    """A shell that runs a script, with its output's reading end."""
    box = Box()
    reader, writer = pipe()
    process = box.start(["sh", "-c", script], {1: writer, 2: writer}, ENVIRONMENT)
    writer.close()
    for _ in range(5):
        box.scheduler.pump()
    return box, process, reader


@pytest.mark.parametrize(
    "script",
    [
        "sleep 100",
        "echo a\nsleep 100",
        "exec sleep 100",
        "true && sleep 100",
        "{ sleep 100; }",
        "(sleep 100)",
        "if :; then sleep 100; fi",
        "x=1 sleep 100 # comment",
    ],
)
def test_a_last_program_takes_the_shells_place(script):
    _, process, _ = begun(script)
    assert process.argv == ["sleep", "100"]
    assert process.children == []


@pytest.mark.parametrize(
    "script", ["sleep 100; echo", "trap 'echo' EXIT; sleep 100", "sleep 100\n", "! sleep 100"]
)
def test_a_shell_with_more_to_do_stays(script):
    _, process, _ = begun(script)
    assert process.argv[0] == "sh"
    assert [child.argv for child in process.children] == [["sleep", "100"]]


@pytest.mark.parametrize(
    "script",
    [
        "{ sleep 100; } >x; echo",
        "sleep 100 >x; echo",
        "f() { sleep 100; echo; }; f >x; f",
        "x=$(sleep 100); echo",
        "while :; do :; done >x",
        "f() { while :; do :; done; }; f 2>x",
        "read x <<E\n" + "a" * 200_000 + "\nE\nsleep 100; echo",
    ],
)
def test_a_shell_that_is_killed_holds_no_file(script):
    box, process, reader = begun(script)
    assert reader.read_now(100) is None
    for one in (process, *process.children):
        one.kill(9)
    for child in list(box.init.children):
        child.kill(9)
    box.scheduler.pump()
    assert reader.read_now(100) == b""


def test_an_endless_loop_lets_others_run():
    box, process, _ = begun("while :; do :; done")
    outcome = box.run(["sh", "-c", "echo other"], ENVIRONMENT)
    assert outcome.out == b"other\n"
    assert process.exit_code is None


def test_an_endless_recursion_ends_by_a_fault():
    assert Box().run(["sh", "-c", "f() { f; }; f"], ENVIRONMENT).code == 139


def test_a_script_of_ten_thousand_rounds_takes_few_steps():
    box = Box()
    outcome = box.run(["sh", "-c", "i=0; while [ $i -lt 10000 ]; do i=$((i+1)); done; echo $i"], ENVIRONMENT)
    assert outcome.out == b"10000\n"


def test_without_a_standard_error_nothing_breaks():
    assert Box().run(["sh", "-c", "exec 2>&-; nope; echo $((1/0)); echo no"], ENVIRONMENT).code == 2
