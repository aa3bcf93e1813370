"""What containers have written, and what services and tasks have: logs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias, overload

from dockpy.errors import InvalidArgument
from dockpy.ops import containers as ops
from dockpy.options.values import timestamp
from dockpy.resources.output import Lines, OutputStream
from dockpy.resources.part import ContainerPart
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, timedelta

    from dockpy.client import Client
    from dockpy.ops.operation import Operation

    Time: TypeAlias = datetime | timedelta | float | str

__all__ = ["ContainerLogs", "open_logs"]


class ContainerLogs(ContainerPart):
    """The part of a container that reads its logs."""

    @overload
    def logs(
        self,
        *,
        stdout: bool = True,
        stderr: bool = True,
        stream: Literal[False] = False,
        follow: Literal[False] | None = None,
        timestamps: bool = False,
        tail: int | Literal["all"] = "all",
        since: Time | None = None,
        until: Time | None = None,
    ) -> bytes: ...

    @overload
    def logs(
        self,
        *,
        stdout: bool = True,
        stderr: bool = True,
        stream: Literal[True],
        follow: bool | None = None,
        timestamps: bool = False,
        tail: int | Literal["all"] = "all",
        since: Time | None = None,
        until: Time | None = None,
    ) -> OutputStream: ...

    def logs(
        self,
        *,
        stdout: bool = True,
        stderr: bool = True,
        stream: bool = False,
        follow: bool | None = None,
        timestamps: bool = False,
        tail: int | Literal["all"] = "all",
        since: Time | None = None,
        until: Time | None = None,
    ) -> bytes | OutputStream:
        """What it has written.

        Args:
            stdout: its standard output.
            stderr: its standard error.
            stream: payloads as they come, in place of all at once.
            follow: go on with what it will write; with ``stream``, that is so unless False is given.
            timestamps: begin each line with when it was written.
            tail: how many of the last lines, or ``"all"``.
            since: only what was written after: a datetime, a timedelta or ``"10m"`` (that long ago), seconds
                since 1970.
            until: only what was written before.

        Returns:
            The bytes; with ``stream``, an `OutputStream`.

        Raises:
            NotFound: it is not there any more.
            ApiError: its log driver cannot be read.

        Operation: ContainerLogs.
        """
        output = self._logs(
            stdout=stdout,
            stderr=stderr,
            follow=stream if follow is None else follow,
            timestamps=timestamps,
            tail=tail,
            since=since,
            until=until,
        )
        if stream:
            return output
        if not follow:  # what is there already: the engine does not wait for anything
            output.settimeout(self.client.timeouts.read)
        return output.read()

    def log_lines(
        self,
        *,
        stdout: bool = True,
        stderr: bool = True,
        follow: bool = False,
        timestamps: bool = False,
        tail: int | Literal["all"] = "all",
        since: Time | None = None,
        until: Time | None = None,
    ) -> Lines:
        """What it has written, as text lines without their ends. Arguments as of `logs`.

        Returns:
            An iterator of lines; close it, or use it in a ``with`` statement, where you leave it earlier.

        Operation: ContainerLogs.
        """
        return Lines(
            self._logs(
                stdout=stdout,
                stderr=stderr,
                follow=follow,
                timestamps=timestamps,
                tail=tail,
                since=since,
                until=until,
            )
        )

    def _logs(self, **query: Any) -> OutputStream:
        return open_logs(self.client, ops.LOGS, self.id, self._has_terminal, **query)


def open_logs(
    client: Client,
    operation: Operation[bytes],
    id: str,
    terminal: Callable[[], bool],
    *,
    since: Time | None = None,
    until: Time | None = None,
    timestamps: bool = False,
    **query: Any,
) -> OutputStream:
    """The logs of a container, a service or a task, as they come.

    Args:
        client: the client that it belongs to.
        operation: ContainerLogs, ServiceLogs or TaskLogs.
        id: its id.
        terminal: whether it has a terminal, so that its output is not framed; only asked where the answer
            does not say so.
        since: only what was written after.
        until: only what was written before.
        timestamps: begin each line with when it was written.
        **query: the operation's other parameters.
    """
    tail = query.get("tail")
    if tail not in (None, "all") and (isinstance(tail, bool) or not isinstance(tail, int) or tail < 0):
        # Engines give all lines then.
        raise InvalidArgument(f"tail={tail!r}: it takes how many of the last lines, or 'all'")
    if since is not None:
        query["since"] = timestamp("since", since)
    if until is not None:
        query["until"] = timestamp("until", until)
    source = client.api.stream(operation, {"id": id}, {**query, "timestamps": timestamps or None})
    try:
        content_type = source.head.headers.get("Content-Type", "")
        return OutputStream(source, framed=_framed(client, content_type, terminal))
    except BaseException:
        source.close()
        raise


def _framed(client: Client, content_type: str, terminal: Callable[[], bool]) -> bool:
    """Whether output is framed: by the answer's label, which engines before API 1.42 get wrong."""
    if content_type == "application/vnd.docker.multiplexed-stream":
        return True
    if at_least(client.api.version(), "1.42"):
        return False
    return not terminal()
