"""How one container hangs on networks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockpy.fake.failure import Failure
from dockpy.fake.kernel.network import Interface
from dockpy.fake.state.network import Endpoint
from dockpy.fake.state.network_ports import exposed_ports
from dockpy.version import at_least

if TYPE_CHECKING:
    from dockpy.fake.engine import Engine
    from dockpy.fake.kernel.network import Stack
    from dockpy.fake.state.container import Container
    from dockpy.fake.state.network import Network
    from dockpy.fake.state.network_ports import Published

__all__ = ["Attachment"]


class Attachment:
    """The networks of one container: those that it shall be on, and, while it runs, what that came to.

    Attributes:
        mode: ``HostConfig.NetworkMode``.
        endpoints: by the network's name, as it was asked for.
        published: the ports of the host that it has.
        sandbox_id: empty while it has no network namespace.
        stack: what its processes see; None while it does not run.
        attached: it is on its networks.
    """

    def __init__(self, engine: Engine, container: Container, mode: str) -> None:
        self._engine = engine
        self.container = container
        self.mode: str = mode
        self.endpoints: dict[str, Endpoint] = {}
        self.published: list[Published] = []
        self.sandbox_id: str = ""
        self.stack: Stack | None = None
        self.attached: bool = False

    def add(self, name: str, asked: dict[str, Any]) -> Endpoint:
        """It shall be on a network."""
        endpoint = Endpoint(self.container, name, asked)
        endpoint.aliases = list(asked.get("Aliases") or ()) or None
        self.endpoints[name] = endpoint
        return endpoint

    def find(self, network: Network) -> Endpoint | None:
        """Its place on a network."""
        for name, endpoint in self.endpoints.items():
            if endpoint.network_id == network.id or name in (network.name, network.id):
                return endpoint
        return None

    @property
    def names(self) -> list[str]:
        """The names besides its own and those asked for that it has on networks that resolve names."""
        container = self.container
        return list(dict.fromkeys(name for name in (container.id[:12], container.hostname) if name))

    def name(self, endpoint: Endpoint, network: Network) -> None:
        """Give it its names on a network that resolves them."""
        if not network.user_defined:
            return
        asked = endpoint.asked.get("Aliases") or ()
        endpoint.dns_names = list(dict.fromkeys([self.container.name, *asked, *self.names]))
        if not at_least(self._engine.api, "1.44"):
            endpoint.aliases = list(dict.fromkeys([*asked, *self.names]))

    def join(self, endpoint: Endpoint, network: Network) -> None:
        """Take its place on a network: addresses, and an event.

        Raises:
            Failure: there is no place.
        """
        engine = self._engine
        endpoint.network_name = network.name
        self.name(endpoint, network)
        ipam = endpoint.asked.get("IPAMConfig") or {}
        four = network.take_address(4, ipam.get("IPv4Address") or "")
        try:
            six = network.take_address(6, ipam.get("IPv6Address") or "")
        except Failure:
            if four is not None:
                four[0].give_back(four[1])
            raise
        endpoint.network_id, endpoint.id = network.id, engine.new_id()
        shows_gateway = not (network.internal and at_least(engine.api, "1.48"))
        if four is not None:
            endpoint.address, endpoint.prefix = four[1], four[0].prefix
            endpoint.gateway = four[0].gateway if shows_gateway else ""
        if six is not None:
            endpoint.address6, endpoint.prefix6 = six[1], six[0].prefix
            endpoint.gateway6 = six[0].gateway if shows_gateway else ""
        if four is not None or six is not None:
            endpoint.mac = self._mac(endpoint)
        network.endpoints[self.container.id] = endpoint
        self._emit("connect", network)
        self.refresh()

    def leave(self, endpoint: Endpoint, network: Network | None) -> None:
        """Give its place on a network up."""
        if network is not None and network.endpoints.pop(self.container.id, None) is not None:
            for subnet in network.subnets:
                for address in endpoint.addresses:
                    if address in subnet:
                        subnet.give_back(address)
            self._emit("disconnect", network)
        endpoint.leave()
        self.refresh()

    def publish(self, endpoint: Endpoint) -> None:
        """Take the ports of the host that it asks for.

        Raises:
            Failure: one is taken.
        """
        engine, container = self._engine, self.container
        ports = sorted(exposed_ports(container.config), key=lambda port: int(port.partition("/")[0]))
        if not at_least(engine.api, "1.48"):
            ports.reverse()
        bindings = container.host_config.get("PortBindings") or {}
        try:
            everything = bool(container.host_config.get("PublishAllPorts"))
            address = endpoint.address or f"[{endpoint.address6}]"
            self.published = engine.networks.host_ports.publish(ports, bindings, everything, address)
        except Failure as failure:
            where = f"endpoint {container.name} ({endpoint.id})"
            text = f"driver failed programming external connectivity on {where}: {failure.message}"
            raise Failure(failure.status, text) from None

    def refresh(self) -> None:
        """Have the stack know the addresses."""
        if self.stack is not None and self.mode != "host":
            self.stack.addresses = {"127.0.0.1", "::1"} | {
                address for endpoint in self.endpoints.values() for address in endpoint.addresses
            }
            there = [one for one in self.endpoints.values() if one.addresses]
            self.stack.interfaces = tuple(
                Interface(f"eth{number}", one.mac, one.address, one.prefix, one.gateway)
                for number, one in enumerate(there)
            )
            ways = sorted((one for one in there if one.gateway and self._leads_out(one)), key=_precedence)
            self.stack.gateway = ways[0].gateway if ways else ""

    def _leads_out(self, endpoint: Endpoint) -> bool:
        network = self._engine.networks.by_id(endpoint.network_id)
        return network is not None and not network.internal

    def ports(self) -> dict[str, list[dict[str, str]] | None]:
        """Its ports and where they are published, as inspect tells them."""
        if not self.attached or not any(endpoint.addresses for endpoint in self.endpoints.values()):
            return {}
        told: dict[str, list[dict[str, str]] | None] = {}
        for port in exposed_ports(self.container.config):
            told[port] = [
                {"HostIp": one.host_ip, "HostPort": str(one.host_port)}
                for one in self.published
                if one.port == port
            ] or None
        return told

    def _mac(self, endpoint: Endpoint) -> str:
        asked = endpoint.asked.get("MacAddress") if at_least(self._engine.api, "1.44") else ""
        first = next(iter(self.endpoints.values())) is endpoint
        asked = asked or (self.container.requested_mac if first else "")
        if asked:
            return str(asked)
        if not at_least(self._engine.api, "1.48") and endpoint.address:
            return "02:42:" + ":".join(f"{int(part):02x}" for part in endpoint.address.split("."))
        octets = list(self._engine.random.randbytes(6))
        octets[0] = octets[0] & 0xFE | 0x02
        return ":".join(f"{octet:02x}" for octet in octets)

    def _emit(self, action: str, network: Network) -> None:
        attributes = {"container": self.container.id, "name": network.name, "type": network.driver}
        self._engine.events.emit("network", action, network.id, attributes, network.scope)


def _precedence(endpoint: Endpoint) -> tuple[int, str]:
    """Where more than one network leads out: which comes first."""
    return -(endpoint.asked.get("GwPriority") or 0), endpoint.network_name
