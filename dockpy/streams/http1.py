"""Just enough HTTP/1.1 for streams and upgrades: every byte after the head is handed on, none is kept.

Libraries read ahead past the head of an upgraded connection and keep what they read; here the head decoder
gives back what follows it, and body decoders give back what follows the body.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from dockpy.errors import InvalidResponse, TruncatedResponse

__all__ = [
    "BodyDecoder",
    "Head",
    "HeadDecoder",
    "Headers",
    "body_decoder",
    "encode_chunk",
    "encode_request_head",
]

_LARGEST_HEAD = 256 * 1024
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_STATUS_LINE = re.compile(rb"HTTP/1\.([01]) +([1-5]\d\d)(?: (.*))?", re.DOTALL)
_LENGTH = re.compile(r"\d{1,19}", re.ASCII)
_LONGEST_LINE = 16 * 1024
_CHUNK_SIZE = re.compile(rb"([0-9a-fA-F]{1,15})[ \t]*(?:;.*)?\r?", re.DOTALL)
_NEXT_CHUNK_SIZE = re.compile(rb"\r?\n" + _CHUNK_SIZE.pattern, re.DOTALL)
_SIZES_KEPT = 4096
_SMALL = 4096
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


class Headers(Mapping[str, str]):
    """Headers of an answer, found in any case; of a repeated one the values are joined by a comma."""

    __slots__ = ("_values",)

    def __init__(self, items: Mapping[str, str] | list[tuple[str, str]] = ()) -> None:  # type: ignore[assignment]
        self._values: dict[str, tuple[str, str]] = {}
        for name, value in items.items() if isinstance(items, Mapping) else items:
            held = self._values.get(name.lower())
            self._values[name.lower()] = (name, f"{held[1]}, {value}" if held else value)

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()][1]

    def __iter__(self) -> Iterator[str]:
        return (name for name, _ in self._values.values())

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Headers({dict(self)!r})"


@dataclass(frozen=True, slots=True)
class Head:
    """The head of an answer."""

    status: int
    reason: str
    headers: Headers
    keep_alive: bool


def encode_request_head(method: str, target: str, headers: Mapping[str, str]) -> bytes:
    """The head of a request.

    Args:
        method: the HTTP method.
        target: path and query, percent-encoded already.
        headers: all of the headers, Host included.

    Raises:
        ValueError: a part has characters that would end it, or that are none.
    """
    lines = [f"{method} {target} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if any("\r" in line or "\n" in line or "\0" in line for line in lines) or " " in target:
        raise ValueError("a request head holds no line breaks, and its target no spaces")
    if not all(_HEADER_NAME.fullmatch(name) for name in headers):
        raise ValueError("a header's name is a token")
    head = "\r\n".join([*lines, "", ""])
    if not head.isascii() and max(head) > "\xff":  # encode() says so with all of the head
        raise ValueError("a request head holds characters of latin-1 alone")
    return head.encode("latin-1")


def encode_chunk(data: bytes) -> bytes:
    """One chunk of a chunked body; of no data, the chunk that ends it."""
    return b"%x\r\n%b\r\n" % (len(data), data)


class HeadDecoder:
    """Reads the head of an answer; interim answers (100 Continue) are passed over."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._searched = 0  # no end begins before this place
        self._interim = 0  # bytes of interim answers

    def feed(self, data: bytes) -> tuple[Head, bytes] | None:
        """The head and what followed it, once it is there whole.

        Raises:
            InvalidResponse: this is not HTTP.
        """
        self._buffer += data
        while True:
            if not b"HTTP/1.".startswith(self._buffer[:7]) and self._buffer[:7] != b"HTTP/1.":
                raise InvalidResponse(f"The answer is not HTTP: {bytes(self._buffer[:80])!r}")
            match = _HEAD_END.search(self._buffer, self._searched)
            if self._interim + (len(self._buffer) if match is None else match.end()) > _LARGEST_HEAD:
                raise InvalidResponse(f"The answer's head is longer than {_LARGEST_HEAD} bytes")
            if match is None:
                self._searched = max(0, len(self._buffer) - 3)
                return None
            head, rest = _parse_head(bytes(self._buffer[: match.start()])), bytes(self._buffer[match.end() :])
            if head.status >= 200 or head.status == 101:
                return head, rest
            self._buffer, self._searched = bytearray(rest), 0
            self._interim += match.end()

    def close(self) -> None:
        """Say that the connection has ended before the head was there.

        Raises:
            TruncatedResponse: always; the message tells nothing from half a head.
        """
        if self._buffer:
            raise TruncatedResponse(f"The answer ended inside its head: {bytes(self._buffer[:80])!r}")
        raise TruncatedResponse("The daemon closed the connection without an answer")


def _parse_head(data: bytes) -> Head:
    first, *lines = re.split(rb"\r?\n", data)
    match = _STATUS_LINE.fullmatch(first)
    if match is None:
        raise InvalidResponse(f"The answer is not HTTP: {first[:80]!r}")
    items: list[tuple[str, str]] = []
    for line in lines:
        name, colon, value = line.partition(b":")
        if not colon or not name or name.strip() != name:
            raise InvalidResponse(f"The answer has a broken header: {line[:80]!r}")
        items.append((name.decode("latin-1"), value.strip(b" \t").decode("latin-1")))
    headers = Headers(items)
    connection = headers.get("Connection", "").lower()
    keep_alive = "close" not in connection if match[1] == b"1" else "keep-alive" in connection
    if "Transfer-Encoding" in headers and (match[1] == b"0" or "Content-Length" in headers):
        keep_alive = False  # whoever is between may see another end of it than we do
    return Head(int(match[2]), (match[3] or b"").decode("latin-1"), headers, keep_alive)


