"""What options do, seen from inside of the container."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

import dockpy
from dockpy.wire.mounts import Mount

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dockpy import Client, Container
    from dockpy.resources.volume import Volume

Say = Callable[..., list[str]]


@pytest.fixture
def say(labels: dict[str, str]) -> Say:
    """What a line of shell writes in a container with options."""

    def run(client: Client, line: str, **options: Any) -> list[str]:
        if not {"network", "network_mode", "networks"} & set(options):
            options["network"] = "none"
        output = client.containers.run("busybox", ["sh", "-c", line], remove=True, labels=labels, **options)
        return output.decode().splitlines()

    return run


@pytest.fixture
def volume(engine: Client, new_name: Callable[[], str], labels: dict[str, str]) -> Iterator[Volume]:
    made = engine.volumes.create(new_name(), labels=labels)
    yield made
    made.remove(force=True)


# The process


def test_the_process(engine: Client, say: Say) -> None:
    seen = say(
        engine,
        "id -u; id -G; pwd; hostname; echo $A-$B; env | grep -c ^HOME; ulimit -Sn; ulimit -Hn; ulimit -c",
        user="65534:65534",
        group_add=[29],
        working_dir="/srv",
        hostname="h",
        environment=["A=1", "B=x y"],
        ulimits=["nofile=123:456", "core=0"],
    )
    assert seen == ["65534", "65534 29", "/srv", "h", "1-x y", "1", "123", "456", "0"]


def test_a_variable_that_is_there_anyhow_is_taken_away(engine: Client, labels: dict[str, str]) -> None:
    def names(**options: Any) -> set[str]:
        output = engine.containers.run(
            "busybox", ["/bin/env"], remove=True, network="none", labels=labels, **options
        )
        return {line.partition("=")[0] for line in output.decode().splitlines()}

    assert "PATH" in names()
    assert "PATH" not in names(environment={"PATH": None})


def test_an_init_is_the_first_process(engine: Client, say: Say) -> None:
    [line] = say(engine, "cat /proc/1/comm", init=True)
    assert "init" in line
    assert say(engine, "cat /proc/1/comm", init=False) == ["cat"]


def test_the_size_of_the_terminal(engine: Client, say: Say) -> None:
    if engine.api.version() == "1.41":
        with pytest.raises(dockpy.VersionMismatch, match=r"console_size needs API 1\.42"):
            say(engine, "stty size", tty=True, console_size=(33, 77))
    else:
        assert say(engine, "stty size", tty=True, console_size=(33, 77)) == ["33 77"]


def test_a_health_check(engine: Client, start: Callable[..., Container]) -> None:
    test = {"test": ["sh", "-c", "echo fine"], "interval": "1s", "start_period": "5s"}
    if engine.api.version() != "1.41":
        test["start_interval"] = "100ms"
    container = start(engine, healthcheck=test)
    with engine.events(since=0, filters={"container": container.id, "event": "health_status"}) as events:
        assert next(events).action == "health_status: healthy"
    container.reload()
    health = container.attrs.state.health
    assert health is not None
    assert (health.status, health.log[-1].output) == ("healthy", "fine\n")


# Limits


def test_limits(engine: Client, say: Say) -> None:
    """Control groups of either version."""
    seen = say(
        engine,
        "cd /sys/fs/cgroup; cat memory/memory.limit_in_bytes memory.max 2>/dev/null;"
        " cat pids/pids.max pids.max 2>/dev/null;"
        " (cat cpu/cpu.cfs_quota_us cpu/cpu.cfs_period_us cpu.max 2>/dev/null | tr '\\n' ' '); echo;"
        " cat /proc/self/oom_score_adj; grep Cpus_allowed_list /proc/self/status; df -k /dev/shm | tail -1",
        mem_limit="32m",
        memswap_limit="32m",
        pids_limit=50,
        cpus=0.5,
        cpuset_cpus="0",
        oom_score_adj=321,
        shm_size="3m",
    )
    assert seen[:2] == [str(32 * 1024**2), "50"]
    assert seen[2].strip() == "50000 100000"
    assert seen[3] == "321"
    assert seen[4].split() == ["Cpus_allowed_list:", "0"]
    assert seen[5].split()[1] == "3072"


def test_devices(engine: Client, say: Say) -> None:
    line = "test -c /dev/inside && echo there; (: >> /dev/inside) && echo writable; true"
    assert say(engine, line, devices=["/dev/kmsg:/dev/inside:rw"]) == ["there", "writable"]
    assert say(engine, line, devices=["/dev/kmsg:/dev/inside:r"]) == ["there"]


def test_a_rule_for_devices(engine: Client, say: Say) -> None:
    """Of a number that has no driver: whoever may open it hears that there is no such device."""
    line = "mknod /dev/inside c 240 77; cat /dev/inside 2>&1 || true"
    [allowed] = say(engine, line, device_cgroup_rules=["c 240:77 rm"])
    assert allowed.endswith("No such device or address")
    [forbidden] = say(engine, line)
    assert forbidden.endswith("Operation not permitted")


# Files


def test_volumes(engine: Client, say: Say, volume: Volume) -> None:
    say(engine, "echo kept > /data/file", volumes={volume.name: {"bind": "/data"}})
    line = "cat /data/file; echo x > /data/other || echo read-only"
    seen = say(engine, line, volumes=[f"{volume.name}:/data:ro"])
    assert (seen[0], seen[-1]) == ("kept", "read-only")
    assert say(engine, line, volumes={volume.name: {"bind": "/data", "ro": True}})[-1] == "read-only"
    assert say(engine, "ls -d /anonymous", volumes=["/anonymous"]) == ["/anonymous"]


def test_volumes_of_another_container(engine: Client, create: Callable[..., Container], say: Say) -> None:
    other = create(engine, volumes=["/shared"])
    seen = say(engine, "ls -d /shared; touch /shared/x || echo read-only", volumes_from=f"{other.id}:ro")
    assert (seen[0], seen[-1]) == ("/shared", "read-only")


@pytest.mark.parametrize("form", ["text", "keywords", "model", "engine"])
def test_mounts_in_every_form(engine: Client, say: Say, volume: Volume, form: str) -> None:
    mount: Any = {
        "text": f"type=volume,src={volume.name},dst=/data,ro,volume-nocopy",
        "keywords": {"source": volume.name, "target": "/data", "read_only": True, "no_copy": True},
        "model": Mount(type="volume", source=volume.name, target="/data", read_only=True),
        "engine": {"Type": "volume", "Source": volume.name, "Target": "/data", "ReadOnly": True},
    }[form]
    [line] = say(engine, "touch /data/x 2>/dev/null || echo read-only", mounts=[mount])
    assert line == "read-only"


def test_a_part_of_a_volume(engine: Client, say: Say, volume: Volume) -> None:
    say(engine, "mkdir -p /data/a/b; echo deep > /data/a/b/file", volumes=[f"{volume.name}:/data"])
    mounts: Any = [{"source": volume.name, "target": "/part", "subpath": "a/b"}]
    if engine.api.version() == "1.41":
        with pytest.raises(dockpy.VersionMismatch, match=r"subpath needs API 1\.45"):
            say(engine, "cat /part/file", mounts=mounts)
    else:
        assert say(engine, "cat /part/file", mounts=mounts) == ["deep"]


def test_an_image_as_a_mount(engine: Client, say: Say) -> None:
    mounts: Any = [{"type": "image", "source": "busybox", "target": "/image"}]
    if engine.api.version() == "1.41":
        with pytest.raises(dockpy.VersionMismatch, match=r"a mount of type image needs API 1\.48"):
            say(engine, "ls /image/bin/busybox", mounts=mounts)
    else:
        assert say(engine, "ls /image/bin/busybox", mounts=mounts) == ["/image/bin/busybox"]


def test_a_bind_has_to_be_there(engine: Client, create: Callable[..., Container], tmp_path: Path) -> None:
    with pytest.raises(dockpy.BadParameter, match="bind source path does not exist"):
        create(engine, mounts=[f"type=bind,src={tmp_path}/missing,dst=/b"])


def test_a_bind_that_is_made(engine: Client, say: Say, tmp_path: Path) -> None:
    source = tmp_path / "made"
    mounts: Any = [{"type": "bind", "source": str(source), "target": "/b", "create_source": True}]
    if engine.api.version() == "1.41":
        with pytest.raises(dockpy.VersionMismatch, match=r"create_mountpoint needs API 1\.42"):
            say(engine, "ls -d /b", mounts=mounts)
    else:
        assert say(engine, "ls -d /b", mounts=mounts) == ["/b"]


def test_folders_in_memory(engine: Client, say: Say) -> None:
    seen = say(
        engine,
        "df -k /run /memory | tail -2; stat -c %a /memory; grep ' /run ' /proc/mounts | grep -c noexec",
        tmpfs=["/run:size=1m,noexec"],
        mounts=[{"type": "tmpfs", "target": "/memory", "tmpfs_size": "2m", "tmpfs_mode": "1770"}],
    )
    assert [line.split()[1] for line in seen[:2]] == ["1024", "2048"]
    assert seen[2:] == ["1770", "1"]


def test_a_read_only_root(engine: Client, say: Say) -> None:
    assert say(
        engine, "touch /x 2>/dev/null || echo no; touch /t/x && echo yes", read_only=True, tmpfs="/t"
    ) == [
        "no",
        "yes",
    ]


# Isolation


def test_isolation(engine: Client, say: Say) -> None:
    line = (
        "grep CapEff /proc/self/status; cat /proc/sys/net/core/somaxconn; grep NoNewPrivs /proc/self/status"
    )
    sysctls = {"net.core.somaxconn": 321}
    seen = say(engine, line, cap_drop=["ALL"], sysctls=sysctls, security_opt=["no-new-privileges"])
    assert [text.split()[-1] for text in seen] == ["0000000000000000", "321", "1"]
    seen = say(engine, line, cap_drop="ALL", cap_add="NET_ADMIN", sysctls=["net.core.somaxconn=322"])
    assert [text.split()[-1] for text in seen] == [f"{1 << 12:016x}", "322", "0"]


def test_a_profile_of_seccomp(engine: Client, say: Say, tmp_path: Path) -> None:
    forbidden = {"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO"}
    profile = {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [forbidden]}
    (tmp_path / "profile").write_text(json.dumps(profile))
    line = "mkdir /made 2>/dev/null && echo made || echo forbidden"
    assert say(engine, line, security_opt=[f"seccomp={tmp_path / 'profile'}"]) == ["forbidden"]
    assert say(engine, line, security_opt=["seccomp=unconfined"]) == ["made"]


def test_what_is_masked(engine: Client, say: Say) -> None:
    line = "wc -c < /proc/timer_list; touch /proc/sys/kernel/hostname && echo writable || echo read-only"
    assert say(engine, "ls /etc/passwd; wc -c < /etc/passwd", masked_paths=["/etc/passwd"])[-1] == "0"
    assert say(engine, line, readonly_paths=["/proc/sys"])[-1] == "read-only"


def test_namespaces_of_another_container(engine: Client, start: Callable[..., Container], say: Say) -> None:
    other = start(engine, ["sleep", "12345"], ipc_mode="shareable")
    [line] = say(engine, "cat /proc/1/cmdline | tr '\\0' ' '", pid_mode=f"container:{other.id}")
    assert line == "sleep 12345 "
    assert say(engine, "echo joined", ipc_mode=f"container:{other.id}") == ["joined"]
