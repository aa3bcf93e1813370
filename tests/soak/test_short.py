"""The soaks for seconds, each in a process of its own; and that what grows is seen."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from measuring import Sample, flat

HERE = Path(__file__).parent


@pytest.mark.parametrize(
    "command",
    [
        ["soak.py", "--fake", "--minutes", "0.1", "--threads", "8"],
        ["cycles.py", "--fake", "--times", "50"],
        ["bulk.py", "--gigabytes", "0.2"],
    ],
    ids=lambda command: command[0],
)
def test_it_holds(command: list[str], tmp_path: Path) -> None:
    program, *options = command
    summary = tmp_path / "summary.json"
    started = [sys.executable, str(HERE / program), *options, "--summary", str(summary)]
    done = subprocess.run(started, capture_output=True, text=True, timeout=110)
    assert done.returncode == 0, done.stdout + done.stderr
    kept = json.loads(summary.read_text())
    assert kept["command"] == f"python tests/soak/{' '.join(command)}"
    assert kept["held"]
    assert kept["report"] == done.stdout.splitlines() != []


@pytest.mark.parametrize(
    ("what", "leak"), [("descriptors", 0.2), ("threads", 0.2), ("memory", 0.2), ("blocks", 40.0)]
)
@pytest.mark.parametrize("leaks", [False, True])
def test_what_grows_is_seen(what: str, leak: float, leaks: bool) -> None:
    held = {"descriptors": 100.0, "threads": 50.0, "memory": 60.0, "blocks": 170_000.0}
    leak *= leaks
    samples = [
        Sample(float(at), **{**held, what: held[what] + at % 7 + leak * at})  # it goes up and down, too
        for at in range(200)
    ]
    lines, good = flat(samples)
    assert good == (not leak)
    assert sum("GROWS" in line for line in lines) == bool(leak)
