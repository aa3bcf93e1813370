"""The Docker Engine from Python: every object typed, every daemon from one program.

    import dockpy

    client = dockpy.from_env()
    print(client.containers.run("busybox", ["echo", "hi"]))

Names are loaded when they are first used: ``import dockpy`` costs next to nothing.

(PYTEST_DONT_REWRITE: pytest, which knows the plugin, is not to mind that dockpy was imported before it.)
"""

from __future__ import annotations

import importlib

from dockpy._version import __version__

TYPE_CHECKING = False  # type checkers take it for True; importing typing would cost more than all the rest
if TYPE_CHECKING:
    from dockpy import errors, ops
    from dockpy.client import Client, from_env
    from dockpy.config.credentials import Credentials
    from dockpy.config.tls import TLS
    from dockpy.errors import (
        APIError,
        ApiError,
        ArchiveError,
        BadParameter,
        BuildError,
        ConfigError,
        Conflict,
        ConnectionFailed,
        ContainerError,
        ContextNotFound,
        DigestMismatch,
        DockerException,
        DockpyError,
        ExecTimedOut,
        FleetError,
        Forbidden,
        ImageLoadError,
        ImageNotFound,
        InvalidArgument,
        InvalidEndpoint,
        InvalidReference,
        InvalidResponse,
        NotFound,
        NotReady,
        PullError,
        PushError,
        RateLimited,
        ResponseTooLarge,
        ServerError,
        StreamError,
        TimedOut,
        TransferError,
        TruncatedResponse,
        Unauthorized,
        UntrustedLocation,
        VersionMismatch,
    )
    from dockpy.fake.daemon import FakeDaemon
    from dockpy.fake.kernel.clock import ManualClock
    from dockpy.fake.registry.registry import FakeRegistry
    from dockpy.fleet.fleet import Fleet
    from dockpy.fleet.items import FleetBack, FleetItem, FleetLost, LogLine
    from dockpy.fleet.placement import Placement
    from dockpy.fleet.results import FleetList, FleetResults, Outcome
    from dockpy.fleet.stream import FleetStream
    from dockpy.options.build import BuildOptions
    from dockpy.options.containers import CreateOptions
    from dockpy.options.endpoints import EndpointOptions
    from dockpy.options.exec import ExecOptions
    from dockpy.options.health import Healthcheck
    from dockpy.options.mounts import MountOptions
    from dockpy.options.services import ServiceOptions
    from dockpy.options.swarm import SwarmOptions
    from dockpy.options.updates import UpdateOptions
    from dockpy.reference import ImageReference
    from dockpy.registry.archive.image_archive import ImageArchive
    from dockpy.registry.blobs import BlobStream
    from dockpy.registry.image import Layer, RegistryImage
    from dockpy.registry.limits import RateLimit
    from dockpy.registry.manifest import Manifest
    from dockpy.registry.progress import TransferProgress
    from dockpy.registry.registry import Registry
    from dockpy.registry.repository import Repository
    from dockpy.resources.build import BuildResult
    from dockpy.resources.config import Config
    from dockpy.resources.container import Container
    from dockpy.resources.events import EventStream
    from dockpy.resources.exec import Exec, ExecResult, ExecStream
    from dockpy.resources.image import Image
    from dockpy.resources.layers_progress import LayerProgress, LayersProgress
    from dockpy.resources.network import Network
    from dockpy.resources.node import Node
    from dockpy.resources.output import RunOutput
    from dockpy.resources.plugin import Plugin
    from dockpy.resources.pruning import PruneReport
    from dockpy.resources.registry_data import RegistryData
    from dockpy.resources.run import RunStream
    from dockpy.resources.secret import Secret
    from dockpy.resources.service import Service
    from dockpy.resources.swarm import Swarm
    from dockpy.resources.task import Task
    from dockpy.resources.volume import Volume
    from dockpy.transfer.plan import Plan, Step
    from dockpy.transfer.progress import CopyProgress
    from dockpy.transport.caller import Hooks

