"""A daemon as each of the engines that can be compared with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fake.asking import ENGINES, make_daemon

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockpy.fake.daemon import FakeDaemon


@pytest.fixture(params=ENGINES)
def daemon(request: pytest.FixtureRequest) -> Iterator[FakeDaemon]:
    """One with the image "idle"."""
    with make_daemon(request.param) as daemon:
        yield daemon


@pytest.fixture
def modern(daemon: FakeDaemon) -> bool:
    """Whether it is the newer of both."""
    return daemon._engine.api == "1.51"
