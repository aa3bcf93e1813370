"""The networks that a swarm's nodes have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockpy.fake.failure import Failure
from dockpy.fake.state.network import PREDEFINED, Network
from dockpy.fake.state.swarm_store import Kept, rpc
from dockpy.fake.times import rfc3339

if TYPE_CHECKING:
    from dockpy.fake.engine import Engine
    from dockpy.fake.state.swarm_cluster import Cluster
    from dockpy.fake.state.swarm_nodes import Node
    from dockpy.fake.state.swarm_service import Service

__all__ = ["SwarmNetworks"]

_FIRST_PORT, _LAST_PORT = 30000, 32767
_FIRST_VXLAN = 4096


class SwarmNetworks:
    """The networks of a swarm. Their containers are on networks of the engines', which these describe.

    Args:
        cluster: the swarm.

    Attributes:
        ingress: the one by which published ports are reached; None where it was removed.
    """

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._kept: dict[str, Kept] = {}
        self._networks: dict[str, Network] = {}
        self._predefined: dict[str, str] = {}
        self._vxlan = _FIRST_VXLAN
        for name in ("bridge", "host"):
            kept = Kept(id=cluster.new_id())
            cluster.keep(kept)
            self._kept[kept.id] = kept
            self._predefined[kept.id] = name
        self.ingress: Network | None = None

    def new_vxlan(self) -> str:
        """The number of an overlay."""
        self._vxlan += 1
        return str(self._vxlan - 1)

    def add(self, network: Network) -> None:
        """A network of the swarm was made."""
        kept = Kept(id=network.id)
        self._cluster.keep(kept)
        self._kept[network.id] = kept
        self._networks[network.id] = network
        if network.ingress:
            self.ingress = network
        for node in self._cluster.nodes.objects.values():
            self.share_with(node)
        self._cluster.emit("network", "create", network.id, {"name": network.name})

    def check_unused(self, network: Network) -> None:
        """
        Raises:
            Failure: 400, a service or a task has it.
        """
        for service in self._cluster.services.objects.values():
            if network.id in [one["Target"] for one in service.networks]:
                text = f"network {network.id} is in use by service {service.id}"
                raise rpc("FailedPrecondition", text)
        for task in self._cluster.tasks.objects.values():
            if (
                task.wanted
                and not task.over
                and network.id in [one["Network"]["ID"] for one in task.networks]
            ):
                raise rpc("FailedPrecondition", f"network {network.id} is in use by task {task.id}")
        for node in self._cluster.nodes.objects.values():
            shared = node.engine.networks.by_id(network.id)
            if shared is None or shared is network:
                continue
            for endpoint in shared.endpoints.values():
                if not endpoint.of_task:
                    attached = endpoint.container.id[:25]
                    raise rpc("FailedPrecondition", f"network {network.id} is in use by task {attached}")

    # Which engines have which

    def share_with(self, node: Node) -> None:
        """Let an engine have the networks that it has from the beginning: a manager all of them."""
        if node.engine.swarm.node is not node:
            return
        for network in self._networks.values():
            if node.role == "manager" or network.ingress:
                node.engine.networks.share(network)

    def bring(self, engine: Engine, reference: str) -> None:
        """Let an engine have a network that a container of it shall be on, where the swarm has such a one."""
        for network in self._networks.values():
            if reference in (network.id, network.name):
                engine.networks.share(network)

    def tidy(self) -> None:
        """Take networks that nothing there needs from the workers."""
        for node in self._cluster.nodes.objects.values():
            if node.role == "manager" or node.engine.swarm.node is not node:
                continue
            networks = node.engine.networks
            for network in self._networks.values():
                if not network.ingress and not networks.is_asked_for(network):
                    networks.drop(network)

    def forget(self, network: Network) -> None:
        """A network of the swarm is gone."""
        self._kept.pop(network.id, None)
        self._networks.pop(network.id, None)
        if self.ingress is network:
            self.ingress = None
        for node in self._cluster.nodes.objects.values():
            node.engine.networks.drop(network)
        self._cluster.emit("network", "remove", network.id, {"name": network.name})

    # What services ask for

    def resolve(self, spec: dict[str, Any], engine: Engine) -> None:
        """Put the ids of networks in the place of their names, in a ``ServiceSpec``.

        Raises:
            Failure: there is none such, or it is not the swarm's.
        """
        template = spec.get("TaskTemplate") or {}
        for one in [*(template.get("Networks") or ()), *(spec.get("Networks") or ())]:
            one["Target"] = self._id(one.get("Target") or "", engine)

    def _id(self, reference: str, engine: Engine) -> str:
        if reference in self._kept:
            return reference
        for id, name in self._predefined.items():
            if name == reference:
                return id
        network = engine.networks.find(reference)
        if network is None:
            raise Failure(500, f"network {reference} not found")
        if network.name in PREDEFINED:
            return self._id(network.name, engine) if network.name != "none" else self._missing(reference)
        if network.scope != "swarm":
            text = (
                f"The network {reference} cannot be used with services. Only networks scoped to the swarm "
                "can be used, such as those created with the overlay driver."
            )
            raise Failure(403, text)
        return network.id

    def _missing(self, reference: str) -> str:
        raise Failure(500, f"network {reference} not found")

    def name_of(self, id: str) -> str:
        """The name that the engines have a network under."""
        if id in self._predefined:
            return self._predefined[id]
        return self._networks[id].name if id in self._networks else id

    def allocate(self, service: Service) -> None:
        """Give a service its ports, and an address on each overlay."""
        endpoint = service.spec.get("EndpointSpec") or {}
        service.ports = self._ports(service, endpoint)
        before = {one["NetworkID"]: one for one in service.addresses}
        wanted = []
        if endpoint.get("Mode", "vip") == "vip":
            wanted = [one["Target"] for one in service.networks]
            if self.ingress is not None and any(one["PublishMode"] == "ingress" for one in service.ports):
                wanted.insert(0, self.ingress.id)
        for id in before.keys() - set(wanted):
            self._give_back(before[id])
        service.addresses = [before.get(id) or self._address(id) for id in wanted]

    def _ports(self, service: Service, endpoint: dict[str, Any]) -> list[dict[str, Any]]:
        chosen = []
        before = {(one["TargetPort"], one["Protocol"]): one for one in service.ports if "TargetPort" in one}
        for port in endpoint.get("Ports") or ():
            if port["PublishMode"] != "ingress" or port.get("PublishedPort"):
                chosen.append(port)
                continue
            old = before.get((port.get("TargetPort"), port["Protocol"])) or {}
            number = old.get("PublishedPort") or self._free_port(chosen)
            rest = {name: value for name, value in port.items() if name != "PublishMode"}
            chosen.append({**rest, "PublishedPort": number, "PublishMode": "ingress"})
        return chosen

    def _free_port(self, chosen: list[dict[str, Any]]) -> int:
        services = self._cluster.services.objects.values()
        taken = {one.get("PublishedPort") for service in services for one in service.ports}
        taken |= {one.get("PublishedPort") for one in chosen}
        return next(number for number in range(_FIRST_PORT, _LAST_PORT) if number not in taken)

    def _address(self, id: str) -> dict[str, Any]:
        network = self._networks.get(id)
        if network is None or network.driver != "overlay":
            return {"NetworkID": id}
        taken = network.take_address(4)
        if taken is None:
            return {"NetworkID": id}
        subnet, address = taken
        return {"NetworkID": id, "Addr": f"{address}/{subnet.prefix}"}

    def _give_back(self, one: dict[str, Any]) -> None:
        network = self._networks.get(one["NetworkID"])
        address = str(one.get("Addr") or "").partition("/")[0]
        for subnet in network.subnets if network is not None and address else ():
            if address in subnet:
                subnet.give_back(address)

    def release(self, service: Service) -> None:
        """A service is gone: so are its addresses."""
        for one in service.addresses:
            self._give_back(one)
        service.addresses = []

    # What is told

    def attachments(self, service: Service) -> list[dict[str, Any]]:
        """``NetworksAttachments`` of a new task of a service."""
        told = []
        if self.ingress is not None and any(one["PublishMode"] == "ingress" for one in service.ports):
            told.append({"Network": self._described(self.ingress.id)})
        return told + [{"Network": self._described(one["Target"])} for one in service.networks]

    def _described(self, id: str) -> dict[str, Any]:
        """A network as its managers keep it."""
        told = self._kept[id].meta()
        if id in self._predefined:
            name = self._predefined[id]
            labels = {"com.docker.swarm.predefined": "true"}
            spec: dict[str, Any] = {
                "Name": name,
                "Labels": labels,
                "DriverConfiguration": {"Name": name},
                "Scope": "swarm",
            }
            state: dict[str, Any] = {"Name": name}
            return told | {"Spec": spec, "DriverState": state, "IPAMOptions": {"Driver": {}}}
        network = self._networks[id]
        spec = {
            "Name": network.name,
            "Labels": network.labels,
            "DriverConfiguration": {"Name": network.driver},
            **({"IPv6Enabled": True} if network.enable_ipv6 else {}),
            **({"Internal": True} if network.internal else {}),
            **({"Attachable": True} if network.attachable else {}),
            **({"Ingress": True} if network.ingress else {}),
            "Scope": "swarm",
        }
        told["CreatedAt"] = rfc3339(network.created)
        if network.driver != "overlay":
            return told | {
                "Spec": spec,
                "DriverState": {"Name": network.driver},
                "IPAMOptions": {"Driver": {}},
            }
        configs = [{name: pool[name] for name in ("Subnet", "Gateway")} for pool in network.ipam_config]
        return told | {
            "Spec": spec,
            "DriverState": {"Name": network.driver, "Options": network.options},
            "IPAMOptions": {"Driver": {"Name": "default"}, "Configs": configs},
        }
