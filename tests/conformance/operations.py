"""Which operations of the table both engines were asked for: ``python operations.py FILE``.

The file is what the engines' tests left where DOCKPY_OPERATIONS said. An operation that no test asked an
engine for is an error, but for those that the engine's API does not have, and the BuildKit session.
"""

from __future__ import annotations

import sys
from pathlib import Path

from dockpy.ops import all_operations

ENGINES = {"20": "1.41", "28": "1.51"}
NOT_YET = {"Session", "GRPC"}  # BuildKit comes later


def missing(asked: set[tuple[str, str]]) -> list[str]:
    """The operations that an engine has, and was not asked for."""
    return [
        f"{operation.id} on Docker {engine}"
        for engine, version in ENGINES.items()
        for operation in all_operations()
        if operation.known_to(version) and operation.id not in NOT_YET and (engine, operation.id) not in asked
    ]


def main() -> int:
    """Say what is missing; 1 where something is."""
    lines = Path(sys.argv[1]).read_text().splitlines()
    asked = {(engine, operation) for engine, operation in (line.split() for line in lines)}
    gaps = missing(asked)
    for gap in gaps:
        print(f"no test asks for {gap}")
    for engine in ENGINES:
        print(f"Docker {engine}: {sum(name == engine for name, _ in asked)} operations asked for")
    return bool(gaps)


if __name__ == "__main__":
    sys.exit(main())
