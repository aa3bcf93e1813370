"""Networks from one daemon to another."""

from __future__ import annotations

import contextlib
import ipaddress
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from dockpy.errors import ApiError, InvalidArgument, NotFound
from dockpy.ops import networks as ops
from dockpy.resources.base import require
from dockpy.resources.network import Network
from dockpy.transfer.plan import Transfer
from dockpy.transfer.target import check_target

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockpy.client import Client
    from dockpy.transfer.progress import Meter, OnProgress
    from dockpy.wire.networks import Network as Told

__all__ = ["NetworkCopy", "Subnets", "copy_network"]

Subnets: TypeAlias = bool | Literal["auto"]

_ENGINES_OWN = {"bridge", "host", "none", "nat", "docker_gwbridge", "ingress"}


class NetworkCopy:
    """The copying of one network: ask `check` first, then `add_to` a transfer or do the parts.

    Args:
        network: the network.
        to: where it goes.
        name: its name there; None for the one that it has.
        subnets: it has the same ones; False: the engine there chooses them; ``auto``: it does where the same
            ones are taken.
    """

    def __init__(
        self, network: Network, to: Client, *, name: str | None = None, subnets: Subnets = True
    ) -> None:
        if subnets not in (True, False, "auto"):
            raise InvalidArgument(f"subnets={subnets!r}: it takes True, False or 'auto'")
        self.network = network
        self.to: Client = check_target(to)
        self._name = name
        self._subnets = subnets
        self._found: Network | None = None  # there already
        self._keeps = False
        self._made: Network | None = None
        self._begun = False

    @property
    def name(self) -> str:
        """Its name there."""
        return self._name or self.network.name

    @property
    def target(self) -> Network:
        """The network there, when it is there."""
        found = self._found or self._made
        assert found is not None
        return found

    @property
    def exists(self) -> bool:
        """Whether one that is as this one was there already, and is used."""
        return self._found is not None

    def check(self) -> None:
        """Look at both daemons; nothing is changed.

        Raises:
            InvalidArgument: it is one that each engine has of itself; another one of that name is there, or
                one with its subnets.
            NotFound: the network is not on its daemon.
        """
        self.network.reload()
        if self.network.name in _ENGINES_OWN:
            raise self._refusal("is one that each engine has of itself")
        self._found = None
        others = self.to.api.call(ops.LIST)
        there = next((other for other in others if other.get("Name") == self.name), None)
        if there is not None:
            if differing := _differences(self.network.attrs, there, subnets=self._subnets is True):
                raise self._refusal(f"is there already, and differs in {', '.join(differing)}: give a name=")
            self._found = Network(self.to, require(self.to, there, "Id", "network"))
            return
        self._keeps = self._subnets is not False
        conflict = next(
            (
                (ours, theirs, other.get("Name"))
                for other in others
                for theirs in _networks(other)
                for ours in _networks(self.network.attrs)
                if ours.version == theirs.version and ours.overlaps(theirs)
            ),
            None,
        )
        if conflict and self._subnets == "auto":
            self._keeps = False
        elif conflict and self._keeps:
            ours, theirs, other = conflict
            raise self._refusal(
                f"has the subnet {ours}, which overlaps {theirs} of {other} there: subnets='auto' or False "
                "lets the engine there choose"
            )

    def add_to(self, transfer: Transfer) -> None:
        """Add what is to be done: nothing where it is there."""
        if self._found is None:
            how = "" if self._keeps else ", with other subnets"
            transfer.step(
                f"network {self.name}",
                f"create the network {self.name}{how}",
                self.to.daemon,
                self.make,
                undo=self.unmake,
            )

    def make(self, meter: Meter | None = None) -> None:
        """Create it there, where it is not there yet.

        Raises:
            Forbidden: its subnets are taken by something else than a network of the engine.
        """
        if self._found is not None:
            return
        self._begun = True
        request = _request(self.network.attrs, subnets=self._keeps)
        try:
            self._made = self.to.networks.create(self.name, **request)
        except ApiError as error:
            if self._subnets == "auto" and self._keeps and "pool" in error.message.lower():
                request = _request(self.network.attrs, subnets=False)
                self._made = self.to.networks.create(self.name, **request)
                return
            self._begun = False  # it said no
            raise

    def unmake(self) -> None:
        """Remove it, where it was created."""
        if self._made is not None:
            with contextlib.suppress(NotFound):
                self._made.remove()
        elif self._begun:  # its answer may be lost
            for made in self.to.networks.list([self.name]):
                if made.name == self.name:
                    made.remove()

    def _refusal(self, problem: str) -> InvalidArgument:
        return InvalidArgument(
            f"The network {self.name} {problem}", subject=f"network {self.name}", daemon=self.to.daemon
        )


