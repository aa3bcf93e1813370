"""Addresses: none is given out twice, none that is not in the range."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockpy.fake.failure import Failure
from dockpy.fake.state.ipam import Exhausted, Pools, Subnet


@given(st.integers(24, 30), st.integers(0, 3), st.lists(st.integers(0, 300), max_size=60))
def test_addresses_are_given_out_once(prefix, smaller, steps):
    network = ip_network(f"10.0.0.0/{prefix}")
    part = f"10.0.0.0/{min(prefix + smaller, 32)}"
    subnet = Subnet(str(network), part)
    held = []
    for step in steps:
        if step % 3 == 2 and held:
            subnet.give_back(held.pop(step % len(held)))
            continue
        try:
            address = subnet.take()
        except Exhausted:
            assert not subnet.available
            continue
        assert address not in held
        assert ip_address(address) in ip_network(part)
        assert ip_address(address) not in (network.network_address, network.broadcast_address)
        held.append(address)


def test_one_that_was_asked_for():
    subnet = Subnet("10.0.0.0/29")
    assert subnet.take("10.0.0.5") == "10.0.0.5"
    with pytest.raises(Failure, match="Address already in use"):
        subnet.take("10.0.0.5")
    assert [subnet.take() for _ in range(4)] == ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"]


def test_a_subnet_of_two():
    subnet = Subnet("10.0.0.0/31")
    with pytest.raises(Exhausted):
        subnet.take()
    assert (subnet.take(single=True), subnet.take()) == ("10.0.0.0", "10.0.0.1")


@given(st.lists(st.booleans(), max_size=60), st.booleans())
def test_chosen_subnets_do_not_overlap(steps, lowest):
    pools = Pools(None, lowest=lowest)
    held = []
    for take in steps:
        if not take and held:
            pools.give_back([held.pop(0)])
        elif (subnet := pools.choose(4)) is not None:
            assert not any(subnet.network.overlaps(other.network) for other in held)
            held.append(subnet)


def test_the_older_engine_goes_on_after_the_last():
    old, new = Pools(None, lowest=False), Pools(None, lowest=True)
    for pools, expected in ((old, "172.18.0.0/16"), (new, "172.17.0.0/16")):
        first = pools.choose(4)
        pools.give_back([first])
        assert str(pools.choose(4).network) == expected
