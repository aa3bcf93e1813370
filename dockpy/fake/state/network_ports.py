"""Ports of the host that containers' ports are published at."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from dockpy.fake.failure import Failure
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dockpy.fake.engine import Engine

__all__ = ["HostPorts", "Published", "exposed_ports"]

_FIRST, _LAST = 32768, 60999
"""The ports that are given out where none is asked for."""

_ANY = ("0.0.0.0", "::")  # noqa: S104 - what an engine publishes at where no address is given


@dataclass(frozen=True, slots=True)
class Published:
    """A container's port at an address of the host.

    Attributes:
        port: the container's (``80/tcp``).
        host_ip: the host's address.
        host_port: the host's port.
    """

    port: str
    host_ip: str
    host_port: int


class HostPorts:
    """The ports of one daemon's host.

    Args:
        engine: the daemon.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._taken: set[tuple[str, str, int]] = set()
        self._last: dict[str, int] = {}

    def publish(
        self,
        exposed: Iterable[str],
        bindings: Mapping[str, list[dict[str, Any]] | None],
        publish_all: bool,
        inner: str,
    ) -> list[Published]:
        """Take the ports that a container asks for: all of them or none.

        Args:
            exposed: the container's ports (``80/tcp``); others are not published.
            bindings: where they are to be published.
            publish_all: take a free port for each that has no binding.
            inner: the container's address.

        Raises:
            Failure: 500, one is taken: the end of the engine's sentence.
        """
        published: list[Published] = []
        try:
            for port in exposed:
                wanted = bindings.get(port) or ([{}] if publish_all else [])
                if not at_least(self._engine.api, "1.48"):
                    wanted = sorted(wanted, key=_port_number, reverse=True)
                for binding in wanted:
                    host_ip, host_port = binding.get("HostIp") or "", binding.get("HostPort") or ""
                    published += self._bind(port, f"{inner}:{port}", host_ip, host_port)
        except Failure:
            self.give_back(published)
            raise
        return published

    def give_back(self, published: Iterable[Published]) -> None:
        """They are free again."""
        for one in published:
            protocol = one.port.partition("/")[2]
            self._taken.discard((protocol, one.host_ip, one.host_port))
            if protocol == "tcp" and self._engine.ports is not None:
                self._engine.ports.shut(one.host_ip, one.host_port)

    def _bind(self, port: str, target: str, host_ip: str, host_port: str) -> Iterator[Published]:
        addresses = (host_ip,) if _is_address(host_ip) else _ANY
        protocol = port.partition("/")[2] or "tcp"
        number = self._choose(protocol, addresses, host_port, target)
        for address in addresses:
            self._taken.add((protocol, address, number))
            yield Published(port, address, number)

    def _choose(self, protocol: str, addresses: tuple[str, ...], asked: str, target: str) -> int:
        low, _, high = asked.partition("-")
        if not asked or low == "0":
            last = self._last.get(protocol, _LAST)
            count = _LAST - _FIRST + 1
            for step in range(count):
                number = _FIRST + (last - _FIRST + 1 + step) % count
                if self._take(protocol, addresses, number):
                    self._last[protocol] = number
                    return number
            raise Failure(500, "all ports are allocated")
        for number in range(int(low), int(high or low) + 1):
            if self._take(protocol, addresses, number):
                return number
        if high and high != low:
            raise Failure(500, "all ports are allocated")
        if self._is_free(protocol, addresses, int(low)):  # no container has it
            raise Failure(500, self._in_use(protocol, addresses[0], low, target))
        raise Failure(500, f"Bind for {addresses[0]}:{low} failed: port is already allocated")

    def _in_use(self, protocol: str, address: str, port: str, target: str) -> str:
        host = f"[{address}]" if ":" in address else address
        if at_least(self._engine.api, "1.48"):
            return f"failed to bind host port for {host}:{port}:{target}: address already in use"
        listen = f"listen {protocol}{6 if ':' in address else 4} {host}:{port}"
        return f"Error starting userland proxy: {listen}: bind: address already in use"

    def _take(self, protocol: str, addresses: tuple[str, ...], number: int) -> bool:
        if not self._is_free(protocol, addresses, number):
            return False
        if protocol != "tcp" or self._engine.ports is None:
            return True
        try:
            return self._engine.ports.open(addresses[0], number)
        except OSError as error:
            problem = f"listen tcp {addresses[0]}:{number}: bind: {str(error.strerror).lower()}"
            raise Failure(500, f"Error starting userland proxy: {problem}") from None

    def _is_free(self, protocol: str, addresses: tuple[str, ...], number: int) -> bool:
        for taken_protocol, taken_address, taken_number in self._taken:
            if taken_protocol != protocol or taken_number != number:
                continue
            for address in addresses:
                same_family = (":" in address) == (":" in taken_address)
                if same_family and (address == taken_address or {address, taken_address} & set(_ANY)):
                    return False
        return True


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _port_number(binding: Mapping[str, Any]) -> int:
    text = str(binding.get("HostPort") or "0").partition("-")[0]
    return int(text) if text.isdecimal() else 0


def exposed_ports(config: Mapping[str, Any]) -> list[str]:
    """A container's ports, each with its protocol, in order of their names."""
    ports = config.get("ExposedPorts") or {}
    return sorted(port if "/" in port else f"{port}/tcp" for port in ports)
