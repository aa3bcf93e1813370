"""Options give the JSON that the docker command gives for the same flags; `record_cli.py` recorded it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

from dockpy.options.containers import create_request

CALLS = json.loads((Path(__file__).parent / "cli.json").read_text())

OPTIONS: dict[str, list[dict[str, Any]]] = {
    # flags: keywords that say the same
    "": [{}],
    "--name web": [{"name": "web"}],
    "--platform linux/arm64": [{"platform": "linux/arm64"}],
    "--entrypoint sh": [{"entrypoint": "sh"}, {"entrypoint": ["sh"]}],
    "--entrypoint ": [{"entrypoint": ""}, {"entrypoint": []}, {"entrypoint": [""]}],
    "--env A=1 --env B=x=y --env UNSET_HERE": [
        {"environment": {"A": 1, "B": "x=y", "UNSET_HERE": None}},
        {"environment": ["A=1", "B=x=y", "UNSET_HERE"]},
    ],
    "--label a=b --label c": [{"labels": {"a": "b", "c": ""}}, {"labels": ["a=b", "c"]}],
    "--workdir /srv": [{"working_dir": "/srv"}],
    "--user 0": [{"user": 0}, {"user": "0"}],
    "--user nobody:nogroup": [{"user": "nobody:nogroup"}],
    "--hostname h": [{"hostname": "h"}],
    "--domainname example.org": [{"domainname": "example.org"}],
    "--tty": [{"tty": True}],
    "--publish 8080:80": [{"ports": ["8080:80"]}, {"ports": {80: 8080}}, {"ports": {"80/tcp": "8080"}}],
    "--publish 127.0.0.1::80 --publish 53:53/udp": [
        {"ports": ["127.0.0.1::80", "53:53/udp"]},
        {"ports": {"80/tcp": ("127.0.0.1",), "53/udp": 53}},
    ],
    "--publish [::1]:8080:80": [{"ports": ["[::1]:8080:80"]}, {"ports": {80: ("::1", 8080)}}],
    "--publish 8000-8001:80-81": [{"ports": ["8000-8001:80-81"]}, {"ports": {80: 8000, 81: 8001}}],
    "--publish 8000-8010:80": [{"ports": ["8000-8010:80"]}, {"ports": {80: "8000-8010"}}],
    "--publish 80": [{"ports": ["80"]}, {"ports": [80]}, {"ports": {"80": None}}],
    "--publish-all": [{"publish_all_ports": True}],
    "--volume /host:/inside:ro --volume data:/data": [{"volumes": ["/host:/inside:ro", "data:/data"]}],
    "--volume /anonymous": [{"volumes": ["/anonymous"]}],
    "--tmpfs /run:size=64m": [{"tmpfs": {"/run": "size=64m"}}],
    "--network none": [{"network": "none"}, {"network_mode": "none"}],
    "--network mynet": [{"network": "mynet"}, {"network_mode": "mynet"}],
    "--network container:web": [{"network_mode": "container:web"}],
    "--add-host db:10.0.0.2": [{"extra_hosts": {"db": "10.0.0.2"}}, {"extra_hosts": ["db:10.0.0.2"]}],
    "--dns 1.1.1.1 --dns 8.8.8.8": [{"dns": ["1.1.1.1", "8.8.8.8"]}],
    "--memory 512m": [{"mem_limit": "512m"}, {"mem_limit": 512 * 1024**2}],
    "--memory 64m --memory-swap -1": [{"mem_limit": "64m", "memswap_limit": -1}],
    "--cpus 1.5": [{"nano_cpus": 1_500_000_000}],
    "--shm-size 1g": [{"shm_size": "1g"}],
    "--pids-limit 100": [{"pids_limit": 100}],
    "--pids-limit -1": [{"pids_limit": -1}],
    "--restart always": [{"restart_policy": "always"}, {"restart_policy": {"Name": "always"}}],
    "--restart unless-stopped": [{"restart_policy": "unless-stopped"}],
    "--restart on-failure:5": [
        {"restart_policy": "on-failure:5"},
        {"restart_policy": {"Name": "on-failure", "MaximumRetryCount": 5}},
    ],
    "--restart on-failure": [{"restart_policy": "on-failure"}],
    "--rm": [{"auto_remove": True}],
    "--privileged": [{"privileged": True}],
    "--read-only": [{"read_only": True}],
    "--init": [{"init": True}],
    "--init=false": [{"init": False}],
    "--cap-add NET_ADMIN --cap-add SYS_TIME": [{"cap_add": ["NET_ADMIN", "SYS_TIME"]}],
    "--cap-drop MKNOD": [{"cap_drop": ["MKNOD"]}, {"cap_drop": "MKNOD"}],
    "--security-opt no-new-privileges": [{"security_opt": ["no-new-privileges"]}],
    "--sysctl net.core.somaxconn=128": [{"sysctls": {"net.core.somaxconn": 128}}],
    "--pid host": [{"pid_mode": "host"}],
    "--ipc private": [{"ipc_mode": "private"}],
    "--log-driver json-file --log-opt max-size=10m": [
        {"log_config": {"type": "json-file", "config": {"max-size": "10m"}}},
        {"log_config": {"Type": "json-file", "Config": {"max-size": "10m"}}},
    ],
    "--stop-signal SIGINT": [{"stop_signal": "SIGINT"}],
    "--stop-timeout 0": [{"stop_timeout": 0}],
}
DEFAULT = {"--restart no"}  # what is so without the flag too


def cases() -> list[Any]:
    return [
        pytest.param(call, options, id=f"{' '.join(call['flags'])} {number}")
        for call in CALLS
        for number, options in enumerate(OPTIONS.get(" ".join(call["flags"]), []))
    ]


def test_every_recorded_call_is_compared() -> None:
    assert {" ".join(call["flags"]) for call in CALLS} == set(OPTIONS) | DEFAULT


@pytest.mark.parametrize(("call", "options"), cases())
def test_the_request_is_the_commands(call: dict[str, Any], options: dict[str, Any]) -> None:
    body, query = create_request("create", "busybox", ["echo", "hi"], options)
    ours = body.dump()
    assert (ours.pop("Image"), ours.pop("Cmd")) == ("busybox", ["echo", "hi"])
    if not ours["HostConfig"]:
        del ours["HostConfig"]
    assert ours == same(call["body"])
    assert query == dict(parse_qsl(call["query"]))


def same(body: dict[str, Any]) -> dict[str, Any]:
    """The command's body, without what it spells out and engines take for granted."""
    body = {key: value for key, value in body.items() if key != "NetworkingConfig"}  # of no endpoint
    if host := body.get("HostConfig"):
        for key in {"CapAdd", "CapDrop"} & set(host):
            host = {**host, key: [name.removeprefix("CAP_") for name in host[key]]}
        if policy := host.get("RestartPolicy"):
            host = {**host, "RestartPolicy": {key: value for key, value in policy.items() if value}}
        body["HostConfig"] = host
    return body
