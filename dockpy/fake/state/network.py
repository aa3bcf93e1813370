"""A network, and the places that containers have on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dockpy.fake.failure import Failure
from dockpy.fake.state.ipam import Exhausted
from dockpy.fake.times import rfc3339
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dockpy.fake.state.container import Container
    from dockpy.fake.state.ipam import Subnet

__all__ = ["PREDEFINED", "Endpoint", "Network"]

PREDEFINED = ("bridge", "host", "none")
"""The networks that every daemon has."""


@dataclass(slots=True)
class Network:
    """A network of a daemon.

    Attributes:
        created: nanoseconds since 1970.
        config_from: the name of the network whose configuration it has taken over, or empty.
        ipam_config: what was asked for, and what was chosen, as an engine tells it.
        subnets: those that it has.
        endpoints: by container id, the containers that are on it at the moment.
    """

    id: str
    name: str
    driver: str
    created: int
    scope: str = "local"
    internal: bool = False
    attachable: bool = False
    ingress: bool = False
    config_only: bool = False
    config_from: str = ""
    enable_ipv4: bool = True
    enable_ipv6: bool = False
    options: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    ipam_driver: str = "default"
    ipam_options: dict[str, str] | None = None
    ipam_config: list[dict[str, Any]] = field(default_factory=list)
    subnets: list[Subnet] = field(default_factory=list)
    endpoints: dict[str, Endpoint] = field(default_factory=dict)

    @property
    def predefined(self) -> bool:
        """Whether every daemon has it."""
        return self.name in PREDEFINED

    @property
    def user_defined(self) -> bool:
        """Whether somebody made it: names are resolved on it, addresses can be asked for."""
        return not self.predefined

    @property
    def connects(self) -> bool:
        """Whether containers on it reach each other."""
        return self.driver not in ("host", "null") and (
            self.options.get("com.docker.network.bridge.enable_icc", "true") != "false"
        )

    def subnet(self, version: int) -> Subnet | None:
        """Its first subnet of a version of IP."""
        if version == 6 and not self.enable_ipv6:
            return None
        return next((subnet for subnet in self.subnets if subnet.version == version), None)

    def take_address(self, version: int, address: str = "") -> tuple[Subnet, str] | None:
        """Take an address in it; None where it has none of that version.

        Raises:
            Failure: the address cannot be had, or none is left.
        """
        first = self.subnet(version)
        if first is None:
            return None
        of_version = [subnet for subnet in self.subnets if subnet.version == version]
        if address:
            for subnet in of_version:
                if address in subnet:
                    return subnet, subnet.take(address)
            text = f"Invalid address {address}: It does not belong to any of this network's subnets"
            raise Failure(500, text)
        for subnet in of_version:
            try:
                return subnet, subnet.take()
            except Exhausted:
                continue
        where = f"{self.name} ({self.id})"
        raise Failure(500, f"no available IPv{version} addresses on this network's address pools: {where}")

    def summary(self, api: str) -> dict[str, Any]:
        """What an engine tells of it in its list."""
        empty: list[Any] | None = None if at_least(api, "1.48") else []
        told: dict[str, Any] = {
            "Name": self.name,
            "Id": self.id,
            "Created": rfc3339(self.created),
            "Scope": self.scope,
            "Driver": self.driver,
            **({"EnableIPv4": self.enable_ipv4} if at_least(api, "1.48") else {}),
            "EnableIPv6": self.enable_ipv6,
            "IPAM": {
                "Driver": self.ipam_driver,
                "Options": self.ipam_options,
                "Config": self.ipam_config or empty,
            },
            "Internal": self.internal,
            "Attachable": self.attachable,
            "Ingress": self.ingress,
            "ConfigFrom": {"Network": self.config_from},
            "ConfigOnly": self.config_only,
            "Containers": {},
            "Options": self.options,
            "Labels": self.labels,
        }
        if self.scope == "swarm" and not self.endpoints:  # the nodes have none yet, only the managers
            told |= {"Containers": None, "Options": self.options or None, "Labels": self.labels or None}
            if self.driver != "overlay":
                told["IPAM"] = {"Driver": "", "Options": None, "Config": []}
        return told

    def inspect(self, api: str) -> dict[str, Any]:
        """What an engine tells of it alone."""
        told = self.summary(api)
        if self.endpoints or self.scope != "swarm":
            told["Containers"] = {id: endpoint.resource() for id, endpoint in self.endpoints.items()}
        if at_least(api, "1.52"):
            subnets = {
                str(subnet.network): {
                    "IPsInUse": min(subnet.in_use, 2**64 - 1),
                    "DynamicIPsAvailable": min(subnet.available, 2**64 - 1),
                }
                for subnet in self.subnets
            }
            told["Status"] = {"IPAM": {"Subnets": subnets}} if subnets else {"IPAM": {}}
        return told


@dataclass(slots=True)
class Endpoint:
    """A container's place on a network: what was asked of it, and, while it is there, what it came to.

    Attributes:
        container: whose.
        network_name: the network, as it was asked for.
        asked: the settings that were asked for, as JSON.
        dns_names: the names that it has on a network that resolves names; None on others.
        network_id: empty until it was there.
        id: empty while it is not there.
    """

    container: Container
    network_name: str
    asked: dict[str, Any]
    dns_names: list[str] | None = None
    network_id: str = ""
    id: str = ""
    gateway: str = ""
    address: str = ""
    prefix: int = 0
    gateway6: str = ""
    address6: str = ""
    prefix6: int = 0
    mac: str = ""
    aliases: list[str] | None = None

    @property
    def addresses(self) -> list[str]:
        """Those that it has, IPv4 first."""
        return [address for address in (self.address, self.address6) if address]

    @property
    def of_task(self) -> bool:
        """Whether its container is a task of a swarm's service."""
        return "com.docker.swarm.task" in self.container.labels

    def leave(self) -> None:
        """It is not there any more."""
        self.id = self.gateway = self.address = self.gateway6 = self.address6 = self.mac = ""
        self.prefix = self.prefix6 = 0

    def resource(self) -> dict[str, str]:
        """What the network's inspect tells of it."""
        return {
            "Name": self.container.name,
            "EndpointID": self.id,
            "MacAddress": self.mac,
            "IPv4Address": f"{self.address}/{self.prefix}" if self.address else "",
            "IPv6Address": f"{self.address6}/{self.prefix6}" if self.address6 else "",
        }

    def settings(self, api: str, aliases: Iterable[str] = ()) -> dict[str, Any]:
        """What the container's inspect tells of it.

        Args:
            api: the newest version that the engine speaks.
            aliases: names that are told besides those that were asked for.
        """
        named = list(dict.fromkeys([*(self.aliases or ()), *aliases]))
        ipam = self.asked.get("IPAMConfig")
        told: dict[str, Any] = {
            "IPAMConfig": None if ipam is None else {name: value for name, value in ipam.items() if value},
            "Links": self.asked.get("Links") or None,
            "Aliases": named or None,
            "MacAddress": self.mac,
            "DriverOpts": self.asked.get("DriverOpts") or None,
            "NetworkID": self.network_id,
            "EndpointID": self.id,
            "Gateway": self.gateway,
            "IPAddress": self.address,
            "IPPrefixLen": self.prefix,
            "IPv6Gateway": self.gateway6,
            "GlobalIPv6Address": self.address6,
            "GlobalIPv6PrefixLen": self.prefix6,
        }
        if at_least(api, "1.44"):
            told["MacAddress"] = self.mac or self.asked.get("MacAddress") or ""
            told["DNSNames"] = self.dns_names
        if at_least(api, "1.48"):
            told["GwPriority"] = self.asked.get("GwPriority") or 0
        return told
