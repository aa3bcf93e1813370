"""What happens in an engine, told as it happens."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import Field

from dockpy.wire.base import Model, Name, Until
from dockpy.wire.figures import figure

__all__ = ["EventActor", "EventMessage"]


class EventActor(Model):
    """What an event happened to."""

    id: Annotated[str, Name("ID")] = ""
    attributes: dict[str, str] = {}  # its labels, and what belongs to the action


class EventMessage(Model):
    """Something that happened; of the type ``dockpy``, that the stream had to connect again."""

    type: str = ""  # builder config container daemon image network node plugin secret service volume
    action: str = ""  # what comes after a colon belongs to the action: exec_create: ls
    actor: EventActor = Field(default_factory=EventActor)
    scope: Annotated[str, Name("scope")] = ""  # local | swarm
    time: Annotated[int, Name("time")] = 0  # seconds since 1970
    time_nano: Annotated[int, Name("timeNano")] = 0  # the same in nanoseconds

    # Of containers and images only, and deprecated since long: action, actor.id, the container's image
    status: Annotated[str | None, Name("status"), Until("1.52")] = None
    id: Annotated[str | None, Name("id"), Until("1.52")] = None
    from_: Annotated[str | None, Name("from"), Until("1.52")] = None

    @property
    @figure
    def when(self) -> datetime:
        """When it happened, to the microsecond (`time_nano` has more)."""
        nanoseconds = self.time_nano
        since = timedelta(microseconds=nanoseconds // 1000) if nanoseconds else timedelta(seconds=self.time)
        return datetime.fromtimestamp(0, UTC) + since
