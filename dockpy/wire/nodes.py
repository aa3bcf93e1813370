"""Nodes: the engines of a swarm."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from dockpy.wire.base import Model, Name
from dockpy.wire.swarm import ObjectVersion, TLSInfo

__all__ = [
    "DiscreteGenericResource",
    "EngineDescription",
    "GenericResource",
    "ManagerStatus",
    "NamedGenericResource",
    "Node",
    "NodeDescription",
    "NodeSpec",
    "NodeStatus",
    "Platform",
    "PluginDescription",
    "ResourceObject",
]


# What a node offers, and a task asks for


class Platform(Model):
    """A kind of machine."""

    architecture: str | None = None  # as uname says it: x86_64, aarch64
    os: Annotated[str | None, Name("OS")] = None


class NamedGenericResource(Model):
    """A resource with a name of its own: this GPU."""

    kind: str | None = None
    value: str | None = None


class DiscreteGenericResource(Model):
    """So many of a kind: three SSDs."""

    kind: str | None = None
    value: int | None = None


class GenericResource(Model):
    """A resource that the node's owner declared: one of the two."""

    named_resource_spec: NamedGenericResource | None = None
    discrete_resource_spec: DiscreteGenericResource | None = None


class ResourceObject(Model):
    """Resources that a node has, or that are reserved on it."""

    nano_cpus: Annotated[int | None, Name("NanoCPUs")] = None  # 1e9 is one CPU
    memory_bytes: int | None = None
    generic_resources: list[GenericResource] = []


# A node


class PluginDescription(Model):
    """A plugin that the node's engine has, built in or installed."""

    type: str = ""  # Log | Network | Volume | …
    name: str = ""


class EngineDescription(Model):
    """The engine of a node."""

    engine_version: str = ""
    labels: dict[str, str] = {}
    plugins: list[PluginDescription] = []


class NodeDescription(Model):
    """What a node says of itself."""

    hostname: str = ""
    platform: Platform = Field(default_factory=Platform)
    resources: ResourceObject = Field(default_factory=ResourceObject)
    engine: EngineDescription = Field(default_factory=EngineDescription)
    tls_info: Annotated[TLSInfo, Name("TLSInfo")] = Field(default_factory=TLSInfo)


class NodeStatus(Model):
    """How the managers see a node."""

    state: str = ""  # unknown | down | ready | disconnected
    message: str | None = None
    addr: str = ""


class ManagerStatus(Model):
    """How the managers see one of theirs."""

    leader: bool = False
    reachability: str = ""  # unknown | unreachable | reachable
    addr: str = ""


class NodeSpec(Model):
    """What a node shall be: read, changed and sent back whole."""

    name: str | None = None
    labels: dict[str, str] = {}
    role: str | None = None  # worker | manager
    availability: str | None = None  # active | pause | drain


class Node(Model):
    """An engine of the swarm."""

    id: Annotated[str, Name("ID")] = ""
    version: ObjectVersion = Field(default_factory=ObjectVersion)
    created_at: str = ""
    updated_at: str = ""
    spec: NodeSpec = Field(default_factory=NodeSpec)
    description: NodeDescription = Field(default_factory=NodeDescription)
    status: NodeStatus = Field(default_factory=NodeStatus)
    manager_status: ManagerStatus | None = None  # of managers only
