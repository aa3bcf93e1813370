"""The works, and their goals: what is measured, and what it is measured against."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from benchmarks import (
    build_context,
    calls,
    execs,
    fake,
    fleet,
    imports,
    listing,
    logs,
    registry,
    transfers,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from benchmarks.measure import Measured

__all__ = ["GROWTHS", "ROWS", "Goal", "Growth", "Row"]

MB = 1 << 20

# Why goals are missed, where they are.
_ENGINE = "Nearly all of it is the engine's own time, the same for both: they differ by less than rounds do."
_FILES = (
    "The system calls take as long as tar's. Beside them tar, in C, takes 1.4 µs of its own for each file, "
    "and Python 6 µs: to list it, match its path, open and read it, and write its header."
)
_HUNDRED = (
    "One interpreter reads a hundred answers: their CPU, and that of whatever else runs on the machine, "
    "comes on top of the daemons' 20 ms."
)
_LOCK = (
    "At each of a call's five system calls fifty threads hand the interpreter's lock to each other, one "
    "thread to nobody: http.client, whose threads here share nothing, takes half as much again then, too. "
    "Two of the five could go: one looks whether the daemon has closed the connection, one keeps the timeout."
)
_TYPED = (
    "To list costs what it costs docker-py; a quarter of the time goes into reading six attributes of each "
    "container with their types, in place of which docker-py's sparse objects have the JSON alone."
)


@dataclass(frozen=True)
class Goal:
    """A limit to a figure: of itself, or in times of another subject's.

    Attributes:
        figure: ``cpu``, ``wall``, ``memory``, or one of the work's own.
        limit: the most that it may be; with ``least``, the least.
        against: in times of this subject's figure.
        subject: whose figure it is.
        cause: why it is missed, where it is: shown only then.
    """

    figure: str
    limit: float
    against: str | None = None
    subject: str = "dockpy"
    least: bool = False
    cause: str = ""


@dataclass(frozen=True)
class Row:
    """A work.

    Attributes:
        name: by which it is asked for.
        title: what is done.
        measure: measures it.
        goals: what is wanted of it.
        given: further arguments of ``measure``.
        shown: the figures to show.
        needs: programs without which it is left out, and ``engine``.
    """

    name: str
    title: str
    measure: Callable[..., Measured]
    goals: tuple[Goal, ...]
    given: Mapping[str, Any] = field(default_factory=dict[str, Any])
    shown: tuple[str, ...] = ("cpu", "wall")
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Growth:
    """Figures as the work grows: ``measure`` gives what was measured by size."""

    name: str
    title: str
    axis: str
    figures: tuple[str, ...]
    measure: Callable[..., Mapping[int, Measured]]
    given: Mapping[str, Any] = field(default_factory=dict[str, Any])
    needs: tuple[str, ...] = ()


def _transfers() -> tuple[Row, ...]:
    titles = {
        "get": "get_archive of 1 GiB",
        "put": "put_archive of 1 GiB",
        "save": "image.save of 1 GiB",
        "load": "images.load of 1 GiB",
        "export": "export of 1 GiB",
    }
    goals = (Goal("wall", 1.1, "curl"), Goal("memory", 50 * MB))
    shown = ("cpu", "wall", "memory")
    rows = []
    for kind, title in titles.items():
        given = {"what": kind}
        for name, where, measure, needs in (
            (f"{kind}-engine", "engine", transfers.with_the_engine, ("curl", "engine")),
            (kind, "stand-in", transfers.transferred, ("curl",)),
        ):
            rows.append(Row(name, f"{title}, {where}", measure, goals, given, shown, needs))
    return tuple(rows)


ROWS: tuple[Row, ...] = (
    Row("import", "import", imports.imported, (Goal("cpu", 0.15, "docker-py"),), shown=("cpu",)),
    Row(
        "cold-ping",
        "a process to its first ping()",
        imports.cold_ping,
        (Goal("cpu", 0.9, "docker-py"), Goal("wall", 0.9, "docker-py")),
    ),
    Row(
        "cold-list",
        "a process to its first list()",
        imports.cold_list,
        (Goal("cpu", 1.0, "docker-py"), Goal("wall", 1.0, "docker-py")),
    ),
    Row(
        "ping",
        "warm ping()",
        calls.warm,
        (Goal("cpu", 0.4, "docker-py"), Goal("cpu", 2.0, "http.client")),
    ),
    Row(
        "list",
        "list of 1,000 containers, typed",
        listing.listed,
        (Goal("cpu", 0.03, "docker-py"), Goal("cpu", 1.3, "docker-py sparse", cause=_TYPED)),
    ),
    Row(
        "logs",
        "300,000 log lines, demultiplexed",
        logs.followed,
        (Goal("cpu", 0.25, "docker-py"), Goal("cpu", 0.7, "http.client")),
    ),
    Row(
        "exec",
        "exec_run of a short command, engine",
        execs.executed,
        (Goal("cpu", 0.5, "docker-py"), Goal("wall", 1.0, "docker-py", cause=_ENGINE)),
        needs=("engine",),
    ),
    *_transfers(),
    Row(
        "build",
        "build context of 22,000 files",
        build_context.packed,
        (Goal("cpu", 0.25, "docker-py"), Goal("cpu", 2.0, "tar", cause=_FILES)),
        needs=("tar",),
    ),
    Row(
        "build-ignored",
        "the same, 20,000 of them ignored",
        build_context.ignoring,
        (Goal("cpu", 0.2, "docker-py"), Goal("cpu", 2.0, "tar", cause=_FILES)),
        needs=("tar",),
    ),
    Row(
        "threads",
        "ping() by 50 threads on one client",
        calls.threads,
        (Goal("wall", 0.5, "docker-py"), Goal("cpu", 1.1, "dockpy, one thread", cause=_LOCK)),
    ),
    Row(
        "fleet",
        "list() of 100 daemons at 20 ms",
        fleet.asked,
        (Goal("wall", 3.0, "dockpy, one daemon", cause=_HUNDRED),),
        shown=("wall",),
    ),
    Row(
        "fake-run",
        "run(busybox, echo hi), fake and engine",
        fake.ran,
        (Goal("wall", 0.02, "engine", subject="dockpy.fake"),),
        shown=("wall",),
        needs=("engine",),
    ),
    Row(
        "fake-calls",
        "calls to a fake daemon in process",
        fake.called,
        (Goal("rate", 1500, subject="dockpy.fake", least=True),),
        shown=("rate", "rate of CPU"),
    ),
    Row(
        "registry",
        "a layer of 1 GiB from a registry, verified",
        registry.read,
        (Goal("memory", 50 * MB),),
        shown=("cpu", "wall", "memory"),
    ),
)

GROWTHS: tuple[Growth, ...] = (
    Growth("containers", "list()", "containers", ("cpu",), listing.growth),
    Growth("get", "get_archive", "bytes", ("wall", "memory"), transfers.growth, {"what": "get"}, ("curl",)),
    Growth("put", "put_archive", "bytes", ("wall", "memory"), transfers.growth, {"what": "put"}, ("curl",)),
    Growth("daemons", "a fleet's list() at 20 ms", "daemons", ("wall",), fleet.growth),
)
