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
        self.objects[node.id] = node
        self._cluster.keep(node)
        self._emit(node, {"state.new": "ready", "state.old": "unknown"})

    def managers(self) -> list[Node]:
        """Those that are managers; the first leads."""
        return [node for node in self.objects.values() if node.role == "manager"]

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
        if role == "worker" and node.role == "manager" and len(self.managers()) == 1:
            raise rpc("FailedPrecondition", "attempting to demote the last manager of the swarm")
        told: dict[str, Any] = {}
        for name, old, new in (
            ("availability", node.availability, availability),
            ("role", node.role, role),
        ):
            if old != new:
                told |= {f"{name}.new": new, f"{name}.old": old}
        node.role, node.availability = role, availability
        node.labels, node.spec_name = dict(spec.get("Labels") or {}), spec.get("Name") or ""
        node.membership = "pending"
        self._cluster.touch(node)
        self._emit(node, told)
        self._cluster.changed()

    def remove(self, reference: str) -> None:
        """Forget a node.

        Raises:
            Failure: it is a manager, or there yet.
        """
        node = self.get(reference)
        if node.role == "manager":
            text = (
                f"node {node.id} is a cluster manager and is a member of the raft cluster. "
                "It must be demoted to worker before removal"
            )
            raise rpc("FailedPrecondition", text)
        del self.objects[node.id]
        self._cluster.emit("node", "remove", node.id, {"name": node.name})

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
                    "Plugins": [
                        {"Type": kind, "Name": name}
                        for kind in ("Log", "Network", "Volume")
                        for name in node.engine.system.plugins()[kind]
                    ],
                },
                "TLSInfo": tls_info(),
            },
            "Status": {"State": node.state, "Addr": node.address},
        }
        if node.role == "manager":
            leads = self.managers()[0] is node
            told["ManagerStatus"] = {
                **({"Leader": True} if leads else {}),
                "Reachability": "reachable",
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
