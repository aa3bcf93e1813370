"""Published ports, in all the forms that docker-py and the docker command take."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from dockpy.errors import InvalidArgument

__all__ = ["PortBindings", "port_bindings"]

HostPort = int | str | tuple[str, int | str] | tuple[str] | Mapping[str, str] | None
_HostPorts = HostPort | Sequence[HostPort]
# A mapping is invariant in its keys: a dict with str keys is no mapping with keys that are str or int.
Ports = (
    Mapping[str, _HostPorts] | Mapping[int, _HostPorts] | Mapping[str | int, _HostPorts] | Sequence[str | int]
)
PortBindings = dict[str, list[dict[str, str]]]

_CONTAINER_PORT = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?(?:/(tcp|udp|sctp))?")
_HOST_PORT = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?")
_FORMS = (
    "it takes {'80/tcp': 8080}, {'80/tcp': ('127.0.0.1', 8080)}, {'80/tcp': [8080, 8081]}, {'80/tcp': None}, "
    "or ['127.0.0.1:8080:80/tcp', '8080:80', '80']"
)


def port_bindings(ports: Ports) -> PortBindings:
    """The Engine's port bindings: ``{"80/tcp": [{"HostIp": "", "HostPort": "8080"}]}``.

    A HostPort that is empty or 0 lets the engine choose one.

    Raises:
        InvalidArgument: a form is none of the known ones, a port is not within 1 to 65535, or ranges of
            ports are not of the same length.
    """
    bindings: PortBindings = {}
    if isinstance(ports, Mapping):
        for container, hosts in ports.items():
            for host in hosts if isinstance(hosts, list) else [hosts]:
                ip, port = _address(container, host)
                _publish(str(container), ip, port, bindings)
        return bindings
    if isinstance(ports, str) or not isinstance(ports, Sequence):
        raise InvalidArgument(f"ports={ports!r}: {_FORMS}")
    for text in ports:
        _publish(*_split(str(text)), bindings)
    return bindings


def _publish(container: str, ip: str, host: str, bindings: PortBindings) -> None:
    """Publish a port of the container, or a range of them one by one."""
    inner = _container_ports(container)
    outer = _host_ports(host) if host else [""] * len(inner)
    if len(inner) == 1 and len(outer) > 1:
        outer = [host]  # one port of the container, on any free one of the range
    if len(inner) != len(outer):
        raise InvalidArgument(
            f"ports: {container!r}: {host!r}: {len(outer)} ports of the host for {len(inner)} of the container"
        )
    for port, host_port in zip(inner, outer, strict=True):
        bindings.setdefault(port, []).append({"HostIp": ip, "HostPort": host_port})


def _split(text: str) -> tuple[str, str, str]:
    """``[ip:][host:]container[/protocol]`` → container, ip, host."""
    address, bracket, rest = text.partition("]") if text.startswith("[") else ("", "", text)
    *before, container = rest.removeprefix(":").split(":") if bracket else rest.split(":")
    host = before.pop() if before else ""
    return container, address[1:] if bracket else ":".join(before), host


def _container_ports(container: str) -> list[str]:
    match = _CONTAINER_PORT.fullmatch(container)
    if match is None:
        raise InvalidArgument(
            f"ports: {container!r} is no port of a container, such as 80 or '53/udp'; {_FORMS}"
        )
    return [f"{port}/{match[3] or 'tcp'}" for port in _range(match, lowest=1)]


def _host_ports(host: str) -> list[str]:
    match = _HOST_PORT.fullmatch(host)
    if match is None:
        raise InvalidArgument(
            f"ports: {host!r} is no port of the host, such as 8080 or '8000-8010'; {_FORMS}"
        )
    return [str(port) for port in _range(match, lowest=0)]


def _range(match: re.Match[str], lowest: int) -> range:
    first, last = int(match[1]), int(match[2] or match[1])
    if not lowest <= first <= last <= 65535:
        raise InvalidArgument(f"ports: {match[0]!r} is not within {lowest} to 65535, first port first")
    return range(first, last + 1)


def _address(container: object, host: Any) -> tuple[str, str]:
    """The host's address and port in one of the forms that a mapping's value may have."""
    match host:
        case None:
            return "", ""
        case {"HostPort": _} | {"HostIp": _} if set(host) <= {"HostIp", "HostPort"}:
            return str(host.get("HostIp") or ""), str(host.get("HostPort") or "")
        case (str() as ip,):
            return ip, ""
        case (str() as ip, int() | str() as port) if not isinstance(port, bool):
            return ip, str(port)
        case str() if ":" in host:
            ip, _, port = host.rpartition(":")
            return ip.strip("[]"), port
        case int() | str() if not isinstance(host, bool):
            return "", str(host)
        case _:
            raise InvalidArgument(f"ports: {container!r}: {host!r}: {_FORMS}")
