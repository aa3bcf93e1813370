"""A call as handlers see it, and what they answer: between doors and router, and the state."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dockpy.fake.engine import Peer
from dockpy.fake.failure import Failure
from dockpy.fake.payload import Reader, read_filters, read_object
from dockpy.version import at_least

if TYPE_CHECKING:
    from dockpy.fake.engine import Engine
    from dockpy.ops.operation import Operation

__all__ = ["CHECKS", "HANDLERS", "Answer", "Call", "Duplex", "checks", "handles"]


_STUMBLE = {"ContainerCreate", "ContainerUpdate", "ImageCommit"}
"""What answers 500 to a body that it cannot read, up to API 1.41."""


@dataclass(slots=True)
class Call:
    """A request that was routed.

    Attributes:
        engine: the daemon's state; its lock is held while a handler runs, or a stream is asked for more.
        operation: what is asked.
        parts: the path's parts, decoded.
        query: the last value of each parameter as it stands; use `flag`, `number`, `all_of`, `filters`.
        headers: lower-case names.
        version: the API version that is spoken (``"1.51"``).
        pieces: the body, as it comes; reading waits, with the lock released.
        gone: whether the client has gone away; give it to `Engine.wait`.
    """

    engine: Engine
    operation: Operation[Any]
    parts: Mapping[str, str]
    values: Mapping[str, list[str]]
    headers: Mapping[str, str]
    version: str
    pieces: Iterable[bytes] = ()
    gone: Peer = field(default_factory=Peer)

    @property
    def id(self) -> str:
        """The path's only part."""
        return next(iter(self.parts.values()))

    def knows(self, since: str) -> bool:
        """Whether the version spoken is at least this one."""
        return at_least(self.version, since)

    def text(self, name: str, default: str = "") -> str:
        """A parameter as it stands."""
        values = self.values.get(name)
        return values[0] if values else default

    def flag(self, name: str, default: bool = False) -> bool:
        """A parameter as the engine reads flags: absent, empty, 0, no, false and none are false."""
        values = self.values.get(name)
        if not values:
            return default
        return values[0].strip().lower() not in ("", "0", "no", "false", "none")

    def number(self, name: str, default: int = 0) -> int:
        """A parameter as a whole number.

        Raises:
            Failure: 500, it is none.
        """
        text = self.text(name)
        if not text:
            return default
        try:
            return int(text)
        except ValueError:
            raise Failure(500, f'strconv.Atoi: parsing "{text}": invalid syntax') from None

    def all_of(self, name: str) -> list[str]:
        """Every value of a repeated parameter."""
        return self.values.get(name, [])

    def filters(self) -> dict[str, list[str]]:
        """The parameter ``filters``: name to values, in both of the ways that clients write them.

        Raises:
            Failure: 400, it is neither.
        """
        text = self.text("filters")
        if not text:
            return {}
        return read_filters(text, strict=at_least(self.engine.api, "1.42"))

    def body(self) -> bytes:
        """The whole body."""
        return b"".join(self.pieces)

    def json(self) -> dict[str, Any]:
        """The body as a JSON object; empty where there is none and the operation needs none.

        Raises:
            Failure: 400, it is none; or a field is of another type than the operation's model says.
        """
        body = self.operation.body
        return read_object(
            self.body(),
            body.model if body is not None else None,
            _reader(self.operation, modern=at_least(self.engine.api, "1.42")),
            self.headers.get("content-type", ""),
        )


def _reader(operation: Operation[Any], *, modern: bool) -> Reader:
    if operation.id == "SystemAuth":
        return Reader(modern, 500, plain=True, required=True, checked=False)
    if modern:
        return Reader(modern, required=operation.id == "ContainerCreate")
    needed = operation.body is not None and operation.body.required
    return Reader(modern, 500 if operation.id in _STUMBLE else 400, plain=True, required=needed)


@dataclass(slots=True)
class Duplex:
    """A connection that was taken over.

    Attributes:
        output: what goes to the client, piece by piece; its end closes the connection.
        send: takes what came from the client; it may wait.
        close_write: the client sends no more.
    """

    output: Iterator[bytes]
    send: Callable[[bytes], None]
    close_write: Callable[[], None]


@dataclass(slots=True)
class Answer:
    """What a handler gives back; one of `json`, `body`, `stream` and `duplex`, or none of them.

    Attributes:
        status: the HTTP status; None for the operation's usual one.
        json: a value of JSON; fields that the version spoken does not know are taken out by the router.
        body: bytes.
        stream: bytes as they come; asked for the next under the engine's lock, closed when the client goes.
        duplex: for an upgrade.
        headers: besides Content-Type and its like.
        content_type: None for what the operation has.
        shaped: `json` fits the version already.
    """

    status: int | None = None
    json: Any = None
    body: bytes | None = None
    stream: Iterator[bytes] | None = None
    duplex: Duplex | None = None
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str | None = None
    shaped: bool = False


Handler = Callable[[Call], Answer | None]

HANDLERS: dict[str, Handler] = {}
"""By operationId. What is not there is answered with 501."""


def handles(operation: Operation[Any]) -> Callable[[Handler], Handler]:
    """Declare a function as what answers an operation; None stands for an answer without a body."""

    def register(handler: Handler) -> Handler:
        HANDLERS[operation.id] = handler
        return handler

    return register


CHECKS: dict[str, Callable[[Call], None]] = {}
"""By operationId, what refuses a call that is going to be refused whatever its body is."""


def checks(operation: Operation[Any]) -> Callable[[Callable[[Call], None]], Callable[[Call], None]]:
    """Declare a function as what looks at an operation's calls while a large body still comes.

    It changes nothing, does not touch the body, and raises the `Failure` that the handler would raise.
    """

    def register(check: Callable[[Call], None]) -> Callable[[Call], None]:
        CHECKS[operation.id] = check
        return check

    return register
