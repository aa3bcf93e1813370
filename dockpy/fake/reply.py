"""Requests and replies between a door and the router."""

from __future__ import annotations

import contextlib
import json
import re
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING

from dockpy.fake.blobs import Blob

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dockpy.fake.call import Duplex

__all__ = ["EMPTY", "MUCH", "Reply", "Request", "encode_head", "encode_text", "end", "framing_of"]

EMPTY = Blob.of(b"")
_NO_CHARACTER = re.compile("[\ud800-\udfff]")
_BUFFERED = 2048
"""So many bytes engines gather before the head goes out, and say the body's length if that was all of it."""
MUCH = 1024 * 1024
"""Of a body, so many bytes: before more is read, it is asked whether anybody needs it."""


@dataclass(slots=True)
class Request:
    """A request as it came.

    Attributes:
        method: the HTTP method.
        target: path and query, percent-encoded.
        headers: lower-case names; of a repeated one the values are joined by a comma.
        body: all of it.
    """

    method: str
    target: str
    headers: dict[str, str] = field(default_factory=dict)
    body: Blob = EMPTY


@dataclass(slots=True)
class Reply:
    """What a door writes.

    Attributes:
        status: the HTTP status.
        headers: all but those of the framing.
        body: the body, where it is known as a whole.
        stream: the body as it comes: each piece is asked for under the engine's lock.
        duplex: what follows the head where the connection is taken over.
        raw: bytes to write instead of all that: no HTTP, a fault.
        reset: the connection is reset, without an answer or after the body; as of the body's end.
    """

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    stream: Iterator[bytes] | None = None
    duplex: Duplex | None = None
    raw: bytes | None = None
    reset: bool = False

    @property
    def reason(self) -> str:
        """The words after the status."""
        try:
            if self.status == 101 and "Sec-WebSocket-Accept" not in self.headers:
                return "UPGRADED"
            return HTTPStatus(self.status).phrase
        except ValueError:
            return ""

    @property
    def broken(self) -> bool:
        """The client hears nothing that is an answer."""
        return self.raw is not None or (self.reset and self.stream is None and self.duplex is None)

    def discard(self) -> None:
        """Nobody will read it; under the engine's lock."""
        end(self.stream)
        if self.duplex is not None:
            end(self.duplex.output)

    @classmethod
    def error(cls, status: int, message: str) -> Reply:
        """An engine's error."""
        text = json.dumps({"message": message}, ensure_ascii=False, separators=(",", ":"))
        body = encode_text(text) + b"\n"
        return cls(status, {"Content-Type": "application/json"}, body)


def encode_text(text: str) -> bytes:
    """UTF-8; what is no character becomes U+FFFD, as Go has it."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return _NO_CHARACTER.sub("\ufffd", text).encode()


def end(pieces: Iterator[bytes] | None) -> None:
    """Have a stream end where it stands; where another thread waits in it, that one is told already."""
    close: Callable[[], None] | None = getattr(pieces, "close", None)
    if close is not None:
        with contextlib.suppress(ValueError):
            close()


def framing_of(reply: Reply) -> dict[str, str]:
    """The header that says where a body that is known as a whole ends, as an engine chooses it."""
    told = any(name.lower() == "content-length" for name in reply.headers)
    if told or reply.status in (204, 304):
        return {}
    if len(reply.body) > _BUFFERED:
        return {"Transfer-Encoding": "chunked"}
    return {"Content-Length": str(len(reply.body))}


def encode_head(reply: Reply, headers: dict[str, str]) -> bytes:
    """The head of an answer as it stands on the wire."""
    lines = [f"HTTP/1.1 {reply.status} {reply.reason}"]
    lines += [f"{name}: {value}" for name, value in (reply.headers | headers).items()]
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape")
