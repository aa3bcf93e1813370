"""The keywords of update, as the Engine takes them."""

from __future__ import annotations

from typing import Any

import pytest

from dockpy.errors import InvalidArgument
from dockpy.options.limits import FIELDS as LIMITS
from dockpy.options.process import FIELDS as PROCESS
from dockpy.options.updates import UpdateOptions, update_request


@pytest.mark.parametrize(
    ("options", "body"),
    [
        ({"mem_limit": "1g"}, {"Memory": 2**30}),
        ({"mem_limit": 0, "pids_limit": 0}, {"Memory": 0, "PidsLimit": 0}),
        ({"memswap_limit": -1}, {"MemorySwap": -1}),
        ({"cpus": 1.5, "cpuset_cpus": "0-1"}, {"NanoCpus": 1_500_000_000, "CpusetCpus": "0-1"}),
        ({"cpu_rt_period": 1, "cpu_rt_runtime": 2}, {"CpuRealtimePeriod": 1, "CpuRealtimeRuntime": 2}),
        (
            {"restart_policy": "on-failure:2"},
            {"RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 2}},
        ),
        ({"blkio_weight": 300, "mem_limit": None}, {"BlkioWeight": 300}),
    ],
)
def test_what_is_sent(options: dict[str, Any], body: dict[str, Any]) -> None:
    assert update_request(options).dump() == body


def test_each_option_is_one_of_create() -> None:
    assert set(UpdateOptions.__annotations__) <= set(LIMITS) | set(PROCESS)


@pytest.mark.parametrize(
    "options", [{}, {"cpus": None}, {"cpus": 1, "nano_cpus": 1}, {"mem_limit": "1 apple"}]
)
def test_what_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(InvalidArgument):
        update_request(options)


@pytest.mark.parametrize(
    ("name", "meant"), [("memory", "mem_limit"), ("restart", "restart_policy"), ("cpu", "cpus")]
)
def test_a_name_that_there_is_not(name: str, meant: str) -> None:
    with pytest.raises(TypeError, match=f"did you mean '{meant}'"):
        update_request({name: "1"})
