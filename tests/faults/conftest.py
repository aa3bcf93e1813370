"""The breaking server of a worker, and the modules of this folder by name."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from ways import Ways

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def ways() -> Iterator[Ways]:
    with Ways() as ways:
        yield ways
