"""Scenarios of command lines, as the files in ``cases`` have them.

A scenario is a paragraph; each of its lines is a command, quoted as a shell has it, run in a folder of the
scenario's own one after the other. Besides:

    cat - < 'a\\nb\\n'       what the command reads, with C's escapes
    echo 'E:a\\tb'           an argument with C's escapes
    ~ find .                the lines of its output may come in any order
    ! stat .                nothing but its exit code is compared
    uid 1000                whose the commands after it are
    file a.txt 'one\\n'      make a file (as root)
    # …                     a remark
"""

from __future__ import annotations

import codecs
import shlex
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class Step:
    """One command, or one file that is made."""

    line: str
    argv: list[str] = field(default_factory=list)
    stdin: bytes = b""
    sorted: bool = False
    silent: bool = False
    uid: int = 0
    file: tuple[str, bytes] | None = None


def _escapes(text: str) -> bytes:
    return codecs.escape_decode(text.encode())[0]


def parse_step(line: str, uid: int) -> Step:
    """One line."""
    step = Step(line, uid=uid)
    text = line
    if text.startswith("~ "):
        step.sorted, text = True, text[2:]
    if text.startswith("! "):
        step.silent, text = True, text[2:]
    words = shlex.split(text)
    if words[0] == "file":
        step.file = (words[1], _escapes(words[2]))
        return step
    if len(words) > 2 and words[-2] == "<":
        step.stdin = _escapes(words[-1])
        words = words[:-2]
    step.argv = [
        _escapes(word[1:]).decode("utf-8", "surrogateescape")
        if word.startswith("%") and "\\" in word
        else word
        for word in words
    ]
    return step


def _joined(text: str) -> Iterator[str]:
    """Lines; those within quotes are one."""
    held = ""
    for line in text.splitlines():
        held += line
        if not line.startswith("#"):
            try:
                shlex.split(held)
            except ValueError:
                held += "\n"
                continue
        yield held
        held = ""


def parse(text: str) -> list[list[Step]]:
    """All scenarios of a file."""
    scenarios: list[list[Step]] = []
    current: list[Step] = []
    uid = 0
    for line in [*_joined(text), ""]:
        if line.startswith("#"):
            continue
        if not line.strip():
            if current:
                scenarios.append(current)
            current, uid = [], 0
        elif line.startswith("uid "):
            uid = int(line.split()[1])
        else:
            current.append(parse_step(line, uid))
    return scenarios


def outcome(step: Step, out: bytes, err: bytes, code: int) -> dict[str, object]:
    """What is compared of a command, as it stands in the recordings.

    Of a synopsis, only its first line: its explanations are busybox's, and the fake has none.
    """
    if step.silent:
        return {"line": step.line, "code": code}
    if step.sorted:
        out = b"".join(sorted(out.splitlines(keepends=True)))
    return {"line": step.line, "out": _short(out), "err": _short(err), "code": code}


def _short(text: bytes) -> str:
    found = []
    in_usage = False
    for line in text.decode("latin-1").splitlines(keepends=True):
        if in_usage:
            continue
        found.append(line)
        in_usage = line.startswith("Usage: ")
    return "".join(found)
