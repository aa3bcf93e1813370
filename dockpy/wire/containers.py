"""Containers: what they shall be, and what became of them.

How one runs on its host is in `dockpy.wire.host_config`, what is mounted into it in `dockpy.wire.mounts`.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from dockpy.wire.base import CamelModel, JsonObject, Model, Name, Since, Until
from dockpy.wire.host_config import HostConfig, Resources, RestartPolicy
from dockpy.wire.mounts import MountPoint
from dockpy.wire.networks import EndpointSettings, NetworkingConfig, NetworkSettings
from dockpy.wire.oci import OCIDescriptor

__all__ = [
    "ContainerConfig",
    "ContainerCreateRequest",
    "ContainerCreateResponse",
    "ContainerInspectResponse",
    "ContainerPathStat",
    "ContainerPruneResponse",
    "ContainerState",
    "ContainerSummary",
    "ContainerTopResponse",
    "ContainerUpdateRequest",
    "ContainerUpdateResponse",
    "ContainerWaitExitError",
    "ContainerWaitResponse",
    "DriverData",
    "FilesystemChange",
    "Health",
    "HealthConfig",
    "HealthSummary",
    "HealthcheckResult",
    "HostConfigSummary",
    "NetworkSettingsSummary",
    "PortSummary",
    "RootFSStorage",
    "RootFSStorageSnapshot",
    "Storage",
]

# What a container shall be


class HealthConfig(Model):
    """How a container's health is checked. Times are in nanoseconds; 0 is what the image says."""

    test: list[str] = []  # ["NONE"], ["CMD", argument…] or ["CMD-SHELL", line]; empty: as the image says
    interval: int | None = None
    timeout: int | None = None
    retries: int | None = None
    start_period: int | None = None
    start_interval: Annotated[int | None, Since("1.44")] = None


class ContainerConfig(Model):
    """What a container is, wherever it runs."""

    hostname: str | None = None
    domainname: str | None = None
    user: str | None = None  # name or id, and :group
    attach_stdin: bool | None = None
    attach_stdout: bool | None = None
    attach_stderr: bool | None = None
    exposed_ports: dict[str, JsonObject] = {}  # 80/tcp: {}
    tty: bool | None = None
    open_stdin: bool | None = None
    stdin_once: bool | None = None
    env: list[str] = []  # NAME=value; a NAME alone unsets what the image sets
    cmd: list[str] = []
    healthcheck: HealthConfig | None = None
    args_escaped: bool | None = None  # Windows
    image: str | None = None
    volumes: dict[str, JsonObject] = {}  # /path: {}
    working_dir: str | None = None
    entrypoint: list[str] = []
    network_disabled: bool | None = None
    mac_address: Annotated[str | None, Until("1.52")] = None  # deprecated in 1.44: an endpoint has it
    on_build: list[str] = []
    labels: dict[str, str] = {}
    stop_signal: str | None = None
    stop_timeout: int | None = None  # seconds
    shell: list[str] = []


class ContainerCreateRequest(ContainerConfig):
    """What ContainerCreate is asked for."""

    host_config: HostConfig | None = None
    networking_config: NetworkingConfig | None = None


class ContainerCreateResponse(Model):
    """The answer of ContainerCreate."""

    id: str = ""
    warnings: list[str] = []


class ContainerUpdateRequest(Resources):
    """What ContainerUpdate is asked for: what is not set stays as it is."""

    restart_policy: RestartPolicy | None = None


class ContainerUpdateResponse(Model):
    """The answer of ContainerUpdate."""

    warnings: list[str] = []


# What a container is


class HealthcheckResult(Model):
    """One check of a container's health."""

    start: str = ""
    end: str = ""
    exit_code: int = 0  # 0 healthy, 1 unhealthy, else the check itself went wrong
    output: str = ""


class Health(Model):
    """How healthy a container is."""

    status: str = ""  # none | starting | healthy | unhealthy
    failing_streak: int = 0
    log: list[HealthcheckResult] = []  # the last few, oldest first


class ContainerState(Model):
    """How it stands with a container."""

    status: str = ""  # created | running | paused | restarting | removing | exited | dead
    running: bool = False  # of a paused one too
    paused: bool = False
    restarting: bool = False
    oom_killed: Annotated[bool, Name("OOMKilled")] = False
    dead: bool = False
    pid: int = 0
    exit_code: int = 0
    error: str = ""
    started_at: str = ""  # 0001-01-01T00:00:00Z for never, as is the next
    finished_at: str = ""
    health: Health | None = None  # where a health check is defined


