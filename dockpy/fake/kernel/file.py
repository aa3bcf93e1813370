"""What a file descriptor stands for: pipes here; files, devices, terminals and sockets elsewhere alike."""

from __future__ import annotations

from typing import Protocol

from dockpy.fake.kernel.scheduler import Waitable

__all__ = ["PIPE_CAPACITY", "File", "PipeReader", "PipeWriter", "pipe"]

PIPE_CAPACITY = 64 * 1024


class File(Protocol):
    """An open file. Nothing here blocks: `Process.read` and `Process.write` do, by waiting and asking again.

    A file may stand behind several descriptors; each of them is one `retain`, and the last `close` closes.
    """

    readable: Waitable
    writable: Waitable
    isatty: bool

    def read_now(self, size: int) -> bytes | None:
        """Up to so many bytes; empty at the end, None where there are none yet."""
        ...

    def write_now(self, data: bytes) -> int | None:
        """Take some of the data: how many bytes; None where there is no room yet.

        Raises:
            BrokenPipeError: nobody reads any more.
        """
        ...

    def retain(self) -> File:
        """One more descriptor stands for it."""
        ...

    def close(self) -> None:
        """One descriptor less stands for it."""
        ...


class _Buffer:
    def __init__(self, capacity: int) -> None:
        self.data: bytearray = bytearray()
        self.capacity = capacity
        self.readable: Waitable = Waitable()
        self.writable: Waitable = Waitable()
        self.readers = self.writers = 1


class PipeReader:
    """The end of a pipe that is read."""

    isatty = False

    def __init__(self, buffer: _Buffer) -> None:
        self._buffer = buffer
        self.readable: Waitable = buffer.readable
        self.writable: Waitable = buffer.writable

    def read_now(self, size: int) -> bytes | None:
        """See `File`."""
        buffer = self._buffer
        if not buffer.data:
            return None if buffer.writers else b""
        taken = bytes(buffer.data[:size])
        del buffer.data[:size]
        buffer.writable.wake()
        return taken

    def write_now(self, data: bytes) -> int | None:
        """See `File`."""
        raise OSError(9, "Bad file descriptor")

    def retain(self) -> PipeReader:
        """See `File`."""
        self._buffer.readers += 1
        return self

    def close(self) -> None:
        """See `File`."""
        self._buffer.readers -= 1
        if not self._buffer.readers:
            self._buffer.writable.wake()


class PipeWriter:
    """The end of a pipe that is written."""

    isatty = False

    def __init__(self, buffer: _Buffer) -> None:
        self._buffer = buffer
        self.readable: Waitable = buffer.readable
        self.writable: Waitable = buffer.writable

    def read_now(self, size: int) -> bytes | None:
        """See `File`."""
        raise OSError(9, "Bad file descriptor")

    def write_now(self, data: bytes) -> int | None:
        """See `File`."""
        buffer = self._buffer
        if not buffer.readers:
            raise BrokenPipeError(32, "Broken pipe")
        room = buffer.capacity - len(buffer.data)
        if room <= 0:
            return None
        buffer.data += data[:room]
        buffer.readable.wake()
        return min(room, len(data))

    def retain(self) -> PipeWriter:
        """See `File`."""
        self._buffer.writers += 1
        return self

    def close(self) -> None:
        """See `File`."""
        self._buffer.writers -= 1
        if not self._buffer.writers:
            self._buffer.readable.wake()


def pipe(capacity: int = PIPE_CAPACITY) -> tuple[PipeReader, PipeWriter]:
    """A pipe: what is written to its second end is read from its first.

    Args:
        capacity: how many bytes it holds before a writer has to wait.
    """
    buffer = _Buffer(capacity)
    return PipeReader(buffer), PipeWriter(buffer)
