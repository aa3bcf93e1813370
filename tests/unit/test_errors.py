"""The exception tree: its shape, what each error says and carries, and that it survives a pickle."""

from __future__ import annotations

import copy
import inspect
import pickle
from typing import Any

import pytest

import dockpy.errors
from dockpy import Client
from dockpy.errors import (
    ApiError,
    BadParameter,
    BuildError,
    Conflict,
    ConnectionFailed,
    ContainerError,
    DockpyError,
    ErrorResponse,
    Forbidden,
    ImageNotFound,
    InvalidArgument,
    NotFound,
    PullError,
    ServerError,
    StreamError,
    TimedOut,
    Unauthorized,
    error_for_status,
)

TREE = {
    "DockpyError": "Exception",
    "ConnectionFailed": "DockpyError",
    "TimedOut": "ConnectionFailed",
    "ExecTimedOut": "TimedOut",
    "InvalidArgument": "DockpyError",
    "InvalidReference": "InvalidArgument",
    "InvalidEndpoint": "InvalidArgument",
    "ContextNotFound": "InvalidArgument",
    "ConfigError": "DockpyError",
    "VersionMismatch": "DockpyError",
    "InvalidResponse": "DockpyError",
    "TruncatedResponse": "InvalidResponse",
    "ResponseTooLarge": "InvalidResponse",
    "DigestMismatch": "InvalidResponse",
    "UntrustedLocation": "InvalidResponse",
    "ApiError": "DockpyError",
    "BadParameter": "ApiError",
    "Unauthorized": "ApiError",
    "Forbidden": "ApiError",
    "NotFound": "ApiError",
    "ImageNotFound": "NotFound",
    "Conflict": "ApiError",
    "RateLimited": "ApiError",
    "ServerError": "ApiError",
    "StreamError": "DockpyError",
    "PullError": "StreamError",
    "PushError": "StreamError",
    "BuildError": "StreamError",
    "ImageLoadError": "StreamError",
    "ContainerError": "DockpyError",
    "NotReady": "DockpyError",
    "ArchiveError": "DockpyError",
    "TransferError": "DockpyError",
    "FleetError": "DockpyError",
}


