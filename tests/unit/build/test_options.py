"""Keywords of build to the Engine's parameters."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from dockpy.errors import InvalidArgument, InvalidReference
from dockpy.ops import images
from dockpy.ops.query import encode_query
from dockpy.options.build import BuildOptions, build_request


def query(proxies: dict[str, str] | None = None, **options: Any) -> dict[str, Any]:
    return build_request("build", options, proxies or {}).query


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, {}),
        ({"tag": "a:1"}, {"t": ["a:1"]}),
        ({"tag": ["a", "b:2"], "tags": ["c"]}, {"t": ["a", "b:2", "c"]}),
        ({"buildargs": {"A": 1, "B": None, "C": ""}}, {"buildargs": {"A": "1", "B": None, "C": ""}}),
        ({"buildargs": ["A=b=c", "B"]}, {"buildargs": {"A": "b=c", "B": None}}),
        ({"labels": ["a=b"]}, {"labels": {"a": "b"}}),
        ({"target": "t", "platform": "linux/arm64"}, {"target": "t", "platform": "linux/arm64"}),
        ({"cache_from": ["a", "b"]}, {"cachefrom": ["a", "b"]}),
        (
            {"nocache": False, "pull": True, "rm": False, "forcerm": True, "squash": False, "quiet": True},
            {"nocache": False, "pull": True, "rm": False, "forcerm": True, "squash": False, "q": True},
        ),
        ({"network_mode": "none"}, {"networkmode": "none"}),
        ({"extra_hosts": {"db": "10.0.0.2"}}, {"extrahosts": ["db:10.0.0.2"]}),
        ({"extra_hosts": ["db=::1", "a:b"]}, {"extrahosts": ["db:::1", "a:b"]}),
        ({"shmsize": "64m"}, {"shmsize": 64 << 20}),
        ({"ulimits": {"nofile": (1, 2)}}, {"ulimits": [{"Name": "nofile", "Soft": 1, "Hard": 2}]}),
        ({"ulimits": ["nproc=5"]}, {"ulimits": [{"Name": "nproc", "Soft": 5, "Hard": 5}]}),
        (
            {"container_limits": {"memory": "1g", "memswap": -1, "cpushares": 0, "cpusetcpus": "0,1"}},
            {"memory": 1 << 30, "memswap": -1, "cpushares": 0, "cpusetcpus": "0,1"},
        ),
        ({"container_limits": {"memory": 1}, "mem_limit": 2}, {"memory": 2}),
        (
            {"cpu_period": 1, "cpu_quota": 2, "cpuset_mems": "0"},
            {"cpuperiod": 1, "cpuquota": 2, "cpusetmems": "0"},
        ),
        ({"cgroup_parent": "/x", "isolation": "default"}, {"cgroupparent": "/x", "isolation": "default"}),
        ({"security_opt": ["a"]}, {"securityopt": ["a"]}),
        ({"builder": "auto", "tag": None}, {}),
        ({"builder": "classic", "secrets": {}}, {}),
    ],
    ids=str,
)
def test_placed(options: dict[str, Any], expected: dict[str, Any]) -> None:
    assert query(**options) == {"version": "1", **expected}


def test_every_parameter_is_one_of_the_engine() -> None:
    known = {param.name for param in images.BUILD.query}
    every: dict[str, Any] = {
        "tag": "a",
        "buildargs": {"A": "b"},
        **dict.fromkeys(("nocache", "pull", "rm", "forcerm", "squash", "quiet"), True),
        **dict.fromkeys(
            ("shmsize", "mem_limit", "memswap_limit", "cpu_shares", "cpu_period", "cpu_quota"), 1
        ),
        **dict.fromkeys(
            ("target", "platform", "network_mode", "cpuset_cpus", "cpuset_mems", "isolation"), "a"
        ),
        "cgroup_parent": "a",
        "labels": {"a": "b"},
        "cache_from": "a",
        "extra_hosts": ["a:b"],
        "ulimits": {"nproc": 1},
        "security_opt": ["a"],
    }
    assert set(query(**every)) <= known
    not_of_the_request = {
        "tags",
        "use_config_proxy",
        "builder",
        "container_limits",
        "secrets",
        "ssh",
        "output",
    }
    source = {"path", "fileobj", "dockerfile", "custom_context", "encoding", "remote", "gzip", "compression"}
    assert set(BuildOptions.__annotations__) == set(every) | not_of_the_request | source | {"outputs"}


def test_proxies_of_the_configuration() -> None:
    proxies = {"HTTP_PROXY": "a", "http_proxy": "a", "NO_PROXY": "b", "no_proxy": "b"}
    assert query(proxies)["buildargs"] == proxies
    assert query(proxies, buildargs={"http_proxy": "mine"})["buildargs"] == {
        "http_proxy": "mine",
        "NO_PROXY": "b",
        "no_proxy": "b",
    }
    assert "buildargs" not in query(proxies, use_config_proxy=False)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"builder": "kaniko"}, "builder='kaniko'"),
        ({"builder": "buildkit"}, "does not speak to BuildKit yet"),
        ({"secrets": {"a": b"SECRET"}}, "secrets= needs BuildKit"),
        ({"output": "out"}, "output= needs BuildKit"),
        ({"tag": "a@sha256:" + "0" * 64}, "has a digest"),
        ({"tag": 1}, "tag=1"),
        ({"buildargs": {"A=": "SECRET"}}, "'A=' is no argument's name"),
        ({"buildargs": {"A=SECRET": 1}}, "'A=' is no argument's name"),
        ({"buildargs": "A=SECRET"}, "buildargs: it takes"),
        ({"buildargs": [b"SECRET"]}, "buildargs: it takes"),
        ({"buildargs": {"A": "SECRET\ud800"}}, "the value of 'A'"),
        ({"labels": {"a": 1}}, "labels: 'a'=1"),
        ({"nocache": 1}, "nocache=1"),
        ({"gzip": 1}, "gzip=1"),
        ({"custom_context": "yes"}, "custom_context='yes'"),
        ({"compression": "zstd"}, "it takes 'gzip'"),
        ({"container_limits": {"cpus": 1}}, "container_limits="),
        ({"container_limits": 1}, "container_limits=1"),
        ({"extra_hosts": ["db"]}, "extra_hosts: 'db'"),
        ({"extra_hosts": {"db": 1}}, "extra_hosts="),
        ({"shmsize": "much"}, "shmsize='much'"),
        ({"platform": "a/b/c/d"}, "platform='a/b/c/d'"),
        ({"use_config_proxy": 1}, "use_config_proxy=1"),
    ],
    ids=str,
)
def test_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        query(**options)
    assert message in str(caught.value)
    assert "SECRET" not in str(caught.value)


def test_names() -> None:
    with pytest.raises(InvalidReference):
        query(tag="Not A Name")
    with pytest.raises(
        TypeError, match=r"build\(\) got an unexpected keyword argument 'labls'; did you mean 'labels'"
    ):
        query(labls={})


# The keywords for the flags that record_cli.py gave to the docker command.
AS_THE_COMMAND: dict[str, dict[str, Any]] = {
    "--tag a:1 --tag registry:5000/b": {"tag": ["a:1", "registry:5000/b"]},
    "--build-arg A=b --build-arg C=d=e --build-arg EMPTY=": {"buildargs": ["A=b", "C=d=e", "EMPTY="]},
    "--label a=b --label c": {"labels": ["a=b", "c"]},
    "--target t": {"target": "t"},
    "--platform linux/arm64": {"platform": "linux/arm64"},
    "--no-cache --pull --force-rm": {"nocache": True, "pull": True, "forcerm": True},
    "--rm=false": {"rm": False},
    "--quiet": {"quiet": True},
    "--cache-from a --cache-from b:1": {"cache_from": ["a", "b:1"]},
    "--network none": {"network_mode": "none"},
    "--add-host db:10.0.0.2 --add-host six:::1": {"extra_hosts": {"db": "10.0.0.2", "six": "::1"}},
    "--shm-size 64m": {"shmsize": "64m"},
    "--ulimit nofile=1:2 --ulimit nproc=5": {"ulimits": ["nofile=1:2", "nproc=5"]},
    "--memory 1g --memory-swap -1": {"mem_limit": "1g", "memswap_limit": -1},
    "--cpu-shares 2 --cpu-period 3 --cpu-quota 4": {"cpu_shares": 2, "cpu_period": 3, "cpu_quota": 4},
    "--cpuset-cpus 0-1 --cpuset-mems 0": {"cpuset_cpus": "0-1", "cpuset_mems": "0"},
    "--cgroup-parent /x": {"cgroup_parent": "/x"},
}
QUERIES = json.loads((Path(__file__).parent / "cli.json").read_text())["queries"]


@pytest.mark.parametrize("flags", list(QUERIES))
def test_as_the_command(flags: str) -> None:
    text = encode_query(images.BUILD, query(**AS_THE_COMMAND[flags]), "1.51")
    sent = {
        name: values for name, values in parse_qs(text, keep_blank_values=True).items() if name != "version"
    }
    assert decoded(sent) == decoded(QUERIES[flags])


def decoded(given: dict[str, list[str]]) -> dict[str, Any]:
    coded = {"buildargs", "labels", "cachefrom", "ulimits"}
    return {name: json.loads(values[0]) if name in coded else values for name, values in given.items()}
