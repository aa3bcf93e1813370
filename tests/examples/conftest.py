"""Engines for the examples, and the modules of this folder by name."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

HOSTS = [host for host in os.environ.get("DOCKPY_TEST_HOSTS", "").split(",") if host]
_MISSING = "DOCKPY_TEST_HOSTS names no engine"


@pytest.fixture(params=HOSTS or [None], ids=lambda host: Path(host).parent.name if host else "none")
def host(request: pytest.FixtureRequest) -> str:
    """The address of an engine."""
    if request.param is None:
        if os.environ.get("DOCKPY_REQUIRE_ENGINES"):
            pytest.fail(_MISSING)
        pytest.skip(_MISSING)
    return str(request.param)
