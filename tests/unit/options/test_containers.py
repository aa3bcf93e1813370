"""The keywords of create and run: each lands where the Engine has it, or is refused by its name."""

from __future__ import annotations

import re
from typing import Any

import pytest

from dockpy.errors import InvalidArgument, InvalidReference
from dockpy.options.containers import CreateOptions, create_request
from dockpy.wire.containers import ContainerCreateRequest
from dockpy.wire.mounts import Mount

Body = dict[str, Any]


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
    ({"security_opt": ["x"]}, {"HostConfig.SecurityOpt": ["x"]}),
    ({"sysctls": {"a": 1}}, {"HostConfig.Sysctls": {"a": "1"}}),
    ({"pid_mode": "host"}, {"HostConfig.PidMode": "host"}),
    ({"ipc_mode": "host"}, {"HostConfig.IpcMode": "host"}),
    ({"log_config": {"type": "none"}}, {"HostConfig.LogConfig": {"Type": "none"}}),
]
IN_THE_QUERY = {"name", "platform"}


@pytest.mark.parametrize(("options", "expected"), LANDS, ids=str)
def test_each_option_lands_where_the_engine_has_it(options: dict[str, Any], expected: Body) -> None:
    assert body(**options) == expected


def test_every_option_is_in_the_table() -> None:
    assert {name for options, _ in LANDS for name in options} | IN_THE_QUERY == set(
        CreateOptions.__annotations__
    )


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
        *[("tmpfs", bad) for bad in (5, "/run", ["/run"])],
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
        *[("sysctls", bad) for bad in (5, "a=1", ["a=1"])],
        *[("pid_mode", bad) for bad in (5, ["host"])],
        *[("ipc_mode", bad) for bad in (5, ["host"])],
        *[("log_config", bad) for bad in (5, "json-file", {"colour": "red"}, {1: 2}, ["json-file"])],
        *[("stop_signal", bad) for bad in (5, ["SIGINT"])],
        *[("stop_timeout", bad) for bad in ("soon", 1.5)],
    ],
)
def test_a_bad_value_is_refused_by_the_options_name(name: str, value: Any) -> None:
    with pytest.raises(InvalidArgument) as caught:
        create(**{name: value})
    assert re.search(rf"\b{name}\b", str(caught.value))


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
