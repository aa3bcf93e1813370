"""Streams that can be ended."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import TYPE_CHECKING, Any

import urllib3

from dockpy.compat.transport.adapter import socket_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    import requests

__all__ = ["CancellableStream"]


class CancellableStream:
    """What comes piece by piece, until it ends or `close` ends it, from any thread."""

    def __init__(self, stream: Iterator[Any], response: requests.Response) -> None:
        self._stream = stream
        self._response = response
        self._closed = False
        self._using = threading.RLock()  # urllib3 would hand one connection to two, who both let go of it

    def __iter__(self) -> CancellableStream:
        return self

    def __next__(self) -> Any:
        try:
            with self._using:
                return next(self._stream)
        except (urllib3.exceptions.ProtocolError, OSError):
            raise StopIteration from None
        except (AttributeError, ValueError):
            if not self._closed:
                raise
            raise StopIteration from None  # it was closed under the reader's hands

    next = __next__

    def close(self) -> None:
        """End it; whoever waits for the next piece gets none."""
        if self._response.raw.closed:
            return
        self._closed = True
        sock = socket_of(self._response)
        if sock is not None:
            with contextlib.suppress(OSError):  # the daemon has ended it already
                sock.shutdown(socket.SHUT_RDWR)  # a reader leaves
        with self._using:
            self._response.close()
            if sock is not None:
                sock.close()  # the reader may have let go of it unclosed
