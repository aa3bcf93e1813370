"""What an import costs: `import dockpy` beside `import docker`, each in new interpreters.

python benchmarks/imports.py         (needs docker, docker-py, beside dockpy)
"""

from __future__ import annotations

import re
import statistics
import subprocess
import sys

ROUNDS = 15


def microseconds(statement: str, package: str) -> float:
    """The cumulative time of a package's import, as ``-X importtime`` has it."""
    run = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", statement], capture_output=True, text=True, check=True
    )
    rows = re.findall(r"import time:\s*\d+ \|\s*(\d+) \| ( *)(\S+)", run.stderr)
    return next(float(cumulative) for cumulative, _, name in rows if name == package)


def main() -> None:
    subjects = {"dockpy": "import dockpy", "docker": "import docker"}
    times: dict[str, list[float]] = {name: [] for name in subjects}
    for _ in range(ROUNDS):
        for name, statement in subjects.items():
            times[name].append(microseconds(statement, name))
    base = statistics.median(times["dockpy"])
    for name, values in times.items():
        median = statistics.median(values)
        ratio = f"{median / base:6.1f} x dockpy"
        print(f"import {name:8} {median / 1000:8.2f} ms   {ratio}   (best {min(values) / 1000:.2f})")


if __name__ == "__main__":
    main()
