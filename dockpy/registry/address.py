"""From a registry's name to where requests go, and whether plain HTTP may take them there."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Literal

from dockpy.errors import InvalidArgument, InvalidReference
from dockpy.reference import DEFAULT_REGISTRY, ImageReference
from dockpy.registry.places import is_loopback

__all__ = ["Address", "Scheme", "parse_address"]

Scheme = Literal["http", "https"]

_HUB = frozenset({DEFAULT_REGISTRY, "index.docker.io", "registry-1.docker.io"})
_HUB_REGISTRY = "registry-1.docker.io"
_LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
_HOST = re.compile(rf"({_LABEL}(?:\.{_LABEL})*|\[[a-fA-F0-9:.]+\])(?::([0-9]{{1,5}}))?")
_MAX_HOST = 255
_ACCEPTED = (
    "A registry is written host[:port], such as ghcr.io, 127.0.0.1:5000 or [::1]:5000; "
    "http:// or https:// may stand in front."
)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a registry is.

    Attributes:
        host: its name, as references begin with it: ``docker.io``, ``127.0.0.1:5050``.
        netloc: where requests go: ``registry-1.docker.io``, ``127.0.0.1:5050``.
        scheme: how they go there; None where that has to be found out.
        insecure: plain HTTP, and certificates that cannot be verified, pass.
    """

    host: str
    netloc: str
    scheme: Scheme | None
    insecure: bool

    @property
    def hostname(self) -> str:
        """The host without its port; IPv6 without brackets."""
        return _HOST.sub(r"\1", self.netloc).strip("[]")

    @property
    def port(self) -> int | None:
        """The port where the name has one."""
        return int(_HOST.sub(r"\2", self.netloc) or 0) or None

    def url(self, scheme: Scheme) -> str:
        """Its origin."""
        return f"{scheme}://{self.netloc}"


def parse_address(host: str, insecure: bool | None = None) -> Address:
    """Read a registry's name.

    Args:
        host: such as ``docker.io`` or ``127.0.0.1:5050``; ``http://`` or ``https://`` says how to reach it.
        insecure: True lets plain HTTP pass wherever the registry is; None on this machine; False nowhere.

    Raises:
        InvalidArgument: it is no name of a registry, or wants plain HTTP where that does not pass.
    """
    if not isinstance(host, str):
        raise InvalidArgument(f"host={host!r} is not the name of a registry", hint=_ACCEPTED)
    scheme, rest = _scheme_of(host)
    matched = _HOST.fullmatch(rest) if len(rest) <= _MAX_HOST else None
    port = matched[2] if matched is not None else None
    if matched is None or (port is not None and not 0 < int(port) < 65536) or not _is_ip6(matched[1]):
        raise InvalidArgument(f"{_shown(host)} is not the name of a registry", hint=_ACCEPTED)
    if rest.lower() in _HUB:
        rest, netloc = DEFAULT_REGISTRY, _HUB_REGISTRY
    else:
        netloc = rest.lower()
    if not _begins_references(rest):
        raise InvalidArgument(
            f"{_shown(host)} is not the name of a registry: in a reference it would be a repository's",
            hint=f"{_ACCEPTED} A host without a dot takes its port beside it: {rest}:443 or {rest}:80.",
        )
    local = is_loopback(matched[1])
    if scheme == "http" and (insecure is False or not (insecure or local)):
        raise InvalidArgument(
            f"plain HTTP does not pass to the registry {_shown(host)}",
            hint="Give insecure=True where you trust the network in between, or leave http:// out.",
        )
    if scheme is None and not insecure and (insecure is False or not local):
        scheme = "https"
    return Address(rest, netloc, scheme, bool(insecure))


def _scheme_of(host: str) -> tuple[Scheme | None, str]:
    scheme, separator, rest = host.partition("://")
    if not separator:
        return None, host
    rest = rest.removesuffix("/")
    match scheme.lower():
        case "http":
            return "http", rest
        case "https":
            return "https", rest
        case _:
            raise InvalidArgument(f"{_shown(host)} is not the name of a registry", hint=_ACCEPTED)


def _begins_references(host: str) -> bool:
    try:
        ImageReference(host, "any")
    except InvalidReference:
        return False
    return True


def _is_ip6(host: str) -> bool:
    """False for brackets around something else."""
    if not host.startswith("["):
        return True
    try:
        ipaddress.IPv6Address(host[1:-1])
    except ValueError:
        return False
    return True


def _shown(host: str) -> str:
    """The text for messages: what may be a password is left out."""
    user, at, rest = host.rpartition("@")
    return repr(f"…@{rest[:80]}" if at and user else host[:120])
