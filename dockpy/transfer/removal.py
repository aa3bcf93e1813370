"""The end of a move: the container goes here, once it runs there."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from dockpy.errors import ConnectionFailed, DockpyError, InvalidResponse, NotFound
from dockpy.transfer.plan import Transfer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockpy.resources.container import Container
    from dockpy.transfer.plan import Do, Undo

__all__ = ["ContainerTransfer", "remove_source"]

logger: logging.Logger = logging.getLogger("dockpy")

_GONE_WITHIN = 30
"""Seconds that an engine may take to remove a container."""


class ContainerTransfer(Transfer):
    """A transfer that undoes nothing where the container may be gone already: what is there is all there is.

    Attributes:
        settled: the container here is gone, or may be.
        incomplete: something could not be undone.
    """

    settled: bool = False
    incomplete: bool = False

    def step(
        self,
        name: str,
        what: str,
        where: str,
        do: Do,
        *,
        undo: Undo | None = None,
        bytes: int | None = None,
        final: bool = False,
    ) -> None:
        """As of `Transfer.step`."""
        guarded = None if undo is None else lambda: self._undo_unless_settled(undo)
        super().step(name, what, where, do, undo=guarded, bytes=bytes, final=final)

    def _undo_unless_settled(self, undo: Undo) -> None:
        if self.settled:
            raise DockpyError("the container may be gone where it was, so this is kept")
        try:
            undo()
        except BaseException:
            self.incomplete = True
            raise


def remove_source(transfer: ContainerTransfer, container: Container, volumes: Sequence[str]) -> None:
    """Remove a container with its anonymous volumes, and these named ones, where nobody else uses them.

    Args:
        transfer: is told whether it is gone.
        container: the container.
        volumes: the names of volumes.

    Raises:
        DockpyError: it is still there, or may be.
    """
    try:
        _remove(container)
        transfer.settled = True
    except BaseException as error:
        gone = _is_gone(container, error)
        transfer.settled = gone is not False
        if gone is not True or not isinstance(error, DockpyError):
            raise
    for name in volumes:
        try:
            container.client.volumes.remove(name)
        except DockpyError as error:
            logger.warning("The volume %s stays on %s: %s", name, container.client.daemon, error)


def _remove(container: Container) -> None:
    try:
        container.remove(v=True, force=True)
    except (ConnectionFailed, InvalidResponse):  # the answer may be lost: asked again, the engine says so
        container.remove(v=True, force=True)


def _is_gone(container: Container, error: BaseException) -> bool | None:
    """Whether it is gone; None where nobody knows: the engine may be about to remove it."""
    try:
        container.reload()
        if container.status == "removing":
            container.wait(condition="removed", timeout=_GONE_WITHIN)
            return True
    except NotFound:
        return True
    except DockpyError:
        return None
    return None if isinstance(error, (ConnectionFailed, KeyboardInterrupt)) else False
