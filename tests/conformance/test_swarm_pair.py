"""Swarms of two engines on hosts of their own, real ones and fakes.

One module, so that a session makes the swarm once. The first engine of the pair manages it, the other works.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
from pairs import Member, until

import dockpy
from dockpy.errors import FleetError, NotReady
from dockpy.fleet import Fleet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dockpy import Client
    from dockpy.resources.network import Network
    from dockpy.resources.node import Node
    from dockpy.resources.service import Service
    from dockpy.resources.task import Task

# Nodes try to pull what they run, though they have it. Nobody listens there: they are through at once.
IMAGE = "localhost:1/dockpy-test"
SLEEP = ["sleep", "1000"]
QUICK: dict[str, Any] = {
    "stop_signal": "SIGKILL",  # an engine that starts again gives what runs there still 10 seconds else
    "restart_policy": {"delay": "100ms"},
    "update_config": {"parallelism": 4, "monitor": "100ms", "order": "start-first"},
    "rollback_config": {"parallelism": 4, "monitor": "100ms", "order": "start-first"},
}
WEB = ["sh", "-c", 'echo "$SLOT on $NODE" | tee /index.html; exec httpd -f -p 80 -h /']
WHERE = {"SLOT": "{{.Task.Slot}}", "NODE": "{{.Node.ID}}"}
PREDEFINED = {"bridge", "host", "none"}


class Duo:
    """The two, and a client of each."""

    def __init__(self, members: tuple[Member, Member], a: Client, b: Client) -> None:
        self.members = members
        self.a, self.b = a, b
        self.clients = (a, b)

    def form(self) -> None:
        """Make the swarm, where it is not there."""
        one, other = self.members
        if self.a.swarm.state == "active" == self.b.swarm.state:
            return
        self.part()
        node = self.a.swarm.init(
            advertise_addr=one.address, listen_addr=f"{one.address}:2377", dispatcher_heartbeat_period="1s"
        )
        self.b.swarm.join(
            [f"{one.address}:2377"],
            self.a.swarm.join_tokens.worker,
            advertise_addr=other.address,
            listen_addr=f"{other.address}:2377",
        )
        assert self.a.info().swarm.node_id == node
        until(lambda: [found.state for found in self.a.nodes.list()] == ["ready", "ready"])

    def part(self) -> None:
        """Leave the swarm, and leave nothing of it."""
        with contextlib.suppress(dockpy.ServerError):  # there is none
            for service in self.a.services.list():
                service.remove()
            until(lambda: not self.containers(all=True))
            for network in self.a.networks.list(filters={"driver": "overlay"}):
                if network.name != "ingress":
                    network.remove()
        for client in reversed(self.clients):
            if client.swarm.state != "inactive":
                client.swarm.leave(force=True)

    def containers(self, **options: Any) -> list[Any]:
        """The containers of tasks, of both."""
        mine = {"label": "com.docker.swarm.service.name"}
        return [c for client in self.clients for c in client.containers.list(filters=mine, **options)]

    @property
    def nodes(self) -> tuple[Node, Node]:
        """Both nodes, as the manager sees them."""
        return self.a.nodes.get(self.a.info().swarm.node_id), self.a.nodes.get(self.b.info().swarm.node_id)


@pytest.fixture(scope="module")
def duo(pair: tuple[Member, Member]) -> Iterator[Duo]:
    first, second = pair
    with first.connect() as a, second.connect() as b:
        both = Duo(pair, a, b)
        both.part()  # what a killed run has left
        before = [{network.name for network in client.networks.list()} for client in both.clients]
        for client in both.clients:
            client.images.tag("busybox", IMAGE)
        yield both
        both.part()
        for client, known in zip(both.clients, before, strict=True):
            client.images.remove(IMAGE)
            for network in client.networks.list(filters={"type": "custom"}):
                if network.name == "docker_gwbridge" not in known:
                    network.remove()
            assert client.swarm.state == "inactive"
            assert {network.name for network in client.networks.list()} == known
            assert not client.containers.list(all=True, filters={"label": "com.docker.swarm.task"})


@pytest.fixture
def swarm(duo: Duo) -> Iterator[Duo]:
    """The two as one swarm, both ready for tasks."""
    duo.form()
    yield duo
    for node in duo.nodes:
        if node.availability != "active" or node.labels:
            node.update(availability="active", labels={})


@pytest.fixture
def serve(
    swarm: Duo, new_name: Callable[[], str], labels: dict[str, str]
) -> Iterator[Callable[..., Service]]:
    """Create a service, for as long as the test takes."""
    made: list[Service] = []

    def make(command: Any = SLEEP, **options: Any) -> Service:
        options = {"name": new_name(), "labels": labels, **QUICK, **options}
        made.append(swarm.a.services.create(IMAGE, command, **options))
        return made[-1]

    yield make
    for service in made:
        with contextlib.suppress(dockpy.NotFound):
            service.remove()


@pytest.fixture
def overlay(swarm: Duo, new_name: Callable[[], str], labels: dict[str, str]) -> Iterator[Network]:
    network = swarm.a.networks.create(new_name(), driver="overlay", labels=labels)
    yield network
    until(lambda: not swarm.containers(all=True))
    network.remove()


def running(service: Service) -> list[Task]:
    """Its tasks that run and shall, by their slots."""
    tasks = service.tasks(filters={"desired-state": "running"})
    return sorted((task for task in tasks if task.state == "running"), key=lambda task: task.slot or 0)


def spread(service: Service, *nodes: Node) -> list[int]:
    """How many of its tasks run on each of the nodes."""
    counts = Counter(task.node_id for task in running(service))
    return [counts[node.id] for node in nodes]


def since(task: Task) -> datetime:
    """When it came to its state."""
    text = task.attrs["Status"]["Timestamp"]
    return datetime.fromisoformat(f"{text[:26].rstrip('Z'):0<26}")


def update_state(service: Service) -> str:
    """How far its last update is."""
    status = service.client.services.get(service.id).update_status
    return status.state if status else ""


def on(client: Client, service: Service) -> list[Any]:
    """The service's containers on an engine."""
    return client.containers.list(filters={"label": f"com.docker.swarm.service.id={service.id}"})


