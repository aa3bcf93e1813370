"""An engine that is killed while all kinds of calls are under way, and started again."""

from __future__ import annotations

import io
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from stalling_registry import StallingRegistry

from dockpy import ConnectionFailed, TruncatedResponse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dockpy import Client

SOON = 2.0
"""Seconds from an engine's end to the error, or from its first answer to the resumption."""

CHATTY = ["sh", "-c", "while :; do echo tick; sleep 0.1; done"]
DOCKERFILE = b"FROM busybox\nRUN sleep 1000\n"


class Call:
    """A call in a thread; it says when it is under way, and how and when it ended."""

    def __init__(self, name: str, function: Callable[[Callable[[], None]], object]) -> None:
        self.name = name
        self.begun = threading.Event()
        self.error: BaseException | None = None
        self.ended = 0.0
        self._function = function
        self._thread = threading.Thread(target=self._run, name=name)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._function(self.begun.set)
        except BaseException as error:
            self.error = error
        self.ended = time.monotonic()
        self.begun.set()

    def join(self) -> None:
        self._thread.join(20)
        assert not self._thread.is_alive(), f"{self.name} goes on"


def endless(begun: Callable[[], None], stop: threading.Event) -> Iterator[bytes]:
    """An archive that does not end by itself."""
    from tarfile import TarInfo

    file = TarInfo("layer.tar")
    file.size = 1 << 30
    yield file.tobuf()
    while not stop.wait(0.02):
        begun()
        yield bytes(1024)


def every(pieces: Any, begun: Callable[[], None]) -> None:
    for _ in pieces:
        begun()


def slowly(pieces: Any, begun: Callable[[], None], killed: threading.Event) -> None:
    """Take the first, and the rest when the engine is dead."""
    next(pieces)
    begun()
    killed.wait(60)
    every(pieces, begun)


@pytest.mark.real  # the registry that stalls is one on a socket, and the fake's have none
def test_every_call_ends_and_the_client_goes_on(private_engine: Any) -> None:
    engine = private_engine()
    engine.seed()
    killed, stop = threading.Event(), threading.Event()
    seen: list[Any] = []
    more = threading.Condition()

    def follow_events(begun: Callable[[], None]) -> None:
        for event in events:
            with more:
                name = "" if event.type == "dockpy" else event.actor.id
                seen.append((event.type, event.action, name))
                more.notify_all()

    with StallingRegistry() as registry, engine.connect() as client:
        image = client.images.get("busybox")
        image.tag(f"{registry.host}/mine")
        web = client.containers.run("busybox", CHATTY, network="none", detach=True)
        # An engine lets nobody else at a container while its files are sent or taken.
        sent, taken = (client.containers.create("busybox", network="none") for _ in range(2))
        calls = [
            Call("logs", lambda begun: every(web.logs(stream=True), begun)),
            Call("stats", lambda begun: every(web.stats(stream=True), begun)),
            Call("wait", lambda begun: (begun(), web.wait())),
            Call("exec", lambda begun: (begun(), web.exec_run(["sleep", "1000"]))),
            Call("exec, streamed", lambda begun: _executed(web, begun)),
            Call("save", lambda begun: slowly(image.save(), begun, killed)),
            Call("export", lambda begun: slowly(taken.export(), begun, killed)),
            Call("load", lambda begun: client.images.load(endless(begun, stop))),
            Call("put", lambda begun: sent.put_archive("/", endless(begun, stop))),
            Call("pull", lambda begun: client.images.pull(f"{registry.host}/theirs:1")),
            Call("push", lambda begun: client.images.push(f"{registry.host}/mine:latest")),
            Call("build", lambda begun: _build(client, begun)),
        ]
        events = client.events()
        following = Call("events", follow_events)
        try:
            for call in calls:
                if call.name not in ("pull", "push"):
                    assert call.begun.wait(60), call.name
            assert registry.pulled.wait(60)
            assert registry.pushed.wait(60)
            client.volumes.create("before")
            with more:
                assert more.wait_for(lambda: ("volume", "create", "before") in seen, 30)
            assert [call.name for call in calls if call.ended] == []

            engine.kill()
            at = time.monotonic()
            killed.set()
            for call in calls:
                call.join()
            late = {call.name: call.ended - at for call in calls if call.ended - at > SOON}
            wrong = {
                call.name: call.error
                for call in calls
                if not isinstance(call.error, (ConnectionFailed, TruncatedResponse))
            }
            assert (late, wrong) == ({}, {})
            for call in calls:
                assert call.error.operation, call.name  # type: ignore[union-attr]
                assert call.error.daemon == client.daemon, call.name  # type: ignore[union-attr]

            engine.start()
            answered = time.monotonic()
            client.volumes.create("after")
            with more:
                assert more.wait_for(lambda: ("volume", "create", "after") in seen, 30)
            assert time.monotonic() - answered < SOON
            assert seen.count(("dockpy", "reconnect", "")) == 1
            assert not following.ended
            web.restart(timeout=0)
            assert next(iter(web.logs(stream=True, tail=1))).startswith(b"tick")
            assert web.exec_run(["echo", "again"]).output == b"again\n"
            web.remove(force=True)
        finally:
            stop.set()
            killed.set()
            events.close()
            following.join()


def _executed(web: Any, begun: Callable[[], None]) -> object:
    """Its stream is the connection itself, whose end tells nothing: it is the status that cannot be had."""
    with web.exec_run(CHATTY, stream=True) as output:
        every(output, begun)
        return output.exit_code


def _build(client: Client, begun: Callable[[], None]) -> None:
    def progress(message: Any) -> None:
        if "RUN" in (message.get("stream") or ""):
            begun()

    client.images.build(fileobj=io.BytesIO(DOCKERFILE), network_mode="none", rm=True, on_progress=progress)
