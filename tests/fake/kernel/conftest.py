from __future__ import annotations

import pytest

from tests.fake.kernel.world import World


@pytest.fixture
def world():
    return World()
