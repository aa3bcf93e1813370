"""Measures the works of the table: ``python -m benchmarks [NAME…] [--docs | --page] [--rounds N] [--tiny]``.

    NAME    only these rows
    --docs  brings docs/benchmarks.md up to date, and the plots of what grows
    --page  writes them of what was measured before: goals and causes may have changed
    --rounds N  not more than these
    --tiny  one round of as little as there can be: shows that all of it works

The exit status is 1 where a goal is missed. `benchmarks.report` says what has to be installed.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import signal
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import Bench
from benchmarks.report import Found, conditions, lines
from benchmarks.results import Results
from benchmarks.table import GROWTHS, ROWS, Growth, Row

__all__ = ["engine", "main"]

PACKAGES = ("docker", "h11")  # what the goals are held against, and what fake registries are served by


def main() -> int:
    named = {row.name: row for row in ROWS} | {f"{growth.name}-growth": growth for growth in GROWTHS}
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measures dockpy and its peers."
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(named)}")
    parser.add_argument("--docs", action="store_true", help="write docs/benchmarks.md and its plots")
    parser.add_argument("--page", action="store_true", help="write it of what was measured before")
    parser.add_argument("--rounds", type=int, default=100, metavar="N", help="not more than these")
    parser.add_argument("--tiny", action="store_true", help="only show that it works")
    asked = parser.parse_args()
    if unknown := set(asked.names) - set(named):
        parser.error(f"there is no {', '.join(sorted(unknown))}")
    if asked.page:
        Results().write()
        return 0
    if asked.docs and asked.tiny:
        parser.error("what --tiny measures is nothing for the documentation")
    if missing := [package for package in PACKAGES if not importlib.util.find_spec(package)]:
        parser.error(f"there is no {', '.join(missing)}: pip install -e '.[fake]' --group benchmarks")
    address, known = engine()
    where = conditions(known)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was made on the engine is removed
    results = Results() if asked.docs else None
    print(where)
    met = True
    with tempfile.TemporaryDirectory(prefix="dockpy-benchmarks-") as folder:
        bench = Bench(Path(folder), address, tiny=asked.tiny, most_rounds=asked.rounds)
        # What grows takes long, and has no goals: where nobody asks for it, it is for the documentation.
        chosen = asked.names or [name for name, what in named.items() if asked.docs or isinstance(what, Row)]
        for name, what in named.items():
            if name not in chosen:
                continue
            if lack := bench.lacks(what.needs):
                print(f"{name}: left out, there is no {lack}", flush=True)
            elif isinstance(what, Growth):
                measured = dict(what.measure(bench, **what.given))
                print(f"{name}: by {what.axis}, {', '.join(map(str, measured))}", flush=True)
                if results:
                    results.add_growth(what, measured)
            else:
                found = Found(what, what.measure(bench, **what.given))
                print("\n".join(lines(found)), flush=True)
                met = met and all(outcome.met for outcome in found.outcomes())
                if results:
                    results.add_row(found, where)
    return 0 if met else 1


def engine() -> tuple[str, str]:
    """The address of the engine and what it is; where there is none for us, nothing and why."""
    import dockpy

    named = os.environ.get("DOCKPY_BENCHMARK_HOST") or os.environ.get("DOCKPY_TEST_HOSTS", "").split(",")[-1]
    try:
        with dockpy.Client(named) if named else dockpy.from_env() as client:
            if not client.daemon.startswith("unix://"):  # the peers here speak over nothing else
                return "", f"no engine over a UNIX socket ({client.daemon})"
            version = client.version().version
            if not client.images.list("busybox"):
                client.images.pull("busybox")
            return client.daemon, f"Docker {version}"
    except dockpy.DockpyError as error:
        return "", f"no engine ({str(error).splitlines()[0]})"


if __name__ == "__main__":
    sys.exit(main())
