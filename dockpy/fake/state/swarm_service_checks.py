"""What is asked of services, checked and made whole: what a swarm refuses, in its words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dockpy.fake.failure import Failure
from dockpy.fake.state.image_names import parse_reference
from dockpy.fake.state.swarm_constraints import parse_constraint
from dockpy.fake.state.swarm_store import rpc

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["mode_of", "settled"]

_DNS_NAME = re.compile(r"[a-zA-Z0-9](?:[-_]*[A-Za-z0-9]+)*")
_MILLISECOND = 1_000_000
_MODES = ("Replicated", "Global", "ReplicatedJob", "GlobalJob")
_ORDERS = ("", "stop-first", "start-first")
_ACTIONS = {"update": ("", "pause", "continue", "rollback"), "rollback": ("", "pause", "continue")}


def mode_of(spec: Mapping[str, Any]) -> str:
    """Which of the four modes a service has."""
    return next(name for name in _MODES if name in spec["Mode"])


def settled(asked: Mapping[str, Any], api: str) -> dict[str, Any]:
    """A ``ServiceSpec`` as managers keep it: checked, in order, without what is empty.

    Raises:
        Failure: it cannot be.
    """
    template = asked.get("TaskTemplate") or {}
    container = template.get("ContainerSpec")
    runtime = template.get("Runtime") or "container"
    if runtime not in ("container", "plugin", "attachment"):
        raise Failure(400, "unsupported runtime")
    if container is None or runtime != "container":
        raise Failure(400, "mismatched Runtime and *Spec fields")
    mode = _mode(asked.get("Mode") or {})
    task = _task(template, container)
    update = _update_config(asked.get("UpdateConfig"), "update")
    rollback = _update_config(asked.get("RollbackConfig"), "rollback")
    endpoint = _endpoint(asked.get("EndpointSpec"))
    name = asked.get("Name") or ""
    _check_name(name)
    _check_task(task, api)
    _check_update(asked.get("UpdateConfig"), "update")
    _check_update(asked.get("RollbackConfig"), "rollback")
    if endpoint is not None:
        _check_endpoint(endpoint)
    if "Job" in next(iter(mode)) and (update is not None or rollback is not None):
        which = "an update" if update is not None else "a rollback"
        raise rpc("InvalidArgument", f"Jobs may not have {which} config")
    spec: dict[str, Any] = {"Name": name, "Labels": dict(asked.get("Labels") or {})}
    spec |= {"TaskTemplate": task, "Mode": mode}
    for key, part in (("UpdateConfig", update), ("RollbackConfig", rollback), ("EndpointSpec", endpoint)):
        if part is not None:
            spec[key] = part
    if asked.get("Networks") and not task.get("Networks"):
        spec["Networks"] = [_network(one) for one in asked["Networks"]]
    return spec


def _mode(asked: Mapping[str, Any]) -> dict[str, Any]:
    # docker-py writes them in small letters, which Go reads as well.
    asked = {name: asked.get(name, asked.get(name[0].lower() + name[1:])) for name in _MODES}
    given = [name for name in _MODES if asked[name] is not None]
    if len(given) > 1:
        raise Failure(400, "must specify only one service mode")
    match given[0] if given else "Replicated":
        case "Replicated":
            replicas = (asked.get("Replicated") or {}).get("Replicas")
            return {"Replicated": {"Replicas": 1 if replicas is None else replicas}}
        case "ReplicatedJob":
            job = asked["ReplicatedJob"] or {}
            at_once = job.get("MaxConcurrent")
            at_once = 1 if at_once is None else at_once
            total = job.get("TotalCompletions")
            return {
                "ReplicatedJob": {
                    "MaxConcurrent": at_once,
                    "TotalCompletions": at_once if total is None else total,
                }
            }
        case name:
            return {name: {}}


def _task(template: Mapping[str, Any], container: Mapping[str, Any]) -> dict[str, Any]:
    kept = {
        name: value
        for name, value in container.items()
        if name in _ALWAYS_KEPT or not _empty(value) or (name == "StopGracePeriod" and value is not None)
    }
    kept.setdefault("Isolation", "default")
    if kept["Isolation"] not in ("default", "process", "hyperv"):
        kept["Isolation"] = "default"
    task: dict[str, Any] = {"ContainerSpec": kept}
    resources = {
        name: {key: value for key, value in part.items() if value}
        for name, part in (template.get("Resources") or {}).items()
        if isinstance(part, dict) and part
    }
    resources |= {
        name: part
        for name, part in (template.get("Resources") or {}).items()
        if part is not None and not isinstance(part, dict)
    }
    if template.get("Resources") is not None:
        task["Resources"] = resources
    policy = template.get("RestartPolicy")
    if policy is not None:
        condition = policy.get("Condition") or "any"
        if condition not in ("none", "on-failure", "any"):
            raise Failure(400, f'invalid RestartCondition: "{condition}"')
        kept_policy: dict[str, Any] = {"Condition": condition}
        kept_policy |= {name: policy[name] for name in ("Delay",) if policy.get(name) is not None}
        kept_policy["MaxAttempts"] = policy.get("MaxAttempts") or 0
        kept_policy |= {name: policy[name] for name in ("Window",) if policy.get(name) is not None}
        task["RestartPolicy"] = kept_policy
    if template.get("Placement") is not None:
        task["Placement"] = {name: value for name, value in template["Placement"].items() if value}
    if template.get("Networks"):
        task["Networks"] = [_network(one) for one in template["Networks"]]
    if template.get("LogDriver") is not None:
        task["LogDriver"] = template["LogDriver"]
    task["ForceUpdate"] = template.get("ForceUpdate") or 0
    task["Runtime"] = "container"
    return task


_ALWAYS_KEPT = ("Image", "Init")


def _empty(value: Any) -> bool:
    return value is None or value in ("", 0, [], {}) or value is False


def _network(asked: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in asked.items() if value}


def _update_config(asked: Mapping[str, Any] | None, kind: str) -> dict[str, Any] | None:
    if asked is None:
        return None
    action, order = asked.get("FailureAction") or "", asked.get("Order") or ""
    if action not in _ACTIONS[kind]:
        raise Failure(400, f"unrecognized {kind} failure action {action}")
    if order not in _ORDERS:
        raise Failure(400, f"unrecognized {kind} order {order}")
    config: dict[str, Any] = {"Parallelism": asked.get("Parallelism") or 0}
    if asked.get("Delay"):
        config["Delay"] = asked["Delay"]
    config["FailureAction"] = action or "pause"
    if asked.get("Monitor") is not None:
        config["Monitor"] = asked["Monitor"]
    return config | {"MaxFailureRatio": asked.get("MaxFailureRatio") or 0, "Order": order or "stop-first"}


def _endpoint(asked: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if asked is None:
        return None
    mode = asked.get("Mode") or "vip"
    if mode not in ("vip", "dnsrr"):
        raise Failure(400, f'invalid resolution mode: "{mode}"')
    endpoint: dict[str, Any] = {"Mode": mode}
    if asked.get("Ports"):
        endpoint["Ports"] = [_port(port) for port in asked["Ports"]]
    return endpoint


def _port(asked: Mapping[str, Any]) -> dict[str, Any]:
    port = {
        "Name": asked.get("Name"),
        "Protocol": asked.get("Protocol") or "tcp",
        "TargetPort": asked.get("TargetPort"),
        "PublishedPort": asked.get("PublishedPort"),
        "PublishMode": asked.get("PublishMode") or "ingress",
    }
    return {name: value for name, value in port.items() if value}


def _check_name(name: str) -> None:
    if len(name) > 63:
        raise rpc("InvalidArgument", "name must be 63 characters or fewer")
    if name and not _DNS_NAME.fullmatch(name):
        raise rpc("InvalidArgument", "name must be valid as a DNS name component")


def _check_task(task: Mapping[str, Any], api: str) -> None:
    container = task["ContainerSpec"]
    _check_resources(task.get("Resources") or {})
    policy = task.get("RestartPolicy") or {}
    for name, shown in (("Delay", "restart-delay"), ("Window", "restart-window")):
        if (policy.get(name) or 0) < 0:
            raise rpc("InvalidArgument", f"TaskSpec: {shown} cannot be negative")
    for text in (task.get("Placement") or {}).get("Constraints") or ():
        parse_constraint(text)
    image = container.get("Image") or ""
    if not image:
        raise rpc("InvalidArgument", "ContainerSpec: image reference must be provided")
    try:
        parse_reference(image, api)
    except Failure:
        raise rpc("InvalidArgument", f'ContainerSpec: "{image}" is not a valid repository/tag') from None
    health = container.get("Healthcheck") or {}
    for name in ("Interval", "Timeout", "StartPeriod", "StartInterval"):
        if 0 != (health.get(name) or 0) < _MILLISECOND:
            text = f"ContainerSpec: {name} in HealthConfig cannot be less than 1ms"
            raise rpc("InvalidArgument", text)
    targets: set[str] = set()
    for mount in container.get("Mounts") or ():
        target = mount.get("Target") or ""
        if target in targets:
            raise rpc("InvalidArgument", f"ContainerSpec: duplicate mount point: {target}")
        targets.add(target)


def _check_resources(resources: Mapping[str, Any]) -> None:
    for part in ("Limits", "Reservations"):
        cpus = (resources.get(part) or {}).get("NanoCPUs") or 0
        memory = (resources.get(part) or {}).get("MemoryBytes") or 0
        if cpus and cpus < 1e6:
            text = f"invalid cpu value {cpus / 1e9:g}: Must be at least 0.001"
            raise rpc("InvalidArgument", text)
        if memory and memory < 4 * 1024 * 1024:
            raise rpc("InvalidArgument", f"invalid memory value {memory}: Must be at least 4MiB")


def _check_update(config: Mapping[str, Any] | None, kind: str) -> None:
    for name, shown in (("Delay", "delay"), ("Monitor", "monitor")):
        if ((config or {}).get(name) or 0) < 0:
            raise rpc("InvalidArgument", f"TaskSpec: {kind}-{shown} cannot be negative")
    if not 0 <= ((config or {}).get("MaxFailureRatio") or 0) <= 1:
        text = f"TaskSpec: {kind}-maxfailureratio cannot be less than 0 or bigger than 1"
        raise rpc("InvalidArgument", text)


def _check_endpoint(endpoint: Mapping[str, Any]) -> None:
    published: set[tuple[int, str, str]] = set()
    for port in endpoint.get("Ports") or ():
        if port["PublishMode"] == "ingress" and endpoint["Mode"] == "dnsrr":
            text = "EndpointSpec: port published with ingress mode can't be used with dnsrr mode"
            raise rpc("InvalidArgument", text)
        number = port.get("PublishedPort")
        key = (number or 0, port["Protocol"], port["PublishMode"])
        if number and key in published:
            raise rpc("InvalidArgument", "EndpointSpec: duplicate published ports provided")
        published.add(key)
