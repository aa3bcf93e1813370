"""One network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from dockpy.errors import VersionMismatch
from dockpy.ops import networks as ops
from dockpy.options.endpoints import endpoint
from dockpy.resources.base import Resource, given, parse_time
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from dockpy.client import Client
    from dockpy.resources.container import Container
    from dockpy.transfer.progress import CopyProgress
    from dockpy.wire.networks import NetworkInspect

    ContainerOrName: TypeAlias = Container | str

__all__ = ["Network"]


class Network(Resource["NetworkInspect"]):
    """A network that containers join."""

    @property
    def driver(self) -> str:
        """Its driver: ``bridge``, ``overlay``, ``macvlan``, …"""
        return str(self._known.get("Driver") or "")

    @property
    def scope(self) -> str:
        """How far it reaches: ``local`` or ``swarm``."""
        return str(self._known.get("Scope") or "")

    @property
    def labels(self) -> dict[str, str]:
        """Its labels."""
        return dict(self._known.get("Labels") or {})

    @property
    def created(self) -> datetime | None:
        """When it was created."""
        return parse_time(self._known.get("Created"))

    @property
    def containers(self) -> list[Container]:
        """The containers that are connected to it, running ones."""
        return [self.client.containers.known(id) for id in self.attrs.get("Containers") or {}]

    def _inspect(self) -> NetworkInspect:
        return self.client.api.call(ops.INSPECT, {"id": self.id})

    def connect(
        self,
        container: ContainerOrName,
        *,
        aliases: Sequence[str] | None = None,
        ipv4_address: str | None = None,
        ipv6_address: str | None = None,
        links: Mapping[str, str] | Sequence[str] | None = None,
        link_local_ips: Sequence[str] | None = None,
        driver_opt: Mapping[str, str] | Sequence[str] | None = None,
        gw_priority: int | None = None,
        mac_address: str | None = None,
    ) -> None:
        """Connect a container to it.

        Args:
            container: the container, its name or id.
            aliases: further names for it on this network.
            ipv4_address: its address; the network needs a subnet of its own for that.
            ipv6_address: its IPv6 address.
            links: other containers by names of its own (``{"db": "database"}``, ``["db:database"]``).
            link_local_ips: link-local addresses.
            driver_opt: options for the network's driver.
            gw_priority: the network of the highest one is the container's default gateway (API 1.48).
            mac_address: its MAC address (API 1.54).

        Raises:
            InvalidArgument: an option is none of the accepted forms.
            NotFound: the network or the container is not there.
            Forbidden: the container cannot join it.
            VersionMismatch: the engine is too old for an option.

        Operation: NetworkConnect.
        """
        wishes = endpoint(
            "connect",
            given(
                aliases=aliases,
                ipv4_address=ipv4_address,
                ipv6_address=ipv6_address,
                links=links,
                link_local_ips=link_local_ips,
                driver_opts=driver_opt,
                gw_priority=gw_priority,
                mac_address=mac_address,
            ),
        )
        body = given(container=_container_id(container), endpoint_config=wishes or None)
        if mac_address is not None and not at_least(self.client.api.version(), "1.54"):
            raise VersionMismatch(
                f"mac_address needs API 1.54, and the daemon is spoken to in {self.client.api.version()}: "
                "older engines take it and do nothing",
                operation=ops.CONNECT.id,
                subject=f"network {self.id}",
                daemon=self.client.daemon,
            )
        self.client.api.call(ops.CONNECT, {"id": self.id}, body=body)
        self._connections_changed(container)

    def disconnect(self, container: ContainerOrName, *, force: bool = False) -> None:
        """Disconnect a container from it.

        Args:
            container: the container, its name or id.
            force: also where the container is not running.

        Raises:
            NotFound: the network or the container is not there.

        Operation: NetworkDisconnect.
        """
        body = given(container=_container_id(container), force=force or None)
        self.client.api.call(ops.DISCONNECT, {"id": self.id}, body=body)
        self._connections_changed(container)

    def _connections_changed(self, container: ContainerOrName) -> None:
        self.stale()
        if not isinstance(container, str):
            container.stale()

    def copy(
        self,
        *,
        to: Client,
        name: str | None = None,
        subnets: bool | Literal["auto"] = True,
        progress: Callable[[CopyProgress], object] | None = None,
    ) -> Network:
        """Make the same network on another daemon; no containers go along.

        A network of that name which is there is used where it is the same: driver, options, subnets and all
        that containers notice; labels may differ.

        Args:
            to: a client of the other daemon.
            name: its name there; its own where none is given.
            subnets: it has the same subnets; False: the engine there chooses them; ``auto``: it does where
                the same ones are taken.
            progress: called with each step.

        Returns:
            The network there.

        Raises:
            InvalidArgument: it is one that each engine has; another one of that name is there, or one with
                its subnets.
            NotFound: it is not there any more.
            TransferError: the engine there does not create it.

        Operation: NetworkCreate.
        """
        from dockpy.transfer.networks import copy_network

        return copy_network(self, to, name=name, subnets=subnets, progress=progress)

    def remove(self) -> None:
        """Remove it.

        Raises:
            Forbidden: containers are connected to it, or it is one of the engine's own.
            NotFound: it is not there any more.

        Operation: NetworkDelete.
        """
        self.client.api.call(ops.DELETE, {"id": self.id})


def _container_id(container: ContainerOrName) -> str:
    return container if isinstance(container, str) else container.id
