"""A registry in this process: what fake daemons pull from and push to, and real ones where it is served."""

from __future__ import annotations

from dockpy.fake.registry.auth import Access
from dockpy.fake.registry.client import RegistrySession
from dockpy.fake.registry.credentials import Credentials
from dockpy.fake.registry.faults import RateLimit, RegistryFault
from dockpy.fake.registry.hostile import endless_tags, huge, saying
from dockpy.fake.registry.messages import RegistryAnswer, RegistryError, RegistryRequest
from dockpy.fake.registry.refusal import Refusal
from dockpy.fake.registry.registries import Registries
from dockpy.fake.registry.registry import FakeRegistry, SeenRequest
from dockpy.fake.registry.serve import ServedRegistry, serve
from dockpy.fake.registry.store import Manifest, Repository, Store

__all__ = [
    "Access",
    "Credentials",
    "FakeRegistry",
    "Manifest",
    "RateLimit",
    "Refusal",
    "Registries",
    "RegistryAnswer",
    "RegistryError",
    "RegistryFault",
    "RegistryRequest",
    "RegistrySession",
    "Repository",
    "SeenRequest",
    "ServedRegistry",
    "Store",
    "endless_tags",
    "huge",
    "saying",
    "serve",
]
