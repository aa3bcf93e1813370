"""The Engine API's operations, as data: one file a domain.

The client formats its requests from this table, the fake daemon routes by it.
`all_operations` lists every one of them.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockpy.ops import (
        configs,
        containers,
        distribution,
        exec,  # noqa: A004 - the Engine's word
        images,
        networks,
        nodes,
        plugins,
        secrets,
        services,
        session,
        swarm,
        system,
        tasks,
        volumes,
    )
    from dockpy.ops.operation import Operation

__all__ = [
    "DOMAINS",
    "all_operations",
    "configs",
    "containers",
    "distribution",
    "exec",
    "images",
    "networks",
    "nodes",
    "plugins",
    "secrets",
    "services",
    "session",
    "swarm",
    "system",
    "tasks",
    "volumes",
]

DOMAINS: tuple[str, ...] = (
    "configs",
    "containers",
    "distribution",
    "exec",
    "images",
    "networks",
    "nodes",
    "plugins",
    "secrets",
    "services",
    "session",
    "swarm",
    "system",
    "tasks",
    "volumes",
)


def __getattr__(name: str) -> object:
    if name in DOMAINS:
        return importlib.import_module(f"dockpy.ops.{name}")
    raise AttributeError(f"module 'dockpy.ops' has no attribute {name!r}")


def all_operations() -> Iterator[Operation[Any]]:
    """Every operation of the Engine API, domain by domain in the order of its file."""
    from dockpy.ops.operation import Operation

    for domain in DOMAINS:
        for value in vars(importlib.import_module(f"dockpy.ops.{domain}")).values():
            if isinstance(value, Operation):
                yield value
