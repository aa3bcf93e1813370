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

__all__ = ["KNOWN", "differences", "heard"]

KNOWN: dict[str, str] = {
    # "scenario: what": reason. What stands here is listed in docs/fake-daemon.md.
}


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
        if f"{scenario}: {what}" in KNOWN:
            continue
        lines.append(f"* {what}")
        lines += [f"    {line}" for line in pprint.pformat(value, width=100).splitlines()]
    return lines
