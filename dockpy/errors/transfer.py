"""What goes wrong between two daemons."""

from __future__ import annotations

from typing import Any

from dockpy.errors.base import DockpyError

__all__ = ["TransferError"]


class TransferError(DockpyError):
    """A step of a copy or a move failed. What had been done was undone; the cause says what went wrong.

    Attributes:
        step: the name of the step that failed.
        plan: the `Plan` of all of them.
        left: what could not be undone, one sentence each; empty where both daemons are as they were.
    """

    def __init__(
        self,
        message: str,
        *,
        step: str = "",
        plan: Any = None,
        left: tuple[str, ...] = (),
        operation: str | None = None,
        subject: str | None = None,
        daemon: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, operation=operation, subject=subject, daemon=daemon, hint=hint)
        self.step = step
        self.plan = plan
        self.left = left
