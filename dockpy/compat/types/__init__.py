"""docker-py's types: dicts of the engine's JSON, made of keywords."""

from __future__ import annotations

from dockpy.compat.types.containers import ContainerConfig, DeviceRequest, HostConfig, LogConfig, Ulimit
from dockpy.compat.types.daemon import CancellableStream
from dockpy.compat.types.healthcheck import Healthcheck
from dockpy.compat.types.networks import EndpointConfig, IPAMConfig, IPAMPool, NetworkingConfig
from dockpy.compat.types.services import (
    ConfigReference,
    ContainerSpec,
    DNSConfig,
    DriverConfig,
    EndpointSpec,
    Mount,
    NetworkAttachmentConfig,
    Placement,
    PlacementPreference,
    Privileges,
    Resources,
    RestartPolicy,
    RollbackConfig,
    SecretReference,
    ServiceMode,
    TaskTemplate,
    UpdateConfig,
)
from dockpy.compat.types.swarm import SwarmExternalCA, SwarmSpec

__all__ = [
    "CancellableStream",
    "ConfigReference",
    "ContainerConfig",
    "ContainerSpec",
    "DNSConfig",
    "DeviceRequest",
    "DriverConfig",
    "EndpointConfig",
    "EndpointSpec",
    "Healthcheck",
    "HostConfig",
    "IPAMConfig",
    "IPAMPool",
    "LogConfig",
    "Mount",
    "NetworkAttachmentConfig",
    "NetworkingConfig",
    "Placement",
    "PlacementPreference",
    "Privileges",
    "Resources",
    "RestartPolicy",
    "RollbackConfig",
    "SecretReference",
    "ServiceMode",
    "SwarmExternalCA",
    "SwarmSpec",
    "TaskTemplate",
    "Ulimit",
    "UpdateConfig",
]
