"""What an operation of the Engine API is: one immutable value, read by the client and by the fake daemon."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

from dockpy.version import at_least

if TYPE_CHECKING:
    from dockpy.wire.base import JsonObject

__all__ = [
    "Answer",
    "Body",
    "Operation",
    "Param",
    "archive",
    "frames",
    "header_model",
    "headers",
    "json_body",
    "json_object",
    "json_stream",
    "model",
    "models",
    "nothing",
    "raw_body",
    "text",
    "upgrade",
]

R = TypeVar("R")

ParamType = Literal["str", "int", "bool", "strs", "filters", "json", "jsons"]
"""How a parameter is written:

``str int bool``  as such (a bool as ``1`` or ``0``)
``strs``          repeated, once for each item
``filters``       a JSON object of lists of strings
``json``          one JSON value
``jsons``         repeated, one JSON value for each item
"""

AnswerKind = Literal[
    "nothing", "text", "headers", "json", "json-list", "json-stream", "frames", "raw", "upgrade"
]


@dataclass(frozen=True, slots=True)
class Param:
    """A query or header parameter of an operation.

    Attributes:
        name: its name on the wire.
        type: how it is written.
        required: the engine refuses the operation without it.
        since: the first API version that knows it; None where 1.41 does already.
        until: the first API version that does not know it any more.
        deprecated: the API version that deprecated it.
    """

    name: str
    type: ParamType = "str"
    required: bool = False
    since: str | None = None
    until: str | None = None
    deprecated: str | None = None

    def known_to(self, version: str) -> bool:
        """Whether an engine that speaks this API version knows the parameter."""
        return at_least(version, self.since) and not (self.until and at_least(version, self.until))


@dataclass(frozen=True, slots=True)
class Body:
    """What an operation's request carries.

    Attributes:
        model: the reference of its model (``containers.ContainerCreateRequest``), a list of which it is if
            `many`; None for a body of bytes.
        content_type: its media type.
        many: the body is a JSON array.
        required: the engine refuses the operation without it.
    """

    model: str | None
    content_type: str = "application/json"
    many: bool = False
    required: bool = True


@dataclass(frozen=True, slots=True)
class Answer(Generic[R]):
    """What an operation gives back. ``R`` is the type of the decoded answer, of a stream's items.

    Attributes:
        kind: how it is written.
        model: the reference of its model; None where it has none.
        protocol: of an upgrade, the protocol that follows.
        header: the name of the header that carries the answer, where it is not in the body.
    """

    kind: AnswerKind
    model: str | None = None
    protocol: str | None = None
    header: str | None = None

    @property
    def streams(self) -> bool:
        """Whether it comes piece by piece, for as long as it takes."""
        return self.kind in ("json-stream", "frames", "raw", "upgrade")


@dataclass(frozen=True, slots=True)
class Operation(Generic[R]):
    """One operation of the Engine API.

    Attributes:
        id: the Engine's operationId (``ContainerCreate``).
        method: the HTTP method.
        path: the path's template, without the version (``/containers/{id}/json``).
        subject: the noun that the path's part names (``container``), or that the operation is about.
        answer: what it gives back.
        success: the statuses that are no error, the usual one first.
        query: its query parameters.
        headers: its header parameters.
        body: what it carries; None for nothing.
        missing: the noun that a 404 speaks of, where it is not the subject (``ContainerCreate``: the image).
        since: the first API version that has it; None where 1.41 has it already.
        deprecated: the API version that deprecated it.
        unversioned: the path is served without a version, and asked that way.
        waits: the answer may take as long as the object lives: no read timeout applies.
        prompt: of a stream: it begins at once, however long it then is silent.
    """

    id: str
    method: Literal["GET", "HEAD", "POST", "PUT", "DELETE"]
    path: str
    subject: str
    answer: Answer[R]
    success: tuple[int, ...] = (200,)
    query: tuple[Param, ...] = ()
    headers: tuple[Param, ...] = ()
    body: Body | None = None
    missing: str | None = None
    since: str | None = None
    deprecated: str | None = None
    unversioned: bool = False
    waits: bool = False
    prompt: bool = False

    @property
    def idempotent(self) -> bool:
        """Whether it may be sent again when nothing came back: it only reads."""
        return self.method in ("GET", "HEAD")

    @property
    def streams(self) -> bool:
        """Whether it takes a connection of its own: its answer, or its body, is a stream."""
        return self.answer.streams or self.waits or (self.body is not None and self.body.model is None)

    def known_to(self, version: str) -> bool:
        """Whether an engine that speaks this API version has the operation."""
        return at_least(version, self.since)


# The constructors below give an answer its type where the operation is declared:
#     INSPECT: Operation[Volume] = Operation(…, answer=model("volumes.Volume"))
# A test holds the annotation against the reference.


def nothing() -> Answer[None]:
    """The status says it all."""
    return Answer("nothing")


def text() -> Answer[str]:
    """Plain text."""
    return Answer("text")


def headers() -> Answer[dict[str, str]]:
    """The answer stands in the headers."""
    return Answer("headers")


def header_model(header: str, ref: str) -> Answer[Any]:
    """The answer is base64-coded JSON in one header."""
    return Answer("headers", ref, header=header)


def model(ref: str) -> Answer[Any]:
    """One JSON object; None where the status is 204."""
    return Answer("json", ref)


def json_object() -> Answer[JsonObject]:
    """A JSON value without a documented shape."""
    return Answer("json")


def models(ref: str) -> Answer[Any]:
    """A JSON array of objects."""
    return Answer("json-list", ref)


def json_stream(ref: str) -> Answer[Any]:
    """JSON objects, one after the other, for as long as there are any."""
    return Answer("json-stream", ref)


def frames() -> Answer[bytes]:
    """Output of processes: framed where there is no TTY, raw where there is one."""
    return Answer("frames")


def archive() -> Answer[bytes]:
    """A tar, as it comes."""
    return Answer("raw")


def upgrade(protocol: str) -> Answer[bytes]:
    """The connection itself, taken over for another protocol."""
    return Answer("upgrade", protocol=protocol)


def json_body(ref: str, *, many: bool = False, required: bool = True) -> Body:
    """A JSON body of the model's type."""
    return Body(ref, many=many, required=required)


def raw_body(content_type: str = "application/x-tar", *, required: bool = True) -> Body:
    """A body of bytes, sent as it is read."""
    return Body(None, content_type=content_type, required=required)
