"""What containers write: streams of bytes, frames, pairs or lines, and the result of a run."""

from __future__ import annotations

import codecs
from collections import defaultdict
from itertools import chain
from typing import TYPE_CHECKING, Any, Generic, Protocol, Self, TypeVar

from dockpy.closing import Closing
from dockpy.errors import DockpyError, InvalidResponse
from dockpy.streams.frames import Frame, FrameDecoder, Stream, frames_of
from dockpy.streams.lines import FrameLineDecoder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Lines", "OutputStream", "Pairs", "RunOutput", "Source"]


class Source(Protocol):
    """Bytes as they come, from a connection that can be closed from any thread."""

    @property
    def cancelled(self) -> bool:
        """Whether it was closed before its end."""
        ...

    def __iter__(self) -> Iterator[bytes]: ...

    def settimeout(self, seconds: float | None) -> None:
        """How long a read may take."""
        ...

    def at(self, error: DockpyError) -> DockpyError:
        """The error, with the operation, the object and the daemon."""
        ...

    def close(self) -> None:
        """End it, from any thread."""
        ...


class OutputStream(Closing):
    """Output of a process, as it comes: iterate for payloads, or take `frames`, `lines` or `text`.

    Closing it from another thread ends the iteration; it closes itself at its end. Use it in a ``with``
    statement where you may leave it earlier.
    """

    def __init__(self, source: Source, *, framed: bool) -> None:
        self._source = source
        self._frames: Iterator[Frame] = chain.from_iterable(_decode(source) if framed else _raw(source))

    def __iter__(self) -> OutputStream:
        return self

    def __next__(self) -> bytes:
        return next(self.frames()).data

    def frames(self) -> Iterator[Frame]:
        """Payloads with where they come from; with a terminal, everything is standard output.

        Raises:
            InvalidResponse: the engine failed to read the output, and says why; or this is no such stream.
        """
        return self._frames

    def lines(self) -> Iterator[str]:
        """Text lines without their ends: the same ones whatever the chunking, with a terminal or not."""
        decoder = FrameLineDecoder()
        for frame in self.frames():
            yield from decoder.feed(frame)
        yield from decoder.close()

    def text(self, encoding: str = "utf-8", errors: str = "replace") -> Iterator[str]:
        """Payloads as text; a character whose bytes come in two payloads stays whole."""
        make = codecs.getincrementaldecoder(encoding)
        decoders: dict[Stream, codecs.IncrementalDecoder] = defaultdict(lambda: make(errors))
        for stream, data in self.frames():
            if text := decoders[stream].decode(data):
                yield text
        for decoder in decoders.values():
            if text := decoder.decode(b"", final=True):
                yield text

    def read(self) -> bytes:
        """All that is still to come."""
        return b"".join(self)

    def settimeout(self, seconds: float | None) -> None:
        """How long a read may take, in seconds; None, as it is unless asked, for as long as it takes."""
        self._source.settimeout(seconds)

    def close(self) -> None:
        """Close the connection; a read that is blocked in another thread ends."""
        self._source.close()


def _raw(source: Source) -> Iterator[Iterator[Frame]]:
    for data in source:
        yield iter((Frame(Stream.STDOUT, data),))
    source.close()


def _decode(source: Source) -> Iterator[Iterator[Frame]]:
    """The frames, as many at a time as came: handing out each of them would cost a log most of its time."""
    decoder = FrameDecoder()
    try:
        for data in source:
            streams, payloads = decoder.cut(data)
            if Stream.SYSTEM in streams:
                before = streams.index(Stream.SYSTEM)
                yield frames_of(streams[:before], payloads[:before])
                message = payloads[before].decode("utf-8", "replace").strip()
                raise InvalidResponse(f"The engine could not go on reading the output: {message}")
            yield frames_of(streams, payloads)
        if not source.cancelled:
            decoder.close()
    except DockpyError as error:
        raise source.at(error) from error.__cause__
    finally:
        source.close()


class Lines(Closing):
    """Text lines as they come. Close it from any thread; it closes itself at its end."""

    def __init__(self, output: OutputStream) -> None:
        self._output = output
        self._lines = output.lines()

    def __iter__(self) -> Lines:
        return self

    def __next__(self) -> str:
        return next(self._lines)

    def close(self) -> None:
        """Close the connection; a read that is blocked in another thread ends."""
        self._output.close()


S = TypeVar("S", bound=OutputStream)


class Pairs(Closing, Generic[S]):
    """Payloads as pairs (stdout, stderr), one of which is empty. Close it from any thread.

    Attributes:
        stream: the stream that they come from.
    """

    def __init__(self, stream: S) -> None:
        self.stream = stream

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> tuple[bytes, bytes]:
        stream, data = next(self.stream.frames())
        return (b"", data) if stream is Stream.STDERR else (data, b"")

    def close(self) -> None:
        """Close the connection; a read that is blocked in another thread ends."""
        self.stream.close()


class RunOutput(bytes):
    """What a run wrote, as bytes, and how it ended.

    Attributes:
        stdout: what it wrote to standard output.
        stderr: what it wrote to standard error.
        exit_status: its exit status, 0 (another one is raised as ContainerError).
    """

    stdout: bytes
    stderr: bytes
    exit_status: int

    def __new__(cls, output: bytes, stdout: bytes, stderr: bytes, exit_status: int = 0) -> Self:
        """The result of its parts; `of` makes one of what was written."""
        self = super().__new__(cls, output)
        self.stdout, self.stderr, self.exit_status = stdout, stderr, exit_status
        return self

    @classmethod
    def of(cls, frames: Iterable[Frame], exit_status: int, *, stdout: bool, stderr: bool) -> Self:
        """The result of what was written, in the order in which it came.

        Args:
            frames: what was written.
            exit_status: how it ended.
            stdout: standard output belongs to the bytes.
            stderr: standard error belongs to the bytes.
        """
        wanted = {Stream.STDOUT: stdout, Stream.STDERR: stderr}
        frames = list(frames)
        return cls(
            b"".join(frame.data for frame in frames if wanted.get(frame.stream)),
            b"".join(frame.data for frame in frames if frame.stream is Stream.STDOUT),
            b"".join(frame.data for frame in frames if frame.stream is Stream.STDERR),
            exit_status,
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (bytes(self), self.stdout, self.stderr, self.exit_status)
