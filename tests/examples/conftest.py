"""Engines for the examples, and the modules of this folder, and held.py, by name."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "typing"))

HOSTS = [host for host in os.environ.get("DOCKPY_TEST_HOSTS", "").split(",") if host]


@pytest.fixture(params=HOSTS or [None], ids=lambda host: Path(host).parent.name if host else "none")
def host(request: pytest.FixtureRequest) -> str:
    """The address of an engine."""
    if request.param is None:
        pytest.skip("DOCKPY_TEST_HOSTS names no engine; CONTRIBUTING.md says how to start some")
    return str(request.param)
