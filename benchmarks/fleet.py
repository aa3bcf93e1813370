"""What asking many daemons takes, in times of what asking one takes."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from benchmarks.measure import Subject
from benchmarks.standin import standin

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.measure import Bench, Measured

__all__ = ["asked", "growth"]

LATENCY = 0.02


def asking(urls: list[str]) -> Callable[[], object]:
    """Ask each daemon for its containers, the second time: that is, over connections that are there."""
    from dockpy.fleet import Fleet

    fleet = Fleet({f"d{number}": url for number, url in enumerate(urls)})
    fleet.containers.list().raise_errors()

    def work() -> dict[str, float]:
        times = []
        for _ in range(5):
            began = time.perf_counter()
            assert len(fleet.containers.list().raise_errors()) == len(urls)
            times.append(time.perf_counter() - began)
        return {"wall": sorted(times)[2]}

    return work


def asked(bench: Bench) -> Measured:
    with standin(bench.folder / "fleet", bench.much(100, 3), LATENCY) as urls:
        subjects = {
            "dockpy": Subject("fleet:asking", {"urls": urls}),
            "dockpy, one daemon": Subject("fleet:asking", {"urls": urls[:1]}),
        }
        return bench.measure(subjects, 7)


def growth(bench: Bench) -> dict[int, Measured]:
    """By the number of daemons."""
    sizes = bench.sizes((1, 3, 10, 30, 100), (1, 2))
    with standin(bench.folder / "fleets", max(sizes), LATENCY) as urls:
        return {
            many: bench.measure({"dockpy": Subject("fleet:asking", {"urls": urls[:many]})}, 3)
            for many in sizes
        }
