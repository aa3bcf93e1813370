"""What an engine refuses when a container is to be created; mounts and networks are checked elsewhere."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dockpy.fake.failure import Failure
from dockpy.fake.kernel.signals import signal_number
from dockpy.fake.state.logs import check_log_config
from dockpy.fake.state.resource_checks import check_resources
from dockpy.fake.state.restart_policy import check_policy
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dockpy.fake.engine import Engine

__all__ = ["check_links", "check_name", "check_request"]

_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+")
_ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F]*:[0-9a-fA-F:.]*")
_CAPABILITIES = {
    "AUDIT_CONTROL",
    "AUDIT_READ",
    "AUDIT_WRITE",
    "BLOCK_SUSPEND",
    "BPF",
    "CHECKPOINT_RESTORE",
    "CHOWN",
    "DAC_OVERRIDE",
    "DAC_READ_SEARCH",
    "FOWNER",
    "FSETID",
    "IPC_LOCK",
    "IPC_OWNER",
    "KILL",
    "LEASE",
    "LINUX_IMMUTABLE",
    "MAC_ADMIN",
    "MAC_OVERRIDE",
    "MKNOD",
    "NET_ADMIN",
    "NET_BIND_SERVICE",
    "NET_BROADCAST",
    "NET_RAW",
    "PERFMON",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYSLOG",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_CHROOT",
    "SYS_MODULE",
    "SYS_NICE",
    "SYS_PACCT",
    "SYS_PTRACE",
    "SYS_RAWIO",
    "SYS_RESOURCE",
    "SYS_TIME",
    "SYS_TTY_CONFIG",
    "WAKE_ALARM",
    "ALL",
}
_MAC = re.compile(r"[0-9a-fA-F]{2}(?:[:-][0-9a-fA-F]{2}){5}")
_MILLISECOND = 1_000_000


def check_name(name: str, shown: str | None = None) -> str:
    """A container's name without its slash.

    Raises:
        Failure: 400, it cannot be one.
    """
    bare = name.removeprefix("/")
    if not _NAME.fullmatch(bare):
        allowed = "only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed"
        raise Failure(400, f"Invalid container name ({shown or name}), {allowed}")
    return bare


def check_request(engine: Engine, request: Mapping[str, Any]) -> list[str]:
    """Check what is asked for.

    Args:
        engine: the daemon.
        request: ``ContainerCreateRequest``.

    Returns:
        Warnings.

    Raises:
        Failure: in the engine's words.
    """
    modern = at_least(engine.api, "1.42")
    if not any(name not in ("HostConfig", "NetworkingConfig") for name in request):
        text = "onfig cannot be empty in order to create a container"
        raise Failure(400, ("c" if modern else "C") + text)
    _check_types(request, modern)
    host: Mapping[str, Any] = request.get("HostConfig") or {}
    _check_modes(request, host, engine, modern)
    _check_isolation(host, modern)
    _check_config(request, modern)
    warnings = _check_host(engine, host, modern)
    if host.get("NetworkMode") == "host" and host.get("PortBindings"):
        warnings.append("Published ports are discarded when using host network mode")
    if at_least(engine.api, "1.44") and request.get("MacAddress"):
        _check_mac(request, host)
        warnings.append(
            "The container-wide MacAddress field is now deprecated. "
            "It should be specified in EndpointsConfig instead."
        )
    if any(mount.get("Type") == "image" for mount in host.get("Mounts") or ()):
        warnings.append("Image mount is an experimental feature")
    return warnings


def _check_types(request: Mapping[str, Any], modern: bool) -> None:
    for name, kind in (
        ("HostConfig", "container.HostConfig"),
        ("NetworkingConfig", "network.NetworkingConfig"),
    ):
        value = request.get(name)
        if value is not None and not isinstance(value, dict):
            what = {list: "array", str: "string", bool: "bool"}.get(type(value), "number")
            field = f".{name}" if modern else f"ContainerConfigWrapper.{name}"
            text = f"json: cannot unmarshal {what} into Go struct field {field} of type {kind}"
            raise Failure(400, f"invalid JSON: {text}") if modern else Failure(500, text)


def check_links(engine: Engine, links: Sequence[str]) -> None:
    """
    Raises:
        Failure: what is linked to is not there, or this is no link.
    """
    for link in links:
        name, _, alias = link.partition(":")
        if not name or ":" in alias:
            raise Failure(500, f"bad format for links: {link}")
        try:
            engine.containers.get(name)
        except Failure as failure:
            raise Failure(400, f"could not get container for {name}: {failure.message}") from None


def _check_modes(request: Mapping[str, Any], host: Mapping[str, Any], engine: Engine, modern: bool) -> None:
    mode = str(host.get("NetworkMode") or "")
    hostname = request.get("Hostname")
    if hostname and host.get("UTSMode") == "host":
        raise Failure(400, "conflicting options: hostname and the UTS mode")
    if mode == "host" and host.get("Links"):
        raise Failure(
            400,
            "conflicting options: host type networking can't be used with links. "
            "This would result in undefined behavior",
        )
    if mode == "container" or mode.startswith("container:"):
        if not mode.partition(":")[2]:
            text = "nvalid network mode: invalid container format container:<name|id>"
            raise Failure(400, ("i" if modern else "I") + text)
        for problem, there in (
            ("hostname and the network mode", hostname),
            (
                "container type network can't be used with links. This would result in undefined behavior",
                host.get("Links"),
            ),
            ("dns and the network mode", host.get("Dns")),
            ("custom host-to-IP mapping and the network mode", host.get("ExtraHosts")),
            ("mac-address and the network mode", request.get("MacAddress") and not modern),
            (
                "port publishing and the container type network mode",
                host.get("PortBindings") or host.get("PublishAllPorts"),
            ),
            ("port exposing and the container type network mode", request.get("ExposedPorts")),
        ):
            if there:
                raise Failure(400, f"conflicting options: {problem}")
    if modern:
        _check_other_modes(host)
    for name in ("PidMode", "IpcMode"):
        other = str(host.get(name) or "")
        if other.startswith("container:"):
            _check_other(engine, other.partition(":")[2])


def _check_other(engine: Engine, reference: str) -> None:
    try:
        engine.containers.get(reference)
    except Failure as failure:
        raise Failure(400, failure.message) from None


def _check_other_modes(host: Mapping[str, Any]) -> None:
    for name, label, known in (
        ("UTSMode", "UTS", ("", "host")),
        ("PidMode", "PID", ("", "host")),
        ("IpcMode", "IPC", ("", "none", "private", "shareable", "host")),
    ):
        mode = str(host.get(name) or "")
        if mode not in known and (name == "UTSMode" or not mode.startswith("container:")):
            raise Failure(400, f"invalid {label} mode: {mode}")


def _check_mac(request: Mapping[str, Any], host: Mapping[str, Any]) -> None:
    address = str(request["MacAddress"])
    network = str(host.get("NetworkMode") or "bridge").replace("default", "bridge")
    if network in ("none", "host"):
        return
    if not _MAC.fullmatch(address):
        raise Failure(400, f"invalid config for network {network}: invalid MAC address {address}")
    endpoints = (request.get("NetworkingConfig") or {}).get("EndpointsConfig") or {}
    wanted = (endpoints.get(network) or {}).get("MacAddress")
    if wanted and wanted.lower() != address.lower():
        raise Failure(
            400,
            "the container-wide MAC address must match the endpoint-specific MAC address "
            "for the main network, or be left empty",
        )


def _check_isolation(host: Mapping[str, Any], modern: bool) -> None:
    isolation = str(host.get("Isolation") or "")
    if isolation.lower() not in ("", "default"):
        if modern:
            raise Failure(400, f"invalid isolation ({isolation}): linux only supports 'default'")
        raise Failure(500, f"Invalid isolation: \"{isolation}\" - linux only supports 'default'")


def _check_config(request: Mapping[str, Any], modern: bool) -> None:
    directory = str(request.get("WorkingDir") or "")
    if directory and not directory.startswith("/"):
        raise Failure(400, f"the working directory '{directory}' is invalid, it needs to be an absolute path")
    signal = str(request.get("StopSignal") or "")
    if signal and signal_number(signal) is None and not signal.isdecimal():
        raise Failure(400, f"{'i' if modern else 'I'}nvalid signal: {signal}")
    for line in request.get("Env") or ():
        if not line or line.startswith("="):
            raise Failure(400, f"invalid environment variable: {line}")
    health = request.get("Healthcheck") or {}
    for name in ("Interval", "Timeout", "StartPeriod", "StartInterval"):
        value = health.get(name) or 0
        if value and value < _MILLISECOND and (modern or name != "StartInterval"):
            raise Failure(400, f"{name} in Healthcheck cannot be less than 1ms")
    if (health.get("Retries") or 0) < 0:
        raise Failure(400, "Retries in Healthcheck cannot be negative")


def _check_host(engine: Engine, host: Mapping[str, Any], modern: bool) -> list[str]:
    check_policy(host.get("RestartPolicy") or {}, modern)
    if host.get("AutoRemove") and (host.get("RestartPolicy") or {}).get("Name") not in (None, "", "no"):
        raise Failure(400, "can't create 'AutoRemove' container with restart policy")
    _check_hosts(host)
    _check_ports(host)
    for name in ("CapAdd", "CapDrop"):
        for capability in host.get(name) or ():
            bare = capability.upper().removeprefix("CAP_")
            if bare not in _CAPABILITIES:
                raise Failure(400, f'invalid {name}: unknown capability: "CAP_{bare}"')
    cgroup = str(host.get("CgroupnsMode") or "")
    if cgroup not in ("", "host", "private"):
        raise Failure(400, f"invalid cgroup namespace mode: {cgroup}")
    warnings = check_resources(host, engine.api)
    score = host.get("OomScoreAdj") or 0
    if not -1000 <= score <= 1000:
        raise Failure(400, f"Invalid value {score}, range for oom score adj is [-1000, 1000]")
    if (host.get("ShmSize") or 0) < 0:
        raise Failure(400, "SHM size can not be less than 0")
    runtime = host.get("Runtime")
    if runtime not in (None, "", "runc", "io.containerd.runc.v2"):
        named = (
            f"unknown or invalid runtime name: {runtime}"
            if modern
            else f"Unknown runtime specified {runtime}"
        )
        raise Failure(400, named)
    check_log_config(host.get("LogConfig") or {})
    for option in host.get("SecurityOpt") or ():
        _check_security(option)
    for option in host.get("StorageOpt") or ():
        if option != "size":
            raise Failure(500, f"Unknown option {option}")
        raise Failure(500, "--storage-opt is supported only for overlay over xfs with 'pquota' mount option")
    return warnings


def _check_hosts(host: Mapping[str, Any]) -> None:
    for line in host.get("ExtraHosts") or ():
        name, colon, address = line.partition(":")
        if not name or not colon:
            raise Failure(400, f'bad format for add-host: "{line}"')
        if address != "host-gateway" and not _ADDRESS.fullmatch(address.strip("[]")):
            raise Failure(400, f'invalid IP address in add-host: "{address}"')


def _check_ports(host: Mapping[str, Any]) -> None:
    for port, bindings in (host.get("PortBindings") or {}).items():
        number = port.partition("/")[0]
        if port and not _is_ports(number):
            raise Failure(400, f'invalid port specification: "{number}"')
        for binding in bindings or ():
            published = str(binding.get("HostPort") or "")
            if published and not _is_ports(published):
                raise Failure(400, f'invalid port specification: "{published}"')


def _is_ports(text: str) -> bool:
    parts = text.split("-")
    return len(parts) <= 2 and all(part.isdecimal() and int(part) <= 65535 for part in parts)


def _check_security(option: str) -> None:
    name, equals, value = option.partition("=")
    if not equals:
        name, equals, value = option.partition(":")
    if not equals and option != "no-new-privileges":
        raise Failure(500, f'invalid --security-opt 1: "{option}"')
    known = {"apparmor", "label", "seccomp", "no-new-privileges", "systempaths", "writable-cgroups"}
    if name not in known or (name == "no-new-privileges" and equals and value not in ("true", "false")):
        raise Failure(500, f'invalid --security-opt 2: "{option}"')
