"""Networks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockpy.compat.api.base import BaseClient, filters_param
from dockpy.compat.types.networks import EndpointConfig
from dockpy.compat.utils.decorators import check_resource, minimum_version
from dockpy.compat.utils.utils import convert_filters
from dockpy.ops import networks

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["NetworkApiMixin"]


class NetworkApiMixin(BaseClient):
    """docker-py's low-level methods on networks."""

    def networks(self, names: Any = None, ids: Any = None, filters: Mapping[str, Any] | None = None) -> Any:
        """Those there are."""
        chosen = dict(filters or {})
        if names:
            chosen["name"] = names
        if ids:
            chosen["id"] = ids
        return self._json(networks.LIST, params={"filters": convert_filters(chosen)})

    def create_network(
        self,
        name: str,
        driver: str | None = None,
        options: dict[str, Any] | None = None,
        ipam: Any = None,
        check_duplicate: bool | None = None,
        internal: bool = False,
        labels: dict[str, str] | None = None,
        enable_ipv6: bool = False,
        attachable: bool | None = None,
        scope: str | None = None,
        ingress: bool | None = None,
    ) -> Any:
        """Create one."""
        for option, value in (("options", options), ("labels", labels)):
            if value is not None and not isinstance(value, dict):
                raise TypeError(f"{option} must be a dictionary")
        for option, setting, since in (("ingress", ingress, "1.29"), ("scope", scope, "1.30")):
            if setting is not None:
                self._needs(since, option)
        body = {
            "Name": name,
            "Driver": driver,
            "Options": options,
            "IPAM": ipam,
            "CheckDuplicate": check_duplicate,
            "Labels": labels,
            "EnableIPv6": True if enable_ipv6 else None,
            "Internal": True if internal else None,
            "Attachable": attachable,
            "Ingress": ingress,
            "Scope": scope,
        }
        return self._json(networks.CREATE, body=body)

    @minimum_version("1.25")
    def prune_networks(self, filters: Any = None) -> Any:
        """Remove those that nobody uses."""
        return self._json(networks.PRUNE, params=filters_param(filters))

    @check_resource("net_id")
    def remove_network(self, net_id: Any) -> None:
        """Remove it."""
        self._call(networks.DELETE, net_id)

    @check_resource("net_id")
    def inspect_network(self, net_id: Any, verbose: bool | None = None, scope: str | None = None) -> Any:
        """All that is known of it."""
        if verbose is not None:
            self._needs("1.28", "verbose")
        if scope is not None:
            self._needs("1.31", "scope")
        return self._json(networks.INSPECT, net_id, params={"verbose": verbose, "scope": scope})

    @check_resource("container")
    def connect_container_to_network(
        self,
        container: Any,
        net_id: str,
        ipv4_address: str | None = None,
        ipv6_address: str | None = None,
        aliases: Any = None,
        links: Any = None,
        link_local_ips: Any = None,
        driver_opt: Any = None,
        mac_address: str | None = None,
    ) -> None:
        """Give a container a place in it."""
        endpoint = EndpointConfig(
            self._version,
            aliases=aliases,
            links=links,
            ipv4_address=ipv4_address,
            ipv6_address=ipv6_address,
            link_local_ips=link_local_ips,
            driver_opt=driver_opt,
            mac_address=mac_address,
        )
        self._call(networks.CONNECT, net_id, body={"Container": container, "EndpointConfig": endpoint})

    @check_resource("container")
    def disconnect_container_from_network(self, container: Any, net_id: str, force: bool = False) -> None:
        """Take a container's place in it."""
        body = {"Container": container, "Force": force or None}
        self._call(networks.DISCONNECT, net_id, body=body)
