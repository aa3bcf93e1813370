"""What a container's options mean for its processes: limits, rights, devices, what is hidden from them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dockpy.fake.files import ROOT, Node, Tree, Upper
from dockpy.fake.kernel.limits import LIMITS
from dockpy.fake.kernel.settings import CAPABILITIES, DEFAULT_CAPABILITIES, Settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dockpy.fake.files import FileSystem
    from dockpy.fake.state.container import Container

__all__ = ["HOST_DEVICES", "add_devices", "hide", "settings_of"]

HOST_DEVICES: Mapping[str, tuple[int, int]] = {
    "/dev/mem": (1, 1),
    "/dev/null": (1, 3),
    "/dev/port": (1, 4),
    "/dev/zero": (1, 5),
    "/dev/full": (1, 7),
    "/dev/random": (1, 8),
    "/dev/urandom": (1, 9),
    "/dev/kmsg": (1, 11),
    "/dev/tty": (5, 0),
    "/dev/console": (5, 1),
    "/dev/ptmx": (5, 2),
    "/dev/net/tun": (10, 200),
    "/dev/fuse": (10, 229),
    "/dev/kvm": (10, 232),
    **{f"/dev/tty{number}": (4, number) for number in range(64)},
    **{f"/dev/loop{number}": (7, number) for number in range(8)},
}
"""The devices that the fake host has."""

_BLOCK = 7
_DEVICE_RULES = (
    "c *:* m", "b *:* m", "c 1:3 rwm", "c 1:5 rwm", "c 1:7 rwm", "c 1:8 rwm", "c 1:9 rwm", "c 5:0 rwm",
    "c 5:1 rwm", "c 5:2 rwm", "c 136:* rwm",
)  # fmt: skip
"""What every container may do with devices."""

_ALL = (1 << len(CAPABILITIES)) - 1
_REFUSING = (
    "SCMP_ACT_ERRNO",
    "SCMP_ACT_KILL",
    "SCMP_ACT_KILL_PROCESS",
    "SCMP_ACT_KILL_THREAD",
    "SCMP_ACT_TRAP",
)


def settings_of(container: Container) -> Settings:
    """What its processes have."""
    host = container.host_config
    privileged = bool(host.get("Privileged"))
    options = [text.partition("=" if "=" in text else ":") for text in host.get("SecurityOpt") or ()]
    given = {name: value for name, _, value in options}
    profile = given.get("seccomp", "")
    filtered = not privileged and profile != "unconfined"
    settings = Settings(
        limits=LIMITS | dict(_limit(limit) for limit in host.get("Ulimits") or ()),
        capabilities=_ALL if privileged else _capabilities(host),
        no_new_privileges=given.get("no-new-privileges", "false") in ("", "true"),
        seccomp=filtered,
        forbidden=_forbidden(profile) if filtered and profile.startswith("{") else frozenset(),
        cpus=host.get("CpusetCpus") or "0-1",
        cpu_period=host.get("CpuPeriod") or 100_000,
        cpu_shares=host.get("CpuShares") or 1024,
        oom_score_adj=host.get("OomScoreAdj") or 0,
        sysctls=host.get("Sysctls") or {},
        devices=None if privileged else tuple(_rules(host)),
        shm_size=host.get("ShmSize") or 64 << 20,
    )
    if host.get("NanoCpus"):
        settings.cpu_quota = host["NanoCpus"] * settings.cpu_period // 10**9
    elif (host.get("CpuQuota") or 0) > 0:
        settings.cpu_quota = host["CpuQuota"]
    return settings


def _limit(limit: Mapping[str, Any]) -> tuple[str, tuple[int | None, int | None]]:
    soft, hard = limit.get("Soft") or 0, limit.get("Hard") or 0
    return str(limit["Name"]), (None if soft < 0 else soft, None if hard < 0 else hard)


def _capabilities(host: Mapping[str, Any]) -> int:
    added, dropped = (
        {name.upper().removeprefix("CAP_") for name in host.get(option) or ()}
        for option in ("CapAdd", "CapDrop")
    )
    bits = 0 if "ALL" in dropped else DEFAULT_CAPABILITIES
    bits = _ALL if "ALL" in added else bits
    for bit, name in enumerate(CAPABILITIES):
        if name in added:
            bits |= 1 << bit
        elif name in dropped:
            bits &= ~(1 << bit)
    return bits


def _rules(host: Mapping[str, Any]) -> Iterable[str]:
    yield from _DEVICE_RULES
    for device in host.get("Devices") or ():
        major, minor = HOST_DEVICES[device["PathOnHost"]]
        kind = "b" if major == _BLOCK else "c"
        yield f"{kind} {major}:{minor} {device.get('CgroupPermissions') or 'rwm'}"
    yield from host.get("DeviceCgroupRules") or ()


def _forbidden(text: str) -> frozenset[str]:
    """The system calls that a profile of seccomp refuses; conditions on their arguments are not looked at."""
    profile = json.loads(text)
    refused: set[str] = set()
    allowed: set[str] = set()
    for rule in profile.get("syscalls") or ():
        names = rule.get("names") or [rule.get("name")]
        if not rule.get("args"):
            (refused if rule.get("action") in _REFUSING else allowed).update(names)
    if profile.get("defaultAction") in _REFUSING:
        return frozenset(_KNOWN_CALLS - allowed) | refused
    return frozenset(refused)


_KNOWN_CALLS = frozenset(
    (
        "chmod",
        "chown",
        "link",
        "mkdir",
        "mknod",
        "rename",
        "rmdir",
        "symlink",
        "truncate",
        "unlink",
        "utimensat",
    )
)
"""The system calls that the fake kernel can refuse."""


def add_devices(container: Container) -> None:
    """Put the devices of the host that it asks for into its ``/dev``."""
    fs, host = container.fs, container.host_config
    for device in host.get("Devices") or ():
        path = device.get("PathInContainer") or device["PathOnHost"]
        folder = path.rpartition("/")[0]
        fs.makedirs(ROOT, folder or "/", 0o755)
        if fs.exists(ROOT, path):
            fs.unlink(ROOT, path)
        rdev = HOST_DEVICES[device["PathOnHost"]]
        fs.mknod(ROOT, path, "block" if rdev[0] == _BLOCK else "char", 0o666, rdev)


def hide(container: Container) -> list[str]:
    """Mask what is to be masked, and let nobody change what is to be read only.

    Returns:
        Where something is mounted now.
    """
    fs, host = container.fs, container.host_config
    hidden: list[str] = []
    for path in host.get("MaskedPaths") or ():
        if fs.exists(ROOT, path):
            hidden.append(_mask(fs, path))
    for path in host.get("ReadonlyPaths") or ():
        if fs.exists(ROOT, path) and path not in hidden:
            place = fs.place(ROOT, path)
            fs.mount(place.path, place.mount.tree, "/".join(place.parts), True)
            hidden.append(place.path)
    return hidden


def _mask(fs: FileSystem, path: str) -> str:
    place = fs.place(ROOT, path)
    assert place.node is not None
    if place.node.entries is not None:
        fs.mount(place.path, Upper.empty(), read_only=True).tmpfs = "relatime"
    else:
        fs.mount(place.path, Tree(Node.device(1, 3))).tmpfs = "nosuid,size=65536k,mode=755"
    return place.path
