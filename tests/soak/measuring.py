"""What a process holds, sampled while it works, and whether that grows."""

from __future__ import annotations

import os
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

__all__ = ["PLAIN_MEMORY", "Sample", "Sampler", "flat", "held", "peak_memory"]

PLAIN_MEMORY = {"GLIBC_TUNABLES": "glibc.malloc.tcache_count=0"}
"""The environment of a process whose resident memory tells what it holds.

Each thread keeps some of what it frees, for itself, and these pieces lie everywhere: larger ones find no room
between them. With fifty threads resident memory rose by 17 MB in 170,000 operations so, though the bytes in
use and the blocks of Python stayed the same. Without these caches it stays the same, too.
"""


_PAGE = os.sysconf("SC_PAGE_SIZE")
_ALLOWED = {"descriptors": 5.0, "threads": 3.0, "blocks": 5000.0}
"""What the number of each may grow by over a run; calls that are under way make it go up and down by more."""

_MEMORY = (8.0, 0.10)
"""What memory may grow by: megabytes, or this part of what it is."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What a process held at a time, in seconds since the beginning.

    Attributes:
        memory: megabytes, resident.
        blocks: pieces of memory that Python has in use, of any size; None where it is another process.
    """

    at: float
    descriptors: float
    threads: float
    memory: float
    blocks: float | None = None


def held(pid: int | str = "self", at: float = 0.0) -> Sample:
    """What a process holds now."""
    process = Path(f"/proc/{pid}")
    pages = int((process / "statm").read_text().split()[1])
    return Sample(
        at,
        len(os.listdir(process / "fd")),
        len(os.listdir(process / "task")),
        pages * _PAGE / 1e6,
        sys.getallocatedblocks() if pid == "self" else None,
    )


def peak_memory() -> float:
    """The most that this process has held since `reset_peak`, in megabytes."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise AssertionError("no peak")


class Sampler:
    """Samples processes every so often, in a thread, for as long as its block takes."""

    def __init__(self, pids: dict[str, int | str], every: float) -> None:
        self.samples: dict[str, list[Sample]] = {name: [] for name in pids}
        self._pids, self._every = pids, every
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        began = time.monotonic()
        while not self._ended.wait(self._every):
            for name, pid in self._pids.items():
                self.samples[name].append(held(pid, time.monotonic() - began))

    def __enter__(self) -> Sampler:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()


def _growth(samples: list[Sample], what: str) -> float:
    """How much it grows from the first sample to the last, by the straight line that fits best."""
    times = [sample.at for sample in samples]
    values = [float(getattr(sample, what)) for sample in samples]
    middle, mean = sum(times) / len(times), sum(values) / len(values)
    spread = sum((at - middle) ** 2 for at in times)
    slope = sum((at - middle) * (value - mean) for at, value in zip(times, values, strict=True)) / spread
    return slope * (times[-1] - times[0])


def flat(samples: list[Sample]) -> tuple[list[str], bool]:
    """What grows over the last two thirds, by the straight line that fits best; and whether none does."""
    settled = samples[len(samples) // 3 :]
    lines, good = [], True
    for what in ("descriptors", "threads", "memory", "blocks"):
        if getattr(settled[0], what) is None:
            continue
        values = [getattr(sample, what) for sample in settled]
        mean, growth = sum(values) / len(values), _growth(settled, what)
        limit = max(_MEMORY[0], _MEMORY[1] * mean) if what == "memory" else _ALLOWED[what]
        good = good and growth <= limit
        unit = " MB" if what == "memory" else ""
        lines.append(
            f"{what}: {min(values):.0f} to {max(values):.0f}{unit}, growth {growth:+.1f}{unit} over "
            f"{settled[-1].at - settled[0].at:.0f} s (at most {limit:.0f}): "
            f"{'flat' if growth <= limit else 'GROWS'}"
        )
    return lines, good