class BodyDecoder(Protocol):
    """Reads a body, however it is delimited."""

    done: bool
    rest: bytes
    """What followed the body, once it is done."""

    def feed(self, data: bytes) -> bytes:
        """The payload in this data."""
        ...

    def close(self) -> None:
        """Say that the connection has ended; InvalidResponse where the body has not."""
        ...


def body_decoder(method: str, head: Head) -> BodyDecoder:
    """The decoder of an answer's body.

    Raises:
        InvalidResponse: the head announces a length that is none, or a coding that nobody asked for.
    """
    if method == "HEAD" or head.status in (204, 304) or head.status < 200:
        return _LengthDecoder(0)
    if (coding := head.headers.get("Transfer-Encoding")) is not None:
        if coding.lower() != "chunked":
            raise InvalidResponse(f"The answer's Transfer-Encoding is {coding[:40]!r}")
        return _ChunkedDecoder()
    length = head.headers.get("Content-Length")
    if length is None:
        return _CloseDecoder()
    sizes = {size.strip() for size in length.split(",")}
    if len(sizes) != 1 or not _LENGTH.fullmatch(size := sizes.pop()):
        raise InvalidResponse(f"The answer's Content-Length is {length[:40]!r}")
    return _LengthDecoder(int(size))


class _LengthDecoder:
    def __init__(self, length: int) -> None:
        self._left = length
        self.done = not length
        self.rest = b""

    def feed(self, data: bytes) -> bytes:
        if len(data) > self._left:
            data, self.rest = data[: self._left], self.rest + data[self._left :]
        self._left -= len(data)
        self.done = not self._left
        return data

    def close(self) -> None:
        if not self.done:
            raise TruncatedResponse(f"The answer broke off: {self._left} bytes of its body never came")


class _CloseDecoder:
    def __init__(self) -> None:
        self.done = False
        self.rest = b""

    def feed(self, data: bytes) -> bytes:
        return data

    def close(self) -> None:
        self.done = True


class _ChunkedDecoder:
    """Chunks are cut out of what comes, without a copy of it; kept is only what may be part of a size.

    A log has a chunk for each of its lines, most of which are as long as others: so sizes are looked up, as
    they stand between two chunks, before they are read.
    """

    def __init__(self) -> None:
        self._line = b""  # what came of a line
        self._left = 0  # bytes of the current chunk that are still to come
        self._between = False  # a chunk has ended, its line end is to come
        self._trailers = False
        self._trailing = 0  # bytes of trailers
        self._sizes: dict[bytes, int] = {}  # by what stands between two chunks
        self._small_sizes: dict[bytes, int] = {}  # by the size alone
        self._small = False  # this chunk is
        self.done = False
        self.rest = b""

    def feed(self, data: bytes) -> bytes:
        if self.done:
            self.rest += data
            return b""
        data = self._line + data if self._line else data
        self._line = b""
        payload: list[bytes | memoryview] = []
        position, end, left, sizes, tried = 0, len(data), self._left, self._sizes, False
        if 0 < end <= left:  # nothing to cut
            self._left = left - end
            self._between = not self._left
            return data
        while position < end:
            if left:
                # What is large is copied once, as the pieces are joined.
                source = data if left <= _SMALL else memoryview(data)
                piece = source[position : position + left]
                payload.append(piece)
                left -= len(piece)
                position += len(piece)
                if left:
                    break
                self._between = True
                if self._small and not tried:
                    tried = True
                    position = self._many(data, position, payload)
            line_end = data.find(b"\n", position + 2 if self._between else position)
            if line_end < 0:
                self._line = data[position:]
                if len(self._line) > _LONGEST_LINE:
                    raise InvalidResponse("The answer's chunk has no size")
                break
            line, position = data[position:line_end], line_end + 1
            if self._trailers:
                if line in (b"", b"\r"):
                    self.done, self.rest = True, data[position:]
                    break
                self._trailing += len(line) + 1
                if self._trailing > _LARGEST_HEAD:
                    raise InvalidResponse(f"The answer's trailers are longer than {_LARGEST_HEAD} bytes")
                continue
            size = sizes.get(line)
            if size is None:
                size = self._size(line)
            left = size
            self._between, self._trailers, self._small = False, not size, size <= _SMALL
        self._left = left
        return b"".join(payload)

    def _many(self, data: bytes, position: int, payload: list[bytes | memoryview]) -> int:
        """Take as many small chunks as there are whole, all at once, and say where they end.

        They are cut at each line end, which is right where none is within a chunk: lengths tell.
        """
        parts = data[position:].split(b"\r\n")
        last = 2 * ((len(parts) - 1) // 2 - 1) + 1  # whether the last one is whole is not known here
        chunks, sizes = parts[2:last:2], parts[1:last:2]
        if last < 3 or parts[0] or list(map(len, chunks)) != list(map(self._small_sizes.get, sizes)):
            return position
        payload += chunks
        return position + sum(map(len, parts[:last])) + 2 * (last - 1)

    def _size(self, line: bytes) -> int:
        """The size in a line, and before it the end of the chunk before."""
        match = (_NEXT_CHUNK_SIZE if self._between else _CHUNK_SIZE).fullmatch(line)
        if match is None:
            if self._between and not line.startswith((b"\r\n", b"\n")):
                raise InvalidResponse(f"The answer's chunk is longer than it says: {line[:80]!r}")
            raise InvalidResponse(f"The answer's chunk has no size: {line[:80]!r}")
        size = int(match[1], 16)
        if self._between and size and len(line) < 16 and len(self._sizes) < _SIZES_KEPT:
            self._sizes[line] = size
            self._small_sizes[line.strip()] = size
        return size

    def close(self) -> None:
        if not self.done:
            raise TruncatedResponse("The answer broke off inside a chunk")
