"""What options mean for the processes of containers, where the engines' conformance tests do not say it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

import dockpy
from dockpy.fake import FakeDaemon, ManualClock
from dockpy.fake.kernel.settings import Settings

if TYPE_CHECKING:
    from dockpy import Client

Say = Callable[..., list[str]]
SECOND = 10**9


@pytest.fixture(params=["1.41", "1.51"])
def client(request: pytest.FixtureRequest) -> Iterator[Client]:
    with FakeDaemon(api=request.param, clock=ManualClock(auto=True), seed=1) as daemon:
        daemon.images.add("busybox")
        yield daemon.client()


@pytest.fixture
def say(client: Client) -> Say:
    def run(line: str, **options: Any) -> list[str]:
        output = client.containers.run(
            "busybox", ["sh", "-c", line], remove=True, network="none", stderr=True, **options
        )
        return output.decode().splitlines()

    return run


@pytest.mark.parametrize(
    ("rules", "bits", "may"),
    [
        (None, "rw", True),
        ((), "r", False),
        (("c 1:3 r",), "r", True),
        (("c 1:3 r",), "rw", False),
        (("c 1:* rwm",), "rw", True),
        (("a *:* rwm",), "rw", True),
        (("b 1:3 rwm",), "r", False),
        (("c 1:4 rwm", "c 2:3 rwm"), "r", False),
    ],
)
def test_rules_of_devices(rules: tuple[str, ...] | None, bits: str, may: bool) -> None:
    assert Settings(devices=rules).may_open((1, 3), "char", bits) is may


def test_a_profile_that_allows_only_some_calls(say: Say) -> None:
    profile = {
        "defaultAction": "SCMP_ACT_ERRNO",
        "syscalls": [{"names": ["mkdir"], "action": "SCMP_ACT_ALLOW"}],
    }
    line = "mkdir /a && echo made; ln -s x /b || echo refused"
    made, problem, refused = say(line, security_opt=[f"seccomp={json.dumps(profile)}"])
    assert (made, refused) == ("made", "refused")
    assert problem.endswith("Operation not permitted")


def test_all_rights(say: Say) -> None:
    line = "grep -E 'CapEff|Seccomp' /proc/self/status; cat /sys/fs/cgroup/devices/devices.list"
    assert [text.split()[-1] for text in say(line, privileged=True)[:2]] == ["000001ffffffffff", "0"]
    assert say(line)[0].split()[-1] == "00000000a80425fb"
    assert say(line, user="1")[0].split()[-1] == "0000000000000000"


def test_processes_of_two_containers(client: Client) -> None:
    """They see each other, and the end of the first process of all is the end of everything."""
    first = client.containers.run("busybox", ["sleep", "1000"], detach=True, network="none")
    second = client.containers.run(
        "busybox",
        ["sh", "-c", "sleep 2000 & exec sleep 3000"],
        detach=True,
        network="none",
        pid_mode=f"container:{first.id}",
    )
    third = client.containers.run(
        "busybox", ["sleep", "4000"], detach=True, network="none", pid_mode=f"container:{first.id}"
    )
    seen = first.exec_run(["sh", "-c", "cat /proc/[0-9]*/comm | sort | uniq -c"]).output.decode()
    assert seen.split()[seen.split().index("sleep") - 1] == "4"
    assert [row[-1] for row in third.top().processes] == ["sleep 4000"]
    third.kill()
    assert third.wait().status_code == 137
    assert len(second.top().processes) == 2
    first.kill()
    assert [one.wait().status_code for one in (first, second)] == [137, 137]
    with pytest.raises(dockpy.ServerError, match=rf"container {first.id} is not running"):
        second.start()


def test_shared_memory_of_two_containers(client: Client) -> None:
    first = client.containers.run(
        "busybox", ["sleep", "1000"], detach=True, network="none", ipc_mode="shareable"
    )
    options: Any = {"network": "none", "remove": True, "ipc_mode": f"container:{first.id}"}
    client.containers.run("busybox", ["sh", "-c", "echo shared > /dev/shm/x"], **options)
    assert first.exec_run(["cat", "/dev/shm/x"]).output == b"shared\n"


def test_processor_time() -> None:
    """What computes uses all of the time that passes, as far as it may; what sleeps, none."""
    clock = ManualClock()
    with FakeDaemon(clock=clock) as daemon:
        daemon.images.add("busybox")
        client = daemon.client()
        for name, command, options in (
            ("busy", ["sh", "-c", "while :; do :; done"], {}),
            ("half", ["sh", "-c", "while :; do :; done"], {"cpus": 0.5}),
            ("idle", ["sleep", "1000"], {}),
        ):
            client.containers.run("busybox", command, detach=True, name=name, network="none", **options)

        def total(name: str) -> int:
            return client.containers.get(name).stats(one_shot=True).cpu_stats.cpu_usage.total_usage

        before = {name: total(name) for name in ("busy", "half", "idle")}
        clock.advance(10)
        used = {name: total(name) - before[name] for name in before}
    assert used["busy"] == pytest.approx(10 * SECOND, rel=0.01)
    assert used["half"] == pytest.approx(5 * SECOND, rel=0.01)
    assert used["idle"] < SECOND // 100


def test_a_container_that_starts_again_is_read_only_again(client: Client) -> None:
    container = client.containers.create(
        "busybox", ["sh", "-c", "touch /x; echo $?"], network="none", read_only=True, working_dir="/made"
    )
    for _ in range(2):
        container.start()
        assert container.wait().status_code == 0
    assert container.logs(stderr=False) == b"1\n1\n"
    assert "/x" not in [change.path for change in container.diff()]
