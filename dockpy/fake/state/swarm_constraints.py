"""Constraints: which nodes a service's tasks may run on."""

from __future__ import annotations

import re
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

from dockpy.fake.state.swarm_store import rpc

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dockpy.fake.state.swarm_nodes import Node

__all__ = ["fits_constraints", "parse_constraint"]

_KEY = re.compile(r"(?i)[a-z_][a-z0-9\-_.]+")
_VALUE = re.compile(r"(?i)[a-z0-9:\-_\s.*()?+\[\]\\^$|/]+")


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
        labels = node.labels if lowered.startswith("node.") else node.engine.labels
        label = key.split(".", 2)[2]
        return (label in labels and labels[label].lower() == value.lower()) is wanted
    known = {
        "node.id": node.id,
        "node.hostname": node.name,
        "node.role": node.role,
        "node.platform.os": "linux",
        "node.platform.arch": "x86_64",
    }
    if lowered == "node.ip":
        return _is_at(node.address, value) is wanted
    if lowered not in known:
        return False
    return (known[lowered].lower() == value.lower()) is wanted


def _is_at(address: str, value: str) -> bool:
    """Whether an address is this one, or in this subnet."""
    try:
        return ip_address(address) in ip_network(value, strict=False)
    except ValueError:
        return False