__all__ = [
    "TLS",
    "APIError",
    "ApiError",
    "ArchiveError",
    "BadParameter",
    "BlobStream",
    "BuildError",
    "BuildOptions",
    "BuildResult",
    "Client",
    "Config",
    "ConfigError",
    "Conflict",
    "ConnectionFailed",
    "Container",
    "ContainerError",
    "ContextNotFound",
    "CopyProgress",
    "CreateOptions",
    "Credentials",
    "DigestMismatch",
    "DockerException",
    "DockpyError",
    "EndpointOptions",
    "EventStream",
    "Exec",
    "ExecOptions",
    "ExecResult",
    "ExecStream",
    "ExecTimedOut",
    "FakeDaemon",
    "FakeRegistry",
    "Fleet",
    "FleetBack",
    "FleetError",
    "FleetItem",
    "FleetList",
    "FleetLost",
    "FleetResults",
    "FleetStream",
    "Forbidden",
    "Healthcheck",
    "Hooks",
    "Image",
    "ImageArchive",
    "ImageLoadError",
    "ImageNotFound",
    "ImageReference",
    "InvalidArgument",
    "InvalidEndpoint",
    "InvalidReference",
    "InvalidResponse",
    "Layer",
    "LayerProgress",
    "LayersProgress",
    "LogLine",
    "Manifest",
    "ManualClock",
    "MountOptions",
    "Network",
    "Node",
    "NotFound",
    "NotReady",
    "Outcome",
    "Placement",
    "Plan",
    "Plugin",
    "PruneReport",
    "PullError",
    "PushError",
    "RateLimit",
    "RateLimited",
    "Registry",
    "RegistryData",
    "RegistryImage",
    "Repository",
    "ResponseTooLarge",
    "RunOutput",
    "RunStream",
    "Secret",
    "ServerError",
    "Service",
    "ServiceOptions",
    "Step",
    "StreamError",
    "Swarm",
    "SwarmOptions",
    "Task",
    "TimedOut",
    "TransferError",
    "TransferProgress",
    "TruncatedResponse",
    "Unauthorized",
    "UntrustedLocation",
    "UpdateOptions",
    "VersionMismatch",
    "Volume",
    "__version__",
    "errors",
    "from_env",
    "ops",
]

_HOMES = {
    "BlobStream": "registry.blobs",
    "BuildOptions": "options.build",
    "BuildResult": "resources.build",
    "Client": "client",
    "Config": "resources.config",
    "Container": "resources.container",
    "CopyProgress": "transfer.progress",
    "CreateOptions": "options.containers",
    "Credentials": "config.credentials",
    "EndpointOptions": "options.endpoints",
    "EventStream": "resources.events",
    "Exec": "resources.exec",
    "ExecOptions": "options.exec",
    "ExecResult": "resources.exec",
    "ExecStream": "resources.exec",
    "FakeDaemon": "fake.daemon",
    "FakeRegistry": "fake.registry.registry",
    "Fleet": "fleet.fleet",
    "FleetBack": "fleet.items",
    "FleetItem": "fleet.items",
    "FleetList": "fleet.results",
    "FleetLost": "fleet.items",
    "FleetResults": "fleet.results",
    "FleetStream": "fleet.stream",
    "Healthcheck": "options.health",
    "Hooks": "transport.caller",
    "Image": "resources.image",
    "ImageArchive": "registry.archive.image_archive",
    "ImageReference": "reference",
    "Layer": "registry.image",
    "LayerProgress": "resources.layers_progress",
    "LayersProgress": "resources.layers_progress",
    "LogLine": "fleet.items",
    "Manifest": "registry.manifest",
    "ManualClock": "fake.kernel.clock",
    "MountOptions": "options.mounts",
    "Network": "resources.network",
    "Node": "resources.node",
    "Outcome": "fleet.results",
    "Placement": "fleet.placement",
    "Plan": "transfer.plan",
    "Plugin": "resources.plugin",
    "PruneReport": "resources.pruning",
    "RateLimit": "registry.limits",
    "Registry": "registry.registry",
    "RegistryData": "resources.registry_data",
    "RegistryImage": "registry.image",
    "Repository": "registry.repository",
    "RunOutput": "resources.output",
    "RunStream": "resources.run",
    "Secret": "resources.secret",
    "Service": "resources.service",
    "ServiceOptions": "options.services",
    "Step": "transfer.plan",
    "Swarm": "resources.swarm",
    "SwarmOptions": "options.swarm",
    "TLS": "config.tls",
    "Task": "resources.task",
    "TransferProgress": "registry.progress",
    "UpdateOptions": "options.updates",
    "Volume": "resources.volume",
    "from_env": "client",
}
"""Where a name is defined; names that are not here are errors."""

_MODULES = ("errors", "ops")


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'dockpy' has no attribute {name!r}")
    if name in _MODULES:
        value: object = importlib.import_module(f"dockpy.{name}")
    else:
        value = getattr(importlib.import_module(f"dockpy.{_HOMES.get(name, 'errors')}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
