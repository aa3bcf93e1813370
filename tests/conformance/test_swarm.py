"""Swarms of one node: the swarm itself, services and their tasks, nodes, secrets, configs.

One module, so that a session makes a swarm once on each engine.
"""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import dockpy
from dockpy.errors import NotReady

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "integration"))
import swarms
from private_engine import PrivateEngine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conftest import Place

    from dockpy import Client
    from dockpy.resources.service import Service

QUICK: dict[str, Any] = {
    # Without addresses of their own containers start at once, and where nobody asks them they end so.
    "networks": ["host"],
    "stop_signal": "SIGKILL",
    "restart_policy": {"delay": "1ms"},
    "update_config": {"order": "start-first", "monitor": "1ms"},
    "rollback_config": {"order": "start-first", "monitor": "1ms"},
}
SLEEP = ["sleep", "1000"]
TOKEN = "SWMTKN-1-" + "1" * 50 + "-" + "1" * 25


@pytest.fixture(scope="module")
def in_swarm() -> Iterator[Callable[[Place], None]]:
    """Makes an engine's swarm anew where this module has not yet; leaves them all at the end."""
    made: dict[str, Place] = {}

    def ensure(place: Place) -> None:
        with place.connect() as client:
            if place.name not in made:
                swarms.leave(client)  # one that a killed run has left
                made[place.name] = place
            if client.swarm.state != "active":
                client.swarm.init(**swarms.addresses(client, place.name))

    yield ensure
    for place in made.values():
        with place.connect() as client:
            swarms.leave(client)


@pytest.fixture
def swarm(engine: Client, engine_place: Place, in_swarm: Callable[[Place], None]) -> Client:
    """A client of an engine that is the one node of its swarm."""
    in_swarm(engine_place)
    return engine


@pytest.fixture
def serve(
    swarm: Client, new_name: Callable[[], str], labels: dict[str, str]
) -> Iterator[Callable[..., Service]]:
    """Create a service, for as long as the test takes."""
    made: list[Service] = []

    def make(image: str = "busybox", command: Any = SLEEP, **options: Any) -> Service:
        options = {"name": new_name(), **QUICK, **options, "labels": {**labels, **options.get("labels", {})}}
        made.append(swarm.services.create(image, command, **options))
        return made[-1]

    yield make
    for service in made:
        with contextlib.suppress(dockpy.NotFound):
            service.remove()


# Without a swarm; these are first, and make none


def test_without_a_swarm_the_error_says_how_to_make_one(engine: Client, engine_place: Place) -> None:
    swarms.leave(engine)
    assert engine.swarm.state == "inactive"
    for call in (
        engine.swarm.inspect,
        engine.services.list,
        engine.nodes.list,
        engine.tasks.list,
        engine.secrets.list,
        engine.configs.list,
        lambda: engine.services.create("busybox"),
        lambda: engine.swarm.unlock("SWMKEY-1-x"),
        engine.swarm.get_unlock_key,
    ):
        with pytest.raises(dockpy.ServerError, match="not a swarm manager") as caught:
            call()
        assert caught.value.status_code == 503
        assert caught.value.hint is not None
        assert "client.swarm.init()" in caught.value.hint
    with pytest.raises(dockpy.ServerError, match="not part of a swarm"):
        engine.swarm.leave()
    with pytest.raises(dockpy.ApiError, match="invalid join token"):
        engine.swarm.join(
            ["127.0.0.1:1"], "nonsense", listen_addr="127.0.0.1:23479", advertise_addr="127.0.0.1"
        )
    with pytest.raises(dockpy.BadParameter):
        engine.swarm.init(advertise_addr="256.0.0.1", listen_addr="127.0.0.1:23479")
    assert engine.swarm.state == "inactive"


# The swarm


