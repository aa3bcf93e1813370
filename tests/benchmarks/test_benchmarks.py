"""The benchmarks work: each runs once, at the least size there is, and has figures. No time is tested."""

from __future__ import annotations

import math
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest

from dockpy.fake import FakeDaemon

sys.path.insert(0, str(Path(__file__).parents[2]))
from benchmarks.measure import ROOT, Bench, Measured, Subject
from benchmarks.report import Found, lines, page, plots
from benchmarks.results import Results
from benchmarks.standin import standin
from benchmarks.table import GROWTHS, ROWS, Goal, Growth, Row

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """A fake daemon stands for the engine, fake registries for the registries."""
    for name in ("DOCKPY_TEST_REGISTRY", "DOCKPY_TEST_REGISTRY_AUTH"):
        monkeypatch.delenv(name, raising=False)
    with FakeDaemon(listen=f"unix://{tmp_path}/engine.sock") as daemon:
        with daemon.client() as client:
            client.images.pull("busybox")
        yield Bench(tmp_path, daemon.url, tiny=True)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_row_has_figures(row: Row, bench: Bench) -> None:
    found = Found(row, row.measure(bench, **row.given))
    for subject in found.measured.rounds:
        for figure in row.shown:
            value = found.measured.figure(subject, figure).median
            assert math.isfinite(value)
            assert value > 0 or figure == "memory"
    assert [outcome.goal for outcome in found.outcomes()] == list(row.goals)
    assert len(list(lines(found))) == 1 + len(found.measured.rounds) + len(row.goals)


@pytest.mark.parametrize("growth", GROWTHS, ids=lambda growth: growth.name)
def test_what_grows_is_drawn(growth: Growth, bench: Bench) -> None:
    drawn = list(plots(growth, growth.measure(bench, **growth.given)))
    assert len(drawn) == len(growth.figures)
    for _, _, svg in drawn:
        picture = ElementTree.fromstring(svg)
        assert len(picture.findall("{http://www.w3.org/2000/svg}circle")) >= 2


def test_ratios_are_those_of_the_rounds() -> None:
    """One round in which the machine was busy changes neither."""
    times = {"dockpy": [1.0, 10.0, 2.0], "docker-py": [2.0, 20.0, 5.0]}
    measured = Measured({name: [{"cpu": value} for value in values] for name, values in times.items()})
    assert measured.ratio("dockpy", "docker-py", "cpu") == (0.5, 0.4, 0.5)
    assert measured.figure("dockpy", "cpu") == (2.0, 1.0, 10.0)


@pytest.mark.parametrize(
    ("goal", "met"),
    [
        (Goal("cpu", 0.5, "docker-py"), True),
        (Goal("cpu", 0.49, "docker-py"), False),
        (Goal("cpu", 0.48, "docker-py", cause="The moon was full."), False),
        (Goal("cpu", 1.0), True),
        (Goal("cpu", 1.1, least=True), False),
        (Goal("cpu", 1.0, least=True), True),
    ],
)
def test_a_goal_is_met_or_not(goal: Goal, met: bool) -> None:
    measured = Measured({"dockpy": [{"cpu": 1.0}], "docker-py": [{"cpu": 2.0}]})
    row = Row("name", "what is done", lambda bench: measured, (goal,), shown=("cpu",))
    found = Found(row, measured, load=1.5)
    assert [outcome.met for outcome in found.outcomes()] == [met]
    text = page([found], {"a plot": "plot.svg"}, ["today, here"])
    assert f"| name | what is done | cpu {'in times of docker-py' if goal.against else ''}".rstrip() in text
    assert ("**no**" in text) is not met
    assert ("## What is short" in text) is not met
    assert (f": {goal.cause or 'The cause is not known yet.'}\n" in text) is not met
    assert "![a plot](benchmarks/plot.svg)" in text


def test_results_are_kept(tmp_path: Path) -> None:
    """A row measured anew takes the place of the old one, beside the others."""
    rows = {row.name: row for row in ROWS}
    names = {"dockpy", "docker-py", "http.client"}
    for name, cpu in (("ping", 1.0), ("logs", 2.0), ("ping", 3.0)):
        measured = Measured({subject: [{"cpu": cpu, "wall": cpu}] for subject in sorted(names)})
        Results(tmp_path).add_row(Found(rows[name], measured, 0.5), "today, here")
    sizes = {size: Measured({"dockpy": [{"wall": size / 1000}]}) for size in (1, 10, 100)}
    Results(tmp_path).add_growth(GROWTHS[-1], sizes)
    text = (tmp_path / "benchmarks.md").read_text()
    assert text.count("| ping | dockpy |") == 1
    assert "| ping | dockpy | cpu 3 s, wall 3 s |" in text
    assert "| logs | dockpy | cpu 2 s, wall 2 s |" in text
    assert text.count("today, here") == 1
    assert (tmp_path / "benchmarks" / "daemons-wall.svg").exists()


def test_what_is_short_is_named_with_its_cause(tmp_path: Path) -> None:
    """And the page is the one that is made of what was measured: nothing of it is written by hand."""
    shutil.copytree(ROOT / "docs" / "benchmarks", tmp_path / "benchmarks")
    results = Results(tmp_path)
    missed = [goal for found in results.rows() for goal, _, met in found.outcomes() if not met]
    assert not [goal for goal in missed if not goal.cause]
    results.write()
    for path in sorted(tmp_path.rglob("*.*")):
        assert path.read_text() == (ROOT / "docs" / path.relative_to(tmp_path)).read_text(), path.name


def test_what_cannot_be_measured_here_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKPY_BENCHMARK_HOST", "unix:///nowhere/docker.sock")
    command = [sys.executable, "-m", "benchmarks", "--tiny"]
    done = subprocess.run([*command, "exec", "import"], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "no engine (There is no socket at /nowhere/docker.sock" in done.stdout
    assert "exec: left out, there is no engine" in done.stdout
    assert "met     cpu in times of docker-py" in done.stdout
    refused = subprocess.run([*command, "--docs"], cwd=ROOT, capture_output=True, text=True)
    assert refused.returncode == 2


@pytest.mark.parametrize("who", ["dockpy", "docker_py", "curl"])
def test_a_subject_that_reads_too_little_is_noticed(who: str, tmp_path: Path) -> None:
    given = {"what": "get", "container": "1000", "image": "1000", "file": "", "least": 1001}
    with standin(tmp_path) as (url,), pytest.raises(RuntimeError, match="1000 bytes"):
        Subject(f"transfers:with_{who}", {**given, "url": url}).run()


@pytest.mark.parametrize("who", ["dockpy", "docker_py", "tar"])
def test_a_subject_that_ignores_nothing_is_noticed(who: str, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_bytes(bytes(100_000))
    given = {"root": str(tmp_path), "ignored": [], "least": 1000}
    with pytest.raises(RuntimeError, match="bytes of 1000"):
        Subject(f"build_context:with_{who}", given).run()


def test_a_subject_that_fails_says_why() -> None:
    with pytest.raises(RuntimeError, match="no attribute 'nobody'"):
        Subject("calls:nobody").run()


def test_a_subject_whose_package_is_missing_takes_no_part(tmp_path: Path) -> None:
    subjects = {
        "dockpy": Subject("imports:running", {"program": ""}),
        "other": Subject("x:y", needs="no_such"),
    }
    assert list(Bench(tmp_path, "", tiny=True).measure(subjects).rounds) == ["dockpy"]
