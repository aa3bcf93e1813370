"""docker-py 7.2.0 by name: ``import dockpy.compat as docker`` runs a program that was written for it.

Modules stand at docker-py's paths (``dockpy.compat.errors``, ``dockpy.compat.types.services``), with its
names, keywords, defaults and results, also where dockpy's own API has better ones: docs/compat.md has both,
name by name.
"""

from __future__ import annotations

from dockpy.compat.api import APIClient
from dockpy.compat.client import DockerClient, from_context, from_env
from dockpy.compat.context import Context, ContextAPI
from dockpy.compat.tls import TLSConfig
from dockpy.compat.version import __version__

__all__ = [
    "APIClient",
    "Context",
    "ContextAPI",
    "DockerClient",
    "TLSConfig",
    "__title__",
    "__version__",
    "from_context",
    "from_env",
]

__title__ = "docker"
