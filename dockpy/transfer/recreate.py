"""The request that makes a container again, of what an engine tells of it.

An engine tells of a container what was asked for, what the image added, and what itself chose. What was asked
for and what the image added is asked for again; what the engine chose is left to the other one.
"""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dockpy.errors import InvalidArgument, VersionMismatch
from dockpy.options.fitting import for_version
from dockpy.transfer.mounted import bind_parts, host_paths, mount_target, mounted_volumes
from dockpy.version import at_least
from dockpy.wire.versions import bounds, unknown_fields

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockpy.wire.base import Model
    from dockpy.wire.containers import ContainerCreateRequest
    from dockpy.wire.networks import EndpointSettings

__all__ = ["BUILT_IN_NETWORKS", "Recreation", "recreate"]

BUILT_IN_NETWORKS = frozenset({"bridge", "host", "none", "default"})
"""Networks that every engine has, and that are never made."""

# Paths that engines mask, or make read-only, unless told otherwise: 20.10's, and what came later.
_MASKED = frozenset(
    {
        *("/proc/asound", "/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/latency_stats"),
        *("/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware"),
    }
)
_READ_ONLY = frozenset({"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"})
_MASKED_LATER = re.compile(
    "/proc/interrupts|/sys/devices/virtual/powercap|/sys/devices/system/cpu/cpu[0-9]+/thermal_throttle"
)


@dataclass(frozen=True, slots=True)
class Recreation:
    """How a container is made again.

    Attributes:
        request: what ContainerCreate is asked for.
        joins: the networks that it is connected to once it is made, and how.
        leaves: the network that it is disconnected from once it is made; None for none.
    """

    request: ContainerCreateRequest
    joins: dict[str, EndpointSettings] = field(default_factory=dict)
    leaves: str | None = None


def recreate(
    attrs: Mapping[str, Any],
    version: str,
    *,
    image: str,
    contents: bool = True,
    networks: bool = True,
    host_name: str | None = None,
) -> Recreation:
    """The request that makes a container again on an engine of another API version.

    Args:
        attrs: what its engine tells of it (ContainerInspect).
        version: the API version that the other engine is spoken to in.
        image: the image there.
        contents: its volumes are filled with what they hold here; else they begin as new ones do.
        networks: it joins the networks of the same names; else the default one, where it is on one of its
            own here.
        host_name: the name of the host that it is on, which is no wish of the container's.

    Raises:
        VersionMismatch: the other engine does not know something of it that has an effect; all of that is
            named.
    """
    from dockpy.wire.containers import ContainerCreateRequest

    attrs = copy.deepcopy(dict(attrs))
    config, host = attrs.get("Config") or {}, attrs.get("HostConfig") or {}
    mode, places = _networks(attrs, networks)
    host["NetworkMode"] = mode
    _forget_the_engine(attrs["Id"], config, host, host_name)
    _mount(attrs, host, contents)
    at_once, joins = _at_once(places, mode, version)
    raw = {**config, "Image": image, "HostConfig": host}
    if at_once:
        raw["NetworkingConfig"] = {"EndpointsConfig": at_once}
    request = _strict(ContainerCreateRequest, raw, version)
    assert isinstance(request, ContainerCreateRequest)
    for_version(request, version)
    absent = networks and mode not in places and mode not in ("host", "none") and not request.network_disabled
    return Recreation(request, _endpoints(joins, version), mode if absent else None)


def _forget_the_engine(
    container_id: str, config: dict[str, Any], host: dict[str, Any], host_name: str | None
) -> None:
    """Leave out what the engine chose, or what is of this one container."""
    name = str(config.get("Hostname") or "")
    if name == container_id[:12] or name == host_name or host.get("UTSMode") == "host":
        config.pop("Hostname", None)
        if name == host_name:
            config.pop("Domainname", None)
    if not config.get("Entrypoint"):
        config["Entrypoint"] = [""]  # what is missing would be the image's
    if not config.get("Cmd"):
        config.pop("Cmd", None)
    host.pop("ContainerIDFile", None)
    if not any(host.get("ConsoleSize") or []):
        host.pop("ConsoleSize", None)
    for key, usual in (("MaskedPaths", _MASKED), ("ReadonlyPaths", _READ_ONLY)):
        paths = set(host.get(key) or [])
        if paths >= usual and all(_MASKED_LATER.fullmatch(path) for path in paths - usual):
            host.pop(key)


# What is mounted


def _mount(attrs: Mapping[str, Any], host: dict[str, Any], contents: bool) -> None:
    """Mount its volumes by name, and leave nothing to another container.

    Volumes that were filled are not filled from the image again: a file that was deleted stays so.
    """
    volumes = mounted_volumes(attrs)
    binds: list[str] = host.get("Binds") or []
    mounts: list[dict[str, Any]] = host.get("Mounts") or []
    if host.pop("VolumesFrom", None):
        there = {bind_parts(bind)[1] for bind in binds} | {mount_target(mount) for mount in mounts}
        writable = {
            each.get("Destination"): each.get("RW") is not False for each in attrs.get("Mounts") or []
        }
        folders = {target: source for target, source in host_paths(attrs).items() if target not in there}
        folders |= {volume.destination: volume.name for volume in volumes if volume.inherited}
        binds += [f"{name}:{to}" + ("" if writable.get(to, True) else ":ro") for to, name in folders.items()]
    if contents:
        binds = [bind if bind.startswith("/") else _without_copying(bind) for bind in binds]
        for mount in mounts:
            if mount.get("Type") == "volume":
                mount["VolumeOptions"] = {**(mount.get("VolumeOptions") or {}), "NoCopy": True}
        there = {mount_target(mount) for mount in mounts}
        mounts += [
            {"Type": "volume", "Target": volume.destination, "VolumeOptions": {"NoCopy": True}}
            for volume in volumes
            if volume.anonymous and volume.destination not in there
        ]
    host["Binds"], host["Mounts"] = binds, mounts


