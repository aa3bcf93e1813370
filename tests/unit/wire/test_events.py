"""When an event happened, of whatever the engine says."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from dockpy.errors import InvalidResponse
from dockpy.wire.events import EventMessage


@pytest.mark.parametrize(
    ("raw", "when"),
    [
        ({"time": 981173106, "timeNano": 981173106123456789}, datetime(2001, 2, 3, 4, 5, 6, 123456, UTC)),
        ({"time": 981173106}, datetime(2001, 2, 3, 4, 5, 6, 0, UTC)),
        ({"timeNano": 1000}, datetime(1970, 1, 1, 0, 0, 0, 1, UTC)),
        ({}, datetime(1970, 1, 1, tzinfo=UTC)),
    ],
)
def test_when_it_happened(raw: dict[str, Any], when: datetime) -> None:
    assert EventMessage.read(raw).when == when


@pytest.mark.parametrize("name", ["time", "timeNano"])
@pytest.mark.parametrize("value", ["noon", [1], {"a": 1}, 1e300, 10**30])
def test_a_time_that_is_none_takes_no_memory(name: str, value: Any) -> None:
    """A text times 10⁹ is a text of gigabytes: the fuzzer found it."""
    with pytest.raises(InvalidResponse, match="when cannot be made"):
        _ = EventMessage.read({name: value}).when