class DriverData(Model):
    """What the storage driver says of a file system of its own."""

    name: str = ""
    data: dict[str, str] = {}


class RootFSStorageSnapshot(Model):
    """The snapshot that holds a container's root file system."""

    name: str = ""


class RootFSStorage(Model):
    """Where a container's root file system is kept."""

    snapshot: RootFSStorageSnapshot | None = None


class Storage(Model):
    """Where a container's files are kept, on an engine that stores images in containerd."""

    root_fs: Annotated[RootFSStorage | None, Name("RootFS")] = None


class ContainerInspectResponse(Model):
    """The answer of ContainerInspect."""

    id: str = ""
    created: str = ""
    path: str = ""
    args: list[str] = []
    state: ContainerState = Field(default_factory=ContainerState)
    image: str = ""  # the image's id
    resolv_conf_path: str = ""
    hostname_path: str = ""
    hosts_path: str = ""
    log_path: str | None = None
    name: str = ""  # with a slash before it
    restart_count: int = 0
    driver: str = ""
    platform: str = ""
    image_manifest_descriptor: Annotated[OCIDescriptor | None, Since("1.48")] = None
    mount_label: str = ""
    process_label: str = ""
    app_armor_profile: str = ""
    exec_ids: Annotated[list[str], Name("ExecIDs")] = []
    host_config: HostConfig = Field(default_factory=HostConfig)
    graph_driver: DriverData | None = None
    storage: Annotated[Storage | None, Since("1.52")] = None
    size_rw: int | None = None  # bytes; where asked for, as is the next
    size_root_fs: int | None = None
    mounts: list[MountPoint] = []
    config: ContainerConfig = Field(default_factory=ContainerConfig)
    network_settings: NetworkSettings = Field(default_factory=NetworkSettings)


# A container in a list


class PortSummary(Model):
    """A port of a container, and where on the host it is published, if it is."""

    ip: str | None = None
    private_port: int = 0
    public_port: int | None = None
    type: str = ""  # tcp | udp | sctp


class HostConfigSummary(Model):
    """What ContainerList tells of the host's side of a container."""

    network_mode: str = ""
    annotations: Annotated[dict[str, str], Since("1.46")] = {}


class NetworkSettingsSummary(Model):
    """What ContainerList tells of a container's networks."""

    networks: dict[str, EndpointSettings | None] = {}


class HealthSummary(Model):
    """What ContainerList tells of a container's health."""

    status: str = ""  # none | starting | healthy | unhealthy
    failing_streak: int = 0


class ContainerSummary(Model):
    """A container in the answer of ContainerList."""

    id: str = ""
    names: list[str] = []  # each with a slash before it; /other/alias where another one links to it
    image: str = ""  # as it was asked for, or the id where that name means another image by now
    image_id: Annotated[str, Name("ImageID")] = ""
    image_manifest_descriptor: Annotated[OCIDescriptor | None, Since("1.48")] = None
    command: str = ""
    created: int = 0  # seconds since 1970
    ports: list[PortSummary] = []
    size_rw: int | None = None  # bytes; where asked for, as is the next
    size_root_fs: int | None = None
    labels: dict[str, str] = {}
    state: str = ""  # as of ContainerState.status
    status: str = ""  # for people: Up 5 minutes
    host_config: HostConfigSummary = Field(default_factory=HostConfigSummary)
    network_settings: NetworkSettingsSummary = Field(default_factory=NetworkSettingsSummary)
    mounts: list[MountPoint] = []
    health: Annotated[HealthSummary | None, Since("1.52")] = None


# Other answers


class ContainerWaitExitError(Model):
    """Why waiting for a container failed."""

    message: str | None = None


class ContainerWaitResponse(Model):
    """How a container ended."""

    status_code: int = 0
    error: ContainerWaitExitError | None = None


class ContainerTopResponse(Model):
    """The processes of a container, as ps tells them: a row has as many values as there are titles."""

    titles: list[str] = []
    processes: list[list[str]] = []


class FilesystemChange(Model):
    """What was changed in a container's file system since it was created."""

    path: str = ""
    kind: int = 0  # 0 modified, 1 added, 2 deleted


class ContainerPathStat(CamelModel):
    """What is at a path in a container; it comes in a header of the archive operations."""

    name: str = ""
    size: int = 0
    mode: int = 0  # Go's: permissions in the lower 9 bits, the kind of file from bit 31 down
    mtime: str = ""
    link_target: str = ""


class ContainerPruneResponse(Model):
    """The ids that ContainerPrune removed, and the room it freed in bytes."""

    containers_deleted: list[str] = []
    space_reclaimed: int = 0
