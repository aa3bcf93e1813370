"""Networks: made, joined, left, listed, removed."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from dockpy import (
    BadParameter,
    Client,
    Conflict,
    Forbidden,
    InvalidArgument,
    NotFound,
    ServerError,
    VersionMismatch,
)
from dockpy.wire.networks import IPAM, IPAMConfig

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dockpy import Network


@pytest.fixture
def make(new_name: Callable[[], str], labels: dict[str, str]) -> Iterator[Callable[..., Network]]:
    """Create a network; it is removed when the test ends."""
    made: list[Network] = []

    def create(client: Client, name: str | None = None, **options: Any) -> Network:
        options["labels"] = {**labels, **options.get("labels", {})}
        made.append(client.networks.create(name or new_name(), **options))
        return made[-1]

    yield create
    for network in made:
        try:
            for container in network.containers:
                network.disconnect(container, force=True)
            network.remove()
        except NotFound:
            pass


def subnet() -> str:
    """A subnet that nothing else has: the engines give out none of these."""
    return f"10.{random.randrange(100, 250)}.{random.randrange(256)}"


def test_create(client: Client, make: Any, labels: dict[str, str], new_name: Any) -> None:
    name, net = new_name(), subnet()
    network = make(
        client,
        name,
        driver="bridge",
        options={"com.docker.network.bridge.enable_icc": "false"},
        internal=True,
        labels={"a": "b"},
        ipam={"Config": [{"Subnet": f"{net}.0/24", "Gateway": f"{net}.254", "IPRange": f"{net}.128/25"}]},
    )
    assert (network.name, network.driver, network.scope) == (name, "bridge", "local")
    assert network.labels == {**labels, "a": "b"}
    assert len(network.id) == 64
    assert abs(network.created - datetime.now(UTC)) < timedelta(seconds=60)
    attrs = network.attrs
    assert attrs.internal is True
    assert attrs.options == {"com.docker.network.bridge.enable_icc": "false"}
    (config,) = attrs.ipam.config
    assert (config.subnet, config.gateway, config.ip_range) == (f"{net}.0/24", f"{net}.254", f"{net}.128/25")
    assert network.containers == []


def test_ipam_as_a_model(engine: Client, make: Any) -> None:
    net = subnet()
    network = make(engine, ipam=IPAM(driver="default", config=[IPAMConfig(subnet=f"{net}.0/24")]))
    assert network.attrs.ipam.config[0].subnet == f"{net}.0/24"


def test_get(engine: Client, make: Any) -> None:
    network = make(engine)
    assert engine.networks.get(network.name) == engine.networks.get(network.id) == network
    assert engine.networks.get(network.short_id) == network
    assert engine.networks.get("bridge").driver == "bridge"
    with pytest.raises(NotFound, match="nowhere not found") as caught:
        engine.networks.get("nowhere")
    assert (caught.value.operation, caught.value.subject) == ("NetworkInspect", "network nowhere")


def test_a_name_that_is_taken(engine: Client, make: Any) -> None:
    """Docker 20.10 makes a second one unless it is asked to check; both have to refuse."""
    network = make(engine)
    with pytest.raises(Conflict, match=f"network with name {network.name} already exists"):
        make(engine, network.name)


def test_an_old_engine_may_make_two_of_a_name(engine: Client, make: Any) -> None:
    network = make(engine)
    if engine.api_version == "1.41":
        second = make(engine, network.name, check_duplicate=False)
        assert second != network
        assert len(engine.networks.list([network.name])) == 2
    else:
        with pytest.raises(Conflict):
            make(engine, network.name, check_duplicate=False)


def test_addresses_that_are_taken(engine: Client, make: Any) -> None:
    net = subnet()
    ipam = {"Config": [{"Subnet": f"{net}.0/24"}]}
    make(engine, ipam=ipam)
    with pytest.raises(Forbidden, match=r"Pool overlaps|overlaps with other"):
        make(engine, ipam=ipam)


def test_what_an_engine_refuses(engine: Client, make: Any) -> None:
    with pytest.raises((BadParameter, ServerError), match="invalid CIDR"):
        make(engine, ipam={"Config": [{"Subnet": "no subnet"}]})
    with pytest.raises(InvalidArgument):
        make(engine, ipam={"NoSuchField": 1})


def test_an_option_that_the_engine_is_too_old_for(engine: Client, make: Any) -> None:
    if engine.api_version == "1.41":
        with pytest.raises(VersionMismatch, match=r"1\.48"):
            make(engine, enable_ipv4=False)
    else:
        assert make(engine, enable_ipv4=True).attrs.enable_ipv4 is True


def test_connect(engine: Client, make: Any, start: Any) -> None:
    net = subnet()
    network = make(engine, ipam={"Config": [{"Subnet": f"{net}.0/24"}]})
    container = start(engine, network="bridge")
    network.connect(container, aliases=["db", "database"], ipv4_address=f"{net}.77")
    container.reload()
    endpoint = container.networks[network.name]
    assert endpoint.ip_address == f"{net}.77"
    assert {"db", "database"} <= set(endpoint.aliases)
    assert endpoint.ipam_config.ipv4_address == f"{net}.77"
    assert set(container.networks) == {"bridge", network.name}
    assert network.containers == [container]
    network.disconnect(container)
    assert network.containers == []
    container.reload()
    assert set(container.networks) == {"bridge"}


def test_names_on_a_network(engine: Client, make: Any, start: Any, new_name: Any) -> None:
    """The alias is what the other containers find it by."""
    network = make(engine)
    server = start(
        engine, ["sh", "-c", "while true; do echo served | nc -l -p 80; done"], network=network.name
    )
    other = make(engine)
    other.connect(server.id, aliases=["server"])
    asks = "until nc server 80 2>/dev/null | grep served; do :; done"
    reader = start(engine, ["sh", "-c", asks], network=other.name)
    assert reader.wait(timeout=30)["StatusCode"] == 0
    assert reader.logs(stderr=False) == b"served\n"
    reader.remove()
    server.remove(force=True)


def test_connect_what_is_not_there(engine: Client, make: Any, start: Any) -> None:
    network = make(engine)
    with pytest.raises(NotFound, match=r"[Nn]o such container: nowhere"):
        network.connect("nowhere")
    gone = make(engine)
    gone.remove()
    with pytest.raises(NotFound, match=f"network {gone.id} not found"):
        gone.connect(start(engine))


def test_connect_with_what_the_engine_would_not_heed(engine: Client, make: Any, create: Any) -> None:
    with pytest.raises(VersionMismatch, match="mac_address needs API"):
        make(engine).connect(create(engine), mac_address="02:00:00:00:00:77")


def test_connect_twice(engine: Client, make: Any, start: Any) -> None:
    network, container = make(engine), start(engine, network="bridge")
    network.connect(container)
    with pytest.raises(Forbidden, match="already exists in network"):
        network.connect(container)


def test_disconnect_what_is_not_connected(engine: Client, make: Any, start: Any) -> None:
    with pytest.raises(Exception, match="is not connected to") as caught:
        make(engine).disconnect(start(engine, network="bridge"))
    assert type(caught.value).__name__ in ("Forbidden", "ServerError")


def test_remove(engine: Client, make: Any, start: Any) -> None:
    network, container = make(engine), start(engine, network="bridge")
    network.connect(container)
    with pytest.raises(Forbidden, match="has active endpoints"):
        network.remove()
    network.disconnect(container)
    network.remove()
    for ask in (network.remove, network.reload, lambda: engine.networks.remove(network.id)):
        with pytest.raises(NotFound):
            ask()
    with pytest.raises(Forbidden, match="pre-defined network"):
        engine.networks.remove("bridge")
    by_name = make(engine)
    engine.networks.remove(by_name.name)
    assert engine.networks.list([by_name.name]) == []


def test_list(client: Client, make: Any) -> None:
    names = [make(client, labels={"listed": listed}).name for listed in ("yes", "no")]
    requests: list[str] = []
    client.hooks.request.append(lambda event: requests.append(event.operation))
    found = {network.name: network for network in client.networks.list()}
    assert {"bridge", "host", "none", *names} <= set(found)
    assert found["host"].driver == "host"
    assert found[names[0]].labels["listed"] == "yes"
    assert found[names[0]].created is not None
    assert requests == ["NetworkList"]


def test_list_some(engine: Client, make: Any, labels: dict[str, str]) -> None:
    first, second = make(engine, labels={"n": "1"}), make(engine, labels={"n": "2"})
    assert engine.networks.list([first.name]) == [first]
    assert engine.networks.list(ids=[second.id]) == [second]
    assert set(engine.networks.list([first.name, second.name])) == {first, second}
    assert engine.networks.list(filters={"label": {"n": "1", **labels}}) == [first]
    assert engine.networks.list(filters={"label": labels, "driver": "macvlan"}) == []
    with pytest.raises(BadParameter, match="nvalid filter"):
        engine.networks.list(filters={"no-such-filter": "x"})


def test_prune(engine: Client, make: Any, start: Any, labels: dict[str, str]) -> None:
    unused, used = (
        make(engine, labels={"prune": labels["dockpy-test"]}),
        make(engine, labels={"prune": labels["dockpy-test"]}),
    )
    other = make(engine)
    name = unused.name
    start(engine, network=used.name)
    answer = engine.networks.prune(filters={"label": f"prune={labels['dockpy-test']}"})
    assert answer.networks_deleted == [name]
    assert used.attrs.name == used.name
    other.reload()
    assert engine.networks.prune(filters={"label": f"prune={labels['dockpy-test']}"}).networks_deleted == []
