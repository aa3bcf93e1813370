"""What a daemon says of itself: whether it answers, what it is and holds, what happens on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, overload

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta

    from dockpy.transport.answers import JsonStream
    from dockpy.transport.caller import Caller
    from dockpy.transport.exchange import ByteStream
    from dockpy.wire.disk_usage import SystemDataUsageResponse
    from dockpy.wire.events import EventMessage
    from dockpy.wire.system import SystemInfo, SystemVersion

__all__ = ["System"]


class System:
    """The calls of a client that are about the daemon as a whole."""

    @property
    def api(self) -> Caller:
        """The Engine's operations as they are."""
        raise NotImplementedError

    def ping(self) -> bool:
        """Whether the daemon answers; True, or an error that says why not.

        Raises:
            ConnectionFailed: no engine answered.

        Operation: SystemPing.
        """
        from dockpy.ops import system

        self.api.call(system.PING)
        return True

    def info(self) -> SystemInfo:
        """The daemon's system: counts, drivers, host, configuration.

        Operation: SystemInfo.
        """
        from dockpy.ops import system

        return self.api.call(system.INFO)

    def version(self) -> SystemVersion:
        """The versions of the engine, its parts and its API.

        Operation: SystemVersion.
        """
        from dockpy.ops import system

        return self.api.call(system.VERSION)

    def df(self) -> SystemDataUsageResponse:
        """How much room images, containers, volumes and the build cache take.

        Operation: SystemDataUsage.
        """
        from dockpy.ops import system

        return self.api.call(system.DATA_USAGE)

    @overload
    def events(
        self,
        *,
        since: datetime | timedelta | float | str | None = None,
        until: datetime | timedelta | float | str | None = None,
        filters: Mapping[str, Any] | None = None,
        decode: Literal[True] = True,
    ) -> JsonStream[EventMessage]: ...

    @overload
    def events(
        self,
        *,
        since: datetime | timedelta | float | str | None = None,
        until: datetime | timedelta | float | str | None = None,
        filters: Mapping[str, Any] | None = None,
        decode: Literal[False],
    ) -> ByteStream: ...

    def events(
        self,
        *,
        since: datetime | timedelta | float | str | None = None,
        until: datetime | timedelta | float | str | None = None,
        filters: Mapping[str, Any] | None = None,
        decode: bool = True,
    ) -> JsonStream[EventMessage] | ByteStream:
        """What happens on the daemon, as it happens.

        Args:
            since: what happened since then too: a datetime, a timedelta or ``"10m"`` (that long ago), seconds
                since 1970.
            until: up to then; without it, for as long as the daemon runs.
            filters: ``config``, ``container``, ``daemon``, ``event``, ``image``, ``label``, ``network``,
                ``node``, ``plugin``, ``scope``, ``secret``, ``service``, ``type``, ``volume``.
            decode: typed events; False for the bytes as they come.

        Returns:
            An iterator; close it, or use it in a ``with`` statement, to end it.

        Operation: SystemEvents.
        """
        from dockpy.ops import system
        from dockpy.options.values import timestamp

        query = {
            "since": timestamp("since", since) if since is not None else None,
            "until": timestamp("until", until) if until is not None else None,
            "filters": filters,
        }
        if decode:
            return self.api.objects(system.EVENTS, query=query)
        return self.api.stream(system.EVENTS, query=query)
