"""A container's volumes, mounts and file systems, as keywords."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from typing_extensions import TypedDict

from dockpy.errors import InvalidArgument
from dockpy.options.fields import Draft, Place, host
from dockpy.options.mounts import MountOptions, mount
from dockpy.options.values import flag, is_list, pairs, size_bytes, string_list, text
from dockpy.options.volumes import Volumes, binds_and_volumes

if TYPE_CHECKING:
    from dockpy.wire.mounts import Mount

__all__ = ["FIELDS", "StorageOptions"]


class StorageOptions(TypedDict, total=False):
    """What a container has of files."""

    volumes: Volumes
    """Volumes, host folders: ``{"/host": {"bind": "/inside", "mode": "ro"}}`` or ``["/host:/inside:ro"]``. A
    source that begins with a dot is relative to the working directory."""
    mounts: Sequence[MountOptions | str | Mapping[str, Any] | Mount]
    """Mounts, each with all of its options: a mapping of `MountOptions`, a `Mount`, or text such as
    ``"type=bind,src=/host,dst=/inside,ro"``. Unlike one of ``volumes``, a host folder has to be there."""
    tmpfs: Mapping[str, str] | Sequence[str]
    """Folders in memory, with their options: ``{"/run": "size=64m"}`` or ``["/run:size=64m"]``."""
    volumes_from: str | Sequence[str]
    """Containers whose volumes it gets, and ``:ro`` or ``:rw``."""
    volume_driver: str
    """The driver of the volumes that are made for it."""
    storage_opt: Mapping[str, str] | Sequence[str]
    """Options of the storage driver: ``{"size": "10G"}`` or ``["size=10G"]``."""
    shm_size: str | int
    """Size of ``/dev/shm``, in bytes or as ``"64m"``."""
    read_only: bool
    """Mount its root file system read-only."""


def _volumes(draft: Draft, option: str, value: Any) -> None:
    binds, anonymous = binds_and_volumes(value, draft.around.absolute)
    if binds:
        draft.host["binds"] = binds
    if anonymous:
        draft.config["volumes"] = {target: {} for target in anonymous}


def _mounts(draft: Draft, option: str, value: Any) -> None:
    if not is_list(value):
        raise InvalidArgument(f"{option}={value!r}: it takes a list of mounts")
    draft.host["mounts"] = [
        mount(f"{option}[{number}]", item, draft.around.absolute) for number, item in enumerate(value)
    ]


def _tmpfs(option: str, value: Any) -> dict[str, str]:
    if isinstance(value, Mapping):
        return pairs(option, value)
    return {
        path: options for path, _, options in (item.partition(":") for item in string_list(option, value))
    }


def _volumes_from(option: str, value: Any) -> list[str]:
    return value.split(",") if isinstance(value, str) else string_list(option, value)


FIELDS: dict[str, Place] = {
    "volumes": _volumes,
    "mounts": _mounts,
    "tmpfs": host("tmpfs", _tmpfs),
    "volumes_from": host("volumes_from", _volumes_from),
    "volume_driver": host("volume_driver", text),
    "storage_opt": host("storage_opt", pairs),
    "shm_size": host("shm_size", size_bytes),
    "read_only": host("readonly_rootfs", flag),
}
