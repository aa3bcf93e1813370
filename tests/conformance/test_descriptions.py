"""Every operation, parameter and property of the published descriptions is in our tables, and no other."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

pytest.importorskip("yaml")
sys.path.insert(0, str(Path(__file__).parent))
import descriptions

needs_descriptions = pytest.mark.skipif(
    not descriptions.directory().is_dir(), reason="the API descriptions are not beside this checkout"
)
OPERATIONS = {"1.41": 106, "1.45": 107, "1.51": 107, "1.55": 108}


@needs_descriptions
@pytest.mark.parametrize("version", descriptions.VERSIONS)
def test_tables_equal_the_description(version: str) -> None:
    report = descriptions.compare(version)
    assert report.differences == []
    assert report.counts["operations"] == OPERATIONS[version]


@needs_descriptions
def test_no_deviation_is_stale() -> None:
    """What the descriptions have meanwhile got right is no deviation any more."""
    used = set[str]().union(*(descriptions.compare(version).used for version in descriptions.VERSIONS))
    assert set(descriptions.deviations.KNOWN) - used == set()
