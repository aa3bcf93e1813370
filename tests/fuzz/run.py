"""Coverage-guided fuzzing: ``python tests/fuzz/run.py [--runs N] [--jobs N] [--summary FILE] [target…]``.

Each target runs in a fork of its own, at nice 10, which is stopped where it takes more memory than it may, or
more time for an input. An input that crashes a target is written to ``corpus/<target>``, where the ordinary
suite finds it, and the run goes on: one input for each place that fails. Needs atheris; only dockpy is
instrumented.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import io
import json
import os
import re
import shutil
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from material import Target

HERE = Path(__file__).parent
CORPUS = HERE / "corpus"
LIMITS = {"rss_mb": 800, "seconds": 5, "length": 4096}


def main() -> int:
    """Run the targets, print a row for each, write the summary."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("targets", nargs="*")
    arguments.add_argument(
        "--runs", type=int, help="inputs for each target; its weight times 10,000 if not given"
    )
    arguments.add_argument("--jobs", type=int, default=2)
    arguments.add_argument("--summary", type=Path, help="a JSON file; what it holds of other runs is kept")
    arguments.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "dockpy-fuzz")
    given = arguments.parse_args()
    targets = _instrumented(given.targets)
    waiting = [(name, given.runs or targets[name].weight * 10_000) for name in given.targets or targets]
    running: dict[int, tuple[str, float]] = {}
    rows: list[dict[str, Any]] = []
    while waiting or running:
        while waiting and len(running) < given.jobs:
            name, runs = waiting.pop(0)
            running[_started(targets[name], runs, given.work)] = name, time.monotonic()
        pid, status = os.wait()
        name, began = running.pop(pid)
        row = _row(name, given.work / name, os.waitstatus_to_exitcode(status), time.monotonic() - began)
        rows.append(row)
        shown = "{target:24} {inputs:>10,} inputs {seconds:>6} s {rss_mb:>5} MB  {ended}  {crashes}"
        print(shown.format(**row), flush=True)
        if given.summary:
            _add(given.summary, row)
    print(
        f"{sum(row['inputs'] for row in rows):,} inputs, {sum(len(row['crashes']) for row in rows)} crashes"
    )
    return int(any(row["crashes"] or row["ended"] != "whole" for row in rows))


def _instrumented(names: list[str]) -> Mapping[str, Target]:
    """All targets; what they import, also late, is instrumented. Each has a fork of this process."""
    import atheris

    with contextlib.redirect_stderr(io.StringIO()), atheris.instrument_imports(include=["dockpy"]):
        from targets import TARGETS

        for name in names or TARGETS:
            for seed in (b"", *TARGETS[name].seeds):
                TARGETS[name](seed)
    return TARGETS


def _started(target: Target, runs: int, work: Path) -> int:
    """The process that runs a target."""
    place = work / target.name
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    if pid := os.fork():
        return pid
    os.nice(10)
    log = os.open(place / "log", os.O_WRONLY | os.O_CREAT, 0o644)
    for stream in (1, 2):
        os.dup2(log, stream)
    _fuzz(target, runs, place)
    os._exit(0)


def _row(name: str, place: Path, code: int, seconds: float) -> dict[str, Any]:
    log = (place / "log").read_text(errors="replace")
    crashes = place / "crashes.json"
    counts = re.findall(r"number_of_executed_units: (\d+)", log) or re.findall(
        r"^#(\d+)\t", log, re.MULTILINE
    )
    peaks = re.findall(r"peak_rss_mb: *(\d+)", log) or re.findall(r"rss: (\d+)Mb", log)
    return {
        "target": name,
        "inputs": int(counts[-1]) if counts else 0,
        "seconds": round(seconds),
        "rss_mb": int(peaks[-1]) if peaks else 0,
        "ended": "whole" if code == 0 else _why(log, code),
        "crashes": json.loads(crashes.read_text()) if crashes.exists() else [],
    }


def _add(summary: Path, row: dict[str, Any]) -> None:
    """Put a target's row into the summary; inputs of earlier runs count on, all else is of the last one."""
    rows = {}
    if summary.exists():
        rows = {known["target"]: known for known in json.loads(summary.read_text())["targets"]}
    if known := rows.get(row["target"]):
        row = row | {"inputs": row["inputs"] + known["inputs"], "seconds": row["seconds"] + known["seconds"]}
    rows[row["target"]] = row
    total = {
        "targets": len(rows),
        "inputs": sum(each["inputs"] for each in rows.values()),
        "crashes": sum(len(each["crashes"]) for each in rows.values()),
        "peak_rss_mb": max(each["rss_mb"] for each in rows.values()),
    }
    text = json.dumps({"total": total, "limits": LIMITS, "targets": list(rows.values())}, indent=1)
    summary.parent.mkdir(parents=True, exist_ok=True)
    summary.write_text(text + "\n")


def _why(log: str, code: int) -> str:
    for sign in ("timeout after", "out-of-memory", "deadly signal", "ERROR: libFuzzer"):
        if sign in log:
            return sign
    return f"exit code {code}"


def _fuzz(target: Target, runs: int, place: Path) -> None:
    """In the target's process: fuzz, and note each place that fails once."""
    import atheris

    seeds, found = place / "seeds", place / "found"
    for folder in (seeds, found):
        folder.mkdir()
    for number, seed in enumerate(target.seeds):
        (seeds / str(number)).write_bytes(seed)
    crashes: dict[str, str] = {}

    def tried(data: bytes) -> None:
        try:
            target(data)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            where = _where(error)
            if where not in crashes:
                crashes[where] = _keep(target.name, data)
                (place / "crashes.json").write_text(json.dumps([list(crash) for crash in crashes.items()]))
                (place / f"{crashes[where]}.txt").write_text("".join(traceback.format_exception(error)))

    options = [
        f"-runs={runs}",
        f"-rss_limit_mb={LIMITS['rss_mb']}",
        f"-timeout={LIMITS['seconds'] * 4}",  # wall clock, and other processes want the machine too
        f"-max_len={LIMITS['length']}",
        f"-artifact_prefix={place}/",
        "-print_final_stats=1",
    ]
    known = CORPUS / target.name
    folders = [str(found), str(seeds), *([str(known)] if known.is_dir() else [])]
    atheris.Setup([sys.argv[0], *options, *folders], tried, enable_python_coverage=True)
    atheris.Fuzz()


def _where(error: BaseException) -> str:
    """The kind of a failure, and the innermost line of dockpy that it came through."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f"{os.sep}dockpy{os.sep}" in f.filename]
    last = frames[-1] if frames else traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {Path(last.filename).name}:{last.name}:{last.lineno}"


def _keep(name: str, data: bytes) -> str:
    digest = hashlib.sha256(data).hexdigest()[:12]
    folder = CORPUS / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / digest).write_bytes(data)
    return digest


if __name__ == "__main__":
    sys.path.insert(0, str(HERE))
    sys.exit(main())
