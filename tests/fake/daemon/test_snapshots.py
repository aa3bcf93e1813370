"""Snapshots of daemons on which much goes on."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

import dockpy
from dockpy.fake import FakeDaemon, ManualClock

if TYPE_CHECKING:
    from collections.abc import Iterator

SLEEP = ["sleep", "100000"]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def daemon(clock: ManualClock) -> Iterator[FakeDaemon]:
    with FakeDaemon(clock=clock, publish=True) as daemon:
        daemon.images.add("busybox")
        yield daemon


@pytest.fixture
def client(daemon: FakeDaemon) -> dockpy.Client:
    return daemon.client()


def test_addresses_and_ports_are_those_that_they_were(daemon: FakeDaemon, client: dockpy.Client) -> None:
    network = client.networks.create("net", ipam={"Config": [{"Subnet": "10.9.0.0/24"}]})
    web = client.containers.run("busybox", SLEEP, name="web", detach=True, ports={"80/tcp": None})
    network.connect("web", ipv4_address="10.9.0.77")
    ports = web.ports
    snapshot = daemon.snapshot()
    for _ in range(2):
        daemon.restore(snapshot)
        again = client.containers.get("web")
        assert again.attrs["NetworkSettings"]["Networks"]["net"]["IPAddress"] == "10.9.0.77"
        assert set(again.ports) == set(ports)


def test_health_checks_are_made_once(daemon: FakeDaemon, client: dockpy.Client, clock: ManualClock) -> None:
    client.containers.run(
        "busybox", SLEEP, name="web", detach=True, healthcheck={"test": ["CMD", "true"], "interval": 10}
    )
    snapshot = daemon.snapshot()
    for _ in range(3):
        daemon.restore(snapshot)
    told: list[str] = []
    daemon._engine.events.observers.append(lambda event: told.append(event.action))
    clock.advance(10.5)
    assert told.count("health_status: healthy") == 1
    assert client.containers.get("web").health == "healthy"


def test_a_stop_that_was_under_way_stops_nothing_afterwards(
    daemon: FakeDaemon, client: dockpy.Client, clock: ManualClock
) -> None:
    web = client.containers.run(
        "busybox", ["sh", "-c", "trap '' TERM; while :; do sleep 1; done"], name="web", detach=True
    )
    snapshot = daemon.snapshot()
    with ThreadPoolExecutor(1) as pool:
        stop = pool.submit(web.stop, timeout=10)
        while not any(request.operation == "ContainerStop" for request in daemon.requests):
            client.ping()
        daemon.restore(snapshot)
        assert isinstance(stop.exception(20), dockpy.ConnectionFailed | None)
    told: list[str] = []
    daemon._engine.events.observers.append(lambda event: told.append(event.action))
    clock.advance(60)
    assert told == []
    assert client.containers.get("web").status == "running"


def test_who_waits_is_told(daemon: FakeDaemon, client: dockpy.Client) -> None:
    web = client.containers.run("busybox", SLEEP, detach=True)
    snapshot = daemon.snapshot()
    with ThreadPoolExecutor(1) as pool:
        waits = pool.submit(web.wait)
        while not any(request.operation == "ContainerWait" for request in daemon.requests):
            client.ping()
        daemon.restore(snapshot)
        with pytest.raises(dockpy.ConnectionFailed):
            waits.result(20)


def test_containers_that_need_each_other(daemon: FakeDaemon, client: dockpy.Client) -> None:
    client.containers.create("busybox", SLEEP, name="second")
    client.containers.run("busybox", SLEEP, name="first", detach=True)
    client.containers.get("second").remove()
    client.containers.run("busybox", SLEEP, name="second", detach=True, network_mode="container:first")
    first = client.containers.get("first")
    first.stop(timeout=0)
    first.start()
    snapshot = daemon.snapshot()
    daemon.restore(snapshot)
    assert {one.name: one.status for one in client.containers.list(all=True)} == {
        "first": "running",
        "second": "running",
    }


def test_volumes_stay_shared_and_the_disk_is_one(daemon: FakeDaemon, client: dockpy.Client) -> None:
    for name in ("one", "other"):
        client.containers.run(
            "busybox", SLEEP, name=name, detach=True, volumes=["data:/data"], auto_remove=name == "one"
        )
    daemon.restore(daemon.snapshot())
    one, other = client.containers.get("one"), client.containers.get("other")
    one.exec_run(["sh", "-c", "echo x > /data/file"])
    assert other.exec_run(["cat", "/data/file"]).output == b"x\n"
    with daemon.disk_full(free=100):
        output = other.exec_run(["sh", "-c", "seq 10000 > /file; seq 10000 > /data/other"]).output
    assert output.count(b"No space left on device") == 2
    one.kill()
    assert [container.name for container in client.containers.list(all=True)] == ["other"]


def test_paused_ones_and_commands_in_them_end(daemon: FakeDaemon, client: dockpy.Client) -> None:
    @daemon.program("endless")
    def endless(process: object) -> None:
        while True:
            process.sleep(1)  # type: ignore[attr-defined]

    before = set(threading.enumerate())
    web = client.containers.run("busybox", SLEEP, name="web", detach=True)
    web.exec_run(["sleep", "999"], detach=True)
    client.containers.run("endless", name="endless", detach=True)
    snapshot = daemon.snapshot()
    for _ in range(3):
        client.containers.get("endless").pause()
        programs = set(threading.enumerate()) - before
        daemon.restore(snapshot)
        for thread in programs:
            thread.join(20)
            assert not thread.is_alive()
    assert b"999" not in client.containers.get("web").exec_run(["ps"]).output
