"""Published ports, in all the forms that docker-py and the docker command take."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping, Sequence
from typing import Any

from dockpy.errors import InvalidArgument
from dockpy.options.values import is_list

__all__ = ["PortBindings", "Ports", "container_ports", "port_bindings"]

HostPort = int | str | tuple[str, int | str | None] | tuple[str] | Mapping[str, str] | None
_HostPorts = HostPort | Sequence[HostPort]
# A mapping is invariant in its keys: a dict with str keys is no mapping with keys that are str or int.
Ports = (
    Mapping[str, _HostPorts] | Mapping[int, _HostPorts] | Mapping[str | int, _HostPorts] | Sequence[str | int]
)
PortBindings = dict[str, list[dict[str, str]]]

_CONTAINER_PORT = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?(?:/(tcp|udp|sctp))?", re.ASCII)
_HOST_PORT = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?", re.ASCII)
_FORMS = (
    "it takes {'80/tcp': 8080}, {'80/tcp': ('127.0.0.1', 8080)}, {'80/tcp': [8080, 8081]}, {'80/tcp': None}, "
    "or ['127.0.0.1:8080:80/tcp', '8080:80', '80']"
)


def port_bindings(ports: Ports) -> PortBindings:
    """The Engine's port bindings: ``{"80/tcp": [{"HostIp": "", "HostPort": "8080"}]}``.

    A HostPort that is empty or 0 lets the engine choose one; a port of no bindings is exposed alone.

    Raises:
        InvalidArgument: a form is none of the known ones, a host's address is no IP address, a port is not
            within 1 to 65535, or ranges of ports are not of the same length.
    """
    bindings: PortBindings = {}
    if isinstance(ports, Mapping):
        for container, hosts in ports.items():
            for port in _container_ports(container):
                bindings.setdefault(port, [])
            for host in hosts if isinstance(hosts, list) else [hosts]:
                _publish(container, *_address(container, host), bindings)
        return bindings
    if not is_list(ports):
        raise InvalidArgument(f"ports={ports!r}: {_FORMS}")
    for text in ports:
        # [[ip:]host:]container[/protocol]: an address of IPv6 holds colons itself.
        container, host, ip, *_ = [*reversed(str(text).rsplit(":", 2)), "", ""]
        _publish(container, ip, host, bindings)
    return bindings


def container_ports(option: str, port: object, more: str = "") -> list[str]:
    """A port of a container, or a range of them: ``80`` → ``["80/tcp"]``, ``"53-54/udp"``.

    Args:
        option: the option's name, for errors.
        port: the port.
        more: what else an error shall say.

    Raises:
        InvalidArgument: it is none.
    """
    match = _CONTAINER_PORT.fullmatch(str(port))
    if match is None:
        raise InvalidArgument(f"{option}: {port!r} is no port of a container, such as 80 or '53/udp'{more}")
    return [f"{number}/{match[3] or 'tcp'}" for number in _range(option, match, lowest=1)]


def _publish(container: object, ip: object, host: object, bindings: PortBindings) -> None:
    """Publish a port of the container, or a range of them one by one."""
    ip = _host_address(ip)
    inner = _container_ports(container)
    outer = _host_ports(host) or [""] * len(inner)
    if len(inner) == 1 and len(outer) > 1:
        outer = [str(host)]  # one port of the container, on any free one of the range
    if len(inner) != len(outer):
        raise InvalidArgument(
            f"ports: {container!r}: {host!r}: "
            f"{len(outer)} ports of the host for {len(inner)} of the container"
        )
    for port, host_port in zip(inner, outer, strict=True):
        bindings.setdefault(port, []).append({"HostIp": ip, "HostPort": host_port})


def _host_address(ip: object) -> str:
    """An address, out of its brackets; where engines cannot read one, they publish on every interface."""
    if ip is None or ip == "":
        return ""
    try:
        bare = re.sub(r"^\[(.*)\]$", r"\1", ip) if isinstance(ip, str) else ""
        if "%" not in bare:  # with a zone, which engines do not read
            ipaddress.ip_address(bare)
            return bare
    except ValueError:
        pass
    raise InvalidArgument(f"ports: {ip!r} is no IP address of the host, such as '127.0.0.1'; {_FORMS}")


def _container_ports(container: object) -> list[str]:
    return container_ports("ports", container, f"; {_FORMS}")


def _host_ports(host: object) -> list[str]:
    if host is None or host == "":
        return []
    match = _HOST_PORT.fullmatch(str(host))
    if match is None:
        raise InvalidArgument(
            f"ports: {host!r} is no port of the host, such as 8080 or '8000-8010'; {_FORMS}"
        )
    return [str(port) for port in _range("ports", match, lowest=0)]  # 0: a free one


def _range(option: str, match: re.Match[str], lowest: int) -> range:
    first, last = int(match[1]), int(match[2] or match[1])
    if not lowest <= first <= last <= 65535:
        raise InvalidArgument(f"{option}: {match[0]} is not within 1 to 65535, first port first")
    return range(first, last + 1)


def _address(container: object, host: Any) -> tuple[object, object]:
    """The host's address and port in one of the forms that a mapping's value may have."""
    match host:
        case {"HostPort": _} | {"HostIp": _} if set(host) <= {"HostIp", "HostPort"}:
            return host.get("HostIp"), host.get("HostPort")
        case (int() as port,) if isinstance(host, tuple):
            return None, port
        case (ip,):
            return ip, None
        case (ip, port):
            return ip, port
        case str() if ":" in host:
            ip, _, port = host.rpartition(":")
            return ip, port
        case None | int() | str():
            return None, host
        case _:
            raise InvalidArgument(f"ports: {container!r}: {host!r}: {_FORMS}")
