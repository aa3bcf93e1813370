"""Answers: statuses to errors, bytes to typed values, streams to typed items."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from dockpy.closing import Closing
from dockpy.errors import (
    ApiError,
    DockpyError,
    ErrorResponse,
    ImageNotFound,
    InvalidResponse,
    error_for_status,
)
from dockpy.streams.jsonlines import JsonDecoder
from dockpy.wire.document import Document

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from dockpy.ops.operation import Operation
    from dockpy.transport.exchange import ByteStream

__all__ = ["JsonStream", "Pending", "api_error", "decode", "refuse_page"]

R = TypeVar("R")
_TLS_ONLY = b"Client sent an HTTP request to an HTTPS server"


def decode(operation: Operation[R], headers: Mapping[str, str], content: bytes) -> R:
    """The typed value of a successful answer.

    Raises:
        InvalidResponse: it is not what the operation answers with.
    """
    answer = operation.answer
    value: Any
    match answer.kind:
        case "nothing":
            value = None
        case "text":
            value = content.decode("utf-8", "replace")
        case "headers" if answer.header and answer.model:
            value = Document(_coded_json(headers.get(answer.header, "")), answer.model)
        case "headers":
            value = dict(headers)
        case "json-list":
            items = _json(content)
            items = [] if items is None else _expect(list, items)  # Go sends null for a list of nothing
            value = [Document(_expect(dict, item), answer.model) for item in items] if answer.model else items
        case "json" if answer.model:
            nothing = not content and 204 in operation.success
            value = None if nothing else Document(_expect(dict, _json(content)), answer.model)
        case _:
            value = _json(content)
    return value  # type: ignore[no-any-return]  # the operation's declaration says what it is


def refuse_page(headers: Mapping[str, str]) -> None:
    """Hold a success's headers against what no engine sends: a page, of a proxy or of another server.

    Where the body is bytes, or does not matter, nothing else would tell.

    Raises:
        InvalidResponse: it is a page.
    """
    kind = headers.get("Content-Type", "")
    if kind.lower().startswith("text/html"):
        raise InvalidResponse(
            f"The answer is a web page ({kind[:80]})",
            hint="Check that the endpoint is a Docker engine's, and no proxy stands before it.",
        )


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        raise InvalidResponse(
            f"The answer is not JSON: {content[:80]!r}",
            hint="Check that the endpoint is a Docker engine's.",
        ) from None


def _coded_json(coded: str) -> dict[str, Any]:
    try:
        return _expect(dict, _json(base64.b64decode(coded, validate=True)))
    except ValueError:
        raise InvalidResponse(f"The answer's header is no base64: {coded[:80]!r}") from None


T = TypeVar("T")


def _expect(kind: type[T], value: Any) -> T:
    if not isinstance(value, kind):
        raise InvalidResponse(f"The answer is no JSON {kind.__name__}: {str(value)[:80]!r}")
    return value


def api_error(
    operation: Operation[Any],
    status: int,
    reason: str,
    headers: Mapping[str, str],
    content: bytes,
) -> ApiError | InvalidResponse:
    """The error of an answer whose status is none of the operation's successes."""
    if status < 400:
        wrong = "did not give the connection" if operation.answer.kind == "upgrade" else "does not have it"
        return InvalidResponse(
            f"The answer's status is {status} {reason}: {operation.id} {wrong}",
            hint="Check that the endpoint is a Docker engine's, and no proxy stands before it.",
        )
    kind, message = error_for_status(status), _message(content) or reason or f"status {status}"
    # An operation that is about something else may miss other things than the image too (a volume's driver).
    if status == 404 and (
        operation.subject == "image" or (operation.missing == "image" and "image" in message)
    ):
        kind = ImageNotFound
    return kind(
        message,
        status_code=status,
        response=ErrorResponse(status, reason, dict(headers), content),
        hint=_hint(status, message, content),
    )


