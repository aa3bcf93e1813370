"""What was measured, as text: rows for a terminal, and the page of the documentation with its plots."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.plots import plot

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from benchmarks.measure import Measured, Spread
    from benchmarks.table import Goal, Growth, Row

__all__ = ["Found", "Outcome", "conditions", "lines", "page", "plots", "shown"]

_PEERS = ("dockpy", "docker", "aiodocker", "podman", "requests", "urllib3", "pydantic")
_UNITS = {
    "cpu": ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs")),
    "memory": ((1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")),
}


NO_CAUSE = "The cause is not known yet."


class Outcome(NamedTuple):
    """A goal and what became of it."""

    goal: Goal
    value: Spread
    met: bool


@dataclass(frozen=True)
class Found:
    """A row, measured."""

    row: Row
    measured: Measured
    load: float = field(default_factory=lambda: os.getloadavg()[0])

    def outcomes(self) -> Iterator[Outcome]:
        for goal in self.row.goals:
            if goal.against:
                value = self.measured.ratio(goal.subject, goal.against, goal.figure)
            else:
                value = self.measured.figure(goal.subject, goal.figure)
            yield Outcome(
                goal, value, (value.median >= goal.limit) if goal.least else (value.median <= goal.limit)
            )


def shown(figure: str, value: float) -> str:
    """A figure for people."""
    if figure.startswith("rate"):
        return f"{value:,.0f}/s"
    units = _UNITS["memory" if figure == "memory" else "cpu"]
    size, unit = next((entry for entry in units if abs(value) >= entry[0]), units[-1])
    return f"{value / size:.3g} {unit}"


def _limit(goal: Goal) -> str:
    sign = "≥" if goal.least else "≤"
    return f"{sign} {goal.limit:g}" if goal.against else f"{sign} {shown(goal.figure, goal.limit)}"


def _value(outcome: Outcome) -> str:
    goal, value = outcome.goal, outcome.value
    if goal.against:
        return f"{value.median:.3g} ({value.lowest:.3g} to {value.highest:.3g})"
    return shown(goal.figure, value.median)


def _of(goal: Goal) -> str:
    return f"{goal.figure} in times of {goal.against}" if goal.against else goal.figure


def _is_its_own(figure: str, subject: str) -> bool:
    """Programs' memory is not measured: that of the process that starts them is none of theirs."""
    return not (figure == "memory" and subject == "curl")


def _figures(found: Found) -> Iterator[tuple[str, str]]:
    for subject in found.measured.rounds:
        figures = (figure for figure in found.row.shown if _is_its_own(figure, subject))
        medians = ((figure, found.measured.figure(subject, figure).median) for figure in figures)
        yield subject, ", ".join(f"{figure} {shown(figure, median)}" for figure, median in medians)


def lines(found: Found) -> Iterator[str]:
    """A row for a terminal."""
    yield f"{found.row.name}: {found.row.title}   (load {found.load:.1f})"
    for subject, figures in _figures(found):
        yield f"    {subject:24} {figures}"
    for outcome in found.outcomes():
        met = "met" if outcome.met else "MISSED"
        why = "" if outcome.met else f"\n          {outcome.goal.cause or NO_CAUSE}"
        yield f"  {met:6}  {_of(outcome.goal)}: {_value(outcome)}, goal {_limit(outcome.goal)}{why}"


def conditions(engine: str) -> str:
    """When, where and of what.

    Args:
        engine: what the engine is.
    """
    versions = []
    for name in _PEERS:
        try:
            versions.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            versions.append(f"{name} missing")
    model = next(
        (line for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line), ""
    )
    machine = f"{os.cpu_count()} cores of {model.partition(': ')[2] or platform.machine()}"
    python = f"Python {sys.version.split()[0]}"
    return f"{time.strftime('%Y-%m-%d')}, {python}, {machine}; {engine}, {', '.join(versions)}"


_INTRODUCTION = """# What it costs

Every figure comes of one command, which wrote this page. On Linux, in a clone of the repository,

```sh
pip install -e '.[fake]' --group benchmarks   # pip 25.1 or newer
python -m benchmarks --docs                   # or `nox -s benchmarks -- --docs`, which installs it, too
```

measures everything, `python -m benchmarks NAME…` some rows; with `--docs` they are brought up to date here.
It takes curl and tar, and the engine at DOCKPY_BENCHMARK_HOST, else the one that `docker` would use, over a
UNIX socket and with the image busybox. Rows for which one of these is missing are left out.

Each subject runs in a process of its own; every round runs all of them. A ratio is the median of the rounds'
ratios, with the lowest and the highest of them: other work on the machine disturbs all subjects of a round
alike. CPU is user and system time of the subject's process and those it started, wall is the clock, memory is
by how much the process has grown at its highest. *Stand-in* is a server with answers made ready before, in a
process of its own: it is faster than an engine, so that nothing hides what the client takes. *Load* is the
machine's over the minute before the row's end.
"""


def page(found: list[Found], pictures: Mapping[str, str], conditions: list[str]) -> str:
    """The documentation's page; pictures by title."""
    parts = [_INTRODUCTION, "\n".join(f"Measured: {text}.\n" for text in conditions), "## Goals\n"]
    parts.append("| name | work | goal | measured | met | rounds | load |")
    parts.append("| --- | --- | --- | --- | --- | --- | --- |")
    for one in found:
        for outcome in one.outcomes():
            cells = (
                f"{_of(outcome.goal)} {_limit(outcome.goal)}",
                _value(outcome),
                "yes" if outcome.met else "**no**",
            )
            under = f"{len(next(iter(one.measured.rounds.values())))} | {one.load:.1f}"
            parts.append(f"| {one.row.name} | {one.row.title} | {' | '.join(cells)} | {under} |")
    parts.append("\n## Figures\n\nMedians.\n\n| name | subject | figures |\n| --- | --- | --- |")
    for one in found:
        parts += [f"| {one.row.name} | {subject} | {figures} |" for subject, figures in _figures(one)]
    missed = [(one.row, outcome.goal) for one in found for outcome in one.outcomes() if not outcome.met]
    if missed:
        parts.append("\n## What is short\n")
        parts += [
            f"- **{row.name}**, {_of(goal)} {_limit(goal)}: {goal.cause or NO_CAUSE}" for row, goal in missed
        ]
    if pictures:
        parts.append(
            "\n## As the work grows\n\nBoth axes are logarithmic: what is straight grows in proportion.\n"
        )
        parts += [f"![{title}](benchmarks/{file})\n" for title, file in pictures.items()]
    return "\n".join(parts).rstrip() + "\n"


def plots(growth: Growth, measured: Mapping[int, Measured]) -> Iterator[tuple[str, str, str]]:
    """Of each figure a title, a file's name and its SVG."""
    for figure in growth.figures:
        subjects = list(next(iter(measured.values())).rounds)
        least = 1024 if figure == "memory" else 1e-6  # there is no zero on a logarithmic axis
        points = {
            subject: [
                (float(size), max(one.figure(subject, figure).median, least))
                for size, one in measured.items()
            ]
            for subject in subjects
            if _is_its_own(figure, subject)
        }
        title = f"{growth.title}: {figure}"
        svg = plot(title, growth.axis, points, lambda value, figure=figure: shown(figure, value), _count)  # type: ignore[misc]
        yield title, f"{growth.name}-{figure}.svg", svg


def _count(value: float) -> str:
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g}{unit}"
    return f"{value:g}"
