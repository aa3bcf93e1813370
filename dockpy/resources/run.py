"""Running a container to its end, without missing its output or its exit."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from dockpy.errors import Conflict, ContainerError, DockpyError, InvalidResponse
from dockpy.ops import containers as ops
from dockpy.resources.interactive import Interactive
from dockpy.resources.output import RunOutput

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dockpy.resources.container import Container
    from dockpy.resources.feed import Input
    from dockpy.streams.frames import Frame
    from dockpy.transport.answers import Pending
    from dockpy.transport.exchange import Upgraded
    from dockpy.wire.containers import ContainerWaitResponse

__all__ = ["RunStream", "discard", "run_attached"]

_GOING = 30.0
"""Seconds that the engine may take to remove a container that has ended."""


class RunStream(Interactive):
    """What a container writes, as it comes, and how it ends.

    Its end is the container's: where the command ended with another status than 0, ContainerError is raised
    there. Closed earlier, a container that was to be removed is removed; another one runs on.

    Attributes:
        container: the container.
        exit_status: its exit status; None until the stream is at its end.
    """

    def __init__(
        self,
        container: Container,
        image: str,
        command: str | Sequence[str] | None,
        attached: Upgraded,
        waiting: Pending[ContainerWaitResponse],
        *,
        stdin: bool,
        tty: bool,
        removed: bool,
    ) -> None:
        """The streams of a container that was started; `begin` starts one."""
        super().__init__(attached, framed=not tty, stdin=stdin, terminal=tty, resize=container._resize)
        self.container: Container = container
        self.exit_status: int | None = None
        self._told = (image, command)
        self._waiting = waiting
        self._gone: Pending[ContainerWaitResponse] | None = None
        self._removed = removed
        self._frames = self._ending(self._frames)

    @classmethod
    def begin(
        cls,
        container: Container,
        image: str,
        command: str | Sequence[str] | None,
        *,
        stdout: bool,
        stderr: bool,
        tty: bool,
        removed: bool,
        input: Input | None,
    ) -> RunStream:
        """Attach to a created container, and start it.

        Both connections are open before it starts: the attached output is whole whatever the log driver, and
        the exit is not missed however short it lives.

        Args:
            container: the container, not started yet.
            image: its image as it was given, for the error.
            command: its command as it was given, for the error.
            stdout: its standard output comes.
            stderr: its standard error comes.
            tty: it has a terminal.
            removed: the engine removes it when it exits.
            input: what it reads.
        """
        api, path = container.client.api, {"id": container.id}
        condition = "removed" if removed else "next-exit"
        stdin = input is not None
        wanted = {"stream": True, "stdin": stdin or None, "stdout": stdout or None, "stderr": stderr or None}
        with contextlib.ExitStack() as undo:
            if removed:
                undo.callback(discard, container)
            attached = undo.enter_context(api.upgrade(ops.ATTACH, path, wanted))
            waiting = undo.enter_context(api.waiting(ops.WAIT, path, {"condition": condition}))
            streams = cls(container, image, command, attached, waiting, stdin=stdin, tty=tty, removed=removed)
            if removed and waiting.headers.get("Server", "").startswith("Libpod"):
                # Of a container that it has removed, podman says that its status was 0, whatever it was.
                exits = undo.enter_context(api.waiting(ops.WAIT, path, {"condition": "next-exit"}))
                streams._gone, streams._waiting = waiting, exits
            container.start()
            if input is not None:
                streams.feed(input)
            undo.pop_all()
        return streams

    def _ending(self, frames: Iterator[Frame]) -> Iterator[Frame]:
        yield from frames
        if self._source.cancelled:
            return
        with self._waiting:
            answer = self._waiting.result()
        if self._gone is not None:
            with self._gone:
                self._gone.result()
        self.container.stale()
        status, failure = answer.get("StatusCode"), answer.get("Error") or {}
        if not isinstance(status, int) or failure.get("Message"):
            said = f": {failure['Message']}" if failure.get("Message") else ""
            raise self._waiting.at(InvalidResponse(f"The engine did not say how the container ended{said}"))
        self.exit_status = status
        if status:
            raise self.error(None, None)

    def error(self, stdout: bytes | None, stderr: bytes | None) -> DockpyError:
        """How it failed, with what it wrote."""
        image, command = self._told
        told = command if command is None or isinstance(command, str) else list(command)
        status = self.exit_status or 0
        return self._waiting.at(ContainerError(self.container, status, told, image, stderr, stdout))

    def close(self) -> None:
        """Close the connection; a container that was to be removed, and has not ended, is removed."""
        super().close()
        self._waiting.close()
        if self._gone is not None:
            self._gone.close()
        if self._removed and self.exit_status is None:
            discard(self.container)


def run_attached(container: Container, *, stdout: bool, stderr: bool, **told: Any) -> RunOutput:
    """Start a created container, read what it writes, and wait until it has exited.

    Where the engine removes it, it is gone when this returns.

    Args:
        container: the container, not started yet.
        stdout: standard output belongs to the result.
        stderr: standard error belongs to the result.
        **told: the other arguments of `RunStream.begin`.

    Raises:
        ContainerError: the command ended with another status than 0.
    """
    frames: list[Frame] = []
    with RunStream.begin(container, stdout=True, stderr=True, **told) as streams:
        try:
            frames.extend(streams.frames())
        except ContainerError as error:
            output = RunOutput.of(frames, error.exit_status, stdout=stdout, stderr=stderr)
            raise streams.error(output.stdout, output.stderr) from None
    return RunOutput.of(frames, 0, stdout=stdout, stderr=stderr)


def discard(container: Container) -> None:
    """Remove a container that was to be removed anyhow, whatever state it is in."""
    with contextlib.suppress(DockpyError):  # gone already; what went wrong before counts
        try:
            container.remove(force=True, v=True)
        except Conflict:  # the engine is removing it
            container.wait(condition="removed", timeout=_GOING)
