"""Tasks: what the swarm's nodes are given to run.

The container of a task is described in `dockpy.wire.container_spec`.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from dockpy.wire.base import Model, Name, Since, SnakeModel
from dockpy.wire.container_spec import ContainerSpec
from dockpy.wire.nodes import GenericResource, Platform, ResourceObject
from dockpy.wire.swarm import Driver, ObjectVersion

__all__ = [
    "ContainerStatus",
    "EndpointPortConfig",
    "IPAMOptions",
    "Limit",
    "NetworkAttachment",
    "NetworkAttachmentConfig",
    "NetworkAttachmentSpec",
    "Placement",
    "PlacementPreference",
    "PortStatus",
    "ResourceRequirements",
    "RuntimePrivilege",
    "RuntimeSpec",
    "SpreadOver",
    "SwarmIPAMConfig",
    "SwarmNetwork",
    "SwarmNetworkSpec",
    "SwarmRestartPolicy",
    "Task",
    "TaskSpec",
    "TaskStatus",
]


# What a task is made from


class RuntimePrivilege(SnakeModel):
    """A permission that a service's plugin is given."""

    name: str | None = None
    description: str | None = None
    value: list[str] = []


class RuntimeSpec(SnakeModel):
    """The plugin of a service whose runtime is `plugin`; engines must be experimental."""

    name: str | None = None
    remote: str | None = None
    disabled: bool | None = None
    privileges: list[RuntimePrivilege] = []
    env: list[str] = []


class NetworkAttachmentSpec(Model):
    """A container outside of services that is on a swarm's network; read only."""

    container_id: Annotated[str | None, Name("ContainerID")] = None


class Limit(Model):
    """Resources that a task may not exceed."""

    nano_cpus: Annotated[int | None, Name("NanoCPUs")] = None  # 1e9 is one CPU
    memory_bytes: int | None = None
    pids: int | None = None  # 0 for no limit


class ResourceRequirements(Model):
    """What a task needs of its node, and what it may take."""

    limits: Limit | None = None
    reservations: ResourceObject | None = None
    swap_bytes: Annotated[int | None, Since("1.52")] = None  # -1 for no limit
    memory_swappiness: Annotated[int | None, Since("1.52")] = None  # 0 to 100; -1 for the node's own


class SwarmRestartPolicy(Model):
    """When a task that ended is replaced."""

    condition: str | None = None  # none | on-failure | any
    delay: int | None = None  # nanoseconds
    max_attempts: int | None = None  # within the window; 0 for no limit
    window: int | None = None  # nanoseconds; 0 for all time


class SpreadOver(Model):
    """A label whose values tasks are spread over evenly."""

    spread_descriptor: str | None = None  # node.labels.NAME or engine.labels.NAME


class PlacementPreference(Model):
    """Which of the nodes that would do is chosen."""

    spread: SpreadOver | None = None


class Placement(Model):
    """Which nodes would do."""

    constraints: list[str] = []  # node.role==manager, node.labels.NAME!=value, …
    preferences: list[PlacementPreference] = []  # from the most important one down
    max_replicas: int | None = None  # on one node; 0 for no limit
    platforms: list[Platform] = []


class NetworkAttachmentConfig(Model):
    """A network that tasks are on."""

    target: str | None = None  # its name or id
    aliases: list[str] = []
    driver_opts: dict[str, str] = {}


class TaskSpec(Model):
    """What a task shall be: one of the plugin, the container, the network attachment, and the rest."""

    plugin_spec: RuntimeSpec | None = None
    container_spec: ContainerSpec | None = None
    network_attachment_spec: NetworkAttachmentSpec | None = None
    resources: ResourceRequirements | None = None
    restart_policy: SwarmRestartPolicy | None = None
    placement: Placement | None = None
    force_update: int | None = None  # another number makes new tasks though nothing else changed
    runtime: str | None = None  # container | plugin | attachment
    networks: list[NetworkAttachmentConfig] = []
    log_driver: Driver | None = None


# What a task has become


class ContainerStatus(Model):
    """The container of a task."""

    container_id: Annotated[str, Name("ContainerID")] = ""
    pid: Annotated[int, Name("PID")] = 0
    exit_code: int = 0


class EndpointPortConfig(Model):
    """A port that a service publishes."""

    name: str | None = None
    protocol: str | None = None  # tcp | udp | sctp
    target_port: int | None = None  # in the container
    published_port: int | None = None  # on the nodes; chosen by the swarm where it is missing
    publish_mode: str | None = None  # ingress: on every node | host: on the task's


class PortStatus(Model):
    """The ports that a task publishes on its node."""

    ports: list[EndpointPortConfig] = []


class TaskStatus(Model):
    """How far a task is."""

    timestamp: str = ""
    # new | allocated | pending | assigned | accepted | preparing | ready | starting | running
    # complete | shutdown | failed | rejected | remove | orphaned
    state: str = ""
    message: str = ""
    err: str | None = None
    container_status: ContainerStatus | None = None
    port_status: PortStatus | None = None


class SwarmIPAMConfig(Model):
    """One address range of a swarm's network."""

    subnet: str | None = None
    range: str | None = None
    gateway: str | None = None


class IPAMOptions(Model):
    """Where the addresses of a swarm's network come from."""

    driver: Driver | None = None
    configs: list[SwarmIPAMConfig] = []


class SwarmNetworkSpec(Model):
    """What a swarm's network shall be."""

    name: str = ""
    labels: dict[str, str] = {}
    driver_configuration: Driver | None = None
    ipv6_enabled: bool | None = None
    internal: bool | None = None
    attachable: bool | None = None
    ingress: bool | None = None
    ipam_options: IPAMOptions | None = None
    scope: str | None = None


class SwarmNetwork(Model):
    """A network as the swarm's managers keep it; `networks.Network` is how an engine shows it."""

    id: Annotated[str, Name("ID")] = ""
    version: ObjectVersion = Field(default_factory=ObjectVersion)
    created_at: str = ""
    updated_at: str = ""
    spec: SwarmNetworkSpec = Field(default_factory=SwarmNetworkSpec)
    driver_state: Driver | None = None
    ipam_options: IPAMOptions | None = None


class NetworkAttachment(Model):
    """A network that a task is on, and its addresses there."""

    network: SwarmNetwork = Field(default_factory=SwarmNetwork)
    addresses: list[str] = []  # with the subnet's size: 10.0.0.5/24


class Task(Model):
    """A piece of work that the swarm gave to a node, or will."""

    id: Annotated[str, Name("ID")] = ""
    version: ObjectVersion = Field(default_factory=ObjectVersion)
    created_at: str = ""
    updated_at: str = ""
    name: str | None = None
    labels: dict[str, str] = {}
    spec: TaskSpec = Field(default_factory=TaskSpec)
    service_id: Annotated[str, Name("ServiceID")] = ""
    slot: int | None = None  # of replicated services only
    node_id: Annotated[str | None, Name("NodeID")] = None  # once it is assigned
    generic_resources: list[GenericResource] = []
    status: TaskStatus = Field(default_factory=TaskStatus)
    desired_state: str = ""  # one of the status's states
    job_iteration: ObjectVersion | None = None  # of jobs only
    networks_attachments: list[NetworkAttachment] = []
