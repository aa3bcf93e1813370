"""What a container is created with, as the engine tells it again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

import dockpy

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Place

    from dockpy import Client, Container

MIB = 1024**2

# Options, and what of Config and HostConfig says so again: on every engine the same.
KEPT: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "process": (
        {
            "entrypoint": "sh -c",
            "command": "true",
            "environment": {"A": "1", "B": "x=y", "PATH": None},
            "working_dir": "/srv",
            "user": "nobody:nogroup",
            "group_add": ["audio", 29],
            "shell": ["/bin/ash", "-c"],
            "hostname": "h",
            "domainname": "example.org",
            "tty": True,
            "stdin_open": True,
            "attach": ["stdin", "stdout"],
            "stop_signal": "SIGINT",
            "stop_timeout": 0,
            "init": True,
            "restart_policy": "on-failure:5",
            "healthcheck": {
                "test": "true",
                "interval": "30s",
                "timeout": 2,
                "retries": 3,
                "start_period": "1m",
            },
            "log_driver": "json-file",
            "log_opts": {"max-size": "10m", "max-file": 2},
        },
        {
            "Entrypoint": ["sh", "-c"],
            "Cmd": ["true"],
            "Env": ["A=1", "B=x=y", "PATH"],  # which takes away the one that is there anyhow
            "WorkingDir": "/srv",
            "User": "nobody:nogroup",
            "Shell": ["/bin/ash", "-c"],
            "Hostname": "h",
            "Domainname": "example.org",
            "Tty": True,
            "OpenStdin": True,
            "StdinOnce": True,
            "AttachStdin": True,
            "AttachStdout": True,
            "AttachStderr": False,
            "StopSignal": "SIGINT",
            "StopTimeout": 0,
            "Healthcheck": {
                "Test": ["CMD-SHELL", "true"],
                "Interval": 30 * 10**9,
                "Timeout": 2 * 10**9,
                "Retries": 3,
                "StartPeriod": 60 * 10**9,
            },
        },
        {
            "GroupAdd": ["audio", "29"],
            "Init": True,
            "RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 5},
            "LogConfig": {"Type": "json-file", "Config": {"max-size": "10m", "max-file": "2"}},
        },
    ),
    "networking": (
        {
            "expose": ["8000-8001", "53/udp"],
            "ports": {"80/tcp": ("127.0.0.1", 0), "81": [0, ("127.0.0.1", None)]},
            "publish_all_ports": True,
            "extra_hosts": ["db=10.0.0.2", "v6:[::1]"],
            "dns": "1.1.1.1",
            "dns_opt": ["ndots:2"],
            "dns_search": ["example.org"],
        },
        {
            "ExposedPorts": {port: {} for port in ("80/tcp", "81/tcp", "8000/tcp", "8001/tcp", "53/udp")},
        },
        {
            "PublishAllPorts": True,
            "ExtraHosts": ["db:10.0.0.2", "v6:::1"],
            "Dns": ["1.1.1.1"],
            "DnsOptions": ["ndots:2"],
            "DnsSearch": ["example.org"],
        },
    ),
    "limits": (
        {
            "mem_limit": "64m",
            "mem_reservation": "32m",
            "memswap_limit": "128m",
            "oom_score_adj": 500,
            "pids_limit": 100,
            "cpus": 0.5,
            "cpu_shares": 512,
            "cpuset_cpus": "0",
            "cpuset_mems": "0",
            "blkio_weight_device": ["/dev/null:200"],
            "device_read_bps": ["/dev/null:1mb"],
            "device_write_iops": [{"Path": "/dev/null", "Rate": 5}],
            "devices": ["/dev/null:/dev/nothing:r"],
            "device_cgroup_rules": ["c 1:3 mr"],
            "gpus": "device=0,1",
            "ulimits": {"nofile": (1024, 2048), "core": -1},
        },
        {},
        {
            "Memory": 64 * MIB,
            "MemoryReservation": 32 * MIB,
            "MemorySwap": 128 * MIB,
            "OomScoreAdj": 500,
            "PidsLimit": 100,
            "NanoCpus": 5 * 10**8,
            "CpuShares": 512,
            "CpusetCpus": "0",
            "CpusetMems": "0",
            "BlkioDeviceReadBps": [{"Path": "/dev/null", "Rate": MIB}],
            "BlkioDeviceWriteIOps": [{"Path": "/dev/null", "Rate": 5}],
            "Devices": [
                {"PathOnHost": "/dev/null", "PathInContainer": "/dev/nothing", "CgroupPermissions": "r"}
            ],
            "DeviceCgroupRules": ["c 1:3 mr"],
            "DeviceRequests": [
                {
                    "Driver": "",
                    "Count": 0,
                    "DeviceIDs": ["0", "1"],
                    "Capabilities": [["gpu"]],
                    "Options": {},
                }
            ],
            "Ulimits": [
                {"Name": "nofile", "Soft": 1024, "Hard": 2048},
                {"Name": "core", "Soft": -1, "Hard": -1},
            ],
        },
    ),
    "isolation": (
        {
            "privileged": True,
            "cap_add": ["NET_ADMIN"],
            "cap_drop": "MKNOD",
            "read_only": True,
            "security_opt": ["no-new-privileges", "systempaths=unconfined"],
            "sysctls": {"net.core.somaxconn": 128},
            "pid_mode": "host",
            "ipc_mode": "shareable",
            "uts_mode": "host",
            "cgroupns": "private",
            "cgroup_parent": "/dockpy-test",
            "runtime": "runc",
            "isolation": "default",
        },
        {},
        {
            "Privileged": True,
            "ReadonlyRootfs": True,
            "MaskedPaths": [],
            "ReadonlyPaths": [],
            "Sysctls": {"net.core.somaxconn": "128"},
            "PidMode": "host",
            "IpcMode": "shareable",
            "UTSMode": "host",
            "CgroupnsMode": "private",
            "CgroupParent": "/dockpy-test",
            "Runtime": "runc",
        },
    ),
    "storage": (
        {
            "volumes": {"/tmp": {"bind": "/host", "mode": "ro"}},
            "tmpfs": ["/run:size=1m", "/cache"],
            "shm_size": "1m",
            "mounts": [
                "type=bind,src=/tmp,dst=/bind,ro,bind-propagation=rslave",
                {"type": "tmpfs", "target": "/memory", "tmpfs_size": "1m", "tmpfs_mode": 0o700},
            ],
        },
        {},
        {
            "Binds": ["/tmp:/host:ro"],
            "Tmpfs": {"/run": "size=1m", "/cache": ""},
            "ShmSize": MIB,
            "Mounts": [
                {
                    "Type": "bind",
                    "Source": "/tmp",
                    "Target": "/bind",
                    "ReadOnly": True,
                    "BindOptions": {"Propagation": "rslave"},
                },
                {
                    "Type": "tmpfs",
                    "Target": "/memory",
                    "TmpfsOptions": {"SizeBytes": MIB, "Mode": 0o700},
                },
            ],
        },
    ),
}


@pytest.mark.parametrize("group", KEPT)
def test_the_engine_keeps_what_it_is_asked_for(
    engine: Client, create: Callable[..., Container], group: str
) -> None:
    options, config, host = KEPT[group]
    attrs = create(engine, **options).attrs.to_dict()
    assert {name: attrs["Config"].get(name) for name in config} == config
    assert {name: attrs["HostConfig"].get(name) for name in host} == host


def test_docker_pys_forms_are_kept_alike(engine: Client, create: Callable[..., Container]) -> None:
    ours = create(
        engine,
        healthcheck={"test": ["true"], "interval": "30s"},
        log_driver="local",
        ulimits=["nofile=5:6"],
        gpus=1,
        mounts=["type=tmpfs,dst=/a"],
        restart_policy="always",
    )
    theirs = create(
        engine,
        healthcheck={"Test": ["CMD", "true"], "Interval": 30 * 10**9},
        log_config={"Type": "local", "Config": {}},
        ulimits=[{"Name": "nofile", "Soft": 5, "Hard": 6}],
        device_requests=[{"Driver": "", "Count": 1, "Capabilities": [["gpu"]], "Options": {}}],
        mounts=[{"Type": "tmpfs", "Target": "/a"}],
        restart_policy={"Name": "always"},
    )
    assert ours.attrs["HostConfig"] == theirs.attrs["HostConfig"]
    assert ours.attrs["Config"]["Healthcheck"] == theirs.attrs["Config"]["Healthcheck"]


def test_no_health_check(engine: Client, create: Callable[..., Container]) -> None:
    assert create(engine, no_healthcheck=True).attrs["Config"]["Healthcheck"] == {"Test": ["NONE"]}


def test_files_of_variables_and_of_labels(
    engine: Client, create: Callable[..., Container], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "env").write_bytes(b"\xef\xbb\xbf# theirs\nA=file\nHERE\nNOWHERE\n B=two words \n")
    (tmp_path / "labels").write_text("one=file\ntwo=file\n")
    monkeypatch.setenv("HERE", "mine")
    monkeypatch.delenv("NOWHERE", raising=False)
    container = create(
        engine,
        env_file=tmp_path / "env",
        environment={"A": "given"},
        label_file=[tmp_path / "labels"],
        labels={"two": "given"},
    )
    variables = [item for item in container.attrs["Config"]["Env"] if not item.startswith("PATH=")]
    assert variables == ["A=file", "HERE=mine", "B=two words ", "A=given"]  # of two, the last one counts
    assert {"one": "file", "two": "given"}.items() <= container.labels.items()
    with pytest.raises(dockpy.InvalidArgument, match=r"env_file: '.*missing' cannot be read: .*No such file"):
        create(engine, env_file=tmp_path / "missing")


def test_a_seccomp_profile_is_read_from_its_file(
    engine: Client, create: Callable[..., Container], tmp_path: Path
) -> None:
    profile = {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": []}
    (tmp_path / "profile.json").write_text(json.dumps(profile, indent=2))
    container = create(engine, security_opt=[f"seccomp={tmp_path / 'profile.json'}"])
    [kept] = container.attrs["HostConfig"]["SecurityOpt"]
    assert kept == "seccomp=" + json.dumps(profile, separators=(",", ":"))


def test_the_id_is_written_to_a_file(
    engine: Client, create: Callable[..., Container], tmp_path: Path
) -> None:
    path = tmp_path / "id"
    with pytest.raises(dockpy.ImageNotFound):
        create(engine, image="no-such-image-here", cidfile=path)
    assert not path.exists()
    container = create(engine, cidfile=path)
    assert path.read_text() == container.id
    assert container.attrs["HostConfig"]["ContainerIDFile"] == str(path)
    with pytest.raises(dockpy.InvalidArgument, match=r"cidfile=.*File exists"):
        create(engine, cidfile=path)
    assert path.read_text() == container.id


def test_when_an_image_is_pulled(
    engine: Client,
    create: Callable[..., Container],
    registry_image: Callable[..., str],
) -> None:
    name = registry_image(engine)
    with pytest.raises(dockpy.ImageNotFound):
        create(engine, image=name)
    with pytest.raises(dockpy.ImageNotFound):
        engine.containers.run(name, pull="never")
    try:
        assert create(engine, image=name, pull="missing").id
        engine.images.tag("busybox", name)
        container = create(engine, image=name, pull="always")
        with pytest.raises(dockpy.InvalidArgument, match="pull='always': an image's id"):
            create(engine, image=container.attrs["Image"], pull="always")
    finally:
        engine.images.remove(name, force=True)


@pytest.mark.parametrize(("wanted", "there"), [(None, True), (True, True), (False, False)])
def test_proxies_of_the_docker_commands_configuration(
    engine_place: Place,
    labels: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    wanted: bool | None,
    there: bool,
) -> None:
    proxies = {"default": {"httpProxy": "http://proxy:3128"}}
    (tmp_path / "config.json").write_text(json.dumps({"proxies": proxies}))
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    options: Any = {"use_config_proxy": wanted, "network": "none", "labels": labels}
    with engine_place.connect() as client:
        container = client.containers.create("busybox", **options)
        assert ("HTTP_PROXY=http://proxy:3128" in (container.attrs["Config"]["Env"] or [])) is there
        container.remove()


def test_what_the_engine_warns_of_is_logged(
    engine: Client, create: Callable[..., Container], caplog: pytest.LogCaptureFixture
) -> None:
    container = create(
        engine, oom_kill_disable=True
    )  # without a limit, or on a kernel that has no such thing
    [record] = [entry for entry in caplog.records if entry.levelname == "WARNING"]
    assert record.name == "dockpy"
    assert container.short_id in record.getMessage()
    assert engine.daemon in record.getMessage()
    assert "oom" in record.getMessage().lower()


# What is newer than the oldest engine


@pytest.mark.parametrize(
    ("options", "since", "name"),
    [
        ({"annotations": {"a": "b"}}, "1.43", "annotations"),
        ({"healthcheck": {"test": "true", "start_interval": "1s"}}, "1.44", "start_interval"),
        ({"console_size": (33, 77)}, "1.42", "console_size"),
        ({"network": "bridge", "networks": {"bridge": {"gw_priority": 5}}}, "1.48", "gw_priority"),
        ({"mounts": ["type=image,src=busybox,dst=/image"]}, "1.48", "a mount of type image"),
        (
            {
                "mounts": [
                    {"type": "bind", "source": "/tmp/dockpy-made", "target": "/b", "create_source": True}
                ]
            },
            "1.42",
            "create_mountpoint",
        ),
        (
            {"mounts": ["type=bind,src=/tmp,dst=/b,ro,bind-recursive=writable"]},
            "1.44",
            "read_only_non_recursive",
        ),
        (
            {"mounts": [{"type": "tmpfs", "target": "/b", "tmpfs_options": ["noexec"]}]},
            "1.46",
            "options",
        ),
    ],
    ids=str,
)
def test_an_option_that_the_daemon_does_not_know_is_a_version_mismatch(
    engine: Client, create: Callable[..., Container], options: dict[str, Any], since: str, name: str
) -> None:
    if engine.api.version() == "1.41":
        with pytest.raises(dockpy.VersionMismatch, match=rf"{name} needs API {since}") as caught:
            create(engine, **options)
        assert caught.value.operation == "ContainerCreate"
        assert caught.value.daemon == engine.daemon
    else:
        assert create(engine, **options).attrs


def test_an_option_that_engines_have_forgotten(engine: Client, create: Callable[..., Container]) -> None:
    if engine.api.version() == "1.41":
        assert create(engine, kernel_memory="64m").attrs["HostConfig"]["KernelMemory"] == 64 * MIB
    else:
        with pytest.raises(dockpy.VersionMismatch, match=r"kernel_memory is gone since API 1\.42"):
            create(engine, kernel_memory="64m")
