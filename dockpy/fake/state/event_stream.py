"""The events that one client asks for: those that were, and those that come."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Self

from dockpy.fake.failure import Failure
from dockpy.fake.kernel.clock import SECOND
from dockpy.fake.reply import encode_text
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dockpy.fake.engine import Engine
    from dockpy.fake.kernel.scheduler import Timer
    from dockpy.fake.state.events import Event

__all__ = ["EventStream", "check_order", "encode_event", "lets_through", "parse_time"]

_NAMED = ("container", "daemon", "plugin", "volume", "network", "node", "service", "secret", "config")
_WITH_DETAILS = {"health_status", "exec_create", "exec_start"}


def parse_time(text: str) -> int | None:
    """Seconds since 1970, with a fraction if need be, in nanoseconds; None for none.

    Raises:
        Failure: 500, it is no number.
    """
    if not text:
        return None
    seconds, _, fraction = text.partition(".")
    for part in (seconds, *([fraction] if fraction else [])):
        if not re.fullmatch(r"[+-]?[0-9]+", part):
            raise Failure(500, f'strconv.ParseInt: parsing "{part}": invalid syntax')
    return int(seconds) * SECOND + int(fraction.ljust(9, "0")[:9] or "0")


def check_order(since: int | None, until: int | None, texts: tuple[str, str]) -> None:
    """Refuse times in the wrong order.

    Raises:
        Failure: 400, they are.
    """
    if since is not None and until is not None and since > until:
        text = f"`since` time ({texts[0]}) cannot be after `until` time ({texts[1]})"
        raise Failure(400, text)


class EventStream:
    """The events that are let through, each encoded, as they come: those from when it was made on.

    Args:
        engine: the daemon's state.
        since: those that the daemon has kept from then on, too; nanoseconds since 1970.
        until: when to end; None for never.
        filters: see `lets_through`.
        encode: makes bytes of one.
        gone: whether the client has gone away.
    """

    def __init__(
        self,
        engine: Engine,
        since: int | None,
        until: int | None,
        filters: Mapping[str, Sequence[str]],
        encode: Callable[[Event], bytes],
        gone: Callable[[], bool],
    ) -> None:
        self._engine = engine
        self._until = until
        self._filters = filters
        self._encode = encode
        self._gone = gone
        self._queue = engine.events.subscribe()
        self._closed = False
        self._end: Timer | None = None
        engine.system.listeners += 1
        if since is not None or until is not None:
            kept = engine.events.kept()
            self._queue.extend(event for event in kept if since is None or event.time >= since)
        if until is not None and until > engine.now():
            self._end = engine.scheduler.at(until, engine.notify)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        while not self._closed:
            while self._queue:
                event = self._queue.popleft()
                if self._until is not None and event.time > self._until:
                    break
                if lets_through(event, self._filters):
                    return self._encode(event)
            else:
                if not self._is_over():
                    self._engine.wait(lambda: bool(self._queue) or self._is_over(), self._gone)
                    continue
            self.close()
        raise StopIteration

    def _is_over(self) -> bool:
        return self._until is not None and self._engine.now() >= self._until

    def close(self) -> None:
        """No more of them."""
        if self._closed:
            return
        self._closed = True
        if self._end is not None:
            self._end.cancel()
        self._engine.system.listeners -= 1
        self._engine.events.unsubscribe(self._queue)


def lets_through(event: Event, filters: Mapping[str, Sequence[str]]) -> bool:
    """Whether filters let an event through.

    Names match an event of any type, as in an engine: the beginning of an id or a name is enough.
    """
    wanted = filters.get("event", ())
    if wanted:
        loose = bool(_WITH_DETAILS & set(wanted))
        if not any(event.action == one or (loose and event.action.startswith(one)) for one in wanted):
            return False
    for name, value in (("type", event.type), ("scope", event.scope)):
        if (values := filters.get(name)) and value not in values:
            return False
    for name in _NAMED:
        values = filters.get(name)
        known = (event.actor, event.attributes.get("name", ""))
        if values and not any(one.startswith(value) for one in known for value in values):
            return False
    if (images := filters.get("image")) and not _is_of_image(event, images):
        return False
    return _has_labels(event.attributes, filters.get("label", ()))


def _is_of_image(event: Event, images: Sequence[str]) -> bool:
    name = event.attributes.get("name" if event.type == "image" else "image", "")
    return any(one in images for one in (event.actor, name, _without_tag(event.actor), _without_tag(name)))


def _without_tag(name: str) -> str:
    head, colon, tag = name.partition("@")[0].rpartition(":")
    return head if colon and "/" not in tag else name.partition("@")[0]


def _has_labels(attributes: Mapping[str, str], wanted: Sequence[str]) -> bool:
    for label in wanted:
        name, equals, value = label.partition("=")
        if name not in attributes or (equals and attributes[name] != value):
            return False
    return True


def encode_event(event: Event, version: str) -> bytes:
    """An event as the API version has it: JSON, ending with a line break."""
    told: dict[str, Any] = {}
    if event.type in ("container", "image") and not at_least(version, "1.52"):
        told |= {"status": event.action, "id": event.actor}
        if source := event.attributes.get("image"):
            told["from"] = source
    told |= {
        "Type": event.type,
        "Action": event.action,
        "Actor": {"ID": event.actor, "Attributes": dict(sorted(event.attributes.items()))},
        "scope": event.scope,
        "time": event.time // SECOND,
        "timeNano": event.time,
    }
    return encode_text(json.dumps(told, separators=(",", ":"), ensure_ascii=False)) + b"\n"
