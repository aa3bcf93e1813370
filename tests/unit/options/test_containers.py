"""The keywords of create and run: each lands where the Engine has it, or is refused by its name."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from dockpy.errors import InvalidArgument, InvalidReference
from dockpy.options.containers import CreateOptions, create_request
from dockpy.wire.containers import ContainerCreateRequest, HealthConfig
from dockpy.wire.host_config import (
    DeviceMapping,
    DeviceRequest,
    HostConfig,
    LogConfig,
    RestartPolicy,
    ThrottleDevice,
    Ulimit,
    WeightDevice,
)
from dockpy.wire.mounts import Mount
from dockpy.wire.networks import EndpointSettings, NetworkingConfig

Body = dict[str, Any]
MAC = "92:d0:c6:0a:29:33"


def create(image: Any = "busybox", command: Any = None, **options: Any) -> tuple[Body, dict[str, str]]:
    request, query = create_request("run", image, command, options)
    assert isinstance(request, ContainerCreateRequest)
    return request.dump(), query


def body(**options: Any) -> Body:
    request, query = create(**options)
    assert query == {}
    assert request.pop("Image") == "busybox"
    host = request.pop("HostConfig")
    return {**request, **{f"HostConfig.{name}": value for name, value in host.items()}}


LANDS: list[tuple[dict[str, Any], Body]] = [
    ({"entrypoint": "sh -c"}, {"Entrypoint": ["sh", "-c"]}),
    ({"entrypoint": ""}, {"Entrypoint": [""]}),
    ({"environment": {"A": "1", "B": None}}, {"Env": ["A=1", "B"]}),
    ({"labels": {"a": "b"}}, {"Labels": {"a": "b"}}),
    ({"working_dir": "/srv"}, {"WorkingDir": "/srv"}),
    ({"user": 1000}, {"User": "1000"}),
    ({"hostname": "h"}, {"Hostname": "h"}),
    ({"domainname": "d"}, {"Domainname": "d"}),
    ({"tty": True}, {"Tty": True}),
    ({"stdin_open": True}, {"OpenStdin": True}),
    ({"stop_signal": "SIGINT"}, {"StopSignal": "SIGINT"}),
    ({"stop_timeout": 3}, {"StopTimeout": 3}),
    (
        {"ports": {"80/tcp": 8080}},
        {
            "ExposedPorts": {"80/tcp": {}},
            "HostConfig.PortBindings": {"80/tcp": [{"HostIp": "", "HostPort": "8080"}]},
        },
    ),
    ({"publish_all_ports": True}, {"HostConfig.PublishAllPorts": True}),
    ({"volumes": {"/h": {"bind": "/i", "mode": "ro"}}}, {"HostConfig.Binds": ["/h:/i:ro"]}),
    ({"volumes": ["/i", "v:/j"]}, {"HostConfig.Binds": ["v:/j"], "Volumes": {"/i": {}}}),
    (
        {"mounts": [Mount(type="volume", source="v", target="/v")]},
        {"HostConfig.Mounts": [{"Type": "volume", "Source": "v", "Target": "/v"}]},
    ),
    (
        {"mounts": ({"Type": "bind", "Source": "/h", "Target": "/i", "ReadOnly": False},)},
        {"HostConfig.Mounts": [{"Type": "bind", "Source": "/h", "Target": "/i", "ReadOnly": False}]},
    ),
    ({"tmpfs": {"/run": ""}}, {"HostConfig.Tmpfs": {"/run": ""}}),
    ({"network": "n"}, {"HostConfig.NetworkMode": "n"}),
    ({"network_mode": "host"}, {"HostConfig.NetworkMode": "host"}),
    ({"extra_hosts": {"db": "10.0.0.2"}}, {"HostConfig.ExtraHosts": ["db:10.0.0.2"]}),
    ({"dns": ["1.1.1.1"]}, {"HostConfig.Dns": ["1.1.1.1"]}),
    ({"mem_limit": "1k"}, {"HostConfig.Memory": 1024}),
    ({"memswap_limit": "-1"}, {"HostConfig.MemorySwap": -1}),
    ({"nano_cpus": 5}, {"HostConfig.NanoCpus": 5}),
    ({"shm_size": "1k"}, {"HostConfig.ShmSize": 1024}),
    ({"pids_limit": 5}, {"HostConfig.PidsLimit": 5}),
    (
        {"restart_policy": "on-failure:5"},
        {"HostConfig.RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 5}},
    ),
    ({"auto_remove": True}, {"HostConfig.AutoRemove": True}),
    ({"privileged": True}, {"HostConfig.Privileged": True}),
    ({"read_only": True}, {"HostConfig.ReadonlyRootfs": True}),
    ({"init": True}, {"HostConfig.Init": True}),
    ({"cap_add": ["A"]}, {"HostConfig.CapAdd": ["A"]}),
    ({"cap_drop": "ALL"}, {"HostConfig.CapDrop": ["ALL"]}),
    ({"security_opt": ["label=x"]}, {"HostConfig.SecurityOpt": ["label=x"]}),
    ({"sysctls": {"a": 1}}, {"HostConfig.Sysctls": {"a": "1"}}),
    ({"pid_mode": "host"}, {"HostConfig.PidMode": "host"}),
    ({"ipc_mode": "host"}, {"HostConfig.IpcMode": "host"}),
    ({"log_config": {"type": "none"}}, {"HostConfig.LogConfig": {"Type": "none"}}),
    ({"log_config": LogConfig(type="none")}, {"HostConfig.LogConfig": {"Type": "none"}}),
    ({"log_driver": "local"}, {"HostConfig.LogConfig": {"Type": "local"}}),
    ({"log_opts": {"max-file": 2}}, {"HostConfig.LogConfig": {"Config": {"max-file": "2"}}}),
    ({"annotations": ["a=b"]}, {"HostConfig.Annotations": {"a": "b"}}),
    ({"group_add": ("audio", 29)}, {"HostConfig.GroupAdd": ["audio", "29"]}),
    ({"shell": ["/bin/bash", "-c"]}, {"Shell": ["/bin/bash", "-c"]}),
    ({"on_build": ["RUN x"]}, {"OnBuild": ["RUN x"]}),
    ({"args_escaped": True}, {"ArgsEscaped": True}),
    ({"stdin_once": True}, {"StdinOnce": True}),
    ({"attach": ["stdout"]}, {"AttachStdin": False, "AttachStdout": True, "AttachStderr": False}),
    ({"console_size": (24, 80)}, {"HostConfig.ConsoleSize": [24, 80]}),
    ({"healthcheck": ["curl", "-f", "x"]}, {"Healthcheck": {"Test": ["CMD", "curl", "-f", "x"]}}),
    ({"healthcheck": HealthConfig(retries=2)}, {"Healthcheck": {"Retries": 2}}),
    ({"no_healthcheck": True}, {"Healthcheck": {"Test": ["NONE"]}}),
    ({"no_healthcheck": False}, {}),
    ({"use_config_proxy": True}, {}),
    ({"pull": "always"}, {}),
    ({"cidfile": Path("/run/id")}, {"HostConfig.ContainerIDFile": "/run/id"}),
    ({"networks": ["n"]}, {"HostConfig.NetworkMode": "n"}),
    (
        {"networks": {"n": EndpointSettings(aliases=["a"])}},
        {
            "HostConfig.NetworkMode": "n",
            "NetworkingConfig": {"EndpointsConfig": {"n": {"Aliases": ["a"]}}},
        },
    ),
    (
        {"networking_config": NetworkingConfig(endpoints_config={"n": EndpointSettings(links=["a:b"])})},
        {
            "HostConfig.NetworkMode": "n",
            "NetworkingConfig": {"EndpointsConfig": {"n": {"Links": ["a:b"]}}},
        },
    ),
    (
        {"network_aliases": "a", "ip": "10.0.0.2", "ip6": "fd00::2", "link_local_ips": ["fe80::2"]},
        {
            "NetworkingConfig": {
                "EndpointsConfig": {
                    "default": {
                        "Aliases": ["a"],
                        "IPAMConfig": {
                            "IPv4Address": "10.0.0.2",
                            "IPv6Address": "fd00::2",
                            "LinkLocalIPs": ["fe80::2"],
                        },
                    }
                }
            }
        },
    ),
    ({"mac_address": MAC}, {"MacAddress": MAC}),
    ({"network_disabled": True}, {"NetworkDisabled": True}),
    ({"links": {"web": "db"}}, {"HostConfig.Links": ["web:db"]}),
    ({"expose": 80}, {"ExposedPorts": {"80/tcp": {}}}),
    ({"dns_opt": ["ndots:2"]}, {"HostConfig.DnsOptions": ["ndots:2"]}),
    ({"dns_search": "."}, {"HostConfig.DnsSearch": ["."]}),
    ({"volumes_from": "a,b:ro"}, {"HostConfig.VolumesFrom": ["a", "b:ro"]}),
    ({"volume_driver": "local"}, {"HostConfig.VolumeDriver": "local"}),
    ({"storage_opt": {"size": "1G"}}, {"HostConfig.StorageOpt": {"size": "1G"}}),
    ({"mem_reservation": "1k"}, {"HostConfig.MemoryReservation": 1024}),
    ({"mem_swappiness": 0}, {"HostConfig.MemorySwappiness": 0}),
    ({"kernel_memory": "1k"}, {"HostConfig.KernelMemory": 1024}),
    ({"kernel_memory_tcp": "1k"}, {"HostConfig.KernelMemoryTCP": 1024}),
    ({"oom_kill_disable": True}, {"HostConfig.OomKillDisable": True}),
    ({"oom_score_adj": -5}, {"HostConfig.OomScoreAdj": -5}),
    ({"cpus": 0.5}, {"HostConfig.NanoCpus": 5 * 10**8}),
    ({"cpu_shares": 2}, {"HostConfig.CpuShares": 2}),
    ({"cpu_period": 2}, {"HostConfig.CpuPeriod": 2}),
    ({"cpu_quota": 2}, {"HostConfig.CpuQuota": 2}),
    ({"cpu_rt_period": 2}, {"HostConfig.CpuRealtimePeriod": 2}),
    ({"cpu_rt_runtime": 2}, {"HostConfig.CpuRealtimeRuntime": 2}),
    ({"cpuset_cpus": "0"}, {"HostConfig.CpusetCpus": "0"}),
    ({"cpuset_mems": "0"}, {"HostConfig.CpusetMems": "0"}),
    ({"cpu_count": 2}, {"HostConfig.CpuCount": 2}),
    ({"cpu_percent": 2}, {"HostConfig.CpuPercent": 2}),
    ({"io_maximum_bandwidth": "1k"}, {"HostConfig.IOMaximumBandwidth": 1024}),
    ({"io_maximum_iops": 2}, {"HostConfig.IOMaximumIOps": 2}),
    ({"blkio_weight": 0}, {"HostConfig.BlkioWeight": 0}),
    (
        {"blkio_weight_device": [WeightDevice(path="/dev/sda", weight=10)]},
        {"HostConfig.BlkioWeightDevice": [{"Path": "/dev/sda", "Weight": 10}]},
    ),
    (
        {"device_read_bps": ["/dev/a:1k", ThrottleDevice(path="/dev/b", rate=1)]},
        {"HostConfig.BlkioDeviceReadBps": [{"Path": "/dev/a", "Rate": 1024}, {"Path": "/dev/b", "Rate": 1}]},
    ),
    ({"device_write_bps": "/dev/a:1"}, {"HostConfig.BlkioDeviceWriteBps": [{"Path": "/dev/a", "Rate": 1}]}),
    ({"device_read_iops": ["/dev/a:1"]}, {"HostConfig.BlkioDeviceReadIOps": [{"Path": "/dev/a", "Rate": 1}]}),
    (
        {"device_write_iops": ["/dev/a:1"]},
        {"HostConfig.BlkioDeviceWriteIOps": [{"Path": "/dev/a", "Rate": 1}]},
    ),
    (
        {"devices": [DeviceMapping(path_on_host="/dev/a")]},
        {"HostConfig.Devices": [{"PathOnHost": "/dev/a"}]},
    ),
    ({"devices": []}, {"HostConfig.Devices": []}),
    ({"device_cgroup_rules": ["c 1:3 mr"]}, {"HostConfig.DeviceCgroupRules": ["c 1:3 mr"]}),
    (
        {
            "device_requests": [DeviceRequest(driver="d")],
            "gpus": "device=0,1",
            "devices": ["vendor.com/gpu=0"],
        },
        {
            "HostConfig.DeviceRequests": [
                {"Driver": "d"},
                {
                    "Driver": "",
                    "Count": 0,
                    "DeviceIDs": ["0", "1"],
                    "Capabilities": [["gpu"]],
                    "Options": {},
                },
                {"Driver": "cdi", "DeviceIDs": ["vendor.com/gpu=0"]},
            ]
        },
    ),
    (
        {"ulimits": [Ulimit(name="core", soft=0, hard=0)]},
        {"HostConfig.Ulimits": [{"Name": "core", "Soft": 0, "Hard": 0}]},
    ),
    ({"masked_paths": []}, {"HostConfig.MaskedPaths": []}),
    ({"readonly_paths": ["/a"]}, {"HostConfig.ReadonlyPaths": ["/a"]}),
    ({"uts_mode": "host"}, {"HostConfig.UTSMode": "host"}),
    ({"userns_mode": "host"}, {"HostConfig.UsernsMode": "host"}),
    ({"cgroupns": "private"}, {"HostConfig.CgroupnsMode": "private"}),
    ({"cgroup_parent": "/a"}, {"HostConfig.CgroupParent": "/a"}),
    ({"cgroup": "a"}, {"HostConfig.Cgroup": "a"}),
    ({"runtime": "runc"}, {"HostConfig.Runtime": "runc"}),
    ({"isolation": "hyperv"}, {"HostConfig.Isolation": "hyperv"}),
    (
        {"restart_policy": RestartPolicy(name="always")},
        {"HostConfig.RestartPolicy": {"Name": "always"}},
    ),
]
IN_THE_QUERY = {"name", "platform"}
OF_FILES = {"env_file", "label_file"}  # tested with files, in test_textfiles.py


@pytest.mark.parametrize(("options", "expected"), LANDS, ids=str)
def test_each_option_lands_where_the_engine_has_it(options: dict[str, Any], expected: Body) -> None:
    assert body(**options) == expected


def test_every_option_is_in_the_table() -> None:
    named = {name for options, _ in LANDS for name in options}
    assert named | IN_THE_QUERY | OF_FILES == set(CreateOptions.__annotations__)


def test_every_field_of_the_engine_is_landed_in() -> None:
    landed = {name for _, expected in LANDS for name in expected}
    config = set(fields_of(ContainerCreateRequest)) - {"HostConfig", "Image", "Cmd"}
    assert landed == config | {f"HostConfig.{name}" for name in fields_of(HostConfig)}


def fields_of(model: type[ContainerCreateRequest | HostConfig]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


# docker.models.containers, RUN_CREATE_KWARGS and RUN_HOST_CONFIG_KWARGS of docker-py 7.2
DOCKER_PY = """
command detach domainname entrypoint environment healthcheck hostname image labels mac_address name
network_disabled platform stdin_open stop_signal tty use_config_proxy user working_dir auto_remove
blkio_weight_device blkio_weight cap_add cap_drop cgroup_parent cgroupns cpu_count cpu_percent cpu_period
cpu_quota cpu_shares cpuset_cpus cpuset_mems cpu_rt_period cpu_rt_runtime device_cgroup_rules device_read_bps
device_read_iops device_write_bps device_write_iops devices device_requests dns_opt dns_search dns extra_hosts
group_add init init_path ipc_mode isolation kernel_memory links log_config lxc_conf mem_limit mem_reservation
mem_swappiness memswap_limit mounts nano_cpus network_mode oom_kill_disable oom_score_adj pid_mode pids_limit
privileged publish_all_ports read_only restart_policy security_opt shm_size storage_opt sysctls tmpfs ulimits
userns_mode uts_mode version volume_driver volumes_from runtime network networking_config ports volumes
"""
GONE = {"init_path", "lxc_conf"}  # from engines, long before 1.41
PARAMETERS = {"command", "detach", "image"}
OF_THE_CLIENT = {"version"}


def test_docker_pys_keywords_are_options() -> None:
    theirs = set(DOCKER_PY.split()) - GONE - PARAMETERS - OF_THE_CLIENT
    assert theirs <= set(CreateOptions.__annotations__)


def test_flags_of_the_docker_command_are_suggested() -> None:
    with pytest.raises(TypeError, match=r"'publish'; did you mean 'ports'\?"):
        create(publish="80:80")
    with pytest.raises(TypeError, match=r"'health_cmd'; did you mean \"healthcheck=\{'test': …\}\"\?"):
        create(health_cmd="x")


def test_the_name_and_the_platform_are_in_the_query() -> None:
    assert create(name="web", platform="linux/arm64") == (
        {"Image": "busybox", "HostConfig": {}},
        {"name": "web", "platform": "linux/arm64"},
    )


@pytest.mark.parametrize(
    ("command", "expected"),
    [("echo 'a b'", ["echo", "a b"]), (["x"], ["x"]), ([], []), ("", []), (None, None)],
)
def test_the_command(command: Any, expected: list[str] | None) -> None:
    assert create(command=command)[0].get("Cmd") == expected


# Falsy values are values; None is none.


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"tty": False}, {"Tty": False}),
        ({"stdin_open": False}, {"OpenStdin": False}),
        ({"stop_timeout": 0}, {"StopTimeout": 0}),
        ({"user": 0}, {"User": "0"}),
        ({"hostname": ""}, {"Hostname": ""}),
        ({"working_dir": ""}, {"WorkingDir": ""}),
        ({"environment": {}}, {"Env": []}),
        ({"environment": {"A": ""}}, {"Env": ["A="]}),
        ({"environment": {"A": 0}}, {"Env": ["A=0"]}),
        ({"labels": {}}, {"Labels": {}}),
        ({"mem_limit": 0}, {"HostConfig.Memory": 0}),
        ({"nano_cpus": 0}, {"HostConfig.NanoCpus": 0}),
        ({"pids_limit": 0}, {"HostConfig.PidsLimit": 0}),
        ({"init": False}, {"HostConfig.Init": False}),
        ({"auto_remove": False}, {"HostConfig.AutoRemove": False}),
        ({"privileged": False}, {"HostConfig.Privileged": False}),
        ({"read_only": False}, {"HostConfig.ReadonlyRootfs": False}),
        ({"publish_all_ports": False}, {"HostConfig.PublishAllPorts": False}),
        ({"dns": []}, {"HostConfig.Dns": []}),
        ({"cap_add": []}, {"HostConfig.CapAdd": []}),
        ({"extra_hosts": {}}, {"HostConfig.ExtraHosts": []}),
        ({"mounts": []}, {"HostConfig.Mounts": []}),
        ({"sysctls": {}}, {"HostConfig.Sysctls": {}}),
        ({"ports": {}}, {"ExposedPorts": {}, "HostConfig.PortBindings": {}}),
        ({"ipc_mode": ""}, {"HostConfig.IpcMode": ""}),
    ],
    ids=str,
)
def test_falsy_values_are_sent(options: dict[str, Any], expected: Body) -> None:
    assert body(**options) == expected


def test_none_is_as_if_it_were_not_given() -> None:
    nothing = dict.fromkeys(CreateOptions.__annotations__)
    assert create(**nothing) == create() == ({"Image": "busybox", "HostConfig": {}}, {})


def test_the_callers_values_are_left_alone() -> None:
    environment, mounts = {"A": "1"}, [{"Type": "tmpfs", "Target": "/t"}]
    request, _ = create_request("run", "busybox", None, {"environment": environment, "mounts": mounts})
    request.env.append("B=2")
    assert environment == {"A": "1"}
    assert mounts == [{"Type": "tmpfs", "Target": "/t"}]


def test_proxies_count_where_the_environment_does_not_name_them() -> None:
    def env(options: dict[str, Any]) -> Any:
        proxies = {"HTTP_PROXY": "http://p", "NO_PROXY": "x"}
        return create_request("run", "busybox", None, options, proxies)[0].dump()["Env"]

    assert env({}) == ["HTTP_PROXY=http://p", "NO_PROXY=x"]
    assert env({"environment": {"HTTP_PROXY": ""}}) == ["HTTP_PROXY=", "NO_PROXY=x"]
    assert env({"environment": ["NO_PROXY", "A=1"]}) == ["NO_PROXY", "A=1", "HTTP_PROXY=http://p"]


# Refusals


def test_an_unknown_keyword_is_a_type_error_with_a_suggestion() -> None:
    with pytest.raises(TypeError) as caught:
        create(mem_limits="1g")
    assert str(caught.value) == (
        "run() got an unexpected keyword argument 'mem_limits'; did you mean 'mem_limit'?"
    )
    with pytest.raises(TypeError, match=r"'zzz'$"):
        create(zzz=None)


@pytest.mark.parametrize("image", [None, "", 5, b"busybox", ["busybox"]])
def test_an_image_is_a_name_or_an_id(image: Any) -> None:
    with pytest.raises(InvalidArgument, match="image="):
        create(image)


@pytest.mark.parametrize("image", ["../images/json", "a/b?x=1", "Busybox", "busybox\n", "a b", ":latest"])
def test_what_is_no_reference_is_refused(image: str) -> None:
    with pytest.raises(InvalidReference):
        create(image)


@pytest.mark.parametrize("image", ["busybox", "a.b:5000/c/d:e", "0123456789ab", "sha256:" + "0f" * 32])
def test_references_and_ids_are_images(image: str) -> None:
    assert create(image)[0]["Image"] == image


def test_a_network_is_said_once() -> None:
    with pytest.raises(InvalidArgument, match=r"network= and network_mode="):
        create(network="a", network_mode="b")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[("name", bad) for bad in ("", "a", "../images/json", "a/b?x=1", "a\nb", 5)],
        *[("platform", bad) for bad in (5, "linux/", "a/b/c/d", b"linux")],
        *[("entrypoint", bad) for bad in (5, "sh 'x", [1])],
        *[("environment", bad) for bad in (5, {"": "x"}, ["=x"], [5])],
        *[("labels", bad) for bad in (5, {"a": 1}, [1])],
        *[("working_dir", bad) for bad in (5, ["/"])],
        *[("user", bad) for bad in (True, 1.5, ["root"], b"root")],
        *[("hostname", bad) for bad in (5, ["h"])],
        *[("domainname", bad) for bad in (5, ["d"])],
        *[("tty", bad) for bad in ("perhaps", 5, [True])],
        *[("stdin_open", bad) for bad in ("perhaps", 5)],
        *[("ports", bad) for bad in (80, "80", ["http"], {"80": "http"}, {80: 70000})],
        *[("publish_all_ports", bad) for bad in ("perhaps", 5)],
        *[("volumes", bad) for bad in (5, "/a:/b", ["a"], [5], {"/a": None})],
        *[("mounts", bad) for bad in (5, "x", ["x"], {"Type": "bind"}, [{"Colour": "red"}], [5])],
        *[("tmpfs", bad) for bad in (5, [5])],
        *[("network", bad) for bad in (5, ["n"])],
        *[("network_mode", bad) for bad in (5, ["n"])],
        *[("extra_hosts", bad) for bad in (5, [5])],
        *[("dns", bad) for bad in (5, [5])],
        *[("mem_limit", bad) for bad in ("lots", 1.5, True, [1])],
        *[("memswap_limit", bad) for bad in ("lots", 1.5)],
        *[("nano_cpus", bad) for bad in ("lots", 1.5, [1])],
        *[("shm_size", bad) for bad in ("lots", 1.5)],
        *[("pids_limit", bad) for bad in ("lots", 1.5)],
        *[("restart_policy", bad) for bad in (5, "on-failure:x", "on-failure:", {"Colour": 1}, ["always"])],
        *[("auto_remove", bad) for bad in ("perhaps", 5)],
        *[("privileged", bad) for bad in ("perhaps", 5)],
        *[("read_only", bad) for bad in ("perhaps", 5)],
        *[("init", bad) for bad in ("perhaps", 5)],
        *[("cap_add", bad) for bad in (5, [5])],
        *[("cap_drop", bad) for bad in (5, [5])],
        *[("security_opt", bad) for bad in (5, [5])],
        *[("sysctls", bad) for bad in (5, "a", ["a"], {"a": None})],
        *[("pid_mode", bad) for bad in (5, ["host"])],
        *[("ipc_mode", bad) for bad in (5, ["host"])],
        *[("log_config", bad) for bad in (5, "json-file", {"colour": "red"}, {1: 2}, ["json-file"])],
        *[("stop_signal", bad) for bad in (5, ["SIGINT"])],
        *[("stop_timeout", bad) for bad in ("soon", 1.5)],
        *[("env_file", bad) for bad in (5, [5], "", "missing", b"env")],
        *[("label_file", bad) for bad in (5, [5], "", "missing")],
        *[("use_config_proxy", bad) for bad in ("perhaps", 5)],
        *[("annotations", bad) for bad in (5, "a", ["a"], {"a": 1.5}, {5: "a"})],
        *[("group_add", bad) for bad in (1.5, [None], [True])],
        *[("shell", bad) for bad in (5, [5])],
        *[("on_build", bad) for bad in (5, [5])],
        *[("args_escaped", bad) for bad in ("perhaps", 5)],
        *[("stdin_once", bad) for bad in ("perhaps", 5)],
        *[("attach", bad) for bad in (5, "nowhere", ["stdin", "x"], True)],
        *[("console_size", bad) for bad in (5, (5,), (1, 2, 3), ("a", "b"), "24x80")],
        *[("healthcheck", bad) for bad in (5, [5], {"color": 1}, {"test": 5}, {"interval": "soon"})],
        *[("healthcheck", bad) for bad in ({"interval": 10**9 * 30}, {"timeout": "1us"}, {"retries": 1.5})],
        *[("no_healthcheck", bad) for bad in ("perhaps", 5)],
        *[("log_driver", bad) for bad in (5, ["x"])],
        *[("log_opts", bad) for bad in (5, ["x"], {"a": None})],
        *[("cidfile", bad) for bad in (5, "", b"x")],
        *[("pull", bad) for bad in (5, "sometimes", True)],
        *[("networks", bad) for bad in (5, "n", [5], ["n", "n"], {"n": 5}, {"n": {"color": 1}}, {"": None})],
        *[("networks", bad) for bad in ({"n": {"ipv4_address": "::1"}}, {"n": {"Colour": 1}})],
        *[("networking_config", bad) for bad in (5, "n", {"EndpointsConfig": {"n": 5}})],
        *[("network_aliases", bad) for bad in (5, [5])],
        *[("ip", bad) for bad in (5, "::1", "10.0", "10.0.0.256")],
        *[("ip6", bad) for bad in (5, "10.0.0.1", "fe80::1%eth0")],
        *[("link_local_ips", bad) for bad in (5, ["x"], [5])],
        *[("mac_address", bad) for bad in (5, "92:d0", "92:d0:c6:0a:29:3g", "92:d0-c6:0a-29:33")],
        *[("network_disabled", bad) for bad in ("perhaps", 5)],
        *[("links", bad) for bad in (5, "a:b:c", ["a:"], [5], {"": "a"}, [("a", 5)])],
        *[("expose", bad) for bad in ("http", ["0"], [70000], {"80": 1})],
        *[("dns_opt", bad) for bad in (5, [5])],
        *[("dns_search", bad) for bad in (5, [5])],
        *[("dns", bad) for bad in ("one", ["1.1.1"])],
        *[("extra_hosts", bad) for bad in ("db", ["db:x"], {"db": 5}, {"": "10.0.0.2"}, {5: "10.0.0.2"})],
        *[("volumes_from", bad) for bad in (5, [5])],
        *[("volume_driver", bad) for bad in (5, ["x"])],
        *[("storage_opt", bad) for bad in (5, "x", ["x"])],
        *[("tmpfs", bad) for bad in ({5: ""}, {"/run": None})],
        *[("mem_reservation", bad) for bad in ("lots", 1.5)],
        *[("mem_swappiness", bad) for bad in ("lots", 1.5, 101, -2, True)],
        *[("kernel_memory", bad) for bad in ("lots", 1.5)],
        *[("kernel_memory_tcp", bad) for bad in ("lots", 1.5)],
        *[("oom_kill_disable", bad) for bad in ("perhaps", 5)],
        *[("oom_score_adj", bad) for bad in ("lots", 1001, -1001)],
        *[("cpus", bad) for bad in ("lots", -1, 1e-10, True, [1], float("nan"), float("inf"), "1e99")],
        *[
            (name, bad)
            for name in (
                *("cpu_shares", "cpu_period", "cpu_quota", "cpu_rt_period", "cpu_rt_runtime", "cpu_count"),
                *("cpu_percent", "io_maximum_iops"),
            )
            for bad in ("lots", 1.5, True)
        ],
        *[("cpuset_cpus", bad) for bad in (5, [0])],
        *[("cpuset_mems", bad) for bad in (5, [0])],
        *[("io_maximum_bandwidth", bad) for bad in ("lots", 1.5)],
        *[("blkio_weight", bad) for bad in (9, 1001, -1, "1")],
        *[("blkio_weight_device", bad) for bad in (5, "/dev/sda", ["/dev/sda:9"], [{"Colour": 1}])],
        *[
            (name, bad)
            for name in ("device_read_bps", "device_write_bps", "device_read_iops", "device_write_iops")
            for bad in (5, "/dev/sda", ["sda:1"], ["/dev/sda:lots"], [{"Colour": 1}])
        ],
        *[("devices", bad) for bad in (5, "fuse", ["/a:b"], ["/a:/b:x"], ["/a:/b:rr"], [{"Colour": 1}])],
        *[("device_cgroup_rules", bad) for bad in (5, "x", ["c 1 rwm"])],
        *[("device_requests", bad) for bad in (5, "all", [5], [{"Colour": 1}])],
        *[("gpus", bad) for bad in ("lots", "", True, 1.5, "color=red", "device=0,device=1", 'a"b', [0])],
        *[
            ("ulimits", bad)
            for bad in (5, "nofile", ["nofile=x"], ["color=1"], {"nofile": "x"}, [{"soft": 1}])
        ],
        *[("ulimits", bad) for bad in ({"nofile": (2, 1)}, {"nofile": (1, 2, 3)}, [{"name": "nofile"}])],
        *[("masked_paths", bad) for bad in (5, [5])],
        *[("readonly_paths", bad) for bad in (5, [5])],
        *[("security_opt", bad) for bad in ("color", ["seccomp=missing"], ["seccomp={"])],
        *[("pid_mode", bad) for bad in ("container", "container:", "private")],
        *[("ipc_mode", bad) for bad in ("container:", "x")],
        *[("uts_mode", bad) for bad in (5, "private")],
        *[("userns_mode", bad) for bad in (5, "private")],
        *[("cgroupns", bad) for bad in (5, "shared")],
        *[(name, 5) for name in ("cgroup_parent", "cgroup", "runtime", "isolation")],
    ],
)
def test_a_bad_value_is_refused_by_the_options_name(name: str, value: Any) -> None:
    with pytest.raises(InvalidArgument) as caught:
        create(**{name: value})
    assert re.search(rf"\b{name}\b", str(caught.value))


def test_every_option_refuses_something() -> None:
    [mark] = [
        mark
        for mark in test_a_bad_value_is_refused_by_the_options_name.pytestmark  # type: ignore[attr-defined]
        if mark.name == "parametrize"
    ]
    assert {name for name, _ in mark.args[1]} == set(CreateOptions.__annotations__)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"cpus": 1, "nano_cpus": 10**9}, "cpus= and nano_cpus="),
        ({"log_config": {"type": "local"}, "log_driver": "local"}, "log_config= and log_driver="),
        ({"log_config": {"type": "local"}, "log_opts": {}}, "log_config= and log_opts="),
        ({"networks": ["a"], "networking_config": {"a": {}}}, "networks= and networking_config="),
        ({"networks": {"a": {"aliases": ["x"]}}, "network_aliases": ["y"]}, "aliases"),
        ({"networks": {"a": {"ipv4_address": "10.0.0.2"}}, "ip": "10.0.0.3"}, "ipv4_address"),
        ({"networks": {"a": {"mac_address": MAC}}, "mac_address": MAC}, "mac_address="),
        ({"networks": ["a"], "network": "none"}, "'none' goes with no other network"),
        ({"networks": ["a", "container:b"]}, "'container:b' goes with no other network"),
        ({"network": "host", "ports": {80: 80}}, "ports="),
        ({"auto_remove": True, "restart_policy": {"Name": "always"}}, "auto_remove"),
    ],
    ids=str,
)
def test_contradictions(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidArgument, match=re.escape(message)):
        create(**options)


def test_options_of_the_first_network_add_to_what_is_said_of_it() -> None:
    made = body(networks={"a": {"ipv4_address": "10.0.0.2"}}, ip6="fd00::2", network_aliases=["x"])
    assert made["NetworkingConfig"]["EndpointsConfig"] == {
        "a": {
            "IPAMConfig": {"IPv4Address": "10.0.0.2", "IPv6Address": "fd00::2"},
            "Aliases": ["x"],
        }
    }


@pytest.mark.parametrize(
    ("name", "value", "forms"),
    [
        ("restart_policy", "on-failure:x", "'unless-stopped' or 'on-failure:5'"),
        ("mem_limit", "lots", "'512m'"),
        ("ports", ["http"], "{'80/tcp': 8080}"),
        ("volumes", ["a"], "'/host:/inside:ro'"),
        ("environment", [""], "['NAME=value']"),
        ("sysctls", 5, "a mapping"),
        ("cap_add", 5, "a list of str"),
    ],
)
def test_a_refusal_says_what_is_accepted(name: str, value: Any, forms: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        create(**{name: value})
    assert forms in str(caught.value)
