"""What a soak prints, kept as JSON for docs/reliability.md, too."""

from __future__ import annotations

import contextlib
import json
import os
import platform
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import dockpy

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

__all__ = ["A_FAKE", "add_option", "engine", "kept"]

ROOT = Path(__file__).resolve().parent.parent.parent
A_FAKE = "a fake daemon"


class _Both:
    """Writes to a stream, and remembers it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.text = ""

    def write(self, text: str) -> int:
        self.text += text
        return self._stream.write(text)

    def flush(self) -> None:
        self._stream.flush()


def add_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--summary", type=Path, metavar="FILE", help="keep what is printed, as JSON")


def engine(url: str) -> str:
    with dockpy.Client(url, tls=False) as client:
        return f"Docker {client.version().version}"


def kept(summary: Path | None, work: Callable[[], bool], daemon: str) -> bool:
    """Do it, and keep what came of it.

    Args:
        summary: the file; without one nothing is kept.
        work: prints its report, and says whether all is well.
        daemon: what it is on.
    """
    both = _Both(sys.stdout)
    with contextlib.redirect_stdout(both):
        held = work()
    if summary:
        found = {
            "command": _command(sys.argv),
            "date": time.strftime("%Y-%m-%d"),
            "machine": f"Python {platform.python_version()}, {os.cpu_count()} cores",
            "daemon": daemon,
            "held": held,
            "report": both.text.splitlines(),
        }
        summary.parent.mkdir(parents=True, exist_ok=True)
        summary.write_text(json.dumps(found, indent=1) + "\n")
    return held


def _command(arguments: list[str]) -> str:
    program = Path(arguments[0]).resolve().relative_to(ROOT)
    parser = iter(arguments[1:])
    options = []
    for argument in parser:
        if argument == "--summary":
            next(parser)
        elif not argument.startswith("--summary="):
            options.append(argument)
    return " ".join(["python", str(program), *options])
