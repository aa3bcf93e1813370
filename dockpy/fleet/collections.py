"""The collections of a fleet: what each daemon's collection does, on all of them at once.

Arguments are those of the daemon's method, and so are the types of what comes back, by daemon. ``list`` gives
one flat list.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar, overload

from dockpy.errors import ConnectionFailed
from dockpy.fleet.daemons import limited
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
    import builtins
    from collections.abc import Callable

    from dockpy.client import Client
    from dockpy.fleet.fleet import Fleet
    from dockpy.fleet.results import FleetResults
    from dockpy.resources.image import Image
    from dockpy.resources.image_transfers import AuthConfig
    from dockpy.wire.progress import CreateImageInfo

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
    tag = Fanned(ImageCollection.tag)
    remove = Fanned(ImageCollection.remove)
    prune = Fanned(ImageCollection.prune)

    @overload
    def pull(
        self,
        repository: str,
        tag: str | None = None,
        *,
        all_tags: Literal[False] = False,
        platform: str | None = None,
        auth_config: AuthConfig | None = None,
        on_progress: Callable[[str, CreateImageInfo], object] | None = None,
    ) -> FleetResults[Image]: ...

    @overload
    def pull(
        self,
        repository: str,
        tag: str | None = None,
        *,
        all_tags: Literal[True],
        platform: str | None = None,
        auth_config: AuthConfig | None = None,
        on_progress: Callable[[str, CreateImageInfo], object] | None = None,
    ) -> FleetResults[builtins.list[Image]]: ...

    def pull(
        self,
        repository: str,
        tag: str | None = None,
        *,
        all_tags: bool = False,
        platform: str | None = None,
        auth_config: AuthConfig | None = None,
        on_progress: Callable[[str, CreateImageInfo], object] | None = None,
    ) -> FleetResults[Image] | FleetResults[builtins.list[Image]]:
        """Let every daemon fetch an image from its registry.

        A pull that nobody waits for any more (Ctrl-C, `Fleet.close`, a limit) is cancelled when its daemon
        next says something.

        Args:
            repository: as of ``client.images.pull``, as all that follows.
            tag: its tag or digest, in place of the name's.
            all_tags: fetch every tag of the repository.
            platform: ``os[/arch[/variant]]``; each daemon's own where none is given.
            auth_config: credentials for this registry, in place of those known.
            on_progress: called with the daemon's name and each message as it comes, never twice at a time.

        Operation: ImageCreate.
        """
        one_at_a_time, over = threading.Lock(), False

        def pull(name: str, client: Client) -> Any:
            def follow(message: CreateImageInfo) -> None:
                with one_at_a_time:
                    if over:
                        raise ConnectionFailed("Nobody waits for the pull any more")
                    if on_progress is not None:
                        on_progress(name, message)

            # A pull that is given up is not to keep its thread for as long as the daemon is silent.
            fetch: Callable[..., Any] = limited(client, self.fleet._timeout).images.pull
            return fetch(
                repository,
                tag,
                all_tags=all_tags,
                platform=platform,
                auth_config=auth_config,
                on_progress=follow,
            )

        try:
            return self.fleet._ask(pull)
        finally:
            over = True


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
