"""The fault matrix by one command: `python -m tests.faults [--docs] [WORD…]`.

Tries every cell, or those whose names have all of the words, and prints the table; with ``--docs`` it is
written into docs/reliability.md, between its marks.
"""

from __future__ import annotations

import argparse
import collections
import faulthandler
import sys
import time
import warnings
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import breaking  # noqa: E402 - of this folder
from cells import try_cell  # noqa: E402
from matrix import CELLS, EXPECTED, KINDS, SENSELESS, Cell  # noqa: E402
from reliability import PAGE, section  # noqa: E402 - of the folder above
from ways import TRANSPORTS, Ways  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("words", nargs="*")
    parser.add_argument("--docs", action="store_true")
    given = parser.parse_args()
    if given.docs and given.words:
        parser.error("--docs is about all cells")
    warnings.simplefilter("error")
    unraisable: list[str] = []
    sys.unraisablehook = lambda what: unraisable.append(f"{what.err_msg}: {what.exc_value!r}")
    chosen = [cell for cell in CELLS if all(word in str(cell) for word in given.words)]
    failed: dict[str, str] = {}
    slowest, began = 0.0, time.monotonic()
    with Ways() as ways:
        for cell in chosen:
            if cell.senseless is not None:
                continue
            faulthandler.dump_traceback_later(60, exit=True)
            try:
                slowest = max(slowest, try_cell(cell, ways[cell.transport]))
                if unraisable:
                    raise AssertionError(unraisable.pop())
            except Exception as error:
                failed[str(cell)] = f"{type(error).__name__}: {error}"
                print(f"{cell}: {failed[str(cell)]}", file=sys.stderr, flush=True)
            faulthandler.cancel_dump_traceback_later()
    tried = sum(cell.senseless is None for cell in chosen)
    summary = (
        f"{len(chosen)} cells: {tried} tried, {tried - len(failed)} as they have to be, {len(failed)} not; "
        f"{len(chosen) - tried} make no sense. {time.monotonic() - began:.0f} s in all; the slowest error "
        f"took {slowest:.2f} s."
    )
    text = f"{summary}\n\n{table(chosen, failed)}\n"
    print(text)
    if given.docs:
        PAGE.write_text(section(PAGE.read_text(), "faults", text))
    return 1 if failed else 0


def table(chosen: list[Cell], failed: dict[str, str]) -> str:
    """A row for each fault, a column for each kind of call: how many transports do as they have to.

    Args:
        chosen: what was asked for.
        failed: what failed of it.
    """
    lines = [f"| fault | ends in | {' | '.join(KINDS)} |", f"| --- | --- |{' --- |' * len(KINDS)}"]
    for fault in breaking.FAULTS:
        counts = []
        for kind in KINDS:
            cells = [cell for cell in chosen if (cell.fault, cell.kind) == (fault, kind)]
            sensible = [cell for cell in cells if cell.senseless is None]
            good = sum(str(cell) not in failed for cell in sensible)
            counts.append(f"{good} of {len(sensible)}" if sensible else "none")
        expected = EXPECTED[fault]
        names = [kind.__name__ for kind in (expected if isinstance(expected, tuple) else (expected,))]
        lines.append(f"| {fault} | `{'`, `'.join(names)}` | {' | '.join(counts)} |")
    lines += ["", f"Transports: {', '.join(TRANSPORTS)}. What is not tried:", ""]
    reasons: dict[str, list[str]] = collections.defaultdict(list)
    for (fault, kind, transport), why in SENSELESS.items():
        reasons[f"{fault}: {why}."].append(kind or transport or "")
    lines += [f"* {why} ({', '.join(whom)})" for why, whom in reasons.items()]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
