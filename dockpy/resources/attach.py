"""The part of a container that attaches to its streams."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, overload

from dockpy.errors import InvalidArgument
from dockpy.ops import containers as ops
from dockpy.options.exec import terminal_size
from dockpy.resources.base import given
from dockpy.resources.feed import input_pieces
from dockpy.resources.interactive import Interactive
from dockpy.resources.output import Pairs
from dockpy.resources.part import ContainerPart
from dockpy.streams.frames import Stream
from dockpy.version import at_least

if TYPE_CHECKING:
    from dockpy.resources.feed import Input
    from dockpy.resources.interactive import Connection

__all__ = ["ContainerAttach"]


class ContainerAttach(ContainerPart):
    """The part of a container that attaches to the streams of its main process."""

    @overload
    def attach(
        self,
        *,
        stdout: bool = True,
        stderr: bool = True,
        stdin: bool = False,
        stream: Literal[False] = False,
        logs: bool = False,
        demux: Literal[False] = False,
        input: Input | None = None,
        detach_keys: str | None = None,
    ) -> bytes: ...

    @overload
    def attach(
        self,
        *,
        stdout: bool = True,
        stderr: bool = True,
        stdin: bool = False,
        stream: Literal[False] = False,
        logs: bool = False,
        demux: Literal[True],
        input: Input | None = None,
        detach_keys: str | None = None,
    ) -> tuple[bytes, bytes]: ...

    @overload
    def attach(
        self,
        *,
        stdout: bool = True,
        stderr: bool = True,
        stdin: bool = False,
        stream: Literal[True],
        logs: bool = False,
        demux: Literal[False] = False,
        input: Input | None = None,
        detach_keys: str | None = None,
    ) -> Interactive: ...

    @overload
    def attach(
        self,
        *,
        stdout: bool = True,
        stderr: bool = True,
        stdin: bool = False,
        stream: Literal[True],
        logs: bool = False,
        demux: Literal[True],
        input: Input | None = None,
        detach_keys: str | None = None,
    ) -> Pairs[Interactive]: ...

    def attach(
        self,
        *,
        stdout: bool = True,
        stderr: bool = True,
        stdin: bool = False,
        stream: bool = False,
        logs: bool = False,
        demux: bool = False,
        input: Input | None = None,
        detach_keys: str | None = None,
    ) -> bytes | tuple[bytes, bytes] | Interactive | Pairs[Interactive]:
        """The streams of its main process.

        Args:
            stdout: its standard output.
            stderr: its standard error.
            stdin: its standard input, which it has only where it was created with ``stdin_open``.
            stream: what it writes as it comes, in place of all that it writes until it ends. Of a container
                that does not run yet, that begins when it is started.
            logs: begin with what it has written so far; its log driver has to be one that can be read.
            demux: standard output and standard error as a pair.
            input: what it reads: bytes, a file open for reading bytes, or an iterable of bytes. It sees the
                end of that only where it was created to be read from once, as ``run(input=…)`` does.
            detach_keys: the keys that detach from a terminal: ``"ctrl-p,ctrl-q"``; those of docker's
                configuration where none are given.

        Returns:
            The bytes, which are none where it does not run and ``logs`` are not asked for; with ``stream``,
            `Interactive` streams: iterate, ``send``, ``close_write``, ``resize``.

        Raises:
            InvalidArgument: ``stdin`` without ``stream``: nobody could send.
            BadParameter: the detach keys are none.
            Conflict: it is paused.
            NotFound: it is not there any more.

        Operation: ContainerAttach.
        """
        pieces = None if input is None else input_pieces(input)
        if stdin and not stream and pieces is None:
            raise InvalidArgument("stdin=True goes with stream=True, or use input=")
        runs = True
        if not stream:
            self.reload()
            runs = bool((self.attrs.get("State") or {}).get("Running"))
        streams = self._attach(
            stdin=stdin or pieces is not None,
            stdout=stdout,
            stderr=stderr,
            logs=logs or None,
            stream=runs,
            detachKeys=self._detach_keys(detach_keys),
        )
        if pieces is not None:
            streams.feed(pieces)
        if stream:
            return Pairs(streams) if demux else streams
        if not runs:  # what is there already: the engine does not wait for anything
            streams.settimeout(self.client.timeouts.read)
        with streams:
            frames = list(streams.frames())
        if demux:
            return (
                b"".join(data for source, data in frames if source is not Stream.STDERR),
                b"".join(data for source, data in frames if source is Stream.STDERR),
            )
        return b"".join(data for _, data in frames)

    def _attach(self, *, stdin: bool, **query: Any) -> Interactive:
        terminal = self._has_terminal()
        connection = self.client.api.upgrade(ops.ATTACH, {"id": self.id}, {**query, "stdin": stdin or None})
        return self._streams(connection, framed=not terminal, stdin=stdin)

    def attach_websocket(
        self,
        *,
        stdin: bool | None = None,
        stdout: bool | None = None,
        stderr: bool | None = None,
        logs: bool = False,
        detach_keys: str | None = None,
    ) -> Interactive:
        """The streams of its main process, over a WebSocket: standard output and standard error are one.

        Args:
            stdin: its standard input; attached unless False is given (API 1.42: before, all three are).
            stdout: its standard output; as ``stdin``.
            stderr: its standard error; as ``stdin``.
            logs: begin with what it has written so far.
            detach_keys: the keys that detach from a terminal.

        Returns:
            `Interactive` streams; ``close_write`` ends what it reads.

        Raises:
            VersionMismatch: a stream was chosen, and the engine gives all three.
            NotFound: it is not there any more.
            InvalidResponse: what answered does not speak WebSocket.

        Operation: ContainerAttachWebsocket.
        """
        from dockpy.transport.websocket import WebSocket

        api = self.client.api
        chosen = given(stdin=stdin, stdout=stdout, stderr=stderr)
        if chosen or at_least(api.version(), "1.42"):
            chosen = {"stdin": True, "stdout": True, "stderr": True, **chosen}
        query = {"stream": True, "logs": logs or None, "detachKeys": self._detach_keys(detach_keys), **chosen}
        connection = WebSocket(api.upgrade(ops.ATTACH_WEBSOCKET, {"id": self.id}, query))
        return self._streams(connection, framed=False, stdin=stdin is not False)

    def _detach_keys(self, given: str | None) -> str | None:
        return self.client.detach_keys if given is None else given

    def _streams(self, connection: Connection, *, framed: bool, stdin: bool) -> Interactive:
        return Interactive(
            connection, framed=framed, stdin=stdin, terminal=self._has_terminal(), resize=self._resize
        )

    def resize(self, *, height: int, width: int) -> None:
        """Change the size of its terminal, in characters.

        Raises:
            Conflict: it does not run.

        Operation: ContainerResize.
        """
        self._resize(height, width)

    def _resize(self, height: int, width: int) -> None:
        h, w = terminal_size("height, width", (height, width))
        self.client.api.call(ops.RESIZE, {"id": self.id}, {"h": h, "w": w})
