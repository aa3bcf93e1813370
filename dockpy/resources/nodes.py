"""The nodes of a swarm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockpy.ops import nodes as ops
from dockpy.resources.base import Collection, require
from dockpy.resources.node import Node

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["NodeCollection"]


class NodeCollection(Collection):
    """The nodes of the daemon's swarm: ``client.nodes``."""

    def known(self, node_id: str) -> Node:
        """The node of an id, without asking the engine; what else is read of it is loaded then."""
        return Node(self.client, node_id)

    def get(self, node_id: str) -> Node:
        """The node of an id or a host's name; ``self`` is this daemon's.

        Raises:
            NotFound: there is none.
            ServerError: the daemon is no manager of a swarm.

        Operation: NodeInspect.
        """
        if node_id == "self":
            node_id = str((self.client.info().get("Swarm") or {}).get("NodeID") or node_id)
        attrs = self.client.api.call(ops.INSPECT, {"id": node_id})
        return Node(self.client, require(self.client, attrs, "ID", "node"), attrs=attrs)

    def list(self, *, filters: Mapping[str, Any] | None = None) -> list[Node]:
        """The nodes, in one request.

        Args:
            filters: ``id``, ``label``, ``membership``, ``name``, ``node.label``, ``role``.

        Operation: NodeList.
        """
        return [
            Node(self.client, require(self.client, entry, "ID", "node"), attrs=entry)
            for entry in self.client.api.call(ops.LIST, query={"filters": filters})
        ]

    def remove(self, node_id: str, *, force: bool = False) -> None:
        """Remove the node of a name or id; see `Node.remove`."""
        Node(self.client, node_id).remove(force=force)
