"""Text lines out of bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dockpy.streams.frames import Frame, Stream

__all__ = ["FrameLineDecoder", "LineDecoder"]


class LineDecoder:
    """Splits bytes into text lines: the same ones whatever the chunking, TTY (``\\r\\n``) or not (``\\n``).

    A last line without a newline counts. Bytes that are no UTF-8 become U+FFFD.
    """

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def feed(self, data: bytes) -> list[str]:
        """The lines that this data completes, without their ends."""
        if not self._parts and data.find(b"\n") == len(data) - 1 and data:
            return [_text(data[:-1])]  # as nearly all frames of a log are
        *complete, rest = data.split(b"\n")
        if complete:
            complete[0] = b"".join(self._parts) + complete[0]
            self._parts.clear()
        if rest:
            self._parts.append(rest)
        return [_text(line) for line in complete]

    def close(self) -> list[str]:
        """The last line, where it had no end."""
        last = b"".join(self._parts)
        self._parts.clear()
        return [_text(last)] if last else []


class FrameLineDecoder:
    """Lines of a multiplexed stream: a line of stderr in the middle of one of stdout breaks neither."""

    def __init__(self) -> None:
        self._decoders: dict[Stream, LineDecoder] = {}

    def feed(self, frame: Frame) -> list[str]:
        """The lines that this frame completes, without their ends."""
        stream, data = frame
        decoder = self._decoders.get(stream)
        if decoder is None:
            decoder = self._decoders[stream] = LineDecoder()
        return decoder.feed(data)

    def close(self) -> list[str]:
        """The last line of each stream, where it had no end."""
        return [line for decoder in self._decoders.values() for line in decoder.close()]


def _text(line: bytes) -> str:
    return line.removesuffix(b"\r").decode("utf-8", "replace")
