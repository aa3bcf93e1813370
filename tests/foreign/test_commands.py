"""Scenarios of the docker command, on a fake daemon and on the engine that it stands for: no difference."""

from __future__ import annotations

import difflib
import importlib
import secrets
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from terminals import Terminal

if TYPE_CHECKING:
    from collections.abc import Callable

SCENARIOS = [
    scenario
    for path in sorted(Path(__file__).parent.glob("cli_*.py"))
    for name, scenario in vars(importlib.import_module(path.stem)).items()
    if name.startswith("scenario_")
]


@pytest.mark.parametrize(
    "scenario", SCENARIOS, ids=lambda scenario: scenario.__name__.removeprefix("scenario_")
)
def test_command(
    scenario: Callable[[Terminal], None],
    fake_url: str,
    real_url: str,
    tmp_path: Path,
    registry: str,
    locked_registry: str,
) -> None:
    def heard(url: str, name: str) -> list[str]:
        terminal = Terminal(url, tmp_path / name, secrets.token_hex(3), registry, locked_registry)
        try:
            scenario(terminal)
        finally:
            terminal.clean()
        return [line for what, value in terminal.transcript for line in (f"* {what}", *_lines(value))]

    with ThreadPoolExecutor(2) as pool:
        ours, theirs = pool.map(heard, (fake_url, real_url), ("fake", "engine"))
    assert ours == theirs, "\n" + "\n".join(
        difflib.unified_diff(theirs, ours, "engine", "fake", "", "", 3, "")
    )


def _lines(value: Any) -> list[str]:
    return [f"    {line}" for line in (value if isinstance(value, list) else [value])]
