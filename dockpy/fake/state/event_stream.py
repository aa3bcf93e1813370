"""The events that one client asks for: those that were, and those that come."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from dockpy.fake.failure import Failure
from dockpy.fake.kernel.clock import SECOND
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from dockpy.fake.engine import Engine
    from dockpy.fake.state.events import Event

__all__ = ["check_order", "encode_event", "follow", "lets_through", "parse_time"]

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


def follow(
    engine: Engine,
    since: int | None,
    until: int | None,
    filters: Mapping[str, Sequence[str]],
    encode: Callable[[Event], bytes],
    gone: Callable[[], bool],
) -> Iterator[bytes]:
    """The events, each encoded, as they come.

    Args:
        engine: the daemon's state.
        since: those that the daemon has kept from then on, too; nanoseconds since 1970.
        until: when to end; None for never.
        filters: see `lets_through`.
        encode: makes bytes of one.
        gone: whether the client has gone away.
    """
    queue = engine.events.subscribe()
    engine.system.listeners += 1
    end = None if until is None else engine.scheduler.at(until, engine.notify)
    try:
        if since is not None or until is not None:
            for event in engine.events.kept():
                early = since is not None and event.time < since
                if not early and (until is None or event.time <= until) and lets_through(event, filters):
                    yield encode(event)
        if until is not None and until <= engine.now():
            return
        while True:
            engine.wait(lambda: bool(queue) or (until is not None and engine.now() >= until), gone)
            while queue:
                event = queue.popleft()
                if until is not None and event.time > until:
                    return
                if lets_through(event, filters):
                    yield encode(event)
            if until is not None and engine.now() >= until:
                return
    finally:
        if end is not None:
            end.cancel()
        engine.system.listeners -= 1
        engine.events.unsubscribe(queue)


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
    return json.dumps(told, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
