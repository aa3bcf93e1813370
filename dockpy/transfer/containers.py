"""Containers from one daemon to another, with their files, volumes and networks."""

from __future__ import annotations

import contextlib
import logging
from typing import TYPE_CHECKING, Any, Literal

from dockpy.errors import DockpyError, ImageNotFound, InvalidArgument, NotFound
from dockpy.ops import containers as ops
from dockpy.ops import networks as network_ops
from dockpy.reference import ImageReference, is_image_id
from dockpy.resources.base import require
from dockpy.resources.network import Network
from dockpy.resources.volume import Volume
from dockpy.transfer.images import ImageCopy
from dockpy.transfer.leftovers import Marker, commit_message, remove_commits
from dockpy.transfer.mounted import MountedVolume, mounted_volumes
from dockpy.transfer.networks import NetworkCopy
from dockpy.transfer.obstacles import obstacles
from dockpy.transfer.plan import Transfer
from dockpy.transfer.reception import check_reception, is_same_daemon
from dockpy.transfer.recreate import BUILT_IN_NETWORKS, Recreation, recreate
from dockpy.transfer.removal import ContainerTransfer, remove_source
from dockpy.transfer.standstill import Standstill
from dockpy.transfer.startup import come_up
from dockpy.transfer.target import check_target
from dockpy.transfer.volumes import VolumeCopy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockpy.client import Client
    from dockpy.resources.container import Container
    from dockpy.transfer.plan import Plan
    from dockpy.transfer.progress import Meter, OnProgress

__all__ = ["ContainerCopy", "transfer_container"]

logger: logging.Logger = logging.getLogger("dockpy")

_RUNS = ("running", "restarting", "paused")


