"""Networks."""

from __future__ import annotations

from typing import Any, cast

from dockpy.compat.models.containers import Container
from dockpy.compat.models.resource import Collection, Model
from dockpy.compat.utils import version_gte

__all__ = ["Network", "NetworkCollection"]


class Network(Model):
    """A network."""

    @property
    def name(self) -> str:
        """Its name."""
        return cast("str", self.attrs.get("Name"))

    @property
    def containers(self) -> list[Container]:
        """The containers in it, each asked for."""
        return [self.client.containers.get(id) for id in self.attrs.get("Containers") or ()]

    def connect(self, container: Container | str, *args: Any, **kwargs: Any) -> None:
        """Connect a container; options as of `APIClient.connect_container_to_network`."""
        self.client.api.connect_container_to_network(_id(container), self.id, *args, **kwargs)

    def disconnect(self, container: Container | str, *args: Any, **kwargs: Any) -> None:
        """Disconnect a container; ``force`` does it where the container is gone, too."""
        self.client.api.disconnect_container_from_network(_id(container), self.id, *args, **kwargs)

    def remove(self) -> None:
        """Remove it."""
        self.client.api.remove_network(self.id)


class NetworkCollection(Collection[Network]):
    """The networks of a daemon."""

    model = Network

    def create(self, name: str, *args: Any, **kwargs: Any) -> Network:
        """Create a network; options as of `APIClient.create_network`."""
        return self.get(self.client.api.create_network(name, *args, **kwargs)["Id"])

    def get(self, network_id: str, *args: Any, **kwargs: Any) -> Network:
        """The network of an ID or a name; options as of `APIClient.inspect_network`."""
        return self.prepare_model(self.client.api.inspect_network(network_id, *args, **kwargs))

    def list(self, *args: Any, **kwargs: Any) -> list[Network]:
        """The networks; ``greedy`` asks for each one's containers too, in a request of its own."""
        greedy = kwargs.pop("greedy", False)
        networks = [self.prepare_model(attrs) for attrs in self.client.api.networks(*args, **kwargs)]
        if greedy and version_gte(self.client.api._version, "1.28"):
            for network in networks:
                network.reload()
        return networks

    def prune(self, filters: dict[str, Any] | None = None) -> Any:
        """Remove the networks that no container uses."""
        return self.client.api.prune_networks(filters=filters)


def _id(container: Container | str) -> str:
    return container.id if isinstance(container, Container) else container
