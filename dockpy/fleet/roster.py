"""The containers of one daemon that a merged stream is about: those that there are, and those that come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar

from dockpy.errors import (
    ConnectionFailed,
    DockpyError,
    InvalidArgument,
    InvalidResponse,
    NotFound,
    ServerError,
)
from dockpy.fleet.stamped import beginning
from dockpy.fleet.watching import Watch
from dockpy.ops import containers as ops
from dockpy.resources.container import Container

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockpy.client import Client
    from dockpy.fleet.readers import ContainerReader
    from dockpy.fleet.stream import Hub
    from dockpy.wire.events import EventMessage

    Make: TypeAlias = "Callable[[str, Container, float | None], ContainerReader[Any]]"

__all__ = ["Choice", "Roster"]

T = TypeVar("T")
_WATCHED = {"type": ["container"], "event": ["start", "die", "destroy"]}


@dataclass(frozen=True)
class Choice:
    """Which containers.

    Attributes:
        named: names, or how ids begin; None for all containers.
        all: those that do not run when the stream begins too.
        filters: as of ``containers.list``.
    """

    named: frozenset[str] | None = None
    all: bool = False
    filters: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        containers: str | Container | Sequence[str | Container] | None,
        *,
        all: bool,
        filters: Mapping[str, Any] | None,
    ) -> Choice:
        """The choice of a method's arguments.

        Raises:
            InvalidArgument: a container is none of the accepted forms.
        """
        if containers is None:
            return cls(all=all, filters=dict(filters or {}))
        given = [containers] if isinstance(containers, (str, Container)) else containers
        known = isinstance(given, Sequence) and not isinstance(given, bytes)
        if not known or any(not each or not isinstance(each, (str, Container)) for each in given):
            raise InvalidArgument(
                f"containers={containers!r}: it takes names, ids or containers, one or a list of them"
            )
        named = {each.id if isinstance(each, Container) else each for each in given}
        return cls(frozenset(named), all, dict(filters or {}))

    def takes(self, container: Container) -> bool:
        """Whether a container is one of those that were named."""
        return self.named is None or any(
            name in (container.name, container.id) or (len(name) >= 4 and container.id.startswith(name))
            for name in self.named
        )


class Roster(Generic[T]):
    """The containers of one daemon, and who reads each of them.

    Args:
        hub: where the readers bring what they read.
        daemon: the daemon's name in the fleet.
        client: the daemon.
        choice: which containers.
        make: makes a reader of a container. Its last argument is from when to read one that has come later,
            in seconds since 1970.
    """

    def __init__(self, hub: Hub[T], daemon: str, client: Client, choice: Choice, make: Make) -> None:
        self._hub = hub
        self._daemon = daemon
        self._client = client
        self._choice = choice
        self._make = make
        self._readers: dict[str, ContainerReader[T]] = {}
        self._begun = False
        self._outdated = False

    def read_once(self) -> None:
        """Read the containers that there are."""
        try:
            for container in self._hub.attempt(self._list):
                self._join(container, None)
        except DockpyError as error:
            self._hub.lost(self._daemon, error, final=True)

    def follow(self, reconnect_timeout: float | None, until: str | None = None) -> None:
        """Read the containers that there are and those that come, until the daemon is given up.

        Args:
            reconnect_timeout: as of `Watch`.
            until: when to end, by the daemon's clock, in seconds since 1970; None for never.
        """
        watch = Watch(
            self._hub,
            self._daemon,
            self._client,
            {"filters": _WATCHED, "until": until},
            reconnect_timeout=reconnect_timeout,
            on_event=self._happened,
            on_connected=self._look,
        )
        ended = watch.run()
        for reader in self._readers.values():
            if ended:
                reader.finish()
            else:
                reader.stop()

    def _happened(self, event: EventMessage, _: int) -> None:
        if self._outdated:
            self._look()
        match event.get("Actor"):
            case {"ID": str(container_id)}:
                self._acted(event.get("Action"), container_id)

    def _acted(self, action: object, container_id: str) -> None:
        match action:
            case "start" if (reader := self._readers.get(container_id)) is not None:
                reader.start()
            case "start":
                self._come(container_id)
            case "die" if (reader := self._readers.get(container_id)) is not None:
                reader.died()
            case "destroy":
                self._readers.pop(container_id, None)

    def _look(self) -> None:
        """See what is there."""
        try:
            found = self._hub.attempt(self._list)
        except (ConnectionFailed, InvalidResponse, ServerError):
            # Where the daemon is away, it is looked at again when it is back; else when something happens.
            self._outdated = True
            return
        self._outdated = False
        here = {container.id for container in found}
        for container in found:
            if container.id in self._readers:
                self._readers[container.id].start()
            elif self._begun:
                self._come(container.id)
            else:
                self._join(container, None)
        for container_id in self._readers.keys() - here:
            self._readers[container_id].ended()
        self._begun = True

    def _come(self, container_id: str) -> None:
        """Read a container that was started meanwhile, if it is one of those that are wanted."""
        try:
            for container in self._hub.attempt(partial(self._list, container_id)):
                self._join(container, self._hub.attempt(partial(_beginning, container)))
        except (ConnectionFailed, InvalidResponse, ServerError):
            self._outdated = True
        except NotFound:
            return

    def _list(self, container_id: str | None = None) -> list[Container]:
        filters = dict(self._choice.filters)
        if container_id is not None:
            filters.setdefault("id", container_id)
        found = self._client.containers.list(self._choice.all or container_id is not None, filters=filters)
        return [
            container
            for container in found
            if container_id in (None, container.id) and self._choice.takes(container)
        ]

    def _join(self, container: Container, since: float | None) -> None:
        self._readers[container.id] = reader = self._make(self._daemon, container, since)
        reader.start()


def _beginning(container: Container) -> float:
    state = container.client.api.call(ops.INSPECT, {"id": container.id}).get("State")
    return beginning(state if isinstance(state, dict) else {})