_NO_SUCH_ROUTE = ("page not found", "404 page not found", "not found")  # Docker, Go's own server, podman

# Where a daemon's part in a swarm does not allow it engines name commands; these are ours.
_SWARM_HINTS = {
    "Worker nodes can't": (
        "Ask a client of one of its managers; there, node.update(role='manager') promotes this one."
    ),
    "does not have a leader": (
        "Start the managers that are missing, or make a swarm of what this one knows: "
        "client.swarm.init(force_new_cluster=True)."
    ),
    "join token": "client.swarm.join_tokens of one of its managers are those that let daemons in now.",
    "not a swarm manager": (
        "client.swarm.init() makes a swarm, client.swarm.join(…) joins one. "
        "Of a worker, ask a manager's client."
    ),
    "already part of a swarm": "client.swarm.leave() leaves it.",
    "participating as a manager": "client.swarm.leave(force=True) leaves it all the same.",
    "needs to be unlocked": "client.swarm.unlock(key) unlocks it.",
}


def _hint(status: int, message: str, content: bytes) -> str | None:
    if _TLS_ONLY in content:
        return "The daemon speaks TLS there: give Client(tls=TLS(…)), or set DOCKER_TLS_VERIFY=1."
    if status == 404 and message.lower() in _NO_SUCH_ROUTE:
        return "It is not the object that is missing: the engine does not have this operation."
    return next((hint for text, hint in _SWARM_HINTS.items() if text in message), None)


def _message(content: bytes) -> str:
    """The engine's own words: the message of its JSON, or the text itself."""
    text = content.decode("utf-8", "replace").strip()
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text[:1000]
    if isinstance(value, dict):
        for key in ("message", "cause", "error"):  # podman adds a cause
            if isinstance(value.get(key), str) and value[key]:
                return str(value[key]).strip()
    return text[:1000]


class JsonStream(Closing, Generic[R]):
    """Typed objects, as they come. Close it from any thread; it closes itself at its end."""

    def __init__(self, operation: Operation[R], source: ByteStream) -> None:
        self._operation = operation
        self._source = source
        self._decoder = JsonDecoder()
        self._ready: list[dict[str, Any]] = []

    def __iter__(self) -> Iterator[R]:
        return self

    def __next__(self) -> R:
        while not self._ready:
            try:
                data = next(self._source)
            except StopIteration:
                if not self._source.cancelled:
                    self._checked(self._decoder.close)
                raise
            # Taken from the end, so that handing out one costs the same however many there are.
            self._ready = self._checked(self._decoder.feed, data)[::-1]
        return Document(self._ready.pop(), self._operation.answer.model or "")  # type: ignore[return-value]

    def _checked(self, decode: Callable[..., T], *data: bytes) -> T:
        try:
            return decode(*data)
        except InvalidResponse as error:
            self.close()
            raise self.at(error) from None

    def settimeout(self, seconds: float | None) -> None:
        """How long a read may take, in seconds; None for as long as it takes."""
        self._source.settimeout(seconds)

    def at(self, error: DockpyError) -> DockpyError:
        """The error, with the operation, the object and the daemon."""
        return self._source.at(error)

    def close(self) -> None:
        """Close the connection; a read that is blocked in another thread ends."""
        self._source.close()


class Pending(Closing, Generic[R]):
    """An answer that has begun and whose value comes later."""

    def __init__(self, operation: Operation[R], source: ByteStream) -> None:
        self._operation = operation
        self._source = source

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers that it began with."""
        return self._source.head.headers

    def at(self, error: DockpyError) -> DockpyError:
        """The error, with the operation, the object and the daemon."""
        return self._source.at(error)

    def result(self) -> R:
        """The value, waited for.

        Raises:
            InvalidResponse: the connection ended before it.
        """
        content = self._source.read()
        try:
            return decode(self._operation, self._source.head.headers, content)
        except InvalidResponse as error:
            raise self.at(error) from None

    def close(self) -> None:
        """Close the connection."""
        self._source.close()
