"""What goes wrong on purpose, as a client sees it."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Literal

import pytest

import dockpy
from dockpy.fake import FakeDaemon, ManualClock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(params=["in process", "socket"])
def daemon(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[FakeDaemon]:
    listen = f"unix://{tmp_path}/fake.sock" if request.param == "socket" else None
    with FakeDaemon(listen) as daemon:
        daemon.images.add("busybox")
        yield daemon


@pytest.fixture
def client(daemon: FakeDaemon) -> Iterator[dockpy.Client]:
    make = daemon.client if not daemon.urls else lambda: dockpy.Client(daemon.url, timeout=10)
    with make() as client:
        yield client


def test_a_status_and_its_message(daemon: FakeDaemon, client: dockpy.Client) -> None:
    with daemon.fail("ContainerCreate", status=409, message="not today") as fault:
        with pytest.raises(dockpy.Conflict, match="not today"):
            client.containers.create("busybox")
        assert client.containers.list(all=True) == []
        assert fault.hits == 1
    assert client.containers.create("busybox")


def test_only_so_often_and_only_after_some(daemon: FakeDaemon, client: dockpy.Client) -> None:
    fault = daemon.fail("SystemPing", status=503, after=1, times=2)
    results = []
    for _ in range(5):
        try:
            results.append(client.ping())
        except dockpy.ServerError:
            results.append("failed")
    assert fault.hits == 2
    assert results.count("failed") == 2
    assert results[-2:] == [True, True]


def test_only_about_one_object(daemon: FakeDaemon, client: dockpy.Client) -> None:
    web = client.containers.create("busybox", name="web")
    db = client.containers.create("busybox", name="db")
    daemon.fail("ContainerInspect", object="web", status=500, message="lost")
    with pytest.raises(dockpy.ServerError, match="lost"):
        client.containers.get(web.id)  # whatever it is called by
    assert client.containers.get(db.id).name == "db"


def test_an_operation_that_there_is_not(daemon: FakeDaemon) -> None:
    with pytest.raises(dockpy.InvalidArgument, match="ContainerMake"):
        daemon.fail("ContainerMake", status=500)


def test_a_reset_before_leaves_nothing_and_one_after_does(daemon: FakeDaemon, client: dockpy.Client) -> None:
    client.ping()
    with daemon.fail("VolumeCreate", reset="before"), pytest.raises(dockpy.ConnectionFailed):
        client.volumes.create("one")
    assert client.volumes.list() == []
    with daemon.fail("VolumeCreate", reset="after"), pytest.raises(dockpy.ConnectionFailed):
        client.volumes.create("one")
    assert [volume.name for volume in client.volumes.list()] == ["one"]


def test_garbage_is_no_answer(daemon: FakeDaemon, client: dockpy.Client) -> None:
    client.ping()
    with daemon.fail("ContainerList", garbage=True), pytest.raises(dockpy.InvalidResponse):
        client.containers.list()
    assert client.ping()


def test_a_hang_ends_with_the_clients_patience(daemon: FakeDaemon, client: dockpy.Client) -> None:
    client.ping()
    with daemon.fail("ContainerList", hang=True), pytest.raises(dockpy.TimedOut):
        client.with_options(timeout=0.1).containers.list()
    assert client.containers.list() == []


def test_a_stream_that_is_cut(daemon: FakeDaemon, client: dockpy.Client) -> None:
    container = client.containers.run("busybox", ["seq", "1000"], detach=True)
    container.wait()
    with daemon.fail("ContainerLogs", cut=100):
        got = bytearray()

        def read() -> None:
            for piece in container.logs(stream=True):
                got.extend(piece)

        with pytest.raises(dockpy.DockpyError):
            read()
    assert container.logs().startswith(bytes(got))
    assert len(container.logs()) == 3893


def test_an_answer_that_is_cut(daemon: FakeDaemon, client: dockpy.Client) -> None:
    client.containers.create("busybox")
    with daemon.fail("ContainerList", cut=10), pytest.raises(dockpy.DockpyError):
        client.containers.list(all=True)


def test_an_answer_shorter_than_the_cut_is_whole(daemon: FakeDaemon, client: dockpy.Client) -> None:
    container = client.containers.run("busybox", ["echo", "hi"], detach=True)
    container.wait()
    with daemon.fail(cut=1_000_000):
        assert client.containers.get(container.id).name == container.name
        assert container.logs() == b"hi\n"
        assert client.ping()  # HEAD has no body
        container.rename("other")  # nor has 204


def test_a_cut_at_once_does_not_wait_for_what_is_cut(daemon: FakeDaemon, client: dockpy.Client) -> None:
    with daemon.fail("SystemEvents", cut=0), pytest.raises(dockpy.DockpyError):
        next(client.events(reconnect=False))


@pytest.mark.parametrize("cut", [1, 4, 20])
def test_a_connection_that_was_taken_over_is_cut(daemon: FakeDaemon, client: dockpy.Client, cut: int) -> None:
    container = client.containers.run("busybox", ["sleep", "1000"], detach=True)
    with daemon.fail("ExecStart", cut=cut) as fault, pytest.raises(dockpy.DockpyError):
        container.exec_run(["seq", "1000"])
    assert fault.hits == 1
    assert len(container.exec_run(["seq", "1000"]).output) == 3893


@pytest.mark.parametrize("reset", ["before", "after"])
@pytest.mark.parametrize("operation", ["SystemEvents", "ContainerLogs", "ExecStart"])
def test_a_stream_that_never_begins(
    daemon: FakeDaemon, client: dockpy.Client, operation: str, reset: Literal["before", "after"]
) -> None:
    container = client.containers.run("busybox", ["sleep", "1000"], detach=True)
    use = {
        "SystemEvents": lambda: client.events(reconnect=False),
        "ContainerLogs": container.logs,
        "ExecStart": lambda: container.exec_run(["true"]),
    }[operation]
    with daemon.fail(operation, reset=reset), pytest.raises(dockpy.ConnectionFailed, match=operation):
        use()
    assert daemon._engine.system.listeners == 0
    assert container.exec_run(["echo", "x"]).output == b"x\n"


def test_an_error_that_is_never_heard(daemon: FakeDaemon, client: dockpy.Client) -> None:
    client.ping()
    with daemon.fail("ContainerInspect", reset="after"), pytest.raises(dockpy.ConnectionFailed):
        client.containers.get("nothing")
    assert daemon.requests[-1].status == 0


def test_faults_that_happen_one_after_the_other(daemon: FakeDaemon, client: dockpy.Client) -> None:
    first = daemon.fail("ContainerList", status=503, times=1)
    second = daemon.fail("ContainerList", status=502, times=1)
    seen = []
    for _ in range(3):
        try:
            client.containers.list()
            seen.append(200)
        except dockpy.ServerError as error:
            seen.append(error.status_code or 0)
    assert seen == [503, 502, 200]
    assert first.hits == second.hits == 1


def test_a_fault_of_which_nothing_else_is_said_is_an_error(daemon: FakeDaemon, client: dockpy.Client) -> None:
    with daemon.fail("ContainerList"), pytest.raises(dockpy.ServerError, match="ContainerList fails"):
        client.containers.list()


def test_statuses_without_a_body(daemon: FakeDaemon, client: dockpy.Client) -> None:
    container = client.containers.create("busybox")
    with daemon.fail("ContainerStart", status=304):
        container.start()
    container.reload()
    assert container.status == "created"


def test_so_often_however_many_call_at_once(daemon: FakeDaemon, client: dockpy.Client) -> None:
    fault = daemon.fail("VolumeCreate", status=500, after=5, times=7, latency=0.01)

    def create(number: int) -> bool:
        try:
            return bool(client.volumes.create(f"v{number}"))
        except dockpy.ServerError:
            return False

    with ThreadPoolExecutor(20) as pool:
        assert sum(pool.map(create, range(40))) == 33
    assert fault.hits == 7
    assert len(client.volumes.list()) == 33


def test_objects_by_whatever_they_are_called(daemon: FakeDaemon, client: dockpy.Client) -> None:
    web = client.containers.run("busybox", ["sleep", "1000"], name="web", detach=True)
    image, network = client.images.get("busybox"), client.networks.create("net")
    volume = client.volumes.create("data")
    for object, operation, use in (
        (web.short_id, "ContainerInspect", lambda: client.containers.get("web")),
        ("/web", "ContainerInspect", lambda: client.containers.get(web.id)),
        ("busybox:latest", "ImageInspect", lambda: client.images.get(image.id)),
        ("net", "NetworkInspect", lambda: client.networks.get(network.id)),
        ("data", "VolumeInspect", lambda: client.volumes.get(volume.name)),
        ("other", "VolumeCreate", lambda: client.volumes.create("other")),
        ("other", "NetworkCreate", lambda: client.networks.create("other")),
        ("other", "ContainerCreate", lambda: client.containers.create("busybox", name="other")),
    ):
        with daemon.fail(operation, object="nothing", status=500):
            assert use() is not None if object != "other" else True
        with daemon.fail(operation, object=object, status=500, message="that one") as fault:
            with pytest.raises(dockpy.ServerError, match="that one"):
                use()
            assert fault.hits == 1


@pytest.mark.parametrize(
    "wrong", [{"status": 100}, {"status": 600}, {"times": -1}, {"cut": -1}, {"latency": -1}, {"reset": "now"}]
)
def test_faults_that_cannot_be(daemon: FakeDaemon, wrong: dict[str, Any]) -> None:
    with pytest.raises(dockpy.InvalidArgument, match=next(iter(wrong))):
        daemon.fail("SystemPing", **wrong)


def test_a_call_is_recorded_when_it_comes(daemon: FakeDaemon, client: dockpy.Client) -> None:
    with daemon.fail("ContainerList", hang=True), pytest.raises(dockpy.TimedOut):
        client.with_options(timeout=0.2).containers.list()
    assert client.ping()
    kept = [(request.operation, request.status) for request in daemon.requests]
    assert kept[-2][0] == "ContainerList"
    assert kept[-2][1] == 0
    assert kept[-1][1] == 200


def test_latency_is_the_daemons_time() -> None:
    clock = ManualClock(auto=True)
    with FakeDaemon(clock=clock) as daemon, daemon.client() as client:
        began, real = clock.now(), time.monotonic()
        with daemon.fail("SystemPing", latency=3600):
            assert client.ping()
        assert clock.now() - began >= 3600 * 10**9
        assert time.monotonic() - real < 60


def test_every_call_is_recorded(daemon: FakeDaemon, client: dockpy.Client) -> None:
    client.volumes.create("data", labels={"a": "b"})
    with pytest.raises(dockpy.NotFound):
        client.containers.get("nothing")
    created = next(request for request in daemon.requests if request.operation == "VolumeCreate")
    assert created.json["Labels"] == {"a": "b"}
    assert (created.method, created.path, created.version, created.status) == (
        "POST",
        "/volumes/create",
        "1.51",
        201,
    )
    assert daemon.requests[-1].operation == "ContainerInspect"
    assert daemon.requests[-1].status == 404


def test_recorded_requests_show_no_secret(daemon: FakeDaemon, client: dockpy.Client) -> None:
    with pytest.raises(dockpy.DockpyError):
        client.images.pull("localhost:1/x", auth_config={"username": "u", "password": "hunter2"})
    assert "hunter2" not in repr(daemon.requests)


def test_a_full_disk(daemon: FakeDaemon, client: dockpy.Client) -> None:
    container = client.containers.run("busybox", ["sleep", "1000"], detach=True)
    with daemon.disk_full(free=1000):
        result = container.exec_run(["sh", "-c", "seq 100000 > /numbers"])
        assert result.exit_code == 1
        assert b"No space left on device" in result.output
    assert container.exec_run(["sh", "-c", "seq 100000 > /numbers"]).exit_code == 0


def test_a_limit_on_pulls(daemon: FakeDaemon, client: dockpy.Client) -> None:
    with daemon.limit_pulls(1):
        client.images.pull("alpine")
        with pytest.raises(dockpy.DockpyError, match="toomanyrequests"):
            client.images.pull("alpine:3.10")
    assert client.images.pull("alpine:3.10")
