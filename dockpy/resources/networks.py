"""The networks of a daemon."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockpy.errors import InvalidArgument
from dockpy.ops import networks as ops
from dockpy.options.ipam import ipam_request
from dockpy.options.values import label_map, string_list
from dockpy.resources.base import Collection, given, require, summaries
from dockpy.resources.loading import loaded
from dockpy.resources.network import Network

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dockpy.wire.networks import IPAM, NetworkPruneResponse

__all__ = ["NetworkCollection"]


class NetworkCollection(Collection):
    """The networks of a daemon: ``client.networks``."""

    def create(
        self,
        name: str,
        *,
        driver: str | None = None,
        options: Mapping[str, str] | None = None,
        subnet: str | Sequence[str] | None = None,
        gateway: str | Sequence[str] | None = None,
        ip_range: str | Sequence[str] | None = None,
        aux_addresses: Mapping[str, str] | None = None,
        ipam_driver: str | None = None,
        ipam_options: Mapping[str, str] | None = None,
        ipam: IPAM | Mapping[str, Any] | None = None,
        internal: bool | None = None,
        labels: Mapping[str, str] | Sequence[str] | None = None,
        enable_ipv4: bool | None = None,
        enable_ipv6: bool | None = None,
        attachable: bool | None = None,
        ingress: bool | None = None,
        scope: str | None = None,
        config_only: bool | None = None,
        config_from: str | Network | None = None,
        check_duplicate: bool = True,
    ) -> Network:
        """Create a network.

        Args:
            name: its name.
            driver: its driver; ``bridge`` where none is given.
            options: options of the driver.
            subnet: its subnet (``10.1.0.0/24``), or several, of IPv6 too; the engine chooses one where none
                is given.
            gateway: the gateway's address, one for each subnet at most.
            ip_range: the part of the subnet that addresses are given out of, one for each subnet at most.
            aux_addresses: addresses that are taken already, by the names of the hosts.
            ipam_driver: the driver that manages the addresses.
            ipam_options: its options.
            ipam: all of that as the Engine has it, in place of the six before.
            internal: no way out of it.
            labels: its labels.
            enable_ipv4: give out IPv4 addresses (API 1.48).
            enable_ipv6: give out IPv6 addresses.
            attachable: containers outside of services may join it, where it is a swarm's.
            ingress: it is the swarm's routing mesh.
            scope: ``local`` or ``swarm``.
            config_only: it is a configuration that other networks take over; no container joins it.
            config_from: the network whose configuration it takes over, or its name.
            check_duplicate: engines before API 1.44 make a second network of a name unless asked to check.

        Raises:
            InvalidArgument: an address is none, or is in no subnet that was given.
            Conflict: there is one of that name.
            Forbidden: a subnet overlaps another network's, or the engine reserves the name.
            NotFound: there is no such driver, or no network to take the configuration from.

        Operation: NetworkCreate.
        """
        parts = ipam_request(
            subnet=subnet,
            gateway=gateway,
            ip_range=ip_range,
            aux_addresses=aux_addresses,
            driver=ipam_driver,
            options=ipam_options,
        )
        if parts is not None and ipam is not None:
            raise InvalidArgument(
                "ipam= is in place of subnet=, gateway=, ip_range=, aux_addresses=, ipam_…="
            )
        source = config_from if config_from is None or isinstance(config_from, str) else config_from.name
        body = given(
            name=name,
            driver=driver,
            options=options,
            ipam=parts if ipam is None else ipam,
            internal=internal,
            labels=label_map(labels) if labels is not None else None,
            enable_ipv4=enable_ipv4,
            enable_ipv6=enable_ipv6,
            attachable=attachable,
            ingress=ingress,
            scope=scope,
            config_only=config_only,
            config_from=None if source is None else {"network": source},
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
        full: bool = False,
    ) -> list[Network]:
        """The networks, in one request.

        Args:
            names: only those whose names contain one of these.
            ids: only those whose ids contain one of these.
            filters: ``dangling``, ``driver``, ``id``, ``label``, ``name``, ``scope``, ``type``.
            full: load the full inspect of each, their containers included; those that vanish meanwhile are
                left out.

        Operation: NetworkList.
        """
        wanted = dict(filters or {})
        if names:
            wanted["name"] = string_list("names", names)
        if ids:
            wanted["id"] = string_list("ids", ids)
        found = [
            Network(self.client, id, summary=entry)
            for id, entry in summaries(self.client, ops.LIST, {"filters": wanted or None}, "network")
        ]
        return loaded(found) if full else found

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
