"""The addresses that an engine has for its swarm: where it listens, and where others reach it."""

from __future__ import annotations

from ipaddress import ip_address

from dockpy.fake.failure import Failure

__all__ = ["advertised", "dialled", "listening"]

_PORT = 2377
_INTERFACES = {"lo": "127.0.0.1", "eth0": "", "docker0": "172.17.0.1"}
"""The interfaces of a fake host; eth0 has the host's own address."""


def listening(text: str, own: str) -> tuple[str, int]:
    """An address and a port to listen at.

    Args:
        text: as they were asked for.
        own: the host's address.

    Raises:
        Failure: 400, it is none.
    """
    if not text:
        raise Failure(400, 'invalid ListenAddr "": invalid empty address')
    problem = "listen address must be an IP address or network interface (with optional port number)"
    host, port = _split(text)
    if host not in _INTERFACES and not _is_address(host):
        raise Failure(400, problem)
    return _INTERFACES.get(host) or (own if host in _INTERFACES else host), port or _PORT


def advertised(text: str, host: str, own: str) -> str:
    """The address at which others reach an engine.

    Args:
        text: as it was asked for; may be empty.
        host: where it listens.
        own: the host's address.

    Raises:
        Failure: 400, it is none.
    """
    problem = (
        "advertise address must be a non-zero IP address or network interface (with optional port number)"
    )
    if not text:
        return own if ip_address(host).is_unspecified else host
    found, _ = _split(text)
    if found in _INTERFACES:
        return _INTERFACES[found] or own
    if not _is_address(found) or ip_address(found).is_unspecified:
        raise Failure(400, problem)
    return found


def dialled(text: str) -> str:
    """Where an engine that shall join looks for a manager, with the port."""
    host, _, port = text.rpartition(":")
    return f"{host or text}:{port if host else _PORT}"


def _split(text: str) -> tuple[str, int]:
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        port = rest.removeprefix(":")
    else:
        host, colon, port = text.rpartition(":")
        if not colon or ":" in host:
            host, port = text, ""
    return host, int(port) if port.isdecimal() else 0


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
