"""Services' options give the JSON of ``docker service create``; `record_cli_services.py` recorded it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from dockpy.options.services import service_spec

CALLS = json.loads((Path(__file__).parent / "cli_services.json").read_text())


@dataclass
class Thing:
    """A network, a secret or a config."""

    id: str
    name: str


MYNET, KEY, CONF = Thing("id-of-mynet", "mynet"), Thing("id-of-key", "key"), Thing("id-of-conf", "conf")
HEALTH = {"test": "true", "interval": "1s", "timeout": 2, "retries": 3}

OPTIONS: dict[str, list[dict[str, Any]]] = {
    # flags: keywords that say the same
    "": [{}],
    "--name web": [{"name": "web"}],
    "--replicas 0": [{"replicas": 0}, {"mode": {"Replicated": {"Replicas": 0}}}],
    "--replicas 3": [{"replicas": 3}, {"mode": "replicated", "replicas": 3}],
    "--mode global": [{"mode": "global"}, {"mode": {"Global": {}}}, {"mode": {"global": {}}}],
    "--mode replicated-job": [{"mode": "replicated-job"}, {"mode": {"replicatedJob": {}}}],
    "--mode replicated-job --replicas 4": [{"mode": "replicated-job", "replicas": 4}],
    "--mode replicated-job --replicas 4 --max-concurrent 2": [
        {"mode": "replicated-job", "replicas": 4, "max_concurrent": 2},
        {"mode": {"ReplicatedJob": {"MaxConcurrent": 2, "TotalCompletions": 4}}},
    ],
    "--mode global-job": [{"mode": "global-job"}],
    "--entrypoint sh -c": [{"entrypoint": "sh -c"}, {"entrypoint": ["sh", "-c"]}],
    "--env A=1 --env B=x=y": [{"env": {"A": 1, "B": "x=y"}}, {"env": ["A=1", "B=x=y"]}],
    "--label a=b --label c": [{"labels": {"a": "b", "c": ""}}, {"labels": ["a=b", "c"]}],
    "--container-label a=b": [{"container_labels": {"a": "b"}}],
    "--hostname {{.Node.Hostname}}": [{"hostname": "{{.Node.Hostname}}"}],
    "--workdir /srv": [{"workdir": "/srv"}],
    "--user nobody:nogroup": [{"user": "nobody:nogroup"}],
    "--group wheel --group 7": [{"groups": ["wheel", "7"]}],
    "--tty": [{"tty": True}],
    "--read-only": [{"read_only": True}],
    "--init": [{"init": True}],
    "--isolation hyperv": [{"isolation": "hyperv"}],
    "--stop-signal SIGINT": [{"stop_signal": "SIGINT"}],
    "--stop-grace-period 1m30s": [
        {"stop_grace_period": "1m30s"},
        {"stop_grace_period": 90},
        {"stop_grace_period": timedelta(seconds=90)},
    ],
    "--stop-grace-period 0s": [{"stop_grace_period": 0}],
    "--host db:10.0.0.2 --host v6:::1": [
        {"hosts": {"db": "10.0.0.2", "v6": "::1"}},
        {"hosts": ["db:10.0.0.2", "v6:::1"]},
        {"hosts": ["10.0.0.2 db", "::1 v6"]},
    ],
    "--dns 1.1.1.1 --dns-search example.org --dns-option ndots:2": [
        {"dns": ["1.1.1.1"], "dns_search": ["example.org"], "dns_opt": ["ndots:2"]},
        {"dns_config": {"nameservers": ["1.1.1.1"], "search": ["example.org"], "options": ["ndots:2"]}},
        {"dns_config": {"Nameservers": ["1.1.1.1"], "Search": ["example.org"], "Options": ["ndots:2"]}},
    ],
    "--cap-add NET_ADMIN --cap-drop MKNOD": [{"cap_add": ["NET_ADMIN"], "cap_drop": ["MKNOD"]}],
    "--sysctl net.core.somaxconn=128": [{"sysctls": {"net.core.somaxconn": 128}}],
    "--ulimit nofile=10:20 --ulimit nproc=5": [
        {"ulimits": {"nofile": (10, 20), "nproc": 5}},
        {"ulimits": ["nofile=10:20", "nproc=5"]},
    ],
    "--oom-score-adj -5": [{"oom_score_adj": -5}],
    "--credential-spec file://spec.json": [
        {"credential_spec": "file://spec.json"},
        {"privileges": {"CredentialSpec": {"File": "spec.json"}}},
    ],
    "--credential-spec registry://key": [{"credential_spec": "registry://key"}],
    "--constraint node.role==manager --constraint node.labels.a!=b": [
        {"constraints": ["node.role==manager", "node.labels.a!=b"]}
    ],
    "--placement-pref spread=node.labels.zone --placement-pref spread=node.labels.rack": [
        {"preferences": ["spread=node.labels.zone", "spread=node.labels.rack"]},
        {"preferences": [("spread", "node.labels.zone"), ("spread", "node.labels.rack")]},
        {
            "preferences": [
                {"Spread": {"SpreadDescriptor": "node.labels.zone"}},
                {"spread": {"spread_descriptor": "node.labels.rack"}},
            ]
        },
    ],
    "--replicas-max-per-node 2": [{"maxreplicas": 2}],
    "--limit-cpu 1.5 --limit-memory 64m --limit-pids 100": [
        {"limit_cpu": 1.5, "limit_memory": "64m", "limit_pids": 100},
        {"resources": {"limits": {"nano_cpus": 1500000000, "memory_bytes": 67108864, "pids": 100}}},
        {"resources": {"Limits": {"NanoCPUs": 1500000000, "MemoryBytes": 67108864, "Pids": 100}}},
    ],
    "--reserve-cpu .25 --reserve-memory 32m": [{"reserve_cpu": "0.25", "reserve_memory": 33554432}],
    "--generic-resource GPU=2 --generic-resource SSD=1": [
        {"generic_resources": {"GPU": 2, "SSD": 1}},
        {"generic_resources": ["GPU=2", "SSD=1"]},
    ],
    "--restart-condition on-failure": [{"restart_policy": "on-failure"}],
    "--restart-condition none": [{"restart_policy": {"Condition": "none"}}],
    "--restart-delay 0s --restart-max-attempts 3 --restart-window 2m": [
        {"restart_policy": {"condition": "any", "delay": 0, "max_attempts": 3, "window": "2m"}},
        {"restart_policy": {"Condition": "any", "Delay": 0, "MaxAttempts": 3, "Window": 120000000000}},
    ],
    "--update-parallelism 0 --update-delay 1s --update-failure-action rollback --update-monitor 500ms "
    "--update-max-failure-ratio 0.2 --update-order start-first": [
        {
            "update_config": {
                "parallelism": 0,
                "delay": 1,
                "failure_action": "rollback",
                "monitor": timedelta(milliseconds=500),
                "max_failure_ratio": 0.2,
                "order": "start-first",
            }
        },
    ],
    "--rollback-parallelism 2 --rollback-failure-action continue --rollback-delay 3s": [
        {
            "rollback_config": {
                "Parallelism": 2,
                "FailureAction": "continue",
                "Delay": 3000000000,
                # What the command spells out, and engines take for granted.
                "Monitor": 5000000000,
                "MaxFailureRatio": 0,
                "Order": "stop-first",
            }
        }
    ],
    "--health-cmd true --health-interval 1s --health-timeout 2s --health-retries 3": [
        {"healthcheck": HEALTH}
    ],
    "--health-cmd true --health-start-period 4s --health-start-interval 5s": [
        {"healthcheck": {"test": ["CMD-SHELL", "true"], "start_period": "4s", "start_interval": 5}}
    ],
    "--no-healthcheck": [{"healthcheck": "NONE"}, {"healthcheck": ["NONE"]}],
    "--log-driver json-file --log-opt max-size=10m": [
        {"log_driver": "json-file", "log_driver_options": {"max-size": "10m"}}
    ],
    "--publish 8080:80": [{"ports": ["8080:80"]}, {"ports": {"80/tcp": 8080}}, {"ports": {80: 8080}}],
    "--publish 53:53/udp --publish 80": [{"ports": ["53:53/udp", 80]}, {"ports": {"53/udp": 53, 80: None}}],
    "--publish 8000-8001:80-81": [{"ports": ["8000-8001:80-81"]}],
    "--publish published=8080,target=80,protocol=tcp,mode=host": [
        {"ports": ["published=8080,target=80,protocol=tcp,mode=host"]},
        {"ports": [{"published": 8080, "target": 80, "mode": "host"}]},
        {"ports": [{"published_port": 8080, "target_port": 80, "publish_mode": "host"}]},
    ],
    "--publish target=80": [{"ports": ["target=80"]}, {"ports": "80"}],
    "--endpoint-mode dnsrr": [{"endpoint_mode": "dnsrr"}, {"endpoint_spec": {"Mode": "dnsrr"}}],
    "--network mynet": [{"networks": [MYNET]}, {"networks": ["id-of-mynet"]}],
    "--network name=mynet,alias=web,alias=www,driver-opt=a=b": [
        {"networks": [{"target": MYNET, "aliases": ["web", "www"], "driver_opts": {"a": "b"}}]},
        {"networks": [{"Target": "id-of-mynet", "Aliases": ["web", "www"], "DriverOpts": {"a": "b"}}]},
        {"networks": ["name=id-of-mynet,alias=web,alias=www,driver-opt=a=b"]},
    ],
    "--mount type=volume,source=data,target=/data,readonly": [
        {"mounts": [{"source": "data", "target": "/data", "read_only": True}]},
        {"mounts": ["type=volume,source=data,target=/data,readonly"]},
        {"mounts": ["data:/data:ro"]},
    ],
    "--mount type=volume,target=/data": [{"mounts": ["type=volume,target=/data"]}],
    "--mount type=bind,source=/host,target=/inside,bind-propagation=rshared": [
        {"mounts": ["type=bind,source=/host,target=/inside,bind-propagation=rshared"]}
    ],
    "--mount type=tmpfs,target=/run,tmpfs-size=64m,tmpfs-mode=1770": [
        {"mounts": [{"type": "tmpfs", "target": "/run", "tmpfs_size": "64m", "tmpfs_mode": 0o1770}]}
    ],
    "--secret key": [{"secrets": [KEY]}],
    "--secret source=key,target=/etc/key,uid=7,gid=8,mode=0400": [
        {"secrets": [{"source": KEY, "target": "/etc/key", "uid": 7, "gid": "8", "mode": 0o400}]}
    ],
    "--config conf": [{"configs": [CONF]}],
    "--config source=conf,target=/etc/conf,uid=7,gid=8,mode=0440": [
        {"configs": [{"source": CONF, "target": "/etc/conf", "uid": "7", "gid": "8", "mode": "0440"}]}
    ],
}
DEFAULT = {"--init=false"}  # what the command sends without the flag too


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
    ours = service_spec("create", "busybox", ["echo", "hi"], options).dump()
    container = ours["TaskTemplate"]["ContainerSpec"]
    assert (container.pop("Image"), container.pop("Args")) == ("busybox:latest", ["echo", "hi"])
    assert bare(ours) == bare(same(call["body"]))


def same(body: dict[str, Any]) -> dict[str, Any]:
    """The command's body, without what it spells out and engines take for granted."""
    task = body.get("TaskTemplate", {})
    container = task.get("ContainerSpec", {})
    for name in ("Args", "Image", "Init") if "Args" in container else ():
        container.pop(name)  # of the call without flags
    for name in {"CapabilityAdd", "CapabilityDrop"} & set(container):
        container[name] = [capability.removeprefix("CAP_") for capability in container[name]]
    if privileges := container.get("Privileges"):
        chosen = {key: value for key, value in privileges["CredentialSpec"].items() if value}
        container["Privileges"] = {"CredentialSpec": chosen}
    if policy := task.get("RestartPolicy"):
        defaults = {"Delay": 5000000000, "MaxAttempts": 0}
        task["RestartPolicy"] = {
            key: value for key, value in policy.items() if key not in defaults or value != defaults[key]
        }
    task.pop("ForceUpdate", None)
    endpoint = body.get("EndpointSpec", {})
    if endpoint.get("Mode") == "vip":
        del endpoint["Mode"]
    if body.get("Mode") == {"Replicated": {}}:
        del body["Mode"]
    return body


def bare(value: Any) -> Any:
    """A JSON value without objects that hold nothing; modes say something by being there."""
    if not isinstance(value, dict):
        return value
    items = {key: value[key] if key == "Mode" else bare(value[key]) for key in value}
    return {key: item for key, item in items.items() if item != {}}
