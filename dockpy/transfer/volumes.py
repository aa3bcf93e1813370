"""Volumes from one daemon to another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.errors import DockpyError, InvalidArgument, NotFound
from dockpy.resources.volume import Volume
from dockpy.streams.untar import TarDecoder
from dockpy.transfer.carrier import PLACE, carrier, remove_abandoned
from dockpy.transfer.contents import fingerprint, is_empty
from dockpy.transfer.plan import Transfer
from dockpy.transfer.target import check_target

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dockpy.client import Client
    from dockpy.transfer.progress import Meter, OnProgress

__all__ = ["VolumeCopy", "copy_volume"]


class VolumeCopy:
    """The copying of one volume: ask `check` first, then `add_to` a transfer or do the parts.

    Args:
        volume: the volume.
        to: where it goes.
        name: its name there; None for the one that it has.
    """

    def __init__(self, volume: Volume, to: Client, *, name: str | None = None) -> None:
        self.volume = volume
        self.to: Client = check_target(to)
        self.name: str = volume.name if name is None else name
        self._there: Volume | None = None  # an empty one, which is filled
        self._same = False  # it is there, and holds all of it
        self._open = False  # what that holds was not looked at
        self._begun = False
        self._filled = False

    @property
    def target(self) -> Volume:
        """The volume there."""
        return Volume(self.to, self.name)

    def check(self, *, dry: bool = False) -> None:
        """Look at both daemons; nothing is changed, but for what an earlier transfer left half-made.

        Whether a volume that is there is empty is seen through a container that is not started.

        Args:
            dry: nothing is changed at all, so that it stays open what a volume that is there holds.

        Raises:
            InvalidArgument: a volume of that name is there and holds something else, is used, or is of
                another kind; or the volume is a swarm's.
            NotFound: the volume is not on its daemon.
        """
        self.volume.reload()
        if self.volume.attrs.get("ClusterVolume"):
            raise self._refusal("is a volume of its swarm, which every node has already")
        if self.to.daemon == self.volume.client.daemon and self.name == self.volume.name:
            raise self._refusal("cannot be copied onto itself: give another name=, or another daemon")
        half_made = False if dry else remove_abandoned(self.to, self.name)
        self._open = dry
        self._there = self._find()
        if half_made and self._there is not None:
            self._there.remove()
            self._there = None
        if self._there is None:
            return
        kind = (self._there.driver, self._there.options)
        if kind != (self.volume.driver, self.volume.options):
            raise self._refusal("is there already, with another driver or other options: give another name=")
        if self.to.containers.list(all=True, filters={"volume": self.name}):
            raise self._refusal("is there already, and a container uses it: give another name=")
        if dry or is_empty(self.to, self.name):
            return
        self._same = self._holds_the_same()
        if not self._same:
            raise self._refusal("is there already, and is not empty: give another name=")

    def add_to(self, transfer: Transfer) -> None:
        """Add what is to be done: nothing where it is there and holds the same."""
        if self._same:
            return
        verb = "create" if self._there is None else "use"
        unless = ", where it is empty or holds the same" if self._there is not None and self._open else ""
        transfer.step(
            f"volume {self.name}",
            f"{verb} the volume {self.name}{unless}",
            self.to.daemon,
            self.make,
            undo=self.unmake,
        )
        transfer.step(
            f"files of {self.name}",
            f"copy what the volume {self.volume.name} holds",
            self.to.daemon,
            self.fill,
            undo=self.empty,
            bytes=self._size() if transfer.measures else None,
        )

    def make(self, meter: Meter | None = None) -> None:
        """Create the volume there, where it is not there yet."""
        self._begun = True
        if self._there is None:
            self._create(self.volume)

    def unmake(self) -> None:
        """Remove the volume that was created."""
        if self._begun and self._there is None and (made := self._find()) is not None:
            made.remove()

    def fill(self, meter: Meter) -> None:
        """Copy what the volume holds; nothing happens where that is there.

        Raises:
            InvalidArgument: its driver's options lead to a place there that holds something else.
            InvalidResponse: the source's engine broke off.
        """
        if self._same:
            return
        if self._there is None and self.volume.options and not is_empty(self.to, self.name):
            if self._holds_the_same():  # its options lead to the same place
                return
            raise self._refusal(
                "holds something else as soon as it is made: its options lead to a place in use"
            )
        remove_abandoned(self.volume.client, self.volume.name)
        with (
            carrier(self.volume.client, self.volume.name, "read") as source,
            carrier(self.to, self.name, "write") as target,
        ):
            stream, _ = source.get_archive(PLACE)
            self._filled = True
            # Under its own name, not what it holds: so its root gets its owner, permissions and time as well.
            with stream:
                target.put_archive("/", _whole(meter.counted(stream)))

    def empty(self) -> None:
        """Take away what was copied into a volume that had been there: it is made anew."""
        if self._filled and self._there is not None:
            before = self._there
            if (found := self._find()) is not None:
                found.remove()
            self._create(before)

    def _create(self, like: Volume) -> None:
        self.to.volumes.create(
            self.name, driver=like.driver, driver_opts=like.options or None, labels=like.labels
        )

    def _find(self) -> Volume | None:
        try:
            found = self.to.volumes.get(self.name)
        except NotFound:
            return None
        return found

    def _size(self) -> int | None:
        try:
            size = self.volume.usage().size
        except DockpyError:  # engines may take long to walk all that they have: then nobody knows
            return None
        return size if size >= 0 else None

    def _holds_the_same(self) -> bool:
        ours = fingerprint(self.volume.client, self.volume.name)
        return ours == fingerprint(self.to, self.name)

    def _refusal(self, problem: str) -> InvalidArgument:
        return InvalidArgument(
            f"The volume {self.name} {problem}", subject=f"volume {self.name}", daemon=self.to.daemon
        )


def _whole(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """An archive as it comes.

    Raises:
        InvalidResponse: it broke off, which an engine cannot say once it has begun to answer.
    """
    decoder = TarDecoder()
    for piece in pieces:
        decoder.feed(piece)
        yield piece
    decoder.close()


def copy_volume(volume: Volume, to: Client, *, name: str | None, progress: OnProgress | None) -> Volume:
    """Copy a volume; see `Volume.copy`."""
    work = VolumeCopy(volume, to, name=name)
    work.check()
    transfer = Transfer(
        f"copy the volume {volume.name} from {volume.client.daemon} to {to.daemon}", progress=progress
    )
    work.add_to(transfer)
    transfer.run()
    return work.target
