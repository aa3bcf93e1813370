"""Nodes of a swarm."""

from __future__ import annotations

from typing import Any

from dockpy.compat.models.resource import Collection, Model

__all__ = ["Node", "NodeCollection"]


class Node(Model):
    """A node of the swarm."""

    id_attribute = "ID"

    @property
    def version(self) -> int:
        """The version of what is known of it; `update` takes none but the newest."""
        return int(self.attrs["Version"]["Index"])

    def update(self, node_spec: dict[str, Any]) -> bool:
        """Set its role, availability, name and labels; what is not given is taken away."""
        return self.client.api.update_node(self.id, self.version, node_spec)

    def remove(self, force: bool = False) -> bool:
        """Remove it from the swarm; one that is up, with ``force`` only."""
        return self.client.api.remove_node(self.id, force=force)


class NodeCollection(Collection[Node]):
    """The nodes of a swarm."""

    model = Node

    def get(self, node_id: str) -> Node:
        """The node of an ID or a name."""
        return self.prepare_model(self.client.api.inspect_node(node_id))

    def list(self, *args: Any, **kwargs: Any) -> list[Node]:
        """The nodes, those that ``filters`` leaves."""
        return [self.prepare_model(attrs) for attrs in self.client.api.nodes(*args, **kwargs)]
