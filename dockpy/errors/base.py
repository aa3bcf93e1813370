"""The root of the tree, and what is refused before anything reaches a daemon, or never came back from it."""

from __future__ import annotations

from typing import Any, Self

__all__ = [
    "ConfigError",
    "ConnectionFailed",
    "ContextNotFound",
    "DigestMismatch",
    "DockpyError",
    "ExecTimedOut",
    "InvalidArgument",
    "InvalidEndpoint",
    "InvalidReference",
    "InvalidResponse",
    "ResponseTooLarge",
    "TimedOut",
    "TruncatedResponse",
    "UntrustedLocation",
    "VersionMismatch",
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


class ResponseTooLarge(InvalidResponse):
    """An answer is larger than anything of its kind can be; it was not read to its end."""


class DigestMismatch(InvalidResponse):
    """Content is not what its digest says: it was damaged, or replaced by another.

    Attributes:
        expected: the digest that it was asked for by.
        actual: the digest of what came.
    """

    def __init__(
        self,
        message: str,
        *,
        expected: str = "",
        actual: str = "",
        operation: str | None = None,
        subject: str | None = None,
        daemon: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, operation=operation, subject=subject, daemon=daemon, hint=hint)
        self.expected = expected
        self.actual = actual


class UntrustedLocation(InvalidResponse):
    """A registry sends clients to a place where they do not go: not with credentials, or not at all.

    Attributes:
        location: the place, without credentials and query.
    """

    def __init__(
        self,
        message: str,
        *,
        location: str = "",
        operation: str | None = None,
        subject: str | None = None,
        daemon: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, operation=operation, subject=subject, daemon=daemon, hint=hint)
        self.location = location
