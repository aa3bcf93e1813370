"""Scenarios, on a fake daemon and on the engine that it stands for, side by side: no difference."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from comparing import differences, heard
from coverage_page import asked, recorded, scenarios

if TYPE_CHECKING:
    from collections.abc import Callable

STALE = "run python tests/differential/coverage_page.py --record"


@pytest.mark.parametrize(
    "scenario", scenarios(), ids=lambda scenario: scenario.__name__.removeprefix("scenario_")
)
def test_scenario(scenario: Any, engine_place: Any, fake_of: Callable[[Any], Any]) -> None:
    fake, real = fake_of(engine_place), engine_place
    ours = heard(scenario, fake.url.removeprefix("unix://"), fake.api)
    theirs = heard(scenario, real.url.removeprefix("unix://"), real.api)
    found = differences(scenario, ours, theirs)
    assert not found, "\n" + "\n".join(found)
    assert set(asked(theirs)) <= set(recorded()[scenario.__name__.removeprefix("scenario_")]), STALE
