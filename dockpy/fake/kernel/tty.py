"""A pseudo terminal: what the daemon holds, what processes hold, and the line discipline between."""

from __future__ import annotations

import errno
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dockpy.fake.kernel.file import PIPE_CAPACITY
from dockpy.fake.kernel.scheduler import Waitable

if TYPE_CHECKING:
    from dockpy.fake.kernel.namespace import Namespace

__all__ = ["Modes", "Terminal", "TerminalFile"]

HUP, INT, QUIT, TSTP, WINCH = 1, 2, 3, 20, 28
_INTR, _QUIT, _ERASE, _KILL, _EOF, _SUSP, _WORD = 0x03, 0x1C, 0x7F, 0x15, 0x04, 0x1A, 0x17
_SIGNALS = {_INTR: INT, _QUIT: QUIT, _SUSP: TSTP}
_MOST_INPUT = 4096


@dataclass
class Modes:
    """How a terminal treats what is typed and printed; the names are those of ``stty``.

    Attributes:
        icanon: input comes by lines, which may be edited until they are entered.
        echo: what is typed is printed.
        isig: ``^C ^\\ ^Z`` are signals.
        icrnl: a typed carriage return is a line's end.
        opost, onlcr: a printed line's end gets a carriage return.
    """

    icanon: bool = True
    echo: bool = True
    isig: bool = True
    icrnl: bool = True
    opost: bool = True
    onlcr: bool = True


class Terminal:
    """A terminal from outside: what is typed goes in with `type`, what is printed is read with `read_now`.

    Args:
        namespace: the container that it is in.
        rows, columns: its size.
        number: its name is ``/dev/pts/<number>``.

    Attributes:
        modes: see `Modes`.
        foreground: the process group that its signals go to; 0 for none.
        readable: woken when something was printed, or when no process holds it any more.
        writable: woken when what was typed has been read.
    """

    def __init__(self, namespace: Namespace, rows: int = 0, columns: int = 0, number: int = 0) -> None:
        self.namespace = namespace
        self.rows: int = rows
        self.columns: int = columns
        self.number: int = number
        self.modes: Modes = Modes()
        self.foreground: int = 0
        self.readable: Waitable = Waitable()
        self.writable: Waitable = Waitable()
        self._input = Waitable()
        self._room = Waitable()
        self._line = bytearray()
        self._entered: deque[bytes] = deque()
        self._printed = bytearray()
        self._handles = 0
        self._opened = False
        self.closed: bool = False

    @property
    def name(self) -> str:
        """``/dev/pts/0``."""
        return f"/dev/pts/{self.number}"

    # From outside

    def type(self, data: bytes) -> None:
        """Type something."""
        for byte in data:
            self._key(byte)
        if not self.modes.icanon and self._line:
            self._enter()

    def read_now(self, size: int) -> bytes | None:
        """What was printed; None where there is nothing yet, empty once no process holds the terminal."""
        if not self._printed:
            return b"" if self._opened and not self._handles else None
        taken = bytes(self._printed[:size])
        del self._printed[:size]
        self._room.wake()
        return taken

    def resize(self, rows: int, columns: int) -> None:
        """Change its size; who is in the foreground is told so."""
        if (rows, columns) != (self.rows, self.columns):
            self.rows, self.columns = rows, columns
            self._signal(WINCH)

    def close(self) -> None:
        """Take it away: who is in the foreground is told to hang up."""
        if not self.closed:
            self.closed = True
            self._signal(HUP)
            self._input.wake()
            self._room.wake()

    # From within

    def open(self) -> TerminalFile:
        """The file that processes have for it."""
        self._handles += 1
        self._opened = True
        return TerminalFile(self)

    def _key(self, byte: int) -> None:
        modes = self.modes
        if modes.isig and byte in _SIGNALS:
            self._line.clear()
            self._entered.clear()
            self._echo(b"^" + bytes([byte ^ 0x40]))
            self._signal(_SIGNALS[byte])
            return
        if modes.icrnl and byte == 0x0D:
            byte = 0x0A
        if not modes.icanon:
            self._echo(_visible(byte))
            self._line.append(byte)
            return
        if byte == _EOF:
            self._enter()
        elif byte in (_ERASE, _KILL, _WORD):
            self._erase(byte)
        elif byte == 0x0A:
            self._echo(b"\n")
            self._line.append(byte)
            self._enter()
        elif len(self._line) < _MOST_INPUT - 1:
            self._echo(_visible(byte))
            self._line.append(byte)

    def _erase(self, key: int) -> None:
        line = self._line
        count = min(1, len(line)) if key == _ERASE else len(line)
        if key == _WORD:
            kept = line.rstrip(b" \t")
            kept = kept[: max(kept.rfind(b" "), kept.rfind(b"\t")) + 1]
            count = len(line) - len(kept)
        for _ in range(count):
            byte = line.pop()
            while byte & 0xC0 == 0x80 and line:  # the rest of a character of several bytes
                byte = line.pop()
            self._echo(b"\b \b" * len(_visible(byte)))
            if not line:
                break

    def _enter(self) -> None:
        self._entered.append(bytes(self._line))
        self._line.clear()
        self._input.wake()

    def _echo(self, data: bytes) -> None:
        if self.modes.echo:
            self._print(data)

    def _print(self, data: bytes) -> None:
        if self.modes.opost and self.modes.onlcr:
            data = data.replace(b"\n", b"\r\n")
        self._printed += data
        self.readable.wake()

    def _signal(self, signal: int) -> None:
        if self.foreground:
            self.namespace.kill_group(self.foreground, signal)

    def _read(self, size: int) -> bytes | None:
        if self._entered:
            line = self._entered.popleft()
            if len(line) > size:
                self._entered.appendleft(line[size:])
                line = line[:size]
            self.writable.wake()
            return line
        return b"" if self.closed else None

    def _write(self, data: bytes) -> int | None:
        if self.closed:
            raise OSError(errno.EIO, "I/O error")
        room = PIPE_CAPACITY - len(self._printed)
        if room <= 0:
            return None
        self._print(data[:room])
        return min(room, len(data))

    def _closed_file(self) -> None:
        self._handles -= 1
        if not self._handles:
            self.readable.wake()


class TerminalFile:
    """A terminal from within: a `File`."""

    isatty = True

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal
        self.readable: Waitable = terminal._input
        self.writable: Waitable = terminal._room
        self._handles = 1

    def read_now(self, size: int) -> bytes | None:
        """See `File`: what was entered, a line at a time."""
        return self.terminal._read(size)

    def write_now(self, data: bytes) -> int | None:
        """See `File`."""
        return self.terminal._write(data)

    def retain(self) -> TerminalFile:
        """See `File`."""
        self._handles += 1
        return self

    def close(self) -> None:
        """See `File`."""
        self._handles -= 1
        if not self._handles:
            self.terminal._closed_file()


def _visible(byte: int) -> bytes:
    """How a typed byte is echoed."""
    if byte < 32 and byte not in (0x09, 0x0A):
        return b"^" + bytes([byte ^ 0x40])
    return bytes([byte])
