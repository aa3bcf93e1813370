"""A daemon of each engine that is the one node of its swarm, and whose clock goes on when it is told to."""

from __future__ import annotations

import pytest

from dockpy.fake import FakeDaemon, ManualClock
from tests.fake.asking import ENGINES, ask


@pytest.fixture(params=ENGINES)
def lone(request):
    """A daemon without a swarm."""
    with FakeDaemon(api=request.param, clock=ManualClock(), seed=1) as daemon:
        daemon.images.add("busybox")
        yield daemon


@pytest.fixture
def daemon(lone):
    """A daemon with a swarm."""
    status, _ = ask(lone, "POST", "/swarm/init", {"ListenAddr": "0.0.0.0:2377", "AdvertiseAddr": "10.1.1.1"})
    assert status == 200
    return lone


@pytest.fixture
def modern(lone):
    """Whether it is Docker 28.5."""
    return lone._engine.api != "1.41"
