"""What fuzzing and soaks came to, in docs/reliability.md: ``python -m tests.reliability``.

They take hours, and are run by hand; each keeps what it came to, as JSON in docs/reliability:

    python tests/fuzz/run.py --summary docs/reliability/fuzz.json
    python tests/soak/soak.py --minutes 20 --threads 50 --fake --summary docs/reliability/soak-fake.json
    python tests/soak/soak.py --minutes 20 --threads 50 --host URL --summary docs/reliability/soak-engine.json
    python tests/soak/cycles.py --times 1000 --host URL --summary docs/reliability/cycles.json
    python tests/soak/bulk.py --gigabytes 5 --summary docs/reliability/bulk.json

The page is written of these files, between its marks. The faults' part is `python -m tests.faults --docs`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

__all__ = ["PAGE", "SOAKS", "fuzzed", "section", "soaked", "written"]

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "reliability.md"
KEPT = ROOT / "docs" / "reliability"
SOAKS = ("soak-fake", "soak-engine", "cycles", "bulk")
NOT_RUN = "Not run yet."


def section(page: str, name: str, text: str) -> str:
    """The page with a text between the marks of that name."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    head, found, rest = page.partition(begin)
    _, ended, tail = rest.partition(end)
    if not found or not ended:
        raise LookupError(f"the page has no {begin} and {end}")
    return f"{head}{begin}\n{text.strip()}\n{end}{tail}"


def fuzzed(summary: dict[str, Any]) -> str:
    """What fuzzing came to, as tests/fuzz/run.py keeps it."""
    total, limits, targets = summary["total"], summary["limits"], summary["targets"]
    text = (
        f"{total['inputs']:,} inputs for {total['targets']} targets, a decoder or a parser each; an "
        f"input has up to {limits['length']:,} bytes, and may take {4 * limits['seconds']} s and "
        f"{limits['rss_mb']} MB. The most that a target took in its last run was {total['peak_rss_mb']} MB. "
        f"What failed on the way is kept in `tests/fuzz/corpus`, where the ordinary test suite tries it. By "
        f"target: [fuzz.json](reliability/fuzz.json).\n\n"
    )
    failed = [each for each in targets if each["crashes"] or each["ended"] != "whole"]
    if not failed:
        return f"{text}In its last run no target failed, or ended early."
    rows = ["| failed in its last run | inputs | ended | where |", "| --- | --- | --- | --- |"]
    for each in failed:
        places = ", ".join(where for where, _ in each["crashes"])
        rows.append(f"| {each['target']} | {each['inputs']:,} | {each['ended']} | {places} |")
    return text + "\n".join(rows)


def soaked(summary: dict[str, Any]) -> str:
    """What a soak came to, in its own words."""
    held = "It held." if summary["held"] else "**It did not hold.**"
    report = "\n".join(summary["report"])
    about = f"{summary['date']}, {summary['machine']}, {summary['daemon']}. {held}"
    return f"{about}\n\n```console\n$ {summary['command']}\n{report}\n```"


def written(page: str, kept: Path = KEPT) -> str:
    """The page with what is kept."""
    file = kept / "fuzz.json"
    page = section(page, "fuzz", fuzzed(json.loads(file.read_text())) if file.exists() else NOT_RUN)
    files = [kept / f"{name}.json" for name in SOAKS]
    texts = [soaked(json.loads(file.read_text())) for file in files if file.exists()]
    return section(page, "soaks", "\n\n".join(texts) or NOT_RUN)


def main() -> int:
    PAGE.write_text(written(PAGE.read_text()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
