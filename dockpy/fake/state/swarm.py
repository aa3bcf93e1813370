"""An engine's part in a swarm: none, or that of its manager."""

from __future__ import annotations

import re
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Any

from dockpy.fake.failure import Failure
from dockpy.fake.state.swarm_agent import Agent
from dockpy.fake.state.swarm_cluster import Cluster
from dockpy.fake.state.swarm_nodes import Node, check_availability
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockpy.fake.engine import Engine
    from dockpy.fake.state.network import Network

__all__ = ["NO_MANAGER", "Swarm"]

NO_MANAGER = (
    'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" '
    "to connect this node to swarm and try again."
)
_NOT_PART = "This node is not part of a swarm"
_ALREADY = (
    'This node is already part of a swarm. Use "docker swarm leave" to leave this swarm and join another one.'
)
_LAST_MANAGER = (
    "You are attempting to leave the swarm on a node that is participating as a manager. "
    "Removing the last manager erases all current state of the swarm. Use `--force` to ignore this message. "
)
_LOCKED = (
    "Swarm is encrypted and needs to be unlocked before it can be used. "
    'Please use "docker swarm unlock" to unlock it.'
)
_LOCKED_LEAVE = (
    "Swarm is encrypted and locked. Please unlock it first or use `--force` to ignore this message."
)
_KEY = re.compile(r"SWMKEY-1-[A-Za-z0-9+/]{43}")
_TOKEN = re.compile(r"SWMTKN-[12](-[01])?-[0-9a-z]{50}-[0-9a-z]{25}")
_INTERFACES = {"lo": "127.0.0.1", "eth0": "192.168.65.3", "docker0": "172.17.0.1"}
_ADDRESS = "192.168.65.3"
"""The fake host's own."""
_PORT = 2377


