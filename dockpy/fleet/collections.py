"""The collections of a fleet: what each daemon's collection does, on all of them at once.

Arguments are those of the daemon's method, and so are the types of what comes back, by daemon. ``list`` gives
one flat list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from dockpy.fleet.fanned import Fanned, FannedList
from dockpy.resources.base import Collection
from dockpy.resources.configs import ConfigCollection
from dockpy.resources.containers import ContainerCollection
from dockpy.resources.images import ImageCollection
from dockpy.resources.networks import NetworkCollection
from dockpy.resources.nodes import NodeCollection
from dockpy.resources.plugins import PluginCollection
from dockpy.resources.secrets import SecretCollection
from dockpy.resources.services import ServiceCollection
from dockpy.resources.tasks import TaskCollection
from dockpy.resources.volumes import VolumeCollection

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockpy.fleet.fleet import Fleet
    from dockpy.fleet.results import FleetResults

__all__ = [
    "FleetConfigs",
    "FleetContainers",
    "FleetImages",
    "FleetNetworks",
    "FleetNodes",
    "FleetPlugins",
    "FleetSecrets",
    "FleetServices",
    "FleetTasks",
    "FleetVolumes",
]

C = TypeVar("C", bound=Collection)
T = TypeVar("T")


class _FleetCollection(Generic[C]):
    """The objects of one kind on all daemons."""

    _of: type[C]

    def __init__(self, fleet: Fleet) -> None:
        self.fleet = fleet

    def _fan(self, call: Callable[[C], T]) -> FleetResults[T]:
        return self.fleet._fan(lambda client: call(self._of(client)))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.fleet!r}>"


class FleetContainers(_FleetCollection[ContainerCollection]):
    """The containers of all daemons: ``fleet.containers``."""

    _of = ContainerCollection
    list = FannedList(ContainerCollection.list)
    get = Fanned(ContainerCollection.get)
    create = Fanned(ContainerCollection.create)
    remove = Fanned(ContainerCollection.remove)
    prune = Fanned(ContainerCollection.prune)


class FleetImages(_FleetCollection[ImageCollection]):
    """The images of all daemons: ``fleet.images``."""

    _of = ImageCollection
    list = FannedList(ImageCollection.list)
    get = Fanned(ImageCollection.get)
    history = Fanned(ImageCollection.history)
    pull = Fanned(ImageCollection.pull)
    tag = Fanned(ImageCollection.tag)
    remove = Fanned(ImageCollection.remove)
    prune = Fanned(ImageCollection.prune)


class FleetNetworks(_FleetCollection[NetworkCollection]):
    """The networks of all daemons: ``fleet.networks``."""

    _of = NetworkCollection
    list = FannedList(NetworkCollection.list)
    get = Fanned(NetworkCollection.get)
    create = Fanned(NetworkCollection.create)
    remove = Fanned(NetworkCollection.remove)
    prune = Fanned(NetworkCollection.prune)


class FleetVolumes(_FleetCollection[VolumeCollection]):
    """The volumes of all daemons: ``fleet.volumes``."""

    _of = VolumeCollection
    list = FannedList(VolumeCollection.list)
    get = Fanned(VolumeCollection.get)
    create = Fanned(VolumeCollection.create)
    remove = Fanned(VolumeCollection.remove)
    prune = Fanned(VolumeCollection.prune)


class FleetPlugins(_FleetCollection[PluginCollection]):
    """The plugins of all daemons: ``fleet.plugins``."""

    _of = PluginCollection
    list = FannedList(PluginCollection.list)
    get = Fanned(PluginCollection.get)
    install = Fanned(PluginCollection.install)
    remove = Fanned(PluginCollection.remove)


class FleetServices(_FleetCollection[ServiceCollection]):
    """The services of the swarms that the daemons manage: ``fleet.services``.

    Daemons that are in no swarm, or do not manage theirs, fail; those of one swarm give the same services.
    """

    _of = ServiceCollection
    list = FannedList(ServiceCollection.list)
    get = Fanned(ServiceCollection.get)
    create = Fanned(ServiceCollection.create)
    remove = Fanned(ServiceCollection.remove)


class FleetTasks(_FleetCollection[TaskCollection]):
    """The tasks of the swarms that the daemons manage: ``fleet.tasks``; as `FleetServices`."""

    _of = TaskCollection
    list = FannedList(TaskCollection.list)
    get = Fanned(TaskCollection.get)


class FleetNodes(_FleetCollection[NodeCollection]):
    """The nodes of the swarms that the daemons manage: ``fleet.nodes``; as `FleetServices`."""

    _of = NodeCollection
    list = FannedList(NodeCollection.list)
    get = Fanned(NodeCollection.get)


class FleetSecrets(_FleetCollection[SecretCollection]):
    """The secrets of the swarms that the daemons manage: ``fleet.secrets``; as `FleetServices`."""

    _of = SecretCollection
    list = FannedList(SecretCollection.list)
    get = Fanned(SecretCollection.get)
    create = Fanned(SecretCollection.create)
    remove = Fanned(SecretCollection.remove)


class FleetConfigs(_FleetCollection[ConfigCollection]):
    """The configs of the swarms that the daemons manage: ``fleet.configs``; as `FleetServices`."""

    _of = ConfigCollection
    list = FannedList(ConfigCollection.list)
    get = Fanned(ConfigCollection.get)
    create = Fanned(ConfigCollection.create)
    remove = Fanned(ConfigCollection.remove)
