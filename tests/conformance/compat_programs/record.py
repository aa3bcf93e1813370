"""Writes down what the programs print with docker-py, on every engine that DOCKPY_TEST_HOSTS names.

    python tests/conformance/compat_programs/record.py [name …]

Those in `private` get engines of their own.
"""

from __future__ import annotations

import os
import secrets
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from compat_runner import HERE, PROGRAMS, free_port, run

sys.path.insert(0, str(Path(__file__).parents[2] / "integration"))
from private_engine import PrivateEngine

if TYPE_CHECKING:
    from collections.abc import Iterator

PRIVATE = sorted(HERE.glob("private/*.py"))


@contextmanager
def host_for(program: Path, shared: str) -> Iterator[str]:
    """Where a program's engine is."""
    if program not in PRIVATE:
        yield shared
        return
    engine = PrivateEngine(shared)
    try:
        engine.start()
        engine.seed()
        yield engine.url
    finally:
        engine.close()


def main(wanted: list[str]) -> None:
    for program in [*PROGRAMS, *PRIVATE]:
        if wanted and program.stem not in wanted:
            continue
        printed, complaints = set(), ""
        for shared in os.environ["DOCKPY_TEST_HOSTS"].split(","):
            with host_for(program, shared) as host:
                environ = {
                    "DOCKER_HOST": host,
                    "LISTEN": f"127.0.0.1:{free_port()}",
                    "LOCKED": os.environ["DOCKPY_TEST_REGISTRY_AUTH"],
                    "NAME": f"dockpy-compat-{secrets.token_hex(4)}",
                    "REGISTRY": os.environ["DOCKPY_TEST_REGISTRY"],
                }
                stdout, stderr = run(program.read_text("utf-8"), environ)
            printed.add(stdout)
            complaints += stderr
        if len(printed) == 1 and not complaints:
            program.with_suffix(".txt").write_text(printed.pop(), "utf-8")
        else:
            print(program.stem, "is not the same on all engines:", *printed, complaints, sep="\n---\n")


if __name__ == "__main__":
    main(sys.argv[1:])
