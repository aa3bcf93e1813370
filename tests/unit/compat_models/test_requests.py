"""dockpy.compat asks the same of a daemon as docker-py does, and gives the same back.

`record.py` has written down what docker-py asked and gave.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import dockpy.compat

sys.path.insert(0, str(Path(__file__).parent))
import compat_calls
import compat_talk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

RECORDED = json.loads(compat_talk.RECORDED.read_text("utf-8"))


@pytest.mark.parametrize("call", compat_calls.CALLS, ids=lambda call: call.__name__)
def test_call(call: Callable[[Any, Any], Iterator[Any]]) -> None:
    happened, recorded = compat_talk.talk(dockpy.compat, call), RECORDED[call.__name__]
    assert happened["asked"] == recorded["asked"]
    assert happened["gave"] == recorded["gave"]


def test_every_call_is_recorded() -> None:
    assert list(RECORDED) == [call.__name__ for call in compat_calls.CALLS]
    assert sum(len(recorded["asked"]) for recorded in RECORDED.values()) > 100
