"""What a number among an applet's arguments asks for comes in pieces, or is refused: it is our memory.

The real programs take gigabytes; where they have none left, they say the same.
"""

from __future__ import annotations

import importlib.util
import pathlib
import sys
import tracemalloc

import pytest

from dockpy.fake.applets.numbers import MEMORY

HERE = pathlib.Path(__file__).parent
_spec = importlib.util.spec_from_file_location("fake_applets_box_memory", HERE / "box.py")
box_module = importlib.util.module_from_spec(_spec)
sys.modules[_spec.name] = box_module
_spec.loader.exec_module(box_module)

_LINE = b"a\tb\n"


def _run(*argv):
    """What a command prints and says, and its code; it takes no more memory than it may, copies and all."""
    box = box_module.Box()
    tracemalloc.start()
    try:
        done = box.run(list(argv), _LINE)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 6 * MEMORY
    return bytes(done.out), bytes(done.err), done.code


@pytest.mark.parametrize(
    "command",
    [
        ["awk", 'BEGIN { printf "%1000000000s", 1 }'],
        ["awk", 'BEGIN { printf "%.1000000000f", 1 }'],
        ["awk", f'BEGIN {{ printf "{"%9999999d" * 9}", 1 }}'],
        ["awk", 'BEGIN { OFMT = "%1000000000f"; print 0.5 }'],
        ["awk", "BEGIN { $100000000 = 1 }"],
        ["awk", "BEGIN { NF = 1000000000 }"],
        ["awk", 'BEGIN { OFS = sprintf("%9999999s", 1); NF = 1000 }'],
        ["awk", "BEGIN { x = 1; while (1) x = x x }"],
        ["awk", 'BEGIN { x = "aaaaaaaaa"; gsub("a", sprintf("%9999999s", 1), x) }'],
        ["awk", 'BEGIN { x = r = sprintf("%030000d", 1); gsub(0, "\\&", r); gsub(/.*/, r, x) }'],
        ["expand", "-t", "1000000000"],
        ["nl", "-w", "1000000000"],
        ["xxd", "-c", "1000000000"],
        ["stat", "-c", "%1000000000n", "/"],
        ["stat", "-c", "%9999999n" * 9, "/"],
        ["shuf", "-i", "1-1000000000"],
        ["dd", "bs=100G", "conv=sync"],
    ],
    ids=" ".join,
)
def test_there_is_no_more_memory(command):
    out, err, code = _run(*command)
    assert (out, err, code) == (b"", f"{command[0]}: out of memory\n".encode(), 1)


def test_printf_goes_on_without_what_it_has_no_memory_for():
    out, err, code = _run("printf", "%9999999s" * 9 + "|%s", *"123456789x")
    assert (len(out), err, code) == (3 * 9999999 + 2, b"", 1)
    assert out.endswith(b"3|x")


def test_what_there_is_memory_for_is_printed():
    assert len(_run("printf", "%20000000s", "a")[0]) == 20_000_000
    assert len(_run("awk", 'BEGIN { printf "%5000000d", 1 }')[0]) == 5_000_000
    assert len(_run("expand", "-t", "5000000")[0]) == 5_000_002


def test_a_block_is_copied_in_pieces():
    out, err, code = _run("dd", "if=/dev/zero", "of=/dev/null", "bs=300M", "count=1")
    assert (out, err, code) == (b"", b"1+0 records in\n1+0 records out\n", 0)


def test_numbers_that_a_program_would_count_to():
    assert _run("split", "-a", "1000000000")[1] == b"split: suffix too long\n"
    assert _run("awk", "BEGIN { ARGC = 1e999 } { print }")[0] == _LINE
    assert _run("dd", "skip=9999999999")[1] == b"0+0 records in\n0+0 records out\n"


def test_a_number_of_more_digits_than_python_takes():
    digits = "9" * 5000
    assert _run("printf", f"%{digits}d", "1") == (b"", b"", 1)
    assert _run("printf", "%d", digits)[1].startswith(b"printf: invalid number")
    assert _run("awk", f'BEGIN {{ printf "%{digits}d" }}')[1] == b"awk: out of memory\n"
    assert _run("expr", digits, "+", "0")[0] == b"9223372036854775807\n"
    assert _run("test", digits, "-eq", "1")[1].endswith(b"out of range\n")
    assert _run("head", "-n", digits)[1].startswith(b"head: invalid number")


@pytest.mark.parametrize("command", ["date -d @999999999999 +%Y", "date -d @-99999999999 +%Y"])
def test_a_year_of_more_than_four_digits_is_the_nearest_of_four(command):
    out, err, code = _run(*command.split())
    assert (out, err, code) == (b"9999\n" if "@9" in command else b"1\n", b"", 0)


def test_a_function_that_calls_itself_for_ever():
    out, err, code = _run("awk", "function f() { f() } BEGIN { f() }")
    assert (out, err, code) == (b"", b"awk: function call nesting too deep\n", 1)


def test_the_time_zone_of_a_day_or_more_is_none():
    box = box_module.Box()
    done = box.run(["env", "TZ=AAA99", "date", "-d", "@0", "+%H %Z"])
    assert bytes(done.out) == b"00 UTC\n"


def test_text_that_is_shorter_than_any_is_long():
    assert _run("strings", "-n", "99999999999") == (b"", b"", 0)
