"""Reads a merged stream in a thread, and waits for what it tells."""

from __future__ import annotations

import threading
import time
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any

from dockpy.fleet.items import FleetBack, FleetItem, FleetLost

if TYPE_CHECKING:
    from dockpy.fleet import Fleet
    from dockpy.fleet.stream import FleetStream
    from dockpy.transport.caller import ResponseEvent

__all__ = ["Answered", "FleetReading", "fleet_threads", "told"]

LIMIT = 30


class FleetReading:
    """Keeps what a merged stream yields; `close` ends it, and so does a ``with`` block."""

    def __init__(self, stream: FleetStream[Any]) -> None:
        self.stream = stream
        self.seen: list[Any] = []
        self.error: BaseException | None = None
        self._ended = False
        self._more = threading.Condition()
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def _read(self) -> None:
        try:
            for message in self.stream:
                with self._more:
                    self.seen.append(message)
                    self._more.notify_all()
        except BaseException as error:
            self.error = error
        with self._more:
            self._ended = True
            self._more.notify_all()

    def until(self, message: str, count: int = 1) -> None:
        """Wait until a message came so many times; it is as `told` writes it."""
        with self._more:
            assert self._more.wait_for(lambda: self.told.count(message) >= count, LIMIT), self.told

    def to_its_end(self) -> None:
        """Wait for its end."""
        with self._more:
            assert self._more.wait_for(lambda: self._ended, LIMIT), self.told

    @property
    def told(self) -> list[str]:
        """What was told, briefly."""
        return [told(message) for message in list(self.seen)]

    def of(self, daemon: str) -> list[str]:
        """What was told of one daemon."""
        return [told(message) for message in list(self.seen) if message.daemon == daemon]

    def close(self) -> float:
        """End it; gives back how long that took."""
        began = time.monotonic()
        self.stream.close()
        took = time.monotonic() - began
        self._thread.join(LIMIT)
        assert not self._thread.is_alive()
        return took

    def __enter__(self) -> FleetReading:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Answered:
    """Counts what the daemons of a fleet have answered, of streams that they have begun."""

    def __init__(self, fleet: Fleet) -> None:
        self._counts: Counter[tuple[str, str]] = Counter()
        self._more = threading.Condition()
        for name, client in fleet.items():
            client.hooks.response.append(partial(self._answered, name))

    def _answered(self, name: str, event: ResponseEvent) -> None:
        with self._more:
            self._counts[name, event.request.operation] += 1
            self._more.notify_all()

    def until(self, name: str, operation: str, count: int = 1) -> None:
        """Wait until a daemon has answered so often."""
        with self._more:
            there = self._more.wait_for(lambda: self._counts[name, operation] >= count, LIMIT)
            assert there, self._counts


def told(message: Any) -> str:
    """A message in a few words: ``a: volume create data``, ``a: out a line``, ``a: lost``."""
    match message:
        case FleetLost(final=True):
            return f"{message.daemon}: given up"
        case FleetLost():
            return f"{message.daemon}: lost"
        case FleetBack():
            return f"{message.daemon}: back"
    assert isinstance(message, FleetItem)
    value = message.value
    if hasattr(value, "text"):
        return f"{message.daemon}: {value.stream.removeprefix('std')} {value.text}"
    if "Action" in value:
        return f"{message.daemon}: {value.type} {value.action} {value.actor.id}"
    return f"{message.daemon}: stats {value.name.removeprefix('/')}"


def fleet_threads() -> list[str]:
    """The threads of merged streams that there are."""
    return [each.name for each in threading.enumerate() if each.name.startswith("dockpy-fleet")]
