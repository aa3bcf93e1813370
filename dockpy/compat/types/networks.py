"""Networks, and containers' places in them."""

from __future__ import annotations

from typing import Any

from dockpy.compat import errors
from dockpy.compat.types.base import given
from dockpy.compat.utils.utils import normalize_links, version_lt

__all__ = ["EndpointConfig", "IPAMConfig", "IPAMPool", "NetworkingConfig"]


def _needs(version: str, oldest: str, option: str) -> None:
    if version_lt(version, oldest):
        raise errors.InvalidVersion(f"{option} is not supported for API version < {oldest}")


class EndpointConfig(dict[str, Any]):
    """A container's place in a network."""

    def __init__(
        self,
        version: str,
        aliases: Any = None,
        links: Any = None,
        ipv4_address: str | None = None,
        ipv6_address: str | None = None,
        link_local_ips: list[str] | None = None,
        driver_opt: dict[str, Any] | None = None,
        mac_address: str | None = None,
    ) -> None:
        super().__init__()
        if aliases:
            self["Aliases"] = aliases
        if links:
            self["Links"] = normalize_links(links)
        if mac_address:
            _needs(version, "1.25", "mac_address")
            self["MacAddress"] = mac_address
        ipam = given(
            IPv4Address=ipv4_address or None, IPv6Address=ipv6_address or None, LinkLocalIPs=link_local_ips
        )
        if ipam:
            self["IPAMConfig"] = ipam
        if driver_opt:
            _needs(version, "1.32", "DriverOpts")
            if not isinstance(driver_opt, dict):
                raise TypeError("driver_opt must be a dictionary")
            self["DriverOpts"] = driver_opt


class NetworkingConfig(dict[str, Any]):
    """The networks of a container that is to be created."""

    def __init__(self, endpoints_config: dict[str, Any] | None = None) -> None:
        super().__init__()
        if endpoints_config:
            self["EndpointsConfig"] = endpoints_config


class IPAMConfig(dict[str, Any]):
    """How a network gives addresses."""

    def __init__(
        self,
        driver: str = "default",
        pool_configs: list[Any] | None = None,
        options: dict[str, str] | None = None,
    ) -> None:
        super().__init__({"Driver": driver, "Config": pool_configs or []})
        if options:
            if not isinstance(options, dict):
                raise TypeError("IPAMConfig options must be a dictionary")
            self["Options"] = options


class IPAMPool(dict[str, Any]):
    """A range of addresses."""

    def __init__(
        self,
        subnet: str | None = None,
        iprange: str | None = None,
        gateway: str | None = None,
        aux_addresses: dict[str, str] | None = None,
    ) -> None:
        super().__init__(
            {"Subnet": subnet, "IPRange": iprange, "Gateway": gateway, "AuxiliaryAddresses": aux_addresses}
        )
