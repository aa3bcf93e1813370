"""Streams of JSON values, and of lines, from streams of bytes."""

from __future__ import annotations

import codecs
import json
import re
from typing import TYPE_CHECKING, Any

from dockpy.compat.errors import StreamParseError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["json_splitter", "json_stream", "line_splitter", "split_buffer", "stream_as_text"]

json_decoder: json.JSONDecoder = json.JSONDecoder()
_SPACE = re.compile(r"[ \t\n\r]*")
_CUT_NUMBER = re.compile(r"[0-9.eE+-]*")
"""What may follow the beginning of a number, up to the end."""


def stream_as_text(stream: Iterable[bytes | str]) -> Iterator[str]:
    """The pieces as text, also where a character is cut in two; bytes that are no UTF-8 are replaced."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    for piece in stream:
        yield piece if isinstance(piece, str) else decoder.decode(piece)
    if cut_short := decoder.decode(b"", final=True):
        yield cut_short


def json_splitter(buffer: str) -> tuple[Any, str] | None:
    """The first JSON value and what follows it; None where it is not there whole."""
    try:
        value, end = json_decoder.raw_decode(buffer, _after_space(buffer, 0))
    except ValueError:
        return None
    if isinstance(value, (int, float)) and not isinstance(value, bool) and _CUT_NUMBER.fullmatch(buffer, end):
        return None  # more of its digits may come
    # Space at the end stays: the next value may have been cut within a string.
    return value, buffer[_after_space(buffer, end) :]


def _after_space(buffer: str, start: int) -> int:
    space = _SPACE.match(buffer, start)
    return space.end() if space else start


def json_stream(stream: Iterable[bytes | str]) -> Iterator[Any]:
    """The JSON values of a stream, however it is cut.

    Raises:
        StreamParseError: it ends in something that is none.
    """
    return split_buffer(stream, json_splitter, json_decoder.decode)


def line_splitter(buffer: str, separator: str = "\n") -> tuple[str, str] | None:
    """The first line with its end, and what follows it; None where it has no end."""
    line, end, rest = buffer.partition(str(separator))
    return (line + end[:1], end[1:] + rest) if end else None


def split_buffer(
    stream: Iterable[bytes | str],
    splitter: Callable[[str], tuple[Any, str] | None] | None = None,
    decoder: Callable[[str], Any] = lambda text: text,
) -> Iterator[Any]:
    """What a splitter finds in a stream, however it is cut.

    Args:
        stream: the pieces.
        splitter: takes the first item off a text; None for lines.
        decoder: makes an item of what is left at the end.

    Raises:
        StreamParseError: the decoder refuses what is left.
    """
    splitter = splitter or line_splitter
    buffered = ""
    for piece in stream_as_text(stream):
        buffered += piece
        while (found := splitter(buffered)) is not None:
            item, buffered = found
            yield item
    if buffered:
        try:
            yield decoder(buffered)
        except Exception as error:
            raise StreamParseError(error) from error
