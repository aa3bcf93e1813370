"""The operations: each translates between the Engine API's payloads and the state. One file a domain."""

from __future__ import annotations

import importlib

__all__ = ["DOMAINS", "load"]

DOMAINS = (
    "build",
    "containers",
    "container_files",
    "container_streams",
    "distribution",
    "exec",
    "images",
    "image_transfers",
    "networks",
    "nodes",
    "plugins",
    "services",
    "stored",
    "swarm",
    "system",
    "tasks",
    "volumes",
)


def load() -> None:
    """Have every handler declared."""
    for domain in DOMAINS:
        importlib.import_module(f"dockpy.fake.handlers.{domain}")
