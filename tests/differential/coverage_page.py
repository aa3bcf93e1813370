"""Makes docs/fake-daemon-coverage.md: which operations the fake daemon answers, and what compares them with engines.

    python tests/differential/coverage_page.py            write the page
    python tests/differential/coverage_page.py --record   first run the scenarios on fake daemons, and note
                                                          which operations each of them asks for

What was noted is in operations.json. The engines' run checks it; a test without engines checks the page.
"""

from __future__ import annotations

import functools
import importlib
import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(HERE.parent), str(ROOT)]
from comparing import KNOWN, NOT_COMPARED, heard

from dockpy.fake.call import HANDLERS
from dockpy.fake.handlers import load
from dockpy.ops import all_operations
from dockpy.ops.path import match_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sides import Side

__all__ = ["PAGE", "asked", "page", "recorded", "scenarios", "swarm_scenarios"]

PAGE = ROOT / "docs" / "fake-daemon-coverage.md"
RECORD = HERE / "operations.json"
SEQUENCES = "sequences"


def scenarios() -> list[Callable[[Side], None]]:
    """All scenarios but those about swarms, in order."""
    return [
        scenario
        for path in sorted(HERE.glob("about_*.py"))
        for name, scenario in vars(importlib.import_module(path.stem)).items()
        if name.startswith("scenario_") and scenario.__module__ == path.stem
    ]


def swarm_scenarios(port: int) -> list[Callable[[Side], None]]:
    """The scenarios about swarms, in order; a port is where the swarm listens."""
    about = importlib.import_module("about_swarm")
    return [functools.wraps(one)(functools.partial(one, port=port)) for one in about.IN_ORDER]


def asked(side: Side) -> list[str]:
    """The operations that a scenario asked for."""
    found = (match_path(method, path.partition("?")[0]) for method, path in side.operations)
    return sorted({match[0].id for match in found if match is not None})


def recorded() -> dict[str, list[str]]:
    """What was noted: by scenario the operations that it asks for."""
    whole: dict[str, list[str]] = json.loads(RECORD.read_text())
    return whole


def page() -> str:
    """The page's text."""
    load()
    by_operation: dict[str, list[str]] = {}
    for scenario, operations in recorded().items():
        for operation in operations:
            by_operation.setdefault(operation, []).append(scenario)
    operations = list(all_operations())
    answered = sum(operation.id in HANDLERS for operation in operations)
    compared = sum(operation.id in by_operation and operation.id in HANDLERS for operation in operations)
    lines = [
        "# What the fake daemon answers",
        "",
        "Made by `python tests/differential/coverage_page.py`; a test fails when it is stale.",
        "",
        f"The fake daemon answers {answered} of the {len(operations)} operations of the Engine API; of {compared} of them "
        "the answers are compared with those of Docker 20.10 (API 1.41) and Docker 28.5 (API 1.51), by scenarios "
        "that run on both side by side. What it does not answer gets 501 and a message that names the operation.",
        "",
        "| Operation | Answered | Compared by |",
        "| --- | --- | --- |",
        *(_row(operation.id, by_operation.get(operation.id, [])) for operation in operations),
        "",
        "## Differences that stay",
        "",
        *_listed(KNOWN, "None."),
        "",
        "## What is not compared",
        "",
        *_listed(NOT_COMPARED, "Nothing."),
        "",
    ]
    return "\n".join(lines)


def _row(operation: str, found: list[str]) -> str:
    shown = [name.replace("_", " ") for name in found]
    if len(shown) > 4:
        shown = [*shown[:3], f"and {len(shown) - 3} more"]
    return f"| {operation} | {'yes' if operation in HANDLERS else 'no'} | {', '.join(shown)} |"


def _listed(reasons: dict[str, str], none: str) -> list[str]:
    return [f"- {what}: {reason}" for what, reason in reasons.items()] or [none]


def _record() -> None:
    """Run all scenarios on fake daemons and note what they ask for."""
    import fakes

    from dockpy.fake import FakeDaemon

    found: dict[str, set[str]] = {}

    def run(all_of: Iterable[Callable[[Side], None]], url: str, api: str) -> None:
        for scenario in all_of:
            side = heard(scenario, url.removeprefix("unix://"), api)
            name = scenario.__name__.removeprefix("scenario_")
            found.setdefault(name, set()).update(asked(side))

    for api in ("1.41", "1.51"):
        run(scenarios(), fakes.daemon_of(api).url, api)
        with tempfile.TemporaryDirectory() as folder, FakeDaemon(f"unix://{folder}/s", api=api) as fake:
            fake.images.add("busybox")
            run(swarm_scenarios(23999), fake.url, api)
    fakes.close_all()
    text: dict[str, Any] = {name: sorted(operations) for name, operations in found.items()}
    RECORD.write_text(json.dumps(text, indent=1) + "\n")


if __name__ == "__main__":
    if "--record" in sys.argv:
        _record()
    PAGE.write_text(page())
