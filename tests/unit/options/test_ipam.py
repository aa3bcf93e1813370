"""Subnets, gateways and ranges: each finds its subnet, whatever the order."""

from __future__ import annotations

import ipaddress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockpy.errors import InvalidArgument
from dockpy.options.ipam import ipam_request


def test_nothing_is_nothing() -> None:
    assert ipam_request() is None


def test_one_of_each() -> None:
    assert ipam_request(
        subnet="10.1.0.0/24", gateway="10.1.0.1", ip_range="10.1.0.128/25", aux_addresses={"a": "10.1.0.9"}
    ) == {
        "config": [
            {
                "subnet": "10.1.0.0/24",
                "ip_range": "10.1.0.128/25",
                "gateway": "10.1.0.1",
                "auxiliary_addresses": {"a": "10.1.0.9"},
            }
        ]
    }


def test_driver_and_options() -> None:
    assert ipam_request(driver="default", options={"a": "b"}) == {"driver": "default", "options": {"a": "b"}}


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"subnet": "10.1.0.0"}, "subnet='10.1.0.0'"),
        ({"subnet": "10.1.0.0/33"}, "subnet="),
        ({"subnet": 3}, "subnet="),
        ({"subnet": ["10.0.0.0/8", "10.1.0.0/16"]}, "overlaps"),
        ({"gateway": "10.1.0.1"}, "no subnet holds it"),
        ({"subnet": "10.1.0.0/24", "gateway": "10.2.0.1"}, "no subnet holds it"),
        ({"subnet": "10.1.0.0/24", "gateway": "fd00::1"}, "no subnet holds it"),
        ({"subnet": "10.1.0.0/24", "gateway": "router"}, "it takes an address"),
        ({"subnet": "10.1.0.0/24", "gateway": ["10.1.0.1", "10.1.0.2"]}, "has 10.1.0.1 already"),
        ({"subnet": "10.1.0.0/24", "ip_range": "10.1.0.1"}, "ip_range="),
        ({"subnet": "10.1.0.0/24", "ip_range": "10.1.0.0/16"}, "no subnet holds it"),
        ({"subnet": "10.1.0.0/24", "aux_addresses": {"a": "b"}}, "aux_addresses="),
        ({"subnet": "10.1.0.0/24", "aux_addresses": ["10.1.0.1"]}, "aux_addresses="),
        ({"driver": 3}, "ipam_driver="),
    ],
)
def test_what_is_none(options: dict[str, Any], word: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        ipam_request(**options)
    assert word in str(caught.value)


NETWORKS = st.sets(st.integers(0, 255), min_size=1, max_size=5).map(
    lambda numbers: [f"10.{number}.0.0/16" if number % 2 else f"fd00:{number:x}::/32" for number in numbers]
)


@given(NETWORKS, st.randoms())
def test_each_finds_its_subnet(subnets: list[str], random: Any) -> None:
    hosts = {subnet: str(ipaddress.ip_network(subnet)[7]) for subnet in subnets}
    gateways = list(hosts.values())
    random.shuffle(gateways)
    request = ipam_request(subnet=subnets, gateway=gateways, ip_range=list(reversed(subnets)))
    assert request is not None
    assert request["config"] == [
        {"subnet": subnet, "ip_range": subnet, "gateway": hosts[subnet]} for subnet in subnets
    ]
