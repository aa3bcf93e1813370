"""A container stands still while it is copied, and goes on as before where that fails."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Literal

from dockpy.errors import ApiError

if TYPE_CHECKING:
    from dockpy.resources.container import Container
    from dockpy.transfer.plan import Transfer
    from dockpy.transfer.progress import Meter

__all__ = ["Standstill"]


class Standstill:
    """A container that does not change for a while.

    Args:
        container: the container.
        status: how it stood with it.
        stops: it is stopped, so that it can write down what it knows; else it is paused.
        timeout: seconds of grace where it is stopped; None for its own.
    """

    def __init__(
        self, container: Container, status: str, *, stops: bool, timeout: float | None = None
    ) -> None:
        self._container = container
        self._ran = status in ("running", "restarting")  # a paused one stands still already
        self._stops = stops
        self._timeout = timeout
        self._answered = True

    def add_to(self, transfer: Transfer) -> None:
        """Add the step, where there is one."""
        name, where = self._container.name, self._container.client.daemon
        if self._ran:
            verb = "stop" if self._stops else "pause"
            transfer.step(f"{verb} {name}", f"{verb} the container {name}", where, self.begin, undo=self.end)

    def add_end_to(self, transfer: Transfer) -> None:
        """Add the step that lets it go on, where it was paused."""
        name, where = self._container.name, self._container.client.daemon
        if self._ran and not self._stops:
            transfer.step(f"resume {name}", f"resume the container {name}", where, lambda meter: self.end())

    def begin(self, meter: Meter) -> None:
        """Let it stand still."""
        self._answered = False
        try:
            if self._stops:
                self._container.stop(timeout=self._timeout)
            else:
                self._container.pause()
        except ApiError:
            self._answered = True  # whatever was done of it is done
            raise
        self._answered = True

    def end(self) -> None:
        """Let it go on as before."""
        self._container.stale()
        status: Literal["running", "paused"] | str = self._container.status
        if not self._stops:
            if status == "paused":
                self._container.unpause()
        elif status not in ("running", "restarting"):
            self._container.start()
        elif not self._answered:  # it may be about to stop
            self._container.restart(timeout=self._timeout)
            with contextlib.suppress(ApiError):
                self._container.reload()