def _request(attrs: Told, *, subnets: bool) -> dict[str, Any]:
    """What makes such a network, as keywords of ``networks.create``."""
    ipam = attrs.get("IPAM") or {}
    source = (attrs.get("ConfigFrom") or {}).get("Network")
    wanted: dict[str, Any] = {
        "driver": attrs.get("Driver") or None,
        "internal": bool(attrs.get("Internal")),
        "attachable": bool(attrs.get("Attachable")),
    }
    if source:  # everything else is that one's
        return {**wanted, "config_from": source}
    wanted |= {"enable_ipv6": bool(attrs.get("EnableIPv6")), "labels": dict(attrs.get("Labels") or {})}
    if attrs.get("EnableIPv4") is False:  # older engines cannot do without, and say so
        wanted["enable_ipv4"] = False
    if attrs.get("ConfigOnly"):
        wanted |= {"config_only": True, "driver": None}
    config = [_of_subnet(entry) for entry in ipam.get("Config") or []] if subnets else []
    return {
        **wanted,
        "options": dict(attrs.get("Options") or {}),
        "ipam": {
            "Driver": ipam.get("Driver") or "default",
            "Options": dict(ipam.get("Options") or {}),
            "Config": config,
        },
    }


def _of_subnet(entry: Mapping[str, Any]) -> dict[str, Any]:
    """What is asked of a subnet; Docker 20.10 tells gateways that it chose with the length of a prefix."""
    told = {key: value for key, value in entry.items() if value}
    if "Gateway" in told:
        told["Gateway"] = str(told["Gateway"]).partition("/")[0]
    return told


def _differences(here: Told, there: Told, *, subnets: bool) -> list[str]:
    """In what two networks differ that containers would notice; labels are not among that."""
    ours, theirs = _request(here, subnets=subnets), _request(there, subnets=subnets)
    found = [
        name
        for name in ("driver", "internal", "attachable", "enable_ipv6", "enable_ipv4", "config_only")
        if ours.get(name) != theirs.get(name)
    ]
    if ours.get("config_from") != theirs.get("config_from"):
        found.append("config_from")
    if ours.get("options") != theirs.get("options"):
        found.append("options")
    mine, others = ours.get("ipam") or {}, theirs.get("ipam") or {}
    if (mine.get("Driver"), mine.get("Options")) != (others.get("Driver"), others.get("Options")):
        found.append("ipam driver")
    if _pools(mine) != _pools(others):
        found.append("subnets")
    return found


def _pools(ipam: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Subnets, and what of them is given out; not the gateways, which not all engines tell alike."""
    return sorted(
        (str(entry.get("Subnet")), str(entry.get("IPRange") or "")) for entry in ipam.get("Config") or []
    )


def _networks(attrs: Told) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    """The subnets that a network takes; a mere configuration takes none."""
    found: list[ipaddress.IPv4Network | ipaddress.IPv6Network] = []
    if attrs.get("ConfigOnly"):
        return found
    for entry in (attrs.get("IPAM") or {}).get("Config") or []:
        try:
            found.append(ipaddress.ip_network(entry.get("Subnet") or "", strict=False))
        except ValueError:  # of a driver that has something else there
            continue
    return found


def copy_network(
    network: Network, to: Client, *, name: str | None, subnets: Subnets, progress: OnProgress | None
) -> Network:
    """Copy a network; see `Network.copy`."""
    work = NetworkCopy(network, to, name=name, subnets=subnets)
    work.check()
    transfer = Transfer(
        f"copy the network {network.name} from {network.client.daemon} to {to.daemon}", progress=progress
    )
    work.add_to(transfer)
    transfer.run()
    return work.target
