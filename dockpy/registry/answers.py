"""What comes back from a registry: read whole, or as it comes."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from dockpy.errors import (
    ConnectionFailed,
    DockpyError,
    InvalidResponse,
    ResponseTooLarge,
    TimedOut,
    TruncatedResponse,
)
from dockpy.registry.failures import explain
from dockpy.registry.places import LONGEST_URL, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import requests

__all__ = ["Answer", "Body", "OpenAnswer"]

_PIECE = 256 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, read whole.

    Attributes:
        status: the HTTP status.
        headers: by names of any case.
        content: the body.
        url: where it came from in the end, without credentials.
    """

    status: int
    headers: Mapping[str, str]
    content: bytes
    url: str


class Body(Protocol):
    """The body of a request that is sent as it is read, once."""

    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[bytes]: ...


class OpenAnswer(contextlib.AbstractContextManager["OpenAnswer"]):
    """An answer whose body is read as it comes. Close it, or leave its ``with`` block.

    Attributes:
        status: the HTTP status.
        headers: by names of any case.
        url: where it came from in the end, without credentials and query.
        source: the same with its query: what it points to is relative to that.
    """

    def __init__(self, response: requests.Response, pull: Callable[[int], bytes], method: str) -> None:
        self.status: int = response.status_code
        self.headers: Mapping[str, str] = response.headers
        self.source: str = response.url
        self.url: str = shown(response.url, LONGEST_URL)
        self._response = response
        self._pull = pull
        self._closed = False
        self._left = _length(self.headers, method, self.status)
        if self._left == 0:
            with contextlib.suppress(Exception):
                pull(1)  # there is nothing, which lets go of the connection
            self._end()

    def read(self, size: int) -> bytes:
        """The next bytes, at most so many; empty at the end.

        Raises:
            TruncatedResponse: the body ends before its length, or the connection does.
            TimedOut: nothing came in time.
            ConnectionFailed: it was closed meanwhile.
        """
        if self._left == 0 or size == 0:
            return b""
        # Raised out here: the libraries' errors carry the request along, and with it what it was signed with.
        piece, failed = b"", None
        try:
            piece = self._pull(size if self._left is None else min(size, self._left))
        except Exception as error:  # of urllib3, http.client, ssl, the socket; a ValueError of a closed file
            failed = self._explained(error)
        if self._closed:
            raise ConnectionFailed("The answer was closed while it was read", daemon=self._daemon)
        if failed is None and not piece and self._left:
            failed = self._truncated()
        if failed is not None:
            self.close()
            raise failed
        if self._left is not None:
            self._left -= len(piece)
        elif not piece:
            self._left = 0
        if self._left == 0:
            self._end()
        return piece

    def whole(self, limit: int, seconds: float | None) -> bytes:
        """The rest of the body.

        Args:
            limit: bytes that it may have.
            seconds: how long it may take; None for as long as bytes keep coming.

        Raises:
            ResponseTooLarge: it is more; no more than the limit was read.
            TruncatedResponse, TimedOut, ConnectionFailed: as of `read`.
        """
        if self._left is not None and self._left > limit:
            raise self._too_large(limit)
        content = b"".join(self._pieces(limit + 1, seconds))
        if len(content) > limit:
            raise self._too_large(limit)
        return content

    def said(self, limit: int, seconds: float | None) -> bytes:
        """What can be had of the body of an answer that is of no other use; the answer is closed then.

        Args:
            limit: bytes, at most.
            seconds: how long it may take.
        """
        pieces: list[bytes] = []
        with self, contextlib.suppress(DockpyError):
            for piece in self._pieces(limit, seconds):
                pieces.append(piece)
        return b"".join(pieces)

    def _pieces(self, most: int, seconds: float | None) -> Iterator[bytes]:
        ends = time.monotonic() + seconds if seconds is not None else None
        while most > 0 and (piece := self.read(min(_PIECE, most))):
            most -= len(piece)
            yield piece
            if ends is not None and time.monotonic() > ends:
                self.close()
                raise TimedOut(
                    f"The answer was not there whole within {seconds:g} s",
                    daemon=self._daemon,
                    hint="Give it more: Registry(…, timeout=…).",
                )

    def close(self) -> None:
        """Give the connection back, or up where the body was not read to its end. From any thread."""
        if self._closed:
            return
        self._closed = True
        if self._left != 0:  # else the connection is another's by now
            with contextlib.suppress(Exception):  # wakes a thread that reads; a door has no socket
                self._response.raw.shutdown()
        self._response.close()

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def _daemon(self) -> str:
        return "/".join(self.url.split("/", 3)[:3])

    def _end(self) -> None:
        """All is read: the connection is good for the next request."""
        # Older versions of urllib3 hold on to it, and would wait for more.
        if self._response.raw.connection is not None:
            self._response.close()

    def _explained(self, error: Exception) -> Exception:
        found = explain(error, self._daemon)
        return found if isinstance(found, TimedOut) else self._truncated()

    def _truncated(self) -> InvalidResponse:
        missing = f", {self._left} bytes before its end" if self._left else ""
        return TruncatedResponse(f"The answer broke off{missing}", daemon=self._daemon)

    def _too_large(self, limit: int) -> ResponseTooLarge:
        self.close()
        return ResponseTooLarge(f"The answer has more than {limit} bytes", daemon=self._daemon)


def _length(headers: Mapping[str, str], method: str, status: int) -> int | None:
    """How many bytes the body has; None where that shows at its end."""
    if method == "HEAD" or status in (204, 304):
        return 0
    text = headers.get("Content-Length", "").strip()
    if "chunked" in headers.get("Transfer-Encoding", "").lower() or not (text.isascii() and text.isdigit()):
        return None
    return int(text[:18])
