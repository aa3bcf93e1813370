"""docker-py's exceptions.

    DockerException
    ├── APIError (also requests' HTTPError)
    │   └── NotFound ─ ImageNotFound
    ├── InvalidVersion  InvalidRepository  InvalidConfigFile  InvalidArgument  DeprecatedMethod
    ├── TLSParameterError  NullResource (also a ValueError)
    ├── ContainerError  BuildError  ImageLoadError
    └── MissingContextParameter  ContextAlreadyExists  ContextException  ContextNotFound
    StreamParseError (a RuntimeError)

What goes wrong on the way to the daemon is raised as requests raises it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

import requests

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "APIError",
    "BuildError",
    "ContainerError",
    "ContextAlreadyExists",
    "ContextException",
    "ContextNotFound",
    "DeprecatedMethod",
    "DockerException",
    "ImageLoadError",
    "ImageNotFound",
    "InvalidArgument",
    "InvalidConfigFile",
    "InvalidRepository",
    "InvalidVersion",
    "MissingContextParameter",
    "NotFound",
    "NullResource",
    "StreamParseError",
    "TLSParameterError",
    "create_api_error_from_http_exception",
    "create_unexpected_kwargs_error",
]

_MISSING_IMAGE = (
    "no such image",
    "not found: does not exist or no pull access",
    "repository does not exist",
    "was found but does not match the specified platform",
)


class DockerException(Exception):
    """The root of docker-py's exceptions."""


class APIError(requests.exceptions.HTTPError, DockerException):
    """The engine answered with an error status.

    Attributes:
        response: the whole answer; None where there was none.
        explanation: the engine's own message.
    """

    def __init__(
        self,
        message: object,
        response: requests.Response | None = None,
        explanation: str | None = None,
    ) -> None:
        super().__init__(message)
        self.response = response
        self.explanation = explanation

    def __str__(self) -> str:
        text, response = super().__str__(), self.response
        if response is not None and self.is_error():
            side = "Client" if self.is_client_error() else "Server"
            text = f"{response.status_code} {side} Error for {response.url}: {response.reason}"
        return f'{text} ("{self.explanation}")' if self.explanation else text

    @property
    def status_code(self) -> int | None:
        """The HTTP status."""
        return None if self.response is None else self.response.status_code

    def is_error(self) -> bool:
        """True for a 4xx or 5xx status."""
        return self.is_client_error() or self.is_server_error()

    def is_client_error(self) -> bool:
        """True for a 4xx status."""
        return self.status_code is not None and 400 <= self.status_code < 500

    def is_server_error(self) -> bool:
        """True for a 5xx status."""
        return self.status_code is not None and 500 <= self.status_code < 600


class NotFound(APIError):
    """404: the object is not there."""


class ImageNotFound(NotFound):
    """404, and what is missing is an image."""


class InvalidVersion(DockerException):
    """The API version does not know the operation or the option."""


class InvalidRepository(DockerException):
    """A text is not a repository's name."""


class InvalidConfigFile(DockerException):
    """config.json cannot be used."""


class InvalidArgument(DockerException):
    """An argument was refused before anything was sent."""


class DeprecatedMethod(DockerException):
    """What was called is gone."""


class TLSParameterError(DockerException):
    """TLS was asked for with parameters that do not go together, or files that are not there."""

    def __init__(self, msg: str) -> None:
        super().__init__(msg)
        self.msg = msg

    def __str__(self) -> str:
        return f"{self.msg}. The docker command's TLS options are the model: https://docs.docker.com/engine/security/protect-access/"


class NullResource(DockerException, ValueError):
    """The name or id of the object is missing."""


class ContainerError(DockerException):
    """A container's command ended with a non-zero exit code."""

    def __init__(self, container: Any, exit_status: int, command: Any, image: Any, stderr: Any) -> None:
        said = "" if stderr is None else f": {stderr}"
        super().__init__(
            f"Command '{command}' in image '{image}' returned non-zero exit status {exit_status}{said}"
        )
        self.container = container
        self.exit_status = exit_status
        self.command = command
        self.image = image
        self.stderr = stderr

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.container, self.exit_status, self.command, self.image, self.stderr)


class StreamParseError(RuntimeError):
    """A stream of JSON ended in something else."""

    def __init__(self, reason: object) -> None:
        super().__init__(reason)
        self.msg = reason


class BuildError(DockerException):
    """A build failed.

    Attributes:
        msg: the engine's message.
        build_log: the build's messages.
    """

    def __init__(self, reason: Any, build_log: Iterable[Any]) -> None:
        super().__init__(reason)
        self.msg = reason
        self.build_log = build_log

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.msg, list(self.build_log))


class ImageLoadError(DockerException):
    """An archive could not be loaded as an image."""


class MissingContextParameter(DockerException):
    """A parameter of a context is missing."""

    def __init__(self, param: str) -> None:
        super().__init__(param)
        self.param = param

    def __str__(self) -> str:
        return f"missing parameter: {self.param}"


class ContextAlreadyExists(DockerException):
    """There is a context of that name."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def __str__(self) -> str:
        return f"context {self.name} already exists"


class ContextException(DockerException):
    """A context cannot be used."""

    def __init__(self, msg: str) -> None:
        super().__init__(msg)
        self.msg = msg

    def __str__(self) -> str:
        return self.msg


class ContextNotFound(DockerException):
    """There is no context of that name."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def __str__(self) -> str:
        return f"context '{self.name}' not found"


def create_api_error_from_http_exception(e: requests.exceptions.HTTPError) -> NoReturn:
    """Raise the `APIError` of an error that requests raised."""
    response = e.response
    assert response is not None, "requests' error of a status has the answer"
    _forget_secrets(response.request)
    try:
        explanation = response.json()["message"]
    except (ValueError, KeyError, TypeError):  # a proxy's text, or JSON of another shape
        explanation = (response.text or "").strip()
    kind: type[APIError] = APIError
    if response.status_code == 404:
        text = (explanation or "").lower()
        kind = ImageNotFound if any(words in text for words in _MISSING_IMAGE) else NotFound
    raise kind(e, response=response, explanation=explanation) from e


def _forget_secrets(request: requests.PreparedRequest) -> None:
    """What was asked goes with the error, wherever that is pickled to: without what may be secret in it."""
    request.body = None
    for name in ("Authorization", "X-Registry-Auth", "X-Registry-Config"):
        request.headers.pop(name, None)


def create_unexpected_kwargs_error(name: str, kwargs: Iterable[str]) -> TypeError:
    """The error of keywords that a function does not have."""
    names = [f"'{keyword}'" for keyword in sorted(kwargs)]
    what = "an unexpected keyword argument" if len(names) == 1 else "unexpected keyword arguments"
    return TypeError(f"{name}() got {what} {', '.join(names)}")
