"""The shell does what busybox's did, byte for byte."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from box import Box
from scripts import ENVIRONMENT, recorded, scripts, topics

from dockpy.fake.files import ROOT

RECORDED = recorded()


@pytest.mark.parametrize(
    ("script", "result"), [pytest.param(s, r, id=f"{topic}-{n}") for n, (topic, s, r) in enumerate(RECORDED)]
)
def test_recorded(script, result):
    box = Box()
    if script.how == "file":
        box.fs.write_bytes(ROOT, "/tmp/script", (script.text + "\n").encode())
    outcome = box.run(script.argv, ENVIRONMENT, script.stdin.encode() if script.how == "stdin" else None)
    assert (outcome.code, outcome.out.decode("latin-1"), outcome.err.decode("latin-1")) == (
        result.code,
        result.out,
        result.err,
    )


@pytest.mark.parametrize("topic", topics())
def test_every_script_is_recorded(topic):
    assert [s for t, s, _ in RECORDED if t == topic] == scripts(topic)
