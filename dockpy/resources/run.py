"""Running a container to its end, without missing its output or its exit."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from dockpy.errors import ContainerError, DockpyError, InvalidResponse
from dockpy.ops import containers as ops
from dockpy.resources.output import OutputStream, RunOutput

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockpy.resources.container import Container

__all__ = ["discard", "run_attached"]


def run_attached(
    container: Container,
    image: str,
    command: str | Sequence[str] | None,
    *,
    stdout: bool,
    stderr: bool,
    tty: bool,
    removed: bool,
) -> RunOutput:
    """Start a created container, read what it writes, and wait until it has exited.

    Both connections are open before it starts: the attached output is whole whatever the log driver, and the
    exit is not missed however short it lives. Where the engine removes it, it is gone when this returns.

    Args:
        container: the container, not started yet.
        image: its image as it was given, for the error.
        command: its command as it was given, for the error.
        stdout: standard output belongs to the result.
        stderr: standard error belongs to the result.
        tty: it has a terminal.
        removed: the engine removes it when it exits.

    Raises:
        ContainerError: the command ended with another status than 0.
    """
    api, path = container.client.api, {"id": container.id}
    try:
        with (
            api.upgrade(ops.ATTACH, path, {"stream": True, "stdout": True, "stderr": True}) as attached,
            api.waiting(ops.WAIT, path, {"condition": "removed" if removed else "next-exit"}) as waiting,
        ):
            container.start()
            frames = list(OutputStream(attached, framed=not tty).frames())
            result = waiting.result()
    except BaseException:
        if removed:
            discard(container)
        raise
    container.stale()
    status = result.get("StatusCode")
    if not isinstance(status, int):
        raise waiting.at(InvalidResponse("The engine did not say how the container ended"))
    output = RunOutput.of(frames, status, stdout=stdout, stderr=stderr)
    if output.exit_status:
        given = command if command is None or isinstance(command, str) else list(command)
        raise waiting.at(
            ContainerError(container, output.exit_status, given, image, output.stderr, output.stdout)
        )
    return output


def discard(container: Container) -> None:
    """Remove a container that was to be removed anyhow, whatever state it is in."""
    with contextlib.suppress(DockpyError):  # gone already, or going; what went wrong before counts
        container.remove(force=True, v=True)
