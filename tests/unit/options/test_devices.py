"""Devices, GPUs and limits, in the docker command's text (`docker_flags.py`) and otherwise."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockpy.errors import InvalidArgument
from dockpy.options.devices import (
    device,
    gpu_request,
    throttle_bytes,
    throttle_operations,
    ulimits,
    weight,
)

PATHS = st.text("abc/.-_0", max_size=6).map("/{}".format)
PERMISSIONS = st.sampled_from(["r", "w", "m", "rw", "rm", "mr", "wm", "rwm", "mwr"])


@given(PATHS, PATHS, PERMISSIONS)
def test_devices(host: str, inside: str, permissions: str) -> None:
    def made(path: str, allowed: str) -> dict[str, str]:
        return {"path_on_host": host, "path_in_container": path, "cgroup_permissions": allowed}

    assert device("devices", host) == made(host, "rwm")
    assert device("devices", f"{host}:{inside}") == made(inside, "rwm")
    assert device("devices", f"{host}:{permissions}") == made(host, permissions)
    assert device("devices", f"{host}:{inside}:{permissions}") == made(inside, permissions)
    assert device("devices", f"{host}::{permissions}") == made(host, permissions)


@given(st.text("/ab:rwm", max_size=12))
def test_any_text_is_a_device_or_the_one_error(text: str) -> None:
    try:
        made = device("devices", text)
    except InvalidArgument:
        return
    assert made["path_in_container"].startswith("/")
    assert set(made["cgroup_permissions"]) <= set("rwm")
    assert made["path_on_host"]


@given(st.sampled_from(["core", "nofile", "stack"]), st.integers(0, 2**63 - 1), st.integers(0, 2**63 - 1))
def test_ulimits(name: str, one: int, other: int) -> None:
    soft, hard = sorted((one, other))
    expected = [{"name": name, "soft": soft, "hard": hard}]
    for form in (
        f"{name}={soft}:{hard}",
        [f"{name}={soft}:{hard}"],
        {name: (soft, hard)},
        {name: [soft, hard]},
        [{"name": name, "soft": soft, "hard": hard}],
        [{"Name": name, "Soft": soft, "Hard": hard}],
    ):
        assert ulimits("ulimits", form) == expected
    assert ulimits("ulimits", {name: (soft, -1)}) == [{"name": name, "soft": soft, "hard": -1}]
    for form in (f"{name}={soft}", {name: soft}, [{"name": name, "soft": soft}]):
        assert ulimits("ulimits", form) == [{"name": name, "soft": soft, "hard": soft}]
    if soft < hard:
        with pytest.raises(InvalidArgument, match=f"the soft limit, {hard}, is above the hard one, {soft}"):
            ulimits("ulimits", {name: (hard, soft)})


@given(st.text("nofile=:-15 ", max_size=16))
def test_any_text_is_a_ulimit_or_the_one_error(text: str) -> None:
    try:
        [made] = ulimits("ulimits", text)
    except InvalidArgument:
        return
    assert made["hard"] == -1 or -1 != made["soft"] <= made["hard"]


@given(st.text("/dev/sda:105kmb", max_size=16))
def test_any_text_is_a_limit_of_a_device_or_the_one_error(text: str) -> None:
    for parse, amount in ((weight, "weight"), (throttle_bytes, "rate"), (throttle_operations, "rate")):
        try:
            made = parse("device_read_bps", text)
        except InvalidArgument:
            continue
        assert made["path"].startswith("/dev/")
        assert text.startswith(made["path"])
        assert made[amount] >= 0


@given(st.lists(st.text("ab0-", min_size=1, max_size=3), min_size=1, max_size=3))
def test_gpus_by_name_need_no_quotes(names: list[str]) -> None:
    joined = ",".join(names)
    assert gpu_request("gpus", f"device={joined}") == gpu_request("gpus", f'"device={joined}"')
    assert gpu_request("gpus", f"device={joined}")["device_ids"] == names
    assert gpu_request("gpus", f"device={joined},driver=x")["driver"] == "x"


@given(st.text(max_size=20) | st.text('device=,"allcount2', max_size=20))
def test_any_text_asks_for_gpus_or_is_the_one_error(text: str) -> None:
    try:
        made = gpu_request("gpus", text)
    except InvalidArgument:
        return
    assert isinstance(made["count"], int)
    assert all("gpu" in names for names in made["capabilities"])


@pytest.mark.parametrize("value", [None, 5, b"/dev/a", [b"a"], object()])
def test_other_values_are_refused(value: Any) -> None:
    for parse in (device, weight, throttle_bytes, throttle_operations, ulimits):
        with pytest.raises(InvalidArgument, match="the_option"):
            parse("the_option", value)
