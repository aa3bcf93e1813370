"""What every object and every collection of a daemon has in common."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from dockpy.errors import InvalidResponse
from dockpy.wire.times import parse_time

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dockpy.client import Client
    from dockpy.ops.operation import Operation

__all__ = ["Answer", "Collection", "Resource", "given", "parse_time", "require", "summaries"]


class Answer(Protocol):
    """What the engine said, by key: a model of it, or the JSON object itself."""

    def __getitem__(self, key: str, /) -> Any: ...

    def get(self, key: str, default: Any = None, /) -> Any:
        """The value, or the default where it is missing."""
        ...


A = TypeVar("A", bound=Answer)
"""The model of an object's full inspect."""


class Resource(Generic[A]):
    """An object of a daemon.

    What a listing tells is kept, and everyday properties are read from it; `attrs` loads the full inspect the
    first time it is asked. What changes the object makes both stale, so that what is read next is current.

    Attributes:
        client: the client it belongs to.
        id: its id.
    """

    def __init__(
        self, client: Client, id: str, *, summary: Answer | None = None, attrs: A | None = None
    ) -> None:
        self.client = client
        self.id = id
        self._summary = summary
        self._attrs = attrs

    @property
    def short_id(self) -> str:
        """The id's first 12 hex digits, as the docker command shows it."""
        return self.id.removeprefix("sha256:")[:12]

    @property
    def attrs(self) -> A:
        """Everything the engine says of it, typed by attribute and raw by key; loaded the first time."""
        if self._attrs is None:
            self.reload()
        assert self._attrs is not None
        return self._attrs

    def reload(self) -> None:
        """Ask the engine anew.

        Raises:
            NotFound: it is not there any more.
        """
        self._attrs = self._inspect()

    def _inspect(self) -> A:
        raise NotImplementedError

    def stale(self) -> None:
        """What is known is stale: the next property read asks the engine."""
        self._summary = self._attrs = None

    @property
    def _known(self) -> Answer:
        """The full inspect where it is loaded, else the listing's entry; else the engine is asked."""
        if self._attrs is None and self._summary is not None:
            return self._summary
        return self.attrs

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Resource) or type(self) is not type(other):
            return NotImplemented
        return self.id == other.id and self.client.daemon == other.client.daemon

    def __hash__(self) -> int:
        return hash((type(self).__name__, self.id, self.client.daemon))

    @property
    def name(self) -> str:
        """Its name."""
        return str(self._known.get("Name") or "")

    def __repr__(self) -> str:
        known = self._attrs is not None or self._summary is not None
        name = self.name if known else ""
        label = f"{self.short_id} {name}" if name not in ("", self.short_id) else self.short_id
        return f"<{type(self).__name__}: {label}>"


class Collection:
    """The objects of one kind on one daemon."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.client.daemon}>"


def require(client: Client, answer: Answer, name: str, what: str) -> str:
    """The identity in an answer.

    Raises:
        InvalidResponse: the answer has none: what speaks there is no engine.
    """
    value = answer.get(name)
    if not isinstance(value, str) or not value:
        raise InvalidResponse(
            f"The engine named a {what} without its {name}: {str(answer)[:200]}", daemon=client.daemon
        )
    return value


def summaries(
    client: Client, operation: Operation[Any], query: Mapping[str, Any], what: str
) -> Iterator[tuple[str, Answer]]:
    """The entries of a listing and their ids: the JSON as it is, as objects only read it by key.

    Raises:
        InvalidResponse: an entry is none; and as of the operation.
    """
    for entry in client.api.call(_as_json(operation), query=query):
        id = entry.get("Id") if isinstance(entry, dict) else None
        if not isinstance(id, str) or not id:
            raise InvalidResponse(
                f"The engine named a {what} without its Id: {str(entry)[:200]}",
                operation=operation.id,
                daemon=client.daemon,
            )
        yield id, entry


@cache
def _as_json(operation: Operation[Any]) -> Operation[list[Any]]:
    return replace(operation, answer=replace(operation.answer, model=None))


def given(**values: Any) -> dict[str, Any]:
    """Those of the values that are not None: falsy ones are said, None is not."""
    return {name: value for name, value in values.items() if value is not None}
