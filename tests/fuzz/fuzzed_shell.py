"""Targets: the fake's programs: its shell, and the languages of its applets."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from material import fuzzed

from dockpy.fake.applets.awk.lexer import tokens
from dockpy.fake.applets.awk.parser import Parser as AwkParser
from dockpy.fake.applets.echo import Printf, echo_text
from dockpy.fake.applets.errors import BadUsage, Die
from dockpy.fake.applets.escapes import unescape
from dockpy.fake.applets.expr import _Parser as ExprParser
from dockpy.fake.applets.globs import glob_matches
from dockpy.fake.applets.regex import BadRegex, Regex
from dockpy.fake.applets.sed_script import ScriptParser
from dockpy.fake.files import ROOT
from dockpy.fake.kernel.file import pipe
from dockpy.fake.sh.arithmetic import evaluate
from dockpy.fake.sh.errors import Failure, Incomplete, SyntaxFault
from dockpy.fake.sh.parser import Parser
from dockpy.fake.sh.patterns import expression, matches
from dockpy.fake.sh.source import Source
from dockpy.fake.sh.text import decode

if TYPE_CHECKING:
    from types import ModuleType


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _module(name: str, path: Path) -> ModuleType:
    sys.path.insert(0, str(path.parent))  # it has neighbours
    try:
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module
    finally:
        sys.path.pop(0)


FAKE = Path(__file__).parents[1] / "fake"
SHELL_BOX = _module("fuzz_shell_box", FAKE / "sh" / "box.py")

SCRIPT = b"""f() { local x=$1; case $x in a*|b) echo "${x%b} $((x + 1))" ;; *) return 3 ;; esac; }
for i in 1 2 "$@"; do f "$i" >/tmp/o 2>&1 <<EOF && ! true || { (exit 2); }
here $i $(echo `date`)
EOF
done; while read -r l; do echo ${l:-d} ${#l} ${l##*/}; done </tmp/o | sed s/a/b/ &
trap 'echo x' EXIT; set -e; [ -f /x ] && export A=b; wait; shift 2; eval "$A"; test 1 -lt 2
"""


@fuzzed(
    SCRIPT,
    b"if a; then b; elif c; then d; fi # x",
    b"$(( 1 + (2 * `x` ) ))",
    errors=(SyntaxFault,),
    weight=10,
)
def shell_parser(data: bytes) -> None:
    """Scripts: whole, and where more of them may come."""
    for final in (True, False):
        parser = Parser(Source(decode(data), final=final), {"ll": "ls -l ", "a": "a b"})
        try:
            while parser.next() is not None:
                pass
        except (SyntaxFault, Incomplete):
            pass


class _Names(dict[str, str]):
    number = dict.get

    def assign(self, name: str, value: str) -> None:
        """Keep it."""
        self[name] = value


@fuzzed("1 + x * (3 - y) << 2 ? a = 4 : b++ , 0x1F % 7 ** 2", "1/0", "x", errors=(Failure,), weight=15)
def shell_arithmetic(data: bytes) -> None:
    """Expressions of $((…)): a number of 64 bits."""
    assert -(2**63) <= evaluate(decode(data[:300]), _Names(x="5", y="x + 1", a="a")) < 2**63


@fuzzed(b"a*[!b-d]?[[:alpha:]]\0aXcz", b"*a*a*a*a*b\0" + b"a" * 40, weight=12)
def shell_patterns(data: bytes) -> None:
    """Patterns of the shell and of find, and a text; a star costs no exponential time."""
    pattern, _, text = data[:300].partition(b"\0")
    pieces = ((_text(pattern), False), (_text(text[:2]), True))
    matches(pieces, _text(text))
    expression(pieces, greedy=False)
    glob_matches(_text(pattern), _text(text), fold=True)


@fuzzed(
    b"^\\(a\\|b*\\)\\{1,3\\}[[:digit:]x-z]\\1$\0aab1", b"(a+|b?){2}.*c$\0abc", errors=(BadRegex,), weight=10
)
def applet_regex(data: bytes) -> None:
    """Expressions of grep, sed and awk, and a text."""
    pattern, _, text = data[:120].partition(b"\0")
    for extended in (True, False):
        try:
            regex = Regex(_text(pattern), extended=extended, fold=extended)
        except BadRegex:
            continue
        found = regex.search(_text(text))
        assert found is None or 0 <= found.start <= found.end <= len(_text(text))


AWK = b"""BEGIN { FS = ":" } /a[b]/ && NR > 1 { x[$1]++; n = split($0, p, /,/) }
END { printf "%s %d\\n", $2, length(p) }
END { for (k in x) print k, x[k] | "sort" } function f(a, b) { return a ? b : -a ^ 2 }"""


@fuzzed(
    AWK,
    b'{ print $1; getline y < "f"; delete x[1]; while (i++ < 3) if (1) break; else next }',
    errors=(Die, BadUsage),
    weight=10,
)
def awk_programs(data: bytes) -> None:
    """awk's lexer and parser."""
    text = _text(data)
    with contextlib.suppress(Die, BadUsage):
        tokens(text)
    AwkParser(text)


@fuzzed(
    "1,$s/a\\(b\\)/\\1&/gp;y/ab/cd/",
    "/x/{n;d;};$!N;:a;ba",
    "2i\\\nhello\n3q4",
    errors=(Die, BadUsage),
    weight=12,
)
def sed_scripts(data: bytes) -> None:
    """sed's scripts."""
    for extended in (False, True):
        try:
            parser = ScriptParser(extended=extended)
            parser.add(_text(data))
            parser.finish()
        except (Die, BadUsage):
            pass


@fuzzed(
    "%5.2f|%-8s|%05d|%x|%c|%b\\n\0" + "3.14\0abc\0-7\0255\0x\0a\\tb",
    "%*d\0" + "3\0" + "4",
    errors=(Die, BadUsage),
    weight=12,
)
def printf_formats(data: bytes) -> None:
    """printf, echo -e, and escapes."""
    words = data[:200].decode("latin-1").split("\0")
    echo_text(["-e", *words])
    unescape(words[0])
    assert isinstance(Printf(words).output, bytes)


@fuzzed("1\0+\0" + "2", "(\0a\0|\0b\0)\0&\0c", "abc\0:\0a\\(.\\)", errors=(Die, BadUsage), weight=15)
def expressions(data: bytes) -> None:
    """expr."""
    ExprParser(_text(data[:200]).split("\0")).either()


class _Ran:
    """A box for scripts, a new one after some inputs."""

    def __init__(self) -> None:
        self._box: Any = None
        self._used = 0

    def run(self, argv: list[str], stdin: bytes | None) -> None:
        """Run something for so many steps of the scheduler, and end what is left of it."""
        self._used += 1
        if self._box is None or self._used > 40:
            self._box, self._used = SHELL_BOX.Box(), 0
        box = self._box
        with contextlib.suppress(_TooLong, AssertionError):
            outcome = _steps(box, argv, stdin)
            assert outcome is None or 0 <= outcome <= 255
        if box.crashes:
            self._box = None
            raise box.crashes[0]


class _TooLong(Exception):
    """It ran for more steps than it may."""


RAN = _Ran()
_STEPS = 20
"""So many, 200 times: an endless loop is no fault of the shell's, and takes less than a second of them."""


def _steps(box: Any, argv: list[str], stdin: bytes | None) -> int | None:
    (out, out_writer), (err, err_writer) = pipe(), pipe()
    box.fs.write_bytes(ROOT, "/tmp/stdin", stdin or b"")
    source = box.fs.open(ROOT, "/tmp/stdin", os.O_RDONLY)
    process = box.start(argv, {0: source, 1: out_writer, 2: err_writer}, {"PATH": "/bin", "HOME": "/root"})
    for file in (source, out_writer, err_writer):
        file.close()
    try:
        for _ in range(200):
            ran = box.scheduler.pump(_STEPS)
            out.read_now(1 << 20)
            err.read_now(1 << 20)
            if process.exit_code is not None:
                return process.exit_code
            if not ran:
                due = box.scheduler.next_due
                if due is None:
                    return None
                box.clock.go_to(due)
        RAN._box = None  # what goes on is forgotten with it
        raise _TooLong
    finally:
        out.close()
        err.close()


@fuzzed(
    SCRIPT,
    b"x=$(echo a | tr a b); echo ${x:=c} >&2; exit 3",
    b"set -- a b; while getopts ab: o; do echo $o; done",
    weight=10,
)
def shell_scripts(data: bytes) -> None:
    """The interpreter, for so many steps: a program's exit code, never a crash."""
    RAN.run(["sh", "-c", _text(data[:400]).replace("\0", "")], b"a\nb c\n")


APPLETS = (
    "awk",
    "sed",
    "grep",
    "sort",
    "cut",
    "tr",
    "find",
    "head",
    "tail",
    "xargs",
    "date",
    "stat",
    "dd",
    "od",
    "tar",
    "test",
    "seq",
    "cal",
    "printf",
    "expr",
    "ls",
    "wc",
    "uniq",
    "diff",
    "base64",
)


@fuzzed(
    b"\x00{print $2}\xff",
    b"\x02-in\xffa.*\xff",
    b"\x03-k2,3n\xff-r\xff",
    b"\x06/\xff-name\xff*a*\xff",
    weight=10,
)
def applets(data: bytes) -> None:
    """Applets with any arguments."""
    if data:
        name = APPLETS[data[0] % len(APPLETS)]
        words = [_text(word).replace("\0", "") for word in data[1:200].split(b"\xff")][:6]
        RAN.run([name, *words], b"a 1,x\nb 2,y\n\n\xffc\n")