class ContainerCopy:
    """The copying or moving of one container: `check`, then look at the `plan`, or `run` it.

    Args:
        container: the container.
        to: where it goes.
        moves: it is stopped here, and removed once it runs there; else it is paused meanwhile, and stays.
        name: its name there; None for the one that it has.
        volumes: its volumes go with it, and what they hold.
        networks: its networks are made there where they are missing, and it joins them.
        commit: what it has changed of its image's files goes with it.
        start: it shall run there; None: as here.
        binds: ``keep``: paths of the host that it has are there on the other host as well.
        wait: seconds that it may take there to become healthy, where it is healthy here; 0 not to wait.
        timeout: seconds of grace where it is stopped; None for its own.
        remove_volumes: its named volumes are removed here at the end, too.
        progress: is told of each step.
    """

    def __init__(
        self,
        container: Container,
        to: Client,
        *,
        moves: bool,
        name: str | None = None,
        volumes: bool = True,
        networks: bool = True,
        commit: bool = True,
        start: bool | None = None,
        binds: Literal["keep"] | None = None,
        wait: float = 60,
        timeout: float | None = None,
        remove_volumes: bool = False,
        progress: OnProgress | None = None,
    ) -> None:
        if binds not in (None, "keep"):
            raise InvalidArgument(f"binds={binds!r}: it takes 'keep' or None")
        self.source = container
        self.to: Client = check_target(to)
        self._moves = moves
        self._name = name
        self._with = {"volumes": volumes, "networks": networks, "commit": commit}
        self._start = start
        self._keep_binds = binds == "keep"
        self._wait = wait
        self._timeout = timeout
        self._remove_volumes = remove_volumes
        self._progress = progress
        self._marker = Marker(self.to, container.id)
        self._attrs: dict[str, Any] = {}
        self._stood: str | None = None  # with it, before an earlier attempt stopped it
        self._recreation: Recreation | None = None
        self._image: ImageCopy | None = None
        self._networks: list[NetworkCopy] = []
        self._volumes: list[VolumeCopy] = []
        self._new_volumes: list[str] = []  # that are not there yet
        self._committed: str | None = None
        self._made: Container | None = None

    # Looking

    def check(self, *, dry: bool = False) -> None:
        """Look at both daemons; nothing is changed, but for what an earlier attempt left.

        Args:
            dry: not even that is: it is in the way.

        Raises:
            InvalidArgument: something of it cannot go there; all of that is said.
            VersionMismatch: the engine there does not know something of it.
        """
        self.source.reload()
        attrs = self._attrs = self.source.attrs.to_dict()
        if is_same_daemon(self.to, self.source.id):
            raise self._refusal("is on that daemon already: to= takes the client of another one")
        found = obstacles(
            attrs, keep_binds=self._keep_binds, volumes=self._with["volumes"], leaves=self._moves
        )
        if found:
            raise self._refusal(f"cannot be made again elsewhere: {'; '.join(found)}")
        if self._marker.is_there():
            self._clear(dry)
        here: Mapping[str, Any] = self.source.client.info().to_dict()
        check_reception(self.to, self.name, attrs, here)
        self._recreation = recreate(
            attrs,
            self.to.api_version,
            image="",
            contents=self._with["volumes"],
            networks=self._with["networks"],
            host_name=here.get("Name"),
        )
        self._check_image()
        self._check_networks()
        self._check_volumes(dry)

    def _clear(self, dry: bool) -> None:
        """Take away what an earlier attempt left, but not what may be all that is left of the container."""
        if not self._runs_here:
            for made in self._marker.made():
                if made.status in _RUNS:
                    raise self._refusal(
                        f"does not run here, but on {self.to.daemon}, as {made.name}: an earlier move was "
                        "broken off before its end. Remove the one that is not wanted; where that one stays, "
                        f"remove the volumes {' and '.join(self._marker.volumes)} there"
                    )
        if dry:
            raise self._refusal(
                f"was on its way to {self.to.daemon}, and the attempt was broken off: the next removes what "
                "is left of it, and a dry run changes nothing"
            )
        before = self._marker.sweep()
        if self._status == "exited" and before.get("started") == self._started:  # that attempt has stopped it
            self._stood = before["status"]
        remove_commits(self.source.client, self.source.id)

    def _check_image(self) -> None:
        """The image that it is of goes with it, under the name that it is of, where that is free."""
        asked = str((self._attrs.get("Config") or {}).get("Image") or "")
        named = asked and not is_image_id(asked) and ImageReference.parse(asked).digest is None
        work = ImageCopy(self.source.image, self.to, names=[asked] if named else [], yields=True)
        try:
            work.check()
        except ImageNotFound:  # it was removed by force, and the container has its files
            if not self._with["commit"]:
                raise
            return
        self._image = work

    def _check_networks(self) -> None:
        known: Mapping[str, Any] = (self._attrs.get("NetworkSettings") or {}).get("Networks") or {}
        for name, told in known.items() if self._with["networks"] else ():
            if name not in BUILT_IN_NETWORKS:
                network = Network(self.source.client, (told or {}).get("NetworkID") or name)
                fixed = any(((told or {}).get("IPAMConfig") or {}).values())
                work = NetworkCopy(network, self.to, subnets=True if fixed else "auto")
                try:
                    work.check()
                except NotFound as error:
                    raise self._refusal(
                        f"is on the network {name}, which is gone: disconnect it, or networks=False"
                    ) from error
                self._networks.append(work)

    def _check_volumes(self, dry: bool) -> None:
        there = {volume.name for volume in self.to.volumes.list()}
        named = dict.fromkeys(volume.name for volume in self._mounted() if not volume.anonymous)
        self._new_volumes = [name for name in named if name not in there]
        for name in named if self._with["volumes"] else ():
            work = VolumeCopy(Volume(self.source.client, name), self.to)
            work.check(dry=dry)
            self._volumes.append(work)

    def _mounted(self) -> list[MountedVolume]:
        return mounted_volumes(self._attrs)

    # Planning

    @property
    def name(self) -> str:
        """Its name there."""
        return self._name or self.source.name

    def transfer(self) -> Transfer:
        """All that is to be done, in order; nothing is done yet."""
        verb = "move" if self._moves else "copy"
        here, there, name = self.source.client.daemon, self.to.daemon, self.name
        transfer = ContainerTransfer(
            f"{verb} the container {self.source.name} from {here} to {there}", progress=self._progress
        )
        still = Standstill(self.source, self._status, stops=self._moves, timeout=self._timeout)
        what = f"list what is made in the volume {self._marker.name}"
        # Of Transfer: this one is undone even where the container here may be gone.
        Transfer.step(transfer, "list", what, there, self._mark, undo=lambda: self._unmark(transfer))
        if self._image is not None:
            self._image.add_to(transfer)
        for network in self._networks:
            network.add_to(transfer)
        still.add_to(transfer)
        if self._with["commit"]:
            what = f"copy what {self.source.name} has changed of its image's files, as an image"
            transfer.step("changes", what, there, self._commit, undo=self._uncommit)
        for volume in self._volumes:
            volume.add_to(transfer)
        transfer.step(
            f"container {name}", f"create the container {name}", there, self._create, undo=self._discard
        )
        for mounted in self._mounted():
            if mounted.anonymous and self._with["volumes"]:
                self._add_anonymous(transfer, mounted)
        assert self._recreation is not None
        if self._recreation.joins or self._recreation.leaves:
            networks = ", ".join(self._recreation.joins) or "no network"
            transfer.step("connect", f"connect {name} to {networks}", there, self._connect)
        still.add_end_to(transfer)
        transfer.step("name", f"name the container {name}", there, self._rename)
        if self._runs:
            how = "start and pause" if (self._stood or self._status) == "paused" else "start"
            transfer.step(f"start {name}", f"{how} the container {name}", there, self._run)
        if self._moves:
            volumes = [work.volume.name for work in self._volumes] if self._remove_volumes else []
            also = (
                f", its anonymous volumes and {', '.join(volumes)}"
                if volumes
                else " and its anonymous volumes"
            )
            transfer.step(
                f"remove {self.source.name}",
                f"remove the container {self.source.name}{also}",
                here,
                lambda meter: remove_source(transfer, self.source, volumes),
            )
        transfer.step("done", "remove the list of what is made", there, lambda meter: self._finish(transfer))
        return transfer

    def _add_anonymous(self, transfer: Transfer, volume: MountedVolume) -> None:
        def fill(meter: Meter) -> None:
            assert self._made is not None
            made = {str(each.get("Destination")): each for each in self._made.attrs.get("Mounts") or []}
            ours = Volume(self.source.client, volume.name)
            VolumeCopy(ours, self.to, name=made[volume.destination]["Name"]).fill(meter)

        what = f"copy what the volume at {volume.destination} holds"
        transfer.step(f"files of {volume.destination}", what, self.to.daemon, fill)

    @property
    def _status(self) -> str:
        return str((self._attrs.get("State") or {}).get("Status") or "")

    @property
    def _started(self) -> str:
        return str((self._attrs.get("State") or {}).get("StartedAt") or "")

    @property
    def _runs(self) -> bool:
        return (self._stood or self._status) in _RUNS if self._start is None else self._start

    @property
    def _runs_here(self) -> bool:
        return self._status in _RUNS

    # Doing

    def run(self) -> Container:
        """Do it.

        Returns:
            The container there.

        Raises:
            TransferError: a step failed; both daemons are as they were, or the error says what is not.
        """
        with self._marker.mark.at_work():
            self.transfer().run()
        assert self._made is not None
        self._made.stale()
        return self._made

    def _mark(self, meter: Meter) -> None:
        made = None if self._image is None or self._image.exists else self._image
        self._marker.put(
            image="" if made is None else made.name or made.image.id,
            networks=[work.name for work in self._networks if not work.exists],
            volumes=self._new_volumes,
            state={"status": self._stood or self._status, "started": self._started},
        )

    def _unmark(self, transfer: ContainerTransfer) -> None:
        if (
            transfer.incomplete and not transfer.settled
        ):  # an engine that does not answer may still do what it was asked for
            raise DockpyError("something is left, and another attempt finds it by this list")
        self._marker.remove()

    def _finish(self, transfer: ContainerTransfer) -> None:
        try:
            self._marker.remove()
        except DockpyError:
            if not transfer.settled:
                raise
            try:
                self._marker.remove()
            except DockpyError as error:  # it has moved, all the same
                logger.warning("The volume %s stays on %s: %s", self._marker.name, self.to.daemon, error)

    def _commit(self, meter: Meter) -> None:
        if self._image is not None and not self._changed():
            return
        made = self.source.commit(message=commit_message(self.source.id))
        work = ImageCopy(made, self.to, names=[])
        work.check()
        work.send(meter)
        self._committed = work.target.id
        self.source.client.images.remove(made.id, noprune=True)

    def _changed(self) -> bool:
        """Whether it has changed files; the folders that volumes are mounted at are no change."""
        places = {str(mount.get("Destination")) for mount in self._attrs.get("Mounts") or []}
        return any(
            change.get("Kind") != 1 or change.get("Path") not in places for change in self.source.diff()
        )

    def _uncommit(self) -> None:
        for client in (self.source.client, self.to):  # the one that answers first
            remove_commits(client, self.source.id)

    def _create(self, meter: Meter) -> None:
        assert self._recreation is not None
        request = self._recreation.request
        request.image = self._committed
        if request.image is None and self._image is not None:
            request.image = self._image.name or self._image.target.id
        answer = self.to.api.call(ops.CREATE, query={"name": self._marker.name}, body=request)
        self._made = self.to.containers.known(require(self.to, answer, "Id", "container"))
        self._marker.claim(self._made.id)
        for warning in answer.get("Warnings") or []:
            logger.warning("container %s on %s: %s", self.name, self.to.daemon, warning)

    def _discard(self) -> None:
        made = None if self._made is None else self._made.id
        try:
            self._marker.discard(made)
        except DockpyError as error:
            name = made[:12] if made else self._marker.name
            raise DockpyError(
                f"it may be left; another attempt removes it, as docker rm -f -v {name} does: {error}"
            ) from error
        for name in self._new_volumes if not self._with["volumes"] else ():
            with contextlib.suppress(NotFound):
                self.to.volumes.remove(name)

    def _connect(self, meter: Meter) -> None:
        assert self._recreation is not None
        assert self._made is not None
        if self._recreation.leaves:
            self.to.networks.get(self._recreation.leaves).disconnect(self._made, force=True)
        for name, settings in self._recreation.joins.items():
            body = {"container": self._made.id, "endpoint_config": settings}
            self.to.api.call(network_ops.CONNECT, {"id": name}, body=body)
        self._made.stale()

    def _rename(self, meter: Meter) -> None:
        """It has its name before it is started: its log and its networks have it from the beginning."""
        assert self._made is not None
        self._made.rename(self.name)

    def _run(self, meter: Meter) -> None:
        assert self._made is not None
        healthy = ((self._attrs["State"].get("Health") or {}).get("Status")) == "healthy"
        come_up(
            self._made,
            paused=(self._stood or self._status) == "paused",
            healthy_within=self._wait if healthy else 0,
        )

    def _refusal(self, problem: str) -> InvalidArgument:
        return InvalidArgument(
            f"The container {self.source.name} {problem}",
            subject=f"container {self.source.name}",
            daemon=self.source.client.daemon,
        )


def transfer_container(work: ContainerCopy, *, dry_run: bool) -> Container | Plan:
    """Check, and do it or tell what would be done; see `Container.copy` and `Container.move`."""
    work.check(dry=dry_run)
    return work.transfer().plan if dry_run else work.run()
