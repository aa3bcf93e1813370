"""Failures that are reported inside a stream which began with status 200."""

from __future__ import annotations

from typing import Any

from dockpy.errors.base import DockpyError

__all__ = ["BuildError", "ImageLoadError", "PullError", "PushError", "StreamError"]


class StreamError(DockpyError):
    """The engine reported a failure inside a stream that had begun with status 200.

    Attributes:
        code: the engine's error code, None where it gave none.
    """

    def __init__(
        self,
        message: str,
        *,
        code: int | None = None,
        operation: str | None = None,
        subject: str | None = None,
        daemon: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, operation=operation, subject=subject, daemon=daemon, hint=hint)
        self.code = code


class PullError(StreamError):
    """An image could not be pulled."""


class PushError(StreamError):
    """An image could not be pushed."""


class ImageLoadError(StreamError):
    """An archive could not be loaded or imported as an image."""


class BuildError(StreamError):
    """A build failed.

    Attributes:
        step: the step that failed, as the builder names it; None where no step had begun.
        output: the last lines that this step wrote; the error's text ends with them.
        build_log: the build's messages up to the failure, as the engine sent them.
    """

    def __init__(
        self,
        message: str,
        *,
        step: str | None = None,
        output: str = "",
        build_log: list[dict[str, Any]] | None = None,
        code: int | None = None,
        operation: str | None = None,
        subject: str | None = None,
        daemon: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, code=code, operation=operation, subject=subject, daemon=daemon, hint=hint)
        self.step = step
        self.output = output
        self.build_log: list[dict[str, Any]] = build_log or []

    @property
    def msg(self) -> str:
        """The engine's message (docker-py's name for it)."""
        return self.message

    def __str__(self) -> str:
        return "\n".join(part for part in (super().__str__(), self.step, self.output) if part)
