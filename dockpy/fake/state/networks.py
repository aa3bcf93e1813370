"""The networks of a daemon, and which containers hang on them."""

from __future__ import annotations

import contextlib
import dataclasses
from ipaddress import IPv6Network, ip_network
from typing import TYPE_CHECKING, Any

from dockpy.fake.failure import Failure
from dockpy.fake.state.ipam import Exhausted, Pools, Subnet
from dockpy.fake.state.network import PREDEFINED, Network
from dockpy.fake.state.network_requests import check_options, read_subnets
from dockpy.fake.state.networks_of_containers import ContainerNetworks
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockpy.fake.engine import Engine
    from dockpy.fake.state.container import Container
    from dockpy.fake.state.swarm_cluster import Cluster

__all__ = ["Networks"]

DRIVERS = ("bridge", "host", "ipvlan", "macvlan", "null", "overlay")


class Networks(ContainerNetworks):
    """The networks of a daemon; what containers need of them is in `ContainerNetworks`.

    Args:
        engine: the daemon's state.
    """

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self._networks: dict[str, Network] = {}
        private = None
        if at_least(engine.api, "1.47"):
            private = IPv6Network((0xFD << 120 | engine.random.getrandbits(40) << 80, 48))
        refusal = "invalid pool request: " if at_least(engine.api, "1.46") else ""
        self._pools = Pools(private, lowest=at_least(engine.api, "1.46"), refusal=refusal)
        self._make_predefined()

    def _make_predefined(self) -> None:
        engine = self._engine
        for name, driver in (("host", "host"), ("none", "null")):
            network = Network(engine.new_id(), name, driver, engine.now())
            self._networks[network.id] = network
        options = {
            "com.docker.network.bridge.default_bridge": "true",
            "com.docker.network.bridge.enable_icc": "true",
            "com.docker.network.bridge.enable_ip_masquerade": "true",
            "com.docker.network.bridge.host_binding_ipv4": "0.0.0.0",  # noqa: S104
            "com.docker.network.bridge.name": "docker0",
            "com.docker.network.driver.mtu": "1500",
        }
        self.bridge: Network = Network(engine.new_id(), "bridge", "bridge", engine.now(), options=options)
        self._networks[self.bridge.id] = self.bridge
        self._choose(self.bridge, 4)

    # Looking

    def __iter__(self) -> Iterator[Network]:
        return iter(list(self._networks.values()))

    def by_id(self, id: str) -> Network | None:
        """The network with this whole id."""
        return self._networks.get(id)

    def find(self, reference: str, scope: str = "") -> Network | None:
        """The network of an id, a name, or the beginning of an id; None where there is none.

        Args:
            reference: which.
            scope: only among those of this one; empty for any.

        Raises:
            Failure: 400, there are several.
        """
        networks = [network for network in self if scope in ("", network.scope)]
        if reference in self._networks:
            return self._networks[reference] if self._networks[reference] in networks else None
        for kind, found in (
            ("name", [network for network in networks if network.name == reference]),
            ("ID prefix", [network for network in networks if network.id.startswith(reference or "/")]),
        ):
            if len(found) > 1:
                count = f"{len(found)} matches found based on {kind}"
                raise Failure(400, f"network {reference} is ambiguous ({count})")
            if found:
                return found[0]
        return None

    def get(self, reference: str, scope: str = "") -> Network:
        """The network of an id, a name, or the beginning of an id; arguments as of `find`.

        Raises:
            Failure: 404, there is none; 400, there are several.
        """
        network = self.find(reference, scope)
        if network is None:
            raise Failure(404, f"network {reference} not found")
        return network

    # Making

    def create(self, request: dict[str, Any]) -> tuple[Network, str]:
        """Make a network.

        Args:
            request: NetworkCreateRequest, as JSON.

        Returns:
            It, and what the engine warns of.

        Raises:
            Failure: it cannot be made.
        """
        engine = self._engine
        name = request.get("Name") or ""
        if at_least(engine.api, "1.44"):
            read_subnets((request.get("IPAM") or {}).get("Config") or [], engine.api)
        warning = self._check_name(name, bool(request.get("CheckDuplicate")))
        scope = request.get("Scope") or "local"
        driver = request.get("Driver") or "bridge"
        config_only = bool(request.get("ConfigOnly"))
        ipam = request.get("IPAM") or {}
        self._check_scope(driver, request.get("Scope") or "", ingress=bool(request.get("Ingress")))
        shared = scope == "swarm" or driver == "overlay"
        config_from = (request.get("ConfigFrom") or {}).get("Network") or ""
        network = Network(
            engine.swarm.manager().new_id() if shared else engine.new_id(),
            name,
            "null" if config_only else driver,
            engine.now(),
            scope="swarm" if shared else scope,
            internal=bool(request.get("Internal")),
            attachable=bool(request.get("Attachable")),
            ingress=bool(request.get("Ingress")),
            config_only=config_only,
            config_from=config_from,
            enable_ipv4=_default(request.get("EnableIPv4"), True) or not at_least(engine.api, "1.48"),
            enable_ipv6=bool(request.get("EnableIPv6")),
            options=dict(request.get("Options") or {}),
            labels=dict(request.get("Labels") or {}),
            ipam_driver=ipam.get("Driver") or "default",
            ipam_options=ipam.get("Options"),
            ipam_config=[_asked(pool) for pool in ipam.get("Config") or ()],
        )
        if config_from:
            self._take_over(network, config_from)
        if network.ipam_driver not in ("default", "null"):
            raise Failure(404, f'plugin "{network.ipam_driver}" not found')
        if not network.enable_ipv4 and not network.enable_ipv6:
            raise Failure(400, "IPv4 or IPv6 must be enabled")
        if config_only:
            read_subnets(network.ipam_config, engine.api)
        else:
            self._check_driver(network)
            self._allocate(network)
            if network.driver == "overlay":
                number = engine.swarm.manager().networks.new_vxlan()
                network.options["com.docker.network.driver.overlay.vxlanid_list"] = number
                for pool, subnet in zip(network.ipam_config, network.subnets, strict=True):
                    pool.setdefault("Gateway", subnet.gateway)
        self._networks[network.id] = network
        if shared:
            engine.swarm.manager().networks.add(network)
        else:
            engine.events.emit("network", "create", network.id, self._attributes(network), network.scope)
        return network, warning

    def _check_name(self, name: str, unique: bool) -> str:
        api = self._engine.api
        if not name.strip():
            if at_least(api, "1.44"):
                raise Failure(400, "invalid name: name is empty")
            raise Failure(500, f"invalid name: {name}")
        if name in PREDEFINED or name in ("default", "container"):
            raise Failure(403, f"operation is not permitted on predefined {name} network ")
        same = next((network for network in self if network.name == name), None)
        if same is None:
            return ""
        if unique or at_least(api, "1.44"):
            raise Failure(409, f"network with name {name} already exists")
        return f"Network with name {name} (id : {same.id}) already exists"

    def _check_scope(self, driver: str, scope: str, *, ingress: bool) -> None:
        cluster, node = self._engine.swarm.cluster, self._engine.swarm.node
        if cluster is not None and node is not None and node.role == "manager":
            if driver == "overlay" and scope == "local":
                raise Failure(403, "cannot downgrade network scope for overlay networks")
            if ingress and cluster.networks.ingress is not None:
                there = f"ingress network ({cluster.networks.ingress.id}) is already present"
                raise Failure(409, f"rpc error: code = AlreadyExists desc = {there}")
            if scope == "swarm" or driver == "overlay":
                return
        elsewhere = scope not in ("", "local") and not at_least(self._engine.api, "1.42")
        if scope == "swarm" or driver == "overlay" or elsewhere:
            if cluster is not None and not at_least(self._engine.api, "1.42"):
                text = "Cannot create a multi-host network from a worker node."
                raise Failure(403, f"{text} Please create the network from a manager node.")
            if scope == "swarm" and driver != "overlay" and cluster is None:
                raise Failure(403, "cannot create a swarm scoped network when swarm is not active")
            raise Failure(
                403 if at_least(self._engine.api, "1.42") else 500,
                'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" '
                "to connect this node to swarm and try again.",
            )
        if ingress:
            raise Failure(403, "Ingress network can only be global scope network")
        if driver not in DRIVERS:
            raise Failure(404, f'plugin "{driver}" not found')

    def _take_over(self, network: Network, name: str) -> None:
        if network.config_only:
            raise Failure(403, "a configuration network cannot depend on another configuration network")
        source = next((one for one in self if one.name == name and one.config_only), None)
        if source is None and network.scope == "swarm" and not at_least(self._engine.api, "1.42"):
            return
        if source is None:
            raise Failure(404, f'configuration network "{name}" does not exist')
        specified = network.ipam_config or network.labels or network.enable_ipv6
        if specified or network.options:
            what = "user specified configurations" if specified else "network driver options"
            raise Failure(403, f"{what} are not supported if the network depends on a configuration network")
        network.ipam_driver, network.ipam_options = source.ipam_driver, source.ipam_options
        network.ipam_config = [dict(pool) for pool in source.ipam_config]
        network.enable_ipv6 = source.enable_ipv6
        network.options, network.labels = dict(source.options), dict(source.labels)

    def _check_driver(self, network: Network) -> None:
        if network.driver in ("host", "null"):
            raise Failure(403, f'only one instance of "{network.driver}" network is allowed')
        if network.driver in ("macvlan", "ipvlan"):
            raise Failure(500, "operation not supported")
        check_options(network.options, self._engine.api)

    def _allocate(self, network: Network) -> None:
        """Give a network its subnets."""
        api = self._engine.api
        if network.ipam_driver == "null":
            raise Failure(400 if at_least(api, "1.42") else 500, "ipv4 pool is empty")
        subnets = read_subnets(network.ipam_config, api)
        self._pools.take(subnets)
        for version in (4, 6):
            if sum(subnet.version == version for subnet in subnets) > 1:
                self._pools.give_back(subnets)
                raise Failure(403, "bridge driver doesn't support multiple subnets")
        network.subnets = subnets
        try:
            for subnet, pool in zip(subnets, network.ipam_config, strict=True):
                _take_gateway(subnet, pool, api, network.name)
            if network.enable_ipv4 and not any(subnet.version == 4 for subnet in subnets):
                self._choose(network, 4)
            if network.enable_ipv6 and not any(subnet.version == 6 for subnet in subnets):
                self._choose(network, 6)
        except Failure:
            self._pools.give_back(network.subnets)
            raise

    def _choose(self, network: Network, version: int) -> None:
        """Give a network a subnet out of the default pools."""
        api = self._engine.api
        shared = network.driver == "overlay" and version == 4
        subnet = self._choose_shared() if shared else self._pools.choose(version)
        if subnet is None:
            if at_least(api, "1.46"):
                raise Failure(400, "all predefined address pools have been fully subnetted")
            what = f"non-overlapping IPv{version} address pool among the defaults"
            raise Failure(404, f"could not find an available, {what} to assign to the network")
        subnet.gateway = subnet.take()
        network.subnets.append(subnet)
        chosen = {"Subnet": str(subnet.network), "Gateway": subnet.gateway}
        first = version == 4 and not at_least(api, "1.46")
        network.ipam_config.insert(0 if first else len(network.ipam_config), chosen)

    # What a swarm's nodes have in common

    def _choose_shared(self) -> Subnet | None:
        """A subnet out of the swarm's pools."""
        cluster = self._engine.swarm.manager()
        for pool in cluster.pools:
            whole = ip_network(pool, strict=False)
            for part in whole.subnets(new_prefix=max(cluster.subnet_size, whole.prefixlen)):
                subnet = Subnet(str(part))
                if not any(str(part) == str(one.network) for network in self for one in network.subnets):
                    self._pools.take([subnet])
                    return subnet
        return None

    def make_ingress(self, cluster: Cluster) -> None:
        """A swarm begins: make the network by which its published ports are reached."""
        network = Network(
            cluster.new_id(), "ingress", "overlay", self._engine.now(), scope="swarm", ingress=True
        )
        network.options["com.docker.network.driver.overlay.vxlanid_list"] = cluster.networks.new_vxlan()
        self._choose(network, 4)
        self._networks[network.id] = network
        cluster.networks.add(network)

    def share(self, network: Network) -> None:
        """Have a network of the swarm: addresses are given out in common, its containers here are its own."""
        if network.id not in self._networks:
            self._networks[network.id] = dataclasses.replace(network, endpoints={})
            with contextlib.suppress(Failure):  # a network of this engine's own may overlap
                self._pools.take(network.subnets)

    def is_asked_for(self, network: Network) -> bool:
        """Whether a container of this engine is, or shall be, on a network of the swarm."""
        return any(
            endpoint.network_name in (network.name, network.id)
            for container in self.containers()
            if container.state.running or container.state.started_at is None
            for endpoint in container.networks.endpoints.values()
        )

    def drop(self, network: Network) -> None:
        """Have a network of the swarm no more."""
        shared = self._networks.pop(network.id, None)
        if shared is not None:
            for endpoint in list(shared.endpoints.values()):
                endpoint.container.networks.leave(endpoint, shared)
            self._pools.give_back(shared.subnets)

    def drop_shared(self) -> None:
        """The engine has left its swarm: the networks that it had in common with the others are gone."""
        for network in self:
            if network.scope == "swarm":
                self.drop(network)

    # Removing

    def remove(self, reference: str) -> None:
        """Remove a network.

        Raises:
            Failure: 404, there is none; 403, it is in use, or every daemon has it.
        """
        network = self.get(reference)
        if network.predefined:
            raise Failure(403, f"{network.name} is a pre-defined network and cannot be removed")
        self._delete(network)

    def _delete(self, network: Network) -> None:
        modern = at_least(self._engine.api, "1.47")
        prefix = "error while removing network: "
        cluster = self._engine.swarm.manager() if network.scope == "swarm" else None
        if cluster is not None:
            cluster.networks.check_unused(network)
        if network.config_only and any(one.config_from == network.name for one in self):
            raise Failure(403, f'{prefix}configuration network "{network.name}" is in use')
        # The tasks of services that are gone leave as they end.
        left = [one for one in network.endpoints.values() if cluster is None or not one.of_task]
        if left:
            if modern:
                listed = ", ".join(f'name:"{one.container.name}" id:"{one.id[:12]}"' for one in left)
                raise Failure(403, f"{prefix}network {network.name} has active endpoints ({listed})")
            raise Failure(403, f"{prefix}network {network.name} id {network.id} has active endpoints")
        if cluster is not None:
            cluster.networks.forget(network)
            return
        del self._networks[network.id]
        self._pools.give_back(network.subnets)
        self._engine.events.emit("network", "destroy", network.id, self._attributes(network), network.scope)

    def prune(self, wanted: list[Network]) -> list[str]:
        """Remove those of some networks that nothing uses; the names of those that are gone."""
        removed = []
        for network in wanted:
            if network.predefined or network.endpoints or network.scope == "swarm":
                continue
            if network.config_only and any(one.config_from == network.name for one in self):
                continue
            self._delete(network)
            removed.append(network.name)
        self._engine.events.emit("network", "prune", "", {"reclaimed": "0"})
        return removed

    @staticmethod
    def _attributes(network: Network) -> dict[str, str]:
        return {"name": network.name, "type": network.driver}

    def containers(self) -> list[Container]:
        """The containers that hang on any."""
        return list(self._containers.values())


