"""Where a registry may send us, and who may see our credentials there: rules, and nothing but rules."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
from typing import NamedTuple
from urllib.parse import SplitResult, urljoin, urlsplit

from dockpy.errors import UntrustedLocation

__all__ = [
    "LONGEST_URL",
    "Origin",
    "check_location",
    "check_realm",
    "is_loopback",
    "origin_of",
    "resolved",
    "shown",
]

_ODD = "\\\x7f"
_PORTS = {"http": 80, "https": 443}
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
LONGEST_URL = 16 * 1024
"""Characters of a URL that is followed."""
_INSECURE = "Where you trust what is in between, give insecure=True."


class Origin(NamedTuple):
    """Whom one speaks with, and how: credentials are meant for one of these."""

    scheme: str
    host: str
    port: int


def origin_of(url: str) -> Origin:
    """The origin of a URL.

    Raises:
        UntrustedLocation: it is no URL of HTTP, or one that different programs read differently.
    """
    return _read(url)[0]


def shown(url: str, longest: int = 200) -> str:
    """A URL for messages: without credentials and query, where passwords and signatures are."""
    text = "".join(char if char.isprintable() else "\ufffd" for char in url[:LONGEST_URL])
    text = text.partition("#")[0].partition("?")[0]
    scheme, separator, rest = text.rpartition("://")
    authority, slash, path = rest.partition("/")
    return f"{scheme}{separator}{authority.rpartition('@')[2]}{slash}{path}"[:longest]


def check_realm(realm: str, registry: str, *, insecure: bool = False) -> str:
    """Whether credentials, and requests for tokens, may go where a registry's challenge says.

    Args:
        realm: the URL that the registry names.
        registry: the registry's own.
        insecure: plain HTTP passes.

    Returns:
        The realm.

    Raises:
        UntrustedLocation: they may not.
    """
    (own, origin), parts = (origin_of(registry), _read(realm)[0]), urlsplit(realm)
    if parts.fragment:
        raise _untrusted("The registry names a token server in an odd way", realm)
    if origin == own:
        return realm
    if _is_here(origin.host) and not is_loopback(own.host):
        raise _untrusted("The registry names a token server on this machine", realm)
    plain = insecure or (is_loopback(own.host) and is_loopback(origin.host))
    if origin.scheme != "https" and not plain:
        raise _untrusted(
            "The registry names a token server that is reached over plain HTTP", realm, _INSECURE
        )
    return realm


def check_location(location: str, source: str, *, insecure: bool = False) -> str:
    """Whether to go, without credentials, where an answer points: a redirect, an upload's place.

    Args:
        location: the URL.
        source: the URL of what answered.
        insecure: plain HTTP passes, and places inside of private networks.

    Returns:
        The location.

    Raises:
        UntrustedLocation: no.
    """
    origin, own = origin_of(location), origin_of(source)
    if origin == own:
        return location
    if origin.scheme == "http" and own.scheme == "https":
        raise _untrusted("The registry sends us from HTTPS to plain HTTP", location)
    if insecure or is_loopback(own.host):
        local = is_loopback(origin.host)
        if origin.scheme == "http" and not (insecure or local):
            raise _untrusted("The registry sends us to plain HTTP on another machine", location, _INSECURE)
        return location
    if _is_here(origin.host) or (_is_private(origin.host) and not _is_private(own.host)):
        raise _untrusted("The registry sends us into this machine or its network", location, _INSECURE)
    return location


def resolved(place: str, base: str) -> str:
    """The URL that an answer means by a place, without fragment; `check_location` says whether to go there.

    Args:
        place: a URL, or what is relative to that of the answer.
        base: the answer's URL.

    Raises:
        UntrustedLocation: it is no place.
    """
    url = None
    # urljoin passes over what it deems odd, and so makes another URL of it.
    if (
        len(place) <= LONGEST_URL
        and place.isascii()
        and not any(char <= " " or char in _ODD for char in place)
    ):
        with contextlib.suppress(ValueError):
            url = urljoin(base.partition("?")[0], place).partition("#")[0]
    if url is None:
        raise _untrusted("The registry sends us to what is no URL", place)
    return url


def is_loopback(host: str) -> bool:
    """Whether a host, by its name alone, is this machine: no name is looked up."""
    address = _address(host)
    if address is None:
        name = host.lower().removesuffix(".")
        return name == "localhost" or name.endswith(".localhost")
    return address.is_loopback


def _is_here(host: str) -> bool:
    """Loopback, link-local (where clouds keep secrets), or no address at all."""
    address = _address(host)
    return is_loopback(host) or (
        address is not None and (address.is_link_local or address.is_unspecified or address.is_multicast)
    )


def _is_private(host: str) -> bool:
    address = _address(host)
    return address is not None and not address.is_global


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address that a host is written as, in any of the ways that resolvers take; None for a name."""
    host = host.strip("[]")
    with contextlib.suppress(ValueError):
        address = ipaddress.ip_address(host)
        return _within(address) if isinstance(address, ipaddress.IPv6Address) else address
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host.removesuffix(".")))  # 127.1, 0x7f000001, …
    except (OSError, UnicodeError, ValueError):
        return None


def _within(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The IPv4 address that one of IPv6 leads to, by a gateway or by itself; else the address."""
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _read(url: str) -> tuple[Origin, SplitResult]:
    if len(url) > LONGEST_URL or not url.isascii() or any(char <= " " or char in _ODD for char in url):
        raise _untrusted("The registry sends us to what is no URL", url)
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise _untrusted("The registry sends us to what is no URL", url) from None
    if parts.scheme not in _PORTS or not host or port == 0:
        raise _untrusted("The registry sends us to what is no URL of HTTP", url)
    if "@" in parts.netloc:
        raise _untrusted("The registry sends us to a URL with a user's name in it", url)
    return Origin(parts.scheme, host.lower(), port or _PORTS[parts.scheme]), parts


def _untrusted(message: str, location: str, hint: str | None = None) -> UntrustedLocation:
    return UntrustedLocation(f"{message}: {shown(location)}", location=shown(location), hint=hint)
