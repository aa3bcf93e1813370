"""Which nodes would do for a task: constraints, resources, platforms."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dockpy.fake.state.swarm_store import rpc

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dockpy.fake.state.swarm_nodes import Node
    from dockpy.fake.state.swarm_task import Task

__all__ = ["choose_node", "fits_constraints", "parse_constraint"]

_KEY = re.compile(r"(?i)[a-z_][a-z0-9\-_.]+")
_VALUE = re.compile(r"(?i)[a-z0-9:\-_\s.*()?+\[\]\\^$|/]+")
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


def parse_constraint(text: str) -> tuple[str, bool, str]:
    """``node.role==manager`` → its key, whether it shall be so, its value.

    Raises:
        Failure: it is none.
    """
    for operator in ("==", "!="):
        key, found, value = text.partition(operator)
        key, value = key.strip(), value.strip()
        if not found:
            continue
        if not _KEY.fullmatch(key):
            raise rpc("Unknown", f"key '{key}' is invalid")
        if not _VALUE.fullmatch(value):
            raise rpc("Unknown", f"value '{value}' is invalid")
        return key, operator == "==", value
    raise rpc("Unknown", "constraint expected one operator from ==, !=")


def fits_constraints(node: Node, constraints: Iterable[str]) -> bool:
    """Whether a node is as all of them say."""
    return all(_is(node, *parse_constraint(text)) for text in constraints)


def _is(node: Node, key: str, wanted: bool, value: str) -> bool:
    lowered = key.lower()
    if lowered.startswith(("node.labels.", "engine.labels.")):
        labels = node.labels if lowered.startswith("node.") else {}
        label = key.split(".", 2)[2]
        return (label in labels and labels[label].lower() == value.lower()) is wanted
    known = {
        "node.id": node.id,
        "node.hostname": node.name,
        "node.ip": node.address,
        "node.role": node.role,
        "node.platform.os": "linux",
        "node.platform.arch": "x86_64",
    }
    if lowered not in known:
        return False
    return (known[lowered].lower() == value.lower()) is wanted


def choose_node(task: Task, nodes: Iterable[Node], running: Iterable[Task]) -> Node | str:
    """The node for a task: of those that would do the one that has the fewest; or why none would.

    Args:
        task: it has no node yet.
        nodes: all of the swarm's.
        running: the tasks that have a node and have not ended.
    """
    placed = list(running)
    reasons: dict[str, int] = {}
    fitting: list[Node] = []
    for node in nodes:
        reason = _why_not(task, node, [one for one in placed if one.node_id == node.id])
        if reason:
            reasons[reason] = reasons.get(reason, 0) + 1
        else:
            fitting.append(node)
    if fitting:
        return min(fitting, key=lambda node: _load(task, node, placed))
    listed = "; ".join(
        f"{_count(number)} not available for new tasks"
        if text == "drained"
        else f"{text} on {_count(number)}"
        for text, number in reasons.items()
    )
    return f"no suitable node ({listed})" if reasons else "no suitable node"


def _count(number: int) -> str:
    return "1 node" if number == 1 else f"{number} nodes"


def _load(task: Task, node: Node, placed: list[Task]) -> tuple[int, int, str]:
    mine = [one for one in placed if one.node_id == node.id]
    return sum(one.service_id == task.service_id for one in mine), len(mine), node.id


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
    if any(
        _taken(port, one) for port in task.host_ports() for one in placed if one.slot_key != task.slot_key
    ):
        return "host-mode port already in use"
    return ""


def _taken(port: tuple[int, str], other: Task) -> bool:
    return port in other.host_ports()


def _reserved(task: Task) -> dict[str, int]:
    reservations = (task.spec.get("Resources") or {}).get("Reservations") or {}
    return {name: reservations[name] for name in ("NanoCPUs", "MemoryBytes") if reservations.get(name)}


def _is_platform(platform: Mapping[str, str]) -> bool:
    architecture = platform.get("Architecture") or ""
    return (platform.get("OS") or "linux") == "linux" and (
        _ARCHITECTURES.get(architecture, architecture) in ("", "amd64")
    )
