"""One container on the daemon of a fleet that has most room.

This is no orchestrator: the daemons are asked, one is chosen, and the container is made there. Nothing is
reserved, nothing is moved later, and nothing starts it elsewhere when its daemon goes.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar, overload

from dockpy.client import Client
from dockpy.errors import FleetError, InvalidArgument, NotFound

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typing_extensions import Unpack

    from dockpy.fleet.results import FleetResults
    from dockpy.options.containers import CreateOptions
    from dockpy.resources.container import Container
    from dockpy.resources.feed import Input
    from dockpy.resources.image import Image
    from dockpy.resources.output import RunOutput
    from dockpy.resources.run import RunStream

__all__ = ["FleetRun", "Placement", "Spread"]

T = TypeVar("T")
Spread: TypeAlias = Literal["memory", "containers"] | Callable[[Mapping[str, Client]], str]
"""How a daemon is chosen: see `FleetRun.place`."""

logger: logging.Logger = logging.getLogger("dockpy")


@dataclass(frozen=True, slots=True)
class Placement:
    """Which daemon was chosen, and what it was chosen by.

    Attributes:
        name: the daemon's name.
        client: its client.
        measured: by daemon, bytes of free memory or how many containers run; empty where a function chose.
        errors: why daemons were passed over.
    """

    name: str
    client: Client
    measured: dict[str, int] = field(default_factory=dict[str, int])
    errors: dict[str, Exception] = field(default_factory=dict[str, Exception])


class FleetRun(Mapping[str, Client]):
    """The part of a fleet that runs a container on one of its daemons."""

    def _gather(self, function: Callable[[str, Client], T], timeout: float | None) -> FleetResults[T]:
        raise NotImplementedError

    def place(self, spread: Spread = "containers") -> Placement:
        """Choose a daemon for a container. Among equals it is the first one in the fleet's order.

        Args:
            spread: ``"containers"``: the one on which the fewest containers run. ``"memory"``: the one with
                most free memory: its host's memory less, for every container that runs, the container's
                limit, or where it has none what it uses right now; other processes of the host are not
                counted. Or a function: it gets the fleet, and returns a daemon's name.

        Returns:
            The choice. Daemons that did not answer are passed over; its ``errors`` say which, and why.

        Raises:
            InvalidArgument: ``spread`` is none of these, or its function returned what is no daemon's name.
            FleetError: no daemon answered.
        """
        if not self:
            raise InvalidArgument("There is no daemon in the fleet to run it on")
        if callable(spread):
            name = spread(self)
            if not isinstance(name, str) or name not in self:
                raise InvalidArgument(f"spread returned {name!r}; it takes one of {', '.join(self)}")
            return Placement(name, self[name])
        measures = {"memory": _used_memory, "containers": _running_containers}
        if not isinstance(spread, str) or spread not in measures:
            raise InvalidArgument(f"spread={spread!r}: it takes 'memory', 'containers', or a function")
        results = self._gather(lambda _, client: measures[spread](client), None)
        measured = results.succeeded
        if not measured:
            raise FleetError.of(results.errors, len(self))
        name = min(measured, key=lambda name: measured[name])
        numbers = {name: -number if spread == "memory" else number for name, number in measured.items()}
        return Placement(name, self[name], numbers, results.errors)

    @overload
    def run(
        self,
        image: str | Image,
        command: str | Sequence[str] | None = None,
        *,
        spread: Spread = "containers",
        stdout: bool = True,
        stderr: bool = False,
        stream: Literal[False] = False,
        detach: Literal[False] = False,
        remove: bool = False,
        input: Input | None = None,
        **options: Unpack[CreateOptions],
    ) -> RunOutput: ...

    @overload
    def run(
        self,
        image: str | Image,
        command: str | Sequence[str] | None = None,
        *,
        spread: Spread = "containers",
        stdout: bool = True,
        stderr: bool = False,
        stream: Literal[True],
        detach: Literal[False] = False,
        remove: bool = False,
        input: Input | None = None,
        **options: Unpack[CreateOptions],
    ) -> RunStream: ...

    @overload
    def run(
        self,
        image: str | Image,
        command: str | Sequence[str] | None = None,
        *,
        spread: Spread = "containers",
        stdout: bool = True,
        stderr: bool = False,
        detach: Literal[True],
        remove: bool = False,
        **options: Unpack[CreateOptions],
    ) -> Container: ...

    def run(
        self,
        image: str | Image,
        command: str | Sequence[str] | None = None,
        *,
        spread: Spread = "containers",
        **options: Any,
    ) -> RunOutput | RunStream | Container:
        """Run a command in a new container on the daemon that has most room; ``select`` says among which.

        It is no orchestrator: the daemon is chosen once, by what it says at that moment. Two callers at the
        same time may choose the same one, and a container whose daemon goes is started nowhere else.

        Args:
            image: the image, its name or id; pulled where it is missing.
            command: what to run; a str is split as a shell would. None for the image's own.
            spread: how the daemon is chosen: ``"containers"``, ``"memory"``, or a function; see `place`.
            **options: ``stdout``, ``stderr``, ``stream``, ``detach``, ``remove``, ``input``, and those of
                `CreateOptions`; as of ``client.containers.run``.

        Returns:
            As of ``client.containers.run``: a `RunOutput`; with ``stream`` a `RunStream`; with ``detach`` the
            `Container`, whose ``client`` is that of the daemon that was chosen.

        Raises:
            FleetError: no daemon answered. Those that did not, where others did, are passed over, with a
                warning in the log.
            ContainerError: as all else of ``client.containers.run``.

        Operation: SystemInfo, ContainerCreate, ContainerAttach, ContainerWait, ContainerStart.
        """
        placement = self.place(spread)
        for name, error in placement.errors.items():
            logger.warning("daemon %s is passed over: %s", name, error)
        run: Callable[..., RunOutput | RunStream | Container] = placement.client.containers.run
        return run(image, command, **options)


def _running_containers(client: Client) -> int:
    return client.info().containers_running


def _used_memory(client: Client) -> int:
    """The less the better: the memory that running containers take, less all that the host has."""
    total = client.info().mem_total
    return sum(_taken(container, total) for container in client.containers.list()) - total


def _taken(container: Container, total: int) -> int:
    """The memory that a container may take, or where nothing limits it, what it does take."""
    try:
        sample = container.stats(one_shot=True)
    except NotFound:  # it has ended
        return 0
    limit = sample.memory_stats.limit if sample.memory_stats else None
    return limit if limit and limit < total else sample.memory_usage  # no limit: the host's memory is told
