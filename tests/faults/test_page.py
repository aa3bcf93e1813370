"""docs/reliability.md says what was kept of faults, fuzzing and soaks, and nothing of it by hand."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from reliability import PAGE, fuzzed, section, soaked, written

if TYPE_CHECKING:
    from pathlib import Path


def _target(name: str, ended: str, *crashes: str) -> dict[str, Any]:
    return {
        "target": name,
        "inputs": 1000,
        "ended": ended,
        "crashes": [[crash, "digest"] for crash in crashes],
    }


def _summary(*targets: dict[str, Any]) -> dict[str, Any]:
    total = {"targets": len(targets), "inputs": 1000 * len(targets), "crashes": 0, "peak_rss_mb": 90}
    return {"total": total, "limits": {"rss_mb": 800, "seconds": 5, "length": 4096}, "targets": list(targets)}


def test_the_page_is_written_of_what_is_kept() -> None:
    assert written(PAGE.read_text()) == PAGE.read_text()


def test_what_failed_is_said() -> None:
    whole, crashed = _target("tar", "whole"), _target("lines", "whole", "KeyError in x")
    text = fuzzed(_summary(whole, _target("awk", "out-of-memory"), crashed))
    assert "3,000 inputs for 3 targets" in text
    assert "| awk | 1,000 | out-of-memory |  |" in text
    assert "| lines | 1,000 | whole | KeyError in x |" in text
    assert "| tar |" not in text
    assert "In its last run no target failed" in fuzzed(_summary(whole))


@pytest.mark.parametrize("held", [True, False])
def test_a_soak_says_whether_it_held(tmp_path: Path, held: bool) -> None:
    report = ["12 operations", "memory: flat"]
    about = {"date": "today", "machine": "here", "daemon": "Docker 1", "held": held, "report": report}
    kept = {"command": "python soak.py", **about}
    assert ("**It did not hold.**" in soaked(kept)) is not held
    (tmp_path / "cycles.json").write_text(json.dumps(kept))
    page = "<!-- fuzz: begin --><!-- fuzz: end --> <!-- soaks: begin -->earlier<!-- soaks: end --> end"
    text = written(page, tmp_path)
    assert "$ python soak.py\n12 operations\nmemory: flat\n" in text
    assert "Not run yet." in text
    assert "earlier" not in text
    assert text.endswith("<!-- soaks: end --> end")


def test_a_page_without_marks_is_not_written() -> None:
    with pytest.raises(LookupError, match="soaks: begin"):
        section("<!-- faults: begin --> <!-- faults: end -->", "soaks", "text")
