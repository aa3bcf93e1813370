"""Volumes: named storage that outlives containers."""

from __future__ import annotations

from typing import Annotated

from dockpy.wire.base import JsonObject, Model, Name, Since
from dockpy.wire.swarm import ObjectVersion

__all__ = [
    "AccessMode",
    "CapacityRange",
    "ClusterVolume",
    "ClusterVolumeInfo",
    "ClusterVolumePublishStatus",
    "ClusterVolumeSecret",
    "ClusterVolumeSpec",
    "MountVolume",
    "Topology",
    "TopologyRequirement",
    "Volume",
    "VolumeCreateRequest",
    "VolumeListResponse",
    "VolumePruneResponse",
    "VolumeUpdateRequest",
    "VolumeUsageData",
    "VolumesDiskUsage",
]


class Topology(Model):
    """Where a cluster volume is reachable from: segments such as region and zone."""

    segments: dict[str, str] = {}


class TopologyRequirement(Model):
    """From where a cluster volume must be, and would best be, reachable."""

    requisite: list[Topology] = []
    preferred: list[Topology] = []


class CapacityRange(Model):
    """How large a cluster volume may be, in bytes; 0 for no bound."""

    required_bytes: int | None = None
    limit_bytes: int | None = None


class ClusterVolumeSecret(Model):
    """A swarm secret that is handed to the volume's storage plugin."""

    key: str | None = None
    secret: str | None = None


class MountVolume(Model):
    """How a cluster volume with a file system is mounted."""

    fs_type: str | None = None
    mount_flags: list[str] = []


class AccessMode(Model):
    """How a cluster volume is used by tasks."""

    scope: str | None = None  # single | multi
    sharing: str | None = None  # none | readonly | onewriter | all
    mount_volume: MountVolume | None = None  # one of the two, and only one
    block_volume: JsonObject | None = None  # without options, so far


class ClusterVolumeSpec(Model):
    """What a cluster volume shall be."""

    group: str | None = None
    access_mode: AccessMode | None = None
    accessibility_requirements: TopologyRequirement | None = None
    capacity_range: CapacityRange | None = None
    secrets: list[ClusterVolumeSecret] = []
    availability: str | None = None  # active | pause | drain


class ClusterVolumeInfo(Model):
    """What the storage plugin says of a cluster volume."""

    capacity_bytes: int | None = None
    volume_context: dict[str, str] = {}
    volume_id: Annotated[str | None, Name("VolumeID")] = None
    accessible_topology: list[Topology] = []


class ClusterVolumePublishStatus(Model):
    """Whether a cluster volume is published to a node."""

    node_id: Annotated[str | None, Name("NodeID")] = None
    state: str | None = None  # pending-publish published pending-node-unpublish pending-controller-unpublish
    publish_context: dict[str, str] = {}


class ClusterVolume(Model):
    """The swarm's side of a volume."""

    id: Annotated[str, Name("ID")] = ""
    version: ObjectVersion | None = None
    created_at: str | None = None
    updated_at: str | None = None
    spec: ClusterVolumeSpec | None = None
    info: ClusterVolumeInfo | None = None
    publish_status: list[ClusterVolumePublishStatus] = []


class VolumeUsageData(Model):
    """How much room a volume takes, in bytes, and how many use it; -1 where that is unknown."""

    size: int = -1
    ref_count: int = -1


class Volume(Model):
    """A volume, as the engine knows it."""

    name: str = ""
    driver: str = ""
    mountpoint: str = ""
    created_at: str | None = None
    status: JsonObject = {}  # what the driver says of it
    labels: dict[str, str] = {}
    scope: str = ""  # local | global
    cluster_volume: Annotated[ClusterVolume | None, Since("1.42")] = None
    options: dict[str, str] = {}
    usage_data: VolumeUsageData | None = None  # in disk usage only


class VolumeListResponse(Model):
    """The answer of VolumeList."""

    volumes: list[Volume] = []
    warnings: list[str] = []


class VolumeCreateRequest(Model):
    """What VolumeCreate is asked for."""

    name: str | None = None
    driver: str | None = None
    driver_opts: dict[str, str] = {}
    labels: dict[str, str] = {}
    cluster_volume_spec: Annotated[ClusterVolumeSpec | None, Since("1.42")] = None


class VolumeUpdateRequest(Model):
    """What VolumeUpdate is asked for: cluster volumes only, and only their availability changes."""

    spec: ClusterVolumeSpec | None = None


class VolumePruneResponse(Model):
    """What VolumePrune removed, and the room it freed in bytes."""

    volumes_deleted: list[str] = []
    space_reclaimed: int = 0


class VolumesDiskUsage(Model):
    """The disk usage of volumes, in bytes; the volumes themselves where asked for."""

    active_count: int = 0  # used by a container
    total_count: int = 0
    reclaimable: int = 0
    total_size: int = 0
    items: list[Volume] = []