# The swarm


def test_two_engines_are_one_swarm(swarm: Duo) -> None:
    first, second = swarm.nodes
    assert {node.id for node in swarm.a.nodes.list()} == {first.id, second.id}
    assert [node.addr for node in (first, second)] == [member.address for member in swarm.members]
    assert [node.role for node in (first, second)] == ["manager", "worker"]
    assert (first.is_leader, second.is_leader) == (True, False)
    assert [node.id for node in swarm.a.nodes.list(filters={"role": "worker"})] == [second.id]
    told = swarm.b.info().swarm
    assert (told.local_node_state, told.control_available) == ("active", False)
    assert [manager.addr for manager in told.remote_managers or []] == [f"{swarm.members[0].address}:2377"]
    assert swarm.b.swarm.state == "active"
    for call in (swarm.b.nodes.list, swarm.b.services.list, swarm.b.swarm.inspect):
        with pytest.raises(dockpy.ServerError, match="not a swarm manager"):
            call()
    with pytest.raises(dockpy.ServerError, match="already part of a swarm"):
        swarm.b.swarm.join([swarm.members[0].address], swarm.a.swarm.join_tokens.worker)
    with pytest.raises(dockpy.BadParameter, match="not down"):
        second.remove()


def test_only_tokens_let_in(swarm: Duo) -> None:
    one, other = swarm.members
    swarm.b.swarm.leave()
    with pytest.raises(dockpy.ApiError, match="invalid join token"):
        swarm.b.swarm.join([one.address], "nonsense", advertise_addr=other.address)
    assert swarm.b.swarm.state == "inactive"
    # Without a port the engine takes 2377. What is no address to advertise is passed over by those that join.
    swarm.b.swarm.join([one.address], swarm.a.swarm.join_tokens.worker, advertise_addr="nonsense")
    assert swarm.b.swarm.state == "active"
    assert swarm.nodes[1].addr == swarm.b.info().swarm.node_addr
    until(lambda: sorted(node.state for node in swarm.a.nodes.list()) == ["down", "ready", "ready"])
    for node in swarm.a.nodes.list():
        if node.state == "down":
            node.remove()
    assert len(swarm.a.nodes.list()) == 2


