"""The page of what the fake daemon answers says what is so."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "differential"))
import coverage_page


def test_it_is_current(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)
    assert coverage_page.PAGE.read_text() == coverage_page.page(coverage_page.asked()), (
        "run python tests/differential/coverage_page.py"
    )
    assert [record.message for record in caplog.records] == []  # none of the fake's own failures
