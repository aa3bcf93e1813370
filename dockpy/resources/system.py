"""What a daemon says of itself: whether it answers, what it is and holds, what happens on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias, overload

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime, timedelta

    from dockpy.resources.events import EventStream
    from dockpy.resources.pruning import PruneReport
    from dockpy.transport.caller import Caller
    from dockpy.transport.exchange import ByteStream
    from dockpy.wire.disk_usage import SystemDataUsageResponse
    from dockpy.wire.system import SystemInfo, SystemVersion

    Time: TypeAlias = datetime | timedelta | float | str
    Kind: TypeAlias = Literal["container", "image", "volume", "build-cache"]

__all__ = ["System"]

_KINDS = ("container", "image", "volume", "build-cache")


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

    def ping_headers(self) -> dict[str, str]:
        """What the daemon says of itself to a ping: ``Api-Version``, ``Builder-Version``, ``Swarm``, …

        Operation: SystemPingHead.
        """
        from dockpy.ops import system

        return self.api.call(system.PING_HEAD)

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

    def df(
        self, *, type: Kind | Sequence[Kind] | None = None, verbose: bool | None = None
    ) -> SystemDataUsageResponse:
        """How much room images, containers, volumes and the build cache take.

        Args:
            type: only these: ``container``, ``image``, ``volume``, ``build-cache`` (API 1.42).
            verbose: each object too, which engines before API 1.52 always tell (API 1.52).

        Returns:
            The engine's answer, which API 1.52 has in another shape; its ``totals`` are the same for both.

        Operation: SystemDataUsage.
        """
        from dockpy.errors import InvalidArgument
        from dockpy.ops import system
        from dockpy.options.values import string_list

        kinds = None if type is None else string_list("type", type)
        if kinds is not None and not set(kinds) <= set(_KINDS):
            raise InvalidArgument(f"type={type!r}: it takes {', '.join(_KINDS)}, or a list of them")
        return self.api.call(system.DATA_USAGE, query={"type": kinds, "verbose": verbose})

    def prune(
        self,
        *,
        all: bool = False,
        volumes: bool | Literal["all"] = False,
        filters: Mapping[str, Any] | None = None,
    ) -> PruneReport:
        """Remove what nothing uses, as ``docker system prune`` does: containers that do not run, networks,
        images, the build cache.

        Args:
            all: every image that no container uses and the whole build cache, not dangling ones alone.
            volumes: anonymous volumes too (API 1.42); ``"all"`` for named ones as well.
            filters: ``label``, ``label!``, ``until``; only what matches goes. ``until`` goes without volumes.

        Returns:
            What was removed, and how many bytes that set free.

        Raises:
            InvalidArgument: ``until`` and ``volumes`` were given both.
            VersionMismatch: the engine removes named volumes too, and was asked for anonymous ones.
            Conflict: another prune is running.

        Operation: ContainerPrune, NetworkPrune, VolumePrune, ImagePrune, BuildPrune.
        """
        from dockpy.resources.pruning import prune_all_kinds

        return prune_all_kinds(self.api, all=all, with_volumes=volumes, filters=filters)

    @overload
    def events(
        self,
        *,
        since: Time | None = None,
        until: Time | None = None,
        filters: Mapping[str, Any] | None = None,
        decode: Literal[True] = True,
        reconnect: bool | None = None,
        reconnect_timeout: float | None = 60,
    ) -> EventStream: ...

    @overload
    def events(
        self,
        *,
        since: Time | None = None,
        until: Time | None = None,
        filters: Mapping[str, Any] | None = None,
        decode: Literal[False],
    ) -> ByteStream: ...

    def events(
        self,
        *,
        since: Time | None = None,
        until: Time | None = None,
        filters: Mapping[str, Any] | None = None,
        decode: bool = True,
        reconnect: bool | None = None,
        reconnect_timeout: float | None = 60,
    ) -> EventStream | ByteStream:
        """What happens on the daemon, as it happens.

        Where the connection is lost, the stream connects again: it yields one event of the type ``dockpy``
        and the action ``reconnect``, and goes on: each event the daemon still knows of comes exactly once.

        Args:
            since: what happened since then too: a datetime, a timedelta or ``"10m"`` (that long ago), seconds
                since 1970.
            until: up to then; without it, until it is closed.
            filters: ``config``, ``container``, ``daemon``, ``event``, ``image``, ``label``, ``network``,
                ``node``, ``plugin``, ``scope``, ``secret``, ``service``, ``type``, ``volume``.
            decode: typed events; False for the bytes as they come, which end with the connection.
            reconnect: connect again where the connection is lost; so it is unless False is given.
            reconnect_timeout: seconds within which the daemon has to come back; None for as long as it takes.

        Returns:
            An iterator; close it, or use it in a ``with`` statement, to end it.

        Raises:
            BadParameter: the engine does not know a filter.
            ConnectionFailed: no engine answered; while it is read: it did not come back.

        Operation: SystemEvents.
        """
        from dockpy.errors import InvalidArgument
        from dockpy.ops import system
        from dockpy.options.values import timestamp

        if reconnect and not decode:
            raise InvalidArgument("reconnect=True: bytes have no place to go on from; it takes decode=True")
        if reconnect_timeout is not None and not _is_seconds(reconnect_timeout):
            raise InvalidArgument(
                f"reconnect_timeout={reconnect_timeout!r}: it takes seconds, or None for as long as it takes"
            )
        query = {
            "since": timestamp("since", since) if since is not None else None,
            "until": timestamp("until", until) if until is not None else None,
            "filters": filters,
        }
        if not decode:
            return self.api.stream(system.EVENTS, query=query)
        from dockpy.resources.events import EventStream

        return EventStream(
            self.api, query, reconnect=reconnect is not False, reconnect_timeout=reconnect_timeout
        )


def _is_seconds(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0
