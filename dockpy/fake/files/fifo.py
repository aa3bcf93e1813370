"""Named pipes."""

from __future__ import annotations

import errno
import os

from dockpy.fake.files.faults import fault
from dockpy.fake.kernel.file import PIPE_CAPACITY
from dockpy.fake.kernel.scheduler import Waitable

__all__ = ["Fifo"]


class Fifo:
    """What is between those that write to a named pipe and those that read it."""

    def __init__(self) -> None:
        self.data: bytearray = bytearray()
        self.readable: Waitable = Waitable()
        self.writable: Waitable = Waitable()
        self.readers: int = 0
        self.writers: int = 0
        self.had_reader: bool = False
        self.had_writer: bool = False

    def open(self, flags: int) -> FifoEnd:
        """One end of it, or both.

        Who opens it does not wait: who reads waits for the first writer instead, and who writes for the
        first reader.

        Raises:
            OSError: ENXIO, nobody reads, and O_NONBLOCK says not to wait.
        """
        access = flags & os.O_ACCMODE
        if flags & os.O_NONBLOCK and access == os.O_WRONLY and not self.readers:
            raise fault(errno.ENXIO)
        end = FifoEnd(self, access != os.O_WRONLY, access != os.O_RDONLY, bool(flags & os.O_NONBLOCK))
        self.readers += end.reads
        self.writers += end.writes
        self.had_reader |= end.reads
        self.had_writer |= end.writes
        self.readable.wake()
        self.writable.wake()
        return end


class FifoEnd:
    """An open named pipe."""

    isatty = False

    def __init__(self, fifo: Fifo, reads: bool, writes: bool, at_once: bool) -> None:
        self._fifo = fifo
        self.reads = reads
        self.writes = writes
        self._at_once = at_once
        self._handles = 1
        self.readable: Waitable = fifo.readable
        self.writable: Waitable = fifo.writable

    def read_now(self, size: int) -> bytes | None:
        """See `File`."""
        fifo = self._fifo
        if not self.reads:
            raise fault(errno.EBADF)
        if not fifo.data:
            ended = not fifo.writers and (fifo.had_writer or self._at_once)
            return b"" if ended else None
        taken = bytes(fifo.data[:size])
        del fifo.data[:size]
        fifo.writable.wake()
        return taken

    def write_now(self, data: bytes) -> int | None:
        """See `File`."""
        fifo = self._fifo
        if not self.writes:
            raise fault(errno.EBADF)
        if not fifo.readers:
            if fifo.had_reader:
                raise BrokenPipeError(errno.EPIPE, "Broken pipe")
            return None
        room = PIPE_CAPACITY - len(fifo.data)
        if room <= 0:
            return None
        fifo.data += data[:room]
        fifo.readable.wake()
        return min(room, len(data))

    def retain(self) -> FifoEnd:
        """See `File`."""
        self._handles += 1
        return self

    def close(self) -> None:
        """See `File`."""
        self._handles -= 1
        if self._handles:
            return
        fifo = self._fifo
        fifo.readers -= self.reads
        fifo.writers -= self.writes
        if not fifo.readers and not fifo.writers:
            fifo.data.clear()
            fifo.had_reader = fifo.had_writer = False
        fifo.readable.wake()
        fifo.writable.wake()
