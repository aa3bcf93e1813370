"""One subject in a process of its own: ``python -m benchmarks.child MODULE FUNCTION ARGUMENTS``.

The function, called with the arguments, makes everything ready and gives back what is to be measured; what
that takes is printed as JSON: CPU seconds (of this process, and of those that it started and awaited),
seconds on the clock, and by how many bytes the memory in use has grown at its highest. What is measured may
give back figures of its own, which are added.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import resource
import sys
import time
from pathlib import Path

__all__: list[str] = []


def _busy() -> float:
    usages = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def _resident(field: str) -> int:
    """Bytes in use: ``VmRSS`` now, ``VmHWM`` at the highest."""
    for line in Path("/proc/self/status").read_text().splitlines():
        name, _, value = line.partition(":")
        if name == field:
            return int(value.split()[0]) * 1024
    raise LookupError(field)


def main(module: str, function: str, arguments: str) -> None:
    work = getattr(importlib.import_module(module), function)(**json.loads(arguments))
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")  # the highest so far is forgotten
    resident, busy, began = _resident("VmRSS"), _busy(), time.perf_counter()
    found = work()
    wall, busy = time.perf_counter() - began, _busy() - busy
    own = {name: float(value) for name, value in found.items()} if isinstance(found, dict) else {}
    figures = {"cpu": busy, "wall": wall, "memory": _resident("VmHWM") - resident, **own}
    print(json.dumps(figures), flush=True)
    os._exit(0)  # what it leaves open is no part of the work


if __name__ == "__main__":
    main(*sys.argv[1:])