def test_a_swarm_that_is_there(swarm: Client) -> None:
    found = swarm.swarm
    assert found.state == "active"
    assert found.id == found.attrs["ID"] == swarm.swarm.inspect().id
    assert found.short_id == found.id[:12]
    assert found.created is not None
    assert found.attrs.data_path_port in (47901, 47902, 47903)
    with pytest.raises(dockpy.ServerError, match="already part of a swarm") as caught:
        found.init(advertise_addr="127.0.0.1")
    assert "client.swarm.leave()" in str(caught.value)
    with pytest.raises(dockpy.ServerError, match="already part of a swarm"):
        found.join(["127.0.0.1:1"], TOKEN, advertise_addr="127.0.0.1")
    with pytest.raises(dockpy.ServerError, match="as a manager") as caught:
        found.leave()
    assert "leave(force=True)" in str(caught.value)
    with pytest.raises(dockpy.Conflict, match="not locked"):
        found.unlock("SWMKEY-1-x")
    assert found.state == "active"


def test_an_update_changes_what_is_given(swarm: Client) -> None:
    found = swarm.swarm
    before, version = found.attrs["Spec"], found.version
    found.update(task_history_retention_limit=0, dispatcher_heartbeat_period="6s", labels={"a": "b"})
    spec = found.attrs.spec
    assert found.version > version
    assert spec.orchestration is not None
    assert spec.orchestration.task_history_retention_limit == 0
    assert spec.dispatcher is not None
    assert spec.dispatcher.heartbeat_period == 6_000_000_000
    assert spec.labels == {"a": "b"}
    assert (found.attrs["Spec"]["Raft"], found.attrs["Spec"]["CAConfig"]) == (
        before["Raft"],
        before["CAConfig"],
    )
    with pytest.raises(dockpy.BadParameter, match="default"):
        found.update(name="another")
    with pytest.raises(TypeError, match="did you mean 'labels'"):
        found.update(label={})  # type: ignore[call-arg]
    with pytest.raises(dockpy.InvalidArgument, match="nanoseconds"):
        found.update(dispatcher_heartbeat_period=5_000_000_000)
    found.update(task_history_retention_limit=5, dispatcher_heartbeat_period="5s", labels={})
    assert found.attrs["Spec"] == before


def test_tokens_and_keys_are_rotated_and_never_shown(swarm: Client) -> None:
    found = swarm.swarm
    worker, manager = found.join_tokens.worker, found.join_tokens.manager
    assert worker.startswith("SWMTKN-")
    for shown in (repr(found), repr(found.attrs), repr(found.join_tokens), str(found.attrs)):
        assert worker not in shown
        assert manager not in shown
    found.update(rotate_worker_token=True)
    assert found.join_tokens.worker != worker
    assert found.join_tokens.manager == manager
    found.update(rotate_manager_token=True)
    assert found.join_tokens.manager != manager
    assert found.get_unlock_key() == ""
    found.update(autolock_managers=True)
    key = found.get_unlock_key()
    assert key.startswith("SWMKEY-")
    found.update(rotate_manager_unlock_key=True)
    assert found.get_unlock_key() not in ("", key)
    found.update(autolock_managers=False)
    assert found.get_unlock_key() == ""


# Secrets and configs


def test_secrets(swarm: Client, new_name: Callable[[], str], labels: dict[str, str]) -> None:
    name = new_name()
    secret = swarm.secrets.create(name, b"top secret", labels=labels)
    try:
        assert (secret.name, secret.labels) == (name, labels)
        assert swarm.secrets.get(name) == secret == swarm.secrets.get(secret.id)
        assert swarm.secrets.list(filters={"name": name}) == [secret]
        assert secret.created is not None
        version = secret.version
        secret.update(labels={**labels, "new": ""})
        assert secret.labels == {**labels, "new": ""}
        assert secret.version > version
        assert "Data" not in secret.attrs["Spec"]
        with pytest.raises(dockpy.Conflict) as caught:
            swarm.secrets.create(name, "top secret too")
        assert "top secret" not in str(caught.value)
    finally:
        secret.remove()
    for call in (
        secret.reload,
        secret.remove,
        lambda: secret.update(labels={}),
        lambda: swarm.secrets.get(name),
    ):
        with pytest.raises(dockpy.NotFound):
            call()


