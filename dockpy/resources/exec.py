"""A command executed in a container: what it is, its streams, its result."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar, overload

from dockpy.errors import DockpyError, ExecTimedOut, InvalidArgument, TimedOut
from dockpy.ops import exec as ops
from dockpy.options.exec import terminal_size
from dockpy.resources.base import Resource, given
from dockpy.resources.interactive import Interactive
from dockpy.resources.killing import kill_marked
from dockpy.resources.output import Pairs
from dockpy.streams.frames import Stream
from dockpy.transport.message import check_timeout

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockpy.client import Client
    from dockpy.resources.interactive import Connection
    from dockpy.streams.frames import Frame
    from dockpy.wire.exec import ExecCreateRequest, ExecInspectResponse

__all__ = ["Exec", "ExecPairs", "ExecResult", "ExecStream"]

O = TypeVar("O")  # noqa: E741 - the output's type

_FIRST_PAUSE, _LONGEST_PAUSE = 0.001, 0.1
_DYING = 5.0
"""Seconds that a killed command may take to be gone."""


class ExecResult(tuple[int, O], Generic[O]):
    """How a command ended, and what it wrote: ``exit_code, output = container.exec_run(…)``.

    Attributes:
        stdout: what it wrote to standard output.
        stderr: what it wrote to standard error.
    """

    stdout: bytes
    stderr: bytes

    def __new__(cls, exit_code: int, output: O, stdout: bytes = b"", stderr: bytes = b"") -> ExecResult[O]:
        """The result of its parts."""
        self = super().__new__(cls, (exit_code, output))
        self.stdout, self.stderr = stdout, stderr
        return self

    @property
    def exit_code(self) -> int:
        """Its exit status."""
        return self[0]

    @property
    def output(self) -> O:
        """What it wrote: bytes, in the order in which they came; with ``demux``, a pair (stdout, stderr)."""
        return self[1]

    def __repr__(self) -> str:
        return f"ExecResult(exit_code={self.exit_code!r}, output={self.output!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (*self, self.stdout, self.stderr)


class Exec(Resource["ExecInspectResponse"]):
    """A command executed in a container."""

    def __init__(
        self,
        client: Client,
        id: str,
        *,
        container_id: str | None = None,
        request: ExecCreateRequest | None = None,
        wanted: tuple[bool, bool] = (True, True),
        mark: str | None = None,
    ) -> None:
        super().__init__(client, id)
        self._wanted = wanted
        self._started = False
        self._container_id = container_id
        self._request = request
        self._mark = mark

    @property
    def running(self) -> bool:
        """Whether it runs; the engine is asked."""
        return bool(self.inspect().get("Running"))

    @property
    def exit_code(self) -> int | None:
        """Its exit status; None where it runs, or has not been started. The engine is asked."""
        state = self.inspect()
        code = state.get("ExitCode")
        return code if isinstance(code, int) and not state.get("Running") else None

    def inspect(self) -> ExecInspectResponse:
        """Everything the engine says of it, asked anew.

        Operation: ExecInspect.
        """
        self.reload()
        return self.attrs

    def _inspect(self) -> ExecInspectResponse:
        return self.client.api.call(ops.INSPECT, {"id": self.id})

    @overload
    def start(
        self,
        *,
        detach: Literal[False] = False,
        timeout: float | None = None,
        console_size: tuple[int, int] | None = None,
    ) -> ExecStream: ...

    @overload
    def start(
        self,
        *,
        detach: Literal[True],
        timeout: float | None = None,
        console_size: tuple[int, int] | None = None,
    ) -> None: ...

    def start(
        self,
        *,
        detach: bool = False,
        timeout: float | None = None,
        console_size: tuple[int, int] | None = None,
    ) -> ExecStream | None:
        """Start it.

        Args:
            detach: without its streams.
            timeout: seconds until it is killed, as of `Container.exec_run`. Not with ``detach``.
            console_size: height and width of its terminal, in characters (API 1.42).

        Returns:
            Its streams; None with ``detach``.

        Raises:
            InvalidArgument: it has been started already: a command runs once.
            Conflict: its container does not run.
            NotFound: it is not there any more.

        Operation: ExecStart.
        """
        size = None if console_size is None else terminal_size("console_size", console_size)
        tty, stdin = self._shape()
        body = given(tty=tty, console_size=size, detach=detach or None)
        path = {"id": self.id}
        limit = check_timeout("timeout", timeout)
        if self._started:  # the engine says so in the command's own output
            raise InvalidArgument(f"The command {self.short_id} has been started already: it runs once")
        self._started = True
        self.stale()
        if detach:
            with self.client.api.stream(ops.START, path, body=body) as answer:
                answer.read()
            return None
        deadline = None if limit is None else (limit, time.monotonic() + limit)
        connection = self.client.api.upgrade(ops.START, path, body=body)
        return ExecStream(self, connection, tty=tty, stdin=stdin, wanted=self._wanted, deadline=deadline)

    def _shape(self) -> tuple[bool, bool]:
        """Whether it has a terminal, and whether its standard input is attached."""
        if self._request is not None:
            return bool(self._request.tty), bool(self._request.attach_stdin)
        self._started = bool(self.attrs.get("Running")) or self.attrs.get("ExitCode") is not None
        config = self.attrs.get("ProcessConfig") or {}
        return bool(config.get("tty")), bool(self.attrs.get("OpenStdin"))

    def resize(self, *, height: int, width: int) -> None:
        """Change the size of its terminal, in characters.

        Operation: ExecResize.
        """
        self._resize(height, width)

    def _resize(self, height: int, width: int) -> None:
        h, w = terminal_size("height, width", (height, width))
        self.client.api.call(ops.RESIZE, {"id": self.id}, {"h": h, "w": w})

    def wait(self, *, timeout: float | None = None) -> int:
        """Wait until it has ended: the Engine has no operation for that, so it is asked again and again.

        Args:
            timeout: seconds to wait; None for as long as it takes.

        Returns:
            Its exit status.

        Raises:
            TimedOut: it did not end in time.
            NotFound: it is not there any more: its container is gone.
        """
        end = None if timeout is None else time.monotonic() + timeout
        pause = _FIRST_PAUSE
        while (code := self.exit_code) is None:
            if end is not None and time.monotonic() + pause > end:
                raise self.at(TimedOut(f"The command did not end within {timeout:g} s"))
            time.sleep(pause)
            pause = min(pause * 1.5, _LONGEST_PAUSE)
        return code

    def at(self, error: DockpyError) -> DockpyError:
        """The error, with the object and the daemon."""
        return error.at(operation=ops.START.id, subject=f"exec {self.id}", daemon=self.client.daemon)

    def _kill(self) -> str | None:
        """Kill it and its children; why it runs on, or None."""
        reason = "its container is not known"
        request, container_id = self._request, self._container_id
        if request is None or container_id is None or self._mark is None:
            return reason
        # Its own user may signal it, unless it has changed that; root with all rights always may.
        for user, privileged in ((request.user, bool(request.privileged)), ("0", True)):
            try:
                kill_marked(self.client, container_id, self._mark, user=user, privileged=privileged)
                self.wait(timeout=_DYING)
            except DockpyError as error:
                reason = error.message
            else:
                return None
        return reason


class ExecStream(Interactive):
    """The streams of a command: iterate for what it writes, `send` what it is to read.

    Attributes:
        exec: the command.
    """

    def __init__(
        self,
        exec: Exec,
        connection: Connection,
        *,
        tty: bool,
        stdin: bool,
        wanted: tuple[bool, bool],
        deadline: tuple[float, float] | None,
    ) -> None:
        """The streams of a command that was started; `Exec.start` gives them."""
        super().__init__(connection, framed=not tty, stdin=stdin, terminal=tty, resize=exec._resize)
        self.exec: Exec = exec
        self._wanted: dict[Stream, bool] = {Stream.STDOUT: wanted[0], Stream.STDERR: wanted[1]}
        self._deadline = deadline
        self._drained = False
        self._frames = self._ending(self._frames)

    @property
    def exit_code(self) -> int | None:
        """Its exit status, once everything it wrote is read; None where it still runs."""
        return self.wait() if self._drained else self.exec.exit_code

    @property
    def output(self) -> ExecStream:
        """Itself: a result that is not there yet has its output where one that is has it."""
        return self

    def wait(self, *, timeout: float | None = None) -> int:
        """Wait until it has ended; see `Exec.wait`. What it writes should be read meanwhile."""
        if timeout is None and self._deadline is not None:
            try:
                return self.exec.wait(timeout=max(self._deadline[1] - time.monotonic(), 0))
            except ExecTimedOut:
                raise
            except TimedOut:
                raise self._timed_out() from None
        return self.exec.wait(timeout=timeout)

    def result(self) -> ExecResult[bytes]:
        """What it still writes, and how it ends.

        Raises:
            ExecTimedOut: it did not end in time; the error has what it had written.
        """
        stdout, stderr, everything = list[bytes](), list[bytes](), list[bytes]()
        try:
            for stream, data in self.frames():
                (stderr if stream is Stream.STDERR else stdout).append(data)
                everything.append(data)
            code = self.wait()
        except ExecTimedOut as error:
            error.stdout, error.stderr = b"".join(stdout), b"".join(stderr)
            raise
        except KeyboardInterrupt:
            if self._deadline is not None:  # nobody is there any more to kill it when its time is up
                self.close()
                self.exec._kill()
            raise
        return ExecResult(code, b"".join(everything), b"".join(stdout), b"".join(stderr))

    def _ending(self, frames: Iterator[Frame]) -> Iterator[Frame]:
        limit = self.exec.client.stream_timeout
        while True:
            if self._deadline is not None:
                left = self._deadline[1] - time.monotonic()
                if left <= 0:
                    raise self._timed_out()
                self._connection.settimeout(left if limit is None else min(left, limit))
            try:
                frame = next(frames)
            except StopIteration:
                self._drained = True
                return
            except TimedOut:
                if self._deadline is None or time.monotonic() < self._deadline[1]:
                    raise
                raise self._timed_out() from None
            if self._wanted.get(frame.stream, True):
                yield frame

    def _timed_out(self) -> DockpyError:
        """Kill it, and say so."""
        assert self._deadline is not None
        self.close()
        reason = self.exec._kill()
        ended = f"and could not be killed: {reason}. It runs on" if reason else "and was killed"
        message = f"The command did not end within {self._deadline[0]:g} s, {ended}"
        return self.exec.at(ExecTimedOut(message, exec=self.exec, survived=reason is not None))


class ExecPairs(Pairs[ExecStream]):
    """What a command writes, as pairs (stdout, stderr), one of which is empty."""

    @property
    def exit_code(self) -> int | None:
        """See `ExecStream.exit_code`."""
        return self.stream.exit_code

    @property
    def output(self) -> ExecPairs:
        """Itself; see `ExecStream.output`."""
        return self

    def wait(self, *, timeout: float | None = None) -> int:
        """See `ExecStream.wait`."""
        return self.stream.wait(timeout=timeout)