class Equal(ConnectionFailed):
    """An error that is equal to its copies."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Equal) and self.args == other.args

    __hash__ = None  # type: ignore[assignment]


CLASSES: list[type[DockpyError]] = [getattr(dockpy.errors, name) for name in TREE]
GIVEN: dict[str, Any] = {
    "message": "It went wrong",
    "operation": "ContainerStart",
    "subject": "container web",
    "daemon": "unix:///run/docker.sock",
    "hint": "Try again.",
    "status_code": 409,
    "response": ErrorResponse(409, "Conflict", {"X": "y"}, b'{"message": "no"}'),
    "code": 7,
    "step": "RUN false",
    "build_log": [{"stream": "Step 1"}],
    "container": Client("unix:///nowhere").containers.known("0" * 64),
    "exit_status": 3,
    "command": ["sh", "-c", "exit 3"],
    "image": "busybox",
    "stdout": b"out\n",
    "stderr": b"err\n",
    "state": "unhealthy",
    "exit_code": 1,
    "output": "connection refused",
    "member": "etc/passwd",
    "exec": None,
    "survived": True,
    "retry_after": 30.0,
    "expected": "sha256:a",
    "actual": "sha256:b",
    "location": "http://elsewhere",
    "errors": {"a": Equal("nobody there"), "b": Equal("nobody there either")},
    "plan": None,
    "left": ("a volume",),
}


def make(cls: type[DockpyError]) -> tuple[DockpyError, dict[str, Any]]:
    """An error with everything that it can be given."""
    names = [name for name in inspect.signature(cls.__init__).parameters if name != "self"]
    given = {name: GIVEN[name] for name in names}
    return cls(**given), given


every_class = pytest.mark.parametrize("cls", CLASSES, ids=list(TREE))


def test_the_tree_is_whole() -> None:
    found = {
        name: value
        for name, value in vars(dockpy.errors).items()
        if isinstance(value, type) and issubclass(value, Exception)
    }
    assert {value.__name__: value.__bases__[0].__name__ for value in found.values()} == TREE
    assert set(found) == set(TREE) | {"DockerException", "APIError"}
    assert set(dockpy.errors.__all__) == {*found, "ErrorResponse", "error_for_status"}
    assert dockpy.errors.DockerException is DockpyError
    assert dockpy.errors.APIError is ApiError


def test_the_tree_is_drawn_as_it_is() -> None:
    drawing = dockpy.errors.__doc__ or ""
    for name, base in TREE.items():
        line = next(line for line in drawing.splitlines() if f" {name} " in f" {line} ")
        if base != "Exception":
            parent = next(other for other in drawing.splitlines() if f" {base} " in f" {other} ")
            assert line.index(name) > parent.index(base)
            assert drawing.index(parent) < drawing.index(line)


def test_errors_are_pythons_own_where_python_has_one() -> None:
    assert issubclass(InvalidArgument, ValueError)
    assert issubclass(TimedOut, TimeoutError)
    assert not issubclass(ConnectionFailed, TimeoutError)


@every_class
def test_an_error_says_what_where_and_what_to_try(cls: type[DockpyError]) -> None:
    error, given = make(cls)
    text = str(error)
    for name in ("message", "operation", "subject", "daemon", "hint"):
        if name in given:
            assert given[name] in text
            assert getattr(error, name) == given[name]
    if cls is BuildError:  # a failed build ends with what its step wrote
        assert text.endswith("\n".join([given["hint"], given["step"], given["output"]]))
    elif "hint" in given:
        assert text.splitlines()[-1] == given["hint"]
    assert isinstance(error, DockpyError)
    assert cls.__doc__


@every_class
@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_an_error_pickles_with_all_it_carries(cls: type[DockpyError], protocol: int) -> None:
    error, given = make(cls)
    error.add_note("a note")
    for again in (pickle.loads(pickle.dumps(error, protocol)), copy.copy(error), copy.deepcopy(error)):
        assert type(again) is cls
        assert str(again) == str(error)
        assert again.args == error.args
        assert again.__notes__ == ["a note"]
        for name in given:
            assert getattr(again, name) == getattr(error, name)


@every_class
def test_an_error_that_was_told_little_says_little(cls: type[DockpyError]) -> None:
    required = [
        name
        for name, parameter in inspect.signature(cls.__init__).parameters.items()
        if parameter.default is parameter.empty and name != "self"
    ]
    error = cls(**{name: GIVEN[name] for name in required})
    assert "None" not in str(error)
    assert "[" not in str(error).replace(repr(GIVEN["command"]), "")
    assert "\n" not in str(error)
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_the_form_of_a_text() -> None:
    assert str(DockpyError("It went wrong")) == "It went wrong"
    assert str(DockpyError("It went wrong", operation="SystemInfo")) == "It went wrong [SystemInfo]"
    assert str(DockpyError("It went wrong", hint="Do this.")) == "It went wrong\nDo this."
    assert str(make(DockpyError)[0]) == (
        "It went wrong [ContainerStart container web on unix:///run/docker.sock]\nTry again."
    )
    assert str(make(Conflict)[0]).startswith("409: It went wrong [")


def test_where_it_happened_is_filled_in_and_never_over() -> None:
    error = DockpyError("x", operation="ContainerStart")
    assert error.at(operation="SystemPing", subject="container web", daemon="tcp://h") is error
    assert (error.operation, error.subject, error.daemon) == ("ContainerStart", "container web", "tcp://h")
    assert error.at().subject == "container web"
    assert "container web on tcp://h" in str(pickle.loads(pickle.dumps(error)))


# The engine's answers


@pytest.mark.parametrize(
    ("status", "cls"),
    [
        (400, BadParameter),
        (401, Unauthorized),
        (403, Forbidden),
        (404, NotFound),
        (409, Conflict),
        (500, ServerError),
        (501, ServerError),
        (503, ServerError),
        (599, ServerError),
        (402, ApiError),
        (406, ApiError),
        (418, ApiError),
    ],
)
def test_each_status_has_its_class(status: int, cls: type[ApiError]) -> None:
    assert error_for_status(status) is cls


def test_an_answer_is_kept() -> None:
    error = make(NotFound)[0]
    assert isinstance(error, ApiError)
    assert (error.status_code, error.explanation) == (409, "It went wrong")
    assert error.response.status_code == 409
    assert error.response.text == '{"message": "no"}'
    assert error.response.headers == {"X": "y"}
    assert ErrorResponse(500, content=b"\xff!").text == "\ufffd!"
    assert ApiError("x", status_code=500).response == ErrorResponse(500)


@pytest.mark.parametrize(
    ("status", "client", "server"), [(400, True, False), (499, True, False), (500, False, True)]
)
def test_whose_fault_it_is(status: int, client: bool, server: bool) -> None:
    error = ApiError("x", status_code=status)
    assert (error.is_client_error(), error.is_server_error()) == (client, server)


def test_a_missing_image_is_caught_as_anything_missing() -> None:
    assert issubclass(ImageNotFound, NotFound)
    assert issubclass(PullError, StreamError)
    assert not issubclass(PullError, ApiError)


# What processes leave behind


def test_a_container_error_shows_the_end_of_what_was_written() -> None:
    def text(stdout: bytes | None, stderr: bytes | None) -> str:
        return str(ContainerError(None, 3, "sh x", "busybox", stderr, stdout))

    assert text(None, None) == "Command 'sh x' in image 'busybox' returned non-zero exit status 3"
    assert text(b"out\n", b"err\n").endswith("exit status 3: err")
    assert text(b"out\n", b"").endswith("exit status 3: out")
    assert text(None, b"\xff").endswith(": \ufffd")
    assert text(None, b"a" * 5000 + b"end").endswith("a" * 1997 + "end")
    assert len(text(None, b"a" * 5000)) < 2200


def test_a_container_error_takes_docker_pys_arguments() -> None:
    error = ContainerError("c", 3, "sh", "busybox", b"err")
    assert (error.container, error.exit_status, error.command) == ("c", 3, "sh")
    assert (error.image, error.stderr, error.stdout) == ("busybox", b"err", None)


def test_a_build_error_has_its_log_and_docker_pys_name_for_the_message() -> None:
    error = BuildError("failed", step="RUN false", build_log=[{"stream": "x"}])
    assert (error.msg, error.step, error.build_log) == ("failed", "RUN false", [{"stream": "x"}])
    assert BuildError("failed").build_log == []
