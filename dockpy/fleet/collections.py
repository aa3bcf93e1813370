"""The collections of a fleet: what each daemon's collection does, on all of them at once.

Arguments are those of the daemon's method, and so are the types of what comes back, by daemon. ``list`` gives
one flat list.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Final, Generic, Literal, TypeVar, overload

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
    list: Final = FannedList(ContainerCollection.list)
    get: Final = Fanned(ContainerCollection.get)
    create: Final = Fanned(ContainerCollection.create)
    remove: Final = Fanned(ContainerCollection.remove)
    prune: Final = Fanned(ContainerCollection.prune)


class FleetImages(_FleetCollection[ImageCollection]):
    """The images of all daemons: ``fleet.images``."""

    _of = ImageCollection
    list: Final = FannedList(ImageCollection.list)
    get: Final = Fanned(ImageCollection.get)
    history: Final = Fanned(ImageCollection.history)
    attestations: Final = Fanned(ImageCollection.attestations)
    get_registry_data: Final = Fanned(ImageCollection.get_registry_data)
    search: Final = Fanned(ImageCollection.search)
    tag: Final = Fanned(ImageCollection.tag)
    remove: Final = Fanned(ImageCollection.remove)
    prune: Final = Fanned(ImageCollection.prune)

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
    list: Final = FannedList(NetworkCollection.list)
    get: Final = Fanned(NetworkCollection.get)
    create: Final = Fanned(NetworkCollection.create)
    remove: Final = Fanned(NetworkCollection.remove)
    prune: Final = Fanned(NetworkCollection.prune)


class FleetVolumes(_FleetCollection[VolumeCollection]):
    """The volumes of all daemons: ``fleet.volumes``."""

    _of = VolumeCollection
    list: Final = FannedList(VolumeCollection.list)
    get: Final = Fanned(VolumeCollection.get)
    create: Final = Fanned(VolumeCollection.create)
    remove: Final = Fanned(VolumeCollection.remove)
    prune: Final = Fanned(VolumeCollection.prune)


class FleetPlugins(_FleetCollection[PluginCollection]):
    """The plugins of all daemons: ``fleet.plugins``."""

    _of = PluginCollection
    list: Final = FannedList(PluginCollection.list)
    get: Final = Fanned(PluginCollection.get)
    remove: Final = Fanned(PluginCollection.remove)


class FleetServices(_FleetCollection[ServiceCollection]):
    """The services of the swarms that the daemons manage: ``fleet.services``.

    Daemons that are in no swarm, or do not manage theirs, fail; those of one swarm give the same services.
    """

    _of = ServiceCollection
    list: Final = FannedList(ServiceCollection.list)
    get: Final = Fanned(ServiceCollection.get)
    create: Final = Fanned(ServiceCollection.create)
    remove: Final = Fanned(ServiceCollection.remove)


class FleetTasks(_FleetCollection[TaskCollection]):
    """The tasks of the swarms that the daemons manage: ``fleet.tasks``; as `FleetServices`."""

    _of = TaskCollection
    list: Final = FannedList(TaskCollection.list)
    get: Final = Fanned(TaskCollection.get)


class FleetNodes(_FleetCollection[NodeCollection]):
    """The nodes of the swarms that the daemons manage: ``fleet.nodes``; as `FleetServices`."""

    _of = NodeCollection
    list: Final = FannedList(NodeCollection.list)
    get: Final = Fanned(NodeCollection.get)


class FleetSecrets(_FleetCollection[SecretCollection]):
    """The secrets of the swarms that the daemons manage: ``fleet.secrets``; as `FleetServices`."""

    _of = SecretCollection
    list: Final = FannedList(SecretCollection.list)
    get: Final = Fanned(SecretCollection.get)
    create: Final = Fanned(SecretCollection.create)
    remove: Final = Fanned(SecretCollection.remove)


class FleetConfigs(_FleetCollection[ConfigCollection]):
    """The configs of the swarms that the daemons manage: ``fleet.configs``; as `FleetServices`."""

    _of = ConfigCollection
    list: Final = FannedList(ConfigCollection.list)
    get: Final = Fanned(ConfigCollection.get)
    create: Final = Fanned(ConfigCollection.create)
    remove: Final = Fanned(ConfigCollection.remove)
