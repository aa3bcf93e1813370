"""Heads of answers, and what is written of them: both are the registry's to make as long as it likes."""

from __future__ import annotations

import contextlib
import http.client
import io
import logging
import threading
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator

__all__ = ["BoundedResponse", "without_queries"]

_MOST_LINES = 512
"""Lines without data between them: of a head, of those before it (``100 Continue``), of what ends chunks."""


class BoundedResponse(http.client.HTTPResponse):
    """An answer whose head ends: http.client reads on for as long as lines come."""

    def __init__(self, sock: socket.socket, *given: Any, **named: Any) -> None:
        super().__init__(sock, *given, **named)
        plain: io.BufferedReader = self.fp
        self.fp: io.BufferedReader = _Lines(_Raw(plain.detach(), sock.gettimeout()))


class _Raw(io.RawIOBase):
    """A connection's bytes; lines of them have come whole so many seconds after the first byte."""

    def __init__(self, raw: io.RawIOBase, seconds: float | None) -> None:
        self._raw = raw
        self._seconds = seconds
        self._ends: float | None = None
        self.lines = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if self._ends is not None and time.monotonic() > self._ends:
            raise TimeoutError("the head of the answer did not come to its end")
        count = self._raw.readinto(buffer)
        if self.lines and self._ends is None and self._seconds is not None:
            self._ends = time.monotonic() + self._seconds
        return count

    def data(self) -> None:
        """What comes now is no line."""
        self.lines, self._ends = False, None

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Lines(io.BufferedReader):
    """What http.client reads from, lines counted."""

    def __init__(self, raw: _Raw) -> None:
        super().__init__(raw)
        self._bounds = raw
        self._lines = 0

    def readline(self, size: int | None = -1, /) -> bytes:
        self._lines += 1
        if self._lines > _MOST_LINES:
            raise http.client.HTTPException(f"more than {_MOST_LINES} lines")
        self._bounds.lines = True
        return super().readline(size)

    def read(self, size: int | None = -1, /) -> bytes:
        self._data()
        return super().read(size)

    def read1(self, size: int = -1, /) -> bytes:
        self._data()
        return super().read1(size)

    def readinto(self, buffer: Any, /) -> int:
        self._data()
        return super().readinto(buffer)

    def _data(self) -> None:
        self._lines = 0
        self._bounds.data()


class _WithoutQueries(logging.Filter):
    """What urllib3 writes of requests of ours, in this thread, tells no query: signatures are there."""

    def __init__(self) -> None:
        super().__init__()
        self.here = threading.local()

    def filter(self, record: logging.LogRecord) -> bool:
        if getattr(self.here, "active", False):
            given = record.args if isinstance(record.args, tuple) else ()
            record.args = tuple(_told(value) for value in given)
            record.exc_info = None
        return True


_hiding = _WithoutQueries()
for _name in ("urllib3.connectionpool", "urllib3.connection"):
    logging.getLogger(_name).addFilter(_hiding)


@contextlib.contextmanager
def without_queries() -> Iterator[None]:
    """Requests that this thread sends in the block are written to no log with their queries."""
    _hiding.here.active = True
    try:
        yield
    finally:
        _hiding.here.active = False


def _told(value: object) -> object:
    if isinstance(value, str):
        return value.partition("?")[0]
    return type(value).__name__ if isinstance(value, BaseException) else value
