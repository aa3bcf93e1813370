"""Payloads that every domain answers with."""

from __future__ import annotations

from dockpy.wire.base import Model, SnakeModel

__all__ = ["ErrorDetail", "ErrorResponse", "IDResponse"]


class ErrorResponse(SnakeModel):
    """The body of every error status."""

    message: str = ""


class ErrorDetail(SnakeModel):
    """A failure reported inside a stream."""

    code: int | None = None
    message: str = ""


class IDResponse(Model):
    """The id of what was created."""

    id: str = ""
