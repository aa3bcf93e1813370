"""The containers of one daemon that a merged stream is about: those that there are, and those that come."""

from __future__ import annotations

import threading
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
from dockpy.fleet.stream import FIRST_DELAY, LONGEST_DELAY
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
        self._lock = threading.RLock()
        self._begun = False
        self._outdated = False
        self._late: set[str] = set()
        """Those that were seen to start, and could not be looked at then."""
        self._watch: Watch | None = None
        self._again: threading.Event | None = None
        """While a thread looks again after what failed: set, it ends."""

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
        self._watch = watch = Watch(
            self._hub,
            self._daemon,
            self._client,
            {"filters": _WATCHED, "until": until},
            reconnect_timeout=reconnect_timeout,
            on_event=self._happened,
            on_connected=self._look,
        )
        ended = watch.run()
        with self._lock:
            if self._again is not None:
                self._again.set()
            for reader in self._readers.values():
                if ended:
                    reader.finish()
                else:
                    reader.stop()

    def _happened(self, event: EventMessage, _: int) -> None:
        with self._lock:
            outdated = self._outdated
            match event.get("Actor"):
                case {"ID": str(container_id)}:  # before the rest: it is read from its beginning
                    self._acted(event.get("Action"), container_id)
            if outdated:
                self._look()

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
                self._late.discard(container_id)

    def _look(self) -> None:
        """See what is there."""
        with self._lock:
            try:
                found = self._hub.attempt(self._list)
            except (ConnectionFailed, InvalidResponse, ServerError):
                self._look_later()
            else:
                self._outdated = False
                self._update(found)

    def _update(self, found: list[Container]) -> None:
        here = {container.id for container in found}
        for container in found:
            if container.id in self._readers:
                self._readers[container.id].start()
            elif self._begun or container.id in self._late:
                self._come(container.id)
            else:
                self._join(container, None)
        for container_id in self._readers.keys() - here:
            self._readers[container_id].ended()
        self._begun = True

    def _look_later(self) -> None:
        """Look again, ever more slowly, where the daemon is there; else that is done when it is back."""
        self._outdated = True
        if self._again is None:
            self._again = threading.Event()
            again = partial(self._look_again, self._again)
            self._hub.spawn((self._daemon, "what there is"), again, awaited=False)

    def _look_again(self, over: threading.Event) -> None:
        delay = FIRST_DELAY
        try:
            with self._hub.held(over.set):
                while not over.wait(delay) and self._is_outdated(over):
                    delay = min(2 * delay, LONGEST_DELAY)
        except DockpyError as error:
            self._hub.lost(self._daemon, error, final=True)

    def _is_outdated(self, over: threading.Event) -> bool:
        """Look, where nobody did meanwhile; whether that has to be done again."""
        with self._lock:
            away = self._watch is not None and self._watch.away
            if self._outdated and not away and not over.is_set():
                self._look()
            if self._outdated and not away:
                return True
            self._again = None
            return False

    def _come(self, container_id: str) -> None:
        """Read a container that was started meanwhile, if it is one of those that are wanted."""
        try:
            for container in self._hub.attempt(partial(self._list, container_id)):
                self._join(container, self._hub.attempt(partial(_beginning, container)))
        except (ConnectionFailed, InvalidResponse, ServerError):
            self._late.add(container_id)
            self._look_later()
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
        self._late.discard(container.id)
        self._readers[container.id] = reader = self._make(self._daemon, container, since)
        reader.start()


def _beginning(container: Container) -> float:
    state = container.client.api.call(ops.INSPECT, {"id": container.id}).get("State")
    return beginning(state if isinstance(state, dict) else {})
