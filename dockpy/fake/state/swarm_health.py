"""Who of a swarm is there: which managers reach each other, who leads, which nodes are missed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockpy.fake.kernel.scheduler import Timer
    from dockpy.fake.state.swarm_cluster import Cluster
    from dockpy.fake.state.swarm_nodes import Node

__all__ = ["Health"]

_MISSED_BEATS = 3
"""After so many periods without a sign of it a node is down; a new leader has twice the patience."""
_UNKNOWN = 'Node moved to "unknown" state due to leadership change in cluster'


class Health:
    """Knows who of a swarm is there.

    Args:
        cluster: the swarm.
    """

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._leader: Node | None = None
        self._looked: Node | None = None
        """Who led when somebody looked last."""
        self._missed: dict[str, Timer] = {}
        """By the ids of nodes that give no sign, what takes them for down when they have not for too long."""

    def begin(self, leader: Node) -> None:
        """The swarm begins with one manager."""
        self._leader = self._looked = leader

    def quorum(self) -> list[Node]:
        """The managers that can do something: those that reach each other, if they are more than half."""
        managers = self._cluster.nodes.managers()
        there = [node for node in managers if _is_up(node)]
        linked = [node for node in there if not node.engine.cut_off]
        if 2 * len(linked) > len(managers):
            return linked
        return there if len(managers) == 1 else []

    @property
    def leader(self) -> Node | None:
        """The manager that leads: the same as long as it can."""
        able = self.quorum()
        if self._leader not in able:
            self._leader = able[0] if able else None
        return self._leader

    def answers(self, manager: Node) -> bool:
        """Whether a manager reaches enough of the others to answer."""
        return manager in self.quorum()

    def reaches(self, node: Node) -> bool:
        """Whether the swarm's leader reaches a node."""
        leader = self.leader
        if leader is None or not _is_up(node):
            return False
        return node is leader or not (node.engine.cut_off or leader.engine.cut_off)

    def look(self) -> None:
        """Something may have changed: see who is there."""
        cluster = self._cluster
        for id in [id for id in self._missed if id not in cluster.nodes.objects]:
            self._missed.pop(id).cancel()
        leader = self.leader
        if leader is not self._looked:
            self._lose_track()
        self._looked = leader
        if leader is None:
            return
        for node in cluster.nodes.objects.values():
            if self.reaches(node):
                self._welcome(node)
            elif node.state != "down" and node.id not in self._missed:
                patience = _MISSED_BEATS * int(cluster.spec["Dispatcher"]["HeartbeatPeriod"])
                patience *= 2 if node.state == "unknown" else 1
                self._missed[node.id] = cluster.engine.scheduler.after(patience, self._giving_up(node))
        cluster.changed()

    def _lose_track(self) -> None:
        """Another one leads, or nobody: who leads next does not know yet who is there."""
        for timer in self._missed.values():
            timer.cancel()
        self._missed.clear()
        for node in self._cluster.nodes.objects.values():
            if self._leader is not None and node.state == "ready":
                self._cluster.nodes.report(node, "unknown", _UNKNOWN)

    def _welcome(self, node: Node) -> None:
        if (timer := self._missed.pop(node.id, None)) is not None:
            timer.cancel()
        if node.state != "ready":
            self._cluster.nodes.report(node, "ready", "")
        node.agent.drop_orphans(self._cluster)

    def _giving_up(self, node: Node) -> Callable[[], None]:
        def give_up() -> None:
            if self._missed.pop(node.id, None) is not None:
                why = ' for node in "unknown" state' if node.state == "unknown" else ""
                self._cluster.nodes.report(node, "down", f"heartbeat failure{why}")
                self._cluster.changed()
                self._cluster.engine.notify()

        return give_up


def _is_up(node: Node) -> bool:
    """Whether its engine runs, and is of the swarm yet, and can say so."""
    engine = node.engine
    swarm = engine.swarm
    return not engine.closed and not engine.down and swarm.node is node and not swarm.locked
