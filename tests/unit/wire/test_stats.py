"""What the docker command makes of a container's numbers."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockpy.wire.stats import ContainerStatsResponse

COUNTS = st.integers(0, 2**63)


def sample(**raw: Any) -> ContainerStatsResponse:
    return ContainerStatsResponse.read(raw)


def cpu(total: int, system: int | None, **more: Any) -> dict[str, Any]:
    return {"cpu_usage": {"total_usage": total, **more.pop("usage", {})}, "system_cpu_usage": system, **more}


@pytest.mark.parametrize(
    ("now", "before", "percent"),
    [
        (cpu(300, 2000, online_cpus=2), cpu(100, 1000), 40.0),
        (cpu(1100, 2000, online_cpus=1), cpu(100, 1000), 100.0),
        (cpu(300, 2000, usage={"percpu_usage": [1, 1, 1, 1]}), cpu(100, 1000), 80.0),
        (cpu(100, 2000, online_cpus=2), cpu(100, 1000), 0.0),
        (cpu(50, 2000, online_cpus=2), cpu(100, 1000), 0.0),  # it was started anew
        (cpu(300, 1000, online_cpus=2), cpu(100, 1000), 0.0),
        (cpu(300, 2000, online_cpus=2), cpu(0, None), None),
        ({}, {}, None),
    ],
)
def test_percent_of_the_cpus(now: dict[str, Any], before: dict[str, Any], percent: float | None) -> None:
    assert sample(cpu_stats=now, precpu_stats=before).cpu_percent == percent


@pytest.mark.parametrize(
    ("memory", "usage", "percent"),
    [
        ({"usage": 100, "limit": 400, "stats": {"total_inactive_file": 20, "inactive_file": 5}}, 80, 20.0),
        ({"usage": 100, "limit": 400, "stats": {"inactive_file": 50}}, 50, 12.5),
        ({"usage": 100, "limit": 400, "stats": {"inactive_file": 100}}, 100, 25.0),  # nonsense: left in
        ({"usage": 100, "limit": 0}, 100, None),
        ({"privateworkingset": 70, "commitbytes": 100}, 70, None),
        ({}, 0, None),
        (None, 0, None),
    ],
)
def test_memory(memory: Any, usage: int, percent: float | None) -> None:
    found = sample(memory_stats=memory)
    assert (found.memory_usage, found.memory_percent) == (usage, percent)


def test_networks_and_devices_are_summed_up() -> None:
    found = sample(
        networks={"eth0": {"rx_bytes": 1, "tx_bytes": 2}, "eth1": {"rx_bytes": 10, "tx_bytes": 20}},
        blkio_stats={
            "io_service_bytes_recursive": [
                {"op": "Read", "value": 3},
                {"op": "read", "value": 4},
                {"op": "Write", "value": 5},
                {"op": "Total", "value": 12},
            ]
        },
    )
    assert (found.network_io, found.block_io) == ((11, 22), (7, 5))
    nothing = sample(networks=None, blkio_stats={"io_service_bytes_recursive": None})
    assert (nothing.network_io, nothing.block_io) == ((0, 0), (0, 0))


@given(COUNTS, COUNTS, COUNTS, COUNTS, st.integers(0, 512))
def test_no_numbers_are_refused(
    total: int, system: int, total_before: int, system_before: int, cpus: int
) -> None:
    percent = sample(
        cpu_stats=cpu(total, system, online_cpus=cpus), precpu_stats=cpu(total_before, system_before)
    ).cpu_percent
    assert percent is None or percent >= 0
