"""Runs the subjects of a work, each in a process of its own, round by round.

Machines have moods, and other tenants. So every round runs each subject once, and a ratio is the median of
the rounds' ratios: what disturbs one round disturbs all subjects of it alike.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

__all__ = ["ROOT", "Bench", "Figures", "Measured", "Spread", "Subject"]

ROOT = Path(__file__).resolve().parent.parent
Figures = Mapping[str, float]
"""What a run took: ``cpu`` and ``wall`` in seconds, ``memory`` in bytes, and the work's own figures."""


@dataclass(frozen=True)
class Subject:
    """Who does a work.

    Attributes:
        function: ``module:function`` of benchmarks; see `benchmarks.child`.
        arguments: what it is called with; JSON values.
        needs: a package without which it takes no part.
    """

    function: str
    arguments: Mapping[str, Any] = field(default_factory=dict[str, Any])
    needs: str = "benchmarks"

    def run(self) -> Figures:
        """Run it once."""
        module, _, function = self.function.partition(":")
        command = [sys.executable, "-m", "benchmarks.child", f"benchmarks.{module}", function]
        # What is compiled is kept, whatever the machine prefers: installed packages are compiled too.
        environ = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        command.append(json.dumps(self.arguments))
        done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT, env=environ)
        if done.returncode:
            raise RuntimeError(f"{self.function}: {done.stderr}")
        figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
        return figures


class Spread(NamedTuple):
    """The median of some rounds, the lowest and the highest."""

    median: float
    lowest: float
    highest: float

    @classmethod
    def of(cls, values: list[float]) -> Spread:
        return cls(statistics.median(values), min(values), max(values))


@dataclass(frozen=True)
class Measured:
    """The figures of each subject, one for each round."""

    rounds: Mapping[str, list[Figures]]

    def figure(self, subject: str, figure: str) -> Spread:
        """A subject's figure."""
        return Spread.of([figures[figure] for figures in self.rounds[subject]])

    def per(self, times: int) -> Measured:
        """CPU and wall of one of so many times."""
        return Measured(
            {
                name: [{**one, "cpu": one["cpu"] / times, "wall": one["wall"] / times} for one in rounds]
                for name, rounds in self.rounds.items()
            }
        )

    def ratio(self, subject: str, against: str, figure: str) -> Spread:
        """A subject's figure in times of another one's, round by round."""
        pairs = zip(self.rounds[subject], self.rounds[against], strict=True)
        return Spread.of([one[figure] / max(other[figure], 1e-9) for one, other in pairs])


@dataclass(frozen=True)
class Bench:
    """What works are measured with.

    Attributes:
        folder: a temporary folder of this run.
        engine: the address of the engine that stands for real ones; empty where there is none.
        tiny: only show that it works: one round, and as little as there can be.
        most_rounds: where there is little time.
    """

    folder: Path
    engine: str
    tiny: bool = False
    most_rounds: int = 100

    def much(self, amount: int, tiny: int) -> int:
        """How much is to be done."""
        return tiny if self.tiny else amount

    def sizes(self, sizes: Sequence[int], tiny: Sequence[int]) -> Sequence[int]:
        """How much is to be done, as it grows."""
        return tiny if self.tiny else sizes

    def lacks(self, needs: Sequence[str]) -> str | None:
        """What is needed and not there: a program, or ``engine``."""
        there = {"engine": self.engine}
        return next((need for need in needs if not there.get(need, shutil.which(need))), None)

    def measure(self, subjects: Mapping[str, Subject], rounds: int = 5) -> Measured:
        """Run the subjects, round by round."""
        there = [name for name, subject in subjects.items() if importlib.util.find_spec(subject.needs)]
        found: dict[str, list[Figures]] = {name: [] for name in there}
        for number in range(1 if self.tiny else min(rounds, self.most_rounds)):
            # Every other round goes backwards: who comes first has it no better than who comes last.
            for name in there[:: -1 if number % 2 else 1]:
                found[name].append(subjects[name].run())
        return Measured(found)
