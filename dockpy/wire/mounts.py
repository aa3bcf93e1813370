"""What is mounted into containers, and into the tasks of services."""

from __future__ import annotations

from typing import Annotated

from dockpy.wire.base import Model, Name, Since

__all__ = [
    "BindOptions",
    "DriverConfig",
    "ImageOptions",
    "Mount",
    "MountPoint",
    "TmpfsOptions",
    "VolumeOptions",
]


class BindOptions(Model):
    """How a path of the host is mounted."""

    propagation: str | None = None  # private | rprivate | shared | rshared | slave | rslave
    non_recursive: bool | None = None
    create_mountpoint: Annotated[bool | None, Since("1.42")] = None
    # A read-only bind is read-only all the way down where the kernel can; these allow less, or insist on it.
    read_only_non_recursive: Annotated[bool | None, Since("1.44")] = None
    read_only_force_recursive: Annotated[bool | None, Since("1.44")] = None


class DriverConfig(Model):
    """The driver that makes a mounted volume which does not exist yet."""

    name: str | None = None
    options: dict[str, str] = {}


class VolumeOptions(Model):
    """How a volume is mounted, and made if need be."""

    no_copy: bool | None = None
    labels: dict[str, str] = {}
    driver_config: DriverConfig | None = None
    subpath: Annotated[str | None, Since("1.45")] = None


class ImageOptions(Model):
    """How an image is mounted."""

    subpath: str | None = None


class TmpfsOptions(Model):
    """How a temporary file system in memory is mounted."""

    size_bytes: int | None = None
    mode: int | None = None  # permission bits: 0o1777 is sent as 1023
    options: Annotated[list[list[str]], Since("1.46")] = []  # [flag] or [key, value]


class Mount(Model):
    """What shall be mounted where."""

    target: str | None = None
    source: str | None = None  # a volume's or image's name, a path of the host; none for tmpfs
    type: str | None = None  # bind | volume | tmpfs | npipe | cluster (1.42) | image (1.48)
    read_only: bool | None = None
    consistency: str | None = None  # default | consistent | cached | delegated
    bind_options: BindOptions | None = None
    volume_options: VolumeOptions | None = None
    image_options: Annotated[ImageOptions | None, Since("1.48")] = None
    tmpfs_options: TmpfsOptions | None = None


class MountPoint(Model):
    """What is mounted where in a container that exists."""

    type: str = ""  # bind | volume | tmpfs | npipe | cluster | image
    name: str | None = None  # of a volume
    source: str = ""
    destination: str = ""
    driver: str | None = None  # of a volume
    mode: str = ""
    rw: Annotated[bool, Name("RW")] = False
    propagation: str = ""
