"""Published ports, in all the forms that docker-py and the docker command take."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from dockpy.errors import InvalidArgument

__all__ = ["PortBindings", "port_bindings"]

HostPort = int | str | tuple[str, int | str] | tuple[str] | Mapping[str, str] | None
Ports = Mapping[str | int, HostPort | Sequence[HostPort]] | Sequence[str | int]
PortBindings = dict[str, list[dict[str, str]]]

_CONTAINER_PORT = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?(?:/(tcp|udp|sctp))?")
_HOST_PORT = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?")
_FORMS = (
    "it takes {'80/tcp': 8080}, {'80/tcp': ('127.0.0.1', 8080)}, {'80/tcp': [8080, 8081]}, {'80/tcp': None}, "
    "or ['127.0.0.1:8080:80/tcp', '8080:80', '80']"
)


def port_bindings(ports: Ports) -> PortBindings:
    """The Engine's port bindings: ``{"80/tcp": [{"HostIp": "", "HostPort": "8080"}]}``.

    An empty HostPort lets the engine choose one.

    Raises:
        InvalidArgument: a form is none of the known ones, or a port is not within 1 to 65535.
    """
    bindings: PortBindings = {}
    if isinstance(ports, Mapping):
        for container, hosts in ports.items():
            for port in _container_ports(container):
                several = hosts if isinstance(hosts, list) else [hosts]
                bindings.setdefault(port, []).extend(_binding(container, host) for host in several)
        return bindings
    if isinstance(ports, str) or not isinstance(ports, Sequence):
        raise InvalidArgument(f"ports={ports!r}: {_FORMS}")
    for text in ports:
        _publish(str(text), bindings)
    return bindings


def _publish(text: str, bindings: PortBindings) -> None:
    """``[ip:][host]:container[/protocol]``, either port a range."""
    address, bracket, rest = text.partition("]") if text.startswith("[") else ("", "", text)
    if bracket:
        ip, parts = address[1:], rest.removeprefix(":").split(":")
    else:
        *before, host, container = ["", "", *text.split(":")]
        ip, parts = ":".join(before).lstrip(":"), [host, container]
    host, container = (["", *parts])[-2:]
    inner = _container_ports(container)
    outer = _range(host) if host else [""] * len(inner)
    if len(inner) == 1 and len(outer) > 1:
        outer = [host]  # one port of the container, on any free one of the range
    if len(inner) != len(outer):
        raise InvalidArgument(
            f"ports: {text!r} has {len(outer)} host ports for {len(inner)} of the container"
        )
    for port, host_port in zip(inner, outer, strict=True):
        bindings.setdefault(port, []).append({"HostIp": ip, "HostPort": host_port})


def _container_ports(container: str | int) -> list[str]:
    match = _CONTAINER_PORT.fullmatch(str(container))
    if match is None:
        raise InvalidArgument(
            f"ports: {container!r} is no port of a container, such as 80 or '53/udp'; {_FORMS}"
        )
    first, last = _port(match[1]), _port(match[2] or match[1])
    return [f"{port}/{match[3] or 'tcp'}" for port in range(first, last + 1)]


def _range(host: str) -> list[str]:
    match = _HOST_PORT.fullmatch(host)
    if match is None:
        raise InvalidArgument(
            f"ports: {host!r} is no port of the host, such as 8080 or '8000-8010'; {_FORMS}"
        )
    return [str(port) for port in range(_port(match[1]), _port(match[2] or match[1]) + 1)]


def _binding(container: str | int, host: Any) -> dict[str, str]:
    if host is None:
        return {"HostIp": "", "HostPort": ""}
    if isinstance(host, Mapping) and set(host) <= {"HostIp", "HostPort"}:
        return {"HostIp": str(host.get("HostIp", "")), "HostPort": str(host.get("HostPort", ""))}
    if isinstance(host, tuple) and len(host) in (1, 2):
        ip, port = host[0], host[1] if len(host) == 2 else ""
        return {"HostIp": str(ip), "HostPort": str(port) and _host_port(container, port)}
    if isinstance(host, str) and ":" in host:
        ip, _, port = host.rpartition(":")
        return {"HostIp": ip.strip("[]"), "HostPort": _host_port(container, port)}
    return {"HostIp": "", "HostPort": _host_port(container, host)}


def _host_port(container: str | int, host: Any) -> str:
    if isinstance(host, bool) or not isinstance(host, (int, str)):
        raise InvalidArgument(f"ports: {container!r}: {host!r}: {_FORMS}")
    ports = _range(str(host))
    return ports[0] if len(ports) == 1 else str(host)


def _port(text: str) -> int:
    port = int(text)
    if not 0 < port < 65536:
        raise InvalidArgument(f"ports: {text} is not within 1 to 65535")
    return port
