"""Why a container cannot be made again elsewhere: what it has of its host, or of others there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockpy.transfer.mounted import host_paths, mount_target, mounted_volumes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["obstacles"]

_NAMESPACES = {
    "NetworkMode": "network_mode",
    "IpcMode": "ipc_mode",
    "PidMode": "pid_mode",
    "Cgroup": "cgroup",
}
_MOUNTS = {"cluster": "a cluster volume", "npipe": "a named pipe", "image": "an image"}


def obstacles(attrs: Mapping[str, Any], *, keep_binds: bool, volumes: bool, leaves: bool) -> list[str]:
    """What is in the way of making a container again on another daemon, each in words.

    Args:
        attrs: what its engine tells of it.
        keep_binds: the paths of the host that it has are there on the other host as well.
        volumes: its volumes go with it.
        leaves: it is stopped here, and removed.
    """
    found = [*_of_the_container(attrs, leaves), *_of_its_mounts(attrs, volumes)]
    if not keep_binds:
        found += [
            f"it has {source} of its host at {target} (binds='keep' takes that path of the other host)"
            for target, source in sorted(host_paths(attrs).items())
        ]
    return found


def _of_the_container(attrs: Mapping[str, Any], leaves: bool) -> Iterator[str]:
    host = attrs.get("HostConfig") or {}
    labels = (attrs.get("Config") or {}).get("Labels") or {}
    status = (attrs.get("State") or {}).get("Status") or ""
    if status in ("removing", "dead"):
        yield f"it is {status}"
    if "com.docker.swarm.task.id" in labels or "com.docker.swarm.service.id" in labels:
        yield "it is a task of a swarm's service: the swarm moves it (node availability, placement)"
    if status == "restarting" and not leaves:
        yield "it is restarting, and an engine pauses only what runs: stop it, or move it"
    if leaves and host.get("AutoRemove") and status != "created":
        yield "it is removed as soon as it stops (auto_remove), so nothing would be left if the move failed"
    for field, option in _NAMESPACES.items():
        if str(host.get(field) or "").startswith("container:"):
            yield f"it is in another container's namespace ({option}={host[field]!r}), which stays here"
    if host.get("Links"):
        linked = ", ".join(str(link).partition(":")[0].removeprefix("/") for link in host["Links"])
        yield f"it has legacy links to containers that stay here ({linked}): use a network of its own"


def _of_its_mounts(attrs: Mapping[str, Any], volumes: bool) -> Iterator[str]:
    for mount in (attrs.get("HostConfig") or {}).get("Mounts") or []:
        if kind := _MOUNTS.get(str(mount.get("Type"))):
            yield f"it has {kind} at {mount_target(mount)}"
    for volume in mounted_volumes(attrs):
        if volume.driver != "local":
            yield (
                f"its volume {volume.name} at {volume.destination} belongs to the driver {volume.driver}, "
                "which keeps the contents"
            )
        elif volume.inherited and not volumes:
            yield f"its volume at {volume.destination} is of another container, which stays (volumes_from)"