class Swarm:
    """An engine's part in a swarm.

    Args:
        engine: the daemon's state.

    Attributes:
        cluster: the swarm; None where there is none, or it is locked.
        node: the engine as its node.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.cluster: Cluster | None = None
        self.node: Node | None = None
        self._locked: Cluster | None = None

    def manager(self) -> Cluster:
        """The swarm that this engine manages.

        Raises:
            Failure: 503, it manages none, or is locked.
        """
        if self._locked is not None:
            raise Failure(503, _LOCKED)
        if self.cluster is None:
            raise Failure(503, NO_MANAGER)
        return self.cluster

    # Joining and leaving

    def init(self, request: Mapping[str, Any]) -> str:
        """Begin a swarm.

        Args:
            request: ``SwarmInitRequest``.

        Returns:
            The node's id.

        Raises:
            Failure: it cannot be.
        """
        if self.cluster is not None or self._locked is not None:
            raise Failure(503, _ALREADY)
        engine = self._engine
        host, port = _listen(request.get("ListenAddr") or "")
        advertised = _advertised(request.get("AdvertiseAddr") or "", host)
        pools = request.get("DefaultAddrPool") or ["10.0.0.0/8"]
        data_path_port = request.get("DataPathPort") or 4789
        spec = request.get("Spec") or {}
        if (spec.get("Name") or "default") != "default":
            raise Failure(400, 'swarm spec must be named "default"')
        availability = request.get("Availability") or "active"
        check_availability(availability, 500)
        if not 1024 <= data_path_port <= 49151:
            text = f"Datapath port number is not in valid range (1024-49151) : {data_path_port}"
            raise Failure(500, text)
        for pool in pools:
            try:
                ip_network(pool if "/" in pool else "")
            except ValueError:
                problem = f"invalid base pool {pool}: invalid CIDR address: {pool}"
                raise Failure(500, problem) from None
        cluster = Cluster(
            engine,
            spec,
            pools=list(pools),
            subnet_size=request.get("SubnetSize") or 24,
            data_path_port=data_path_port,
        )
        self.node = Node(
            id=cluster.new_id(),
            engine=engine,
            agent=Agent(engine),
            availability=availability,
            address=advertised,
            listen=f"{advertised}:{port}",
        )
        self.cluster = cluster
        cluster.nodes.add(self.node)
        engine.networks.make_ingress(cluster)
        return self.node.id

    def join(self, request: Mapping[str, Any]) -> None:
        """Join a swarm. There is none that could be reached.

        Args:
            request: ``SwarmJoinRequest``.

        Raises:
            Failure: always.
        """
        if self.cluster is not None or self._locked is not None:
            raise Failure(503, _ALREADY)
        _listen(request.get("ListenAddr") or "")
        managers = request.get("RemoteAddrs") or []
        if not managers:
            raise Failure(400, "at least 1 RemoteAddr is required to join")
        if not _TOKEN.fullmatch(request.get("JoinToken") or ""):
            raise Failure(500, "invalid join token")
        host, _, port = str(managers[0]).rpartition(":")
        there = f"{host or managers[0]}:{port if host else _PORT}"
        colon = ":" if at_least(self._engine.api, "1.42") else ""
        dialled = f"transport: Error while dialing{colon} dial tcp {there}: connect: connection refused"
        text = f'rpc error: code = Unavailable desc = connection error: desc = "{dialled}"'
        raise Failure(503, text)

    def leave(self, *, force: bool) -> None:
        """Leave the swarm; with its last manager it is gone.

        Raises:
            Failure: 503, there is none, or it would be gone.
        """
        if self.cluster is None and self._locked is None:
            raise Failure(503, _NOT_PART)
        if not force:
            raise Failure(503, _LOCKED_LEAVE if self._locked is not None else _LAST_MANAGER)
        cluster = self.cluster or self._locked
        assert cluster is not None
        assert self.node is not None
        cluster.dissolved = True
        self.cluster = self._locked = None
        self.node.agent.leave()
        self.node = None
        self._engine.networks.drop_shared()

    # Locks

    def unlock(self, key: str) -> None:
        """Unlock a manager that was started again.

        Raises:
            Failure: it is not locked, or the key is another one.
        """
        if self._locked is None:
            self.manager()
            raise Failure(409, "swarm is not locked")
        if not _KEY.fullmatch(key):
            raise Failure(400, "invalid key string")
        if key != self._locked.unlock_key:
            raise Failure(401, "swarm could not be unlocked: invalid key provided")
        self.cluster, self._locked = self._locked, None
        self.cluster.suspended = False
        self.cluster.changed()

    def rebooted(self) -> None:
        """The engine was stopped and started again."""
        if self.cluster is not None and self.cluster.locks:
            self._locked, self.cluster = self.cluster, None
            self._locked.suspended = True

    # What is told

    def info(self) -> dict[str, Any]:
        """``Swarm`` of what an engine tells of itself."""
        if self._locked is not None:
            return _inactive("locked", _LOCKED, self.node.address if self.node is not None else "")
        cluster, node = self.cluster, self.node
        if cluster is None or node is None:
            return _inactive("inactive", "")
        managers = [
            {"NodeID": one.id, "Addr": one.listen}
            for one in sorted(cluster.nodes.managers(), key=lambda one: one.id)
        ]
        return {
            "NodeID": node.id,
            "NodeAddr": node.address,
            "LocalNodeState": "active",
            "ControlAvailable": node.role == "manager",
            "Error": "",
            "RemoteManagers": managers,
            "Nodes": len(cluster.nodes.objects),
            "Managers": len(managers),
            "Cluster": cluster.info(),
        }

    # Names on its networks

    def resolve(self, network: Network, name: str) -> list[str]:
        """The addresses that a service's name has on one of the swarm's networks: its own, or its tasks'."""
        cluster = self.cluster
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
            return self._addresses(network, service.id)
        return []

    def _addresses(self, network: Network, service_id: str) -> list[str]:
        """Those of a service's tasks that run."""
        return [
            address
            for endpoint in network.endpoints.values()
            if endpoint.container.labels.get("com.docker.swarm.service.id") == service_id
            for address in endpoint.addresses
        ]

    def behind(self, network: Network, address: str) -> str:
        """The address of one of the tasks behind a service's; empty for none."""
        cluster = self.cluster
        for service in cluster.services.objects.values() if cluster is not None else ():
            for one in service.addresses:
                if one["NetworkID"] == network.id and one.get("Addr", "").partition("/")[0] == address:
                    found = self._addresses(network, service.id)
                    return self._engine.random.choice(found) if found else ""
        return ""


def _inactive(state: str, error: str, address: str = "") -> dict[str, Any]:
    return {
        "NodeID": "",
        "NodeAddr": address,
        "LocalNodeState": state,
        "ControlAvailable": False,
        "Error": error,
        "RemoteManagers": None,
    }


def _listen(text: str) -> tuple[str, int]:
    """An address and a port to listen at.

    Raises:
        Failure: 400, it is none.
    """
    if not text:
        raise Failure(400, 'invalid ListenAddr "": invalid empty address')
    problem = "listen address must be an IP address or network interface (with optional port number)"
    host, port = _split(text)
    if host not in _INTERFACES and not _is_address(host):
        raise Failure(400, problem)
    return _INTERFACES.get(host, host), port or _PORT


def _advertised(text: str, listening: str) -> str:
    problem = (
        "advertise address must be a non-zero IP address or network interface (with optional port number)"
    )
    if not text:
        return listening if not ip_address(listening).is_unspecified else _ADDRESS
    host, _ = _split(text)
    if host in _INTERFACES:
        return _INTERFACES[host]
    if not _is_address(host) or ip_address(host).is_unspecified:
        raise Failure(400, problem)
    return host


def _split(text: str) -> tuple[str, int]:
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        port = rest.removeprefix(":")
    else:
        host, colon, port = text.rpartition(":")
        if not colon or ":" in host:
            host, port = text, ""
    return host, int(port) if port.isdecimal() else 0


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
