"""The docker command on one daemon, and a transcript of what it said.

A scenario is a function that takes a `Terminal`. It is run on a fake daemon and on a real engine; the two
transcripts, without ids, times and sizes, are to be the same.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from screens import UNSEEN, Screen

import dockpy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["Said", "Terminal", "clean", "masked"]

CLI = os.environ.get("DOCKPY_TEST_CLI", "docker")
PLUGINS = os.environ.get("DOCKPY_TEST_CLI_PLUGINS", "")

_MASKS = [
    (re.compile(r"\b[0-9a-f]{64}\b"), "<id>"),
    (re.compile(r"\b(?=[a-f]*\d)[0-9a-f]{12,14}(\b|…)"), "<id>"),
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?( ?(Z|[+-]\d\d:?\d\d))?( UTC)?"), "<time>"),
    (
        re.compile(
            r"(Less than a second|About an? (minute|hour)"
            r"|\d+ (second|minute|hour|day|week|month|year)s?)( ago)?"
        ),
        "<ago>",
    ),
    (re.compile(r"\b\d{1,3}(\.\d{1,3}){3}(/\d+)?\b(?!:50)"), "<ip>"),
    (re.compile(r"\b([0-9a-f]{2}:){5}[0-9a-f]{2}\b"), "<mac>"),
    (re.compile(r"\b\d+(\.\d+)?(e[+-]\d+)? ?([kKMGT]i?)?B\b"), "<size>"),
    (re.compile(r"\b\d+\.\d+%"), "<percent>"),
    (re.compile(r'(?<="execDuration":")\d+(?=")'), "<seconds>"),
    (re.compile(r" {2,}"), "  "),
]


def masked(text: str) -> str:
    """A text without ids, times, addresses, sizes, the widths of columns, and what the command logs."""
    for pattern, mask in _MASKS:
        text = pattern.sub(mask, text)
    lines = (line.rstrip(" ") for line in UNSEEN.sub("", text).split("\n"))
    return "\n".join(line for line in lines if not line.startswith('time="<time>'))


@dataclass
class Said:
    """What a command said."""

    code: int
    out: str
    err: str
    raw: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


@dataclass
class Terminal:
    """The docker command on a daemon.

    Attributes:
        url: the daemon.
        folder: the scenario's own, and the directory that commands run in.
        run: makes names its own.
        registry: the host of a registry that anyone may use.
        locked: the host of one that wants a user and a password.
        transcript: what is compared: a command, and what it said.
    """

    url: str
    folder: Path
    run: str
    registry: str
    locked: str
    transcript: list[tuple[str, Any]] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        config = self.folder / ".docker"
        config.mkdir(parents=True)
        (config / "config.json").write_text(json.dumps({"cliPluginsExtraDirs": [PLUGINS]}))

    @property
    def environ(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "DOCKER_CONFIG": str(self.folder / ".docker"),
            "DOCKER_HOST": self.url,
            "DOCKER_BUILDKIT": "0",
            "TERM": "xterm",
        }

    def name(self, short: str) -> str:
        """A name that nothing has yet; in the transcript it is ``<short>``."""
        whole = f"{self.prefix}-{short}"
        self.names[whole] = f"<{short}>"
        return whole

    @property
    def prefix(self) -> str:
        return f"dockpy-foreign-{self.run}"

    def write(self, path: str, text: str) -> str:
        """A file in the scenario's folder; gives back its path."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return path

    def __call__(
        self,
        *arguments: str,
        input: str | bytes = b"",
        code: int = 0,
        note: bool = True,
        keys_only: bool = False,
        environ: dict[str, str] | None = None,
    ) -> Said:
        """Run a docker command; its exit code, output and errors go to the transcript.

        Args:
            arguments: of the command.
            input: its standard input.
            code: the exit code that it has to have.
            note: False where what it says is not to be compared.
            keys_only: of each line only what stands before its colon is compared.
            environ: more variables.
        """
        done = subprocess.run(
            [CLI, *arguments],
            input=input.encode() if isinstance(input, str) else input,
            env={**self.environ, **(environ or {})},
            cwd=self.folder,
            capture_output=True,
            timeout=60,
        )
        said = Said(done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(), done.stdout)
        what = self.mask("docker " + " ".join(arguments))
        assert said.code == code, f"{self.url}: {what}: exit code {said.code}\n{said.out}{said.err}"
        if note:
            keep = (lambda text: _keys(self.mask(text))) if keys_only else self.mask
            self.note(what, [line for text in (said.out, said.err) for line in keep(text).split("\n")])
        return said

    def note(self, what: str, value: Any) -> None:
        """Put something into the transcript."""
        self.transcript.append((what, value))

    def mask(self, text: str) -> str:
        """A text without what is different every time."""
        for whole, short in sorted(self.names.items(), key=lambda item: -len(item[0])):
            text = text.replace(whole, short)
        text = text.replace(self.prefix, "<prefix>")
        return masked(text.replace(str(self.folder), "<folder>"))

    @contextlib.contextmanager
    def screen(self, *arguments: str) -> Iterator[Screen]:
        """A docker command on a terminal."""
        with Screen([CLI, *arguments], {**self.environ}, self.folder) as screen:
            yield screen

    @contextlib.contextmanager
    def begin(self, *arguments: str, input: int = subprocess.DEVNULL) -> Iterator[subprocess.Popen[str]]:
        """A docker command that goes on meanwhile, its output and errors in one pipe; killed at the end."""
        process = subprocess.Popen(
            [CLI, *arguments],
            stdin=input,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=self.environ,
            cwd=self.folder,
            text=True,
        )
        with process:
            try:
                yield process
            finally:
                process.kill()

    def until(self, process: subprocess.Popen[str], text: str) -> list[str]:
        """The lines that a command says up to one that has a text."""
        assert process.stdout is not None
        lines: list[str] = []
        for line in process.stdout:
            lines.append(self.mask(line.rstrip("\n")))
            if text in line:
                return lines
        raise AssertionError(f"{self.url}: it ended before it said {text!r}:\n" + "\n".join(lines))

    def clean(self) -> None:
        """Remove whatever has the scenario's names."""
        clean(self.url, self.prefix)


def clean(url: str, prefix: str) -> None:
    """Remove whatever a daemon has whose name begins so, and images with the label ``of=<prefix>``."""
    with dockpy.Client(url, tls=False) as client:
        for mine in ({"name": prefix}, {"label": f"of={prefix}"}):  # a build that failed leaves its container
            for container in client.containers.list(all=True, filters=mine):
                with contextlib.suppress(dockpy.NotFound, dockpy.Conflict):
                    container.remove(force=True, v=True)
        for network in client.networks.list(filters={"name": prefix}):
            network.remove()
        for volume in client.volumes.list(filters={"name": prefix}):
            volume.remove(force=True)
        for image in client.images.list():
            for tag in image.tags:
                if prefix in tag:
                    client.images.remove(tag, force=True)
        for image in client.images.list(all=True, filters={"label": f"of={prefix}"}):
            with contextlib.suppress(dockpy.NotFound, dockpy.Conflict):
                image.remove(force=True)


def _keys(text: str) -> str:
    return "\n".join(line.partition(":")[0] for line in text.split("\n"))
