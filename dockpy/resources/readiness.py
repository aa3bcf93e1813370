"""Waiting until a container is of use: healthy, reachable, or saying so itself."""

from __future__ import annotations

import contextlib
import re
import select
import socket
import time
from collections import deque
from typing import TYPE_CHECKING, Any

from dockpy.errors import DockpyError, InvalidArgument, NotReady, TimedOut
from dockpy.resources.logs import ContainerLogs
from dockpy.transport.message import check_timeout

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime, timedelta
    from typing import TypeAlias

    from dockpy.resources.events import EventStream
    from dockpy.resources.output import OutputStream

    Time: TypeAlias = datetime | timedelta | float | str

__all__ = ["ContainerReadiness", "Deadline", "published_address", "tcp_port"]

_INTERVAL = 0.1
"""Seconds between two looks, where nothing tells when to look again."""
_LOOK_AGAIN = 2.0
"""Seconds after which to look again though no event came: one may have been missed."""
_SETTLING = 0.25
"""Seconds within which the engine's proxy has closed a connection that nobody in the container takes."""
_TOLD_LINES = 20


class Deadline:
    """A point in time until which something is waited for."""

    def __init__(self, seconds: float | None) -> None:
        self.seconds: float | None = check_timeout("timeout", seconds)
        self._end = None if seconds is None else time.monotonic() + seconds

    def left(self, most: float | None = None) -> float | None:
        """Seconds that are left, at most so many; None for no end. 0 where it has passed."""
        if self._end is None:
            return most
        left = max(self._end - time.monotonic(), 0.0)
        return left if most is None else min(left, most)

    @property
    def passed(self) -> bool:
        """Whether it has passed."""
        return self.left() == 0.0


class ContainerReadiness(ContainerLogs):
    """The part of a container that waits until it is of use."""

    def wait_healthy(self, *, timeout: float | None = 60) -> None:
        """Wait until its health check says that it is healthy.

        Args:
            timeout: seconds to wait; None for as long as it takes.

        Raises:
            NotReady: it is unhealthy, does not run or has no health check; with the last probe's output.
            TimedOut: it did not become healthy in time; with the last probe's output.
            NotFound: it is not there any more.

        Operation: SystemEvents, ContainerInspect.
        """
        deadline = Deadline(timeout)
        while True:
            # Opened before looking, so that what happens after that is told.
            with self._changes(deadline) as changes:
                if self._is_healthy(deadline):
                    return
                with contextlib.suppress(TimedOut):
                    next(changes, None)

    def wait_port(self, port: int | str, *, timeout: float | None = 60) -> tuple[str, int]:
        """Wait until something in it takes connections at a TCP port that is published.

        The connection is made from here, to where the port is published on the daemon's host.

        Args:
            port: the port in the container: ``80`` or ``"80/tcp"``.
            timeout: seconds to wait; None for as long as it takes.

        Returns:
            Where it is reached from here: a host and a port.

        Raises:
            InvalidArgument: it is no TCP port.
            NotReady: it does not run, the port is not published, or not where it can be reached from here.
            TimedOut: nothing took a connection in time.
            NotFound: it is not there any more.

        Operation: ContainerInspect.
        """
        key, deadline = tcp_port(port), Deadline(timeout)
        while True:
            self.reload()
            self._refuse_stopped()
            place, problem = f"port {key}", "it is being restarted"
            if self.attrs["State"]["Status"] != "restarting":  # it is published nowhere then
                address = self._published(key)
                place = f"port {key} ({address[0]}:{address[1]})"
                problem = _connects(address, deadline.left(1.0) or 0.001)
                if not problem:
                    return address
            if deadline.passed:
                raise self._timed_out(
                    f"Nothing took a connection at {place} within {deadline.seconds:g} s: {problem}"
                )
            time.sleep(deadline.left(_INTERVAL) or 0)

    def wait_log(
        self,
        pattern: str | re.Pattern[str],
        *,
        timeout: float | None = 60,
        stdout: bool = True,
        stderr: bool = True,
        since: Time | None = None,
    ) -> str:
        """Wait until it has written a line: also before this was called, unless ``since`` is given.

        Args:
            pattern: what the line contains: a str as it is, or a compiled regular expression.
            timeout: seconds to wait; None for as long as it takes.
            stdout: its standard output counts.
            stderr: its standard error counts.
            since: only what was written after; as of `logs`.

        Returns:
            The first such line, without its end.

        Raises:
            NotReady: it has ended without one; with its last lines.
            TimedOut: no such line came in time; with its last lines.
            NotFound: it is not there any more.

        Operation: ContainerLogs, ContainerInspect.
        """
        if not isinstance(pattern, (str, re.Pattern)) or not isinstance(
            getattr(pattern, "pattern", pattern), str
        ):
            raise InvalidArgument(
                f"pattern={pattern!r}: it takes a str, or a compiled regular expression of str"
            )
        deadline = Deadline(timeout)
        expression = re.compile(re.escape(pattern)) if isinstance(pattern, str) else pattern
        last: deque[str] = deque(maxlen=_TOLD_LINES)
        while True:
            last.clear()
            with self.logs(stdout=stdout, stderr=stderr, stream=True, since=since) as output:
                for line in self._until(deadline, output):
                    if expression.search(line):
                        return line
                    last.append(line)
            self.reload()
            said = "\n".join(last)
            # One that is started again, by its restart policy, may still write it.
            self._refuse_stopped(f", without a line with {expression.pattern!r}", said)
            if deadline.passed:
                raise self._timed_out(
                    f"No line with {expression.pattern!r} came within {deadline.seconds:g} s: {said}"
                )
            time.sleep(deadline.left(_INTERVAL) or 0)

    def _until(self, deadline: Deadline, output: OutputStream) -> Iterator[str]:
        """The lines that come in time."""
        lines = output.lines()
        with contextlib.suppress(TimedOut):
            while not deadline.passed:
                output.settimeout(deadline.left())
                if (line := next(lines, None)) is None:
                    return
                yield line

    # How it stands

    def _changes(self, deadline: Deadline) -> EventStream:
        """What happens to it that its health depends on."""
        wanted = {"type": "container", "container": self.id, "event": ["health_status", "die", "destroy"]}
        patience = max(deadline.left(_LOOK_AGAIN) or 0, 0.05)
        return self.client.with_options(stream_timeout=patience).events(filters=wanted, reconnect=False)

    def _is_healthy(self, deadline: Deadline) -> bool:
        self.reload()
        self._refuse_stopped()
        health: Mapping[str, Any] = (self.attrs.get("State") or {}).get("Health") or {}
        status = health.get("Status") or "none"
        if status == "healthy":
            return True
        probes = health.get("Log") or []
        output = str(probes[-1].get("Output") or "").strip() if probes else ""
        if status == "none":
            raise self._not_ready(
                "It has no health check", "none", hint="Give it one: healthcheck={'test': …}."
            )
        if status == "unhealthy":
            raise self._not_ready("It is unhealthy", status, output=output)
        if deadline.passed:
            raise self._timed_out(
                f"It did not become healthy within {deadline.seconds:g} s: it is {status}, its last probe "
                f"said: {output or 'nothing yet'}"
            )
        return False

    def _refuse_stopped(self, more: str = "", output: str | None = None) -> None:
        """What does not run, and is not about to again, becomes nothing."""
        state = self.attrs.get("State") or {}
        status = str(state.get("Status") or "")
        if status in ("running", "paused", "restarting"):
            return
        if status == "created":
            raise self._not_ready("It was not started", status, hint="Call start() first.")
        code = state.get("ExitCode")
        if output is None:
            output = self._last_lines()
        message = f"It has ended, with exit status {code}{more}"
        raise self._not_ready(message, status, output=output, exit_code=code)

    def _last_lines(self) -> str:
        try:
            return self.logs(tail=_TOLD_LINES).decode("utf-8", "replace")
        except DockpyError:  # of another log driver, or gone: what is raised says enough
            return ""

    def _not_ready(
        self,
        message: str,
        state: str,
        *,
        output: str = "",
        exit_code: int | None = None,
        hint: str | None = None,
    ) -> NotReady:
        said = output.strip()[-2000:]
        error = NotReady(
            f"{message}: {said}" if said else message,
            container=self,
            state=state,
            exit_code=exit_code,
            output=output,
            hint=hint,
        )
        return error.at(subject=f"container {self.id}", daemon=self.client.daemon)

    def _timed_out(self, message: str) -> TimedOut:
        return TimedOut(message).at(subject=f"container {self.id}", daemon=self.client.daemon)

    def _published(self, key: str) -> tuple[str, int]:
        """Where a port is reached from here."""
        settings = self.attrs.get("NetworkSettings") or {}
        bindings = (settings.get("Ports") or {}).get(key) or []
        daemon = self.client.endpoint.host  # None where the daemon is on this machine
        if "host" in (settings.get("Networks") or {}):
            return daemon or "127.0.0.1", int(key.partition("/")[0])
        if not bindings:
            raise self._not_ready(
                f"Its port {key} is not published",
                "running",
                hint=f"Publish it, ports={{{key!r}: None}} at any free port, or use wait_log().",
            )
        address = published_address(bindings, daemon)
        if address is None:
            raise self._not_ready(
                f"Its port {key} is published at an address that only the daemon's own machine reaches",
                "running",
                hint="Publish it at another address of that machine, or without one.",
            )
        return address


