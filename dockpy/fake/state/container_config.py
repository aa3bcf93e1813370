"""The configuration of a new container: what was asked for, over its image's, over what an engine assumes."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any

from dockpy.fake.failure import Failure
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockpy.fake.state.image import Image

__all__ = ["host_config", "merged_config"]

_ALWAYS: dict[str, Any] = {
    "Hostname": "",
    "Domainname": "",
    "User": "",
    "AttachStdin": False,
    "AttachStdout": False,
    "AttachStderr": False,
    "ExposedPorts": None,
    "Tty": False,
    "OpenStdin": False,
    "StdinOnce": False,
    "Env": None,
    "Cmd": None,
    "Healthcheck": None,
    "ArgsEscaped": None,
    "Image": "",
    "Volumes": None,
    "WorkingDir": "",
    "Entrypoint": None,
    "NetworkDisabled": None,
    "MacAddress": None,
    "OnBuild": None,
    "Labels": {},
    "StopSignal": None,
    "StopTimeout": None,
    "Shell": None,
}
"""In the order in which an engine writes them."""
_WHERE_SET = {
    "ExposedPorts", "Healthcheck", "ArgsEscaped", "NetworkDisabled", "MacAddress", "StopSignal",
    "StopTimeout", "Shell",
}  # fmt: skip

_HOST: dict[str, Any] = {
    "Binds": None,
    "ContainerIDFile": "",
    "LogConfig": None,
    "NetworkMode": "",
    "PortBindings": None,
    "RestartPolicy": None,
    "AutoRemove": False,
    "VolumeDriver": "",
    "VolumesFrom": None,
    "ConsoleSize": [0, 0],
    "Annotations": None,
    "CapAdd": None,
    "CapDrop": None,
    "CgroupnsMode": "",
    "Dns": None,
    "DnsOptions": None,
    "DnsSearch": None,
    "ExtraHosts": None,
    "GroupAdd": None,
    "IpcMode": "",
    "Cgroup": "",
    "Links": None,
    "OomScoreAdj": 0,
    "PidMode": "",
    "Privileged": False,
    "PublishAllPorts": False,
    "ReadonlyRootfs": False,
    "SecurityOpt": None,
    "StorageOpt": None,
    "Tmpfs": None,
    "UTSMode": "",
    "UsernsMode": "",
    "ShmSize": 0,
    "Sysctls": None,
    "Runtime": "",
    "Isolation": "",
    "CpuShares": 0,
    "Memory": 0,
    "NanoCpus": 0,
    "CgroupParent": "",
    "BlkioWeight": 0,
    "BlkioWeightDevice": None,
    "BlkioDeviceReadBps": None,
    "BlkioDeviceWriteBps": None,
    "BlkioDeviceReadIOps": None,
    "BlkioDeviceWriteIOps": None,
    "CpuPeriod": 0,
    "CpuQuota": 0,
    "CpuRealtimePeriod": 0,
    "CpuRealtimeRuntime": 0,
    "CpusetCpus": "",
    "CpusetMems": "",
    "Devices": None,
    "DeviceCgroupRules": None,
    "DeviceRequests": None,
    "KernelMemory": 0,
    "KernelMemoryTCP": 0,
    "MemoryReservation": 0,
    "MemorySwap": 0,
    "MemorySwappiness": None,
    "OomKillDisable": None,
    "PidsLimit": None,
    "Ulimits": None,
    "CpuCount": 0,
    "CpuPercent": 0,
    "IOMaximumIOps": 0,
    "IOMaximumBandwidth": 0,
    "Mounts": None,
    "MaskedPaths": None,
    "ReadonlyPaths": None,
    "Init": None,
}
_HOST_WHERE_SET = {"Annotations", "StorageOpt", "Tmpfs", "Sysctls", "Mounts", "Init"}
_FIELDS: dict[str, dict[str, Any]] = {
    "Devices": {"PathOnHost": "", "PathInContainer": "", "CgroupPermissions": ""},
    "DeviceRequests": {"Driver": "", "Count": 0, "DeviceIDs": None, "Capabilities": None, "Options": None},
    "Ulimits": {"Name": "", "Hard": 0, "Soft": 0},
}
_SHM = 64 * 1024 * 1024
_MASKED = [
    "/proc/asound", "/proc/acpi", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats",
    "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware",
    "/sys/devices/virtual/powercap",
]  # fmt: skip
_READ_ONLY = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]


def merged_config(request: Mapping[str, Any], image: Image, id: str, api: str) -> dict[str, Any]:
    """``Config`` of a new container.

    Args:
        request: what was asked for.
        image: what it is made from.
        id: its id, for its host name.
        api: the engine's newest version.

    Raises:
        Failure: 400, neither says what to run.
    """
    config = {name: request.get(name) or default for name, default in _ALWAYS.items()}
    if isinstance(request.get("Entrypoint"), list):
        config["Entrypoint"] = request["Entrypoint"]
    for name in ("Cmd", "Entrypoint", "Shell"):
        if isinstance(config[name], str):
            config[name] = [config[name]]
    if request.get("StopTimeout") is not None:
        config["StopTimeout"] = request["StopTimeout"]
    _take_from_image(config, image.settings)
    if config["Entrypoint"] == [""]:
        config["Entrypoint"] = None
    if not config["Entrypoint"] and not config["Cmd"]:
        raise Failure(400, "no command specified" if at_least(api, "1.42") else "No command specified")
    if config["WorkingDir"]:
        config["WorkingDir"] = posixpath.normpath(config["WorkingDir"])
    if not config["Hostname"]:
        config["Hostname"] = id[:12]
    if at_least(api, "1.44"):
        config["MacAddress"] = None
    return {name: value for name, value in config.items() if value is not None or name not in _WHERE_SET}


def _take_from_image(config: dict[str, Any], said: Mapping[str, Any]) -> None:
    for name in ("User", "WorkingDir", "StopSignal"):
        config[name] = config[name] or said.get(name) or _ALWAYS[name]
    for name in ("ExposedPorts", "Volumes"):
        if config[name] or said.get(name):
            config[name] = {**(said.get(name) or {}), **(config[name] or {})}
    config["Labels"] = {**(said.get("Labels") or {}), **config["Labels"]}
    given = config["Env"] or []
    names = {line.partition("=")[0] for line in given}
    kept = [line for line in said.get("Env") or [] if line.partition("=")[0] not in names]
    config["Env"] = [*given, *kept] or None
    if not config["Entrypoint"]:
        if not config["Cmd"]:
            config["Cmd"] = said.get("Cmd")
        if config["Entrypoint"] is None:
            config["Entrypoint"] = said.get("Entrypoint")
    if config["Healthcheck"] is None:
        config["Healthcheck"] = said.get("Healthcheck")
    elif (of_image := said.get("Healthcheck")) is not None:
        health = config["Healthcheck"]
        config["Healthcheck"] = {**of_image, **{name: value for name, value in health.items() if value}}
    config["OnBuild"] = config["OnBuild"] or None
    config["Shell"] = config["Shell"] or said.get("Shell")


def host_config(request: Mapping[str, Any] | None, api: str) -> dict[str, Any]:
    """``HostConfig`` of a new container.

    Args:
        request: what was asked for.
        api: the engine's newest version.
    """
    modern = at_least(api, "1.42")
    given = request or {}
    host: dict[str, Any] = {}
    for name, default in _HOST.items():
        value = given.get(name)
        if name in _FIELDS and value:
            value = [{**_FIELDS[name], **item} for item in value]
        host[name] = default if value is None else value
    log = given.get("LogConfig") or {}
    host["LogConfig"] = {"Type": log.get("Type") or "json-file", "Config": log.get("Config") or {}}
    policy = given.get("RestartPolicy") or {}
    host["RestartPolicy"] = {
        "Name": policy.get("Name") or ("no" if modern else ""),
        "MaximumRetryCount": policy.get("MaximumRetryCount") or 0,
    }
    if modern:
        host["NetworkMode"] = "bridge" if host["NetworkMode"] in ("", "default") else host["NetworkMode"]
    host["NetworkMode"] = host["NetworkMode"] or "default"
    if host["PortBindings"]:
        host["PortBindings"] = {port: _bindings(to) for port, to in host["PortBindings"].items()}
    host["Links"] = host["Links"] or None
    host["ShmSize"] = host["ShmSize"] or _SHM
    host["IpcMode"] = host["IpcMode"] or "private"
    host["CgroupnsMode"] = host["CgroupnsMode"] or "host"
    if modern or request is not None:
        host["Runtime"] = host["Runtime"] or "runc"
    if host["Memory"] > 0 and not host["MemorySwap"]:
        host["MemorySwap"] = host["Memory"] * 2
    if host["MemorySwappiness"] == -1:
        host["MemorySwappiness"] = None
    host["OomKillDisable"] = bool(host["OomKillDisable"])
    host["PidsLimit"] = host["PidsLimit"] if (host["PidsLimit"] or 0) > 0 else None
    if host["Privileged"] or "host" in (host["IpcMode"], host["PidMode"]):
        host["SecurityOpt"] = [*(host["SecurityOpt"] or ()), "label=disable"]
    if not host["Privileged"]:
        hidden = _MASKED if modern else [path for path in _MASKED if path not in _MASKED_SINCE]
        host["MaskedPaths"] = hidden if given.get("MaskedPaths") is None else given["MaskedPaths"]
        host["ReadonlyPaths"] = _READ_ONLY if given.get("ReadonlyPaths") is None else given["ReadonlyPaths"]
    return {name: value for name, value in host.items() if not _left_out(name, value, api)}


_MASKED_SINCE = {"/proc/interrupts", "/sys/devices/virtual/powercap"}


def _left_out(name: str, value: Any, api: str) -> bool:
    if name in _HOST_WHERE_SET:
        return value is None or (value == {} or value == [])
    if name == "KernelMemory":
        return at_least(api, "1.42")
    if name == "KernelMemoryTCP":
        return at_least(api, "1.42") and not value
    return name == "Runtime" and not value


def _bindings(given: Any) -> Any:
    return given and [
        {"HostIp": one.get("HostIp") or "", "HostPort": one.get("HostPort") or ""} for one in given
    ]
