"""/sys: control groups, of the first version as all else of a fake daemon, and network interfaces."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from dockpy.fake.files import Node, Tree

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockpy.fake.kernel.namespace import Namespace
    from dockpy.fake.kernel.network import Interface

__all__ = ["sys_tree"]

_NO_LIMIT = 9223372036854771712


def sys_tree(namespace: Namespace) -> Tree:
    """The tree at ``/sys``."""

    def names() -> list[str]:
        return ["lo", *(one.name for one in namespace.network.interfaces)]

    def links() -> dict[str, Node]:
        return {name: Node.symlink(f"../../devices/virtual/net/{name}") for name in names()}

    def interfaces() -> dict[str, Node]:
        return {name: _interface(namespace, name) for name in names()}

    virtual = _folder({"net": Node.dynamic_directory(interfaces)})
    return Tree(
        _folder(
            {
                "class": _folder({"net": Node.dynamic_directory(links)}),
                "devices": _folder({"virtual": virtual}),
                "fs": _folder({"cgroup": _folder(_cgroups(namespace))}),
                "kernel": _folder({}),
            }
        )
    )


def _interface(namespace: Namespace, name: str) -> Node:
    found: dict[str, tuple[int, Interface]] = {
        one.name: (index, one) for index, one in enumerate(namespace.network.interfaces, 2)
    }
    index, interface = found.get(name, (1, None))
    values: dict[str, object] = {
        "address": interface.mac if interface else "00:00:00:00:00:00",
        "addr_len": 6,
        "broadcast": "ff:ff:ff:ff:ff:ff" if interface else "00:00:00:00:00:00",
        "carrier": 1,
        "flags": "0x1003" if interface else "0x9",
        "ifindex": index,
        "iflink": index,
        "mtu": 1500 if interface else 65536,
        "operstate": "up" if interface else "unknown",
        "tx_queue_len": 0 if interface else 1000,
        "type": 1 if interface else 772,
    }
    return _folder({file: _value(partial(str, value)) for file, value in values.items()})


def _cgroups(namespace: Namespace) -> dict[str, Node]:
    settings = namespace.settings

    def processes() -> str:
        alive = sorted(pid for pid, one in namespace.processes.items() if one.exit_code is None)
        return "\n".join(map(str, alive))

    def memory_limit() -> int:
        return namespace.memory_limit or _NO_LIMIT

    files: dict[str, dict[str, Callable[[], object]]] = {
        "blkio": {"blkio.weight": lambda: 500},
        "cpu": {
            "cpu.cfs_period_us": lambda: settings.cpu_period,
            "cpu.cfs_quota_us": lambda: -1 if settings.cpu_quota is None else settings.cpu_quota,
            "cpu.shares": lambda: settings.cpu_shares,
        },
        "cpuacct": {"cpuacct.usage": lambda: namespace.cpu_time},
        "cpuset": {"cpuset.cpus": lambda: settings.cpus, "cpuset.mems": lambda: 0},
        "devices": {"devices.list": lambda: "\n".join(settings.devices or ("a *:* rwm",))},
        "freezer": {"freezer.state": lambda: "FROZEN" if namespace.frozen else "THAWED"},
        "memory": {
            "memory.limit_in_bytes": memory_limit,
            "memory.max_usage_in_bytes": lambda: namespace.memory,
            "memory.usage_in_bytes": lambda: namespace.memory,
        },
        "pids": {
            "pids.current": lambda: len(namespace.processes),
            "pids.max": lambda: namespace.pids_limit or "max",
        },
        "systemd": {},
    }
    return {
        group: _folder(
            {
                name: _value(make)
                for name, make in ({"cgroup.procs": processes, "tasks": processes} | own).items()
            }
        )
        for group, own in files.items()
    }


def _value(make: Callable[[], object]) -> Node:
    return Node.dynamic(lambda: b"%s\n" % str(make()).encode())


def _folder(entries: dict[str, Node]) -> Node:
    return Node.directory(entries, 0o555)
