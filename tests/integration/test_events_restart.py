"""Events across the end of an engine: it is killed, or stopped, and started again."""

from __future__ import annotations

import signal
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from dockpy import ConnectionFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dockpy.resources.events import EventStream


class Reader:
    """Reads events in a thread, and keeps them."""

    def __init__(self, events: EventStream) -> None:
        self.events = events
        self.seen: list[Any] = []
        self.error: BaseException | None = None
        self._more = threading.Condition()
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def _read(self) -> None:
        try:
            for event in self.events:
                with self._more:
                    self.seen.append(event)
                    self._more.notify_all()
        except BaseException as error:
            self.error = error

    def until(self, action: str, name: str = "") -> None:
        """Wait for an event."""

        def there() -> bool:
            return any(event.action == action and name in ("", event.actor.id) for event in self.seen)

        with self._more:
            assert self._more.wait_for(there, 30), [(item.action, item.actor.id) for item in self.seen]

    def close(self) -> float:
        """End it; gives back how long that took."""
        began = time.monotonic()
        self.events.close()
        self.join()
        return time.monotonic() - began

    def join(self) -> None:
        self._thread.join(30)
        assert not self._thread.is_alive()

    def shapes(self) -> list[tuple[str, str, str]]:
        return [
            (event.type, event.action, "" if event.type == "dockpy" else event.actor.id)
            for event in self.seen
        ]


@pytest.fixture
def reading() -> Iterator[Callable[[EventStream], Reader]]:
    readers: list[Reader] = []

    def begin(events: EventStream) -> Reader:
        readers.append(Reader(events))
        return readers[-1]

    yield begin
    for reader in readers:
        reader.close()


def created(name: str) -> tuple[str, str, str]:
    return ("volume", "create", name)


MARKER = ("dockpy", "reconnect", "")


def test_every_event_once_however_often_it_is_killed(private_engine: Any, reading: Any) -> None:
    engine = private_engine()
    with engine.connect() as client:
        reader = reading(client.events(filters={"type": "volume"}))
        expected = []
        for number in range(3):
            names = [f"v{number}{letter}" for letter in "abc"]
            for name in names:
                client.volumes.create(name)
            reader.until("create", names[-1])
            expected += [*map(created, names), MARKER]
            engine.restart(signal.SIGKILL)
        client.volumes.create("last")
        reader.until("create", "last")
        assert reader.close() < 1
        assert reader.shapes() == [*expected, created("last")]
        assert reader.error is None


def test_what_happens_before_it_has_come_back(private_engine: Any, reading: Any) -> None:
    """The engine that was started again keeps what happened since then."""
    engine = private_engine()
    with engine.connect() as client:
        reader = reading(client.events())
        client.volumes.create("first")
        reader.until("create", "first")
        engine.kill()
        engine.start()
        for number in range(20):
            client.volumes.create(f"v{number}")
        reader.until("create", "v19")
        reader.close()
        shapes = reader.shapes()
        assert [shape for shape in shapes if shape[0] == "volume"] == [
            created("first"),
            *(created(f"v{number}") for number in range(20)),
        ]
        assert shapes.count(MARKER) == 1


def test_an_engine_that_is_stopped_in_order(private_engine: Any, reading: Any) -> None:
    """What it does last, it still tells: here, that it stops a container."""
    engine = private_engine({"shutdown-timeout": 1})
    engine.seed()
    with engine.connect() as client:
        container = client.containers.create(
            "busybox", ["sleep", "1000"], network="none", stop_signal="SIGKILL"
        )
        container.start()
        reader = reading(client.events(filters={"container": container.id}))
        engine.restart(signal.SIGTERM)
        reader.until("reconnect")
        container.reload()
        assert container.status == "exited"
        container.remove()
        reader.until("destroy")
        reader.close()
        actions = [event.action for event in reader.seen]
        assert [action for action in actions if action in ("die", "reconnect", "destroy")] == [
            "die",
            "reconnect",
            "destroy",
        ]


def test_a_connection_that_is_lost_while_the_engine_lives(private_engine: Any, reading: Any) -> None:
    """Nothing is lost then: the engine keeps the last 256 events."""
    engine = private_engine()
    with engine.connect() as client, engine.relay() as relay, relay.connect() as far:
        reader = reading(far.events())
        client.volumes.create("before")
        reader.until("create", "before")
        relay.cut()
        for number in range(100):
            client.volumes.create(f"v{number}")
        relay.mend()
        reader.until("create", "v99")
        client.volumes.create("after")
        reader.until("create", "after")
        reader.close()
        names = [event.actor.id for event in reader.seen if event.type == "volume"]
        assert names == ["before", *(f"v{number}" for number in range(100)), "after"]


def test_an_engine_that_stays_away(private_engine: Any, reading: Any) -> None:
    engine = private_engine()
    with engine.connect() as client:
        reader = reading(client.events(reconnect_timeout=1))
        engine.kill()
        reader.join()
        assert isinstance(reader.error, ConnectionFailed)
        assert "did not come back within 1 s" in str(reader.error)


def test_closing_while_the_engine_is_away(private_engine: Any, reading: Any) -> None:
    engine = private_engine()
    with engine.connect() as client:
        asked = threading.Event()
        reader = reading(client.events(reconnect_timeout=None))
        client.hooks.request.append(lambda _: asked.set())
        engine.kill()
        assert asked.wait(10)  # it tries already
        assert reader.close() < 1
        assert (reader.error, reader.seen) == (None, [])


def test_without_coming_back(private_engine: Any, reading: Any) -> None:
    engine = private_engine()
    with engine.connect() as client:
        reader = reading(client.events(reconnect=False))
        raw = client.events(decode=False)
        engine.kill()
        reader.join()
        assert type(reader.error).__name__ in ("TruncatedResponse", "ConnectionFailed")
        assert reader.seen == []
        with pytest.raises(Exception, match=r"broke off|closed the connection"):
            raw.read()
