"""What engines of other versions have elsewhere, or not at all, and fields alone do not say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.errors import VersionMismatch
from dockpy.version import at_least

if TYPE_CHECKING:
    from dockpy.wire.containers import ContainerCreateRequest

__all__ = ["for_version"]

# Types of mounts that came after 1.41.
_MOUNTS = {"cluster": "1.42", "image": "1.48"}


def for_version(request: ContainerCreateRequest, version: str) -> None:
    """Put what moved between versions where this one has it.

    A MAC address is the container's before 1.44, and its endpoint's since.

    Raises:
        VersionMismatch: engines of this version have no place for it, or would let it vanish.
    """
    host, networking = request.host_config, request.networking_config
    endpoints = networking.endpoints_config if networking is not None else {}
    if at_least(version, "1.44"):
        _move_mac_to_endpoint(request)
    elif len(endpoints) > 1:
        raise _too_old("to create with several networks", "1.44", version)
    else:
        for settings in endpoints.values():
            if settings is not None and settings.mac_address is not None:
                request.mac_address, settings.mac_address = settings.mac_address, None
    if host is None:
        return
    if host.console_size and not at_least(version, "1.42"):
        raise _too_old("console_size", "1.42", version)
    for mount in host.mounts:
        since = _MOUNTS.get(mount.type or "")
        if since and not at_least(version, since):
            raise _too_old(f"a mount of type {mount.type}", since, version)


def _move_mac_to_endpoint(request: ContainerCreateRequest) -> None:
    from dockpy.wire.networks import EndpointSettings, NetworkingConfig

    if request.mac_address is None:
        return
    mode = (request.host_config.network_mode if request.host_config else None) or "default"
    networking = request.networking_config or NetworkingConfig()
    settings = networking.endpoints_config.get(mode) or EndpointSettings()
    settings.mac_address, request.mac_address = request.mac_address, None
    networking.endpoints_config = {**networking.endpoints_config, mode: settings}
    request.networking_config = networking


def _too_old(what: str, since: str, version: str) -> VersionMismatch:
    return VersionMismatch(
        f"{what} needs API {since}, and the daemon is spoken to in {version}",
        hint="Leave the option out, or upgrade the engine.",
    )
