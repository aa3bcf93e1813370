"""Answers with an error status, of an engine or of a registry."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dockpy.errors.base import DockpyError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "ApiError",
    "BadParameter",
    "Conflict",
    "ErrorResponse",
    "Forbidden",
    "ImageNotFound",
    "NotFound",
    "RateLimited",
    "ServerError",
    "Unauthorized",
    "error_for_status",
]


@dataclass(frozen=True, slots=True)
class ErrorResponse:
    """The HTTP answer behind an `ApiError`."""

    status_code: int
    reason: str = ""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    content: bytes = b""

    @property
    def text(self) -> str:
        """The body as text; bytes that are no UTF-8 are replaced."""
        return self.content.decode("utf-8", "replace")


class ApiError(DockpyError):
    """The engine answered a request with an error status.

    Attributes:
        status_code: the HTTP status.
        explanation: the engine's own message.
        response: the whole answer (`ErrorResponse`).
    """

    def __init__(
        self,
        message: str,
        *,
        status_code: int,
        response: ErrorResponse | None = None,
        operation: str | None = None,
        subject: str | None = None,
        daemon: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, operation=operation, subject=subject, daemon=daemon, hint=hint)
        self.status_code = status_code
        self.response: ErrorResponse = response or ErrorResponse(status_code)

    @property
    def explanation(self) -> str:
        """The engine's own message, as it sent it."""
        return self.message

    def is_client_error(self) -> bool:
        """True for a 4xx status."""
        return 400 <= self.status_code < 500

    def is_server_error(self) -> bool:
        """True for a 5xx status."""
        return 500 <= self.status_code < 600

    def __str__(self) -> str:
        return f"{self.status_code}: {super().__str__()}"


class BadParameter(ApiError):
    """400: the engine did not accept a parameter."""


class Unauthorized(ApiError):
    """401: credentials are missing or wrong."""


class Forbidden(ApiError):
    """403: the engine refuses to do this, whoever asks."""


class NotFound(ApiError):
    """404: the object is not there."""


class ImageNotFound(NotFound):
    """404: the image is not there."""


class Conflict(ApiError):
    """409: the object's state does not allow it, or its name is taken."""


class RateLimited(ApiError):
    """429: too much was asked for in too short a time.

    Attributes:
        retry_after: seconds after which to ask again; None where the answer does not say.
    """

    def __init__(
        self,
        message: str,
        *,
        status_code: int = 429,
        response: ErrorResponse | None = None,
        retry_after: float | None = None,
        operation: str | None = None,
        subject: str | None = None,
        daemon: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(
            message,
            status_code=status_code,
            response=response,
            operation=operation,
            subject=subject,
            daemon=daemon,
            hint=hint,
        )
        self.retry_after = retry_after


class ServerError(ApiError):
    """5xx: the engine failed."""


_BY_STATUS: dict[int, type[ApiError]] = {
    400: BadParameter,
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    429: RateLimited,
}


def error_for_status(status: int) -> type[ApiError]:
    """The error class of an HTTP status."""
    return _BY_STATUS.get(status, ServerError if status >= 500 else ApiError)
