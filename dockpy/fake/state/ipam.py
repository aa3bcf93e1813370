"""Addresses: the subnets that networks get, and the addresses that their containers get out of them."""

from __future__ import annotations

import itertools
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_interface, ip_network
from typing import TYPE_CHECKING

from dockpy.fake.failure import Failure

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Exhausted", "IPNetwork", "Pools", "Subnet"]

IPNetwork = IPv4Network | IPv6Network

DEFAULT_POOLS = (
    ("172.17.0.0/16", 16),
    ("172.18.0.0/16", 16),
    ("172.19.0.0/16", 16),
    ("172.20.0.0/14", 16),
    ("172.24.0.0/14", 16),
    ("172.28.0.0/14", 16),
    ("192.168.0.0/16", 20),
)
"""Where subnets come from that nobody asked for: pools, and the prefix length of what is cut out of them."""


class Exhausted(Exception):
    """No address is left."""


class Subnet:
    """A subnet of a network, and what of it is given out.

    Args:
        subnet: as it was asked for (``10.1.0.0/24``).
        ip_range: the part of it that addresses are given out from; None for all of it.
        asked: somebody asked for it, it is not out of the default pools.

    Attributes:
        gateway: the address of the host in it; empty until it is taken.
    """

    def __init__(
        self,
        subnet: str,
        ip_range: str | None = None,
        *,
        asked: bool = True,
    ) -> None:
        self.network: IPNetwork = ip_interface(subnet).network
        self.range: IPNetwork = ip_network(ip_range, strict=False) if ip_range else self.network
        self.asked: bool = asked
        self.gateway: str = ""
        self._taken = {int(self.network.network_address)}
        if isinstance(self.network, IPv4Network):
            self._taken.add(int(self.network.broadcast_address))

    @property
    def version(self) -> int:
        """4 or 6."""
        return self.network.version

    @property
    def prefix(self) -> int:
        """The length of its prefix."""
        return self.network.prefixlen

    @property
    def in_use(self) -> int:
        """How many of its addresses cannot be given out."""
        return len(self._taken)

    @property
    def available(self) -> int:
        """How many addresses can still be given out."""
        low, size = int(self.range.network_address), self.range.num_addresses
        return size - sum(low <= address < low + size for address in self._taken)

    def __contains__(self, address: str) -> bool:
        found = ip_address(address)
        return found.version == self.version and found in self.network

    def take(self, address: str = "", *, single: bool = False) -> str:
        """Take an address: this one, or the lowest that is left.

        Args:
            address: which; empty for any.
            single: in a subnet of two or one, these can be taken, too.

        Raises:
            Failure: 403, it is taken.
            Exhausted: none is left.
        """
        if single and self.network.num_addresses <= 2:
            self._taken.clear()
        if address:
            number = int(ip_address(address))
            if number in self._taken:
                raise Failure(403, "Address already in use")
            self._taken.add(number)
            return self._text(number)
        low = int(self.range.network_address)
        for number in range(low, low + self.range.num_addresses):
            if number not in self._taken:
                self._taken.add(number)
                return self._text(number)
        raise Exhausted

    def give_back(self, address: str) -> None:
        """The address is free again."""
        self._taken.discard(int(ip_address(address)))

    def _text(self, number: int) -> str:
        return str(IPv6Address(number)) if self.version == 6 else str(ip_address(number))


class Pools:
    """The subnets of a daemon's networks, none of which overlap.

    Args:
        private: the ULA prefix (/48) that IPv6 subnets come from; None where the engine has none.
        lowest: the lowest subnet that is free is chosen; else the next one after the last that was.
        refusal: how the message begins where a subnet overlaps.
    """

    def __init__(self, private: IPv6Network | None, *, lowest: bool, refusal: str = "") -> None:
        self._refusal = refusal
        self._taken: list[IPNetwork] = []
        self._private = private
        self._lowest = lowest
        self._next = {4: 0, 6: 0}

    def take(self, subnets: Iterable[Subnet]) -> None:
        """Take subnets that were asked for: all of them or none.

        Raises:
            Failure: 403, one overlaps with a network's.
        """
        wanted = [subnet.network for subnet in subnets]
        for number, network in enumerate(wanted):
            if any(_overlap(network, other) for other in (*self._taken, *wanted[:number])):
                raise Failure(403, f"{self._refusal}Pool overlaps with other one on this address space")
        self._taken += wanted

    def choose(self, version: int) -> Subnet | None:
        """Take a subnet that is free; None where there is none."""
        candidates = list(self._candidates(version))
        start = 0 if self._lowest else self._next[version]
        for number in (*range(start, len(candidates)), *range(start)):
            network = candidates[number]
            if not any(_overlap(network, other) for other in self._taken):
                self._next[version] = number + 1
                self._taken.append(network)
                return Subnet(str(network), asked=False)
        return None

    def give_back(self, subnets: Iterable[Subnet]) -> None:
        """They are free again."""
        for subnet in subnets:
            if subnet.network in self._taken:
                self._taken.remove(subnet.network)

    def _candidates(self, version: int) -> Iterator[IPNetwork]:
        if version == 6:
            if self._private is not None:
                yield from itertools.islice(self._private.subnets(new_prefix=64), 256)
            return
        for pool, size in DEFAULT_POOLS:
            yield from IPv4Network(pool).subnets(new_prefix=size)


def _overlap(one: IPNetwork, other: IPNetwork) -> bool:
    return one.version == other.version and one.overlaps(other)
