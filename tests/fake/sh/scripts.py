"""The recorded scripts: what busybox's sh did with each of them.

``cases/<topic>.sh`` holds scripts with ``---`` between them; a first line ``#stdin`` or ``#file`` says that
the shell reads the script from its standard input or a file, instead of ``-c``. `record.py` runs them on a
real engine and writes ``cases/<topic>.json``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

CASES = Path(__file__).parent / "cases"
ENVIRONMENT = {
    "HOME": "/root",
    "HOSTNAME": "box",
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
}


@dataclass(frozen=True)
class Script:
    """A script: how the shell gets it, and its text."""

    how: str
    text: str

    @property
    def argv(self) -> list[str]:
        if self.how == "file":
            return ["sh", "/tmp/script", "one", "two"]
        return ["sh"] if self.how == "stdin" else ["sh", "-c", self.text]

    @property
    def stdin(self) -> str:
        return self.text + "\n" if self.how == "stdin" else ""


@dataclass(frozen=True)
class Result:
    """What came of it; the texts hold a character a byte."""

    code: int
    out: str
    err: str


def scripts(topic: str) -> list[Script]:
    found = []
    for text in (CASES / f"{topic}.sh").read_text().removesuffix("\n").split("\n---\n"):
        first, _, rest = text.partition("\n")
        how = first[1:] if first in ("#stdin", "#file") else "-c"
        found.append(Script(how, text if how == "-c" else rest))
    return found


def topics() -> list[str]:
    return sorted(path.stem for path in CASES.glob("*.sh"))


def recorded() -> list[tuple[str, Script, Result]]:
    found = []
    for topic in topics():
        for script, result in json.loads((CASES / f"{topic}.json").read_text()):
            found.append((topic, Script(*script), Result(*result)))
    return found
