"""The project's checks, each in an environment of its own.

    nox                                        all of them
    nox -s tests -- tests/unit -k frames       one of them; what follows -- is for pytest

Every test belongs to exactly one of `tests` and `integration`: those marked `engine` to the second.
"""

from __future__ import annotations

import glob
import os
import shutil
import subprocess
import sys
import tempfile

import nox

nox.needs_version = ">=2025.2.9"
nox.options.sessions = ["lint", "types", "tests", "oldest", "pythons", "integration"]  # arch is part of tests
nox.options.reuse_existing_virtualenvs = True

# What is compiled is kept, whatever the machine prefers: hundreds of programs are started.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

PYPROJECT = nox.project.load_toml("pyproject.toml")
# Three workers for two processors: for a third of their time tests wait for their timeouts.
PARALLEL = ["-n", str((os.cpu_count() or 1) * 3 // 2 or 1), "--dist", "worksteal"]
IN_CI = os.environ.get("CI", "").lower() not in ("", "0", "false")


def other_pythons() -> list[str]:
    """Newer Pythons of this machine, the newest of each minor version: on the PATH, or pyenv's."""
    root = os.environ.get("PYENV_ROOT", os.path.expanduser("~/.pyenv"))
    found = []
    for minor in range(sys.version_info.minor + 1, 15):
        candidates = [shutil.which(f"python3.{minor}") or ""]
        candidates += sorted(glob.glob(f"{root}/versions/3.{minor}.*/bin/python"), reverse=True)
        for candidate in filter(None, candidates):  # pyenv's own names are there for Pythons that are not
            if subprocess.run([candidate, "-c", ""], check=False, capture_output=True).returncode == 0:
                found.append(candidate)
                break
    return found


def install(session: nox.Session, group: str, *requirements: str) -> None:
    """Install dockpy as it stands here, and a dependency group of pyproject.toml."""
    session.install("--quiet", "-e", ".", *nox.project.dependency_groups(PYPROJECT, group), *requirements)


@nox.session
def lint(session: nox.Session) -> None:
    """Style and formatting with ruff; what is dangerous with bandit."""
    session.install("--quiet", *nox.project.dependency_groups(PYPROJECT, "lint"))
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    # ruff's S rules look at the skipped ones too, line by line. The fake is for tests: it may draw lots.
    session.run("bandit", "-q", "-r", "dockpy", "-x", "dockpy/fake", "-s", "B101,B104,B105,B404")
    session.run("bandit", "-q", "-r", "dockpy/fake", "-s", "B101,B104,B105,B108,B311")


@nox.session
def types(session: nox.Session) -> None:
    """Types, with mypy --strict and pyright: the package, the examples, the snippets of README and docs."""
    install(session, "types")
    session.run("mypy")
    session.run("pyright")
    session.run("pyright", "--verifytypes", "dockpy", "--ignoreexternal", silent=True)  # fails below 100 %
    with tempfile.TemporaryDirectory() as snippets:  # not within .nox: pyright looks into no hidden folder
        session.run("python", "tests/examples/documents.py", snippets)
        session.run("mypy", snippets)
        session.run("pyright", snippets)


@nox.session
def arch(session: nox.Session) -> None:
    """Who imports whom, and what an import costs."""
    install(session, "test")
    session.run("pytest", "tests/arch", *session.posargs)


@nox.session
def tests(session: nox.Session) -> None:
    """Every test that needs no engine, with the newest dependencies."""
    install(session, "test", *nox.project.dependency_groups(PYPROJECT, "foreign"))
    session.run("pytest", "-m", "not engine", *PARALLEL, *session.posargs)


@nox.session
def oldest(session: nox.Session) -> None:
    """The unit tests and those of the fake's doors, with the oldest dependencies that are allowed."""
    if sys.version_info >= (3, 14):
        session.skip("the oldest pydantic has no build for this Python")
    project = PYPROJECT["project"]
    allowed = [*project["dependencies"], *project["optional-dependencies"]["fake"]]
    install(session, "test", *(requirement.replace(">=", "==") for requirement in allowed))
    few = ["--hypothesis-profile", "few"]  # their examples are tried with the newest ones
    tests = session.posargs or ["tests/unit", "tests/fake/doors"]
    session.run("pytest", "-m", "not engine", *PARALLEL, *few, *tests)


@nox.session(python=False)
def pythons(session: nox.Session) -> None:
    """The unit tests on every newer Python of the machine."""
    found = other_pythons()
    if not found:
        session.skip("there is no newer Python on this machine")
    session.log(f"found {', '.join(found)}")
    for python in found:
        with tempfile.TemporaryDirectory() as folder:
            session.run(python, "-m", "venv", folder, external=True)
            own = os.path.join(folder, "bin", "python")
            needed = nox.project.dependency_groups(PYPROJECT, "test")
            session.run(own, "-m", "pip", "install", "--quiet", "-e", ".", *needed, external=True)
            few = ["--hypothesis-profile", "few", "-p", "no:cacheprovider"]
            tests = session.posargs or ["tests/unit", "tests/fake/daemon", "tests/fake/kernel"]
            session.run(own, "-m", "pytest", "-m", "not engine", *PARALLEL, *few, *tests, external=True)


@nox.session
def integration(session: nox.Session) -> None:
    """Every test that talks to an engine, on the engines that DOCKPY_TEST_HOSTS and its like name.

    Without engines there is nothing to do; in CI that is an error, as is any test that is skipped.
    """
    if not os.environ.get("DOCKPY_TEST_HOSTS"):
        missing = "DOCKPY_TEST_HOSTS names no engine; CONTRIBUTING.md says how to start some"
        session.error(missing) if IN_CI else session.skip(missing)
    install(session, "test", *nox.project.dependency_groups(PYPROJECT, "foreign"))
    if not IN_CI or session.posargs:
        session.run("pytest", "-m", "engine", *session.posargs)
        return
    with tempfile.TemporaryDirectory() as folder:
        asked = os.path.join(folder, "operations")
        environ = {"DOCKPY_REQUIRE_ENGINES": "1", "DOCKPY_OPERATIONS": asked}
        session.run("pytest", "-m", "engine", "-n", "2", "--dist", "loadgroup", env=environ)
        session.run("python", "tests/conformance/operations.py", asked)


@nox.session
def benchmarks(session: nox.Session) -> None:
    """How fast it is, beside others; `nox -s benchmarks -- --docs` writes docs/benchmarks.md."""
    session.install("--quiet", "-e", ".[fake]", *nox.project.dependency_groups(PYPROJECT, "benchmarks"))
    session.run("python", "-m", "benchmarks", *session.posargs)


@nox.session
def faults(session: nox.Session) -> None:
    """Every fault, kind of call and transport; `nox -s faults -- --docs` keeps it in docs/reliability.md."""
    install(session, "test")
    session.run("python", "-m", "tests.faults", *session.posargs)


@nox.session
def fuzz(session: nox.Session) -> None:
    """More than ten million inputs for all decoders and parsers, guided by coverage: an hour or two."""
    install(session, "fuzz")
    session.run("python", "tests/fuzz/run.py", *(session.posargs or ["--jobs", str(os.cpu_count() or 1)]))


@nox.session
def soak(session: nox.Session) -> None:
    """Fifty threads for twenty minutes: on a fake, and on the last engine of DOCKPY_TEST_HOSTS, if any.

    `nox -s soak -- --docs` keeps what comes of it in docs/reliability.md.
    """
    install(session, "test")
    host = os.environ.get("DOCKPY_TEST_HOSTS", "").split(",")[-1]
    engine = ["--host", host] if host else []
    threads = ["--minutes", "20", "--threads", "50"]
    runs = {"soak-fake": ["soak.py", *threads, "--fake"], "soak-engine": ["soak.py", *threads, *engine]}
    runs["cycles"] = ["cycles.py", "--times", "1000", *(engine or ["--fake"])]
    runs["bulk"] = ["bulk.py", "--gigabytes", "5"]
    docs = "--docs" in session.posargs
    for name, (program, *options) in runs.items():
        if name != "soak-engine" or engine:
            kept = ["--summary", f"docs/reliability/{name}.json"] if docs else []
            session.run("python", f"tests/soak/{program}", *options, *kept)
    if docs:
        session.run("python", "-m", "tests.reliability")
