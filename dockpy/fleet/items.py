"""What the merged streams of a fleet consist of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Generic, Literal, TypeAlias, TypeVar

if TYPE_CHECKING:
    from dockpy.resources.container import Container

__all__ = ["FleetBack", "FleetItem", "FleetLost", "FleetMessage", "LogLine", "moment_of"]

T = TypeVar("T")


def moment_of(nanoseconds: int) -> datetime:
    """Nanoseconds since 1970, to the microsecond."""
    return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=nanoseconds // 1000)


@dataclass(frozen=True)
class FleetItem(Generic[T]):
    """Something of one daemon.

    Attributes:
        daemon: the daemon's name in the fleet.
        value: what it is.
        time: when it happened, by the daemon's clock, to the microsecond.
    """

    daemon: str
    value: T
    time: datetime


@dataclass(frozen=True)
class FleetLost:
    """A daemon is not there any more, or not yet; the others go on.

    Attributes:
        daemon: the daemon's name in the fleet.
        error: why.
        final: it is given up: nothing of it comes any more.
        time: when that was seen, by this machine's clock.
    """

    daemon: str
    error: Exception
    final: bool
    time: datetime


@dataclass(frozen=True)
class FleetBack:
    """A daemon is there again, and its stream goes on where it was.

    Attributes:
        daemon: the daemon's name in the fleet.
        seconds: how long it was away.
        time: when that was seen, by this machine's clock.
    """

    daemon: str
    seconds: float
    time: datetime


FleetMessage: TypeAlias = FleetItem[T] | FleetLost | FleetBack
"""What a merged stream yields: items, and markers."""


@dataclass(frozen=True)
class LogLine:
    """A line that a container has written; as a str, its text.

    Attributes:
        container: who wrote it.
        stream: where to.
        text: the line, without its end.
    """

    container: Container
    stream: Literal["stdout", "stderr"]
    text: str

    def __str__(self) -> str:
        return self.text
