"""A program that was written for docker-py prints what it prints with docker-py, in a swarm of its own.

What that is has been written down by `tests/conformance/compat_programs/record.py`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "conformance" / "compat_programs"))
import compat_runner


def test_swarm(private_engine: Any) -> None:
    engine = private_engine()
    engine.seed()
    program = compat_runner.HERE / "private" / "swarm.py"
    environ = {
        "DOCKER_HOST": engine.url,
        "NAME": "compat",
        "LISTEN": f"127.0.0.1:{compat_runner.free_port()}",
    }
    stdout, stderr = compat_runner.run(
        compat_runner.translated(program.read_text("utf-8")), environ, "-W", "error"
    )
    assert stderr == ""
    assert stdout == program.with_suffix(".txt").read_text("utf-8")
