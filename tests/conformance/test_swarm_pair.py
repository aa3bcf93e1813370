"""Swarms of two engines on hosts of their own, real ones and fakes.

One module, so that a session makes the swarm once. The first engine of the pair manages it, the other works.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import pytest
from duos import Duo, ended, on, resolved, running, since, spread, update_state
from pairs import Member, until

import dockpy
from dockpy.errors import FleetError, NotReady
from dockpy.fleet import Fleet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dockpy.resources.network import Network
    from dockpy.resources.service import Service

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
        with pytest.raises(dockpy.ServerError, match="not a swarm manager") as caught:
            call()
        assert "node.update(role='manager')" in (caught.value.hint or "")
    with pytest.raises(dockpy.Forbidden, match="not a swarm manager") as forbidden:
        swarm.b.networks.create("anything", driver="overlay")
    assert "Of a worker, ask a manager's client" in (forbidden.value.hint or "")
    with pytest.raises(dockpy.ServerError, match="already part of a swarm"):
        swarm.b.swarm.join([swarm.members[0].address], swarm.a.swarm.join_tokens.worker)
    with pytest.raises(dockpy.BadParameter, match="not down"):
        second.remove()


def test_only_tokens_let_in(swarm: Duo) -> None:
    one, other = swarm.members
    swarm.b.swarm.leave()
    with pytest.raises(dockpy.ApiError, match="invalid join token") as caught:
        swarm.b.swarm.join([one.address], "nonsense", advertise_addr=other.address)
    assert "client.swarm.join_tokens" in (caught.value.hint or "")
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


def test_scaling(swarm: Duo, serve: Callable[..., Service]) -> None:
    service = serve(["sh", "-c", "echo $SLOT; exec sleep 1000"], env=WHERE, replicas=2)
    service.wait_ready(timeout=20)
    with service.log_lines(follow=True) as lines:
        assert sorted(next(lines) for _ in range(2)) == ["1", "2"]
        service.scale(4)
        service.wait_ready(timeout=20)
        assert sorted(next(lines) for _ in range(2)) == ["3", "4"]
    assert spread(service, *swarm.nodes) == [2, 2]
    assert [len(on(client, service)) for client in swarm.clients] == [2, 2]
    service.scale(0)
    service.wait_ready(timeout=20)
    until(lambda: not any(on(client, service) for client in swarm.clients))


def test_a_rolling_update_and_its_rollback(swarm: Duo, serve: Callable[..., Service]) -> None:
    one_by_one = {"parallelism": 1, "delay": "300ms", "monitor": "100ms"}
    service = serve(
        env={"OF": "before"},
        replicas=2,
        update_config={**one_by_one, "order": "start-first"},
        rollback_config={**one_by_one, "order": "stop-first"},
    )
    service.wait_ready(timeout=20)
    first = running(service)
    service.update(env={"OF": "after"})
    service.wait_ready(timeout=20)
    assert service.update_status is not None
    assert service.update_status.state == "completed"
    second = running(service)
    service.rollback()
    service.wait_ready(timeout=20)
    assert service.update_status.state == "rollback_completed"
    third = running(service)
    for tasks, value in ((first, "before"), (second, "after"), (third, "before")):
        assert [task.slot for task in tasks] == [1, 2]
        assert [task.attrs["Spec"]["ContainerSpec"]["Env"] for task in tasks] == [[f"OF={value}"]] * 2
    for tasks in (second, third):
        begun = sorted(since(task) for task in tasks)
        assert (begun[1] - begun[0]).total_seconds() >= 0.25
    for old, new in zip(first, second, strict=True):
        assert since(new) < since(ended(old))  # started first
    for old, new in zip(second, third, strict=True):
        assert since(new) > since(ended(old))  # stopped first


def test_updates_that_fail(swarm: Duo, serve: Callable[..., Service]) -> None:
    update = {"parallelism": 1, "monitor": "5s", "order": "start-first"}
    service = serve(replicas=2, update_config=update)

    def fail(action: str, max_failures: int = 3) -> NotReady:
        service.wait_ready(timeout=20)
        # A task that another was started in place of, first, may take a while to end.
        until(lambda: [t.attrs["Spec"]["ContainerSpec"]["Args"] for t in running(service)] == [SLEEP] * 2)
        service.update(command=["sh", "-c", "exit 3"], update_config={"failure_action": action})
        with pytest.raises(NotReady, match=r"a task failed: .*non-zero exit \(3\)") as caught:
            service.wait_ready(timeout=20, max_failures=max_failures)
        return caught.value

    assert fail("pause").state == "paused"
    service.rollback()
    assert fail("rollback").state.startswith("rollback")
    until(lambda: update_state(service) == "rollback_completed")
    assert fail("continue", max_failures=1).state in ("updating", "completed")


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
    service.scale(6)
    service.wait_ready(timeout=20)
    assert spread(service, first, second) == [4, 2]
    second.update(availability="pause")
    service.scale(7)
    service.wait_ready(timeout=20)
    assert spread(service, first, second) == [5, 2]
    service.scale(2)
    until(lambda: spread(service, first, second) == [1, 1])


def test_labels_say_where_tasks_go(swarm: Duo, serve: Callable[..., Service]) -> None:
    first, second = swarm.nodes
    first.update(labels={"zone": "a"})
    second.update(labels={"zone": "b"})
    assert [node.id for node in swarm.a.nodes.list(filters={"node.label": "zone=b"})] == [second.id]
    service = serve(replicas=2, constraints=["node.labels.zone==b"])
    service.wait_ready(timeout=20)
    assert spread(service, first, second) == [0, 2]
    service.update(constraints=["node.labels.zone!=b"])
    service.wait_ready(timeout=20)
    assert spread(service, first, second) == [2, 0]
    service.update(constraints=["node.role==manager", "node.labels.zone==b"])
    with pytest.raises(dockpy.TimedOut, match="no suitable node"):
        service.wait_ready(timeout=0.5)
    limited = serve(replicas=3, maxreplicas=1, preferences=["spread=node.labels.zone"])
    until(lambda: spread(limited, first, second) == [1, 1])
    with pytest.raises(dockpy.TimedOut, match=r"2 of 3 tasks.*max replicas per node limit exceed"):
        limited.wait_ready(timeout=0)


def test_a_port_of_a_host_is_taken_once(swarm: Duo, serve: Callable[..., Service]) -> None:
    port = {"target": 80, "published": 8099, "mode": "host"}
    service = serve(replicas=2, ports=[port], endpoint_mode="dnsrr")
    service.wait_ready(timeout=20)
    assert spread(service, *swarm.nodes) == [1, 1]
    service.update(env={"NEW": ""})  # which would start first
    until(lambda: any(task.state == "pending" and task.error for task in service.tasks()))
    with pytest.raises(dockpy.TimedOut, match="host-mode port already in use on 2 nodes"):
        service.wait_ready(timeout=0)


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


def test_replicas_reach_each_other_and_one_engine_is_killed(
    swarm: Duo, overlay: Network, serve: Callable[..., Service]
) -> None:
    # One test: whoever leaves an overlay network takes seconds.
    first, second = swarm.nodes
    service = serve(WEB, env=WHERE, replicas=4, networks=[overlay], endpoint_mode="dnsrr")
    service.wait_ready(timeout=20)
    assert spread(service, first, second) == [2, 2]
    check_that_they_reach_each_other(swarm, service)
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
    service.scale(6)
    service.wait_ready(timeout=20)
    assert spread(service, first, second) == [4, 2]


def check_that_they_reach_each_other(swarm: Duo, service: Service) -> None:
    """By name and by address, from both engines; and what they say is in the service's log."""
    tasks = running(service)
    addresses = {task.attrs["NetworksAttachments"][0]["Addresses"][0].partition("/")[0] for task in tasks}
    pages = {f"{task.slot} on {task.node_id}" for task in tasks}
    assert len(addresses) == len(pages) == len(tasks)
    for client in swarm.clients:
        container = on(client, service)[0]
        for name in (service.name, f"tasks.{service.name}"):
            until(lambda: addresses <= set(resolved(container, name)))  # noqa: B023
        # Its own resolver is not used: in a static busybox it crashes.
        found = container.exec_run(
            ["sh", "-c", f"for a in {' '.join(addresses)}; do wget -qO- http://$a; done"]
        )
        assert set(found.output.decode().splitlines()) == pages
    assert sorted(service.logs().decode().splitlines()) == sorted(pages)
    details = service.logs(details=True, tail=1).decode().splitlines()
    assert {f"com.docker.swarm.node.id={task.node_id}" for task in tasks} <= {
        detail for line in details for detail in line.partition(" ")[0].split(",")
    }
    for node in swarm.nodes:
        assert {task.id for task in node.tasks(filters={"service": service.id})} == {
            task.id for task in tasks if task.node_id == node.id
        }


# Fleets


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
