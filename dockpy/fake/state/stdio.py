"""Standard streams of a container: between its first process, its log, and who is attached."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from dockpy.fake.files.handle import null
from dockpy.fake.kernel.file import PipeReader, PipeWriter, pipe
from dockpy.fake.kernel.scheduler import Waitable
from dockpy.fake.state.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockpy.fake.engine import Engine
    from dockpy.fake.kernel.file import File
    from dockpy.fake.kernel.namespace import Namespace
    from dockpy.fake.state.container import Container
    from dockpy.fake.state.logs import ContainerLog

__all__ = ["Attachment", "Fanout", "OutputFile", "Stdio"]

_CAPACITY = 1_000_000
"""What is held for somebody attached who does not read before the writer has to wait."""
_PIECE = 64 * 1024
_STDIN_CAPACITY = 64 * 1024


class Attachment:
    """Somebody who gets what is written: a queue of pieces with the stream that they came on."""

    def __init__(self, streams: tuple[int, ...]) -> None:
        self.streams = streams
        self.pieces: deque[tuple[int, bytes]] = deque()
        self.size: int = 0
        self.ended: bool = False
        self.drained: Waitable = Waitable()

    def put(self, stream: int, data: bytes) -> None:
        """Something was written."""
        if stream in self.streams and not self.ended:
            self.pieces.append((stream, data))
            self.size += len(data)

    def take(self) -> tuple[int, bytes]:
        """The next piece."""
        stream, data = self.pieces.popleft()
        self.size -= len(data)
        if self.size < _CAPACITY:
            self.drained.wake()
        return stream, data

    @property
    def full(self) -> bool:
        """Whether a writer has to wait."""
        return self.size >= _CAPACITY and not self.ended

    def end(self) -> None:
        """No more of it."""
        self.ended = True
        self.drained.wake()


class Fanout:
    """Passes what is written on to who is attached.

    Attributes:
        holders: how many descriptors of processes write to it.
        on_release: called when the last of them was closed.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.attachments: list[Attachment] = []
        self.room: Waitable = Waitable()
        self.holders: int = 0
        self.on_release: Callable[[], None] | None = None

    def attach(self, streams: tuple[int, ...]) -> Attachment:
        """Somebody who gets what is written from now on."""
        attachment = Attachment(streams)
        attachment.drained = self.room
        self.attachments.append(attachment)
        return attachment

    def detach(self, attachment: Attachment) -> None:
        """He goes."""
        attachment.end()
        if attachment in self.attachments:
            self.attachments.remove(attachment)

    @property
    def full(self) -> bool:
        """Whether a writer has to wait for somebody who does not read."""
        return any(attachment.full for attachment in self.attachments)

    def put(self, stream: int, data: bytes) -> None:
        """Something was written."""
        for attachment in self.attachments:
            attachment.put(stream, data)
        if self.attachments:
            self._engine.notify()

    def end(self) -> None:
        """No more will be written."""
        for attachment in self.attachments:
            attachment.end()
        self.attachments = []
        self._engine.notify()


class OutputFile:
    """What a process writes its output to: it goes to the log, and to all who are attached.

    Args:
        fanout: who is attached.
        stream: 1 for stdout, 2 for stderr.
        log: takes what is written, too; None for none.
    """

    isatty = False

    def __init__(self, fanout: Fanout, stream: int, log: ContainerLog | None = None) -> None:
        self._fanout = fanout
        self._stream = stream
        self._log = log
        fanout.holders += 1
        self.readable: Waitable = Waitable()
        self.writable: Waitable = fanout.room

    def read_now(self, size: int) -> bytes | None:
        """See `File`."""
        raise OSError(9, "Bad file descriptor")

    def write_now(self, data: bytes) -> int | None:
        """See `File`."""
        if self._fanout.full:
            return None
        taken = data[:_PIECE]
        if self._log is not None:
            self._log.write(self._stream, taken)
        self._fanout.put(self._stream, taken)
        return len(taken)

    def retain(self) -> OutputFile:
        """See `File`."""
        self._fanout.holders += 1
        return self

    def close(self) -> None:
        """See `File`."""
        self._fanout.holders -= 1
        if not self._fanout.holders and self._fanout.on_release is not None:
            self._fanout.on_release()


class Stdio:
    """The standard streams of a container; they begin anew when it has exited."""

    def __init__(self, engine: Engine, container: Container) -> None:
        self._engine = engine
        self._container = container
        self.fanout: Fanout = Fanout(engine)
        self.stdin: PipeWriter | None = None
        self.terminal: Terminal | None = None
        self._reader: PipeReader | None = None
        self.reset()

    def reset(self) -> None:
        """Begin anew: who was attached gets no more."""
        if self.terminal is not None:
            self.terminal.close()
            self.terminal = None
        self.fanout.end()
        if self.stdin is not None:
            self.close_stdin()
        if self._reader is not None:
            self._reader.close()
        self.fanout = Fanout(self._engine)
        self._reader, self.stdin = None, None
        if self._container.config.get("OpenStdin"):
            self._reader, self.stdin = pipe(_STDIN_CAPACITY)

    def close_stdin(self) -> None:
        """No more comes from standard input."""
        if self.stdin is not None:
            self.stdin.close()
            self.stdin = None

    def files(self) -> dict[int, File]:
        """The descriptors of a first process without a terminal."""
        log = self._container.log
        stdin: File = null() if self._reader is None else self._reader.retain()
        return {0: stdin, 1: OutputFile(self.fanout, 1, log), 2: OutputFile(self.fanout, 2, log)}

    def open_terminal(self, namespace: Namespace) -> Terminal:
        """The terminal of a first process."""
        container = self._container
        size = container.console_size
        self.terminal = Terminal(namespace, self.fanout, container.log, self._reader, size)
        return self.terminal
