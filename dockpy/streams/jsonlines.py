"""JSON objects one after the other, with or without anything between them."""

from __future__ import annotations

import json
import re
from typing import Any

from dockpy.errors import InvalidResponse, TruncatedResponse

__all__ = ["JsonDecoder"]

_STRUCTURE = re.compile(rb'["{}\[\]\\]')
_IN_STRING = re.compile(rb'["\\]')
_BETWEEN = b" \t\r\n\x1e"  # white space, and the record separator of RFC 7464
_LARGEST = 256 * 1024 * 1024


class JsonDecoder:
    """Splits a stream of JSON objects; each byte is looked at once, however the objects are cut."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._scanned = 0
        self._depth = 0
        self._in_string = False

    def feed(self, data: bytes) -> list[dict[str, Any]]:
        """The objects that this data completes.

        Raises:
            InvalidResponse: the data is no JSON.
        """
        buffer = self._buffer
        buffer += data
        objects: list[dict[str, Any]] = []
        start, position = 0, self._scanned
        while True:
            if not self._depth:
                start = position = self._skip(position)
            match = (_IN_STRING if self._in_string else _STRUCTURE).search(buffer, position)
            if match is None:
                position = len(buffer)
                break
            mark, position = match[0], match.end()
            if mark == b"\\":
                if position == len(buffer):  # what it escapes is still to come
                    position -= 1
                    break
                position += 1
            elif mark == b'"':
                self._in_string = not self._in_string
            elif mark in b"{[":
                self._depth += 1
            else:
                self._depth -= 1
                if not self._depth:
                    objects.append(_decode(buffer[start:position]))
                    start = position
        del buffer[:start]
        self._scanned = position - start
        if len(buffer) > _LARGEST:
            raise InvalidResponse(f"A JSON object of more than {_LARGEST} bytes")
        return objects

    def _skip(self, position: int) -> int:
        buffer = self._buffer
        while position < len(buffer) and buffer[position] in _BETWEEN:
            position += 1
        if position < len(buffer) and buffer[position] not in b"{":
            raise InvalidResponse(
                f"Not a stream of JSON objects: {bytes(buffer[position : position + 80])!r}"
            )
        return position

    def close(self) -> None:
        """Say that the stream has ended.

        Raises:
            InvalidResponse: it ended inside an object.
        """
        if self._buffer.strip(_BETWEEN):
            raise TruncatedResponse(
                f"The stream ended in the middle of a JSON object: {bytes(self._buffer[:80])!r}"
            )


def _decode(data: bytearray) -> dict[str, Any]:
    try:
        value: dict[str, Any] = json.loads(data.decode("utf-8", "replace"))
    except (ValueError, RecursionError) as error:
        raise InvalidResponse(f"Not JSON: {bytes(data[:80])!r} ({error})") from None
    return value