def _without_copying(bind: str) -> str:
    modes = bind_parts(bind)[2]
    if "nocopy" in modes or bind.count(":") == 0:
        return bind
    return bind + (",nocopy" if modes else ":nocopy")


# Where it hangs


def _networks(attrs: Mapping[str, Any], wanted: bool) -> tuple[str, dict[str, dict[str, Any]]]:
    """The network that it is made on, and what it asks of each of its places."""
    mode = str((attrs.get("HostConfig") or {}).get("NetworkMode") or "default")
    mode = "bridge" if mode == "default" else mode
    known: Mapping[str, Any] = (attrs.get("NetworkSettings") or {}).get("Networks") or {}
    for name, told in known.items():  # a network may have been named by its id
        if len(mode) >= 12 and str((told or {}).get("NetworkID") or "").startswith(mode):
            mode = name
    if not wanted:
        return (mode if mode in BUILT_IN_NETWORKS else "bridge"), {}
    places = {name: _wishes(attrs, told or {}) for name, told in known.items()}
    if mode not in places and mode not in BUILT_IN_NETWORKS:  # it was disconnected from that one
        mode = next(iter(places), "bridge")
    return mode, places


def _wishes(attrs: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, Any]:
    """What a container asks of its place on a network, without what it came to."""
    config = attrs.get("Config") or {}
    # Engines before API 1.45 count these among the aliases, of themselves.
    own = {str(attrs["Id"])[:12], config.get("Hostname")}
    wishes = {
        "IPAMConfig": {key: value for key, value in (told.get("IPAMConfig") or {}).items() if value},
        "Links": told.get("Links"),
        "Aliases": [alias for alias in told.get("Aliases") or [] if alias not in own],
        "DriverOpts": told.get("DriverOpts"),
        "GwPriority": told.get("GwPriority"),
    }
    return {key: value for key, value in wishes.items() if value}


def _at_once(
    places: dict[str, dict[str, Any]], mode: str, version: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The places that it is created with, and those that it is connected to afterwards.

    All at once since 1.44, one alone before. Those that a network alone says need not be said.
    """
    if not at_least(version, "1.44") or mode not in places:
        at_once = {mode: places[mode]} if places.get(mode) else {}
        return at_once, {name: wishes for name, wishes in places.items() if name != mode}
    return (places if len(places) > 1 or places[mode] else {}), {}


def _endpoints(places: Mapping[str, Any], version: str) -> dict[str, EndpointSettings]:
    from dockpy.wire.networks import EndpointSettings

    made = {}
    for name, wishes in places.items():
        settings = _strict(EndpointSettings, wishes, version)
        assert isinstance(settings, EndpointSettings)
        made[name] = settings
    return made


# What the other engine knows


def _strict(cls: type[Model], raw: dict[str, Any], version: str) -> Model:
    """The request of what an engine said; what has no effect and is not known there is left out.

    Raises:
        VersionMismatch: something has an effect, and is not known there.
    """
    from pydantic import ValidationError

    from dockpy.wire.base import faults

    said = cls.read(raw)
    unknown = [f"{name} is not known to dockpy" for name in _prune(said, version)]
    unknown += unknown_fields(said, version)
    if unknown:
        raise VersionMismatch(
            f"The container cannot be made again in API {version}: {'; '.join(sorted(set(unknown)))}",
            hint="Upgrade the target's engine, or make the container without that.",
        )
    try:
        return cls.model_validate(said.dump())
    except ValidationError as error:
        raise InvalidArgument(
            f"The container's engine tells of it what no request takes: {faults(error)}"
        ) from None


def _prune(model: Model, version: str) -> list[str]:
    """Take out what has no effect where it is not known; the names of what is unknown everywhere."""
    unknown = [name for name, value in (model.model_extra or {}).items() if _has_effect(value)]
    for name in list(model.model_extra or {}):
        delattr(model, name)
        model.model_fields_set.discard(name)
    for name in list(model.model_fields_set):
        since, until = bounds(type(model)).get(name, (None, None))
        known = at_least(version, since) and not (until is not None and at_least(version, until))
        value = getattr(model, name)
        if not known and not _has_effect(value):
            setattr(model, name, None)
        for inner in _models(value):
            unknown += _prune(inner, version)
    return unknown


def _has_effect(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_has_effect(item) for item in value.values())
    return bool(value)


def _models(value: Any) -> list[Model]:
    from dockpy.wire.base import Model

    if isinstance(value, Model):
        return [value]
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [model for item in items for model in _models(item)]
