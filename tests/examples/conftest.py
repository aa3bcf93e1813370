"""Engines for the examples, a fake one among them, and the modules of this folder, and held.py, by name."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "typing"))
sys.path.insert(0, str(Path(__file__).parents[1]))
import fakes

FAKE = "sock51"
HOSTS = [host for host in os.environ.get("DOCKPY_TEST_HOSTS", "").split(",") if host]
ENGINES = [pytest.param(host, marks=pytest.mark.engine, id=Path(host).parent.name) for host in HOSTS]


@pytest.fixture(params=[FAKE, *ENGINES])
def host(request: pytest.FixtureRequest) -> str:
    """The address of an engine, or of a fake daemon."""
    return fakes.daemon_of(fakes.FAKES[FAKE]).url if request.param == FAKE else str(request.param)
