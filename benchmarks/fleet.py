"""What asking 100 daemons takes, in times of what asking one takes: not more than three.

python benchmarks/fleet.py [WORKERS]

The daemons are stand-ins in a process of their own, which answer after 20 ms; all is measured in one run,
once cold (new clients, which agree on a version first) and warm.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "unit" / "fleet"))
from standins import standins

from dockpy.fleet import Fleet

DAEMONS, LATENCY, ROUNDS, MOST = 100, 0.02, 15, 3.0


def took(fleet: Fleet) -> float:
    began = time.perf_counter()
    found = fleet.containers.list().raise_errors()
    seconds = time.perf_counter() - began
    assert len(found) == len(fleet)
    return seconds


def main(workers: int) -> int:
    times: dict[str, list[float]] = {"cold": [], "warm": []}
    ones: dict[str, list[float]] = {"cold": [], "warm": []}
    with tempfile.TemporaryDirectory() as folder, standins(Path(folder), DAEMONS, LATENCY) as daemons:
        name = next(iter(daemons))
        for _ in range(ROUNDS):  # round by round, so that the machine's moods meet all of them alike
            with Fleet({name: daemons[name]}) as one, Fleet(daemons, max_workers=workers) as all_of_them:
                for kind in ("cold", "warm"):
                    ones[kind].append(took(one))
                    times[kind].append(took(all_of_them))
    worst = 0.0
    for kind in ("cold", "warm"):
        single, many = statistics.median(ones[kind]), statistics.median(times[kind])
        worst = max(worst, many / single)
        print(f"{kind}: {many * 1000:6.1f} ms for {DAEMONS} daemons, {single * 1000:6.1f} ms for one", end="")
        print(f"   {many / single:4.2f} x   (best {min(times[kind]) / min(ones[kind]):4.2f})")
    return 0 if worst <= MOST else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 128))
