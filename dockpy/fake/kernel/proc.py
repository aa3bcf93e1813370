"""/proc: made when it is looked at."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from dockpy.fake.files import Node, OpenFile, Tree
from dockpy.fake.kernel.clock import SECOND
from dockpy.fake.kernel.mountinfo import mounts_text
from dockpy.fake.kernel.settings import SYSCTLS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dockpy.fake.kernel.file import File
    from dockpy.fake.kernel.namespace import Namespace
    from dockpy.fake.kernel.process import Process

__all__ = ["Machine", "proc_tree"]

_RELEASE = "6.1.0-fake"
_TICK = 10_000_000
"""Nanoseconds of the unit that times are told in."""
_NICE_LIMITS = (
    ("Max cpu time", "cpu", "seconds"),
    ("Max file size", "fsize", "bytes"),
    ("Max data size", "data", "bytes"),
    ("Max stack size", "stack", "bytes"),
    ("Max core file size", "core", "bytes"),
    ("Max resident set", "rss", "bytes"),
    ("Max processes", "nproc", "processes"),
    ("Max open files", "nofile", "files"),
    ("Max locked memory", "memlock", "bytes"),
)


class Machine:
    """What all containers of a daemon see of the machine.

    Args:
        booted: when it was, in nanoseconds since 1970.
        cpus: how many processors it has.
        memory: bytes of memory.
    """

    def __init__(self, booted: int = 0, cpus: int = 2, memory: int = 8 << 30) -> None:
        self.booted: int = booted
        self.cpus: int = cpus
        self.memory: int = memory
        self.release: str = _RELEASE


def proc_tree(namespace: Namespace, machine: Machine) -> Tree:
    """The tree at ``/proc``."""
    fixed = _machine_files(namespace, machine)

    def entries() -> dict[str, Node]:
        found = {str(pid): _process(process) for pid, process in namespace.visible.items()}
        return found | fixed

    return Tree(Node.dynamic_directory(entries))


def _machine_files(namespace: Namespace, machine: Machine) -> dict[str, Node]:
    scheduler = namespace.scheduler

    def uptime() -> str:
        seconds = max(0, scheduler.now() - machine.booted) / SECOND
        return f"{seconds:.2f} {seconds * machine.cpus:.2f}\n"

    def loadavg() -> str:
        running = sum(one.exit_code is None for one in namespace.visible.values())
        return f"0.00 0.00 0.00 1/{running} {max(namespace.visible, default=0)}\n"

    def meminfo() -> str:
        total = machine.memory // 1024
        free = total - namespace.memory // 1024
        rows = {"MemTotal": total, "MemFree": free, "MemAvailable": free, "Buffers": 0, "Cached": 0}
        rows |= {"SwapCached": 0, "Shmem": 0, "SReclaimable": 0, "SwapTotal": 0, "SwapFree": 0}
        return "".join(f"{f'{name}:':<15} {value:>8} kB\n" for name, value in rows.items())

    def cpuinfo() -> str:
        return "".join(
            f"processor\t: {n}\nmodel name\t: dockpy fake CPU\ncpu MHz\t\t: 1000.000\n"
            f"cpu cores\t: {machine.cpus}\nflags\t\t: fpu\nbogomips\t: 2000.00\n\n"
            for n in range(machine.cpus)
        )

    def stat() -> str:
        lines = ["cpu  0 0 0 0 0 0 0 0 0 0", *(f"cpu{n} 0 0 0 0 0 0 0 0 0 0" for n in range(machine.cpus))]
        lines += [f"btime {machine.booted // SECOND}", f"processes {max(namespace.visible, default=0)}"]
        return "\n".join(lines) + "\n"

    def hostname() -> bytes:
        return _bytes(f"{namespace.hostname}\n")

    def set_hostname(data: bytes) -> None:
        namespace.hostname = data.decode("utf-8", "replace").strip()

    return {
        "self": Node.symlink(lambda who: str(getattr(who, "pid", ""))),
        "thread-self": Node.symlink(lambda who: f"{getattr(who, 'pid', '')}/task/{getattr(who, 'pid', '')}"),
        "mounts": Node.symlink("self/mounts"),
        "net": Node.symlink("self/net"),
        "cmdline": _text(lambda: "quiet\n"),
        "cpuinfo": _text(cpuinfo),
        "filesystems": _text(lambda: "nodev\tproc\nnodev\ttmpfs\nnodev\toverlay\n\text4\n"),
        "loadavg": _text(loadavg),
        "meminfo": _text(meminfo),
        "stat": _text(stat),
        "sys": _sysctls(
            {**SYSCTLS, "kernel.osrelease": machine.release, **namespace.settings.sysctls},
            {"kernel.hostname": Node.dynamic(hostname, 0o644, set_hostname)},
        ),
        "timer_list": _text(lambda: "Timer List Version: v0.10\n"),
        "uptime": _text(uptime),
        "version": _text(lambda: f"Linux version {machine.release} (dockpy) #1 SMP\n"),
    }


def _sysctls(values: Mapping[str, str], nodes: Mapping[str, Node]) -> Node:
    """``/proc/sys``: a folder for each part of a name but the last."""
    root = _folder({})
    made = {name: _text(partial(str, f"{value}\n")) for name, value in values.items()}
    for name, node in (made | dict(nodes)).items():
        *folders, file = name.split(".")
        entries = root.entries
        for folder in folders:
            assert entries is not None
            entries = entries.setdefault(folder, _folder({})).entries
        assert entries is not None
        entries[file] = node
    return root


def _process(process: Process) -> Node:
    def fds() -> dict[str, Node]:
        return {str(fd): _descriptor(file) for fd, file in sorted(process.fds.items())}

    def environ() -> bytes:
        return b"".join(_bytes(f"{name}={value}") + b"\0" for name, value in process.env.items())

    def cmdline() -> bytes:
        return b"" if process.exit_code is not None else b"".join(_bytes(a) + b"\0" for a in process.argv)

    files = {
        "cgroup": _text(lambda: "0::/\n"),
        "cmdline": Node.dynamic(cmdline),
        "comm": _text(lambda: f"{_comm(process)}\n"),
        "cwd": Node.symlink(lambda _who: process.cwd),
        "environ": Node.dynamic(environ, 0o400),
        "exe": Node.symlink(lambda _who: process.exe),
        "fd": Node.dynamic_directory(fds, 0o500),
        "limits": _text(lambda: _limits(process)),
        "oom_score": _text(lambda: "0\n"),
        "oom_score_adj": _text(lambda: f"{process.namespace.settings.oom_score_adj}\n"),
        "mountinfo": _text(lambda: mounts_text(process.fs)),
        "mounts": _text(lambda: mounts_text(process.fs)),
        "net": _folder({"dev": _text(lambda: _net_dev(process))}),
        "root": Node.symlink("/"),
        "stat": _text(lambda: _stat(process)),
        "status": _text(lambda: _status(process)),
    }
    for node in files.values():
        node.uid, node.gid = process.uid, process.gid
    return Node.directory(files, 0o555, process.uid, process.gid)


_NET_DEV = (
    "Inter-|   Receive                                                |  Transmit\n"
    " face |bytes    packets errs drop fifo frame compressed multicast"
    "|bytes    packets errs drop fifo colls carrier compressed\n"
)
_NO_TRAFFIC = (
    "       0       0    0    0    0     0          0         0"
    "        0       0    0    0    0     0       0          0\n"
)


def _net_dev(process: Process) -> str:
    names = ["lo", *(interface.name for interface in process.network.interfaces)]
    return _NET_DEV + "".join(f"{name:>6}:{_NO_TRAFFIC}" for name in names)


def _descriptor(file: File) -> Node:
    """A link of ``/proc/self/fd``: opening it opens what the descriptor stands for."""
    name = getattr(getattr(file, "terminal", None), "name", None) or getattr(file, "path", None)
    node = Node.symlink(name or f"pipe:[{id(file.readable) % 100_000}]")

    def opener(who: object, flags: int) -> File:
        if isinstance(file, OpenFile):
            fs = who.fs  # type: ignore[attr-defined]
            opened: File = fs._opened(who, file.node, fs.mounts[0], flags, file.path)
            return opened
        return file.retain()

    node.opener = opener
    return node


def _comm(process: Process) -> str:
    return (process.argv[0] if process.argv else "").rpartition("/")[2][:15]


def _state(process: Process) -> tuple[str, str]:
    if process.exit_code is not None:
        return "Z", "zombie"
    return ("T", "stopped") if process.stopped else ("S", "sleeping")


def _stat(process: Process) -> str:
    parent = process.parent.pid if process.parent is not None else 0
    started = process.started // 10_000_000
    tty = 34816 + process.tty.number if process.tty is not None else 0
    fields = [process.pid, f"({_comm(process)})", _state(process)[0], parent, process.pgid, process.sid, tty]
    fields += [
        process.tty.foreground if process.tty is not None else -1,
        0,
        0,
        0,
        0,
        0,
        process.computed // _TICK,
        0,
    ]
    fields += [0, 0, 20, 0, 1, 0, started, process.memory, process.memory // 4096]
    return " ".join(map(str, fields)) + " 0" * 28 + "\n"


def _status(process: Process) -> str:
    parent = process.parent.pid if process.parent is not None else 0
    letter, word = _state(process)
    rows: dict[str, object] = {
        "Name": _comm(process),
        "Umask": f"{process.umask:04o}",
        "State": f"{letter} ({word})",
        "Tgid": process.pid,
        "Pid": process.pid,
        "PPid": parent,
        "TracerPid": 0,
        "Uid": "\t".join([str(process.uid)] * 4),
        "Gid": "\t".join([str(process.gid)] * 4),
        "FDSize": 64,
        "Groups": " ".join(map(str, process.groups)) + " ",
        "VmSize": f"{process.memory // 1024:>8} kB",
        "VmRSS": f"{process.memory // 1024:>8} kB",
        "Threads": 1,
        "SigIgn": _mask(process, "ignore"),
        "SigCgt": _mask(process, "catch"),
        **_privileges(process),
    }
    return "".join(f"{name}:\t{value}\n" for name, value in rows.items())


def _privileges(process: Process) -> dict[str, object]:
    settings = process.namespace.settings
    has = f"{settings.capabilities if process.uid == 0 else 0:016x}"
    last = int(settings.cpus.replace(",", "-").rpartition("-")[2] or 0)
    allowed = sum(1 << cpu for cpu in range(last + 1) if _within(cpu, settings.cpus))
    return {
        "CapInh": f"{0:016x}",
        "CapPrm": has,
        "CapEff": has,
        "CapBnd": f"{settings.capabilities:016x}",
        "CapAmb": f"{0:016x}",
        "NoNewPrivs": int(settings.no_new_privileges),
        "Seccomp": 2 if settings.seccomp else 0,
        "Cpus_allowed": f"{allowed:x}",
        "Cpus_allowed_list": settings.cpus,
        "Mems_allowed_list": 0,
    }


def _within(cpu: int, cpus: str) -> bool:
    for part in cpus.split(","):
        low, _, high = part.partition("-")
        if int(low) <= cpu <= int(high or low):
            return True
    return False


def _mask(process: Process, disposition: str) -> str:
    bits = sum(1 << (signal - 1) for signal, what in process.dispositions.items() if what == disposition)
    return f"{bits:016x}"


def _limits(process: Process) -> str:
    lines = [f"{'Limit':<25} {'Soft Limit':<20} {'Hard Limit':<20} {'Units':<10}"]
    for title, name, unit in _NICE_LIMITS:
        soft, hard = ("unlimited" if value is None else str(value) for value in process.limits[name])
        lines.append(f"{title:<25} {soft:<20} {hard:<20} {unit:<10}")
    return "\n".join(lines) + "\n"


def _text(make: Callable[[], str]) -> Node:
    return Node.dynamic(lambda: _bytes(make()))


def _folder(entries: dict[str, Node]) -> Node:
    return Node.directory(entries, 0o555)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
