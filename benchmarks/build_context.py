"""What it costs to read a folder as a build's context: dockpy beside docker-py.

    python benchmarks/build_context.py

22,000 small files, some of them left out, and 16 MB in a large one. CPU time, the best of three runs; the
ratio is docker-py's time to dockpy's.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from docker.utils.build import tar as docker_py_tar

from dockpy.build.folder import plan_folder

if TYPE_CHECKING:
    from collections.abc import Callable

FOLDERS, FILES = 220, 100
IGNORED = ["m1*/*7.js", "**/*.tmp", "docs"]


def make(root: Path) -> None:
    """The folder."""
    for folder in range(FOLDERS):
        path = root / f"m{folder}" / "lib"
        path.mkdir(parents=True)
        for file in range(FILES):
            (path / f"{file}.js").write_text("module.exports = {}\n" * (file % 40))
    (root / "large").write_bytes(bytes(16 << 20))
    (root / "Dockerfile").write_text("FROM scratch\nCOPY . /\n")
    (root / ".dockerignore").write_text("\n".join(IGNORED))


def with_dockpy(root: str) -> int:
    """The bytes that dockpy sends."""
    return sum(map(len, plan_folder(root, None).context.tar()))


def with_docker_py(root: str) -> int:
    """The bytes that docker-py writes to a temporary file, and sends then."""
    with docker_py_tar(root, exclude=IGNORED, dockerfile=("Dockerfile", None)) as file:
        return sum(map(len, iter(lambda: file.read(1 << 16), b"")))


def cpu_time(function: Callable[[str], int], root: str) -> float:
    """Seconds, the best of three."""
    times = []
    for _ in range(3):
        began = time.process_time()
        function(root)
        times.append(time.process_time() - began)
    return min(times)


def main() -> None:
    """Measure, and print."""
    with tempfile.TemporaryDirectory() as folder:
        make(Path(folder))
        ours, theirs = (cpu_time(function, folder) for function in (with_dockpy, with_docker_py))
    per_file = ours / (FOLDERS * FILES) * 1e6
    print(
        f"dockpy {ours:.2f} s, {per_file:.0f} µs a file; docker-py {theirs:.2f} s; ratio {theirs / ours:.1f}"
    )


if __name__ == "__main__":
    main()
