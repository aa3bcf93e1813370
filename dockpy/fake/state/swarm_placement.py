"""Which node a task is given to: of those that would do, the one that has the least of its service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockpy.fake.state.swarm_constraints import fits_constraints

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dockpy.fake.state.swarm_nodes import Node
    from dockpy.fake.state.swarm_task import Task

__all__ = ["choose_node"]

_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


_MANY_FAILURES = 5
"""With so many, a node is avoided."""


def choose_node(
    task: Task, nodes: Iterable[Node], running: Iterable[Task], failures: Mapping[str, int]
) -> Node | str:
    """The node for a task: of those that would do the one that has the fewest; or why none would.

    Args:
        task: it has no node yet.
        nodes: those that it may run on.
        running: the tasks that have a node and have not ended.
        failures: by the ids of nodes, how many tasks of the service have failed there of late.
    """
    placed = list(running)
    everywhere = list(nodes)
    reasons: dict[str, int] = {}
    fitting: list[Node] = []
    for node in everywhere:
        reason = _why_not(task, node, [one for one in placed if one.node_id == node.id])
        if reason:
            reasons[reason] = reasons.get(reason, 0) + 1
        else:
            fitting.append(node)
    if not fitting:
        return _told(reasons)
    counted = [one for one in placed if one.wanted]
    for preference in (task.spec.get("Placement") or {}).get("Preferences") or ():
        label = (preference.get("Spread") or {}).get("SpreadDescriptor") or ""
        everywhere, fitting = _spread(task, label, everywhere, fitting, counted)

    def burden(node: Node) -> tuple[int, tuple[int, int]]:
        avoided = max(failures.get(node.id, 0), _MANY_FAILURES - 1)
        return avoided, _load(task, node, counted)

    return min(fitting, key=burden)


def _told(reasons: Mapping[str, int]) -> str:
    """Why no node would do; what keeps most of them from it first."""
    told = []
    for text, number in sorted(reasons.items(), key=lambda reason: -reason[1]):
        count = "1 node" if number == 1 else f"{number} nodes"
        match text:
            case "drained":
                told.append(f"{count} not available for new tasks")
            case "max replicas per node limit exceed":
                told.append(text)
            case _:
                told.append(f"{text} on {count}")
    return f"no suitable node ({'; '.join(told)})" if told else "no suitable node"


def _load(task: Task, node: Node, counted: list[Task]) -> tuple[int, int]:
    mine = [one for one in counted if one.node_id == node.id]
    return sum(one.service_id == task.service_id for one in mine), len(mine)


def _spread(
    task: Task, descriptor: str, everywhere: list[Node], fitting: list[Node], counted: list[Task]
) -> tuple[list[Node], list[Node]]:
    """Of nodes with different values of a label, those of the value that has the fewest tasks.

    Returns:
        All of them, and those that would do.
    """
    kind, _, label = descriptor.partition(".labels.")
    if kind.lower() not in ("node", "engine") or not label:
        return everywhere, fitting

    def value(node: Node) -> str:
        labels = node.labels if kind.lower() == "node" else node.engine.labels
        return labels.get(label, "")

    def count(wanted: str) -> int:
        there = {node.id for node in everywhere if value(node) == wanted}
        return sum(one.service_id == task.service_id and one.node_id in there for one in counted)

    best = min(sorted({value(node) for node in fitting}), key=count)
    return [node for node in everywhere if value(node) == best], [
        node for node in fitting if value(node) == best
    ]


def _why_not(task: Task, node: Node, placed: list[Task]) -> str:
    """What a node lacks; empty where it would do."""
    placement: Mapping[str, Any] = task.spec.get("Placement") or {}
    if node.availability != "active" or node.state != "ready":
        return "drained"
    reserved = _reserved(task)
    have = node.resources()
    for name, asked in reserved.items():
        if asked > have.get(name, 0) - sum(_reserved(one).get(name, 0) for one in placed):
            return "insufficient resources"
    if not fits_constraints(node, placement.get("Constraints") or ()):
        return "scheduling constraints not satisfied"
    platforms = placement.get("Platforms") or ()
    if platforms and not any(_is_platform(one) for one in platforms):
        return "unsupported platform"
    most = placement.get("MaxReplicas") or 0
    if most and sum(one.service_id == task.service_id for one in placed) >= most:
        return "max replicas per node limit exceed"
    if any(port in one.host_ports() for port in task.host_ports() for one in placed):
        return "host-mode port already in use"
    return ""


def _reserved(task: Task) -> dict[str, int]:
    reservations = (task.spec.get("Resources") or {}).get("Reservations") or {}
    return {name: reservations[name] for name in ("NanoCPUs", "MemoryBytes") if reservations.get(name)}


def _is_platform(platform: Mapping[str, str]) -> bool:
    architecture = platform.get("Architecture") or ""
    return (platform.get("OS") or "linux") == "linux" and (
        _ARCHITECTURES.get(architecture, architecture) in ("", "amd64")
    )
