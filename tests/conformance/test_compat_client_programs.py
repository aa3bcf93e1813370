"""Programs that were written for docker-py print what they print with docker-py.

`compat_programs/record.py` has written down what that is.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

sys.path.insert(0, str(Path(__file__).parent / "compat_programs"))
import compat_runner

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Place


@pytest.mark.parametrize("program", compat_runner.PROGRAMS, ids=lambda program: program.stem)
def test_program(
    program: Path, engine_place: Place, registry: str, locked_registry: str, new_name: Callable[[], str]
) -> None:
    environ = {
        "DOCKER_HOST": engine_place.url,
        "NAME": new_name(),
        "REGISTRY": registry,
        "LOCKED": locked_registry,
    }
    stdout, stderr = compat_runner.run(
        compat_runner.translated(program.read_text("utf-8")), environ, "-W", "error"
    )
    assert stderr == ""
    assert stdout == program.with_suffix(".txt").read_text("utf-8")
