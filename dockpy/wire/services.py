"""Services: what the swarm keeps running."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from dockpy.wire.base import JsonObject, Model, Name
from dockpy.wire.swarm import ObjectVersion
from dockpy.wire.tasks import EndpointPortConfig, NetworkAttachmentConfig, TaskSpec

__all__ = [
    "Endpoint",
    "EndpointSpec",
    "EndpointVirtualIP",
    "JobStatus",
    "ReplicatedJob",
    "ReplicatedService",
    "Service",
    "ServiceCreateResponse",
    "ServiceMode",
    "ServiceSpec",
    "ServiceStatus",
    "ServiceUpdateResponse",
    "UpdateConfig",
    "UpdateStatus",
]


# What a service shall be


class ReplicatedService(Model):
    """So many tasks, wherever there is room."""

    replicas: int | None = None


class ReplicatedJob(Model):
    """So many tasks that run to their end."""

    max_concurrent: int | None = None  # at the same time; 1 where it is missing
    total_completions: int | None = None  # all in all; max_concurrent where it is missing


class ServiceMode(Model):
    """How many tasks a service has: one of the four. What is empty says so by being there."""

    replicated: ReplicatedService | None = None
    global_: JsonObject | None = None  # empty: a task on every node
    replicated_job: ReplicatedJob | None = None
    global_job: JsonObject | None = None  # empty: a task on every node, run to its end


class UpdateConfig(Model):
    """How tasks are replaced by newer ones, or by older ones where an update is rolled back."""

    parallelism: int | None = None  # tasks at a time; 0 for all
    delay: int | None = None  # nanoseconds
    failure_action: str | None = None  # continue | pause | rollback (not of a rollback)
    monitor: int | None = None  # nanoseconds in which a task's end counts as the update's failure
    max_failure_ratio: float | None = None
    order: str | None = None  # stop-first | start-first


class EndpointSpec(Model):
    """How a service is reached."""

    mode: str | None = None  # vip | dnsrr
    ports: list[EndpointPortConfig] = []


class ServiceSpec(Model):
    """What a service shall be: read, changed and sent back whole."""

    name: str | None = None
    labels: dict[str, str] = {}
    task_template: TaskSpec | None = None
    mode: ServiceMode | None = None
    update_config: UpdateConfig | None = None
    rollback_config: UpdateConfig | None = None
    networks: list[NetworkAttachmentConfig] = []  # deprecated in 1.44, where task_template's count
    endpoint_spec: EndpointSpec | None = None


# What a service is


class EndpointVirtualIP(Model):
    """The address that stands for all tasks of a service on one network."""

    network_id: Annotated[str, Name("NetworkID")] = ""
    addr: str | None = None  # with the subnet's size: 10.0.0.3/24


class Endpoint(Model):
    """Where a service is reached."""

    spec: EndpointSpec = Field(default_factory=EndpointSpec)
    ports: list[EndpointPortConfig] = []
    virtual_ips: Annotated[list[EndpointVirtualIP], Name("VirtualIPs")] = []


class UpdateStatus(Model):
    """How far the last update is."""

    # updating | paused | completed | rollback_started | rollback_paused | rollback_completed
    state: str = ""
    started_at: str | None = None
    completed_at: str | None = None
    message: str = ""


class ServiceStatus(Model):
    """How many tasks a service has; ServiceList tells it where it is asked to."""

    running_tasks: int = 0
    desired_tasks: int = 0
    completed_tasks: int = 0  # of jobs


class JobStatus(Model):
    """How often a job was run."""

    job_iteration: ObjectVersion = Field(default_factory=ObjectVersion)
    last_execution: str | None = None


class Service(Model):
    """A service, as the swarm's managers know it."""

    id: Annotated[str, Name("ID")] = ""
    version: ObjectVersion = Field(default_factory=ObjectVersion)
    created_at: str = ""
    updated_at: str = ""
    spec: ServiceSpec = Field(default_factory=ServiceSpec)
    previous_spec: ServiceSpec | None = None  # what a rollback goes back to
    endpoint: Endpoint = Field(default_factory=Endpoint)
    update_status: UpdateStatus | None = None
    service_status: ServiceStatus | None = None
    job_status: JobStatus | None = None  # of jobs only


class ServiceCreateResponse(Model):
    """The id of the service that was created."""

    id: Annotated[str, Name("ID")] = ""
    warnings: list[str] = []


class ServiceUpdateResponse(Model):
    """What there is to say of an update."""

    warnings: list[str] = []