def test_a_worker_is_promoted_and_demoted(swarm: Duo) -> None:
    node = swarm.nodes[1]
    node.update(role="manager")
    until(lambda: swarm.b.info().swarm.control_available)
    assert {found.id for found in swarm.b.nodes.list()} == {found.id for found in swarm.nodes}
    until(lambda: (swarm.b.nodes.get(node.id).attrs.get("ManagerStatus") or {}).get("Reachability"))
    assert swarm.b.swarm.inspect().id == swarm.a.swarm.id
    swarm.b.nodes.get(node.id).update(role="worker")
    until(lambda: not swarm.b.info().swarm.control_available)
    with pytest.raises(dockpy.ServerError, match="not a swarm manager"):
        swarm.b.nodes.list()
    until(lambda: not swarm.a.nodes.get(node.id).attrs.get("ManagerStatus"))
    assert swarm.a.nodes.get(node.id).role == "worker"


# Services


def test_replicas_on_both_reach_each_other_by_name(
    swarm: Duo, overlay: Network, serve: Callable[..., Service]
) -> None:
    service = serve(WEB, env=WHERE, replicas=4, networks=[overlay], endpoint_mode="dnsrr")
    service.wait_ready(timeout=20)
    assert spread(service, *swarm.nodes) == [2, 2]
    tasks = running(service)
    addresses = {task.attrs["NetworksAttachments"][0]["Addresses"][0].partition("/")[0] for task in tasks}
    pages = {f"{task.slot} on {task.node_id}" for task in tasks}
    assert len(addresses) == len(pages) == 4
    for client in swarm.clients:
        container = on(client, service)[0]
        for name in (service.name, f"tasks.{service.name}"):
            until(lambda c=container, n=name: addresses <= set(resolved(c, n)))
        # Its own resolver is not used: in a static busybox it crashes.
        found = container.exec_run(
            ["sh", "-c", f"for a in {' '.join(addresses)}; do wget -qO- http://$a; done"]
        )
        assert set(found.output.decode().splitlines()) == pages
    lines = service.logs().decode().splitlines()
    assert sorted(lines) == sorted(pages)
    details = service.logs(details=True, tail=1).decode().splitlines()
    assert {f"com.docker.swarm.node.id={task.node_id}" for task in tasks} <= {
        detail for line in details for detail in line.partition(" ")[0].split(",")
    }
    for node in swarm.nodes:
        assert {task.id for task in node.tasks(filters={"service": service.id})} == {
            task.id for task in tasks if task.node_id == node.id
        }


def resolved(container: Any, name: str) -> list[str]:
    """The addresses that a name has in a container."""
    output = container.exec_run(["nslookup", name]).output.decode()
    _, _, answers = output.partition("Name:")
    return [line.partition(": ")[2] for line in answers.splitlines() if line.startswith("Address")]


def test_scaling(swarm: Duo, serve: Callable[..., Service]) -> None:
    service = serve(["sh", "-c", "echo $SLOT; exec sleep 1000"], env=WHERE, replicas=2)
    service.wait_ready(timeout=20)
    with service.log_lines(follow=True) as lines:
        assert sorted(next(lines) for _ in range(2)) == ["1", "2"]
        service.scale(6)
        service.wait_ready(timeout=20)
        assert sorted(next(lines) for _ in range(4)) == ["3", "4", "5", "6"]
    assert spread(service, *swarm.nodes) == [3, 3]
    assert [len(on(client, service)) for client in swarm.clients] == [3, 3]
    service.scale(0)
    service.wait_ready(timeout=20)
    until(lambda: not any(on(client, service) for client in swarm.clients))


