"""Writes down what the programs print with docker-py, on every engine that DOCKPY_TEST_HOSTS names.

python tests/conformance/compat_programs/record.py [name …]
"""

from __future__ import annotations

import os
import secrets
import sys

from compat_runner import PROGRAMS, run


def main(wanted: list[str]) -> None:
    for program in PROGRAMS:
        if wanted and program.stem not in wanted:
            continue
        printed = set()
        for host in os.environ["DOCKPY_TEST_HOSTS"].split(","):
            environ = {
                "DOCKER_HOST": host,
                "NAME": f"dockpy-compat-{secrets.token_hex(4)}",
                "REGISTRY": os.environ["DOCKPY_TEST_REGISTRY"],
                "LOCKED": os.environ["DOCKPY_TEST_REGISTRY_AUTH"],
            }
            stdout, stderr = run(program.read_text("utf-8"), environ)
            if stderr:
                print(program.stem, host, stdout, stderr, sep="\n")
            printed.add(stdout)
        if len(printed) == 1 and not stderr:
            program.with_suffix(".txt").write_text(printed.pop(), "utf-8")
        else:
            print(program.stem, "is not the same on all engines:", *printed, sep="\n---\n")


if __name__ == "__main__":
    main(sys.argv[1:])