def published_address(bindings: Sequence[Mapping[str, str]], daemon: str | None) -> tuple[str, int] | None:
    """Where a published port is reached from here.

    Args:
        bindings: where it is published, as the engine says it; one at the least.
        daemon: the daemon's host; None for this machine.

    Returns:
        A host and a port; None where only the daemon's machine reaches it, and that is another one.
    """
    found = [(str(binding.get("HostIp") or ""), int(binding["HostPort"])) for binding in bindings]
    for host, port in found:
        if host in ("", "0.0.0.0", "::"):  # noqa: S104 - read, not bound: any address of that machine
            loopback = "::1" if host == "::" and len(found) == 1 else "127.0.0.1"
            return daemon or loopback, port
    far = daemon is not None and not _is_loopback(daemon)
    return next(((host, port) for host, port in found if not (far and _is_loopback(host))), None)


def tcp_port(port: int | str) -> str:
    """A TCP port as the engine writes it: ``80/tcp``.

    Raises:
        InvalidArgument: it is none.
    """
    match = re.fullmatch(r"(\d{1,5})(?:/tcp)?", str(port), re.ASCII)
    if isinstance(port, bool) or match is None or not 0 < int(match[1]) < 65536:
        raise InvalidArgument(f"port={port!r}: it takes a TCP port of the container, such as 80 or '80/tcp'")
    return f"{int(match[1])}/tcp"


def _connects(address: tuple[str, int], seconds: float) -> str:
    """Connect, and see that it lasts: empty where it does, else what was wrong.

    The engine's proxy takes a connection before it has found out whether the container does.
    """
    try:
        with socket.create_connection(address, timeout=seconds) as sock:
            if select.select([sock], [], [], _SETTLING)[0] and not sock.recv(1):
                return "the connection was closed at once"
    except OSError as error:
        return error.strerror or str(error)
    return ""


def _is_loopback(host: str) -> bool:
    return host in ("localhost", "::1") or host.startswith("127.")
