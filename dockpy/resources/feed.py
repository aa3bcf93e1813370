"""What a process is to read: sent by a thread of its own, while another reads what it writes."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol, TypeAlias

from dockpy.errors import ConnectionFailed, InvalidArgument
from dockpy.resources.archive import SupportsRead

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Feed", "Input", "Sink", "input_pieces"]

Input: TypeAlias = "bytes | SupportsRead | Iterable[bytes]"
"""What a process reads: bytes, a file that is open for reading bytes, or pieces."""

_CHUNK = 64 * 1024
_END_OF_FILE = b"\x04"  # what Ctrl-D is to a terminal


class Sink(Protocol):
    """Takes bytes; can be closed from any thread."""

    def send(self, data: bytes) -> None:
        """Send all of the data."""
        ...

    def close_write(self) -> None:
        """Say that no more will be sent."""
        ...

    def close(self) -> None:
        """End it, both ways."""
        ...


def input_pieces(value: Input) -> Iterator[bytes]:
    """The pieces of an input.

    Raises:
        InvalidArgument: it is none; of a piece that is none, when it is taken.
    """
    if isinstance(value, (bytes, bytearray, memoryview)):
        view = memoryview(value)
        view = (view if view.c_contiguous else memoryview(bytes(view))).cast("B")
        return (bytes(view[start : start + _CHUNK]) for start in range(0, len(view), _CHUNK))
    if isinstance(value, SupportsRead):
        return _checked(iter(lambda: value.read(_CHUNK), b""))
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise InvalidArgument(
            f"input= takes bytes, a file open for reading bytes, or an iterable of bytes, "
            f"not {type(value).__name__}"
        )
    return _checked(iter(value))


def _checked(pieces: Iterator[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        if not isinstance(piece, (bytes, bytearray, memoryview)):
            raise InvalidArgument(f"input= is made of bytes, not of {type(piece).__name__}")
        yield bytes(piece)


class Feed:
    """Sends an input, and then its end.

    A process that reads no more is no failure. Whatever else goes wrong closes the connection, and is raised
    where it is read.

    Args:
        sink: where it goes.
        pieces: what to send.
        terminal: a terminal reads it: its end is a character.
    """

    def __init__(self, sink: Sink, pieces: Iterator[bytes], *, terminal: bool) -> None:
        self._sink = sink
        self._pieces = pieces
        self._terminal = terminal
        self._failure: BaseException | None = None
        # Whoever made the pieces may block for good; that must not keep the program from ending.
        self._thread = threading.Thread(target=self._send, name="dockpy-input", daemon=True)
        self._thread.start()

    def _send(self) -> None:
        last = b""
        try:
            for piece in self._pieces:
                self._sink.send(piece)
                last = piece[-1:] or last
            if self._terminal:
                # In the middle of a line, the first one only hands on what there is of it.
                self._sink.send(_END_OF_FILE if last in (b"", b"\n") else _END_OF_FILE * 2)
            else:
                self._sink.close_write()
        except ConnectionFailed:
            pass
        except BaseException as error:
            self._failure = error
            self._sink.close()

    def finish(self) -> None:
        """Raise what went wrong, if anything did; the connection has ended."""
        self._thread.join(0.2)  # it ends at once, but where the next piece is still waited for
        if self._failure is not None:
            failure, self._failure = self._failure, None
            raise failure
