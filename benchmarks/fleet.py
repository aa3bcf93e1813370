"""What asking 100 daemons takes, in times of what asking one takes: not more than three.

python benchmarks/fleet.py [WORKERS]

The daemons are stand-ins in a process of their own, which answer after 20 ms; all is measured in one run:
cold (new clients, which agree on a version first), warm, and with one daemon that refuses and one that hangs,
whose timeout is what the others take. On a busy machine, what this process computes is what can be compared.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "unit" / "fleet"))
from fleet_standins import standins

from dockpy.fleet import Fleet

DAEMONS, LATENCY, ROUNDS, MOST = 100, 0.02, 15, 3.0


def took(fleet: Fleet, errors: int = 0) -> tuple[float, float]:
    """Seconds, and those of them that this process computed."""
    began, computed = time.perf_counter(), time.process_time()
    found = fleet.containers.list()
    seconds, computed = time.perf_counter() - began, time.process_time() - computed
    assert len(found.errors) == errors, found.errors
    assert len(found) == len(fleet) - errors
    return seconds, computed


def main(workers: int) -> int:
    kinds = ("cold", "warm", "faults")
    ones: dict[str, list[float]] = {kind: [] for kind in kinds}
    times: dict[str, list[tuple[float, float]]] = {kind: [] for kind in kinds}
    with tempfile.TemporaryDirectory() as folder, standins(Path(folder), DAEMONS, LATENCY) as daemons:
        name, *others = daemons
        for _ in range(ROUNDS):  # round by round, so that the machine's moods meet all of them alike
            with Fleet({name: daemons[name]}) as one, Fleet(daemons, max_workers=workers) as all_of_them:
                hanging = Fleet({"hanging": f"unix://{folder}/hanging.sock"}, timeout=LATENCY)
                refusing = Fleet({"refusing": f"unix://{folder}/refusing.sock"})
                healthy = {name: all_of_them[name] for name in others[1:]}
                faults = Fleet({**hanging, **healthy, **refusing}, max_workers=workers)
                for kind in kinds:
                    ones[kind].append(took(one)[0])
                    times[kind].append(took(faults, 2) if kind == "faults" else took(all_of_them))
                hanging.close()
    worst = 0.0
    for kind in kinds:
        single = statistics.median(ones[kind])
        many, computed = (statistics.median(column) for column in zip(*times[kind], strict=True))
        worst = max(worst, many / single)
        best = min(times[kind])[0] / min(ones[kind])
        print(f"{kind:6} {many * 1000:6.1f} ms for {DAEMONS} daemons, {single * 1000:5.1f} for one: ", end="")
        print(f"{many / single:4.2f} x (best {best:4.2f}), {computed * 1000:5.1f} ms computed")
    return 0 if worst <= MOST else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 128))
