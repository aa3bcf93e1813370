"""An engine's part in a swarm: none, or that of a manager or a worker."""

from __future__ import annotations

import re
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

from dockpy.fake.failure import Failure
from dockpy.fake.state import swarm_names
from dockpy.fake.state.swarm_addresses import advertised, listening
from dockpy.fake.state.swarm_agent import Agent
from dockpy.fake.state.swarm_cluster import Cluster
from dockpy.fake.state.swarm_meeting import announce, meet
from dockpy.fake.state.swarm_nodes import Node, check_availability
from dockpy.fake.state.swarm_store import rpc

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dockpy.fake.engine import Engine
    from dockpy.fake.state.network import Endpoint, Network

__all__ = ["NO_MANAGER", "Swarm"]

NO_MANAGER = (
    'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" '
    "to connect this node to swarm and try again."
)
_NOT_PART = "This node is not part of a swarm"
_ALREADY = (
    'This node is already part of a swarm. Use "docker swarm leave" to leave this swarm and join another one.'
)
_WORKER = (
    "This node is not a swarm manager. Worker nodes can't be used to view or modify cluster state. "
    "Please run this command on a manager node or promote the current node to a manager."
)
_NO_LEADER = (
    "The swarm does not have a leader. It's possible that too few managers are online. "
    "Make sure more than half of the managers are online."
)
_LEAVING = "You are attempting to leave the swarm on a node that is participating as a manager. "
_LAST_MANAGER = (
    "Removing the last manager erases all current state of the swarm. Use `--force` to ignore this message. "
)
_ONLY_WAY = (
    "The only way to restore a swarm that has lost consensus is to reinitialize it with "
    "`--force-new-cluster`. Use `--force` to suppress this message."
)
_LOCKED = (
    "Swarm is encrypted and needs to be unlocked before it can be used. "
    'Please use "docker swarm unlock" to unlock it.'
)
_LOCKED_LEAVE = (
    "Swarm is encrypted and locked. Please unlock it first or use `--force` to ignore this message."
)
_KEY = re.compile(r"SWMKEY-1-[A-Za-z0-9+/]{43}")


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

    @property
    def locked(self) -> bool:
        """Whether it is a manager that has to be unlocked."""
        return self._locked is not None

    def manager(self) -> Cluster:
        """The swarm that this engine manages.

        Raises:
            Failure: it manages none, or is locked, or too few of the managers reach each other.
        """
        if self._locked is not None:
            raise Failure(503, _LOCKED)
        if self.cluster is None or self.node is None:
            raise Failure(503, NO_MANAGER)
        if self.node.role != "manager":
            raise Failure(503, _WORKER)
        if not self.cluster.health.answers(self.node):
            raise rpc("Unknown", _NO_LEADER)
        return self.cluster

    # Joining and leaving

    def init(self, request: Mapping[str, Any]) -> str:
        """Begin a swarm, or go on with the one that it manages as its only manager.

        Args:
            request: ``SwarmInitRequest``.

        Returns:
            The node's id.

        Raises:
            Failure: it cannot be.
        """
        forced = bool(request.get("ForceNewCluster"))
        goes_on = forced and self.node is not None and self.node.role == "manager"
        if self._locked is not None or (self.cluster is not None and not goes_on):
            raise Failure(503, _ALREADY)
        if self.cluster is not None and self.node is not None:
            self.cluster.nodes.go_on_alone(self.node)
            return self.node.id
        engine = self._engine
        host, port = listening(request.get("ListenAddr") or "", engine.address)
        address = advertised(request.get("AdvertiseAddr") or "", host, engine.address)
        availability = _check(request)
        cluster = Cluster(
            engine,
            request.get("Spec") or {},
            pools=list(request.get("DefaultAddrPool") or ["10.0.0.0/8"]),
            subnet_size=request.get("SubnetSize") or 24,
            data_path_port=request.get("DataPathPort") or 4789,
        )
        self._enter(cluster, "manager", availability, address, port)
        engine.networks.make_ingress(cluster)
        assert self.node is not None
        return self.node.id

    def join(self, request: Mapping[str, Any]) -> None:
        """Join the swarm of another engine in this process.

        Args:
            request: ``SwarmJoinRequest``.

        Raises:
            Failure: there is none that could be reached, or it does not let this one in.
        """
        self._check_free()
        engine = self._engine
        host, port = listening(request.get("ListenAddr") or "", engine.address)
        remote = [str(one) for one in request.get("RemoteAddrs") or ()]
        if not remote:
            raise Failure(400, "at least 1 RemoteAddr is required to join")
        try:
            address = advertised(request.get("AdvertiseAddr") or "", host, engine.address)
        except Failure:  # those who are joined see where it comes from
            address = advertised("", host, engine.address)
        availability = request.get("Availability") or "active"
        check_availability(availability, 500)
        token = str(request.get("JoinToken") or "")
        cluster = meet(engine, remote, token)
        self._check_free()  # our lock was given back
        role = "manager" if token == cluster.manager_token else "worker"
        self._enter(cluster, role, availability, address, port)
        assert self.node is not None
        cluster.networks.share_with(self.node)

    def _check_free(self) -> None:
        if self.cluster is not None or self._locked is not None:
            raise Failure(503, _ALREADY)

    def _enter(self, cluster: Cluster, role: str, availability: str, address: str, port: int) -> None:
        self.cluster = cluster
        self.node = Node(
            id=cluster.new_id(),
            engine=self._engine,
            agent=Agent(self._engine),
            role=role,
            availability=availability,
            address=address,
            listen=f"[{address}]:{port}" if ":" in address else f"{address}:{port}",
        )
        cluster.nodes.add(self.node)
        announce(self._engine)

    def leave(self, *, force: bool) -> None:
        """Leave the swarm; with its last manager it is gone.

        Raises:
            Failure: 503, there is none, or it would be gone, or could do nothing any more.
        """
        cluster = self.cluster or self._locked
        if cluster is None or self.node is None:
            raise Failure(503, _NOT_PART)
        if not force:
            self._check_leaving(cluster, self.node)
        self.cluster = self._locked = None
        node, self.node = self.node, None
        node.agent.leave()
        self._engine.networks.drop_shared()
        cluster.health.look()

    def _check_leaving(self, cluster: Cluster, node: Node) -> None:
        if self._locked is not None:
            raise Failure(503, _LOCKED_LEAVE)
        if node.role != "manager":
            return
        if not cluster.health.answers(node):
            raise Failure(503, _LEAVING + _ONLY_WAY)
        managers, reachable = len(cluster.nodes.managers()), len(cluster.health.quorum())
        text = _LEAVING
        if reachable - 2 <= managers - reachable:
            if managers == 1:
                raise Failure(503, text + _LAST_MANAGER)
            text += (
                f"Removing this node leaves {reachable - 1} managers out of {managers}. "
                "Without a Raft quorum your swarm will be inaccessible. "
            )
        raise Failure(503, text + _ONLY_WAY)

    # The engine goes and comes

    def changed(self) -> None:
        """The engine is gone, or there again; or others do not reach it, or do again."""
        if (cluster := self.cluster or self._locked) is not None:
            cluster.health.look()

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
        self.cluster.health.look()

    def rebooted(self) -> None:
        """The engine was stopped and started again."""
        if self.cluster is not None and self.cluster.locks and self.node and self.node.role == "manager":
            self._locked, self.cluster = self.cluster, None
            self._locked.health.look()

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
        told = {
            "NodeID": node.id,
            "NodeAddr": node.address,
            "LocalNodeState": "active",
            "ControlAvailable": node.role == "manager",
            "Error": "",
            "RemoteManagers": managers,
        }
        if node.role != "manager":
            return told
        if not cluster.health.answers(node):
            return told | {"Error": rpc("Unknown", _NO_LEADER).message}
        return told | {
            "Nodes": len(cluster.nodes.objects),
            "Managers": len(managers),
            "Cluster": cluster.info(),
        }

    # What it has in common with the others

    def bring(self, name: str) -> None:
        """Have a network of the swarm, where there is such a one: a container here shall be on it."""
        if self.cluster is not None and self.node is not None and self.cluster.health.reaches(self.node):
            self.cluster.networks.bring(self._engine, name)

    def resolve(self, network: Network, name: str) -> list[str]:
        """See `swarm_names.resolve`."""
        return swarm_names.resolve(self._engine, network, name)

    def behind(self, network: Network, address: str) -> str:
        """See `swarm_names.behind`."""
        return swarm_names.behind(self._engine, network, address)

    def endpoints(self, network: Network) -> Iterator[Endpoint]:
        """See `swarm_names.endpoints`."""
        return swarm_names.endpoints(self._engine, network)


def _check(request: Mapping[str, Any]) -> str:
    """What a swarm that begins shall be; the availability of its first node.

    Raises:
        Failure: something of it cannot be.
    """
    if ((request.get("Spec") or {}).get("Name") or "default") != "default":
        raise Failure(400, 'swarm spec must be named "default"')
    availability = request.get("Availability") or "active"
    check_availability(availability, 500)
    port = request.get("DataPathPort") or 4789
    if not 1024 <= port <= 49151:
        raise Failure(500, f"Datapath port number is not in valid range (1024-49151) : {port}")
    for pool in request.get("DefaultAddrPool") or ():
        try:
            ip_network(pool if "/" in pool else "")
        except ValueError:
            problem = f"invalid base pool {pool}: invalid CIDR address: {pool}"
            raise Failure(500, problem) from None
    return str(availability)


def _inactive(state: str, error: str, address: str = "") -> dict[str, Any]:
    return {
        "NodeID": "",
        "NodeAddr": address,
        "LocalNodeState": state,
        "ControlAvailable": False,
        "Error": error,
        "RemoteManagers": None,
    }
