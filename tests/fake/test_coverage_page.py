"""The page that says what the fake daemon answers is as the code has it."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "differential"))
import coverage_page

from dockpy.ops import all_operations


def test_the_page_is_as_it_would_be_made() -> None:
    made = coverage_page.page()
    assert coverage_page.PAGE.read_text() == made, "run python tests/differential/coverage_page.py"


def test_every_scenario_is_recorded() -> None:
    names = {one.__name__ for one in (*coverage_page.scenarios(), *coverage_page.swarm_scenarios(1))}
    assert {name.removeprefix("scenario_") for name in names} == set(coverage_page.recorded())


def test_every_operation_is_compared() -> None:
    """All that an engine of API 1.41 or 1.51 has."""
    compared = {operation for found in coverage_page.recorded().values() for operation in found}
    wanted = {operation.id for operation in all_operations() if operation.known_to("1.51")}
    assert wanted - compared == set()