@pytest.mark.parametrize("data", [b"", b"x" * 512_000])
def test_a_secret_has_a_size(swarm: Client, new_name: Callable[[], str], data: bytes) -> None:
    with pytest.raises(dockpy.BadParameter, match="512000"):
        swarm.secrets.create(new_name(), data)


def test_configs(swarm: Client, new_name: Callable[[], str], labels: dict[str, str]) -> None:
    name = new_name()
    config = swarm.configs.create(name, "größe=1\n", labels=labels, templating="golang")
    try:
        assert (config.name, config.data) == (name, "größe=1\n".encode())
        assert config.attrs.spec.templating is not None
        assert config.attrs.spec.templating.name == "golang"
        assert swarm.configs.get(name) == config
        assert swarm.configs.list(filters={"name": name}) == [config]
        config.update(labels={"other": "1"})
        assert config.labels == {"other": "1"}
        assert config.data == "größe=1\n".encode()
        with pytest.raises(dockpy.Conflict):
            swarm.configs.create(name, b"1")
    finally:
        swarm.configs.remove(name)
    with pytest.raises(dockpy.NotFound):
        config.reload()


# Nodes


def test_the_node(swarm: Client) -> None:
    (node,) = swarm.nodes.list()
    assert node == swarm.nodes.get("self") == swarm.nodes.get(node.id)
    assert (node.role, node.availability, node.state, node.is_leader) == ("manager", "active", "ready", True)
    assert node.addr == "127.0.0.1"
    assert node.engine_version == swarm.version()["Version"]
    assert node.hostname == swarm.info()["Name"]
    assert node.platform.startswith("linux/")
    assert [found.id for found in swarm.nodes.list(filters={"role": "worker"})] == []
    with pytest.raises(dockpy.NotFound):
        swarm.nodes.get("none")


def test_a_node_changes(swarm: Client, serve: Callable[..., Service]) -> None:
    node = swarm.nodes.get("self")
    node.update(labels={"zone": "a"}, name="one")
    assert (node.labels, node.name, node.availability) == ({"zone": "a"}, "one", "active")
    node.update(availability="drain")
    try:
        assert (node.labels, node.availability) == ({"zone": "a"}, "drain")
        service = serve(constraints=["node.labels.zone==a"])
        with pytest.raises(dockpy.TimedOut, match="no suitable node"):
            service.wait_ready(timeout=1)
    finally:
        node.update(availability="active")
    service.wait_ready(timeout=20)
    assert {task.service_id for task in node.tasks(filters={"desired-state": "running"})} >= {service.id}
    node.update(labels={})
    assert node.labels == {}
    calls: list[Callable[[], None]] = [
        lambda: node.update(role="worker"),
        node.remove,
        lambda: swarm.nodes.remove(node.id, force=True),
    ]
    for call in calls:
        with pytest.raises(dockpy.BadParameter, match="manager"):
            call()
    with pytest.raises(dockpy.InvalidArgument, match="'drain'"):
        node.update(availability="off")


# Services


