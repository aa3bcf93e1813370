"""What is mounted into a container, by where each mount came from."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["MountedVolume", "bind_parts", "host_paths", "mount_target", "mounted_volumes"]


@dataclass(frozen=True, slots=True)
class MountedVolume:
    """A volume of a container.

    Attributes:
        name: the volume's name.
        destination: where it is mounted.
        driver: its driver.
        writable: the container may write to it.
        anonymous: the engine made it for this container, and removes it with it.
        inherited: it came with ``volumes_from`` of another container.
    """

    name: str
    destination: str
    driver: str
    writable: bool
    anonymous: bool
    inherited: bool


def mounted_volumes(attrs: Mapping[str, Any]) -> list[MountedVolume]:
    """The volumes of a container, of what an engine tells of it."""
    named = {bind_parts(bind)[1] for bind in _host(attrs).get("Binds") or []}
    mounts = [mount for mount in _host(attrs).get("Mounts") or [] if mount.get("Type") == "volume"]
    named |= {mount_target(mount) for mount in mounts if mount.get("Source")}
    own = {posixpath.normpath(path) for path in (attrs.get("Config") or {}).get("Volumes") or {}}
    own |= {mount_target(mount) for mount in mounts}
    found = []
    for mount in attrs.get("Mounts") or []:
        if mount.get("Type") != "volume":
            continue
        destination = posixpath.normpath(str(mount.get("Destination") or ""))
        inherited = bool(_host(attrs).get("VolumesFrom")) and destination not in named | own
        found.append(
            MountedVolume(
                name=str(mount.get("Name") or ""),
                destination=destination,
                driver=str(mount.get("Driver") or "local"),
                writable=mount.get("RW") is not False,
                anonymous=destination not in named and not inherited,
                inherited=inherited,
            )
        )
    return found


def host_paths(attrs: Mapping[str, Any]) -> dict[str, str]:
    """The paths of its host that a container has, by where it has them."""
    host = _host(attrs)
    found = {
        target: source for source, target, _ in map(bind_parts, host.get("Binds") or []) if "/" in source
    }
    for mount in host.get("Mounts") or []:
        if mount.get("Type") == "bind":
            found[mount_target(mount)] = str(mount.get("Source") or "")
    for mount in attrs.get("Mounts") or []:  # what came with volumes_from, too
        if mount.get("Type") == "bind":
            found[posixpath.normpath(mount["Destination"])] = str(mount.get("Source") or "")
    return found


def bind_parts(bind: str) -> tuple[str, str, list[str]]:
    """A bind's source, its target and its modes: ``data:/var/lib:ro,z``."""
    source, _, rest = bind.partition(":")
    target, _, modes = rest.partition(":")
    return source, posixpath.normpath(target), [mode for mode in modes.split(",") if mode]


def mount_target(mount: Mapping[str, Any]) -> str:
    """Where a mount is in the container."""
    return posixpath.normpath(str(mount.get("Target") or ""))


def _host(attrs: Mapping[str, Any]) -> Mapping[str, Any]:
    return attrs.get("HostConfig") or {}
