"""What options do with networks."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

import dockpy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockpy import Client, Container

Network = Callable[[], tuple[str, str]]
MAC = "92:d0:c6:0a:29:33"
SUBNETS = itertools.count(os.getpid())  # other runs make networks, too


@pytest.fixture
def network(engine: Client, new_name: Callable[[], str], labels: dict[str, str]) -> Iterator[Network]:
    """Make a network, asked for before `start`; gives back its name, and the beginning of its addresses."""
    made = []

    def make() -> tuple[str, str]:
        # Engines may share a host: each has addresses of its own.
        prefix = f"10.{213 if engine.api.version() == '1.41' else 214}.{next(SUBNETS) % 250}"
        config = {"Config": [{"Subnet": f"{prefix}.0/24"}]}
        made.append(engine.networks.create(new_name(), ipam=config, labels=labels))
        return made[-1].name, prefix

    yield make
    for item in made:
        item.remove()


def endpoints(container: Container) -> Any:
    container.reload()
    return container.attrs["NetworkSettings"]["Networks"]


def inside(container: Container, line: str) -> list[str]:
    return container.exec_run(["sh", "-c", line]).output.decode().splitlines()


def address_of(container: Container, name: str) -> str:
    """The address that a name has in the container."""
    [line, *_] = inside(container, f"ping -c 1 -w 5 {name}")
    return line.partition("(")[2].partition(")")[0]


def test_addresses_and_names_of_one_network(
    engine: Client, network: Network, start: Callable[..., Container]
) -> None:
    name, prefix = network()
    container = start(
        engine,
        network=name,
        ip=f"{prefix}.7",
        network_aliases=["web", "www"],
        mac_address=MAC,
        extra_hosts={"db": "10.0.0.2"},
        dns_opt=["ndots:2"],
        dns_search=["example.org"],
    )
    endpoint = endpoints(container)[name]
    assert endpoint["IPAddress"] == f"{prefix}.7"
    assert endpoint["MacAddress"] == MAC
    assert {"web", "www"} <= set(endpoint["Aliases"])
    seen = inside(container, "cat /sys/class/net/eth0/address; grep db /etc/hosts; cat /etc/resolv.conf")
    assert seen[0] == MAC
    assert seen[1].split() == ["10.0.0.2", "db"]
    assert any(line.split()[:2] == ["search", "example.org"] for line in seen)
    assert any("ndots:2" in line for line in seen)


@pytest.mark.parametrize("form", ["keywords", "engine"])
def test_networks_with_options_of_their_own(
    engine: Client, network: Network, start: Callable[..., Container], form: str
) -> None:
    name, prefix = network()
    settings: Any = {
        "keywords": {"ipv4_address": f"{prefix}.8", "aliases": ["web"], "mac_address": MAC},
        "engine": {
            "IPAMConfig": {"IPv4Address": f"{prefix}.8"},
            "Aliases": ["web"],
            "MacAddress": MAC,
        },
    }[form]
    container = start(engine, network=name, networks={name: settings})
    endpoint = endpoints(container)[name]
    assert (endpoint["IPAddress"], endpoint["MacAddress"]) == (f"{prefix}.8", MAC)
    assert "web" in endpoint["Aliases"]
    assert address_of(container, "web") == f"{prefix}.8"


def test_several_networks(engine: Client, network: Network, start: Callable[..., Container]) -> None:
    (one, prefix), (other, other_prefix) = network(), network()
    options: dict[str, Any] = {
        "network": one,
        "networks": {
            one: {"aliases": ["web"]},
            other: {"ipv4_address": f"{other_prefix}.9", "gw_priority": 5},
        },
    }
    if engine.api.version() == "1.41":
        with pytest.raises(dockpy.VersionMismatch, match=r"several networks needs API 1\.44"):
            start(engine, **options)
        return
    container = start(engine, **options)
    found = endpoints(container)
    assert set(found) == {one, other}
    assert found[one]["IPAddress"].startswith(f"{prefix}.")
    assert found[other]["IPAddress"] == f"{other_prefix}.9"
    [gateway] = inside(container, "ip route | grep default")
    assert gateway.split()[2] == f"{other_prefix}.1"


def test_links(
    engine: Client, network: Network, start: Callable[..., Container], new_name: Callable[[], str]
) -> None:
    name, _ = network()
    web = start(engine, network=name, name=new_name())  # Docker 20.10 finds no other
    container = start(engine, network=name, links={web.name: "alias"})
    address = endpoints(web)[name]["IPAddress"]
    assert address_of(container, "alias") == address


def test_links_on_the_default_network(engine: Client, start: Callable[..., Container]) -> None:
    web = start(engine, network="bridge")
    container = start(engine, network="bridge", links=[f"{web.name}:alias"])
    assert inside(container, "grep -c alias /etc/hosts") == ["1"]


def test_a_mac_address_on_the_default_network(engine: Client, start: Callable[..., Container]) -> None:
    container = start(engine, network="bridge", mac_address=MAC)
    assert endpoints(container)["bridge"]["MacAddress"] == MAC
    assert inside(container, "cat /sys/class/net/eth0/address") == [MAC]


def test_ports(engine: Client, start: Callable[..., Container]) -> None:
    container = start(
        engine, network="bridge", ports={"80/tcp": ("127.0.0.1", None), 81: (0,)}, expose=["53/udp"]
    )
    container.reload()
    ports = container.attrs["NetworkSettings"]["Ports"]
    assert {binding["HostIp"] for binding in ports["80/tcp"]} == {"127.0.0.1"}
    assert int(ports["81/tcp"][0]["HostPort"]) > 0
    assert not ports["53/udp"]


def test_publishing_all_that_is_exposed(engine: Client, start: Callable[..., Container]) -> None:
    container = start(engine, network="bridge", expose=["80-81"], publish_all_ports=True)
    container.reload()
    ports = container.attrs["NetworkSettings"]["Ports"]
    assert set(ports) == {"80/tcp", "81/tcp"}
    assert all(int(bindings[0]["HostPort"]) > 0 for bindings in ports.values())


def test_the_network_of_another_container(engine: Client, start: Callable[..., Container]) -> None:
    other = start(engine, hostname="theirs")
    container = start(engine, network_mode=f"container:{other.id}")
    assert inside(container, "hostname") == ["theirs"]


def test_no_network(engine: Client, start: Callable[..., Container]) -> None:
    container = start(engine, network_mode="default", network_disabled=True)
    assert inside(container, "ls /sys/class/net") == ["lo"]


# What the engine refuses is refused before it is asked


def test_networks_that_go_with_no_other(engine: Client, create: Callable[..., Container]) -> None:
    with pytest.raises(dockpy.InvalidArgument, match="'none' goes with no other network"):
        create(engine, network="none", networks=["bridge"])
