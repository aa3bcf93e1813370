"""Reading a folder of many files as a build's context."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from benchmarks.measure import Subject

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from benchmarks.measure import Bench, Measured

__all__ = ["ignoring", "packed"]

FEW, MANY, FILES = 20, 200, 100  # folders whose files are wanted, those whose are not, files in each


def _make(root: Path, bench: Bench, ignored: list[str]) -> dict[str, object]:
    for parent, folders in (("src", bench.much(FEW, 1)), ("node_modules", bench.much(MANY, 2))):
        for folder in range(folders):
            path = root / parent / f"m{folder}" / "lib"
            path.mkdir(parents=True)
            for file in range(FILES if not bench.tiny else 3):
                (path / f"{file}.js").write_text("module.exports = {}\n" * (file % 40))
    (root / "Dockerfile").write_text("FROM scratch\nCOPY . /\n")
    (root / ".dockerignore").write_text("\n".join(ignored))
    return {"root": str(root), "ignored": ignored}


def with_dockpy(root: str, ignored: list[str]) -> Callable[[], object]:
    """The pieces that are sent, as they come."""
    from dockpy.build.folder import plan_folder

    return lambda: sum(map(len, plan_folder(root, None).context.tar()))


def with_docker_py(root: str, ignored: list[str]) -> Callable[[], object]:
    """It writes all of it to a temporary file, and sends that."""
    from docker.utils.build import tar

    def work() -> None:
        with tar(root, exclude=ignored, dockerfile=("Dockerfile", None)) as file:
            while file.read(1 << 16):
                pass

    return work


def with_tar(root: str, ignored: list[str]) -> Callable[[], object]:
    """To a pipe: where it writes to /dev/null, GNU tar reads no file."""
    excluded = " ".join(f"--exclude=./{pattern}" for pattern in ignored if "*" not in pattern)
    return lambda: subprocess.run(
        f"tar -cf - {excluded} -C {root} . | cat >/dev/null", shell=True, check=True
    )


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
