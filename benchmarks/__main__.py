"""Measures the works of the table: ``python -m benchmarks [NAME…] [--docs] [--rounds N] [--tiny]``.

    NAME    only these rows, or growths with --docs
    --docs  writes docs/benchmarks.md, and the plots of what grows
    --rounds N  not more than these
    --tiny  one round of as little as there can be: shows that all of it works

The exit status is 1 where a goal is missed.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import ROOT, Bench
from benchmarks.report import Found, conditions, lines, page, plots
from benchmarks.table import GROWTHS, ROWS


def main() -> int:
    names = [entry.name for entry in (*ROWS, *GROWTHS)]
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measures dockpy and its peers."
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(dict.fromkeys(names))}")
    parser.add_argument("--docs", action="store_true", help="write docs/benchmarks.md and its plots")
    parser.add_argument("--rounds", type=int, default=100, metavar="N", help="not more than these")
    parser.add_argument("--tiny", action="store_true", help="only show that it works")
    asked = parser.parse_args()
    if unknown := set(asked.names) - set(names):
        parser.error(f"there is no {', '.join(sorted(unknown))}")
    engine = os.environ.get("DOCKPY_BENCHMARK_HOST") or os.environ.get("DOCKPY_TEST_HOSTS", "").split(",")[-1]
    if not engine:
        parser.error("DOCKPY_BENCHMARK_HOST names no engine")
    rows = [row for row in ROWS if not asked.names or row.name in asked.names]
    print(conditions())
    found: list[Found] = []
    with tempfile.TemporaryDirectory(prefix="dockpy-benchmarks-") as folder:
        bench = Bench(Path(folder), engine, tiny=asked.tiny, most_rounds=asked.rounds)
        for row in rows:
            found.append(Found(row, row.measure(bench, **row.given)))
            print("\n".join(lines(found[-1])), flush=True)
        if asked.docs:
            _write(bench, found, engine)
    return 0 if all(outcome.met for one in found for outcome in one.outcomes()) else 1


def _write(bench: Bench, found: list[Found], engine: str) -> None:
    import dockpy

    with dockpy.Client(engine) as client:
        version = client.version()
    folder = ROOT / "docs" / "benchmarks"
    folder.mkdir(exist_ok=True)
    pictures = {}
    for growth in GROWTHS:
        for title, name, svg in plots(growth, growth.measure(bench, **growth.given)):
            (folder / name).write_text(svg)
            pictures[title] = name
            print(title, flush=True)
    (ROOT / "docs" / "benchmarks.md").write_text(page(found, pictures, f"Docker {version.version}"))


if __name__ == "__main__":
    sys.exit(main())
