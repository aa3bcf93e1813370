"""Scenarios about swarms, on fake daemons and engines that nobody else uses."""

from __future__ import annotations

import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dockpy.fake import FakeDaemon

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "integration")]
from comparing import differences, heard
from coverage_page import asked, recorded, swarm_scenarios
from private_engine import PrivateEngine

if TYPE_CHECKING:
    from collections.abc import Iterator


STALE = "run python tests/differential/coverage_page.py --record"


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@pytest.fixture
def pair(engine_place: Any, tmp_path: Path) -> Iterator[tuple[str, str, str]]:
    """The sockets of a fake daemon and of an engine, both new, and their API version."""
    with FakeDaemon(f"unix://{tmp_path}/fake.sock", api=engine_place.api) as fake:
        fake.images.add("busybox", config={"Labels": {"base": "busybox:latest"}})
        private = PrivateEngine(engine_place.url)
        try:
            private.start()
            private.seed()
            yield fake.url.removeprefix("unix://"), private.url.removeprefix("unix://"), engine_place.api
        finally:
            private.close()


@pytest.mark.real
def test_swarms(pair: tuple[str, str, str]) -> None:
    fake, real, api = pair
    found: list[str] = []
    ports = _free_port(), _free_port()
    for on_fake, on_real in zip(*map(swarm_scenarios, ports), strict=True):
        ours, theirs = heard(on_fake, fake, api), heard(on_real, real, api)
        found += differences(on_fake, ours, theirs)
        assert set(asked(theirs)) <= set(recorded()[on_fake.__name__]), STALE
    assert not found, "\n" + "\n".join(found)
