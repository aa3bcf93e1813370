"""The streams of a process, both ways."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from dockpy.errors import ConnectionFailed, InvalidArgument
from dockpy.resources.feed import Feed, Sink, input_pieces
from dockpy.resources.output import OutputStream, Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dockpy.errors import DockpyError
    from dockpy.resources.feed import Input
    from dockpy.streams.frames import Frame

__all__ = ["Connection", "Interactive"]


class Connection(Source, Sink, Protocol):
    """Bytes both ways."""

    def close(self) -> None:
        """End it, both ways, from any thread."""
        ...


class Interactive(OutputStream):
    """A process's streams: iterate for what it writes, `send` what it is to read.

    Reading and sending may happen in two threads. Closing it from another thread ends the iteration; it
    closes itself at its end. Use it in a ``with`` statement where you may leave it earlier.

    Args:
        connection: the connection to the process.
        framed: what it writes is framed.
        stdin: its standard input is attached.
        terminal: it has a terminal.
        resize: tells the engine the terminal's height and width.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        framed: bool,
        stdin: bool,
        terminal: bool,
        resize: Callable[[int, int], None],
    ) -> None:
        super().__init__(_UntilReset(connection) if stdin else connection, framed=framed)
        self._connection = connection
        self._stdin = stdin
        self._terminal = terminal
        self._resize = resize
        self._feed: Feed | None = None
        self._frames = self._fed(self._frames)

    def recv(self) -> bytes:
        """The next payload; empty at the end."""
        return next(self, b"")

    def send(self, data: bytes) -> None:
        """Send all of the data to its standard input.

        Raises:
            InvalidArgument: its standard input is not attached.
            ConnectionFailed: it has ended.
        """
        self._attached()
        self._connection.send(data)

    def close_write(self) -> None:
        """Say that no more will be sent: what it reads comes to its end; what it writes can still be read.

        A terminal knows no such end: send ``b"\\x04"`` (Ctrl-D) there.
        """
        self._attached()
        self._connection.close_write()

    def feed(self, input: Input) -> None:
        """Send an input and its end, in a thread of its own; what goes wrong there is raised to the reader.

        Args:
            input: bytes, a file open for reading bytes, or an iterable of bytes.
        """
        self._attached()
        self._feed = Feed(self._connection, input_pieces(input), terminal=self._terminal)

    def resize(self, *, height: int, width: int) -> None:
        """Change the size of its terminal, in characters."""
        self._resize(height, width)

    def _attached(self) -> None:
        if not self._stdin:
            raise InvalidArgument("Its standard input is not attached: ask for it with stdin=True")

    def _fed(self, frames: Iterator[Frame]) -> Iterator[Frame]:
        yield from frames
        if self._feed is not None:
            self._feed.finish()


class _UntilReset:
    """A source whose end may be a reset: of a process that ended before it had read all that was sent."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._reset = False

    @property
    def cancelled(self) -> bool:
        return self._source.cancelled and not self._reset

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._source
        except ConnectionFailed as error:
            if not isinstance(error.__cause__, (ConnectionResetError, BrokenPipeError)):
                raise
            self._reset = True

    def settimeout(self, seconds: float | None) -> None:
        self._source.settimeout(seconds)

    def at(self, error: DockpyError) -> DockpyError:
        return self._source.at(error)

    def close(self) -> None:
        self._source.close()
