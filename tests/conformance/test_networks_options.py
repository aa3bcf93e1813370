"""Networks: addresses in the docker command's words, configurations, and how containers join."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

from dockpy import BadParameter, Client, Forbidden, InvalidArgument, NotFound, ServerError, VersionMismatch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dockpy import Network


@pytest.fixture
def make(new_name: Callable[[], str], labels: dict[str, str]) -> Iterator[Callable[..., Network]]:
    """Create a network; it is removed when the test ends, those that were made last first."""
    made: list[Network] = []

    def create(client: Client, name: str | None = None, **options: Any) -> Network:
        made.append(client.networks.create(name or new_name(), **{"labels": labels, **options}))
        return made[-1]

    yield create
    for network in reversed(made):
        try:
            for container in network.containers:
                network.disconnect(container, force=True)
            network.remove()
        except NotFound:
            pass


def subnet() -> str:
    """A subnet that nothing else has: the engines give out none of these."""
    return f"10.{random.randrange(100, 250)}.{random.randrange(256)}"


def subnet6() -> str:
    return f"fd00:{random.randrange(1, 0xFFFF):x}:{random.randrange(1, 0xFFFF):x}"


def test_addresses(engine: Client, make: Any) -> None:
    four, six = subnet(), subnet6()
    network = make(
        engine,
        subnet=[f"{four}.0/24", f"{six}::/64"],
        gateway=[f"{six}::1", f"{four}.254"],
        ip_range=f"{four}.128/25",
        aux_addresses={"router": f"{four}.5", "printer": f"{four}.6"},
        enable_ipv6=True,
        ipam_driver="default",
    )
    first, second = network.attrs.ipam.config
    assert (first.subnet, first.gateway, first.ip_range) == (f"{four}.0/24", f"{four}.254", f"{four}.128/25")
    assert first.auxiliary_addresses == {"router": f"{four}.5", "printer": f"{four}.6"}
    assert (second.subnet, second.gateway) == (f"{six}::/64", f"{six}::1")
    assert network.attrs.enable_ipv6 is True
    assert network.attrs.ipam.driver == "default"


def test_addresses_are_given_out_of_the_range(engine: Client, make: Any, start: Any) -> None:
    net = subnet()
    network = make(engine, subnet=f"{net}.0/24", ip_range=f"{net}.64/30", gateway=f"{net}.1")
    container = start(engine, network=network.name)
    address = container.networks[network.name].ip_address
    assert address in {f"{net}.{last}" for last in range(64, 68)}


def test_options_of_the_addresses_driver(engine: Client, make: Any) -> None:
    network = make(engine, subnet=f"{subnet()}.0/24", ipam_options={"foo": "bar"})
    assert network.attrs.ipam.options == {"foo": "bar"}


def test_what_is_refused_before_it_is_sent(engine: Client, make: Any) -> None:
    assert engine.api_version  # agreed on
    requests: list[str] = []
    engine.hooks.request.append(lambda event: requests.append(event.operation))
    for options in (
        {"subnet": "10.1.0.0"},
        {"subnet": "10.1.0.0/24", "gateway": "10.2.0.1"},
        {"gateway": "10.2.0.1"},
        {"subnet": ["10.1.0.0/16", "10.1.1.0/24"]},
        {"subnet": "10.1.0.0/24", "ipam": {"Config": []}},
        {"subnet": "10.1.0.0/24", "aux_addresses": {"a": "no address"}},
    ):
        with pytest.raises(InvalidArgument):
            make(engine, **options)
    assert requests == []


def test_a_configuration_and_who_takes_it_over(engine: Client, make: Any) -> None:
    net = subnet()
    configuration = make(engine, config_only=True, subnet=f"{net}.0/24")
    assert configuration.attrs.config_only is True
    # Whoever takes a configuration over has none of its own, labels included.
    taker = make(engine, driver="bridge", config_from=configuration, labels={})
    assert taker.attrs.config_from.network == configuration.name
    assert taker.attrs.ipam.config[0].subnet == f"{net}.0/24"
    with pytest.raises((Forbidden, BadParameter, ServerError), match="configuration"):
        configuration.remove()
    taker.remove()
    with pytest.raises(NotFound, match="nowhere"):
        make(engine, driver="bridge", config_from="nowhere", labels={})


def test_what_only_a_swarm_has(engine: Client, make: Any) -> None:
    if engine.info()["Swarm"]["LocalNodeState"] == "inactive":
        with pytest.raises((Forbidden, ServerError, BadParameter), match="swarm"):
            make(engine, driver="overlay", attachable=True)
        with pytest.raises((Forbidden, ServerError, BadParameter), match="swarm"):
            make(engine, driver="overlay", ingress=True)
    else:
        assert make(engine, driver="overlay", attachable=True).attrs.attachable is True


def test_scope(engine: Client, make: Any) -> None:
    assert make(engine, scope="local").scope == "local"
    network = make(engine)
    assert engine.networks.get(network.name, scope="local", verbose=False) == network
    with pytest.raises(NotFound):
        engine.networks.get(network.name, scope="swarm")


def test_connect_with_everything(engine: Client, make: Any, start: Any) -> None:
    four, six = subnet(), subnet6()
    network = make(engine, subnet=[f"{four}.0/24", f"{six}::/64"], enable_ipv6=True)
    friend, container = start(engine, network=network.name), start(engine, network="bridge")
    options: dict[str, Any] = {
        "aliases": ["db"],
        "ipv4_address": f"{four}.77",
        "ipv6_address": f"{six}::77",
        "links": {friend.name: "friend"},
        "link_local_ips": ["169.254.34.68"],
        "driver_opt": {"com.docker.network.endpoint.foo": "bar"},
    }
    if engine.api_version == "1.41":
        with pytest.raises(VersionMismatch, match=r"1\.48"):
            network.connect(container, gw_priority=10)
    else:
        options["gw_priority"] = 10
    network.connect(container, **options)
    endpoint = container.networks[network.name]
    assert (endpoint.ip_address, endpoint.global_ipv6_address) == (f"{four}.77", f"{six}::77")
    assert "db" in endpoint.aliases
    assert endpoint.links == [f"{friend.name}:friend"]
    assert endpoint.ipam_config.link_local_ips == ["169.254.34.68"]
    assert endpoint.driver_opts == {"com.docker.network.endpoint.foo": "bar"}
    if engine.api_version != "1.41":
        assert endpoint.gw_priority == 10
    assert set(network.containers) == {friend, container}
    network.disconnect(container, force=True)
    assert network.containers == [friend]


def test_connect_with_what_is_none(engine: Client, make: Any, create: Any) -> None:
    network, container = make(engine), create(engine)
    for options in (
        {"ipv4_address": "fd00::1"},
        {"ipv6_address": "10.0.0.1"},
        {"link_local_ips": ["x"]},
        {"mac_address": "x"},
        {"gw_priority": "high"},
        {"links": 3},
        {"aliases": [1]},
    ):
        with pytest.raises(InvalidArgument, match=next(iter(options))):
            network.connect(container, **options)


def test_list_in_full(engine: Client, make: Any, start: Any) -> None:
    """A listing tells nothing of the containers; full=True loads them."""
    network = make(engine)
    container = start(engine, network=network.name)
    assert engine.api_version
    requests: list[str] = []
    engine.hooks.request.append(lambda event: requests.append(event.operation))
    [found] = engine.networks.list(network.name and [network.name], full=True)
    assert found.containers == [container]
    assert requests == ["NetworkList", "NetworkInspect"]


def test_list_by_kind(engine: Client, make: Any, labels: dict[str, str]) -> None:
    network = make(engine)
    assert engine.networks.list(filters={"type": "custom", "label": labels, "id": network.id}) == [network]
    assert network in engine.networks.list(filters={"dangling": True})
    assert network not in engine.networks.list(filters={"scope": "swarm"})
    assert engine.networks.list("bridge", filters={"type": "builtin"})[0].name == "bridge"


def test_prune_by_age(engine: Client, make: Any, labels: dict[str, str]) -> None:
    network = make(engine, labels={**labels, "age": labels["dockpy-test"]})
    filters = {"label": f"age={labels['dockpy-test']}", "until": "1h"}
    assert engine.networks.prune(filters=filters).networks_deleted == []
    network.reload()
    filters = {"label!": "age", "label": f"age={labels['dockpy-test']}"}
    assert engine.networks.prune(filters=filters).networks_deleted == []
