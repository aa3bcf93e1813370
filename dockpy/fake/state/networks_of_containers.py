"""What containers need of networks: their place on them, ports, names, and a stack for their processes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockpy.fake.failure import Failure
from dockpy.fake.kernel.network import Stack
from dockpy.fake.state import network_names
from dockpy.fake.state.network_attachment import Attachment
from dockpy.fake.state.network_ports import HostPorts
from dockpy.fake.state.network_requests import check_endpoint
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockpy.fake.engine import Engine
    from dockpy.fake.state.container import Container
    from dockpy.fake.state.network import Endpoint, Network

__all__ = ["ContainerNetworks"]

_SHARED = (
    "container sharing network namespace with another container or host "
    "cannot be connected to any other network"
)
_PRIVATE = (
    "container cannot be connected to multiple networks with one of the networks in private (none) mode"
)
_HOST_MODE = "container cannot be disconnected from host network or connected to host network"
_ONLY_AT_CREATION = (
    "cannot connect container to host network - container must be created in host network mode"
)
_ONLY_AT_REMOVAL = (
    "cannot disconnect container from host network - container was created in host network mode"
)


class ContainerNetworks:
    """The part of `Networks` that containers call.

    Attributes:
        bridge: the default bridge.
        host_ports: the ports of the host.
        host: the host's own stack.
    """

    bridge: Network

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._containers: dict[str, Container] = {}
        self.host_ports: HostPorts = HostPorts(engine)
        self.host: Stack = Stack()
        self.host.route = self._stack_at
        self.host.resolve = lambda name: ["127.0.0.1"] if name in ("localhost", engine.name) else []

    def find(self, reference: str, scope: str = "") -> Network | None:
        """See `Networks`."""
        raise NotImplementedError

    def get(self, reference: str, scope: str = "") -> Network:
        """See `Networks`."""
        raise NotImplementedError

    def by_id(self, id: str) -> Network | None:
        """See `Networks`."""
        raise NotImplementedError

    def __iter__(self) -> Iterator[Network]:
        raise NotImplementedError

    # A container's life

    def prepare(self, container: Container, networking_config: dict[str, Any] | None) -> None:
        """Check what networks a new container shall be on, and note them in ``container.networks``.

        Args:
            container: it is new; its `host_config` has ``NetworkMode``, which is made exact.
            networking_config: ``NetworkingConfig`` of the request.

        Raises:
            Failure: it cannot be.
        """
        api = self._engine.api
        host_config = container.host_config
        mode = self._mode(host_config.get("NetworkMode") or "default")
        asked: dict[str, Any] = dict((networking_config or {}).get("EndpointsConfig") or {})
        for name, settings in asked.items():
            if settings is not None:
                continue
            if at_least(api, "1.44"):
                raise Failure(400, f"invalid config for network {name}: EndpointsConfig is nil")
            raise Failure(400, f"no EndpointSettings for {name}")
        if len(asked) > 1 and not at_least(api, "1.44"):
            listed = ", ".join(sorted(asked))
            raise Failure(400, f"Container cannot be connected to network endpoints: {listed}")
        if "default" in asked:
            asked["bridge"] = asked.pop("default")
        for name, settings in asked.items():
            check_endpoint(self.find(name), settings, api, settled=False, new=True)
        host_config["NetworkMode"] = mode
        attachment = Attachment(self._engine, container, "bridge" if mode == "default" else mode)
        if not mode.startswith("container:") and not container.config.get("NetworkDisabled"):
            first = attachment.mode
            if not asked or (len(asked) > 1 and first not in asked and self.find(first) is not None):
                attachment.add(first, {})
            for name in sorted(asked, key=lambda name: name != first):
                attachment.add(name, asked[name])
        container.networks = attachment
        self._containers[container.id] = container

    def _mode(self, mode: str) -> str:
        if mode == "default" and at_least(self._engine.api, "1.44"):
            return "bridge"
        if mode.startswith("container:"):
            other = self.container(mode.partition(":")[2])
            if other is not None:
                return f"container:{other.id}"
        return mode

    def connect_all(self, container: Container) -> None:
        """Put a container that starts on its networks: addresses, ports, a stack, events.

        Raises:
            Failure: one of them cannot be had; none is, then.
        """
        attachment: Attachment = container.networks
        modern = at_least(self._engine.api, "1.48")
        try:
            self._connect_all(container, attachment)
        except Failure as failure:
            self.disconnect_all(container, quiet=True)
            if modern and not attachment.mode.startswith("container:"):
                text = f"failed to set up container networking: {failure.message}"
                raise Failure(failure.status, text) from None
            raise

    def _connect_all(self, container: Container, attachment: Attachment) -> None:
        if attachment.mode.startswith("container:"):
            attachment.stack = self._shared(container, attachment.mode.partition(":")[2])
            attachment.attached = True
            return
        attachment.stack = self.host if attachment.mode == "host" else self._new_stack(container)
        attachment.attached = True
        attachment.sandbox_id = ""
        for name, endpoint in attachment.endpoints.items():
            if self.by_id(endpoint.network_id) is None and self.find(name) is None:
                self._engine.swarm.bring(name)
            network = self.get(endpoint.network_id if self.by_id(endpoint.network_id) else name)
            attachment.name(endpoint, network)
            self._check_attachable(network, container)
            check_endpoint(network, endpoint.asked, self._engine.api, settled=True)
            attachment.join(endpoint, network)
            attachment.sandbox_id = attachment.sandbox_id or self._engine.new_id()
        bridged = [one for one in attachment.endpoints.values() if one.addresses]
        if bridged:
            attachment.publish(bridged[0])

    def _check_attachable(self, network: Network, container: Container) -> None:
        if network.scope != "swarm" or network.attachable or "com.docker.swarm.task" in container.labels:
            return
        text = f"rpc error: code = PermissionDenied desc = network {network.name} not manually attachable"
        raise Failure(500, f"Could not attach to network {network.name}: {text}")

    def _shared(self, container: Container, reference: str) -> Stack:
        other = self.container(reference)
        if other is None:
            problem = f"No such container: {reference}"
            if at_least(self._engine.api, "1.46"):
                raise Failure(500, f"joining network namespace of container: {problem}")
            raise Failure(404, problem)
        if other is container:
            raise Failure(500, "cannot join own network")
        if not other.state.running:
            if at_least(self._engine.api, "1.46"):
                what = f"container {other.name} is {other.state.status}"
                raise Failure(409, f"cannot join network namespace of a non running container: {what}")
            raise Failure(409, f"cannot join network of a non running container: {other.id}")
        if other.state.restarting:
            raise Failure(409, f"Container {other.id} is restarting, wait until the container is running")
        return self.stack(other)

    def _new_stack(self, container: Container) -> Stack:
        stack = Stack()
        stack.resolve = lambda name: network_names.resolve(self._engine, container, name)
        stack.route = lambda address: self._route(container, address)
        stack.source = lambda address: self._source(container, address)
        return stack

    def disconnect_all(self, container: Container, *, quiet: bool = False) -> None:
        """Take a container that has stopped from its networks.

        Args:
            container: which.
            quiet: it never got to run.
        """
        attachment: Attachment = container.networks
        self.host_ports.give_back(attachment.published)
        attachment.published = []
        for endpoint in attachment.endpoints.values():
            if endpoint.id:
                attachment.leave(endpoint, self.by_id(endpoint.network_id))
        attachment.stack = None
        attachment.attached = False
        if at_least(self._engine.api, "1.42"):
            attachment.sandbox_id = ""

    def forget(self, container: Container) -> None:
        """The container is removed."""
        if container.networks is not None:
            if container.networks.attached:
                self.disconnect_all(container)
            self._containers.pop(container.id, None)

    def renamed(self, container: Container) -> None:
        """The container has another name: it is found by that."""
        attachment: Attachment = container.networks
        for endpoint in attachment.endpoints.values():
            network = self.by_id(endpoint.network_id) or self.find(endpoint.network_name)
            if network is not None:
                attachment.name(endpoint, network)

    # Connecting one that is there already

    def connect(self, reference: str, container: Container, asked: dict[str, Any] | None) -> None:
        """Connect a container to one network more.

        Args:
            reference: the network.
            container: which.
            asked: ``EndpointConfig`` of the request.

        Raises:
            Failure: it cannot be.
        """
        api = self._engine.api
        network = self.get(reference)
        attachment: Attachment = container.networks
        settings = dict(asked or {})
        running = container.state.running
        if container.state.dead or container.state.removing:
            text = f"Container {container.id} is marked for removal and cannot be connected or disconnected"
            raise Failure(409, f"{text} to the network")
        check_endpoint(network, settings, api, settled=False)
        self._check_modes(attachment, network)
        existing = attachment.find(network)
        if existing is not None and running:
            text = f"endpoint with name {container.name} already exists in network {network.name}"
            raise Failure(403, text)
        check_endpoint(network, settings, api, settled=True)
        if existing is not None:
            del attachment.endpoints[existing.network_name]
        endpoint = attachment.add(network.name, settings)
        attachment.name(endpoint, network)
        if running:
            try:
                attachment.join(endpoint, network)
            except Failure:
                del attachment.endpoints[network.name]
                raise

    def _check_modes(self, attachment: Attachment, network: Network) -> None:
        if attachment.mode.startswith("container:") or attachment.mode == "host":
            raise Failure(400, _SHARED)
        if network.name == "host":
            if at_least(self._engine.api, "1.46"):
                raise Failure(400, _ONLY_AT_CREATION)
            raise Failure(400, _HOST_MODE)
        if attachment.endpoints and (attachment.mode == "none" or network.name == "none"):
            raise Failure(400, _PRIVATE)

    def disconnect(self, reference: str, container: Container, force: bool) -> None:
        """Take a container from a network.

        Args:
            reference: the network.
            container: which.
            force: also where the container does not know that it is there.

        Raises:
            Failure: it is not on it; it has the host's network.
        """
        network = self.get(reference)
        attachment: Attachment = container.networks
        endpoint = attachment.find(network)
        if network.name == "host" and attachment.mode == "host" and container.state.running:
            if at_least(self._engine.api, "1.46"):
                raise Failure(400, _ONLY_AT_REMOVAL)
            raise Failure(400, _HOST_MODE)
        if endpoint is None:
            what = "network " if container.state.running else "the network "
            raise Failure(500, f"container {container.id} is not connected to {what}{network.name}")
        del attachment.endpoints[endpoint.network_name]
        if endpoint.id:
            attachment.leave(endpoint, network)

    # What is told of them

    def settings(self, container: Container, version: str | None = None) -> dict[str, Any]:
        """``NetworkSettings`` of a container's inspect.

        Args:
            container: which.
            version: the version that is spoken; the engine's newest where None.
        """
        attachment: Attachment = container.networks
        default = next((one for name, one in attachment.endpoints.items() if name == "bridge"), None)
        sandbox = "default" if attachment.mode == "host" else attachment.sandbox_id[:12]
        told = {
            "Bridge": "",
            "SandboxID": attachment.sandbox_id,
            "SandboxKey": f"/var/run/docker/netns/{sandbox}" if attachment.sandbox_id else "",
            "Ports": attachment.ports(),
            "HairpinMode": False,
            "LinkLocalIPv6Address": "",
            "LinkLocalIPv6PrefixLen": 0,
            "SecondaryIPAddresses": None,
            "SecondaryIPv6Addresses": None,
            "EndpointID": default.id if default else "",
            "Gateway": default.gateway if default else "",
            "GlobalIPv6Address": default.address6 if default else "",
            "GlobalIPv6PrefixLen": default.prefix6 if default else 0,
            "IPAddress": default.address if default else "",
            "IPPrefixLen": default.prefix if default else 0,
            "IPv6Gateway": default.gateway6 if default else "",
            "MacAddress": default.mac if default else "",
        }
        return told | {"Networks": self._networks_of(attachment, version)}

    def _networks_of(self, attachment: Attachment, version: str | None) -> dict[str, Any]:
        api = self._engine.api
        told = {}
        for name, endpoint in attachment.endpoints.items():
            early = at_least(api, "1.44") and version is not None and not at_least(version, "1.45")
            aliases = attachment.names if early and name not in ("bridge", "host", "none") else ()
            told[name] = endpoint.settings(api, aliases)
        return told

    def summary(self, container: Container) -> dict[str, Any]:
        """``NetworkSettings.Networks`` of a container in the list."""
        told = self._networks_of(container.networks, None)
        for endpoint in told.values():
            endpoint |= {name: None for name in ("Aliases", "Links", "DNSNames") if name in endpoint}
        return told

    def ports(self, container: Container) -> list[dict[str, Any]]:
        """``Ports`` of a container in the list."""
        told: list[dict[str, Any]] = []
        for port, bindings in container.networks.ports().items():
            number, _, protocol = port.partition("/")
            private = {"PrivatePort": int(number)}
            for one in bindings or ():
                public = {"PublicPort": int(one["HostPort"])}
                told.append({"IP": one["HostIp"], **private, **public, "Type": protocol})
            if not bindings:
                told.append({**private, "Type": protocol})
        return told

    def hosts_file(self, container: Container) -> str:
        """What /etc/hosts says in a container."""
        return network_names.hosts_file(self._engine, self._owner(container))

    def resolv_conf(self, container: Container) -> str:
        """What /etc/resolv.conf says in a container."""
        return network_names.resolv_conf(self._engine, self._owner(container))

    def hostname(self, container: Container) -> str:
        """The host name of a container: that of whose network it has, be it another container or the host."""
        owner = self._owner(container)
        if owner.networks.mode == "host" and not container.config.get("Hostname"):
            return self._engine.name
        return owner.hostname

    def published_at(self, host_ip: str, host_port: int) -> tuple[str, int] | None:
        """The address and port of the container that publishes at a TCP port of the host."""
        for container in self._containers.values():
            for one in container.networks.published:
                number, _, protocol = one.port.partition("/")
                if (protocol, one.host_ip, one.host_port) == ("tcp", host_ip, host_port):
                    endpoints = container.networks.endpoints.values()
                    addresses = [endpoint.address for endpoint in endpoints if endpoint.address]
                    return (addresses[0], int(number)) if addresses else None
        return None

    def _owner(self, container: Container) -> Container:
        """The container whose network it has."""
        mode: str = container.networks.mode
        other = self.container(mode.partition(":")[2]) if mode.startswith("container:") else None
        return container if other is None or other is container else self._owner(other)

    # Ways

    def stack(self, container: Container) -> Stack:
        """What the processes of a container that runs see of networks."""
        stack: Stack | None = container.networks.stack
        return stack if stack is not None else Stack()

    def container(self, reference: str) -> Container | None:
        """The container of an id, a name or the beginning of an id, as long as it is there."""
        if reference in self._containers:
            return self._containers[reference]
        found = [one for one in self._containers.values() if one.name == reference]
        found = found or [one for one in self._containers.values() if one.id.startswith(reference or "/")]
        return found[0] if len(found) == 1 else None

    def _endpoints(self) -> Iterator[tuple[Network, Endpoint]]:
        for network in self:
            for endpoint in network.endpoints.values():
                yield network, endpoint

    def _route(self, container: Container, address: str) -> Stack | None:
        attachment: Attachment = container.networks
        mine = {endpoint.network_id for endpoint in attachment.endpoints.values() if endpoint.id}
        for network, endpoint in self._endpoints():
            if network.id in mine and address in endpoint.addresses:
                return self.stack(endpoint.container) if network.connects else None
        for network in self:
            if network.id in mine and network.scope == "swarm":
                behind = self._engine.swarm.behind(network, address) or address
                for endpoint in self._engine.swarm.endpoints(network):
                    if behind in endpoint.addresses:
                        return self.stack(endpoint.container)
            if network.id in mine and any(address == subnet.gateway for subnet in network.subnets):
                return self.host
        return None

    def _source(self, container: Container, address: str) -> str | None:
        """The address of its own on the network that an address is in."""
        attachment: Attachment = container.networks
        for endpoint in attachment.endpoints.values():
            network = self.by_id(endpoint.network_id)
            for subnet in network.subnets if network is not None else ():
                if address in subnet and endpoint.addresses:
                    return endpoint.address if subnet.version == 4 else endpoint.address6
        return None

    def _stack_at(self, address: str) -> Stack | None:
        for _, endpoint in self._endpoints():
            if address in endpoint.addresses:
                return self.stack(endpoint.container)
        return None