def _default(value: Any, default: bool) -> bool:
    return default if value is None else bool(value)


def _asked(pool: dict[str, Any]) -> dict[str, Any]:
    """A pool as an engine tells it: without what is empty."""
    names = ("Subnet", "IPRange", "Gateway", "AuxiliaryAddresses")
    return {name: pool[name] for name in names if pool.get(name)}


def _check_auxiliary(subnet: Subnet, name: str, address: str, network: str) -> None:
    try:
        inside = address in subnet
    except ValueError:
        problem = f"non parsable secondary ip address ({name}:{address}) passed for network {network}"
        raise Failure(500, problem) from None
    if not inside:
        problem = f"auxiliary address: ({name}:{address}) must belong to the master pool: {subnet.network}"
        raise Failure(403, problem)


def _take_gateway(subnet: Subnet, pool: dict[str, Any], api: str, network: str) -> None:
    asked = pool.get("Gateway") or ""
    try:
        if asked and asked not in subnet:
            raise Failure(500, f"failed to allocate gateway ({asked}): Requested address is out of range")
        subnet.gateway = subnet.take(asked, single=at_least(api, "1.45"))
    except Exhausted:
        if not at_least(api, "1.45"):
            text = "failed to allocate gateway (): No available addresses on this pool"
            raise Failure(500, text) from None
    for name, address in (pool.get("AuxiliaryAddresses") or {}).items():
        if not at_least(api, "1.42"):
            _check_auxiliary(subnet, name, address, network)
        where = f"failed to allocate secondary ip address ({name}:{address})"
        try:
            if address not in subnet:
                raise Failure(500, "Requested address is out of range")
            subnet.take(address)
        except ValueError:
            raise Failure(500, f"{where}: invalid address {address}") from None
        except Failure as failure:
            raise Failure(500, f"{where}: {failure.message}") from None
