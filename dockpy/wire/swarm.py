"""The swarm: a cluster of engines, and this engine's place in it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from dockpy.wire.base import Model, Name

__all__ = [
    "CAConfig",
    "ClusterInfo",
    "DispatcherConfig",
    "Driver",
    "EncryptionConfig",
    "ExternalCA",
    "JoinTokens",
    "ObjectVersion",
    "OrchestrationConfig",
    "PeerNode",
    "RaftConfig",
    "Swarm",
    "SwarmInfo",
    "SwarmInitRequest",
    "SwarmJoinRequest",
    "SwarmSpec",
    "SwarmUnlockRequest",
    "TLSInfo",
    "TaskDefaults",
    "UnlockKeyResponse",
]


class ObjectVersion(Model):
    """Which state of an object this is: an update names the one it was made from."""

    index: int = 0


class Driver(Model):
    """A driver and its options: of logs, of secrets, of templates, of networks."""

    name: str | None = None
    options: dict[str, str] = {}


class TLSInfo(Model):
    """By what certificate authority the swarm's nodes know each other."""

    trust_root: str = ""  # PEM
    cert_issuer_subject: str = ""  # base64
    cert_issuer_public_key: str = ""  # base64


# What the swarm shall be


class OrchestrationConfig(Model):
    """How many tasks are kept after they ended."""

    task_history_retention_limit: int | None = None


class RaftConfig(Model):
    """How the managers agree; ticks are of the managers' common clock."""

    snapshot_interval: int | None = None  # log entries between two snapshots
    keep_old_snapshots: int | None = None
    log_entries_for_slow_followers: int | None = None
    election_tick: int | None = None  # more than heartbeat_tick
    heartbeat_tick: int | None = None


class DispatcherConfig(Model):
    """How often nodes report to their manager."""

    heartbeat_period: int | None = None  # nanoseconds


class ExternalCA(Model):
    """A certificate authority outside the swarm that signs the nodes' certificates."""

    protocol: str | None = None  # cfssl
    url: str | None = None
    options: dict[str, str] = {}
    ca_cert: Annotated[str | None, Name("CACert")] = None  # PEM


class CAConfig(Model):
    """How the nodes' certificates are made."""

    node_cert_expiry: int | None = None  # nanoseconds
    external_cas: Annotated[list[ExternalCA], Name("ExternalCAs")] = []
    signing_ca_cert: Annotated[str | None, Name("SigningCACert")] = None  # PEM
    signing_ca_key: Annotated[str | None, Name("SigningCAKey")] = None  # PEM
    force_rotate: int | None = None  # another number makes the swarm renew its root


class EncryptionConfig(Model):
    """Whether a manager that starts again stays locked until it is given the unlock key."""

    auto_lock_managers: bool | None = None


class TaskDefaults(Model):
    """What holds for tasks that say nothing themselves."""

    log_driver: Driver | None = None


class SwarmSpec(Model):
    """What the swarm shall be: read, changed and sent back whole."""

    name: str | None = None
    labels: dict[str, str] = {}
    orchestration: OrchestrationConfig | None = None
    raft: RaftConfig | None = None
    dispatcher: DispatcherConfig | None = None
    ca_config: Annotated[CAConfig | None, Name("CAConfig")] = None
    encryption_config: EncryptionConfig | None = None
    task_defaults: TaskDefaults | None = None


# What the swarm is


class ClusterInfo(Model):
    """The swarm, as any of its managers tells it."""

    id: Annotated[str, Name("ID")] = ""
    version: ObjectVersion = Field(default_factory=ObjectVersion)
    created_at: str = ""
    updated_at: str = ""
    spec: SwarmSpec = Field(default_factory=SwarmSpec)
    tls_info: Annotated[TLSInfo, Name("TLSInfo")] = Field(default_factory=TLSInfo)
    root_rotation_in_progress: bool = False
    data_path_port: int = 0
    default_addr_pool: list[str] = []
    subnet_size: int = 0


class JoinTokens(Model):
    """What lets another engine join, as a worker or as a manager."""

    worker: str = ""
    manager: str = ""


class Swarm(ClusterInfo):
    """The swarm, with what lets others join."""

    join_tokens: JoinTokens = Field(default_factory=JoinTokens)


class PeerNode(Model):
    """A manager that this engine knows."""

    node_id: Annotated[str, Name("NodeID")] = ""
    addr: str = ""


class SwarmInfo(Model):
    """This engine's place in the swarm."""

    node_id: Annotated[str, Name("NodeID")] = ""
    node_addr: str = ""
    local_node_state: str = ""  # inactive | pending | active | error | locked
    control_available: bool = False  # it is a manager
    error: str = ""
    remote_managers: list[PeerNode] = []
    nodes: int | None = None
    managers: int | None = None
    cluster: ClusterInfo | None = None


class UnlockKeyResponse(Model):
    """What unlocks a manager; empty where the managers do not lock themselves."""

    unlock_key: str = ""


# Requests


class SwarmInitRequest(Model):
    """What SwarmInit is asked for. Addresses may be given as interfaces, `data_path_addr` too."""

    listen_addr: str | None = None  # with a port, or 2377
    advertise_addr: str | None = None
    data_path_addr: str | None = None  # of the tasks' traffic; where there is none, the advertised one
    data_path_port: int | None = None  # 1024 to 49151; 0 for 4789
    default_addr_pool: list[str] = []  # subnets that global networks are taken from
    force_new_cluster: bool | None = None
    subnet_size: int | None = None  # of each of these networks, in bits
    spec: SwarmSpec | None = None
    availability: str | None = None  # of this node: active | pause | drain


class SwarmJoinRequest(Model):
    """What SwarmJoin is asked for."""

    listen_addr: str | None = None
    advertise_addr: str | None = None
    data_path_addr: str | None = None
    remote_addrs: list[str] = []  # of managers
    join_token: str | None = None
    availability: str | None = None  # of this node: active | pause | drain


class SwarmUnlockRequest(Model):
    """What SwarmUnlock is asked for."""

    unlock_key: str | None = None
