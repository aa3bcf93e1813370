"""A fake daemon as a whole: its life, its time, several of them."""

from __future__ import annotations

import gc
import os
import pickle
import subprocess
import sys
import threading
from datetime import UTC, datetime

import pytest

import dockpy
from dockpy.fake import FakeDaemon, ManualClock


def test_a_fresh_daemon_is_an_engine_without_anything() -> None:
    with FakeDaemon() as daemon, daemon.client() as client:
        assert client.containers.list(all=True) == []
        assert client.images.list() == []
        assert {network.name for network in client.networks.list()} == {"bridge", "host", "none"}
        assert client.containers.run("busybox", ["echo", "hi"]) == b"hi\n"  # it pulls


@pytest.mark.parametrize(
    ("api", "oldest", "release"),
    [("1.41", "1.12", "20.10"), ("1.45", "1.24", "26."), ("1.51", "1.24", "28.5"), ("1.55", "1.44", "29.")],
)
def test_it_is_the_engine_of_a_version(api: str, oldest: str, release: str) -> None:
    with FakeDaemon(api=api) as daemon, daemon.client() as client:
        version = client.version()
        assert client.api_version == version.api_version == api
        assert version.min_api_version == oldest
        assert version.version is not None
        assert version.version.startswith(release)


@pytest.mark.parametrize("api", ["1.40", "1.99", "x", "2"])
def test_a_version_that_there_is_not(api: str) -> None:
    with pytest.raises(dockpy.InvalidArgument, match="api="):
        FakeDaemon(api=api)


def test_daemons_are_independent() -> None:
    with FakeDaemon() as one, FakeDaemon() as other:
        one.client().volumes.create("data")
        assert other.client().volumes.list() == []
        assert one.client().volumes.get("data") != other.client().volumes.create("data")


def test_the_same_seed_gives_the_same_ids() -> None:
    def ids(seed: int) -> list[str]:
        with FakeDaemon(seed=seed, clock=ManualClock()) as daemon:
            client = daemon.client()
            daemon.images.add("busybox")
            return [client.containers.create("busybox").id, client.networks.create("n").id]

    assert ids(1) == ids(1) != ids(2)


def test_nothing_stays_of_a_closed_daemon() -> None:
    threads, descriptors = set(threading.enumerate()), len(os.listdir("/proc/self/fd"))
    daemon = FakeDaemon("tcp://127.0.0.1:0")
    client, over_socket = daemon.client(), dockpy.Client(daemon.url, tls=False)
    client.containers.run("busybox", ["sleep", "1000"], detach=True)
    stream = over_socket.events()

    @daemon.program("waiting:1")
    def wait(process: object) -> None:
        process.sleep(1000)  # type: ignore[attr-defined]

    client.containers.run("waiting:1", detach=True)
    daemon.close()
    daemon.close()
    with pytest.raises(dockpy.ConnectionFailed):
        client.ping()
    stream.close()
    over_socket.close()
    gc.collect()
    assert set(threading.enumerate()) <= threads
    assert len(os.listdir("/proc/self/fd")) <= descriptors


def test_the_log_of_requests_keeps_the_last_ones() -> None:
    with FakeDaemon() as daemon, daemon.client() as client:
        body = b"x" * 1_000_000
        for number in range(40):
            with pytest.raises(dockpy.NotFound):
                client.containers.known(f"c{number}").put_archive("/", body)
        kept = [request.path.split("/")[2] for request in daemon.requests]
        assert kept == [f"c{number}" for number in range(40 - len(kept), 40)]
        assert 8 <= len(kept) <= 16
        daemon.requests.clear()
        client.ping()
        assert [request.path for request in daemon.requests] == ["/_ping"]


def test_time_passes_when_it_is_told_to() -> None:
    clock = ManualClock(datetime(2030, 1, 1, tzinfo=UTC))
    with FakeDaemon(clock=clock) as daemon:
        client = daemon.client()
        daemon.images.add("busybox")
        container = client.containers.run("busybox", ["sh", "-c", "sleep 30; date -u +%T"], detach=True)
        clock.advance(29)
        container.reload()
        assert container.status == "running"
        clock.advance(1)
        container.reload()
        assert container.status == "exited"
        assert container.logs() == b"00:00:30\n"
        assert container.attrs["State"]["FinishedAt"] == "2030-01-01T00:00:30Z"


def test_time_that_goes_on_by_itself_where_somebody_waits() -> None:
    with FakeDaemon(clock=ManualClock(auto=True)) as daemon:
        assert (
            daemon.client().containers.run("busybox", ["sh", "-c", "sleep 86400; echo rested"]) == b"rested\n"
        )


def test_restart_policies_and_their_delays() -> None:
    clock = ManualClock()
    with FakeDaemon(clock=clock) as daemon:
        client = daemon.client()
        daemon.images.add("busybox")
        container = client.containers.run(
            "busybox", ["false"], detach=True, restart_policy={"Name": "on-failure", "MaximumRetryCount": 3}
        )
        clock.advance(60)
        container.reload()
        assert (container.status, container.attrs["RestartCount"]) == ("exited", 3)


def test_health_checks_happen_in_the_daemons_time() -> None:
    clock = ManualClock()
    with FakeDaemon(clock=clock) as daemon:
        client = daemon.client()
        daemon.images.add("busybox")
        container = client.containers.run(
            "busybox",
            ["sh", "-c", "sleep 25; touch /ready; sleep 1000"],
            detach=True,
            healthcheck={"test": ["CMD", "test", "-e", "/ready"], "interval": 10, "retries": 100},
        )
        clock.advance(20)
        container.reload()
        assert container.health == "starting"
        clock.advance(20)
        container.reload()
        assert container.health == "healthy"


