"""What a container is asked to mount: binds, mounts, volumes of its image; refused in an engine's words."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dockpy.fake.failure import Failure
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["MountSpec", "asked_mounts", "parse_bind", "parse_volumes_from", "tmpfs_mode", "tmpfs_told"]

_PROPAGATIONS = ("private", "rprivate", "shared", "rshared", "slave", "rslave")
_MODE_GROUPS = (
    ("ro", "rw"),
    ("z", "Z"),
    ("nocopy",),
    _PROPAGATIONS,
    ("consistent", "cached", "delegated", "default"),
)
_OPTIONS = {
    "bind": "BindOptions",
    "volume": "VolumeOptions",
    "tmpfs": "TmpfsOptions",
    "image": "ImageOptions",
}


@dataclass(slots=True)
class MountSpec:
    """One thing to mount.

    Attributes:
        kind: ``volume bind tmpfs image``.
        source: a volume's name, a path of the host, an image; empty for a volume without a name.
        target: where, in the container.
        mode: as an engine tells it.
        copy: a new volume begins as what the image has at the place.
        named: the volume stays when the container is removed.
        must_exist: a path of the host is not made where it is missing.
        driver, options, labels: of a volume that is made for it.
        by_image: the image, or ``Config.Volumes``, asks for it.
    """

    kind: str
    source: str
    target: str
    mode: str = ""
    writable: bool = True
    copy: bool = False
    named: bool = True
    must_exist: bool = False
    propagation: str = ""
    subpath: str = ""
    driver: str = ""
    options: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    tmpfs: dict[str, Any] = field(default_factory=dict)
    by_image: bool = False


def parse_bind(text: str, driver: str = "") -> MountSpec:
    """One of ``HostConfig.Binds``: ``source:target[:mode]``, or ``target[:mode]`` for a nameless volume.

    Raises:
        Failure: it cannot be.
    """
    parts = text.split(":")
    wrong = f"invalid volume specification: '{text}'"
    if len(parts) > 3 or not all(parts):
        raise Failure(500, wrong)
    source, target, mode = "", parts[0], ""
    if len(parts) == 2 and _is_mode(parts[1]):
        mode = parts[1]
    elif len(parts) >= 2:
        source, target, mode = parts[0], parts[1], parts[2] if len(parts) == 3 else ""
    if not _is_mode(mode):
        raise Failure(500, f"invalid mode: {mode}")
    kind = "bind" if source.startswith("/") else "volume"
    options = mode.split(",") if mode else []
    if problem := _wrong_target(target):
        raise Failure(500, f'{wrong}: invalid mount config for type "{kind}": {problem}')
    propagation = next((option for option in options if option in _PROPAGATIONS), "")
    if kind == "volume" and propagation:
        problem = "field BindOptions must not be specified"
        raise Failure(500, f'{wrong}: invalid mount config for type "{kind}": {problem}')
    return MountSpec(
        kind,
        posixpath.normpath(source) if kind == "bind" else source,
        posixpath.normpath(target),
        mode or ("z" if kind == "volume" else ""),
        writable="ro" not in options,
        copy=kind == "volume" and "nocopy" not in options,
        named=bool(source),
        propagation=(propagation or "rprivate") if kind == "bind" else "",
        driver=driver,
    )


def _is_mode(text: str) -> bool:
    if not text:
        return True
    options = text.split(",")
    counts = [sum(option in group for option in options) for group in _MODE_GROUPS]
    return max(counts) <= 1 and sum(counts) == len(options)


def _wrong_target(target: str) -> str:
    if posixpath.normpath(target) in ("/", "//"):
        return "invalid specification: destination can't be '/'"
    if not target.startswith("/"):
        return f"invalid mount path: '{target}' mount path must be absolute"
    return ""


def parse_volumes_from(text: str) -> tuple[str, str]:
    """One of ``HostConfig.VolumesFrom``: a container, and a mode.

    Raises:
        Failure: it cannot be.
    """
    container, _, mode = text.partition(":")
    if not container:
        raise Failure(400, f"malformed volumes-from specification: {text}")
    if mode and (not _is_mode(mode) or any(option in _PROPAGATIONS for option in mode.split(","))):
        raise Failure(400, f"invalid mode: {mode}")
    return container, mode


def parse_mount(given: Mapping[str, Any], api: str) -> MountSpec:
    """One of ``HostConfig.Mounts``.

    Raises:
        Failure: it cannot be.
    """
    kind = given.get("Type") or ""
    source, target = given.get("Source") or "", given.get("Target") or ""

    def refuse(problem: str) -> Failure:
        return Failure(400, f'invalid mount config for type "{kind}": {problem}')

    modern = at_least(api, "1.42")
    known = ("bind", "volume", "tmpfs", *(("image",) if at_least(api, "1.48") else ()))
    if kind not in known:
        raise refuse("mount type unknown")
    if not target:
        raise refuse("field Target must not be empty")
    if problem := _wrong_target(target):
        raise refuse(problem)
    for other, name in _OPTIONS.items():
        if other != kind and given.get(name) is not None:
            if not modern and kind == "tmpfs" and not given[name]:
                continue
            if modern:
                raise Failure(400, f'{name} must not be specified on mount type "{kind}"')
            raise refuse(f"field {name} must not be specified")
    if kind in ("bind", "image") and not source:
        raise refuse("field Source must not be empty")
    if kind == "bind" and not source.startswith("/"):
        raise refuse(f"invalid mount path: '{source}' mount path must be absolute")
    if kind == "tmpfs" and source:
        raise refuse("field Source must not be specified")
    bind, volume = given.get("BindOptions") or {}, given.get("VolumeOptions") or {}
    propagation = bind.get("Propagation") or ""
    if kind == "bind" and propagation not in ("", *_PROPAGATIONS):
        raise refuse(f"invalid propagation mode: {propagation}")
    driver = volume.get("DriverConfig") or {}
    subpath = (volume if kind == "volume" else given.get("ImageOptions") or {}).get("Subpath") or ""
    if at_least(api, "1.45") and (subpath.startswith("/") or posixpath.normpath(subpath).startswith("..")):
        raise refuse(f"subpath must be a relative path within the {kind}")
    return MountSpec(
        kind,
        posixpath.normpath(source) if kind == "bind" else source,
        posixpath.normpath(target),
        "z" if kind == "volume" else "",
        writable=not given.get("ReadOnly") and kind != "image",
        copy=kind == "volume" and not volume.get("NoCopy"),
        named=bool(source),
        must_exist=kind == "bind" and not bind.get("CreateMountpoint"),
        propagation=(bind.get("Propagation") or "rprivate") if kind in ("bind", "image") else "",
        subpath=subpath if at_least(api, "1.45") else "",
        driver=driver.get("Name") or "",
        options=dict(driver.get("Options") or {}),
        labels=_told_labels(volume, anonymous=kind == "volume" and not source and modern),
        tmpfs=dict(given.get("TmpfsOptions") or {}),
    )


def _told_labels(volume: dict[str, Any], *, anonymous: bool) -> dict[str, str]:
    """A volume's labels; those that were asked for are told with the one that a nameless volume gets."""
    if anonymous and volume.get("Labels"):
        volume["Labels"] = {**volume["Labels"], "com.docker.volume.anonymous": ""}
    return dict(volume.get("Labels") or {})


