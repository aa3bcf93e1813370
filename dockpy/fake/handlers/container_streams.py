"""Handlers of what containers write and read: logs, being attached by a raw connection or a WebSocket."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from dockpy.fake.call import Answer, Call, Duplex, handles
from dockpy.fake.failure import Failure
from dockpy.fake.handlers.websocket import ClientDecoder, close_message, encode_binary
from dockpy.fake.kernel.clock import SECOND
from dockpy.fake.state.attaching import LogReader, output_of
from dockpy.fake.state.detach_keys import DEFAULT_KEYS, DetachFilter, parse_detach_keys
from dockpy.ops import containers as ops
from dockpy.streams.frames import Stream, encode_frame
from dockpy.streams.websocket import accept_key
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dockpy.fake.engine import Engine
    from dockpy.fake.kernel.file import PipeWriter
    from dockpy.fake.state.container import Container

__all__ = ["Input", "log_type", "read_streams", "stream_type"]

_RAW = "application/vnd.docker.raw-stream"
_MULTIPLEXED = "application/vnd.docker.multiplexed-stream"


def stream_type(call: Call, framed: bool) -> str:
    """What the stream of a connection that is taken over is labelled."""
    return _MULTIPLEXED if framed and call.knows("1.42") and call.headers.get("upgrade") else _RAW


# Logs


@handles(ops.LOGS)
def _logs(call: Call) -> Answer:
    streams = read_streams(call)
    if not streams:
        raise Failure(400, "Bad parameters: you must choose at least one stream")
    since, until = _moment(call, "since"), _moment(call, "until")
    container = call.engine.containers.get(call.id)
    container.log.check_readable()
    framed = not container.tty
    tail = call.text("tail")
    reader = LogReader(
        container,
        streams=streams,
        since=since,
        until=until,
        tail=int(tail) if tail.isdecimal() else None,
        timestamps=call.flag("timestamps"),
        framed=framed,
        details=call.flag("details"),
    )
    return Answer(
        stream=reader.read(call.flag("follow"), call.gone), content_type=log_type(call, framed=framed)
    )


def log_type(call: Call, *, framed: bool) -> str:
    """What the stream of a log is labelled: by Docker 20.10 with nothing."""
    if not at_least(call.engine.api, "1.42"):
        return ""
    return _MULTIPLEXED if framed and call.knows("1.42") else _RAW


def read_streams(call: Call) -> tuple[int, ...]:
    """The streams that are asked for: 1 for stdout, 2 for stderr."""
    return tuple(number for number, name in ((1, "stdout"), (2, "stderr")) if call.flag(name))


def _moment(call: Call, name: str) -> int:
    """Seconds since 1970 with decimals, in nanoseconds."""
    text = call.text(name)
    if not text:
        return 0
    seconds, _, part = text.partition(".")
    for number in (seconds, part or "0"):
        try:
            int(number)
        except ValueError:
            raise Failure(500, f'strconv.ParseInt: parsing "{number}": invalid syntax') from None
    return int(seconds) * SECOND + int(part.ljust(9, "0")[:9])


# Being attached


class Input:
    """Passes what a client sends on to a process.

    Args:
        engine: the daemon.
        stdin: where it goes; None where that is closed.
        keys: what detaches; empty for nothing.
        peer: who sends.
        detach: called when the keys were typed.
    """

    def __init__(
        self,
        engine: Engine,
        stdin: Callable[[], PipeWriter | None],
        keys: bytes,
        peer: Callable[[], bool],
        detach: Callable[[], None],
    ) -> None:
        self._engine = engine
        self._stdin = stdin
        self._filter = DetachFilter(keys)
        self._peer = peer
        self._detach = detach

    def send(self, data: bytes) -> None:
        """Take what came; waits while nobody reads it."""
        if self._filter.detached:
            return
        left = self._filter.feed(data)

        def passed_on() -> bool:
            nonlocal left
            stdin = self._stdin()
            if stdin is None or not left:
                return True
            try:
                left = left[stdin.write_now(left) or 0 :]
            except BrokenPipeError:
                return True
            return not left

        self._engine.wait(passed_on, self._peer)
        self._engine.catch_up()
        self._engine.notify()
        if self._filter.detached:
            self._detach()


class _Attaching:
    """Somebody being attached to a container, whatever the connection."""

    def __init__(self, call: Call, container: Container, streams: tuple[int, ...], stdin: bool) -> None:
        self._call = call
        self._container = container
        stdio = container.stdio
        self._fanout = stdio.fanout
        self._attachment = self._fanout.attach(streams)
        self._streaming = call.flag("stream")
        self._logs = call.flag("logs")
        self._streams = streams
        keys = (parse_detach_keys(call.text("detachKeys")) or DEFAULT_KEYS) if container.tty else b""
        self._stdin = stdio.stdin if stdin else None
        self.input = Input(call.engine, lambda: self._stdin, keys, call.gone, self._detach)
        if self._streaming or container.log.driver != "none":
            container.emit("attach")

    def _detach(self) -> None:
        self._fanout.detach(self._attachment)
        self._container.emit("detach")

    def output(self, *, framed: bool) -> Iterator[bytes]:
        """What to send."""
        call, container = self._call, self._container
        parts: list[Iterator[bytes]] = []
        if self._logs and container.log.driver == "none":
            return (piece for piece in (_no_logs(framed),))
        if self._logs:
            reader = LogReader(container, streams=self._streams, framed=framed)
            parts.append(iter(list(reader.read(False, call.gone))))
        if self._streaming:
            parts.append(
                output_of(call.engine, self._fanout, self._attachment, framed=framed, peer=call.gone)
            )
        else:
            self._fanout.detach(self._attachment)
        return self._until_the_end(itertools.chain.from_iterable(parts), parts)

    def _until_the_end(self, pieces: Iterator[bytes], parts: list[Iterator[bytes]]) -> Iterator[bytes]:
        try:
            yield from pieces
        finally:
            self._fanout.detach(self._attachment)
            self.close_input()

    def close_input(self) -> None:
        """The client sends no more."""
        config = self._container.config
        stdin, self._stdin = self._stdin, None
        stdio = self._container.stdio
        if stdin is None:
            return
        if not config.get("StdinOnce") or config.get("Tty"):
            self._fanout.detach(self._attachment)
        elif stdio.stdin is stdin:
            stdio.close_stdin()
        self._call.engine.notify()


def _no_logs(framed: bool) -> bytes:
    text = (
        b"Error attaching: failed to get logging factory: logger: no log driver named 'none' is registered: "
        b'error looking up logging plugin none: plugin "none" not found\n'
    )
    return encode_frame(Stream.STDOUT, text) if framed else text


@handles(ops.ATTACH)
def _attach(call: Call) -> Answer:
    try:
        container = _attachable(call)
    except Failure as failure:  # it is told on a connection that is taken over already
        return Answer(status=failure.status, body=f"{failure.message}\r\n".encode(), content_type=_RAW)
    framed = not container.tty
    attaching = _Attaching(call, container, read_streams(call), call.flag("stdin"))
    duplex = Duplex(attaching.output(framed=framed), attaching.input.send, attaching.close_input)
    return Answer(duplex=duplex, content_type=stream_type(call, framed))


def _attachable(call: Call) -> Container:
    keys = call.text("detachKeys")
    try:
        parse_detach_keys(keys)
    except ValueError:
        raise Failure(400, f"Invalid detach keys ({keys}) provided") from None
    container = call.engine.containers.get(call.id)
    if container.state.paused:
        raise Failure(409, f"container {container.id} is paused, unpause the container before attach")
    if container.state.restarting:
        raise Failure(409, f"container {container.id} is restarting, wait until the container is running")
    return container


@handles(ops.ATTACH_WEBSOCKET)
def _attach_websocket(call: Call) -> Answer:
    container = _attachable(call)
    key = call.headers.get("sec-websocket-key")
    if call.headers.get("upgrade", "").lower() != "websocket" or key is None:
        return Answer(status=400, body=b"not websocket protocol", content_type="text/plain; charset=utf-8")
    streams, stdin = (read_streams(call), call.flag("stdin")) if call.knows("1.42") else ((1, 2), True)
    attaching = _Attaching(call, container, streams, stdin)
    decoder = ClientDecoder()

    def take(data: bytes) -> None:
        for piece in decoder.feed(data):
            attaching.input.send(piece)
        if decoder.closed:
            attaching.close_input()

    output = _as_messages(attaching.output(framed=False))
    headers = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Accept": accept_key(key)}
    return Answer(status=101, duplex=Duplex(output, take, attaching.close_input), headers=headers)


def _as_messages(pieces: Iterator[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        yield encode_binary(piece)
    yield close_message()
