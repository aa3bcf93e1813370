"""Measures the works of the table: ``python -m benchmarks [NAME…] [--docs] [--rounds N] [--tiny]``.

    NAME    only these rows; of what grows, with --docs
    --docs  brings docs/benchmarks.md up to date, and the plots of what grows
    --rounds N  not more than these
    --tiny  one round of as little as there can be: shows that all of it works

The exit status is 1 where a goal is missed.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import Bench
from benchmarks.report import Found, conditions, lines
from benchmarks.results import Results
from benchmarks.table import GROWTHS, ROWS


def main() -> int:
    names = [*(row.name for row in ROWS), *(f"{growth.name}-growth" for growth in GROWTHS)]
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measures dockpy and its peers."
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(names)}")
    parser.add_argument("--docs", action="store_true", help="write docs/benchmarks.md and its plots")
    parser.add_argument("--rounds", type=int, default=100, metavar="N", help="not more than these")
    parser.add_argument("--tiny", action="store_true", help="only show that it works")
    asked = parser.parse_args()
    if unknown := set(asked.names) - set(names):
        parser.error(f"there is no {', '.join(sorted(unknown))}")
    engine = os.environ.get("DOCKPY_BENCHMARK_HOST") or os.environ.get("DOCKPY_TEST_HOSTS", "").split(",")[-1]
    if not engine:
        parser.error("DOCKPY_BENCHMARK_HOST names no engine")
    import dockpy

    with dockpy.Client(engine) as client:
        where = conditions(client.version().version)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was made on the engine is removed
    results = Results() if asked.docs else None
    print(where)
    met = True
    with tempfile.TemporaryDirectory(prefix="dockpy-benchmarks-") as folder:
        bench = Bench(Path(folder), engine, tiny=asked.tiny, most_rounds=asked.rounds)
        for row in ROWS:
            if asked.names and row.name not in asked.names:
                continue
            found = Found(row, row.measure(bench, **row.given))
            print("\n".join(lines(found)), flush=True)
            met = met and all(outcome.met for outcome in found.outcomes())
            if results:
                results.add_row(found, where)
        for growth in GROWTHS if results else ():
            if not asked.names or f"{growth.name}-growth" in asked.names:
                results.add_growth(growth, dict(growth.measure(bench, **growth.given)))
                print(f"{growth.name}-growth", flush=True)
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
