"""Two engines at once: what goes from one to the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dockpy import Client


@pytest.fixture
def source(request: pytest.FixtureRequest, reach: Callable[[str], Any]) -> Iterator[Client]:
    """Where something comes from; its parameter is the name of a way to an engine."""
    with reach(request.param).connect() as client:
        yield client


@pytest.fixture
def target(request: pytest.FixtureRequest, reach: Callable[[str], Any]) -> Iterator[Client]:
    """Where something goes."""
    with reach(request.param).connect() as client:
        yield client
