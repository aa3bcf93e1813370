"""Networks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from dockpy.errors import VersionMismatch
from dockpy.ops import networks as ops
from dockpy.options.values import label_map
from dockpy.resources.base import Collection, Resource, given, parse_time, require
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from dockpy.resources.container import Container
    from dockpy.wire.networks import IPAM, NetworkInspect, NetworkPruneResponse

    ContainerOrName: TypeAlias = Container | str

__all__ = ["Network", "NetworkCollection"]


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
        links: Sequence[str] | None = None,
        link_local_ips: Sequence[str] | None = None,
        driver_opt: Mapping[str, str] | None = None,
        mac_address: str | None = None,
    ) -> None:
        """Connect a container to it.

        Args:
            container: the container, its name or id.
            aliases: further names for it on this network.
            ipv4_address: its address; the network needs a subnet of its own for that.
            ipv6_address: its IPv6 address.
            links: other containers by names of its own (``"db:database"``).
            link_local_ips: link-local addresses.
            driver_opt: options for the network's driver.
            mac_address: its MAC address (API 1.54).

        Raises:
            NotFound: the network or the container is not there.
            Forbidden: the container cannot join it.
            VersionMismatch: the engine is too old for an option.

        Operation: NetworkConnect.
        """
        endpoint = given(
            aliases=aliases,
            links=links,
            driver_opts=driver_opt,
            mac_address=mac_address,
            ipam_config=given(
                ipv4_address=ipv4_address, ipv6_address=ipv6_address, link_local_ips=link_local_ips
            )
            or None,
        )
        body = given(container=_container_id(container), endpoint_config=endpoint or None)
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

    def remove(self) -> None:
        """Remove it.

        Raises:
            Forbidden: containers are connected to it, or it is one of the engine's own.
            NotFound: it is not there any more.

        Operation: NetworkDelete.
        """
        self.client.api.call(ops.DELETE, {"id": self.id})


class NetworkCollection(Collection):
    """The networks of a daemon: ``client.networks``."""

    def create(
        self,
        name: str,
        *,
        driver: str | None = None,
        options: Mapping[str, str] | None = None,
        ipam: IPAM | Mapping[str, Any] | None = None,
        internal: bool | None = None,
        labels: Mapping[str, str] | Sequence[str] | None = None,
        enable_ipv4: bool | None = None,
        enable_ipv6: bool | None = None,
        attachable: bool | None = None,
        ingress: bool | None = None,
        scope: str | None = None,
        check_duplicate: bool = True,
    ) -> Network:
        """Create a network.

        Args:
            name: its name.
            driver: its driver; ``bridge`` where none is given.
            options: options of the driver.
            ipam: subnets, gateways and address ranges.
            internal: no way out of it.
            labels: its labels.
            enable_ipv4: give out IPv4 addresses (API 1.48).
            enable_ipv6: give out IPv6 addresses.
            attachable: containers outside of services may join it, where it is a swarm's.
            ingress: it is the swarm's routing mesh.
            scope: ``local`` or ``swarm``.
            check_duplicate: engines before API 1.44 make a second network of a name unless asked to check.

        Raises:
            Conflict: there is one of that name.
            Forbidden: a subnet overlaps another network's, or the engine reserves the name.

        Operation: NetworkCreate.
        """
        body = given(
            name=name,
            driver=driver,
            options=options,
            ipam=ipam,
            internal=internal,
            labels=label_map(labels) if labels is not None else None,
            enable_ipv4=enable_ipv4,
            enable_ipv6=enable_ipv6,
            attachable=attachable,
            ingress=ingress,
            scope=scope,
        )
        if check_duplicate and self.client.api.version() in ("1.41", "1.42", "1.43"):
            body["check_duplicate"] = True  # gone from API 1.44 on, where duplicates always fail
        answer = self.client.api.call(ops.CREATE, body=body)
        return Network(self.client, require(self.client, answer, "Id", "network"))

    def get(self, network_id: str, *, verbose: bool | None = None, scope: str | None = None) -> Network:
        """The network of a name or id.

        Args:
            network_id: its name or id.
            verbose: tell of services and tasks too, on a swarm's manager.
            scope: ``local``, ``swarm`` or ``global``, where the name is there more than once.

        Raises:
            NotFound: there is none.

        Operation: NetworkInspect.
        """
        attrs = self.client.api.call(ops.INSPECT, {"id": network_id}, {"verbose": verbose, "scope": scope})
        return Network(self.client, require(self.client, attrs, "Id", "network"), attrs=attrs)

    def list(
        self,
        names: Sequence[str] | None = None,
        ids: Sequence[str] | None = None,
        *,
        filters: Mapping[str, Any] | None = None,
    ) -> list[Network]:
        """The networks, in one request.

        Args:
            names: only those whose names contain one of these.
            ids: only those whose ids contain one of these.
            filters: ``dangling``, ``driver``, ``id``, ``label``, ``name``, ``scope``, ``type``.

        Operation: NetworkList.
        """
        wanted = dict(filters or {})
        if names:
            wanted["name"] = list(names)
        if ids:
            wanted["id"] = list(ids)
        return [
            Network(self.client, require(self.client, entry, "Id", "network"), summary=entry)
            for entry in self.client.api.call(ops.LIST, query={"filters": wanted or None})
        ]

    def remove(self, network_id: str) -> None:
        """Remove the network of a name or id; see `Network.remove`."""
        Network(self.client, network_id).remove()

    def prune(self, *, filters: Mapping[str, Any] | None = None) -> NetworkPruneResponse:
        """Remove the networks that no container is connected to.

        Args:
            filters: ``label``, ``until``.

        Operation: NetworkPrune.
        """
        return self.client.api.call(ops.PRUNE, query={"filters": filters})


def _container_id(container: ContainerOrName) -> str:
    return container if isinstance(container, str) else container.id
