"""What services and tasks have written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias, overload

from dockpy.resources.base import A
from dockpy.resources.logs import open_logs
from dockpy.resources.output import Lines, OutputStream
from dockpy.resources.versioned import Versioned

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from dockpy.ops.operation import Operation

    Time: TypeAlias = datetime | timedelta | float | str

__all__ = ["Logged"]


class Logged(Versioned[A]):
    """An object whose containers' output the swarm collects."""

    _LOGS: ClassVar[Operation[bytes]]

    def _has_terminal(self) -> bool:
        raise NotImplementedError

    @overload
    def logs(
        self,
        *,
        stdout: bool = True,
        stderr: bool = True,
        stream: Literal[False] = False,
        follow: Literal[False] | None = None,
        timestamps: bool = False,
        details: bool = False,
        tail: int | Literal["all"] = "all",
        since: Time | None = None,
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
        details: bool = False,
        tail: int | Literal["all"] = "all",
        since: Time | None = None,
    ) -> OutputStream: ...

    def logs(
        self,
        *,
        stdout: bool = True,
        stderr: bool = True,
        stream: bool = False,
        follow: bool | None = None,
        timestamps: bool = False,
        details: bool = False,
        tail: int | Literal["all"] = "all",
        since: Time | None = None,
    ) -> bytes | OutputStream:
        """What its containers have written.

        Args:
            stdout: their standard output.
            stderr: their standard error.
            stream: payloads as they come, in place of all at once.
            follow: go on with what they will write; with ``stream``, that is so unless False is given.
            timestamps: begin each line with when it was written.
            details: begin each line with the node, the service and the task that it is of.
            tail: how many of the last lines of each container, or ``"all"``.
            since: only what was written after: a datetime, a timedelta or ``"10m"`` (that long ago), seconds
                since 1970.

        Returns:
            The bytes; with ``stream``, an `OutputStream`.

        Raises:
            NotFound: it is not there any more.

        Operation: ServiceLogs, TaskLogs.
        """
        output = self._output(
            stdout=stdout,
            stderr=stderr,
            follow=stream if follow is None else follow,
            timestamps=timestamps,
            details=details or None,
            tail=tail,
            since=since,
        )
        if stream:
            return output
        if not follow:  # what is there already: the engine waits for its nodes only
            output.settimeout(self.client.timeouts.read)
        return output.read()

    def log_lines(
        self,
        *,
        stdout: bool = True,
        stderr: bool = True,
        follow: bool = False,
        timestamps: bool = False,
        details: bool = False,
        tail: int | Literal["all"] = "all",
        since: Time | None = None,
    ) -> Lines:
        """What its containers have written, as text lines without their ends. Arguments as of `logs`.

        Returns:
            An iterator of lines; close it, or use it in a ``with`` statement, where you leave it earlier.

        Operation: ServiceLogs, TaskLogs.
        """
        return Lines(
            self._output(
                stdout=stdout,
                stderr=stderr,
                follow=follow,
                timestamps=timestamps,
                details=details or None,
                tail=tail,
                since=since,
            )
        )

    def _output(self, **query: Any) -> OutputStream:
        return open_logs(self.client, self._LOGS, self.id, self._has_terminal, **query)
