"""A container on another daemon."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, cast, overload

from dockpy.resources.part import ContainerPart

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockpy.client import Client
    from dockpy.resources.container import Container
    from dockpy.transfer.plan import Plan
    from dockpy.transfer.progress import CopyProgress

__all__ = ["ContainerMoves"]


class ContainerMoves(ContainerPart):
    """The part of a container that brings it to another daemon."""

    @overload
    def copy(
        self,
        *,
        to: Client,
        name: str | None = None,
        volumes: bool = True,
        networks: bool = True,
        commit: bool = True,
        start: bool | None = None,
        binds: Literal["keep"] | None = None,
        wait: float = 60,
        dry_run: Literal[False] = False,
        progress: Callable[[CopyProgress], object] | None = None,
    ) -> Container: ...

    @overload
    def copy(
        self,
        *,
        to: Client,
        name: str | None = None,
        volumes: bool = True,
        networks: bool = True,
        commit: bool = True,
        start: bool | None = None,
        binds: Literal["keep"] | None = None,
        wait: float = 60,
        dry_run: Literal[True],
        progress: Callable[[CopyProgress], object] | None = None,
    ) -> Plan: ...

    def copy(
        self,
        *,
        to: Client,
        name: str | None = None,
        volumes: bool = True,
        networks: bool = True,
        commit: bool = True,
        start: bool | None = None,
        binds: Literal["keep"] | None = None,
        wait: float = 60,
        dry_run: bool = False,
        progress: Callable[[CopyProgress], object] | None = None,
    ) -> Container | Plan:
        """Make it again on another daemon: the same configuration, networks, volumes and files.

        It is paused while its files are read, and goes on. What it has in memory stays here.

        Args:
            to: a client of the other daemon.
            name: its name there; its own where none is given.
            volumes: copy its volumes and what they hold; else it gets those of their names there, or new
                ones.
            networks: make its networks there where they are missing, and join them; else it joins the default
                one.
            commit: copy what it has changed of its image's files, as an image.
            start: whether it runs there; None: as here.
            binds: ``keep``: the paths of the host that it has are there on the other host as well. Else a
                container that has some is refused.
            wait: seconds that it may take to become healthy there, where it is healthy here; 0 not to wait.
            dry_run: tell what would be done; nothing is.
            progress: called with each step, and now and then with how far it is.

        Returns:
            The container there; with ``dry_run``, the `Plan`.

        Raises:
            InvalidArgument: something of it cannot be there, or its name or a port is in use there; all of
                that is said, and nothing was done.
            VersionMismatch: the engine there does not know something of it; nothing was done.
            TransferError: a step failed; what had been done was undone.

        Operation: ImageCommit, ImageLoad, NetworkCreate, VolumeCreate, ContainerCreate, ContainerStart.
        """
        from dockpy.transfer.containers import ContainerCopy, transfer_container

        work = ContainerCopy(
            cast("Container", self),
            to,
            moves=False,
            name=name,
            volumes=volumes,
            networks=networks,
            commit=commit,
            start=start,
            binds=binds,
            wait=wait,
            progress=progress,
        )
        return transfer_container(work, dry_run=dry_run)

    @overload
    def move(
        self,
        *,
        to: Client,
        name: str | None = None,
        volumes: bool = True,
        networks: bool = True,
        commit: bool = True,
        start: bool | None = None,
        binds: Literal["keep"] | None = None,
        wait: float = 60,
        timeout: float | None = None,
        remove_volumes: bool = False,
        dry_run: Literal[False] = False,
        progress: Callable[[CopyProgress], object] | None = None,
    ) -> Container: ...

    @overload
    def move(
        self,
        *,
        to: Client,
        name: str | None = None,
        volumes: bool = True,
        networks: bool = True,
        commit: bool = True,
        start: bool | None = None,
        binds: Literal["keep"] | None = None,
        wait: float = 60,
        timeout: float | None = None,
        remove_volumes: bool = False,
        dry_run: Literal[True],
        progress: Callable[[CopyProgress], object] | None = None,
    ) -> Plan: ...

    def move(
        self,
        *,
        to: Client,
        name: str | None = None,
        volumes: bool = True,
        networks: bool = True,
        commit: bool = True,
        start: bool | None = None,
        binds: Literal["keep"] | None = None,
        wait: float = 60,
        timeout: float | None = None,
        remove_volumes: bool = False,
        dry_run: bool = False,
        progress: Callable[[CopyProgress], object] | None = None,
    ) -> Container | Plan:
        """Move it to another daemon: it is stopped here, made again there, started, and then removed here.

        What it has in memory is lost, as by a restart. Where a step fails, it is started again here, and
        nothing of it is left there.

        Args:
            to: a client of the other daemon.
            name: its name there; its own where none is given.
            volumes: as of `copy`.
            networks: as of `copy`.
            commit: as of `copy`.
            start: as of `copy`.
            binds: as of `copy`.
            wait: as of `copy`.
            timeout: seconds of grace where it is stopped, as of `stop`.
            remove_volumes: remove its named volumes here, too, those that no other container uses. Anonymous
                ones go with it.
            dry_run: tell what would be done; nothing is.
            progress: as of `copy`.

        Returns:
            The container there; with ``dry_run``, the `Plan`.

        Raises:
            InvalidArgument: something of it cannot be there, or its name or a port is in use there; all of
                that is said, and nothing was done.
            VersionMismatch: the engine there does not know something of it; nothing was done.
            TransferError: a step failed; what had been done was undone.

        Operation: ContainerStop, ImageCommit, ImageLoad, NetworkCreate, VolumeCreate, ContainerCreate,
            ContainerStart, ContainerDelete.
        """
        from dockpy.transfer.containers import ContainerCopy, transfer_container

        work = ContainerCopy(
            cast("Container", self),
            to,
            moves=True,
            name=name,
            volumes=volumes,
            networks=networks,
            commit=commit,
            start=start,
            binds=binds,
            wait=wait,
            timeout=timeout,
            remove_volumes=remove_volumes,
            progress=progress,
        )
        return transfer_container(work, dry_run=dry_run)
