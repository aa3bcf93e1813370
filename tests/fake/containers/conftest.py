"""A daemon whose image "app" is one small program, so that containers are tested without a shell."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from dockpy.fake.daemon import FakeDaemon
from dockpy.fake.files import Layer
from dockpy.fake.kernel.clock import ManualClock
from dockpy.fake.kernel.process import Interrupted
from dockpy.streams.tar import END_OF_ARCHIVE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockpy import Client

NAMES = {2: "INT", 10: "USR1", 15: "TERM"}


def app(p):
    """What its arguments say: ``out:text err:text fill:n sleep:s exit:n trap:signal=code cat env tty``."""
    codes = {}
    for word in p.argv[1:]:
        name, _, value = word.partition(":")
        match name:
            case "out" | "err":
                data = value.replace("\\n", "\n").encode()
                yield from p.write(1 if name == "out" else 2, data)
            case "fill":
                yield from p.write(1, b"x" * int(value))
            case "sleep":
                try:
                    yield from p.sleep(float(value))
                except Interrupted:
                    return codes[p.caught.popleft()]
            case "trap":
                number, _, code = value.partition("=")
                codes[int(number)] = int(code)
                p.catch(int(number))
            case "cat":
                while data := (yield from p.read(0)):
                    yield from p.write(1, data)
            case "env":
                yield from p.write(1, json.dumps(p.env).encode())
            case "tty":
                yield from p.write(1, f"{p.fds[0].isatty}\n".encode())
            case "exit":
                return int(value)
    return 0


@pytest.fixture
def clock() -> ManualClock:
    """Stands still."""
    return ManualClock()


def make_daemon(api: str, clock: ManualClock) -> FakeDaemon:
    daemon = FakeDaemon(api=api, clock=clock, seed=1)
    engine = daemon._engine
    config = {
        "architecture": "amd64",
        "os": "linux",
        "config": {"Entrypoint": ["/app"], "Env": ["COLOR=red"], "Labels": {"of": "image"}},
    }
    engine.images.add(config, [Layer.from_tar([END_OF_ARCHIVE])], references=["app"])
    engine.programs.register("app", app)
    return daemon


@pytest.fixture(params=["1.41", "1.51"])
def daemon(request: pytest.FixtureRequest, clock: ManualClock) -> Iterator[FakeDaemon]:
    """As both of the engines that can be compared with."""
    daemon = make_daemon(request.param, clock)
    yield daemon
    daemon.close()


@pytest.fixture
def client(daemon: FakeDaemon) -> Iterator[Client]:
    """A client of it."""
    with daemon.client() as client:
        yield client


@pytest.fixture
def happened(daemon: FakeDaemon):
    """What happened to containers: actions, each with an attribute where one is asked for."""

    def happened(container, *attributes: str) -> list[str]:
        return [
            " ".join(
                [event.action, *(event.attributes[name] for name in attributes if name in event.attributes)]
            )
            for event in daemon._engine.events.kept()
            if event.type == "container" and event.actor == container.id
        ]

    return happened
