"""Everything dockpy raises.

    DockpyError (DockerException)
    ├── ConnectionFailed            no engine answered there
    │   └── TimedOut                it did not answer in time (also a TimeoutError)
    │       └── ExecTimedOut        a command executed in a container did not end in time
    ├── InvalidArgument             refused before anything was sent (also a ValueError)
    │   ├── InvalidReference        not an image reference
    │   ├── InvalidEndpoint         not an address of a daemon
    │   └── ContextNotFound         no docker context of that name
    ├── ConfigError                 a file or a credential helper cannot be used
    ├── VersionMismatch             the daemon does not speak what was asked of it
    ├── InvalidResponse             what answered is no Docker engine, or broke off
    │   └── TruncatedResponse       it broke off
    ├── ApiError (APIError)         the engine answered with an error status
    │   ├── BadParameter            400
    │   ├── Unauthorized            401
    │   ├── Forbidden               403
    │   ├── NotFound                404
    │   │   └── ImageNotFound       404, and what is missing is an image
    │   ├── Conflict                409
    │   └── ServerError             5xx
    ├── StreamError                 a failure reported inside a stream that began with 200
    │   ├── PullError
    │   ├── PushError
    │   ├── BuildError
    │   └── ImageLoadError
    ├── ContainerError              a container's command ended with a non-zero code
    ├── NotReady                    a container cannot become what was waited for
    └── ArchiveError                a tar cannot be packed, or is not unpacked here

Each error knows the operation, the object, the daemon and what to try next; each can be pickled;
none holds a secret.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "APIError",
    "ApiError",
    "ArchiveError",
    "BadParameter",
    "BuildError",
    "ConfigError",
    "Conflict",
    "ConnectionFailed",
    "ContainerError",
    "ContextNotFound",
    "DockerException",
    "DockpyError",
    "ErrorResponse",
    "ExecTimedOut",
    "Forbidden",
    "ImageLoadError",
    "ImageNotFound",
    "InvalidArgument",
    "InvalidEndpoint",
    "InvalidReference",
    "InvalidResponse",
    "NotFound",
    "NotReady",
    "PullError",
    "PushError",
    "ServerError",
    "StreamError",
    "TimedOut",
    "TruncatedResponse",
    "Unauthorized",
    "VersionMismatch",
    "error_for_status",
]


class DockpyError(Exception):
    """The root of everything dockpy raises.

    Attributes:
        message: what happened, one sentence.
        operation: the Engine operation it happened in, such as ``ContainerCreate``; None outside of one.
        subject: the object it happened to, such as ``container web``; None where there is none.
        daemon: the daemon's URL, without credentials; None where no daemon was concerned.
        hint: what to try next; None where dockpy knows nothing better than the message.
    """

    def __init__(
        self,
        message: str,
        *,
        operation: str | None = None,
        subject: str | None = None,
        daemon: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.operation = operation
        self.subject = subject
        self.daemon = daemon
        self.hint = hint

    def __str__(self) -> str:
        where = [self.operation or "", self.subject or "", f"on {self.daemon}" if self.daemon else ""]
        context = " ".join(part for part in where if part)
        text = f"{self.message} [{context}]" if context else self.message
        return f"{text}\n{self.hint}" if self.hint else text

    def __reduce__(self) -> tuple[Any, ...]:
        # Keyword-only arguments do not survive Exception's own pickling; the attributes are the state.
        return _rebuild, (type(self), self.args, self.__dict__)

    def at(
        self, *, operation: str | None = None, subject: str | None = None, daemon: str | None = None
    ) -> Self:
        """Fill in where it happened, keeping what is known already; returns the same error."""
        self.operation = self.operation or operation
        self.subject = self.subject or subject
        self.daemon = self.daemon or daemon
        return self


def _rebuild(cls: type[DockpyError], args: tuple[Any, ...], state: dict[str, Any]) -> DockpyError:
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class ConnectionFailed(DockpyError):
    """No engine could be reached at the endpoint, or the connection to it was lost."""


class TimedOut(ConnectionFailed, TimeoutError):
    """The daemon did not accept a connection, or did not answer, within the client's timeout."""


class ExecTimedOut(TimedOut):
    """A command that was executed in a container did not end within its timeout.

    Attributes:
        exec: the `Exec`.
        survived: it may run on: it could not be killed.
        stdout: what it had written to standard output, where nobody was reading it as it came.
        stderr: the same of standard error.
    """

    def __init__(self, message: str, *, exec: Any = None, survived: bool = False) -> None:
        super().__init__(message)
        self.exec = exec
        self.survived = survived
        self.stdout: bytes = b""
        self.stderr: bytes = b""


class InvalidArgument(DockpyError, ValueError):
    """An argument was refused before anything was sent; the message names it and the accepted forms."""


class InvalidReference(InvalidArgument):
    """A text is not an image reference (``registry/namespace/name:tag@digest``)."""


class InvalidEndpoint(InvalidArgument):
    """A text is not the address of a daemon (``unix://``, ``tcp://``, ``https://``, ``ssh://``)."""


class ContextNotFound(InvalidArgument):
    """There is no docker context of that name."""


class ConfigError(DockpyError):
    """A configuration file, TLS material or a credential helper is there but cannot be used."""


class VersionMismatch(DockpyError):
    """The daemon's API version does not know the operation or the option, or no common version exists."""


class InvalidResponse(DockpyError):
    """What answered does not speak the Engine API, or stopped in the middle of an answer."""


class TruncatedResponse(InvalidResponse):
    """An answer stopped in the middle: the daemon ended, or the connection to it did."""


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


class ServerError(ApiError):
    """5xx: the engine failed."""


_BY_STATUS: dict[int, type[ApiError]] = {
    400: BadParameter,
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
}


def error_for_status(status: int) -> type[ApiError]:
    """The error class of an HTTP status."""
    return _BY_STATUS.get(status, ServerError if status >= 500 else ApiError)


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


DockerException = DockpyError
"""docker-py's name of `DockpyError`."""
APIError = ApiError
"""docker-py's name of `ApiError`."""
