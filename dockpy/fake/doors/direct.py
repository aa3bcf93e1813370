"""The door in this process: no socket and no thread, yet requests and answers cross as bytes.

What a client sends is collected until the request is whole; the answer is made when the client reads it, in
the client's own thread. While a client waits, it is its thread that lets the daemon's world go on.
"""

from __future__ import annotations

import logging
import secrets
import time
import weakref
from typing import TYPE_CHECKING, Any

from dockpy.fake.blobs import BlobWriter
from dockpy.fake.engine import Gone, Overdue
from dockpy.fake.reply import EMPTY, MUCH, Reply, Request, encode_head, end, framing_of
from dockpy.streams.http1 import BodyDecoder, Head, Headers, body_decoder, encode_chunk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dockpy.fake.engine import Engine
    from dockpy.fake.registry import FakeRegistry
    from dockpy.fake.router import Router

__all__ = ["DirectChannel", "DirectConnector", "LostConnector"]

_log = logging.getLogger("dockpy.fake")


class DirectConnector:
    """Makes connections to a daemon in this process.

    Args:
        engine: the daemon's state.
        router: answers its requests.
    """

    host = "fake"

    def __init__(self, engine: Engine, router: Router) -> None:
        self._engine = engine
        self._router = router
        self._token = secrets.token_hex(16)
        _CONNECTORS[self._token] = self

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickled, as a client is, it leads to the same daemon, as long as that is in this process."""
        return _connector_of, (self._token,)

    def channel(self, timeout: float | None) -> DirectChannel:
        """A connection; it takes no time."""
        if self._engine.closed:
            raise ConnectionRefusedError(111, "the fake daemon is closed")
        if self._engine.down:
            raise ConnectionRefusedError(111, "the fake daemon is stopped")
        return DirectChannel(self._engine, self._router)

    def registry(self, host: str) -> FakeRegistry:
        """The registry that the daemon knows under a host's name.

        Raises:
            ConnectionRefusedError: nobody is there.
        """
        with self._engine.lock:
            return self._engine.registries.get(host)


_CONNECTORS: weakref.WeakValueDictionary[str, DirectConnector] = weakref.WeakValueDictionary()


class LostConnector:
    """Leads to a daemon that is not there any more, or in another process."""

    host = "fake"

    def channel(self, timeout: float | None) -> DirectChannel:
        """
        Raises:
            ConnectionRefusedError: always.
        """
        raise ConnectionRefusedError(111, "the fake daemon is not in this process")

    def registry(self, host: str) -> FakeRegistry:
        """
        Raises:
            ConnectionRefusedError: always.
        """
        raise ConnectionRefusedError(111, "the fake daemon is not in this process")


def _connector_of(token: str) -> DirectConnector | LostConnector:
    return _CONNECTORS.get(token) or LostConnector()


class DirectChannel:
    """One connection: one request, and its answer or what it was taken over for."""

    def __init__(self, engine: Engine, router: Router) -> None:
        self._engine = engine
        self._router = router
        self._peer = engine.new_peer()
        self._closed = False
        self._timeout: float | None = None
        self._head = bytearray()
        self._request: Request | None = None
        self._decoder: BodyDecoder | None = None
        self._body = BlobWriter()
        self._asked = False
        self._reply: Reply | None = None
        self._pieces: Iterator[bytes] | None = None

    def send(self, data: bytes) -> None:
        """Take what the client sends.

        Raises:
            BrokenPipeError: the connection was closed, or its answer has ended.
        """
        if self._closed or (self._reply is not None and self._pieces is None):
            raise BrokenPipeError(32, "Broken pipe")
        duplex = None if self._reply is None else self._reply.duplex
        if duplex is not None:
            with self._engine.lock:
                self._patience()
                self._guarded(lambda: duplex.send(data))
        elif self._request is None:
            self._take_head(data)
        else:
            self._take_body(data)

    def upload(self, data: bytes, enough: Callable[[bytes], bool]) -> bool:
        """Take what the client sends; False once the answer does not depend on what follows."""
        self.send(data)
        if self._request is None or self._decoder is None or self._body.size < MUCH or self._asked:
            return True
        self._asked = True
        with self._engine.lock:
            if not self._router.refuses(self._request, self._peer):
                return True
        self._decoder = None
        return False

    def _take_head(self, data: bytes) -> None:
        self._head += data
        end = self._head.find(b"\r\n\r\n")
        if end < 0:
            return
        lines = bytes(self._head[:end]).decode("utf-8", "surrogateescape").split("\r\n")
        rest = bytes(self._head[end + 4 :])
        method, target, _ = lines[0].split(" ")
        headers = Headers(
            [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines[1:])]
        )
        self._request = Request(method, target, {name.lower(): value for name, value in headers.items()})
        if "content-length" in headers or "transfer-encoding" in headers:
            self._decoder = body_decoder("POST", Head(200, "", headers, True))
        if rest:
            self._take_body(rest)

    def _take_body(self, data: bytes) -> None:
        if self._decoder is not None and not self._decoder.done:
            self._body.write(self._decoder.feed(data))

    def recv(self) -> bytes:
        """The next bytes of the answer, which is made now."""
        with self._engine.lock:
            if self._closed:
                return b""
            self._patience()
            if self._reply is None:
                if self._peer.gone or self._engine.closed or self._engine.down:
                    raise ConnectionResetError(104, "the fake daemon went away")
                return self._begin()
            if self._pieces is None:
                return b""
            return self._next()

    def _patience(self) -> None:
        self._peer.deadline = None if self._timeout is None else time.monotonic() + self._timeout

    def _guarded(self, step: Callable[[], object]) -> None:
        # Raised outside of the handlers: the frames of the daemon's own error hold the request's body, and
        # the client's would hold that.
        failed: OSError | None = None
        try:
            step()
        except Overdue:
            failed = TimeoutError("timed out")
        except Gone:
            if not self._closed:
                failed = ConnectionResetError(104, "the fake daemon went away")
        if failed is not None:
            raise failed

    def _begin(self) -> bytes:
        if self._request is None or (self._decoder is not None and not self._decoder.done):
            raise ConnectionResetError(104, "the request was never finished")
        self._request.body = self._body.blob()
        self._guarded(self._answer)
        reply = self._reply
        if reply is None:
            return b""
        if reply.raw is not None:
            return reply.raw
        if reply.duplex is not None:
            self._pieces = reply.stream if reply.stream is not None else reply.duplex.output
            return encode_head(reply, {})
        if reply.stream is not None:
            self._pieces = _chunked(reply, reply.stream)
            return encode_head(reply, {"Transfer-Encoding": "chunked"})
        if reply.reset:
            raise ConnectionResetError(104, "Connection reset by peer")
        framing = framing_of(reply)
        body = b"" if self._request.method == "HEAD" or reply.status in (204, 304) else reply.body
        if body and "Transfer-Encoding" in framing:
            body = encode_chunk(body) + encode_chunk(b"")
        return encode_head(reply, framing) + body

    def _answer(self) -> None:
        assert self._request is not None
        self._reply = self._router.answer(self._request, self._peer)

    def _next(self) -> bytes:
        piece = b""

        def step() -> None:
            nonlocal piece
            assert self._pieces is not None
            if self._peer.gone:
                raise Gone
            self._engine.catch_up()
            try:
                piece = next(filter(None, self._pieces), b"")
            except (Gone, OSError):
                raise
            except Exception:
                _log.exception("a stream of the fake daemon's failed")
                raise Gone from None

        self._guarded(step)
        if not piece:
            self._pieces = None
            if self._reply is not None and self._reply.reset:
                raise ConnectionResetError(104, "Connection reset by peer")
        return piece

    def close_write(self) -> None:
        """The client sends no more."""
        if self._reply is not None and self._reply.duplex is not None:
            with self._engine.lock:
                self._patience()
                self._guarded(self._reply.duplex.close_write)
                self._engine.notify()

    def settimeout(self, seconds: float | None) -> None:
        """How long a read may take, in seconds; None for as long as it takes."""
        self._timeout = seconds

    def close(self) -> None:
        """The client goes away; a read that is blocked in another thread ends."""
        if self._closed:
            return
        self._closed = self._peer.gone = True
        if self._engine.lock.busy:  # we are being collected, in the midst of something else
            self._engine.later(self._leave)
            return
        with self._engine.lock:
            self._leave()

    def _leave(self) -> None:
        self._body.close()
        if self._request is not None:
            self._request.body = EMPTY  # whoever looks at an error of ours keeps the channel, not a file
        pieces, self._pieces = self._pieces, None
        end(pieces)
        if self._reply is not None:
            self._reply.discard()
        self._engine.notify()


def _chunked(reply: Reply, pieces: Iterator[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        if piece:
            yield encode_chunk(piece)
    if not reply.reset:
        yield encode_chunk(b"")
