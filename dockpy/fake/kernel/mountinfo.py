"""What ``/proc/mounts`` says."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dockpy.fake.files import FileSystem

__all__ = ["mounts_text"]

_KINDS = {
    "/": ("overlay", "overlay", "relatime"),
    "/proc": ("proc", "proc", "nosuid,nodev,noexec,relatime"),
    "/dev": ("tmpfs", "tmpfs", "nosuid,size=65536k,mode=755"),
    "/dev/pts": ("devpts", "devpts", "nosuid,noexec,relatime,gid=5,mode=620,ptmxmode=666"),
    "/sys": ("sysfs", "sysfs", "nosuid,nodev,noexec,relatime"),
    "/dev/mqueue": ("mqueue", "mqueue", "nosuid,nodev,noexec,relatime"),
}


def mounts_text(fs: FileSystem) -> str:
    """A line for each mount: what, where, which kind, how."""
    lines = []
    for mount in fs.mounts:
        top = "/proc" if mount.path.startswith("/proc/") else mount.path
        source, kind, how = _KINDS.get(top, ("/dev/vda", "ext4", "relatime"))
        if mount.tmpfs is not None:
            source, kind, how = "shm" if mount.path == "/dev/shm" else "tmpfs", "tmpfs", mount.tmpfs  # noqa: S108
        access = "ro" if mount.read_only or mount.path == "/sys" else "rw"
        lines.append(f"{source} {mount.path.replace(' ', chr(92) + '040')} {kind} {access},{how} 0 0\n")
    return "".join(lines)
