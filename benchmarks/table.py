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


@dataclass(frozen=True)
class Goal:
    """A limit to a figure: of itself, or in times of another subject's.

    Attributes:
        figure: ``cpu``, ``wall``, ``memory``, or one of the work's own.
        limit: the most that it may be; with ``least``, the least.
        against: in times of this subject's figure.
        subject: whose figure it is.
    """

    figure: str
    limit: float
    against: str | None = None
    subject: str = "dockpy"
    least: bool = False


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
    """

    name: str
    title: str
    measure: Callable[..., Measured]
    goals: tuple[Goal, ...]
    given: Mapping[str, Any] = field(default_factory=dict[str, Any])
    shown: tuple[str, ...] = ("cpu", "wall")


@dataclass(frozen=True)
class Growth:
    """Figures as the work grows: ``measure`` gives what was measured by size."""

    name: str
    title: str
    axis: str
    figures: tuple[str, ...]
    measure: Callable[..., Mapping[int, Measured]]
    given: Mapping[str, Any] = field(default_factory=dict[str, Any])


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
        rows.append(Row(f"{kind}-engine", f"{title}, engine", transfers.with_the_engine, goals, given, shown))
        rows.append(Row(kind, f"{title}, stand-in", transfers.transferred, goals, given, shown))
    return tuple(rows)


ROWS: tuple[Row, ...] = (
    Row("import", "import", imports.imported, (Goal("cpu", 0.15, "docker-py"),), shown=("cpu",)),
    Row("cold-ping", "a process to its first ping()", imports.cold_ping, (Goal("cpu", 0.9, "docker-py"),)),
    Row("cold-list", "a process to its first list()", imports.cold_list, (Goal("cpu", 1.0, "docker-py"),)),
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
        (Goal("cpu", 0.03, "docker-py"), Goal("cpu", 1.3, "docker-py sparse")),
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
        (Goal("cpu", 0.5, "docker-py"), Goal("wall", 1.0, "docker-py")),
    ),
    *_transfers(),
    Row(
        "build",
        "build context of 22,000 files",
        build_context.packed,
        (Goal("cpu", 0.25, "docker-py"), Goal("cpu", 2.0, "tar")),
    ),
    Row(
        "build-ignored",
        "the same, 20,000 of them ignored",
        build_context.ignoring,
        (Goal("cpu", 0.2, "docker-py"), Goal("cpu", 2.0, "tar")),
    ),
    Row(
        "threads",
        "ping() by 50 threads on one client",
        calls.threads,
        (Goal("wall", 0.5, "docker-py"), Goal("cpu", 1.1, "dockpy, one thread")),
    ),
    Row(
        "fleet",
        "list() of 100 daemons at 20 ms",
        fleet.asked,
        (Goal("wall", 3.0, "dockpy, one daemon"),),
        shown=("wall",),
    ),
    Row(
        "fake-run",
        "run(busybox, echo hi), fake and engine",
        fake.ran,
        (Goal("wall", 0.02, "engine", subject="dockpy.fake"),),
        shown=("wall",),
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
    Growth("get", "get_archive", "bytes", ("wall", "memory"), transfers.growth, {"what": "get"}),
    Growth("put", "put_archive", "bytes", ("wall", "memory"), transfers.growth, {"what": "put"}),
    Growth("daemons", "a fleet's list() at 20 ms", "daemons", ("wall",), fleet.growth),
)
