"""Networks between two engines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from transfers import NUMBERS, PAIRS

from dockpy import Client, InvalidArgument, Network, NotFound

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.parametrize(("source", "target"), PAIRS, indirect=True)


@pytest.fixture
def subnet() -> str:
    """One that nobody has."""
    return f"10.231.{next(NUMBERS)}.0/24"


@pytest.fixture
def network(source: Client, new_name: Callable[[], str], subnet: str, labels: dict[str, str]) -> Network:
    return source.networks.create(
        new_name(),
        subnet=subnet,
        gateway=subnet.replace(".0/24", ".7"),
        ip_range=subnet.replace("/24", "/25"),
        aux_addresses={"host": subnet.replace(".0/24", ".9")},
        options={"com.docker.network.bridge.enable_icc": "false"},
        labels={**labels, "kept": "so"},
        internal=True,
        attachable=True,
    )


def test_it_is_the_same_there(source: Client, target: Client, network: Network, subnet: str) -> None:
    copied = network.copy(to=target)
    try:
        assert copied.client is target
        for key in ("Name", "Driver", "Internal", "Attachable", "EnableIPv6", "Labels", "Options"):
            assert copied.attrs[key] == network.attrs[key], key
        config = copied.attrs.ipam.config[0]
        assert (config.subnet, config.gateway) == (subnet, subnet.replace(".0/24", ".7"))
        assert config.ip_range == subnet.replace("/24", "/25")
        assert config.get("AuxiliaryAddresses") == {"host": subnet.replace(".0/24", ".9")}
        assert network.copy(to=target) == copied  # there already, and the same
    finally:
        copied.remove()


def test_another_one_of_that_name_is_left_alone(
    source: Client, target: Client, network: Network, labels: dict[str, str]
) -> None:
    theirs = target.networks.create(network.name, labels=labels, internal=True)
    with pytest.raises(
        InvalidArgument, match="is there already, and differs in attachable, options, subnets"
    ):
        network.copy(to=target)
    assert target.networks.get(network.name) == theirs


def test_a_subnet_that_is_taken(
    source: Client,
    target: Client,
    network: Network,
    subnet: str,
    labels: dict[str, str],
    new_name: Callable[[], str],
) -> None:
    taken = target.networks.create(new_name(), subnet=subnet, labels=labels, internal=True)
    with pytest.raises(
        InvalidArgument, match=f"has the subnet {subnet}, which overlaps {subnet} of {taken.name}"
    ):
        network.copy(to=target)
    copied = network.copy(to=target, subnets="auto")
    assert copied.attrs.ipam.config[0].subnet not in (None, subnet)
    assert network.copy(to=target, subnets="auto") == copied
    with pytest.raises(InvalidArgument, match="differs in subnets"):
        network.copy(to=target)


def test_other_subnets_and_another_name(
    source: Client, target: Client, network: Network, subnet: str, new_name: Callable[[], str]
) -> None:
    name = new_name()
    copied = network.copy(to=target, name=name, subnets=False)
    assert copied.name == name
    assert copied.attrs.ipam.config[0].subnet != subnet
    with pytest.raises(NotFound):
        target.networks.get(network.name)


def test_one_without_subnets_of_its_own(
    source: Client, target: Client, new_name: Callable[[], str], labels: dict[str, str]
) -> None:
    network = source.networks.create(new_name(), labels=labels, internal=True)
    copied = network.copy(to=target, subnets="auto")
    assert copied.driver == "bridge"
    assert network.copy(to=target, subnets="auto") == copied


def test_ipv6(
    source: Client, target: Client, new_name: Callable[[], str], labels: dict[str, str], subnet: str
) -> None:
    six = f"fd00:231:{next(NUMBERS):x}::/64"
    network = source.networks.create(
        new_name(), subnet=[subnet, six], enable_ipv6=True, labels=labels, internal=True
    )
    copied = network.copy(to=target)
    assert copied.attrs.enable_ipv6
    assert {config.subnet for config in copied.attrs.ipam.config} == {subnet, six}


def test_a_configuration_and_one_that_takes_it_over(
    source: Client, target: Client, new_name: Callable[[], str], labels: dict[str, str], subnet: str
) -> None:
    configuration = source.networks.create(new_name(), subnet=subnet, config_only=True, labels=labels)
    user = source.networks.create(new_name(), driver="bridge", config_from=configuration, internal=True)
    copies: list[Network] = []
    try:
        copies += [configuration.copy(to=target), user.copy(to=target)]
        assert copies[0].attrs["ConfigOnly"]
        assert copies[1].attrs["ConfigFrom"] == {"Network": configuration.name}
        assert copies[1].attrs.ipam.config[0].subnet == subnet
    finally:
        user.remove()
        for copied in reversed(copies):
            copied.remove()


@pytest.mark.parametrize("name", ["host", "none"])
def test_the_engines_own(source: Client, target: Client, name: str) -> None:
    with pytest.raises(InvalidArgument, match="each engine has of itself"):
        source.networks.get(name).copy(to=target)


def test_what_cannot_be(source: Client, target: Client, network: Network) -> None:
    with pytest.raises(InvalidArgument, match="subnets='some': it takes True, False or 'auto'"):
        network.copy(to=target, subnets="some")  # type: ignore[arg-type]
    with pytest.raises(InvalidArgument, match="it takes the Client"):
        network.copy(to=None)  # type: ignore[arg-type]
