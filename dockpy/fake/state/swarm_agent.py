"""What a node does with the tasks that it is given: each is a container of its engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockpy.fake.failure import Failure
from dockpy.fake.kernel.clock import SECOND
from dockpy.fake.state.image_lines import Lines
from dockpy.fake.state.image_names import parse_name
from dockpy.fake.state.image_pull import pull
from dockpy.fake.state.network_ports import exposed_ports
from dockpy.fake.state.swarm_container import make_container
from dockpy.version import at_least

if TYPE_CHECKING:
    from dockpy.fake.engine import Engine
    from dockpy.fake.state.container import Container
    from dockpy.fake.state.events import Event
    from dockpy.fake.state.swarm_cluster import Cluster
    from dockpy.fake.state.swarm_nodes import Node
    from dockpy.fake.state.swarm_task import Task

__all__ = ["Agent"]

_GRACE = 10 * SECOND


class Agent:
    """Runs tasks on an engine.

    Args:
        engine: which.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._cluster: Cluster | None = None
        self._containers: dict[str, str] = {}
        """By a container's id, the task's."""
        engine.events.observers.append(self._happened)

    def _happened(self, event: Event) -> None:
        if event.type == "container" and event.actor in self._containers and self._cluster is not None:
            self._cluster.changed(step=True)

    def leave(self) -> None:
        """The engine is not part of the swarm any more: its tasks' containers are gone."""
        self._engine.events.observers.remove(self._happened)
        for id in list(self._containers):
            self._drop(id)

    def drop_orphans(self, cluster: Cluster) -> None:
        """The swarm is there again: containers of tasks that it has forgotten meanwhile are gone."""
        for id, task_id in list(self._containers.items()):
            if task_id not in cluster.tasks.objects:
                self._drop(id)

    def _drop(self, id: str) -> None:
        del self._containers[id]
        container = self._engine.containers.find(id)
        if container is not None:
            if container.state.running:
                self._engine.containers.begin_stop(container, 0)
            self._engine.containers.forget(container, remove_volumes=True)

    # One step of one task

    def advance(self, cluster: Cluster, node: Node, task: Task) -> None:
        """Take a task one step further.

        Args:
            cluster: whose it is.
            node: this one.
            task: which.
        """
        self._cluster = cluster
        if task.over:
            return
        if not task.wanted:
            self._shut_down(cluster, task)
            return
        match task.state:
            case "assigned":
                cluster.tasks.set(task, state="accepted", message="accepted")
            case "accepted":
                cluster.tasks.set(task, state="preparing", message="preparing")
            case "preparing":
                self._prepare(cluster, node, task)
            case "ready" if task.desired != "ready" and not self._waits(cluster, task):
                cluster.tasks.set(task, state="starting", message="starting")
            case "starting" | "running":
                self._run(cluster, task)

    def _waits(self, cluster: Cluster, task: Task) -> bool:
        before = cluster.tasks.objects.get(task.after)
        return before is not None and not before.over

    def _prepare(self, cluster: Cluster, node: Node, task: Task) -> None:
        try:
            self._pull(task.spec["ContainerSpec"]["Image"], task.auth)
            container = make_container(self._engine, cluster, node, task)
        except Failure as failure:
            cluster.tasks.set(task, state="rejected", error=failure.message, container_id="")
            return
        self._containers[container.id] = task.id
        task.container_id = container.id
        cluster.tasks.set(task, state="ready", message="prepared")

    def _pull(self, reference: str, auth: str | None) -> None:
        """Bring an image up to date; where that fails, what is here has to do."""
        images = self._engine.images
        try:
            name = parse_name(reference, self._engine.api).with_default()
            # What a test has put in the place of one of the hub's stays there.
            here = images.named(name) is not None
            if here and (name.host == "docker.io" or name.digest):
                return
            for _ in pull(images, reference, "" if name.digest else name.tag, Lines("1.41"), auth=auth):
                pass
        except Failure:
            return

    def _run(self, cluster: Cluster, task: Task) -> None:
        container = self._container(task)
        if container is None:
            self._ended(cluster, task, task.exit_code or 137)
            return
        if task.state == "starting" and not container.has_started:
            try:
                self._engine.containers.start(container)
            except Failure as failure:
                text = failure.message.removesuffix(": unknown") if self._modern else failure.message
                code = container.state.exit_code
                error = f"starting container failed: {text}"
                cluster.tasks.set(task, state="failed", error=error, exit_code=code)
                return
        health = container.health.status if container.health is not None else "healthy"
        if not container.state.running:
            self._ended(cluster, task, container.state.exit_code)
        elif health == "unhealthy" and not task.unhealthy:
            task.unhealthy = True
            self._engine.containers.begin_stop(container, self._grace(task))
        elif task.state == "starting" and health == "healthy":
            cluster.tasks.set(
                task, state="running", message="started", pid=container.state.pid, ports=_ports(container)
            )
            cluster.tasks.set(task, networks=_addressed(task.networks, container))

    @property
    def _modern(self) -> bool:
        return at_least(self._engine.api, "1.42")

    def _ended(self, cluster: Cluster, task: Task, code: int) -> None:
        if not task.wanted:
            cluster.tasks.set(task, state="shutdown", message="shutdown", pid=0, exit_code=code)
        elif code == 0 and not task.unhealthy:
            cluster.tasks.set(task, state="complete", message="finished", pid=0, ports=[])
        else:
            why = ": dockerexec: unhealthy container" if task.unhealthy else ""
            error = f"task: non-zero exit ({code}){why}"
            cluster.tasks.set(task, state="failed", error=error, pid=0, exit_code=code, ports=[])

    def _shut_down(self, cluster: Cluster, task: Task) -> None:
        container = self._container(task)
        if container is None or not container.state.running:
            if task.container_id is None:
                task.container_id = ""
            code = container.state.exit_code if container is not None else task.exit_code
            cluster.tasks.set(task, error="", ports=[])
            self._ended(cluster, task, code)
        elif not task.stopping:
            task.stopping = True
            self._engine.containers.begin_stop(container, self._grace(task))

    def _grace(self, task: Task) -> int:
        """For how long its container is asked to stop, in seconds."""
        grace = task.spec["ContainerSpec"].get("StopGracePeriod")
        return int(_GRACE if grace is None else grace) // SECOND

    def _container(self, task: Task) -> Container | None:
        return self._engine.containers.find(task.container_id) if task.container_id else None

    def forget(self, task: Task) -> None:
        """A task that has ended is gone, and its container with it."""
        container = self._container(task)
        if container is not None:
            self._containers.pop(container.id, None)
            self._engine.containers.forget(container, remove_volumes=True)

    def container(self, task: Task) -> Container | None:
        """The container of a task, as long as it is there."""
        return self._container(task)


def _ports(container: Container) -> list[dict[str, Any]]:
    """The ports of the host that a task's container has; for each version of IP."""
    told = []
    for port in exposed_ports(container.config):
        number, _, protocol = port.partition("/")
        for one in container.networks.ports().get(port) or ():
            told.append(
                {
                    "Protocol": protocol,
                    "TargetPort": int(number),
                    "PublishedPort": int(one["HostPort"]),
                    "PublishMode": "host",
                }
            )
    return told


def _addressed(networks: list[dict[str, Any]], container: Container) -> list[dict[str, Any]]:
    """The networks of a task, with the addresses that its container has on overlays."""
    return [_with_address(one, container) for one in networks]


def _with_address(one: dict[str, Any], container: Container) -> dict[str, Any]:
    network = one["Network"]
    if network["Spec"]["DriverConfiguration"]["Name"] != "overlay":
        return one
    for endpoint in container.networks.endpoints.values():
        if endpoint.network_id == network["ID"] and endpoint.address:
            return {**one, "Addresses": [f"{endpoint.address}/{endpoint.prefix}"]}
    return one