def test_a_service_and_its_tasks(
    swarm: Client, serve: Callable[..., Service], new_name: Callable[[], str]
) -> None:
    secret = swarm.secrets.create(new_name(), b"top secret")
    config = swarm.configs.create(new_name(), b"{{.Service.Name}}", templating="golang")
    program = "cat /run/secrets/key /etc/conf; echo; stat -c %a /etc/conf; echo $A-$SLOT >&2; exec sleep 1000"
    service = serve(
        command=["sh", "-c", program],
        env={"A": 1, "SLOT": "{{.Task.Slot}}"},
        secrets=[{"source": secret.name, "target": "key"}],
        configs=[{"source": config, "target": "/etc/conf", "mode": 0o440}],
        container_labels={"inside": "yes"},
        replicas=2,
    )
    try:
        service.wait_ready(timeout=20)
        assert (service.mode, service.replicas, service.image) == ("replicated", 2, "busybox:latest")
        assert service == swarm.services.get(service.name)
        tasks = sorted(service.tasks(), key=lambda task: task.slot or 0)
        assert [(task.slot, task.state, task.desired_state) for task in tasks] == [
            (1, "running", "running"),
            (2, "running", "running"),
        ]
        task = tasks[0]
        assert (task.service, task.node, task.error) == (service, swarm.nodes.get("self"), "")
        assert swarm.tasks.get(task.id) == task
        assert task.container is not None
        assert task.container.labels["inside"] == "yes"
        swarms.until(lambda: len(service.logs().splitlines()) == 6)
        wanted = ["440", f"top secret{service.name}"]
        assert sorted(service.log_lines(stderr=False)) == sorted(wanted * 2)
        assert sorted(service.logs(stdout=False).splitlines()) == [b"1-1", b"1-2"]
        assert sorted(task.log_lines()) == sorted([*wanted, "1-1"])
        with task.logs(stream=True, follow=False, tail=1, details=True, timestamps=True) as stream:
            assert b"com.docker.swarm.task.id=" in stream.read()
        (listed,) = swarm.services.list(filters={"name": service.name}, status=True)
        assert listed.status is not None
        assert (listed.status.running_tasks, listed.status.desired_tasks) == (2, 2)
        assert (service.status, service.update_status) == (None, None)
        with pytest.raises(dockpy.BadParameter, match="in use"):
            secret.remove()
    finally:
        service.remove()
        secret.remove()
        config.remove()


def test_logs_end_when_they_are_closed_from_elsewhere(
    serve: Callable[..., Service], in_thread: Callable[..., threading.Thread]
) -> None:
    service = serve(command=["sh", "-c", "echo one; exec sleep 1000"], tty=True)
    service.wait_ready(timeout=20)
    seen: list[str] = []
    first = threading.Event()
    lines = service.log_lines(follow=True)

    def read() -> None:
        for line in lines:
            seen.append(line)
            first.set()

    thread = in_thread(read)
    assert first.wait(20)
    lines.close()
    thread.join(5)
    assert not thread.is_alive()
    assert seen == ["one"]


def test_no_replicas_are_sent(serve: Callable[..., Service]) -> None:
    service = serve(replicas=0)
    assert service.attrs["Spec"]["Mode"] == {"Replicated": {"Replicas": 0}}
    service.wait_ready(timeout=20)
    assert service.tasks() == []
    service.scale(1)
    service.wait_ready(timeout=20)
    assert service.replicas == 1
    service.scale(0)
    assert service.replicas == 0
    swarms.until(lambda: not any(task.state == "running" for task in service.tasks()))


def test_an_update_keeps_what_is_not_given(serve: Callable[..., Service]) -> None:
    service = serve(
        replicas=0,
        env=["A=1"],
        limit_memory="64m",
        reserve_cpu=0.1,
        hosts={"db": "10.0.0.2"},
        healthcheck={"test": "true", "interval": "1m", "retries": 2},
        mounts=["type=tmpfs,target=/run"],
    )
    before, version = service.attrs["Spec"], service.version
    assert service.update(limit_cpu=0.5, healthcheck={"retries": 3}, restart_policy="on-failure") == []
    assert service.version > version
    after = service.attrs["Spec"]
    task, was = after["TaskTemplate"], before["TaskTemplate"]
    assert task["Resources"] == {
        "Limits": {"NanoCPUs": 500_000_000, "MemoryBytes": 64 * 1024**2},
        "Reservations": {"NanoCPUs": 100_000_000},
    }
    health = {**was["ContainerSpec"]["Healthcheck"], "Retries": 3}
    assert task["ContainerSpec"] == {**was["ContainerSpec"], "Healthcheck": health}
    assert task["RestartPolicy"] == {**was["RestartPolicy"], "Condition": "on-failure"}
    assert {name: after[name] for name in after if name != "TaskTemplate"} == {
        name: before[name] for name in before if name != "TaskTemplate"
    }
    service.update(env=[], command=[], limit_memory=0)
    assert "Env" not in service.attrs["Spec"]["TaskTemplate"]["ContainerSpec"]
    assert "Args" not in service.attrs["Spec"]["TaskTemplate"]["ContainerSpec"]
    assert service.attrs["Spec"]["TaskTemplate"]["Resources"]["Limits"] == {"NanoCPUs": 500_000_000}


