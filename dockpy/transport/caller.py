"""Operations on one daemon: the version is agreed on once, errors are typed, answers too."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from dockpy.errors import DockpyError, InvalidArgument, VersionMismatch
from dockpy.ops import system
from dockpy.ops.path import describe, format_path
from dockpy.ops.query import check_known, encode_query
from dockpy.transport.answers import JsonStream, Pending, api_error, decode, refuse_page
from dockpy.transport.exchange import ByteStream, read_whole
from dockpy.transport.message import Request, Timeouts
from dockpy.version import NEWEST

if TYPE_CHECKING:
    from dockpy.ops.operation import Operation
    from dockpy.transport.exchange import Upgraded
    from dockpy.transport.negotiation import Negotiation
    from dockpy.transport.transport import Transport

__all__ = ["Caller", "Hooks", "RequestEvent", "ResponseEvent"]

R = TypeVar("R")
logger: logging.Logger = logging.getLogger("dockpy")
logger.addHandler(logging.NullHandler())


@dataclass(frozen=True, slots=True)
class RequestEvent:
    """A request that is about to be sent. Neither headers nor query nor body: they may hold secrets."""

    operation: str
    method: str
    path: str
    daemon: str


@dataclass(frozen=True, slots=True)
class ResponseEvent:
    """An answer that has come; of a stream, its head."""

    request: RequestEvent
    status: int
    seconds: float


@dataclass(slots=True)
class Hooks:
    """Functions to call before each request and after each answer, in the calling thread."""

    request: list[Callable[[RequestEvent], object]] = field(default_factory=list[Any])
    response: list[Callable[[ResponseEvent], object]] = field(default_factory=list[Any])


@dataclass(frozen=True, slots=True)
class Caller:
    """Calls operations on one daemon.

    Attributes:
        transport: the way to the daemon.
        negotiation: the version to speak.
        timeouts: how long unary calls wait.
        hooks: who watches.
        read_timeout: how long a stream's reads wait, in seconds; None for as long as it takes.
    """

    transport: Transport
    negotiation: Negotiation
    timeouts: Timeouts
    hooks: Hooks
    read_timeout: float | None = None

    def call(
        self,
        operation: Operation[R],
        path: Mapping[str, str] | None = None,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        takes: float = 0,
    ) -> R:
        """Call an operation and read its answer to its end.

        Args:
            operation: the operation.
            path: its path's parts by name.
            query: its query parameters by their names on the wire; None leaves one out.
            body: a model, or the JSON of one; bytes, or an iterable of bytes, where it takes a stream.
            headers: its header parameters.
            takes: seconds that the operation itself may take, added to the read timeout.

        Returns:
            The typed answer.

        Raises:
            InvalidArgument: an argument was refused before anything was sent.
            VersionMismatch: the daemon's version does not know the operation or an option.
            ConnectionFailed: no engine answered.
            ApiError: the engine answered with an error status.
        """
        if operation.streams:
            with self._open(operation, path or {}, query or {}, body, headers or {}) as stream:
                return self._decode(operation, path or {}, stream.head.headers, stream.read())
        request = self._request(operation, path or {}, query or {}, body, headers or {})
        timeouts = self.timeouts.extended(takes) if takes else self.timeouts
        event, began = self._before(operation, request), time.monotonic()
        try:
            response = self.transport.send(request, timeouts)
        except DockpyError as error:
            raise self._at(error, operation, path) from error.__cause__
        self._after(event, response.status, began)
        if response.status not in operation.success:
            # No local name for the error: a frame that its own traceback refers to is kept alive by it.
            raise self._at(
                api_error(operation, response.status, response.reason, response.headers, response.content),
                operation,
                path,
            )
        return self._decode(operation, path or {}, response.headers, response.content)

    def stream(
        self,
        operation: Operation[R],
        path: Mapping[str, str] | None = None,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> ByteStream:
        """Call an operation; the bytes of its answer come as they are read. Arguments as of `call`."""
        stream: ByteStream = self._open(operation, path or {}, query or {}, body, headers or {})
        return stream

    def objects(
        self,
        operation: Operation[R],
        path: Mapping[str, str] | None = None,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> JsonStream[R]:
        """Call an operation; the objects of its answer come as they are read. Arguments as of `call`."""
        return JsonStream(operation, self._open(operation, path or {}, query or {}, body, headers or {}))

    def waiting(
        self, operation: Operation[R], path: Mapping[str, str], query: Mapping[str, Any] | None = None
    ) -> Pending[R]:
        """Call an operation whose answer comes later: this returns when the engine has begun to answer."""
        return Pending(operation, self._open(operation, path, query or {}, None, {}))

    def upgrade(
        self,
        operation: Operation[Any],
        path: Mapping[str, str] | None = None,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
    ) -> Upgraded:
        """Call an operation that gives the connection itself. Arguments as of `call`.

        Raises:
            InvalidResponse: the daemon, or a proxy before it, did not give the connection.
        """
        connection: Upgraded = self._open(
            operation, path or {}, query or {}, body, {}, upgrade=operation.answer.protocol
        )
        return connection

    def version(self) -> str:
        """The API version that is spoken with the daemon; asked for the first time it is needed."""
        connect, read = self.timeouts.connect, self.timeouts.read
        patience = None if connect is None or read is None else connect + read
        return self.negotiation.version(self._ping, self._oldest, patience)

    # Requests

    def _request(
        self,
        operation: Operation[Any],
        path: Mapping[str, str],
        query: Mapping[str, Any],
        body: Any,
        headers: Mapping[str, str],
    ) -> Request:
        target = format_path(operation, path)  # a bad name is refused before the daemon is asked anything
        try:
            if operation.unversioned:
                version = NEWEST
            else:
                version = self.version()
                target = f"/v{version}{target}"
            if not operation.known_to(version):
                raise VersionMismatch(
                    f"{operation.id} needs API {operation.since}, and the daemon is spoken to in {version}",
                    hint="Upgrade the engine.",
                )
            if text := encode_query(operation, query, version):
                target = f"{target}?{text}"
            content, content_type = _encode_body(operation, body, version)
            sent = {"Content-Type": content_type} if content_type else {}
            for param in operation.headers:
                if (value := headers.get(param.name)) is not None:
                    check_known(operation, param, version)
                    sent[param.name] = value
        except DockpyError as error:
            raise self._at(error, operation, path) from error.__cause__
        return Request(operation.method, target, sent, content, operation.idempotent)

    def _open(
        self,
        operation: Operation[Any],
        path: Mapping[str, str],
        query: Mapping[str, Any],
        body: Any,
        headers: Mapping[str, str],
        upgrade: str | None = None,
    ) -> Any:
        request = self._request(operation, path, query, body, headers)
        # A stream may be silent, but one that begins at once is not allowed to be so before it has begun.
        limits = (self.read_timeout, self.timeouts.read)
        patience = min((limit for limit in limits if limit is not None), default=None)
        head_timeout = patience if operation.prompt else self.read_timeout
        timeouts = Timeouts(self.timeouts.connect, head_timeout)
        event, began = self._before(operation, request), time.monotonic()
        try:
            if upgrade:
                stream: ByteStream | Upgraded = self.transport.upgrade(request, timeouts, upgrade)
            else:
                stream = self.transport.stream(request, timeouts)
        except DockpyError as error:
            raise self._at(error, operation, path) from error.__cause__
        stream.operation, stream.subject = operation.id, describe(operation, path)
        head = stream.head
        self._after(event, head.status, began)
        if head.status == 101 if upgrade else head.status in operation.success:
            try:
                refuse_page(head.headers)
            except DockpyError as error:
                stream.close()
                raise stream.at(error) from None
            stream.settimeout(self.read_timeout)
            return stream
        with stream:
            # Only an error's body has an end: where no connection was given, output may go on for days.
            content = (
                read_whole(stream, patience) if isinstance(stream, ByteStream) and head.status >= 400 else b""
            )
        raise self._at(api_error(operation, head.status, head.reason, head.headers, content), operation, path)

    def _before(self, operation: Operation[Any], request: Request) -> RequestEvent | None:
        if not self.hooks.request and not self.hooks.response and not logger.isEnabledFor(logging.DEBUG):
            return None
        path = request.target.partition("?")[0]
        event = RequestEvent(operation.id, request.method, path, self.transport.endpoint.display)
        for hook in self.hooks.request:
            hook(event)
        return event

    def _after(self, request: RequestEvent | None, status: int, began: float) -> None:
        if request is None:
            return
        event = ResponseEvent(request, status, time.monotonic() - began)
        logger.debug("%s %s -> %d (%.1f ms)", request.method, request.path, status, event.seconds * 1000)
        for hook in self.hooks.response:
            hook(event)

    # Answers

    def _decode(
        self, operation: Operation[R], path: Mapping[str, str], headers: Mapping[str, str], content: bytes
    ) -> R:
        try:
            refuse_page(headers)
            return decode(operation, headers, content)
        except DockpyError as error:
            raise self._at(error, operation, path) from None

    def _at(
        self, error: DockpyError, operation: Operation[Any], path: Mapping[str, str] | None
    ) -> DockpyError:
        return error.at(
            operation=operation.id,
            subject=describe(operation, path or {}),
            daemon=self.transport.endpoint.display,
        )

    # Versions

    def _ping(self) -> Mapping[str, str]:
        request = Request("GET", system.PING.path, idempotent=True)
        event, began = self._before(system.PING, request), time.monotonic()
        response = self.transport.send(request, self.timeouts)
        self._after(event, response.status, began)
        if response.status >= 400:
            raise self._at(
                api_error(system.PING, response.status, response.reason, response.headers, response.content),
                system.PING,
                None,
            )
        return response.headers

    def _oldest(self, headers: Mapping[str, str]) -> str | None:
        """The oldest version that the daemon speaks; its newest one is the safe one to ask in."""
        target = f"/v{headers['Api-Version']}{system.VERSION.path}"
        response = self.transport.send(Request("GET", target, idempotent=True), self.timeouts)
        if response.status != 200:
            return None
        lowest: str | None = decode(system.VERSION, response.headers, response.content).get("MinAPIVersion")
        return lowest


def _encode_body(operation: Operation[Any], body: Any, version: str) -> tuple[Any, str | None]:
    """A body as it is sent, and its media type."""
    declared = operation.body
    if body is None:
        if declared is not None and declared.required:
            raise InvalidArgument(f"{operation.id} needs a body")
        return None, None
    if declared is None:
        raise InvalidArgument(f"{operation.id} takes no body")
    if declared.model is None:
        if isinstance(body, str) or not isinstance(body, Iterable):
            raise InvalidArgument(
                f"{operation.id} takes bytes, or an iterable of bytes, not {type(body).__name__}"
            )
        return body, declared.content_type
    documents = [
        _document(operation, declared.model, item, version) for item in (body if declared.many else [body])
    ]
    content = json.dumps(documents if declared.many else documents[0], separators=(",", ":"))
    return content.encode(), "application/json"


def _document(operation: Operation[Any], ref: str, body: Any, version: str) -> Any:
    """The JSON of a body, held against its model and the version."""
    from pydantic import ValidationError

    from dockpy.wire.base import Model, faults
    from dockpy.wire.document import load_model, model_of
    from dockpy.wire.versions import unknown_fields

    cls: type = load_model(ref)
    body = model_of(body)
    if not issubclass(cls, Model):  # PluginSet takes a list of str
        if not isinstance(body, cls):
            raise InvalidArgument(
                f"{operation.id} takes a list of {cls.__name__}, not of {type(body).__name__}"
            )
        return body
    try:
        model = body if type(body) is cls else cls.model_validate(dict(body))
    except ValidationError as error:
        raise InvalidArgument(f"{operation.id}'s body does not fit {cls.__name__}: {faults(error)}") from None
    except (TypeError, ValueError):
        raise InvalidArgument(
            f"{operation.id}'s body is a {cls.__name__}, or a mapping of its fields"
        ) from None
    for problem in unknown_fields(model, version):
        raise VersionMismatch(
            f"{problem}, and the daemon is spoken to in {version}",
            hint="Leave the option out, or upgrade the engine.",
        )
    return model.dump()
