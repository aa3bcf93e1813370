"""Coverage-guided fuzzing: ``python tests/fuzz/run.py [--runs N] [--jobs N] [--summary FILE] [target…]``.

Each target runs in a process of its own, which is stopped where it takes more memory than it may, or more
time for an input. An input that crashes a target is written to ``corpus/<target>``, where the ordinary suite
finds it, and the run goes on: one input for each place that fails. Needs atheris; only dockpy is instrumented.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
CORPUS = HERE / "corpus"
LIMITS = {"rss_mb": 800, "seconds": 5, "length": 4096}


def main() -> int:
    """Run the targets, print a row for each, write the summary."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("targets", nargs="*")
    arguments.add_argument("--runs", type=int, help="inputs for each target; a target's weight x 10,000 if not given")
    arguments.add_argument("--jobs", type=int, default=2)
    arguments.add_argument("--summary", type=Path)
    arguments.add_argument("--one", help=argparse.SUPPRESS)
    arguments.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "dockpy-fuzz")
    given = arguments.parse_args()
    if given.one:
        return _fuzz(given.one, given.runs, given.work)
    from targets import TARGETS

    names = given.targets or list(TARGETS)
    rows: list[dict[str, Any]] = []
    with ThreadPoolExecutor(given.jobs) as pool:
        runs = {name: given.runs or TARGETS[name].weight * 10_000 for name in names}
        for row in pool.map(lambda name: _one(name, runs[name], given.work), names):
            rows.append(row)
            print("{target:28} {inputs:>10,} inputs {seconds:>6}s {rss_mb:>5} MB  {ended}  {crashes}".format(**row), flush=True)
            if given.summary:
                _add(given.summary, rows)
    print(f"{sum(row['inputs'] for row in rows):,} inputs, {sum(len(row['crashes']) for row in rows)} crashes")
    return int(any(row["crashes"] or row["ended"] != "whole" for row in rows))


def _add(summary: Path, rows: list[dict[str, Any]]) -> None:
    total = {
        "inputs": sum(row["inputs"] for row in rows),
        "crashes": sum(len(row["crashes"]) for row in rows),
        "peak_rss_mb": max(row["rss_mb"] for row in rows),
    }
    summary.write_text(json.dumps({"total": total, "limits": LIMITS, "targets": rows}, indent=1) + "\n")


def _one(name: str, runs: int, work: Path) -> dict[str, Any]:
    """Run a target in a process of its own."""
    place = work / name
    place.mkdir(parents=True, exist_ok=True)
    crashes = place / "crashes.json"
    crashes.unlink(missing_ok=True)
    began = time.monotonic()
    command = [sys.executable, __file__, "--one", name, "--runs", str(runs), "--work", str(work)]
    ran = subprocess.run(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, check=False)
    log = ran.stderr.decode("utf-8", "replace")
    (place / "log").write_text(log)
    found = json.loads(crashes.read_text()) if crashes.exists() else []
    counts = re.findall(r"number_of_executed_units: (\d+)", log) or re.findall(r"^#(\d+)\t", log, re.MULTILINE)
    peaks = re.findall(r"peak_rss_mb: *(\d+)", log) or re.findall(r"rss: (\d+)Mb", log)
    ended = "whole" if ran.returncode == 0 else _why(log, ran.returncode)
    return {
        "target": name,
        "inputs": int(counts[-1]) if counts else 0,
        "seconds": round(time.monotonic() - began),
        "rss_mb": int(peaks[-1]) if peaks else 0,
        "ended": ended,
        "crashes": found,
    }


def _why(log: str, code: int) -> str:
    for sign in ("timeout after", "out-of-memory", "deadly signal", "ERROR: libFuzzer"):
        if sign in log:
            return sign
    return f"exit code {code}"


def _fuzz(name: str, runs: int, work: Path) -> int:
    """In the target's process: instrument, try the seeds, fuzz."""
    os.nice(10)
    import atheris

    with atheris.instrument_imports(include=["dockpy"]):
        from targets import TARGETS

        target = TARGETS[name]
        for seed in (b"", *target.seeds):  # what is imported late is instrumented too
            target(seed)
    seeds, place = work / name / "seeds", work / name / "found"
    for folder in (seeds, place):
        folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(target.seeds):
        (seeds / str(number)).write_bytes(seed)
    crashes: dict[str, str] = {}

    def tried(data: bytes) -> None:
        try:
            target(data)
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            where = _where(error)
            if where not in crashes:
                crashes[where] = _keep(name, data)
                (work / name / "crashes.json").write_text(json.dumps(crashes and [*map(list, crashes.items())]))
                (work / name / f"{crashes[where]}.txt").write_text("".join(traceback.format_exception(error)))

    options = [
        f"-runs={runs}",
        f"-rss_limit_mb={LIMITS['rss_mb']}",
        f"-timeout={LIMITS['seconds'] * 4}",  # wall clock; a machine may be busy
        f"-max_len={LIMITS['length']}",
        f"-artifact_prefix={work / name}/",
        "-print_final_stats=1",
        "-use_value_profile=0",
        "-verbosity=1",
    ]
    known = CORPUS / name
    folders = [str(place), str(seeds), *([str(known)] if known.is_dir() else [])]
    atheris.Setup([sys.argv[0], *options, *folders], tried, enable_python_coverage=True)
    atheris.Fuzz()
    return 0


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