def asked_mounts(config: Mapping[str, Any], host_config: Mapping[str, Any], api: str) -> list[MountSpec]:
    """All that a container is asked to mount but what it takes over from others, in an engine's order.

    Raises:
        Failure: something cannot be.
    """
    driver = host_config.get("VolumeDriver") or ""
    specs = [parse_bind(text, driver) for text in host_config.get("Binds") or ()]
    specs += [parse_mount(given, api) for given in host_config.get("Mounts") or ()]
    taken: set[str] = set()
    for target in host_config.get("Tmpfs") or {}:
        if not target.startswith("/"):
            raise Failure(400, f"invalid mount path: '{target}' mount path must be absolute")
        taken.add(posixpath.normpath(target))
    for spec in specs:
        if spec.target in taken:
            raise Failure(400, f"Duplicate mount point: {spec.target}")
        taken.add(spec.target)
    for target in config.get("Volumes") or {}:
        place = posixpath.normpath(target)
        if place not in taken:
            spec = MountSpec("volume", "", place, copy=True, named=False, driver=driver, by_image=True)
            specs.append(spec)
    return specs


def tmpfs_mode(options: str) -> int:
    """The permission bits of one of ``HostConfig.Tmpfs``."""
    for option in options.split(","):
        name, _, value = option.partition("=")
        if name == "mode" and value and set(value) <= set("01234567"):
            return int(value, 8)
    return 0o1777


_KILOBYTES = {"": 1 / 1024, "k": 1, "m": 1 << 10, "g": 1 << 20}


def tmpfs_told(options: str) -> str:
    """How one of ``HostConfig.Tmpfs`` is mounted, as ``/proc/mounts`` says it."""
    given = options.split(",")
    told = [f"no{flag}" for flag in ("suid", "dev", "exec") if flag not in given]
    told.append("relatime")
    for option in given:
        name, _, value = option.partition("=")
        if name == "size" and (size := re.fullmatch(r"(\d+)([kmg]?)", value.lower())):
            told.append(f"size={int(int(size[1]) * _KILOBYTES[size[2]])}k")
    if (mode := tmpfs_mode(options)) != 0o1777:
        told.append(f"mode={mode:o}")
    return ",".join(told)
