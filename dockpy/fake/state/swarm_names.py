"""Names and addresses on the networks of a swarm, wherever its tasks run."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockpy.fake.engine import Engine
    from dockpy.fake.state.network import Endpoint, Network

__all__ = ["behind", "endpoints", "resolve"]


def endpoints(engine: Engine, network: Network) -> Iterator[Endpoint]:
    """The places that containers have on a network, on this engine and on those that it reaches.

    Args:
        engine: who looks.
        network: a network of it.
    """
    yield from list(network.endpoints.values())
    cluster = engine.swarm.cluster
    if cluster is None or network.scope != "swarm" or engine.cut_off:
        return
    for node in cluster.nodes.objects.values():
        other = node.engine
        if other is engine or other.cut_off or other.closed or other.swarm.node is not node:
            continue
        shared = other.networks.by_id(network.id)
        if shared is not None:
            yield from list(shared.endpoints.values())


def resolve(engine: Engine, network: Network, name: str) -> list[str]:
    """The addresses that a service's name has on one of the swarm's networks: its own, or its tasks'."""
    cluster = engine.swarm.cluster
    if cluster is None or network.scope != "swarm":
        return []
    every = name.startswith("tasks.")
    for service in cluster.services.objects.values():
        if service.name.lower() not in (name, name.removeprefix("tasks.")):
            continue
        own = [
            one["Addr"].partition("/")[0]
            for one in service.addresses
            if one["NetworkID"] == network.id and "Addr" in one
        ]
        if own and not every:
            return own
        return _addresses(engine, network, service.id)
    return []


def behind(engine: Engine, network: Network, address: str) -> str:
    """The address of one of the tasks behind a service's; empty for none."""
    cluster = engine.swarm.cluster
    for service in cluster.services.objects.values() if cluster is not None else ():
        for one in service.addresses:
            if one["NetworkID"] == network.id and one.get("Addr", "").partition("/")[0] == address:
                found = _addresses(engine, network, service.id)
                return engine.random.choice(found) if found else ""
    return ""


def _addresses(engine: Engine, network: Network, service_id: str) -> list[str]:
    """Those of a service's tasks that run."""
    return [
        address
        for endpoint in endpoints(engine, network)
        if endpoint.container.labels.get("com.docker.swarm.service.id") == service_id
        for address in endpoint.addresses
    ]