@pytest.mark.parametrize("order", ["start-first", "stop-first"])
def test_a_rolling_update(swarm: Duo, serve: Callable[..., Service], order: str) -> None:
    update = {"parallelism": 1, "delay": "300ms", "monitor": "100ms", "order": order}
    service = serve(
        env={"OF": "before"}, replicas=2, update_config=update, rollback_config={**update, "delay": 0}
    )
    service.wait_ready(timeout=20)
    before = {task.slot: task for task in running(service)}
    service.update(env={"OF": "after"})
    service.wait_ready(timeout=20)
    assert service.update_status is not None
    assert service.update_status.state == "completed"
    after = {task.slot: task for task in running(service)}
    assert list(after) == [1, 2]
    begun = sorted(since(task) for task in after.values())
    assert (begun[1] - begun[0]).total_seconds() >= 0.25  # one by one
    for slot, task in after.items():
        old = before[slot]
        until(lambda task=old: swarm.a.tasks.get(task.id).state == "shutdown")
        if order == "start-first":
            assert since(task) < since(swarm.a.tasks.get(old.id))
        else:
            assert since(task) > since(swarm.a.tasks.get(old.id))
        assert task.attrs["Spec"]["ContainerSpec"]["Env"] == ["OF=after"]
    service.rollback()
    service.wait_ready(timeout=20)
    assert {task.attrs["Spec"]["ContainerSpec"]["Env"][0] for task in running(service)} == {"OF=before"}
    assert service.update_status.state == "rollback_completed"


@pytest.mark.parametrize(
    ("action", "state"), [("pause", "paused"), ("rollback", "rollback_completed"), ("continue", "")]
)
def test_an_update_that_fails(swarm: Duo, serve: Callable[..., Service], action: str, state: str) -> None:
    policy = {"delay": "100ms", "condition": "any"}
    update = {
        "parallelism": 1,
        "delay": "1s",
        "monitor": "2s",
        "failure_action": action,
        "order": "stop-first",
    }
    service = serve(replicas=4, update_config=update, restart_policy=policy)
    service.wait_ready(timeout=20)
    service.update(command=["sh", "-c", "exit 3"])
    with pytest.raises(NotReady) as caught:
        service.wait_ready(timeout=20)
    if action == "continue":
        return
    until(lambda: update_state(service) == state)
    if action == "pause":
        assert caught.value.state == "paused"
        assert len(running(service)) >= 3  # nothing else was touched
        service.rollback()
        service.wait_ready(timeout=20)
    else:
        until(lambda: len(running(service)) == 4)
    assert {tuple(task.attrs["Spec"]["ContainerSpec"]["Args"]) for task in running(service)} == {tuple(SLEEP)}
    assert sum(spread(service, *swarm.nodes)) == 4


def test_a_drained_node_has_no_tasks(swarm: Duo, serve: Callable[..., Service]) -> None:
    first, second = swarm.nodes
    service = serve(replicas=4)
    everywhere = serve(mode="global")
    service.wait_ready(timeout=20)
    everywhere.wait_ready(timeout=20)
    assert spread(everywhere, first, second) == [1, 1]
    second.update(availability="drain")
    until(lambda: spread(service, first, second) == [4, 0])
    until(lambda: spread(everywhere, first, second) == [1, 0])
    service.wait_ready(timeout=20)
    until(lambda: not on(swarm.b, service))
    second.update(availability="active")
    until(lambda: spread(everywhere, first, second) == [1, 1])
    assert spread(service, first, second) == [4, 0]  # nothing moves back by itself
    service.scale(8)
    service.wait_ready(timeout=20)
    assert spread(service, first, second) == [4, 4]
    second.update(availability="pause")
    service.scale(9)
    service.wait_ready(timeout=20)
    assert spread(service, first, second) == [5, 4]


def test_labels_say_where_tasks_go(swarm: Duo, serve: Callable[..., Service]) -> None:
    first, second = swarm.nodes
    first.update(labels={"zone": "a"})
    second.update(labels={"zone": "b"})
    assert [node.id for node in swarm.a.nodes.list(filters={"node.label": "zone=b"})] == [second.id]
    service = serve(replicas=3, constraints=["node.labels.zone==b"])
    service.wait_ready(timeout=20)
    assert spread(service, first, second) == [0, 3]
    service.update(constraints=["node.labels.zone!=b"])
    service.wait_ready(timeout=20)
    assert spread(service, first, second) == [3, 0]
    service.update(constraints=["node.role==manager", "node.labels.zone==b"])
    with pytest.raises(dockpy.TimedOut, match="no suitable node"):
        service.wait_ready(timeout=1)
    limited = serve(replicas=3, maxreplicas=1, preferences=["spread=node.labels.zone"])
    with pytest.raises(dockpy.TimedOut, match=r"2 of 3 tasks.*max replicas per node limit exceed"):
        limited.wait_ready(timeout=3)
    assert spread(limited, first, second) == [1, 1]


