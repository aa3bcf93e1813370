"""The processes of a container as ps of the host tells them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from dockpy.fake.failure import Failure
from dockpy.fake.kernel.clock import SECOND
from dockpy.fake.state.running import check_running

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockpy.fake.kernel.process import Process
    from dockpy.fake.state.container import Container

__all__ = ["top"]

_FULL = ["uid_name", "pid", "ppid", "c", "stime", "tname", "cputime", "args"]
_USER = ["user", "pid", "pcpu", "pmem", "vsz", "rss", "tname", "stat", "bsdstart", "bsdtime", "args"]
_JOBS = ["f", "uid", "pid", "ppid", "pri", "ni", "vsz", "rss", "wchan", "stat", "tname", "bsdtime", "args"]
_SHORT = ["pid", "tname", "cputime", "comm"]
_TITLES = {
    "uid_name": "UID", "pid": "PID", "ppid": "PPID", "c": "C", "stime": "STIME", "tname": "TTY",
    "cputime": "TIME",
    "args": "CMD", "user": "USER", "pcpu": "%CPU", "pmem": "%MEM", "vsz": "VSZ", "rss": "RSS", "stat": "STAT",
    "bsdstart": "START", "bsdtime": "TIME", "comm": "CMD", "f": "F", "uid": "UID", "pri": "PRI", "ni": "NI",
    "wchan": "WCHAN", "gid": "GID", "group": "GROUP", "pgid": "PGID", "sid": "SID", "etime": "ELAPSED",
}  # fmt: skip
_NAMED = _TITLES | {"args": "COMMAND", "comm": "COMMAND", "c": "C"}
_ALIASES = {
    "cmd": "args", "command": "args", "ucmd": "comm", "%cpu": "pcpu", "%mem": "pmem", "tty": "tname",
    "tt": "tname", "time": "cputime", "euser": "user", "uname": "user", "ruser": "user", "euid": "uid",
    "start_time": "stime", "state": "stat", "s": "stat", "nice": "ni", "vsize": "vsz", "rssize": "rss",
    "sess": "sid", "pgrp": "pgid", "egid": "gid", "egroup": "group",
}  # fmt: skip


def top(container: Container, arguments: str) -> tuple[list[str], list[list[str]]]:
    """Titles and rows of what ps tells.

    Args:
        container: whose processes.
        arguments: of ps.

    Raises:
        Failure: 409, it does not run; 500, ps cannot do that.
    """
    check_running(container)
    columns, titles = _columns(arguments.split())
    if "pid" not in columns:
        raise Failure(500, "Couldn't find PID field in ps output")
    show = _Shown(container)
    if columns.index("pid") and "args" in columns[: columns.index("pid")]:
        return titles, []  # its words with blanks shift the column of the number
    namespace = container.namespace
    if namespace is None:
        return titles, []
    alive = [process for process in namespace.processes.values() if process.exit_code is None]
    processes = sorted(alive, key=lambda process: process.host_pid)
    return titles, [[show.value(process, column) for column in columns] for process in processes]


def _columns(words: list[str]) -> tuple[list[str], list[str]]:
    named: list[str] = []
    shape = _SHORT
    titles = _TITLES
    take = False
    for word in words:
        if take:
            named += word.split(",")
            take = False
            continue
        dashed = word.startswith("-")
        letters = word.lstrip("-")
        if word.startswith("--"):
            continue
        head, option, rest = letters.partition("o")
        if option and set(head) <= set("eaxAfuwl"):
            named += rest.split(",") if rest else []
            take = not rest
            continue
        if dashed:
            shape = _FULL if "f" in letters else shape
        elif "u" in letters:
            shape, titles = _USER, _NAMED
        elif "l" in letters:
            shape, titles = _JOBS, _NAMED
        elif option:
            raise Failure(500, f'ps: error: unknown user-defined format specifier "{rest}"')
    if not named:
        return shape, [titles[column] for column in shape]
    columns, shown = [], []
    for name in named:
        column, _, title = name.partition("=")
        column = _ALIASES.get(column.lower(), column.lower())
        if column not in _NAMED:
            raise Failure(500, f'ps: error: unknown user-defined format specifier "{name}"')
        columns.append(column)
        shown.append(title or ("CMD" if name == "cmd" else _NAMED[column]))
    return columns, shown


class _Shown:
    """What ps shows of a process."""

    def __init__(self, container: Container) -> None:
        self._container = container
        self._now = container.engine.now()

    def value(self, process: Process, column: str) -> str:
        """One column."""
        started = datetime.fromtimestamp(process.started // SECOND, UTC)
        values: dict[str, Callable[[], object]] = {
            "pid": lambda: process.host_pid,
            "ppid": lambda: self._parent(process),
            "uid_name": lambda: self._user(process.uid),
            "user": lambda: self._user(process.uid),
            "uid": lambda: process.uid,
            "gid": lambda: process.gid,
            "group": lambda: process.gid,
            "args": lambda: " ".join(process.argv),
            "comm": lambda: process.argv[0].rpartition("/")[2][:15] if process.argv else "",
            "stime": lambda: f"{started:%H:%M}",
            "bsdstart": lambda: f"{started:%H:%M}",
            "cputime": lambda: "00:00:00",
            "bsdtime": lambda: "0:00",
            "tname": lambda: self._terminal(process),
            "stat": lambda: "Ss" if process.pid == 1 else "S",
            "pcpu": lambda: "0.0",
            "pmem": lambda: "0.0",
            "vsz": lambda: 4400,
            "rss": lambda: 512,
            "f": lambda: 4,
            "pri": lambda: 20,
            "wchan": lambda: "-",
            "pgid": lambda: process.host_pid,
            "sid": lambda: process.host_pid,
            "etime": lambda: _elapsed((self._now - process.started) // SECOND),
        }
        return str(values.get(column, lambda: 0)())

    def _parent(self, process: Process) -> int:
        if process.parent is not None:
            return process.parent.host_pid
        return self._container.state.pid - 1  # the shim that looks after the container

    def _user(self, uid: int) -> str:
        return "root" if uid == 0 else str(uid)  # ps runs on the host, and knows that one's users

    def _terminal(self, process: Process) -> str:
        terminal = process.tty
        return "?" if terminal is None else f"pts/{terminal.number}"


def _elapsed(seconds: int) -> str:
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes:02d}:{seconds:02d}"
