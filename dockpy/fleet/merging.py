"""The streams of a fleet: what all its daemons tell, as one, in time order."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from dockpy.client import Client
from dockpy.errors import InvalidArgument
from dockpy.fleet.items import FleetItem, LogLine, moment_of
from dockpy.fleet.readers import ContainerReader, LogReader, StatsReader
from dockpy.fleet.roster import Choice, Roster
from dockpy.fleet.stream import FleetStream, Hub
from dockpy.fleet.watching import Watch
from dockpy.options.values import timestamp

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime, timedelta

    from dockpy.resources.container import Container
    from dockpy.wire.events import EventMessage
    from dockpy.wire.stats import ContainerStatsResponse

    Time: TypeAlias = datetime | timedelta | float | str
    Containers: TypeAlias = str | Container | Sequence[str | Container]

__all__ = ["FleetStreams"]

_WINDOW = 0.5
_PATIENCE = 1.0


class FleetStreams(Mapping[str, Client]):
    """The part of a fleet that merges streams."""

    def events(
        self,
        *,
        since: Time | None = None,
        until: Time | None = None,
        filters: Mapping[str, Any] | None = None,
        window: float | None = None,
        reconnect_timeout: float | None = None,
    ) -> FleetStream[EventMessage]:
        """What happens on the daemons, as it happens, in the order of the daemons' clocks.

        It begins now, with each daemon that answers within a second, and with others when they answer. Each
        event that a daemon still knows of comes exactly once, however often the daemon goes and comes
        back; a `FleetLost` and a `FleetBack` say when it did.

        Args:
            since: as of `Client.events`.
            until: as of `Client.events`.
            filters: as of `Client.events`.
            window: how long an event is held back for earlier ones of other daemons, in seconds; None for
                0.5, or where ``until`` is in the past, for as long as these take.
            reconnect_timeout: seconds within which a daemon has to come back, before it is given up; None for
                as long as it takes, or with ``until``, until then.

        Returns:
            An iterator of items that hold events, and markers; close it, or use it in a ``with`` statement.

        Operation: SystemEvents.
        """
        start = None if since is None else timestamp("since", since)
        end = None if until is None else timestamp("until", until)
        query = {"since": start, "until": end, "filters": filters}
        left = _seconds_until(end)
        limit = _limit(reconnect_timeout, left)
        hub: Hub[EventMessage] = Hub(_window(window, ends=left <= 0))
        readers: dict[str, Callable[[], object]] = {}
        for name, client in self.items():

            def tell(event: EventMessage, moment: int, name: str = name) -> None:
                hub.put(name, moment, FleetItem(name, event, moment_of(moment)))

            readers[name] = Watch(hub, name, client, query, reconnect_timeout=limit, on_event=tell).run
        hub.begin(readers, patience=_PATIENCE)
        return FleetStream(hub, len(self))

    def logs(
        self,
        containers: Containers | None = None,
        *,
        all: bool = False,
        filters: Mapping[str, Any] | None = None,
        follow: bool = False,
        stdout: bool = True,
        stderr: bool = True,
        timestamps: bool = False,
        tail: int | Literal["all"] = "all",
        since: Time | None = None,
        until: Time | None = None,
        window: float | None = None,
        reconnect_timeout: float | None = None,
    ) -> FleetStream[LogLine]:
        """What containers of all daemons have written, as lines, in the order in which they were written.

        Each container takes a thread and a connection.

        Args:
            containers: which ones: names or ids (of which the beginning is enough) on whatever daemons have
                them, or containers, whether they run or not; None for all that run.
            all: those that do not run too.
            filters: only these; as of ``containers.list``.
            follow: go on with what they will write, and with containers that are started later; each line
                comes once, however often its daemon goes and comes back.
            stdout: their standard output.
            stderr: their standard error.
            timestamps: begin each line with when it was written.
            tail: how many of the last lines of each container, or ``"all"``.
            since: as of `Container.logs`.
            until: as of `Container.logs`; with ``follow``, it ends then.
            window: how long a line is held back for earlier ones of other containers, in seconds; None for
                0.5 with ``follow``, else for as long as these take.
            reconnect_timeout: as of `events`.

        Returns:
            An iterator of items that hold a `LogLine`, and markers; close it, or use it in a ``with``
            statement.

        Operation: ContainerLogs.
        """
        if tail != "all" and (isinstance(tail, bool) or not isinstance(tail, int) or tail < 0):
            raise InvalidArgument(f"tail={tail!r}: it takes how many of the last lines, or 'all'")
        choice = Choice.of(containers, all=all or containers is not None, filters=filters)
        end = None if until is None else timestamp("until", until)
        left = _seconds_until(end)
        follow = follow and left > 0
        limit = _limit(reconnect_timeout, left)
        query = {
            "stdout": stdout,
            "stderr": stderr,
            "tail": tail,
            "since": None if since is None else float(timestamp("since", since)),
            "until": None if end is None else float(end),
        }
        hub: Hub[LogLine] = Hub(_window(window, ends=not follow))

        def reader(name: str, container: Container, begun: float | None) -> ContainerReader[LogLine]:
            its = query if begun is None or since is not None else {**query, "since": begun, "tail": "all"}
            return LogReader(hub, name, container, follow=follow, timestamps=timestamps, query=its)

        rosters = {name: Roster(hub, name, client, choice, reader) for name, client in self.items()}
        if follow:
            hub.begin(
                {name: partial(roster.follow, limit, end) for name, roster in rosters.items()}, awaited=False
            )
        else:
            hub.begin({name: roster.read_once for name, roster in rosters.items()})
        return FleetStream(hub, len(self))

    def stats(
        self,
        containers: Containers | None = None,
        *,
        filters: Mapping[str, Any] | None = None,
        window: float | None = None,
        reconnect_timeout: float | None = None,
    ) -> FleetStream[ContainerStatsResponse]:
        """What the containers that run on all daemons use: a sample of each every second.

        Containers that are started later are joined in. Each container takes a thread and a connection.

        Args:
            containers: as of `logs`.
            filters: as of `logs`.
            window: how long a sample is held back for earlier ones of other containers, in seconds; None for
                0.5.
            reconnect_timeout: as of `events`.

        Returns:
            An iterator of items that hold samples, and markers; close it, or use it in a ``with`` statement.

        Operation: ContainerStats.
        """
        choice = Choice.of(containers, all=False, filters=filters)
        limit = _seconds("reconnect_timeout", reconnect_timeout)
        hub: Hub[ContainerStatsResponse] = Hub(_window(window, ends=False))

        def reader(
            name: str, container: Container, _: float | None
        ) -> ContainerReader[ContainerStatsResponse]:
            return StatsReader(hub, name, container, follow=True)

        rosters = {name: Roster(hub, name, client, choice, reader) for name, client in self.items()}
        hub.begin({name: partial(roster.follow, limit) for name, roster in rosters.items()}, awaited=False)
        return FleetStream(hub, len(self))


def _window(value: float | None, *, ends: bool) -> float:
    seconds = _seconds("window", value)
    if seconds is not None:
        return seconds
    return math.inf if ends else _WINDOW


def _seconds_until(end: str | None) -> float:
    return math.inf if end is None else float(end) - time.time()


def _limit(reconnect_timeout: float | None, left: float) -> float | None:
    limit = _seconds("reconnect_timeout", reconnect_timeout)
    return max(left, 1.0) if limit is None and left < math.inf else limit


def _seconds(option: str, value: float | None) -> float | None:
    known = isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < math.inf
    if value is not None and not known:
        raise InvalidArgument(f"{option}={value!r}: it takes seconds, or None")
    return value
