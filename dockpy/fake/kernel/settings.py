"""What a container's processes have and may, as it was asked for when it was made."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dockpy.fake.kernel.limits import LIMITS

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CAPABILITIES", "DEFAULT_CAPABILITIES", "SYSCTLS", "Settings"]

CAPABILITIES = (
    "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP",
    "LINUX_IMMUTABLE", "NET_BIND_SERVICE", "NET_BROADCAST", "NET_ADMIN", "NET_RAW", "IPC_LOCK", "IPC_OWNER",
    "SYS_MODULE", "SYS_RAWIO", "SYS_CHROOT", "SYS_PTRACE", "SYS_PACCT", "SYS_ADMIN", "SYS_BOOT", "SYS_NICE",
    "SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "MKNOD", "LEASE", "AUDIT_WRITE", "AUDIT_CONTROL", "SETFCAP",
    "MAC_OVERRIDE", "MAC_ADMIN", "SYSLOG", "WAKE_ALARM", "BLOCK_SUSPEND", "AUDIT_READ", "PERFMON", "BPF",
    "CHECKPOINT_RESTORE",
)  # fmt: skip
"""In the order of their bits."""

DEFAULT_CAPABILITIES = 0xA80425FB

SYSCTLS: Mapping[str, str] = {
    "kernel.msgmax": "8192",
    "kernel.msgmnb": "16384",
    "kernel.msgmni": "32000",
    "kernel.ostype": "Linux",
    "kernel.pid_max": "32768",
    "kernel.random.boot_id": "00000000-0000-4000-8000-000000000000",
    "kernel.sem": "32000\t1024000000\t500\t32000",
    "kernel.shm_rmid_forced": "0",
    "kernel.shmall": "18446744073692774399",
    "kernel.shmmax": "18446744073692774399",
    "kernel.shmmni": "4096",
    "kernel.version": "#1 SMP",
    "net.core.somaxconn": "4096",
    "net.ipv4.ip_forward": "1",
    "net.ipv4.ip_local_port_range": "32768\t60999",
    "net.ipv4.ip_unprivileged_port_start": "0",
    "net.ipv4.ping_group_range": "0\t2147483647",
    "net.ipv4.tcp_keepalive_time": "7200",
    "net.ipv4.tcp_syncookies": "1",
    "vm.max_map_count": "65530",
    "vm.overcommit_memory": "0",
    "vm.swappiness": "60",
}
"""What ``/proc/sys`` says where nothing else was asked for."""


@dataclass(slots=True)
class Settings:
    """What all processes of a container have.

    Attributes:
        limits: as of `dockpy.fake.kernel.process.Process`.
        capabilities: bits, in the order of `CAPABILITIES`.
        no_new_privileges: as ``/proc/self/status`` says it.
        seccomp: its system calls are filtered; those that are in `forbidden` are refused.
        cpus: the processors that it may run on (``0-1``).
        cpu_quota: microseconds of each period that it may compute for; None for all.
        cpu_period: microseconds.
        cpu_shares: its weight.
        oom_score_adj: as ``/proc/self/oom_score_adj`` says it.
        sysctls: by their names with dots, what was asked for.
        devices: what it may do with which devices, as control groups say it (``c 1:3 rwm``); None for
            everything.
        shm_size: bytes of ``/dev/shm``.
    """

    limits: dict[str, tuple[int | None, int | None]] = field(default_factory=lambda: dict(LIMITS))
    capabilities: int = DEFAULT_CAPABILITIES
    no_new_privileges: bool = False
    seccomp: bool = True
    forbidden: frozenset[str] = frozenset()
    cpus: str = "0-1"
    cpu_quota: int | None = None
    cpu_period: int = 100_000
    cpu_shares: int = 1024
    oom_score_adj: int = 0
    sysctls: Mapping[str, str] = field(default_factory=dict)
    devices: tuple[str, ...] | None = None
    shm_size: int = 64 << 20

    def may_open(self, rdev: tuple[int, int], kind: str, bits: str) -> bool:
        """Whether it may open a device.

        Args:
            rdev: its number.
            kind: ``char`` or ``block``.
            bits: what for: ``r``, ``w``, ``rw``.
        """
        return self.devices is None or any(_allows(rule, kind[0], rdev, bits) for rule in self.devices)


def _allows(rule: str, kind: str, rdev: tuple[int, int], bits: str) -> bool:
    which, numbers, access = rule.split()
    major, _, minor = numbers.partition(":")
    matches = major in ("*", str(rdev[0])) and minor in ("*", str(rdev[1]))
    return which in ("a", kind) and matches and set(bits) <= set(access)