def test_restarting_the_engine() -> None:
    with FakeDaemon() as daemon:
        client = daemon.client()
        daemon.images.add("busybox")
        policies = {"always": {"Name": "always"}, "unless": {"Name": "unless-stopped"}, "no": None}
        made = {
            name: client.containers.run("busybox", ["sleep", "1000"], name=name, detach=True, **options)
            for name, policy in policies.items()
            for options in [{"restart_policy": policy} if policy else {}]
        }
        stream = client.events()
        daemon.restart()
        assert [client.containers.get(name).status for name in policies] == ["running", "running", "exited"]
        assert made["no"].wait().status_code == 137
        daemon.restart(kill=True)
        assert [client.containers.get(name).status for name in policies] == ["running", "exited", "exited"]
        stream.close()


def test_programs_in_python() -> None:
    with FakeDaemon() as daemon:

        @daemon.program("myapp:1.0", config={"Env": ["GREETING=hello"]})
        def serve(process: object) -> int:
            name = process.stdin.readline().decode().strip()  # type: ignore[attr-defined]
            process.stdout.write(f"{process.env['GREETING']} {name}\n")  # type: ignore[attr-defined]
            return 3

        client = daemon.client()
        with pytest.raises(dockpy.ContainerError) as raised:
            client.containers.run("myapp:1.0", input=b"you\n")
        assert (raised.value.exit_status, raised.value.stdout) == (3, b"hello you\n")


def test_a_program_that_raises_shows_where() -> None:
    with FakeDaemon() as daemon:

        @daemon.program("broken")
        def broken(process: object) -> None:
            raise ValueError("nothing works")

        with pytest.raises(dockpy.ContainerError) as raised:
            daemon.client().containers.run("broken")
        assert raised.value.exit_status == 1
        assert raised.value.stderr is not None
        assert b"ValueError: nothing works" in raised.value.stderr


def test_seeding_images() -> None:
    with FakeDaemon() as daemon:
        client = daemon.client()
        daemon.images.add(
            "shop:1", files={"/etc/shop.conf": "open\n"}, config={"Cmd": ["cat", "/etc/shop.conf"]}
        )
        assert client.containers.run("shop:1") == b"open\n"
        saved = b"".join(client.images.get("shop:1").save())
        with FakeDaemon() as other:
            assert other.images.add("again:2", tar=saved) == client.images.get("shop:1").id
            assert other.client().containers.run("again:2") == b"open\n"
        daemon.images.add(
            "built",
            dockerfile='FROM busybox\nCOPY a /a\nRUN cat /a /a > /b\nCMD ["cat", "/b"]\n',
            context={"a": b"x"},
        )
        assert client.containers.run("built") == b"xx"
        assert set(daemon.images) == {"shop:1", "built:latest", "busybox:latest"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"tar": b"x", "dockerfile": "FROM x"}, "not both"),
        ({"context": {"a": b""}}, "context="),
        ({"config": {"Evn": []}}, "Evn"),
        ({"files": {"relative": b""}}, "absolute"),
        ({"tar": 5}, "tar="),
    ],
)
def test_seeds_that_cannot_be(arguments: dict[str, object], message: str) -> None:
    with FakeDaemon() as daemon, pytest.raises(dockpy.InvalidArgument, match=message):
        daemon.images.add("x", **arguments)  # type: ignore[arg-type]


def test_an_archive_that_is_none() -> None:
    with FakeDaemon() as daemon, pytest.raises(dockpy.ImageLoadError, match="was not added"):
        daemon.images.add("x", tar=b"no tar")


def test_a_snapshot_brings_everything_back() -> None:
    with FakeDaemon() as daemon:
        client = daemon.client()
        daemon.images.add("busybox")
        client.volumes.create("data")
        web = client.containers.run(
            "busybox",
            ["sh", "-c", "echo 1 > /data/x; sleep 1000"],
            name="web",
            detach=True,
            volumes=["data:/data"],
        )
        web.exec_run(["sh", "-c", "echo before > /state"])
        snapshot = daemon.snapshot()
        web.exec_run(["sh", "-c", "echo after > /state; echo 2 > /data/x"])
        client.containers.run("busybox", ["true"], name="other")
        client.images.pull("alpine")
        daemon.restore(snapshot)
        assert [container.name for container in client.containers.list(all=True)] == ["web"]
        assert [image.tags for image in client.images.list()] == [["busybox:latest"]]
        again = client.containers.get("web")
        assert (again.id, again.status) == (web.id, "running")
        assert again.exec_run(["cat", "/state"]).output == b"before\n"
        daemon.restore(snapshot)  # as often as one likes
        assert client.containers.get("web").exec_run(["cat", "/state"]).output == b"before\n"


def test_a_pickled_client_leads_to_the_same_daemon_in_this_process_only() -> None:
    with FakeDaemon() as daemon:
        pickled = pickle.dumps(daemon.client(version="1.45", timeout=3))
        daemon.client().volumes.create("mine")
        again = pickle.loads(pickled)
        assert [volume.name for volume in again.volumes.list()] == ["mine"]
        assert (again.daemon, again.api_version) == (f"fake://{daemon.name}", "1.45")
        program = "import pickle, sys; pickle.load(sys.stdin.buffer).ping()"
        other = subprocess.run([sys.executable, "-c", program], input=pickled, capture_output=True)
        assert b"ConnectionFailed" in other.stderr
        assert b"not in this process" in other.stderr
