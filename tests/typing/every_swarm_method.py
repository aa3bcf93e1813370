"""A swarm, its nodes, services, tasks, secrets and configs. Type checkers read this; nothing runs it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, assert_type

from dockpy import Client, Config, Container, Image, Node, Secret, Service, Swarm, Task
from dockpy.resources.output import Lines, OutputStream
from dockpy.wire.configs import Config as ConfigAttrs
from dockpy.wire.nodes import Node as NodeAttrs
from dockpy.wire.secrets import Secret as SecretAttrs
from dockpy.wire.services import Service as ServiceAttrs
from dockpy.wire.services import ServiceStatus, UpdateStatus
from dockpy.wire.swarm import JoinTokens
from dockpy.wire.swarm import Swarm as SwarmAttrs
from dockpy.wire.tasks import Task as TaskAttrs

if TYPE_CHECKING:
    from dockpy.resources.configs import ConfigCollection
    from dockpy.resources.nodes import NodeCollection
    from dockpy.resources.secrets import SecretCollection
    from dockpy.resources.services import ServiceCollection
    from dockpy.resources.tasks import TaskCollection


def swarm(swarm: Swarm) -> None:
    assert_type(swarm.state, str)
    assert_type(swarm.attrs, SwarmAttrs)
    assert_type(swarm.id, str)
    assert_type(swarm.short_id, str)
    assert_type(swarm.version, int)
    assert_type(swarm.created, datetime | None)
    assert_type(swarm.join_tokens, JoinTokens)
    assert_type(swarm.inspect(), SwarmAttrs)
    assert_type(swarm.get_unlock_key(), str)
    assert_type(swarm.client, Client)
    swarm.reload()
    assert_type(swarm.init(), str)
    swarm.join(
        ["10.0.0.1"],
        "token",
        listen_addr="0.0.0.0",
        advertise_addr="eth0",
        data_path_addr="eth1",
        availability="drain",
    )
    swarm.leave(force=True)
    swarm.update(
        rotate_worker_token=True,
        rotate_manager_token=True,
        rotate_manager_unlock_key=True,
        snapshot_interval=5,
    )
    swarm.unlock("key")


def node(node: Node) -> None:
    assert_type(node.hostname, str)
    assert_type(node.engine_version, str)
    assert_type(node.platform, str)
    assert_type(node.role, str)
    assert_type(node.availability, str)
    assert_type(node.state, str)
    assert_type(node.addr, str)
    assert_type(node.is_leader, bool)
    assert_type(node.name, str)
    assert_type(node.labels, dict[str, str])
    assert_type(node.version, int)
    assert_type(node.created, datetime | None)
    assert_type(node.updated, datetime | None)
    assert_type(node.short_id, str)
    assert_type(node.attrs, NodeAttrs)
    assert_type(node.client, Client)
    assert_type(node.id, str)
    node.reload()
    node.stale()
    assert_type(node.tasks(filters={"desired-state": "running"}), list[Task])
    node.update(availability="drain", role="manager", labels={"zone": "a"}, name="name")
    node.remove(force=True)


def node_collection(nodes: NodeCollection) -> None:
    assert_type(nodes.client, Client)
    assert_type(nodes.known("id"), Node)
    assert_type(nodes.get("id"), Node)
    assert_type(nodes.list(filters={"role": "manager"}), list[Node])
    nodes.remove("id", force=True)


def service(service: Service) -> None:
    assert_type(service.mode, str)
    assert_type(service.replicas, int | None)
    assert_type(service.image, str)
    assert_type(service.status, ServiceStatus | None)
    assert_type(service.update_status, UpdateStatus | None)
    assert_type(service.rollback(), list[str])
    assert_type(service.name, str)
    assert_type(service.labels, dict[str, str])
    assert_type(service.version, int)
    assert_type(service.created, datetime | None)
    assert_type(service.updated, datetime | None)
    assert_type(service.short_id, str)
    assert_type(service.attrs, ServiceAttrs)
    assert_type(service.client, Client)
    assert_type(service.id, str)
    service.force_update()
    service.remove()
    service.reload()
    service.stale()
    assert_type(service.tasks(filters={"desired-state": "running"}), list[Task])
    assert_type(service.update(), list[str])
    assert_type(
        service.update("image", ["true"], force=True, auth_config={}, query_registry=True, replicas=2),
        list[str],
    )
    service.scale(3)
    service.wait_ready(timeout=None, stable=1.5, max_failures=0)
    assert_type(service.logs(), bytes)
    assert_type(
        service.logs(stdout=True, stderr=False, timestamps=True, details=True, tail=5, since="5m"), bytes
    )
    assert_type(service.logs(stream=True, follow=True), OutputStream)
    assert_type(service.log_lines(follow=True, timestamps=True, details=True, tail="all", since=5), Lines)


def service_collection(services: ServiceCollection, image: Image) -> None:
    assert_type(services.client, Client)
    assert_type(services.known("id"), Service)
    assert_type(services.create("image"), Service)
    assert_type(services.create(image, "true", auth_config={}, query_registry=True), Service)
    assert_type(services.get("id", insert_defaults=True), Service)
    assert_type(services.list(filters={"mode": "global"}, status=True), list[Service])
    services.remove("id")


def task(task: Task) -> None:
    assert_type(task.name, str)
    assert_type(task.labels, dict[str, str])
    assert_type(task.state, str)
    assert_type(task.desired_state, str)
    assert_type(task.message, str)
    assert_type(task.error, str)
    assert_type(task.container_id, str)
    assert_type(task.exit_code, int | None)
    assert_type(task.slot, int | None)
    assert_type(task.image, str)
    assert_type(task.service_id, str)
    assert_type(task.node_id, str)
    assert_type(task.service, Service)
    assert_type(task.node, Node | None)
    assert_type(task.container, Container | None)
    assert_type(task.version, int)
    assert_type(task.created, datetime | None)
    assert_type(task.updated, datetime | None)
    assert_type(task.short_id, str)
    assert_type(task.attrs, TaskAttrs)
    assert_type(task.client, Client)
    assert_type(task.id, str)
    task.reload()
    task.stale()
    assert_type(task.logs(), bytes)
    assert_type(
        task.logs(stdout=True, stderr=False, timestamps=True, details=True, tail=5, since="5m"), bytes
    )
    assert_type(task.logs(stream=True, follow=False), OutputStream)
    assert_type(task.log_lines(follow=True, timestamps=True, details=True, tail="all", since=5), Lines)


def task_collection(tasks: TaskCollection) -> None:
    assert_type(tasks.client, Client)
    assert_type(tasks.get("id"), Task)
    assert_type(tasks.list(filters={"service": "web"}), list[Task])


def secret(secret: Secret) -> None:
    assert_type(secret.name, str)
    assert_type(secret.labels, dict[str, str])
    assert_type(secret.version, int)
    assert_type(secret.created, datetime | None)
    assert_type(secret.updated, datetime | None)
    assert_type(secret.short_id, str)
    assert_type(secret.attrs, SecretAttrs)
    assert_type(secret.id, str)
    assert_type(secret.client, Client)
    secret.remove()
    secret.reload()
    secret.stale()
    secret.update(labels=["name=value"])


def secret_collection(secrets: SecretCollection) -> None:
    assert_type(secrets.client, Client)
    assert_type(
        secrets.create("name", b"", labels={"a": "b"}, driver="driver", templating={"name": "golang"}), Secret
    )
    assert_type(secrets.get("id"), Secret)
    assert_type(secrets.list(filters={"name": "name"}), list[Secret])
    secrets.remove("id")


def config(config: Config) -> None:
    assert_type(config.data, bytes)
    assert_type(config.name, str)
    assert_type(config.labels, dict[str, str])
    assert_type(config.version, int)
    assert_type(config.created, datetime | None)
    assert_type(config.updated, datetime | None)
    assert_type(config.short_id, str)
    assert_type(config.attrs, ConfigAttrs)
    assert_type(config.id, str)
    assert_type(config.client, Client)
    config.remove()
    config.reload()
    config.stale()
    config.update(labels={"name": "value"})


def config_collection(configs: ConfigCollection) -> None:
    assert_type(configs.client, Client)
    assert_type(configs.create("name", "data", labels=["a=b"], templating="golang"), Config)
    assert_type(configs.get("id"), Config)
    assert_type(configs.list(filters={"name": "name"}), list[Config])
    configs.remove("id")
