"""What those get who follow a container's output: from its log, as it comes, framed or not."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import quote_plus

from dockpy.fake.kernel.clock import SECOND
from dockpy.streams.frames import Stream, encode_frame

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dockpy.fake.engine import Engine
    from dockpy.fake.state.container import Container
    from dockpy.fake.state.logs import Line
    from dockpy.fake.state.stdio import Attachment, Fanout

__all__ = ["LogReader", "fixed_time", "output_of"]


class LogReader:
    """Reads a container's log.

    Args:
        container: whose.
        streams: 1 for stdout, 2 for stderr.
        since: nanoseconds since 1970; older entries are left out.
        until: newer entries are left out; 0 for none.
        tail: only so many of the last entries at first; None for all.
        timestamps: each entry begins with its time.
        framed: as frames.
        details: each entry begins with what the log's options take from labels and variables.
    """

    def __init__(
        self,
        container: Container,
        *,
        streams: tuple[int, ...],
        since: int = 0,
        until: int = 0,
        tail: int | None = None,
        timestamps: bool = False,
        framed: bool = True,
        details: bool = False,
    ) -> None:
        self._container = container
        self._details = _details(container) if details else b""
        self._streams = streams
        self._since, self._until = since, until
        self._tail = tail
        self._timestamps = timestamps
        self._framed = framed

    def read(self, follow: bool, peer: Callable[[], bool]) -> Iterator[bytes]:
        """The bytes to send, as they come.

        Args:
            follow: go on until the container has exited.
            peer: who waits.
        """
        container, log = self._container, self._container.log
        engine = container.engine
        exits = container.exits
        running = container.state.running
        last = log.last
        yield from self._encode(self._first())
        if not follow or not running:
            return
        if self._until:
            engine.scheduler.at(self._until, engine.notify)
        while True:
            lines = log.after(last)
            if lines:
                last = lines[-1].number
                yield from self._encode([line for line in lines if self._wanted(line)])
                continue
            if self._is_over(exits):
                return
            engine.wait(partial(self._has_more, last, exits), peer)

    def _has_more(self, last: int, exits: int) -> bool:
        return self._container.log.last > last or self._is_over(exits)

    def _is_over(self, exits: int) -> bool:
        container = self._container
        if self._until and container.engine.now() >= self._until:
            return True
        return container.state.removed or (container.exits != exits and not container.state.running)

    def _first(self) -> list[Line]:
        log = self._container.log
        kept = [line for line in log.lines() if self._within(line)]
        if self._tail is not None:
            kept = kept[-self._tail :] if self._tail else []
        return [line for line in kept if line.stream in self._streams]

    def _within(self, line: Line) -> bool:
        return line.time >= self._since and (not self._until or line.time <= self._until)

    def _wanted(self, line: Line) -> bool:
        return line.stream in self._streams and self._within(line)

    def _encode(self, lines: list[Line]) -> Iterator[bytes]:
        for line in lines:
            data = self._details + line.data
            data = fixed_time(line.time).encode() + b" " + data if self._timestamps else data
            yield encode_frame(Stream(line.stream), data) if self._framed else data


def _details(container: Container) -> bytes:
    options = container.host_config["LogConfig"]["Config"]
    env = dict(item.partition("=")[::2] for item in container.config.get("Env") or ())
    taken = {
        name: values[name]
        for option, values in (("labels", container.config.get("Labels") or {}), ("env", env))
        for name in values
        if name in options.get(option, "").split(",")
        or (f"{option}-regex" in options and re.search(options[f"{option}-regex"], name))
    }
    if options.get("tag"):
        taken["tag"] = _tag(container, options["tag"])
    pairs = (f"{quote_plus(name)}={quote_plus(value)}" for name, value in sorted(taken.items()))
    return ",".join(pairs).encode() + b" "


def _tag(container: Container, template: str) -> str:
    """A log's tag: what stands for the container is filled in."""
    values = {
        "ID": container.id[:12],
        "FullID": container.id,
        "Name": container.name,
        "ImageID": container.image.id.removeprefix("sha256:")[:12],
        "ImageFullID": container.image.id,
        "ImageName": container.image_name,
    }
    return re.sub(r"\{\{\s*\.(\w+)\s*\}\}", lambda field: values.get(field[1], field[0]), template)


def fixed_time(nanoseconds: int) -> str:
    """``2024-01-01T00:00:00.500000000Z``: always with nine decimals."""
    seconds, part = divmod(nanoseconds, SECOND)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{part:09d}Z"


def output_of(
    engine: Engine,
    fanout: Fanout,
    attachment: Attachment,
    *,
    framed: bool,
    peer: Callable[[], bool],
) -> Iterator[bytes]:
    """What is written, as it comes, until that ends.

    Args:
        engine: the daemon.
        fanout: what is written.
        attachment: from where on.
        framed: as frames.
        peer: who waits.
    """
    try:
        while True:
            while attachment.pieces:
                stream, data = attachment.take()
                yield encode_frame(Stream(stream), data) if framed else data
            if attachment.ended:
                return
            engine.wait(lambda: bool(attachment.pieces) or attachment.ended, peer)
    finally:
        fanout.detach(attachment)