def test_update_rollback_and_force(serve: Callable[..., Service]) -> None:
    service = serve(env=["A=1"])
    service.wait_ready(timeout=20)
    with pytest.raises(dockpy.BadParameter, match="previous spec"):
        service.rollback()
    first = {task.id for task in service.tasks()}
    service.update(env=["A=2"])
    service.wait_ready(timeout=20)
    assert service.update_status is not None
    assert service.update_status.state == "completed"
    second = {task.id for task in service.tasks(filters={"desired-state": "running"})}
    assert not first & second
    service.rollback()
    service.wait_ready(timeout=20)
    assert service.attrs["Spec"]["TaskTemplate"]["ContainerSpec"]["Env"] == ["A=1"]
    third = {task.id for task in service.tasks(filters={"desired-state": "running"})}
    service.force_update()
    service.wait_ready(timeout=20)
    assert service.attrs.spec.task_template is not None
    assert service.attrs.spec.task_template.force_update == 1
    fourth = {task.id for task in service.tasks(filters={"desired-state": "running"})}
    assert not third & fourth
    service.update(labels={"only": "this"})
    service.rollback()
    service.wait_ready(timeout=20)
    assert service.update_status.state == "rollback_completed"
    assert "only" not in service.labels
    assert {task.id for task in service.tasks(filters={"desired-state": "running"})} == fourth


def test_updates_at_the_same_time_are_all_made(
    swarm: Client, serve: Callable[..., Service], in_thread: Callable[..., threading.Thread]
) -> None:
    service = serve(replicas=0)
    begin = threading.Barrier(3)

    def change(**options: Any) -> None:
        mine = swarm.services.get(service.id)
        begin.wait(10)
        mine.update(**options)

    threads = [
        in_thread(lambda options=options: change(**options))
        for options in ({"env": ["A=1"]}, {"hostname": "h"}, {"workdir": "/srv"})
    ]
    for thread in threads:
        thread.join(20)
    service.reload()
    container = service.attrs["Spec"]["TaskTemplate"]["ContainerSpec"]
    assert (container["Env"], container["Hostname"], container["Dir"]) == (["A=1"], "h", "/srv")


def test_a_paused_update_says_why(serve: Callable[..., Service]) -> None:
    service = serve()
    service.wait_ready(timeout=20)
    service.update(image="no-such-image:1", update_config={"failure_action": "pause", "monitor": "10s"})
    with pytest.raises(NotReady, match=r"paused.*No such image") as caught:
        service.wait_ready(timeout=30)
    assert caught.value.state == "paused"


@pytest.mark.parametrize(
    ("image", "command", "policy", "why"),
    [
        ("no-such-image:1", SLEEP, {"delay": "1ms"}, "No such image"),
        ("busybox", ["no-such-program"], {"delay": "1ms"}, "no-such-program"),
        ("busybox", ["false"], "none", "non-zero exit"),
    ],
)
def test_tasks_that_fail_end_the_wait(
    serve: Callable[..., Service], image: str, command: list[str], policy: Any, why: str
) -> None:
    service = serve(image, command, restart_policy=policy)
    with pytest.raises(NotReady, match=why) as caught:
        service.wait_ready(timeout=30, stable=5)
    assert why in caught.value.output
    assert service.name in str(caught.value)


