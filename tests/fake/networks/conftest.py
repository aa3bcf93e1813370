"""A daemon as each of the engines that can be compared with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dockpy.fake.daemon import FakeDaemon
from tests.fake.asking import ENGINES, make_daemon


@pytest.fixture(params=ENGINES)
def daemon(request: pytest.FixtureRequest) -> Iterator[FakeDaemon]:
    """One with the image "idle"."""
    with make_daemon(request.param) as daemon:
        yield daemon


@pytest.fixture
def modern(daemon: FakeDaemon) -> bool:
    """Whether it is the newer of both."""
    return daemon._engine.api == "1.51"
