"""Reading a folder of many files as a build's context."""

from __future__ import annotations

import resource
import subprocess
import time
from typing import TYPE_CHECKING

from benchmarks.measure import Subject

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from benchmarks.measure import Bench, Measured

__all__ = ["ignoring", "packed"]

FEW, MANY, FILES = 20, 200, 100  # folders whose files are wanted, those whose are not, files in each


def _make(root: Path, bench: Bench, ignored: list[str]) -> dict[str, object]:
    least = 0  # bytes that a tar of what is wanted has: a header and whole blocks for each file
    for parent, folders in (("src", bench.much(FEW, 1)), ("node_modules", bench.much(MANY, 2))):
        for folder in range(folders):
            path = root / parent / f"m{folder}" / "lib"
            path.mkdir(parents=True)
            for file in range(bench.much(FILES, 3)):
                text = "module.exports = {}\n" * (file % 40)
                (path / f"{file}.js").write_text(text)
                least += 512 + -(-len(text) // 512) * 512 if parent not in ignored else 0
    (root / "Dockerfile").write_text("FROM scratch\nCOPY . /\n")
    (root / ".dockerignore").write_text("\n".join(ignored))
    return {"root": str(root), "ignored": ignored, "least": least}


def _check(size: int, least: int) -> None:
    """All that is wanted, no more: folders have headers beside it, and docker-py's files two more each."""
    assert least <= size <= least * 2.5 + 40_000, f"{size} bytes of {least}"


def with_dockpy(root: str, ignored: list[str], least: int) -> Callable[[], object]:
    """The pieces that are sent, as they come."""
    from dockpy.build.folder import plan_folder

    return lambda: _check(sum(map(len, plan_folder(root, None).context.tar())), least)


def with_docker_py(root: str, ignored: list[str], least: int) -> Callable[[], object]:
    """It writes all of it to a temporary file, and sends that."""
    from docker.utils.build import tar

    def work() -> None:
        with tar(root, exclude=ignored, dockerfile=("Dockerfile", None)) as file:
            size = 0
            while data := file.read(1 << 16):
                size += len(data)
            _check(size, least)

    return work


def with_tar(root: str, ignored: list[str], least: int) -> Callable[[], object]:
    """To a pipe, as it reads no file where it writes to /dev/null; what the other end takes is not tar's."""
    excluded = [f"--exclude=./{pattern}" for pattern in ignored if "*" not in pattern]

    def work() -> dict[str, float]:
        began = time.perf_counter()
        with subprocess.Popen(["wc", "-c"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as reader:
            assert reader.stdin is not None
            assert reader.stdout is not None
            subprocess.run(["tar", "-cf", "-", *excluded, "-C", root, "."], stdout=reader.stdin, check=True)
            usage = resource.getrusage(resource.RUSAGE_CHILDREN)  # of those that were awaited
            reader.stdin.close()
            _check(int(reader.stdout.read()), least)
        # The child process that this is has started no other.
        return {"cpu": usage.ru_utime + usage.ru_stime, "wall": time.perf_counter() - began}

    return work


def _measured(bench: Bench, name: str, ignored: list[str]) -> Measured:
    given = _make(bench.folder / name, bench, ignored)
    functions = {"dockpy": "with_dockpy", "docker-py": "with_docker_py", "tar": "with_tar"}
    subjects = {name: Subject(f"build_context:{function}", given) for name, function in functions.items()}
    return bench.measure(subjects)


def packed(bench: Bench) -> Measured:
    """All of it, but for a pattern that no file matches."""
    return _measured(bench, "packed", ["**/*.tmp"])


def ignoring(bench: Bench) -> Measured:
    """Of 22,000 files, 20,000 are ignored."""
    return _measured(bench, "ignoring", ["node_modules", "**/*.tmp"])
