"""Ports and points in time, as waiting reads them."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockpy.errors import InvalidArgument
from dockpy.resources.readiness import Deadline, published_address, tcp_port


@given(st.integers(1, 65535))
def test_ports(number: int) -> None:
    assert tcp_port(number) == tcp_port(str(number)) == tcp_port(f"{number}/tcp") == f"{number}/tcp"


@given(st.one_of(st.text(max_size=8), st.integers(max_value=0), st.integers(min_value=65536), st.booleans()))
def test_any_text_is_a_port_or_refused(value: Any) -> None:
    with contextlib.suppress(InvalidArgument):
        assert 0 < int(tcp_port(value).removesuffix("/tcp")) < 65536


@pytest.mark.parametrize(
    ("hosts", "daemon", "expected"),
    [
        (["0.0.0.0"], None, "127.0.0.1"),
        (["0.0.0.0", "::"], None, "127.0.0.1"),
        (["::", "0.0.0.0"], None, "127.0.0.1"),
        (["::"], None, "::1"),
        ([""], None, "127.0.0.1"),
        (["0.0.0.0"], "10.0.0.5", "10.0.0.5"),
        (["::"], "docker.example", "docker.example"),
        (["127.0.0.1"], None, "127.0.0.1"),
        (["127.0.0.1"], "localhost", "127.0.0.1"),
        (["127.0.0.2"], "127.0.0.1", "127.0.0.2"),
        (["127.0.0.1"], "10.0.0.5", None),
        (["::1", "127.0.0.1"], "10.0.0.5", None),
        (["127.0.0.1", "192.168.1.5"], "10.0.0.5", "192.168.1.5"),
        (["192.168.1.5"], "10.0.0.5", "192.168.1.5"),
    ],
)
def test_where_a_port_is_reached(hosts: list[str], daemon: str | None, expected: str | None) -> None:
    bindings = [{"HostIp": host, "HostPort": "8080"} for host in hosts]
    assert published_address(bindings, daemon) == (None if expected is None else (expected, 8080))


def test_a_deadline() -> None:
    deadline = Deadline(1000)
    assert 999 < (deadline.left() or 0) <= 1000
    assert deadline.left(5) == 5
    assert not deadline.passed
    endless = Deadline(None)
    assert (endless.left(), endless.left(5), endless.passed) == (None, 5, False)
    assert Deadline(1e-9).passed


@pytest.mark.parametrize("seconds", [0, -1, "1", True, float("nan")])
def test_no_deadline(seconds: Any) -> None:
    with pytest.raises(InvalidArgument, match="timeout="):
        Deadline(seconds)
