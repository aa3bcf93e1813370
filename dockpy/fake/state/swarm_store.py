"""What a swarm's managers keep: objects with versions, and how they are looked up and refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from dockpy.fake.failure import Failure
from dockpy.fake.times import rfc3339
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from random import Random

__all__ = ["Filters", "Kept", "Named", "by_prefix", "check_filters", "find", "listed", "new_id", "rpc"]

Filters = "Mapping[str, list[str]]"

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_STATUSES = {
    "AlreadyExists": 409,
    "FailedPrecondition": 400,
    "InvalidArgument": 400,
    "NotFound": 404,
    "PermissionDenied": 403,
    "Unavailable": 503,
    "Unimplemented": 501,
}


def new_id(random: Random, length: int = 25) -> str:
    """An id as swarms give them: so many digits and small letters."""
    return "".join(random.choices(_DIGITS, k=length))


def rpc(code: str, text: str) -> Failure:
    """A refusal by the swarm's manager, as an engine passes it on."""
    return Failure(_STATUSES.get(code, 500), f"rpc error: code = {code} desc = {text}")


@dataclass(slots=True, kw_only=True)
class Kept:
    """An object of the swarm. Times are nanoseconds since 1970.

    Attributes:
        version: counts the changes of the whole swarm; an update names the one that it was made from.
    """

    id: str
    version: int = 0
    created: int = 0
    updated: int = 0

    def meta(self) -> dict[str, Any]:
        """The beginning of what is told of it."""
        return {
            "ID": self.id,
            "Version": {"Index": self.version} if self.version else {},
            "CreatedAt": rfc3339(self.created),
            "UpdatedAt": rfc3339(self.updated),
        }

    def check_version(self, version: int) -> None:
        """
        Raises:
            Failure: 500, it has changed since then.
        """
        if version != self.version:
            raise rpc("Unknown", "update out of sequence")


class Named(Protocol):
    """What has an id and a name."""

    @property
    def id(self) -> str:
        """Its id."""
        ...

    @property
    def name(self) -> str:
        """Its name."""
        ...


N = TypeVar("N", bound=Named)


def find(kind: str, objects: Mapping[str, N], reference: str) -> N:
    """The object of an id, a name, or the only one whose id begins so.

    Raises:
        Failure: 404, there is none; 400, there are several.
    """
    if (found := objects.get(reference)) is not None:
        return found
    for matches in (
        [one for one in objects.values() if one.name == reference],
        [one for one in objects.values() if reference and one.id.startswith(reference)],
    ):
        if len(matches) > 1:
            raise Failure(400, f"{kind} {reference} is ambiguous ({len(matches)} matches found)")
        if matches:
            return matches[0]
    raise Failure(404, f"{kind} {reference} not found")


def check_filters(filters: Mapping[str, list[str]], known: frozenset[str], api: str) -> None:
    """
    Raises:
        Failure: 400, there is no such filter.
    """
    for name in filters:
        if name not in known:
            word = "invalid" if at_least(api, "1.42") else "Invalid"
            raise Failure(400, f"{word} filter '{name}'")


def by_prefix(text: str, wanted: Iterable[str]) -> bool:
    """Whether it begins with one of the wanted; where none are wanted, it does."""
    beginnings = tuple(wanted)
    return not beginnings or text.startswith(beginnings)


def listed(objects: Iterable[N]) -> list[N]:
    """Objects in the order in which managers list them."""
    return sorted(objects, key=lambda one: one.id)
