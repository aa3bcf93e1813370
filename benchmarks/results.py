"""What was measured is kept beside the documentation: one row can be measured anew without the others."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from benchmarks.measure import ROOT, Measured
from benchmarks.report import Found, page, plots
from benchmarks.table import GROWTHS, ROWS, Growth

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Results"]


class Results:
    """The rows and the growths measured so far; the page and its plots are made of all of them."""

    def __init__(self, docs: Path = ROOT / "docs") -> None:
        self._page = docs / "benchmarks.md"
        self._folder = docs / "benchmarks"
        self._folder.mkdir(parents=True, exist_ok=True)
        self._file = self._folder / "measured.json"
        self._kept: dict[str, Any] = {"rows": {}, "growths": {}}
        if self._file.exists():
            self._kept = json.loads(self._file.read_text())

    def add_row(self, found: Found, conditions: str) -> None:
        """Keep a row, and write everything."""
        kept = {"rounds": found.measured.rounds, "load": found.load, "conditions": conditions}
        self._kept["rows"][found.row.name] = kept
        self.write()

    def add_growth(self, growth: Growth, measured: dict[int, Measured]) -> None:
        """Keep a growth, and write everything."""
        sizes = {str(size): one.rounds for size, one in measured.items()}
        self._kept["growths"][growth.name] = sizes
        self.write()

    def rows(self) -> list[Found]:
        """The rows measured so far, as they stand in the table."""
        kept = self._kept["rows"]
        known = ((row, kept[row.name]) for row in ROWS if row.name in kept)
        return [Found(row, Measured(one["rounds"]), one["load"]) for row, one in known]

    def write(self) -> None:
        """Write the page, its plots and what is kept."""
        self._file.write_text(json.dumps(self._kept, indent=1) + "\n")
        pictures: dict[str, str] = {}
        for growth in GROWTHS:
            sizes = self._kept["growths"].get(growth.name, {})
            measured = {int(size): Measured(rounds) for size, rounds in sizes.items()}
            for title, name, svg in plots(growth, measured) if measured else ():
                (self._folder / name).write_text(svg)
                pictures[title] = name
        conditions = list(dict.fromkeys(kept["conditions"] for kept in self._kept["rows"].values()))
        self._page.write_text(page(self.rows(), pictures, conditions))