def test_global_services(serve: Callable[..., Service]) -> None:
    service = serve(mode="global")
    service.wait_ready(timeout=20)
    assert (service.mode, service.replicas) == ("global", None)
    assert [task.slot for task in service.tasks()] == [None]
    with pytest.raises(dockpy.InvalidArgument, match="every node"):
        service.scale(2)
    with pytest.raises(dockpy.ServerError, match="mode change"):
        service.update(mode="replicated")


@pytest.mark.parametrize("mode", [{"mode": "replicated-job", "replicas": 2}, {"mode": "global-job"}])
def test_jobs(serve: Callable[..., Service], mode: dict[str, Any]) -> None:
    service = serve(command=["true"], **mode, restart_policy="none", update_config=None, rollback_config=None)
    service.wait_ready(timeout=20)
    assert service.mode == mode["mode"]
    tasks = service.tasks()
    assert [(task.state, task.exit_code) for task in tasks] == [("complete", 0)] * mode.get("replicas", 1)
    service.force_update()  # runs it again
    service.wait_ready(timeout=20)
    again = [task for task in service.tasks() if task not in tasks]
    assert [task.state for task in again] == ["complete"] * len(tasks)


def test_networks_and_ports(
    swarm: Client, serve: Callable[..., Service], new_name: Callable[[], str]
) -> None:
    # Whether an overlay works depends on the host; a bridge on each node does everywhere.
    network = swarm.networks.create(new_name(), driver="bridge", scope="swarm", attachable=True)
    try:
        service = serve(
            networks=[{"target": network, "aliases": ["db"]}],
            labels={"on-network": ""},
            endpoint_mode="dnsrr",
            ports=[{"target": 80, "mode": "host"}],
            cap_add=["NET_ADMIN"],
            sysctls={"net.ipv4.ip_default_ttl": 60},
            ulimits={"nofile": (512, 1024)},
            dns=["10.0.0.53"],
            limit_pids=20,
        )
        service.wait_ready(timeout=30)
        spec = service.attrs["Spec"]
        assert spec["TaskTemplate"]["Networks"] == [{"Target": network.id, "Aliases": ["db"]}]
        assert spec["EndpointSpec"]["Mode"] == "dnsrr"
        (task,) = service.tasks(filters={"desired-state": "running"})
        port = task.attrs["Status"]["PortStatus"]["Ports"][0]  # and the same of IPv6
        assert (port["TargetPort"], port["PublishMode"]) == (80, "host")
        assert task.container is not None
        host = task.container.attrs["HostConfig"]
        assert host["Sysctls"] == {"net.ipv4.ip_default_ttl": "60"}
        assert host["Dns"] == ["10.0.0.53"]
        assert [(limit["Name"], limit["Soft"], limit["Hard"]) for limit in host["Ulimits"]] == [
            ("nofile", 512, 1024)
        ]
    finally:
        for service in swarm.services.list(filters={"label": "on-network"}):
            service.remove()
        network.remove()


def test_what_is_not_there(swarm: Client, serve: Callable[..., Service]) -> None:
    service = serve(replicas=0)
    with pytest.raises(dockpy.Conflict):
        serve(name=service.name)
    with pytest.raises(dockpy.NotFound, match="no-such-secret"):
        serve(secrets=["no-such-secret"])
    with pytest.raises(dockpy.ServerError, match="no-such-network"):
        serve(networks=["no-such-network"])
    with pytest.raises(dockpy.BadParameter):
        serve(name="no name")
    with pytest.raises(dockpy.NotFound):
        swarm.tasks.get("none")
    plain, whole = swarm.services.get(service.id), swarm.services.get(service.id, insert_defaults=True)
    assert set(whole.attrs["Spec"]["TaskTemplate"]) > set(plain.attrs["Spec"]["TaskTemplate"])
    swarm.services.remove(service.name)
    for call in (service.reload, service.remove, service.force_update, service.logs, service.wait_ready):
        with pytest.raises(dockpy.NotFound):
            call()


