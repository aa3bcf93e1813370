"""One container."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from dockpy.errors import InvalidArgument
from dockpy.ops import containers as ops
from dockpy.options.values import container_name, one_of
from dockpy.resources.attach import ContainerAttach
from dockpy.resources.base import parse_time
from dockpy.resources.files import ContainerFiles
from dockpy.resources.lifetime import ContainerLifetime
from dockpy.resources.moving import ContainerMoves
from dockpy.resources.processes import ContainerProcesses
from dockpy.resources.readiness import ContainerReadiness
from dockpy.resources.stats import ContainerStats
from dockpy.wire.document import Document

if TYPE_CHECKING:
    from datetime import datetime

    from dockpy.resources.image import Image
    from dockpy.wire.containers import (
        ContainerInspectResponse,
        ContainerWaitResponse,
        FilesystemChange,
    )
    from dockpy.wire.mounts import MountPoint
    from dockpy.wire.networks import EndpointSettings

__all__ = ["Container"]


class Container(
    ContainerAttach,
    ContainerFiles,
    ContainerLifetime,
    ContainerMoves,
    ContainerReadiness,
    ContainerProcesses,
    ContainerStats,
):
    """A container: a process, its files, its networks."""

    # What it is

    @property
    def name(self) -> str:
        """Its name."""
        known = self._known
        names = known.get("Names") or [known.get("Name") or ""]
        own = names[0]
        if len(names) > 1:  # links to it are listed among its names: /other/alias
            own = next((name for name in names if name.count("/") <= 1), own)
        return str(own).removeprefix("/")

    @property
    def status(self) -> str:
        """``created``, ``running``, ``paused``, ``restarting``, ``removing``, ``exited`` or ``dead``."""
        state = self._known.get("State") or ""
        if isinstance(state, str):
            return state
        return str(state.get("Status") or "") if isinstance(state, Mapping) else str(state)

    @property
    def image(self) -> Image:
        """The image that it was made of; read further, it is loaded."""
        known = self._known
        return self.client.images.known(str(known.get("ImageID") or known.get("Image") or ""))

    @property
    def labels(self) -> dict[str, str]:
        """Its labels."""
        known = self._known
        return dict(known.get("Labels") or (known.get("Config") or {}).get("Labels") or {})

    @property
    def created(self) -> datetime | None:
        """When it was created."""
        return parse_time(self._known.get("Created"))

    @property
    def ports(self) -> dict[str, list[dict[str, str]] | None]:
        """Its ports: ``{"80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "8080"}], "443/tcp": None}``."""
        known = self._known
        settings = known.get("NetworkSettings") or {}
        if "Ports" in settings:
            return dict(settings["Ports"] or {})
        ports: dict[str, list[dict[str, str]] | None] = {}
        for entry in known.get("Ports") or []:
            key = f"{entry.get('PrivatePort')}/{entry.get('Type') or 'tcp'}"
            if public := entry.get("PublicPort"):
                binding = {"HostIp": str(entry.get("IP") or ""), "HostPort": str(public)}
                ports[key] = [*(ports.get(key) or []), binding]
            else:
                ports.setdefault(key, None)
        return ports

    @property
    def networks(self) -> dict[str, EndpointSettings]:
        """The networks that it is connected to, and how."""
        settings = self._known.get("NetworkSettings") or {}
        return {
            name: Document.of(endpoint, "networks.EndpointSettings")
            for name, endpoint in (settings.get("Networks") or {}).items()
        }

    @property
    def mounts(self) -> list[MountPoint]:
        """What is mounted into it."""
        return [Document.of(mount, "mounts.MountPoint") for mount in self._known.get("Mounts") or []]

    def inspect(self) -> ContainerInspectResponse:
        """Everything the engine says of it, asked anew.

        Operation: ContainerInspect.
        """
        self.reload()
        return self.attrs

    # What it does

    def start(self, *, detach_keys: str | None = None) -> None:
        """Start it; nothing happens where it runs already.

        Args:
            detach_keys: the keys that detach a terminal from it.

        Raises:
            NotFound: it is not there any more, or something it needs is not (a network).
            BadParameter: its command cannot be run.

        Operation: ContainerStart.
        """
        self._do(ops.START, detachKeys=detach_keys)

    def stop(self, *, timeout: float | None = None, signal: str | None = None) -> None:
        """Stop it: its stop signal, and SIGKILL where it still runs after the grace; nothing happens where it
        does not run.

        Args:
            timeout: seconds of grace; -1 for as long as it takes. Its own ``stop_timeout``, or 10, where none
                is given; only the engine knows it, so there is no limit to the answer then.
            signal: the signal to send first, in place of its own (API 1.42).

        Operation: ContainerStop.
        """
        self._do(ops.STOP, takes=_grace(timeout), t=_seconds(timeout), signal=signal)

    def restart(self, *, timeout: float | None = None, signal: str | None = None) -> None:
        """Stop it, where it runs, and start it. Arguments as of `stop`.

        Operation: ContainerRestart.
        """
        self._do(ops.RESTART, takes=_grace(timeout), t=_seconds(timeout), signal=signal)

    def kill(self, signal: str | int | None = None) -> None:
        """Send it a signal.

        Args:
            signal: its name or number; SIGKILL where none is given.

        Raises:
            Conflict: it does not run.

        Operation: ContainerKill.
        """
        self._do(ops.KILL, signal=signal)

    def pause(self) -> None:
        """Suspend all its processes.

        Operation: ContainerPause.
        """
        self._do(ops.PAUSE)

    def unpause(self) -> None:
        """Resume its processes.

        Operation: ContainerUnpause.
        """
        self._do(ops.UNPAUSE)

    def rename(self, name: str) -> None:
        """Give it another name.

        Raises:
            InvalidArgument: the engine does not take such a name.
            Conflict: the name is taken.

        Operation: ContainerRename.
        """
        self._do(ops.RENAME, name=container_name(name))

    def remove(self, *, v: bool = False, link: bool = False, force: bool = False) -> None:
        """Remove it.

        Args:
            v: its anonymous volumes too.
            link: remove the link of that name, not the container.
            force: kill it first, where it runs.

        Raises:
            Conflict: it runs, and force was not given.
            NotFound: it is not there any more.

        Operation: ContainerDelete.
        """
        query = {"v": v or None, "link": link or None, "force": force or None}
        self.client.api.call(ops.DELETE, {"id": self.id}, query)  # what was known of it stays so

    def wait(
        self,
        *,
        timeout: float | None = None,
        condition: Literal["not-running", "next-exit", "removed"] | None = None,
    ) -> ContainerWaitResponse:
        """Wait until it has stopped.

        Args:
            timeout: seconds to wait; None for as long as it takes.
            condition: ``not-running`` (what the engine does where none is given), ``next-exit``, ``removed``.

        Returns:
            Its exit status: ``.status_code``, or ``["StatusCode"]``.

        Raises:
            InvalidArgument: the condition is none of these.
            TimedOut: it did not stop in time.
            NotFound: it is not there.

        Operation: ContainerWait.
        """
        if condition is not None:  # engines before 23 take any other for ``not-running``
            one_of("not-running", "next-exit", "removed")("condition", condition)
            if not condition:
                raise InvalidArgument("condition='': it takes 'not-running' or 'next-exit' or 'removed'")
        # One that has stopped already is answered at once: that much time 0 has too.
        limit = (
            self.client.stream_timeout if timeout is None else max(timeout, 0.05) if timeout >= 0 else timeout
        )
        api = self.client.with_options(stream_timeout=limit).api
        try:
            return api.call(ops.WAIT, {"id": self.id}, {"condition": condition})
        finally:
            self.stale()

    # What it holds

    def diff(self) -> list[FilesystemChange]:
        """Which files it has added (kind 1), changed (0) or deleted (2) since it was made.

        Operation: ContainerChanges.
        """
        return self.client.api.call(ops.CHANGES, {"id": self.id})


def _grace(timeout: float | None) -> float:
    """How long the engine may take to stop a container, in seconds."""
    return math.inf if timeout is None or timeout < 0 else timeout


def _seconds(timeout: float | None) -> int | None:
    """Whole seconds, as the engine counts; a part of one is a whole one."""
    return None if timeout is None else int(-(-timeout // 1))
