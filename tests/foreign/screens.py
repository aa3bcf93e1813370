"""A program on a pseudo terminal: what it shows, and keys for it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["UNSEEN", "Screen"]

UNSEEN = re.compile("\x1b\\[(6n|J)")
"""Where is the cursor?, clear what follows: what a shell's line editor tells a terminal."""

PATIENCE = 20
"""Seconds within which a program has to show what is expected of it."""


class Screen:
    """A program on a terminal of 24 rows and 80 columns.

    Args:
        command: the program and its arguments.
        environ: its variables.
        folder: its working directory.
    """

    def __init__(self, command: list[str], environ: dict[str, str], folder: Path) -> None:
        self._master, slave = pty.openpty()
        self.text = ""
        self._size(24, 80)
        try:
            self.process = subprocess.Popen(
                command,
                stdin=slave,
                stdout=slave,
                stderr=slave,
                env=environ,
                cwd=folder,
                start_new_session=True,
            )
        finally:
            os.close(slave)

    def _size(self, rows: int, columns: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def resize(self, rows: int, columns: int) -> None:
        """Change the terminal's size."""
        self._size(rows, columns)
        self.process.send_signal(signal.SIGWINCH)

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self._master, keys.encode())

    def wait_until_raw(self) -> None:
        """Wait until the program gets each key at once."""
        end = time.monotonic() + PATIENCE
        while termios.tcgetattr(self._master)[3] & termios.ICANON:
            assert time.monotonic() < end, "the terminal stays as it was"
            select.select([], [], [], 0.01)

    def expect(self, text: str) -> str:
        """Wait until the program shows a text; gives back all that came up to its end."""
        end = time.monotonic() + PATIENCE
        while text not in self.text:
            if not self._read(end):
                raise AssertionError(f"{text!r} did not come; the terminal shows {self.text!r}")
        shown, _, self.text = self.text.partition(text)
        return shown + text

    def _read(self, end: float) -> bool:
        if not select.select([self._master], [], [], max(0, end - time.monotonic()))[0]:
            return False
        try:
            data = os.read(self._master, 65536)
        except OSError:  # what Linux says of a terminal that its programs have left
            return False
        self.text = UNSEEN.sub("", self.text + data.decode(errors="replace"))
        return bool(data)

    def ended(self) -> tuple[str, int]:
        """Wait for the program's end; the rest of what it showed, and its exit code."""
        end = time.monotonic() + PATIENCE
        while self._read(end):
            pass
        shown, self.text = self.text, ""
        return shown, self.process.wait(PATIENCE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        os.close(self._master)
