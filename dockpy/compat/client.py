"""docker-py's client of one daemon."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Self

from dockpy.compat.api.client import APIClient
from dockpy.compat.constants import DEFAULT_MAX_POOL_SIZE, DEFAULT_TIMEOUT_SECONDS
from dockpy.compat.context import ContextAPI
from dockpy.compat.models.configs import ConfigCollection
from dockpy.compat.models.containers import ContainerCollection
from dockpy.compat.models.images import ImageCollection
from dockpy.compat.models.networks import NetworkCollection
from dockpy.compat.models.nodes import NodeCollection
from dockpy.compat.models.plugins import PluginCollection
from dockpy.compat.models.secrets import SecretCollection
from dockpy.compat.models.services import ServiceCollection
from dockpy.compat.models.swarm import Swarm
from dockpy.compat.models.volumes import VolumeCollection
from dockpy.compat.utils import kwargs_from_env

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

__all__ = ["DockerClient", "from_context", "from_env"]


class DockerClient:
    """One daemon, by docker-py's names; what it takes is what `APIClient` takes.

    Attributes:
        api: the daemon's operations, an `APIClient`.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.api: APIClient = APIClient(*args, **kwargs)

    @classmethod
    def from_env(cls, **kwargs: Any) -> Self:
        """A client of the daemon that the environment names, or else the current docker context.

        Args:
            kwargs: ``version``, ``timeout`` (seconds), ``max_pool_size``, ``use_ssh_client`` and
                ``credstore_env`` are `APIClient`'s; ``environment`` takes the place of ``os.environ``;
                ``use_context=False`` looks at the environment only.
        """
        options = _take_options(kwargs)
        use_context = kwargs.pop("use_context", True)
        place = kwargs_from_env(**kwargs)
        if use_context and "base_url" not in place:
            environment = kwargs.get("environment") or os.environ
            place = {**ContextAPI.kwargs_from_context(environment=environment), **place}
        return cls(**options, **place)

    @classmethod
    def from_context(cls, name: str | None = None, **kwargs: Any) -> Self:
        """A client of a docker context's daemon.

        Args:
            name: the context; None for the current one.
            kwargs: as of `APIClient`.
        """
        options = _take_options(kwargs)
        return cls(**options, **{**ContextAPI.kwargs_from_context(name=name), **kwargs})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # Its objects

    @property
    def configs(self) -> ConfigCollection:
        """Configs of the swarm."""
        return ConfigCollection(client=self)

    @property
    def containers(self) -> ContainerCollection:
        """Containers."""
        return ContainerCollection(client=self)

    @property
    def images(self) -> ImageCollection:
        """Images."""
        return ImageCollection(client=self)

    @property
    def networks(self) -> NetworkCollection:
        """Networks."""
        return NetworkCollection(client=self)

    @property
    def nodes(self) -> NodeCollection:
        """Nodes of the swarm."""
        return NodeCollection(client=self)

    @property
    def plugins(self) -> PluginCollection:
        """Plugins of the engine."""
        return PluginCollection(client=self)

    @property
    def secrets(self) -> SecretCollection:
        """Secrets of the swarm."""
        return SecretCollection(client=self)

    @property
    def services(self) -> ServiceCollection:
        """Services of the swarm."""
        return ServiceCollection(client=self)

    @property
    def swarm(self) -> Swarm:
        """The swarm that the daemon is part of, or may become part of."""
        return Swarm(client=self)

    @property
    def volumes(self) -> VolumeCollection:
        """Volumes."""
        return VolumeCollection(client=self)

    # The daemon

    def events(self, *args: Any, **kwargs: Any) -> Any:
        """What happens on the daemon, as it happens: see `APIClient.events`."""
        return self.api.events(*args, **kwargs)

    def df(self) -> Any:
        """What takes how much of the disk."""
        return self.api.df()

    def info(self, *args: Any, **kwargs: Any) -> Any:
        """What the daemon says of itself and its machine."""
        return self.api.info(*args, **kwargs)

    def login(self, *args: Any, **kwargs: Any) -> Any:
        """Check credentials for a registry, and keep them in memory: see `APIClient.login`."""
        return self.api.login(*args, **kwargs)

    def ping(self, *args: Any, **kwargs: Any) -> bool:
        """True where the daemon answers."""
        return self.api.ping(*args, **kwargs)

    def version(self, *args: Any, **kwargs: Any) -> Any:
        """The versions of the daemon and of its parts: see `APIClient.version`."""
        return self.api.version(*args, **kwargs)

    def close(self) -> None:
        """Give the connections back."""
        self.api.close()

    if not TYPE_CHECKING:  # type checkers are to find names that are not there

        def __getattr__(self, name):
            text = f"'DockerClient' object has no attribute '{name}'"
            if hasattr(APIClient, name):
                text += f". Since docker-py 2.0 it is a method of APIClient: client.api.{name}"
            raise AttributeError(text)


def _take_options(kwargs: dict[str, Any]) -> dict[str, Any]:
    """Take what does not say where the daemon is out of a client's keywords."""
    defaults = {
        "timeout": DEFAULT_TIMEOUT_SECONDS,
        "max_pool_size": DEFAULT_MAX_POOL_SIZE,
        "version": None,
        "use_ssh_client": False,
    }
    return {name: kwargs.pop(name, default) for name, default in defaults.items()}


from_env: Callable[..., DockerClient] = DockerClient.from_env
from_context: Callable[..., DockerClient] = DockerClient.from_context
