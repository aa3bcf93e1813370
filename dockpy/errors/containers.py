"""What becomes of containers and their files."""

from __future__ import annotations

from typing import Any

from dockpy.errors.base import DockpyError

__all__ = ["ArchiveError", "ContainerError", "NotReady"]


class ContainerError(DockpyError):
    """A container's command ended with a non-zero exit status.

    Attributes:
        container: the container it ran in (removed already, where it was to be).
        exit_status: the command's exit status.
        command: the command, as it was given.
        image: the image, as it was given.
        stdout: what it wrote to standard output; None where nobody read it.
        stderr: what it wrote to standard error; None where nobody read it.
    """

    def __init__(
        self,
        container: Any,
        exit_status: int,
        command: str | list[str] | None,
        image: str,
        stderr: bytes | None = None,
        stdout: bytes | None = None,
        *,
        daemon: str | None = None,
    ) -> None:
        last = (stderr or stdout or b"").decode("utf-8", "replace").strip()[-2000:]
        message = f"Command {command!r} in image {image!r} returned non-zero exit status {exit_status}"
        super().__init__(f"{message}: {last}" if last else message, daemon=daemon)
        self.container = container
        self.exit_status = exit_status
        self.command = command
        self.image = image
        self.stdout = stdout
        self.stderr = stderr


class NotReady(DockpyError):
    """A container cannot become what was waited for: it is unhealthy, has exited, or has no health check.

    Attributes:
        container: the container.
        state: how it stands with it: ``running``, ``exited``, ``unhealthy``…
        exit_code: its exit status, where it has exited.
        output: what its last probe, or the container, said last.
    """

    def __init__(
        self,
        message: str,
        *,
        container: Any = None,
        state: str = "",
        exit_code: int | None = None,
        output: str = "",
        operation: str | None = None,
        subject: str | None = None,
        daemon: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, operation=operation, subject=subject, daemon=daemon, hint=hint)
        self.container = container
        self.state = state
        self.exit_code = exit_code
        self.output = output


class ArchiveError(DockpyError):
    """A tar cannot be packed of what is here, or a member of one is not unpacked here.

    Attributes:
        member: the member's name.
    """

    def __init__(
        self,
        message: str,
        *,
        member: str = "",
        operation: str | None = None,
        subject: str | None = None,
        daemon: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, operation=operation, subject=subject, daemon=daemon, hint=hint)
        self.member = member
