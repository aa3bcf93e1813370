"""The second road: a request on a connection of its own, its answer a stream or the connection itself."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from dockpy.closing import Closing
from dockpy.errors import DockpyError, InvalidArgument, InvalidResponse
from dockpy.streams.http1 import Head, HeadDecoder, body_decoder, encode_chunk, encode_request_head
from dockpy.transport.failures import explain, root_cause
from dockpy.transport.pace import Pace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dockpy.config.endpoint import Endpoint
    from dockpy.transport.channels import Channel
    from dockpy.transport.connectors import Connector
    from dockpy.transport.message import Request, Timeouts

__all__ = ["ByteStream", "Upgraded", "exchange", "read_whole"]

_MOST_WHILE_SENDING = 64 * 1024 * 1024


class _Connection(Closing):
    """Owns a channel; closes it once, from any thread, and at the latest when it is collected."""

    def __init__(self, channel: Channel, head: Head, endpoint: Endpoint) -> None:
        self._channel = channel
        self._endpoint = endpoint
        self.head = head
        self.closed: bool = False
        self.operation: str | None = None
        self.subject: str | None = None

    def close(self) -> None:
        """Close the connection; a read that is blocked in another thread ends."""
        if not self.closed:
            self.closed = True
            self._channel.close()

    def __del__(self) -> None:
        with contextlib.suppress(Exception):
            self.close()

    def settimeout(self, seconds: float | None) -> None:
        """How long a read may take, in seconds; None for as long as it takes."""
        try:
            self._channel.settimeout(seconds)
        except OSError:
            if not self.closed:  # from another thread: the next read says so
                raise

    def _recv(self) -> bytes:
        try:
            return self._channel.recv()
        except (OSError, ValueError) as error:
            if self.closed:
                return b""
            self.close()
            raise self.at(explain(error, self._endpoint)) from root_cause(error)

    def at(self, error: DockpyError) -> DockpyError:
        """Fill in where an error of this stream happened."""
        return error.at(operation=self.operation, subject=self.subject, daemon=self._endpoint.display)


class ByteStream(_Connection):
    """The body of an answer, as it comes. Iterating ends quietly when it is closed from another thread."""

    def __init__(self, channel: Channel, head: Head, rest: bytes, method: str, endpoint: Endpoint) -> None:
        super().__init__(channel, head, endpoint)
        self._decoder = body_decoder(method, head)
        self._rest = rest

    @property
    def cancelled(self) -> bool:
        """Whether it was closed before its end."""
        return self.closed and not self._decoder.done

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            return self._next()
        except DockpyError as error:
            self.close()
            raise self.at(error) from error.__cause__

    def _next(self) -> bytes:
        while not self._decoder.done and not self.closed:
            data, self._rest = self._rest, b""
            data = data or self._recv()
            if data:
                payload = self._decoder.feed(data)
                if payload:
                    return payload
            elif not self.closed:
                self._decoder.close()
        self.close()
        raise StopIteration

    def read(self) -> bytes:
        """All that is still to come."""
        return b"".join(self)


class Upgraded(_Connection):
    """A connection that was taken over from HTTP: bytes both ways, and each way closed by itself."""

    def __init__(self, channel: Channel, head: Head, rest: bytes, endpoint: Endpoint) -> None:
        super().__init__(channel, head, endpoint)
        self._rest = rest
        self._ended = False

    @property
    def cancelled(self) -> bool:
        """Whether it was closed before its end."""
        return self.closed and not self._ended

    def recv(self) -> bytes:
        """The next bytes; empty at the end."""
        data, self._rest = self._rest, b""
        data = data or self._recv()
        self._ended = self._ended or not (data or self.closed)
        return data

    def __iter__(self) -> Iterator[bytes]:
        while data := self.recv():
            yield data

    def send(self, data: bytes) -> None:
        """Send all of the data.

        Raises:
            ConnectionFailed: the daemon reads no more.
        """
        try:
            self._channel.send(data)
        except (OSError, ValueError) as error:
            raise self.at(explain(error, self._endpoint)) from root_cause(error)

    def close_write(self) -> None:
        """Say that no more will be sent (end of file at the other end); reading goes on."""
        self._channel.close_write()


def exchange(
    connector: Connector,
    endpoint: Endpoint,
    request: Request,
    headers: Mapping[str, str],
    timeouts: Timeouts,
) -> ByteStream | Upgraded:
    """Send a request on a connection of its own and read the head of its answer.

    An error that comes while the body is still being sent ends the sending: it is the answer that counts.

    Args:
        connector: makes the connection.
        endpoint: where it goes, for errors.
        request: what to send; with an ``Upgrade`` header, it asks for the connection.
        headers: sent with every request.
        timeouts: seconds to connect, and for each read; None for as long as it takes.

    Returns:
        The connection where it was given (101), or else the answer's body.

    Raises:
        ConnectionFailed: no engine answered.
        InvalidResponse: what answered does not speak HTTP.
    """
    try:
        channel = connector.channel(timeouts.connect)
    except (OSError, ValueError) as error:
        raise explain(error, endpoint) from root_cause(error)
    try:
        channel.settimeout(timeouts.read)
        _send(channel, request, {"Host": connector.host, **headers, **request.headers})
        head, rest = _read_head(channel, timeouts.read)
        if head.status == 101:
            return Upgraded(channel, head, rest, endpoint)
        return ByteStream(channel, head, rest, request.method, endpoint)
    except _BodyFailed as failed:
        channel.close()
        raise failed.error from None
    except (OSError, DockpyError) as error:
        channel.close()
        raise explain(error, endpoint) from root_cause(error)
    except BaseException:
        channel.close()
        raise


def read_whole(stream: ByteStream, seconds: float | None) -> bytes:
    """All of a body that is no stream, and has an end: it has to come at a pace.

    Args:
        stream: the answer.
        seconds: the time of a read; None for as long as it takes.
    """
    pace, came = Pace(seconds), len(stream._rest)
    try:
        pieces = [stream._decoder.feed(stream._rest)]
        while not stream._decoder.done:
            stream._channel.settimeout(pace.left(came))
            data = stream._channel.recv()
            came = len(data)
            if data:
                pieces.append(stream._decoder.feed(data))
            else:
                stream._decoder.close()
    except (OSError, ValueError, DockpyError) as error:
        raise stream.at(explain(error, stream._endpoint)) from root_cause(error)
    finally:
        stream.close()
    return b"".join(pieces)


def _send(channel: Channel, request: Request, headers: dict[str, str]) -> None:
    body, refused = request.body, _Refused()
    if "Upgrade" not in headers:
        headers["Connection"] = "close"
    if body is None or isinstance(body, bytes):
        if body is not None or request.method in ("POST", "PUT"):
            headers["Content-Length"] = str(len(body or b""))
        channel.upload(encode_request_head(request.method, request.target, headers) + (body or b""), refused)
        return
    headers["Transfer-Encoding"] = "chunked"
    head = encode_request_head(request.method, request.target, headers)
    if channel.upload(head, refused) and _upload(channel, body, refused):
        channel.upload(encode_chunk(b""), refused)


class _BodyFailed(Exception):
    """What is being sent could not be read: the caller's failure, not the daemon's."""

    def __init__(self, error: Exception) -> None:
        super().__init__(error)
        self.error = error


class _Refused:
    """Reads along while a body is sent: whether the answer is there already, and is no success."""

    def __init__(self) -> None:
        self._decoder = HeadDecoder()
        self._head: Head | None = None
        self._came = 0

    def __call__(self, data: bytes) -> bool:
        self._came += len(data)
        if self._came > _MOST_WHILE_SENDING:  # it is kept until all is sent
            raise InvalidResponse(
                f"The daemon answers with {self._came} bytes and more before it has read all"
            )
        try:
            if self._head is None and (found := self._decoder.feed(data)):
                self._head = found[0]
        except InvalidResponse:
            return True  # raised again when the answer is read
        return self._head is not None and self._head.status >= 300


def _upload(channel: Channel, body: Iterable[bytes], refused: _Refused) -> bool:
    """Send a body as it is read; False where the daemon wants no more of it."""
    return all(channel.upload(encode_chunk(piece), refused) for piece in _pieces(body) if piece)


def _pieces(body: Iterable[bytes]) -> Iterator[bytes]:
    try:
        for piece in body:
            if not isinstance(piece, (bytes, bytearray, memoryview)):
                raise InvalidArgument(f"A body is made of bytes, not of {type(piece).__name__}")
            yield bytes(piece)
    except Exception as error:
        raise _BodyFailed(error) from None


def _read_head(channel: Channel, seconds: float | None) -> tuple[Head, bytes]:
    decoder, pace, begun = HeadDecoder(), Pace(seconds), False
    while True:
        data = channel.recv()
        if not data and not begun:
            raise ConnectionResetError("no answer came")
        if not data:
            decoder.close()
        begun = True
        found = decoder.feed(data)
        if found is not None:
            return found
        channel.settimeout(pace.left(len(data)))
