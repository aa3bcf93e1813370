"""What the objects of a swarm have in common: a spec, and a version that an update has to name."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, TypeVar

from dockpy.errors import ApiError
from dockpy.resources.base import A, Resource, parse_time
from dockpy.wire.document import load_model

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

__all__ = ["Versioned", "changed", "index_of", "read_spec", "spec_of"]

T = TypeVar("T")
_ATTEMPTS = 5


class Versioned(Resource[A]):
    """An object that a swarm's managers keep."""

    @property
    def name(self) -> str:
        """Its name."""
        return str(spec_of(self._known).get("Name") or "")

    @property
    def labels(self) -> dict[str, str]:
        """Its labels."""
        return dict(spec_of(self._known).get("Labels") or {})

    @property
    def version(self) -> int:
        """Which state of it is known: every change counts it up."""
        return index_of(self._known)

    @property
    def created(self) -> datetime | None:
        """When it was created."""
        return parse_time(self._known.get("CreatedAt"))

    @property
    def updated(self) -> datetime | None:
        """When it was changed last."""
        return parse_time(self._known.get("UpdatedAt"))

    def _change(self, send: Callable[[A, int], T]) -> T:
        """Change it from what it is now; see `changed`."""
        try:
            return changed(self._inspect, send)
        finally:
            self.stale()


def changed(read: Callable[[], A], send: Callable[[A, int], T]) -> T:
    """Change an object from what it is now, again where somebody else changed it meanwhile.

    Swarms do so themselves, while nodes come and updates go on.

    Args:
        read: asks for the object.
        send: sends the change; given the object and its version.
    """
    current = read()
    for _ in range(_ATTEMPTS):
        try:
            return send(current, index_of(current))
        except ApiError:
            before, current = index_of(current), read()
            if index_of(current) == before:
                raise  # for another reason
    return send(current, index_of(current))


def index_of(answer: Any) -> int:
    """The version in an answer."""
    return int((answer.get("Version") or {}).get("Index") or 0)


def spec_of(answer: Any) -> dict[str, Any]:
    """The spec in an answer, by the Engine's names."""
    return dict(answer.get("Spec") or {})


def read_spec(ref: str, answer: Any, **changes: Any) -> Any:
    """The spec in an answer as its model: what dockpy does not know of it stays in it.

    Args:
        ref: the model's reference.
        answer: the object.
        **changes: other values, by the Engine's names.
    """
    return load_model(ref).read(copy.deepcopy({**spec_of(answer), **changes}))
