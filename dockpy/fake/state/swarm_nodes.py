"""The nodes of a swarm."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dockpy.fake.failure import Failure
from dockpy.fake.releases import release
from dockpy.fake.state.image_filters import has_labels
from dockpy.fake.state.swarm_ca import tls_info
from dockpy.fake.state.swarm_store import Kept, by_prefix, check_filters, find, listed, rpc

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockpy.fake.engine import Engine
    from dockpy.fake.state.swarm_agent import Agent
    from dockpy.fake.state.swarm_cluster import Cluster

__all__ = ["Node", "Nodes", "check_availability"]

_ROLES = ("worker", "manager")
_AVAILABILITIES = ("active", "pause", "drain")
_MEMBERSHIPS = ("accepted", "pending")
_FILTERS = frozenset({"name", "id", "label", "node.label", "role", "membership"})


@dataclass(slots=True, kw_only=True)
class Node(Kept):
    """An engine of a swarm.

    Attributes:
        engine: whose.
        agent: runs the tasks that it is given.
        labels: those that the swarm gave it.
        spec_name: the name that the swarm gave it; it is found by its host's name.
        address: where others reach it.
        listen: where its manager listens, with the port.
        message: what is told of its state.
        left_out: it was a manager until another one went on alone.
        membership: as filters find it; an update, which does not name it, leaves it pending.
    """

    engine: Engine
    agent: Agent
    role: str = "manager"
    availability: str = "active"
    labels: dict[str, str] = field(default_factory=dict)
    spec_name: str = ""
    address: str = ""
    listen: str = ""
    state: str = "ready"
    message: str = ""
    left_out: bool = False
    membership: str = "accepted"

    @property
    def name(self) -> str:
        """The name that it is found by."""
        return self.engine.name

    def spec(self) -> dict[str, Any]:
        """``NodeSpec``."""
        named = {"Name": self.spec_name} if self.spec_name else {}
        return {**named, "Labels": self.labels, "Role": self.role, "Availability": self.availability}

    def resources(self) -> dict[str, int]:
        """What it has."""
        return self.engine.system.resources()


class Nodes:
    """The nodes of a swarm.

    Args:
        cluster: the swarm.
    """

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self.objects: dict[str, Node] = {}

    def get(self, reference: str) -> Node:
        """See `find`."""
        return find("node", self.objects, reference)

    def add(self, node: Node) -> None:
        """Take an engine in."""
        for action in ("create", "update", "update", "update") if self.objects else ():
            self._cluster.emit("node", action, node.id, {"name": ""})  # nobody knows yet what it is called
        self.objects[node.id] = node
        self._cluster.keep(node)
        if len(self.objects) == 1:
            self._cluster.health.begin(node)
        self._emit(node, {"state.new": "ready", "state.old": "unknown"})

    def report(self, node: Node, state: str, message: str) -> None:
        """A node is down, or there again."""
        told = {"state.new": state, "state.old": node.state}
        node.state, node.message = state, message
        self._cluster.touch(node)
        self._emit(node, told)

    def go_on_alone(self, manager: Node) -> None:
        """One manager is to be the only one, whatever becomes of the others."""
        for node in self.managers():
            node.left_out = node is not manager
        self._cluster.health.look()

    def managers(self) -> list[Node]:
        """Those that are managers."""
        return [node for node in self.objects.values() if node.role == "manager" and not node.left_out]

    def update(self, reference: str, version: int, spec: Mapping[str, Any]) -> None:
        """Change what a node shall be.

        Raises:
            Failure: it cannot be, or it has changed already.
        """
        role, availability = spec.get("Role") or "", spec.get("Availability") or ""
        if role not in _ROLES:
            raise Failure(400, f'invalid Role: "{role}"')
        check_availability(availability, 400)
        node = self.get(reference)
        node.check_version(version)
        if role == "worker" and node in self.managers():
            self._check_demotion(node)
        told: dict[str, Any] = {}
        for name, old, new in (
            ("availability", node.availability, availability),
            ("role", node.role, role),
        ):
            if old != new:
                told |= {f"{name}.new": new, f"{name}.old": old}
        node.role, node.availability = role, availability
        node.left_out = node.left_out and role == "manager"
        node.labels, node.spec_name = dict(spec.get("Labels") or {}), spec.get("Name") or ""
        node.membership = "pending"
        self._cluster.touch(node)
        if "role.new" in told:
            self._emit(node, {})
        self._emit(node, told)
        if "role.new" in told:
            for _ in range(2):  # its certificate, and what it tells of itself
                self._emit(node, {})
            self._cluster.networks.share_with(node)
            self._cluster.health.look()
        self._cluster.changed()

    def _check_demotion(self, node: Node) -> None:
        left = len(self.managers()) - 1
        if not left:
            raise rpc("FailedPrecondition", "attempting to demote the last manager of the swarm")
        if 2 * sum(one is not node for one in self._cluster.health.quorum()) <= left:
            text = "can't remove member from the raft: this would result in a loss of quorum"
            raise rpc("FailedPrecondition", text)

    def remove(self, reference: str, *, force: bool) -> None:
        """Forget a node; what becomes of its tasks is not known any more.

        Args:
            reference: which.
            force: though it is there.

        Raises:
            Failure: it is a manager, or there yet.
        """
        node = self.get(reference)
        if node in self.managers():
            text = (
                f"node {node.id} is a cluster manager and is a member of the raft cluster. "
                "It must be demoted to worker before removal"
            )
            raise rpc("FailedPrecondition", text)
        if not force and node.state == "ready":
            raise rpc("FailedPrecondition", f"node {node.id} is not down and can't be removed")
        del self.objects[node.id]
        for task in list(self._cluster.tasks.objects.values()):
            if task.node_id == node.id and not task.over:
                message = "Task belonged to a node that has been deleted"
                self._cluster.tasks.set(task, state="orphaned", message=message)
        self._cluster.emit("node", "remove", node.id, {"name": node.name})
        self._cluster.changed()

    def _emit(self, node: Node, attributes: Mapping[str, str]) -> None:
        self._cluster.emit("node", "update", node.id, {"name": node.name, **attributes})

    def select(self, filters: Mapping[str, list[str]], api: str) -> list[Node]:
        """Those that a list tells of.

        Raises:
            Failure: a filter cannot be.
        """
        check_filters(filters, _FILTERS, api)
        for name, known in (("role", _ROLES), ("membership", _MEMBERSHIPS)):
            for value in filters.get(name, ()):
                if value not in known:
                    raise Failure(500, f"Invalid {name} filter: '{value}'")
        roles, memberships = filters.get("role", ()), filters.get("membership", ())
        return [
            node
            for node in listed(self.objects.values())
            if by_prefix(node.name, filters.get("name", ()))
            and by_prefix(node.id, filters.get("id", ()))
            and has_labels({}, filters.get("label", ()))
            and has_labels(node.labels, filters.get("node.label", ()))
            and (not roles or node.role in roles)
            and (not memberships or node.membership in memberships)
        ]

    def as_json(self, node: Node) -> dict[str, Any]:
        """What is told of one."""
        told = node.meta() | {
            "Spec": node.spec(),
            "Description": {
                "Hostname": node.name,
                "Platform": {"Architecture": "x86_64", "OS": "linux"},
                "Resources": node.resources(),
                "Engine": {
                    "EngineVersion": release(node.engine.api),
                    **({"Labels": node.engine.labels} if node.engine.labels else {}),
                    "Plugins": [
                        {"Type": kind, "Name": name}
                        for kind in ("Log", "Network", "Volume")
                        for name in node.engine.system.plugins()[kind]
                    ],
                },
                "TLSInfo": tls_info(),
            },
            "Status": {
                "State": node.state,
                **({"Message": node.message} if node.message else {}),
                "Addr": node.address,
            },
        }
        if node in self.managers():
            health = self._cluster.health
            told["ManagerStatus"] = {
                **({"Leader": True} if health.leader is node else {}),
                "Reachability": "reachable" if health.answers(node) else "unreachable",
                "Addr": node.listen,
            }
        return told


def check_availability(text: str, status: int) -> None:
    """
    Raises:
        Failure: there is no such availability.
    """
    if text not in _AVAILABILITIES:
        raise Failure(status, f'invalid Availability: "{text}"')
