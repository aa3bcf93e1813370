"""Scenarios, on a fake daemon and on the engine that it stands for, side by side: no difference."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from comparing import differences, heard

if TYPE_CHECKING:
    from collections.abc import Callable

SCENARIOS = [
    scenario
    for path in sorted(Path(__file__).parent.glob("about_*.py"))
    for name, scenario in vars(importlib.import_module(path.stem)).items()
    if name.startswith("scenario_")
]


@pytest.mark.parametrize(
    "scenario", SCENARIOS, ids=lambda scenario: scenario.__name__.removeprefix("scenario_")
)
def test_scenario(scenario: Any, engine_place: Any, fake_of: Callable[[Any], Any]) -> None:
    fake, real = fake_of(engine_place), engine_place
    ours = heard(scenario, fake.url.removeprefix("unix://"), fake.api)
    theirs = heard(scenario, real.url.removeprefix("unix://"), real.api)
    found = differences(scenario, ours, theirs)
    assert not found, "\n" + "\n".join(found)
