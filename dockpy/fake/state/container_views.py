"""Containers as an engine tells them: one in full, many in short."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockpy.fake.kernel.clock import SECOND
from dockpy.fake.times import ZERO_TIME, rfc3339
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dockpy.fake.state.container import Container

__all__ = ["human_duration", "inspect", "state_json", "status_text", "summary"]

_ROOT = "/var/lib/docker"


def _time(nanoseconds: int) -> str:
    return rfc3339(nanoseconds) if nanoseconds else ZERO_TIME


def state_json(container: Container) -> dict[str, Any]:
    """``State``."""
    state = container.state
    value: dict[str, Any] = {
        "Status": state.status,
        "Running": state.running,
        "Paused": state.paused,
        "Restarting": state.restarting,
        "OOMKilled": state.oom_killed,
        "Dead": state.dead,
        "Pid": state.pid,
        "ExitCode": state.exit_code,
        "Error": state.error,
        "StartedAt": _time(state.started_at),
        "FinishedAt": _time(state.finished_at),
    }
    if container.health is not None:
        value["Health"] = container.health.as_json()
    return value


def inspect(container: Container, *, size: bool, knows: Callable[[str], bool]) -> dict[str, Any]:
    """The answer of ContainerInspect.

    Args:
        container: which.
        size: how large its files are, too.
        knows: whether the API version spoken is at least this one.
    """
    engine = container.engine
    folder = f"{_ROOT}/containers/{container.id}"
    started = container.has_started
    path, *args = container.argv
    execs = [exec.id for exec in container.execs.values()]
    driver = container.log.driver
    value: dict[str, Any] = {
        "Id": container.id,
        "Created": rfc3339(container.created),
        "Path": path,
        "Args": args,
        "State": state_json(container),
        "Image": container.image.id,
        "ResolvConfPath": f"{folder}/resolv.conf" if started else "",
        "HostnamePath": f"{folder}/hostname" if started else "",
        "HostsPath": f"{folder}/hosts" if started else "",
        "LogPath": f"{folder}/{container.id}-json.log" if started and driver == "json-file" else "",
        "Name": f"/{container.name}",
        "RestartCount": container.restart_count,
        "Driver": "overlay2",
        "Platform": container.platform,
        "MountLabel": "",
        "ProcessLabel": "",
        "AppArmorProfile": "",
        "ExecIDs": execs or None,
        "HostConfig": container.host_config,
        "GraphDriver": _graph_driver(container),
        "Mounts": container.mounts,
        "Config": container.config,
        "NetworkSettings": engine.networks.settings(container),
    }
    if size:
        value["SizeRw"] = container.upper.size
        value["SizeRootFs"] = container.upper.size + container.image.size
    if not knows("1.44") and at_least(engine.api, "1.44"):
        _as_before_144(container, value)
    return value


def _as_before_144(container: Container, value: dict[str, Any]) -> None:
    """Until then, the container itself had a MAC address, too."""
    address = container.requested_mac
    if address:
        value["Config"] = {**value["Config"], "MacAddress": address}


def _graph_driver(container: Container) -> dict[str, Any]:
    folder = f"{_ROOT}/overlay2/{container.id}"
    lower = ":".join(f"{_ROOT}/overlay2/{diff_id[7:]}/diff" for diff_id in reversed(container.image.diff_ids))
    data = {
        "LowerDir": f"{folder}-init/diff:{lower}",
        "MergedDir": f"{folder}/merged",
        "UpperDir": f"{folder}/diff",
        "WorkDir": f"{folder}/work",
    }
    if at_least(container.engine.api, "1.46"):
        data = {"ID": container.id, **data}
    return {"Data": data, "Name": "overlay2"}


# In short


def summary(
    container: Container, *, size: bool, knows: Callable[[str], bool], links: Sequence[str] = ()
) -> dict[str, Any]:
    """A container in the answer of ContainerList.

    Args:
        container: which.
        size: how large its files are, too.
        knows: whether the API version spoken is at least this one.
        links: the names that others have for it.
    """
    engine = container.engine
    state = container.state
    value: dict[str, Any] = {
        "Id": container.id,
        "Names": [f"/{container.name}", *links],
        "Image": _image_name(container),
        "ImageID": container.image.id,
        "Command": _command(container),
        "Created": container.created // SECOND,
        "Ports": engine.networks.ports(container),
    }
    if size and container.upper.size:
        value["SizeRw"] = container.upper.size
    if size:
        value["SizeRootFs"] = container.upper.size + container.image.size
    host: dict[str, Any] = {"NetworkMode": container.host_config["NetworkMode"]}
    if container.host_config.get("Annotations") and knows("1.46"):
        host["Annotations"] = container.host_config["Annotations"]
    value |= {
        "Labels": container.labels,
        "State": state.status,
        "Status": status_text(container),
        "HostConfig": host,
        "NetworkSettings": {"Networks": engine.networks.summary(container)},
        "Mounts": engine.volumes.summary(container),
    }
    if knows("1.52"):
        health = container.health
        value["Health"] = {
            "Status": health.status if health else "none",
            "FailingStreak": health.streak if health else 0,
        }
    return value


def _image_name(container: Container) -> str:
    """As it was asked for, or the id where that name means another image by now."""
    found = container.engine.images.find(container.image_name) if container.image_name else None
    if found is container.image:
        return container.image_name
    return container.image.id


def _command(container: Container) -> str:
    path, *args = container.argv
    shown = [f"'{arg}'" if " " in arg else arg for arg in args]
    return " ".join([path, *shown])


def status_text(container: Container) -> str:
    """For people: ``Up 5 minutes (healthy)``."""
    state = container.state
    now = container.engine.now()
    if state.running:
        if state.restarting:
            ago = human_duration(now - state.finished_at)
            return f"Restarting ({state.exit_code}) {ago} ago"
        up = f"Up {human_duration(now - state.started_at)}"
        if state.paused:
            return f"{up} (Paused)"
        if container.health is not None:
            how = container.health.status
            return f"{up} ({'health: starting' if how == 'starting' else how})"
        return up
    if state.removing:
        return "Removal In Progress"
    if state.dead:
        return "Dead"
    if not state.started_at:
        return "Created"
    if not state.finished_at:
        return ""
    return f"Exited ({state.exit_code}) {human_duration(now - state.finished_at)} ago"


def human_duration(nanoseconds: int) -> str:
    """``2 minutes``, as an engine says it."""
    seconds = nanoseconds // SECOND
    minutes, hours = seconds // 60, round(seconds / 3600)
    if seconds < 1:
        return "Less than a second"
    if seconds == 1:
        return "1 second"
    if seconds < 60:
        return f"{seconds} seconds"
    if minutes == 1:
        return "About a minute"
    if minutes < 60:
        return f"{minutes} minutes"
    if hours == 1:
        return "About an hour"
    if hours < 48:
        return f"{hours} hours"
    if hours < 24 * 7 * 2:
        return f"{hours // 24} days"
    if hours < 24 * 30 * 2:
        return f"{hours // 24 // 7} weeks"
    if hours < 24 * 365 * 2:
        return f"{hours // 24 // 30} months"
    return f"{hours // 24 // 365} years"