def test_secrets_and_configs_inside_of_tasks(
    swarm: Duo, serve: Callable[..., Service], new_name: Callable[[], str], labels: dict[str, str]
) -> None:
    secret = swarm.a.secrets.create(new_name(), b"top secret", labels=labels)
    config = swarm.a.configs.create(new_name(), b"on {{.Node.ID}}", templating="golang", labels=labels)
    try:
        service = serve(
            mode="global",
            secrets=[{"source": secret, "target": "key", "mode": 0o400}],
            configs=[{"source": config, "target": "/etc/where"}],
        )
        service.wait_ready(timeout=20)
        for client, node in zip(swarm.clients, swarm.nodes, strict=True):
            [container] = on(client, service)
            told = container.exec_run(
                ["sh", "-c", "cat /run/secrets/key /etc/where; stat -c %a /run/secrets/key"]
            )
            assert told.output.decode() == f"top secreton {node.id}400\n"
        with pytest.raises(dockpy.BadParameter, match="is in use by the following service"):
            secret.remove()
        service.remove()
    finally:
        swarm.a.configs.remove(config.id)
        swarm.a.secrets.remove(secret.id)


# What is lost


def test_an_engine_is_killed(swarm: Duo, overlay: Network, serve: Callable[..., Service]) -> None:
    first, second = swarm.nodes
    service = serve(WEB, env=WHERE, replicas=4, networks=[overlay], endpoint_mode="dnsrr")
    service.wait_ready(timeout=20)
    assert spread(service, first, second) == [2, 2]
    lost = [task for task in running(service) if task.node_id == second.id]
    member = swarm.members[1]
    try:
        member.kill()
        with pytest.raises(dockpy.ConnectionFailed):
            swarm.b.ping()
        until(lambda: swarm.a.nodes.get(second.id).state == "down")
        until(lambda: spread(service, first, second) == [4, 0])
        service.wait_ready(timeout=20)
        for task in lost:
            task.reload()
            assert (task.desired_state, task.state) == ("shutdown", "running")  # as far as anybody knows
        assert len(on(swarm.a, service)) == 4
    finally:
        member.start()
    until(lambda: swarm.a.nodes.get(second.id).state == "ready")
    until(lambda: not on(swarm.b, service))
    assert spread(service, first, second) == [4, 0]
    service.scale(8)
    service.wait_ready(timeout=20)
    assert spread(service, first, second) == [4, 4]


# Fleets


@pytest.mark.real("fakes are all on one host")
def test_who_is_not_reached_is_not_joined(duo: Duo) -> None:
    duo.part()
    with pytest.raises(FleetError) as caught:
        Fleet({"a": duo.a, "b": duo.b}).swarm_init(advertise={"a": "127.0.0.1"})
    assert list(caught.value.errors) == ["b"]
    assert "connection refused" in str(caught.value.errors["b"])
    assert getattr(caught.value, "__notes__", []) == []
    assert [client.swarm.state for client in duo.clients] == ["inactive", "inactive"]


def test_a_fleet_becomes_one_swarm(duo: Duo) -> None:
    duo.part()
    fleet = Fleet({"b": duo.b, "a": duo.a})
    with pytest.raises(FleetError, match="b: BadParameter: advertise address must be"):
        fleet.swarm_init(advertise={"b": "nonsense"})
    swarm = fleet.swarm_init(
        advertise={"a": duo.members[0].address, "b": duo.members[1].address}, managers=["a"]
    )
    assert swarm.client is duo.a
    assert sorted(node.role for node in duo.a.nodes.list()) == ["manager", "worker"]
    with pytest.raises(FleetError, match="already"):
        fleet.swarm_init()
    results = fleet.swarm_leave()
    assert results["b"].value
    assert isinstance(results["a"].error, dockpy.ServerError)
    assert fleet.swarm_leave(force=True).succeeded == {"b": False, "a": True}
    fleet.swarm_init(managers=2)
    until(lambda: [node.role for node in duo.b.nodes.list()] == ["manager", "manager"])
    assert fleet.swarm_leave(force=True).succeeded == {"b": True, "a": True}
