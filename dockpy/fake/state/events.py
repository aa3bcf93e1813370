"""What happened on a daemon, in order."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dockpy.fake.engine import Engine

__all__ = ["Event", "Events"]

_KEPT = 256
"""How many an engine keeps for those who ask what happened before."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event.

    Attributes:
        number: 1 for the daemon's first.
        time: nanoseconds since 1970.
        type: ``container``, ``image``, ``network`` …
        action: ``create``, ``exec_start: sh -c true`` …
        actor: the object's id, or name.
        attributes: what is said of it.
        scope: ``local`` or ``swarm``.
    """

    number: int
    time: int
    type: str
    action: str
    actor: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    scope: str = "local"


class Events:
    """The events of one daemon.

    Attributes:
        observers: called with each, as it happens; they only note it.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._kept: deque[Event] = deque(maxlen=_KEPT)
        self._listeners: list[deque[Event]] = []
        self.last: int = 0
        self.observers: list[Callable[[Event], None]] = []

    def emit(
        self, type: str, action: str, actor: str, attributes: Mapping[str, str], scope: str = "local"
    ) -> None:
        """Something happened, now."""
        self.last += 1
        event = Event(self.last, self._engine.now(), type, action, actor, dict(attributes), scope)
        self._kept.append(event)
        for listener in self._listeners:
            listener.append(event)
        for observer in self.observers:
            observer(event)
        self._engine.notify()

    def kept(self) -> list[Event]:
        """The last of them, the oldest first."""
        return list(self._kept)

    def forget(self) -> None:
        """Keep none of those that were: the engine was started again."""
        self._kept.clear()

    def subscribe(self) -> deque[Event]:
        """A queue that every event from now on is appended to, until `unsubscribe`."""
        queue: deque[Event] = deque()
        self._listeners.append(queue)
        return queue

    def unsubscribe(self, queue: deque[Event]) -> None:
        """No more of them."""
        self._listeners = [listener for listener in self._listeners if listener is not queue]
