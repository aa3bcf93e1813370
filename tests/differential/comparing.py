"""Runs a scenario on a fake daemon and on the engine that it stands for, and tells what differs."""

from __future__ import annotations

import difflib
import pprint
import secrets
from typing import TYPE_CHECKING, Any

from sides import Side

if TYPE_CHECKING:
    from collections.abc import Callable

    Scenario = Callable[[Side], None]

__all__ = ["KNOWN", "NOT_COMPARED", "differences", "heard"]

KNOWN: dict[str, str] = {
    # "scenario: what": reason. It stands in docs/fake-daemon-coverage.md.
    "what_is_not_there: POST /session": "BuildKit's clients call it; the fake daemon builds without a session "
    "and answers 501.",
    "what_is_not_there: POST /grpc": "as `/session`.",
}

NOT_COMPARED: dict[str, str] = {
    "Ids, times, addresses, digests": "they are masked: others every time.",
    "Sizes, drivers of the file system, labels of profiles, paths below the daemon's root": "the machine's.",
    "Counts of memory, block devices and processors in statistics": "what the kernel counts, by its cgroups.",
    "Lines of how far a small layer got": "engines tell of them now and then; those of a step are compared.",
    "How standard output and standard error interleave": "engines have no order between the two.",
    "Answers of Docker Hub": "the engines of the tests have no internet; the fake has a small hub of its own.",
    "Drivers and plugins that are not there": "an engine looks for them for 15 s; the fake's words are those of "
    "one such answer.",
    "Privileged commands": "the engines of the tests may not run them.",
    "When Docker 20.10 tells that containers left networks": "it tells it of some that never were on them, too.",
    "Addresses beside a subnet on Docker 20.10": "it would keep the refused subnet until it is restarted.",
}
"""What scenarios leave out, and why."""


def heard(scenario: Scenario, path: str, version: str) -> Side:
    """Run a scenario on a daemon."""
    side = Side(path, version, secrets.token_hex(3))
    with side.cleaning():
        scenario(side)
    return side


def differences(scenario: Scenario, fake: Side, real: Side) -> list[str]:
    """What a scenario heard otherwise from the fake daemon than from the engine."""
    name = scenario.__name__
    ours, theirs = _lines(name, fake.transcript), _lines(name, real.transcript)
    return [
        line
        for line in difflib.unified_diff(theirs, ours, "engine", "fake", lineterm="", n=2)
        if not line.startswith("@@")
    ]


def _lines(scenario: str, transcript: list[tuple[str, Any]]) -> list[str]:
    lines: list[str] = []
    for what, value in transcript:
        if f"{scenario.removeprefix('scenario_')}: {what}" in KNOWN:
            continue
        lines.append(f"* {what}")
        lines += [f"    {line}" for line in pprint.pformat(value, width=100).splitlines()]
    return lines