def test_options_that_an_engine_is_too_old_for(swarm: Client, serve: Callable[..., Service]) -> None:
    with pytest.raises(dockpy.VersionMismatch, match=r"swap_bytes needs API 1\.52"):
        serve(memory_swap=-1)
    if swarm.api_version == "1.41":
        with pytest.raises(dockpy.VersionMismatch, match=r"oom_score_adj needs API 1\.46"):
            serve(oom_score_adj=10)
        with pytest.raises(dockpy.VersionMismatch, match=r"no_new_privileges needs API 1\.44"):
            serve(privileges={"no_new_privileges": True})
    else:
        service = serve(oom_score_adj=10, privileges={"no_new_privileges": True}, replicas=0)
        assert service.attrs["Spec"]["TaskTemplate"]["ContainerSpec"]["OomScoreAdj"] == 10


def test_the_registry_says_what_a_name_stands_for(
    swarm: Client, serve: Callable[..., Service], registry_image: Callable[..., str]
) -> None:
    image = registry_image(swarm)
    service = serve(image, query_registry=True, replicas=0)
    assert service.image.startswith(f"{image}@sha256:")
    platforms = service.attrs["Spec"]["TaskTemplate"]["Placement"]["Platforms"]
    assert [platform["OS"] for platform in platforms] == ["linux"]
    with pytest.raises(dockpy.ImageNotFound):
        serve(f"{image}-none", query_registry=True)


def test_nodes_pull_with_our_credentials(
    swarm: Client, serve: Callable[..., Service], locked_registry: str, new_name: Callable[[], str]
) -> None:
    image = f"{locked_registry}/{new_name()}:1"
    login = {"username": "tester", "password": "s3cret"}
    swarm.images.tag("busybox", image)
    swarm.images.push(image, auth_config=login)
    swarm.images.remove(image)
    service = serve(image, auth_config=login)
    service.wait_ready(timeout=20)
    assert "s3cret" not in repr(service.attrs)
    service.remove()
    swarms.until(
        lambda: (
            not any(image in task.image for task in swarm.tasks.list(filters={"desired-state": "running"}))
        )
    )
    swarms.until(lambda: _untagged(swarm, image))


def _untagged(swarm: Client, image: str) -> bool:
    try:
        swarm.images.remove(image, force=True)
    except dockpy.NotFound:
        return True
    except dockpy.Conflict:
        return False  # its container is being removed still
    return True


# A locked manager: an engine of the test's own, which can be started again


@pytest.mark.parametrize("engine_place", ["unix20", "unix28"], indirect=True)
def test_a_locked_manager_is_unlocked(engine_place: Place) -> None:
    private = PrivateEngine(engine_place.url)
    with contextlib.closing(private), private.connect() as client:
        private.start()
        listen = "127.0.0.1:23477" if engine_place.name == "unix20" else "127.0.0.1:23478"
        client.swarm.init(advertise_addr="127.0.0.1", listen_addr=listen, autolock_managers=True)
        key = client.swarm.get_unlock_key()
        private.restart(signal.SIGTERM)
        swarms.until(lambda: client.swarm.state == "locked")
        with pytest.raises(dockpy.ServerError, match="unlock") as caught:
            client.nodes.list()
        assert "client.swarm.unlock(key)" in str(caught.value)
        with pytest.raises(dockpy.ApiError) as refused:
            client.swarm.unlock("SWMKEY-1-" + "1" * 43)
        assert key not in str(refused.value)
        client.swarm.unlock(key)
        swarms.until(lambda: client.swarm.state == "active")
        assert client.swarm.get_unlock_key() == key
