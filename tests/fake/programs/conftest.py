from __future__ import annotations

import threading

import pytest

from dockpy.fake.kernel.clock import ManualClock
from tests.fake.programs.box import Box


@pytest.fixture
def boxes():
    """Makes containers; no thread is left of them."""
    made = []

    def make(clock=None, **more):
        made.append(Box(clock or ManualClock(auto=True), **more))
        return made[-1]

    before = set(threading.enumerate())
    yield make
    for box in made:
        box.close()
    assert set(threading.enumerate()) <= before


@pytest.fixture
def box(boxes):
    return boxes()
