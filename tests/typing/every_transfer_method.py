"""Copies and moves between daemons, and what fleets merge. Type checkers read this; nothing runs it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, assert_type

from dockpy import (
    Client,
    Container,
    Fleet,
    FleetBack,
    FleetItem,
    FleetLost,
    FleetResults,
    FleetStream,
    Image,
    LogLine,
    Network,
    Plan,
    Step,
    Swarm,
    Volume,
)
from dockpy.transfer.progress import CopyPhase, CopyProgress
from dockpy.wire.events import EventMessage
from dockpy.wire.stats import ContainerStatsResponse


def told(progress: CopyProgress) -> None:
    assert_type(progress.phase, CopyPhase)
    assert_type(progress.step, str)
    assert_type(progress.number, int)
    assert_type(progress.steps, int)
    assert_type(progress.current, int)
    assert_type(progress.total, int | None)


def copied(image: Image, volume: Volume, network: Network, to: Client) -> None:
    assert_type(
        image.copy(to=to, names=["app:1"], platform="linux/amd64", overwrite=True, progress=told), Image
    )
    assert_type(volume.copy(to=to, name="data", progress=told), Volume)
    assert_type(network.copy(to=to, name="net", subnets="auto", progress=told), Network)


def container(container: Container, to: Client) -> None:
    assert_type(
        container.copy(
            to=to,
            name="web",
            volumes=True,
            networks=True,
            commit=True,
            start=True,
            binds="keep",
            wait=60,
            progress=told,
        ),
        Container,
    )
    assert_type(container.copy(to=to, dry_run=True), Plan)
    assert_type(
        container.move(
            to=to,
            name="web",
            volumes=True,
            networks=True,
            commit=True,
            start=True,
            binds="keep",
            wait=60,
            timeout=10,
            remove_volumes=True,
            progress=told,
        ),
        Container,
    )
    assert_type(container.move(to=to, dry_run=True), Plan)


def plan(plan: Plan) -> None:
    assert_type(plan.title, str)
    assert_type(plan.steps, tuple[Step, ...])
    assert_type(plan.bytes, int)


def step(step: Step) -> None:
    assert_type(step.name, str)
    assert_type(step.what, str)
    assert_type(step.where, str)
    assert_type(step.bytes, int | None)


def streams(fleet: Fleet) -> None:
    assert_type(
        fleet.events(since=0, until=1, filters={}, window=1, reconnect_timeout=1), FleetStream[EventMessage]
    )
    assert_type(
        fleet.logs(
            ["web"],
            all=True,
            filters={},
            follow=True,
            stdout=True,
            stderr=True,
            timestamps=True,
            tail=5,
            since=0,
            until=1,
            window=1,
            reconnect_timeout=1,
        ),
        FleetStream[LogLine],
    )
    assert_type(
        fleet.stats(["web"], filters={}, window=1, reconnect_timeout=1), FleetStream[ContainerStatsResponse]
    )
    assert_type(fleet.from_contexts("a"), Fleet)
    assert_type(fleet.swarm_init(managers=1, advertise={"a": "10.0.0.1"}), Swarm)
    assert_type(fleet.swarm_leave(force=True), FleetResults[bool])


def fleet_stream(stream: FleetStream[LogLine]) -> None:
    for message in stream:
        assert_type(message, FleetItem[LogLine] | FleetLost | FleetBack)
    stream.close()
    assert_type(stream.errors, dict[str, Exception])
    assert_type(stream.unreadable, dict[str, Exception])


def fleet_item(item: FleetItem[Any]) -> None:
    assert_type(item.daemon, str)
    assert_type(item.value, Any)
    assert_type(item.time, datetime)


def fleet_lost(lost: FleetLost) -> None:
    assert_type(lost.daemon, str)
    assert_type(lost.error, Exception)
    assert_type(lost.final, bool)
    assert_type(lost.time, datetime)


def fleet_back(back: FleetBack) -> None:
    assert_type(back.daemon, str)
    assert_type(back.seconds, float)
    assert_type(back.time, datetime)


def log_line(line: LogLine) -> None:
    assert_type(line.container, Container)
    assert_type(line.stream, Literal["stdout", "stderr"])
    assert_type(line.text, str)
