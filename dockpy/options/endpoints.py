"""A container's places on networks: what is asked of each."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from typing_extensions import TypedDict

from dockpy.errors import InvalidArgument
from dockpy.options.values import is_list, pairs, string_list, whole

if TYPE_CHECKING:
    from dockpy.options.fields import Draft, Parser, Place
    from dockpy.wire.networks import EndpointSettings

__all__ = [
    "EndpointOptions",
    "endpoint",
    "ip_address",
    "link_list",
    "mac_address",
    "networks",
    "place_networks",
    "settle_networks",
]


class EndpointOptions(TypedDict, total=False):
    """What a container asks of its place on a network."""

    aliases: Sequence[str]
    """Other names that it has there."""
    ipv4_address: str
    """Its IPv4 address there."""
    ipv6_address: str
    """Its IPv6 address there."""
    link_local_ips: Sequence[str]
    """Link-local addresses, of IPv4 or IPv6."""
    links: Mapping[str, str] | Sequence[str]
    """Other containers, and what they are called here: ``{"web": "alias"}`` or ``["web:alias"]``."""
    mac_address: str
    """Its MAC address there."""
    driver_opts: Mapping[str, str] | Sequence[str]
    """Options for the network's driver."""
    gw_priority: int
    """The network of the highest one is the default gateway; needs API 1.48."""


_FORMS = (
    "it takes {'network': {'aliases': ['db'], 'ipv4_address': '10.0.0.2'}}, {'network': None} or ['network']"
)
_MAC = re.compile(
    r"[0-9a-f]{2}(?:([:-])[0-9a-f]{2})(?:\1[0-9a-f]{2}){4}|[0-9a-f]{4}(?:\.[0-9a-f]{4}){2}", re.I
)


def ip_address(version: int | None = None) -> Callable[[str, Any], str]:
    """A parser of IP addresses, of version 4 or 6 where it says which."""

    def parse(option: str, value: Any) -> str:
        try:
            address = ipaddress.ip_address(value if isinstance(value, str) else "")
            if version in (None, address.version) and "%" not in value:
                return str(value)
        except ValueError:
            pass
        kind = f"an IPv{version} address" if version else "an IP address"
        raise InvalidArgument(f"{option}={value!r}: it takes {kind}")

    return parse


def mac_address(option: str, value: Any) -> str:
    """A MAC address, such as ``92:d0:c6:0a:29:33``."""
    if not isinstance(value, str) or not _MAC.fullmatch(value):
        raise InvalidArgument(f"{option}={value!r}: it takes a MAC address, such as '92:d0:c6:0a:29:33'")
    return value


def link_list(option: str, value: Any) -> list[str]:
    """Links: ``["web:alias"]``, ``["web"]``, ``{"web": "alias"}`` or ``[("web", "alias")]``."""
    items = list(value.items()) if isinstance(value, Mapping) else value
    items = [items] if isinstance(items, str) else items
    if is_list(items):
        made = [_link(item) for item in items]
        if all(re.fullmatch("[^:]+(:[^:]+)?", item) for item in made):
            return made
    raise InvalidArgument(f"{option}={value!r}: it takes {{'web': 'alias'}} or ['web:alias', 'web']")


def _link(item: Any) -> str:
    match item:
        case str():
            return item
        case (str() as container, None | ""):
            return container
        case (str() as container, str() as alias):
            return f"{container}:{alias}"
    return ""


def addresses(option: str, value: Any) -> list[str]:
    """IP addresses; one str counts as a list of one."""
    parse = ip_address()
    return [parse(option, item) for item in string_list(option, value)]


_PARSERS: dict[str, Parser] = {
    "aliases": string_list,
    "ipv4_address": ip_address(4),
    "ipv6_address": ip_address(6),
    "link_local_ips": addresses,
    "links": link_list,
    "mac_address": mac_address,
    "driver_opts": pairs,
    "gw_priority": whole,
}
_IPAM = ("ipv4_address", "ipv6_address", "link_local_ips")


def endpoint(
    option: str, value: EndpointOptions | Mapping[str, Any] | EndpointSettings | None
) -> dict[str, Any]:
    """The Engine's endpoint settings, by the Python names of their fields.

    Args:
        option: the option's name, for errors.
        value: a mapping of `EndpointOptions`; the Engine's own: an `EndpointSettings`, or a mapping of its
            names (``{"Aliases": …}``), which docker-py's EndpointConfig is; None for a place without wishes.

    Raises:
        InvalidArgument: it is none of these.
    """
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        return _engines_own(option, value)
    if any(isinstance(name, str) and name[:1].isupper() for name in value):
        return _engines_own(option, dict(value))
    made: dict[str, Any] = {}
    for name, item in value.items():
        if name not in _PARSERS:
            raise InvalidArgument(f"{option}: {name!r} is none of {', '.join(_PARSERS)}")
        if item is not None:
            made[name] = _PARSERS[name](f"{option}: {name}", item)
    return _nested(made)


def _nested(options: Mapping[str, Any]) -> dict[str, Any]:
    """The same, with the addresses where the Engine has them."""
    made = {name: item for name, item in options.items() if name not in _IPAM}
    if asked := {name: item for name, item in options.items() if name in _IPAM}:
        made["ipam_config"] = asked
    return made


def _engines_own(option: str, value: Any) -> dict[str, Any]:
    from pydantic import ValidationError

    from dockpy.wire.base import faults
    from dockpy.wire.networks import EndpointSettings

    try:
        model = EndpointSettings.model_validate(value)
    except ValidationError as error:
        raise InvalidArgument(f"{option}: {faults(error)}") from None
    return {name: getattr(model, name) for name in model.model_fields_set}


def networks(option: str, value: Any) -> dict[str, dict[str, Any]]:
    """Endpoints by network; a list holds networks without wishes."""
    own = value.get("EndpointsConfig") if isinstance(value, Mapping) else None
    if isinstance(own, Mapping):  # docker-py's NetworkingConfig
        value = own
    elif not isinstance(value, (Mapping, str)) and not is_list(value):
        value = getattr(value, "endpoints_config", value)  # the wire's
    if isinstance(value, Mapping):
        named = value
    elif is_list(value):
        named = dict.fromkeys(value)
        if len(named) < len(value):
            raise InvalidArgument(f"{option}={value!r}: a network is named twice")
    else:
        raise InvalidArgument(f"{option}={value!r}: {_FORMS}")
    if not all(isinstance(name, str) and name for name in named):
        raise InvalidArgument(f"{option}={value!r}: {_FORMS}")
    return {name: endpoint(f"{option}: {name!r}", settings) for name, settings in named.items()}


def place_networks(draft: Draft, option: str, value: Any) -> None:
    """Keep the endpoints for `settle_networks`."""
    draft.networks = networks(option, value)


def place_first(name: str, parse: Parser) -> Place:
    """A row for what is asked of the first network."""

    def place(draft: Draft, option: str, value: Any) -> None:
        draft.endpoint[name] = parse(option, value)

    return place


def settle_networks(draft: Draft) -> None:
    """Put the endpoints where the Engine has them; the first network is the network mode.

    Raises:
        InvalidArgument: the first network's options say what an option of its own says, or a network is none
            that goes with others.
    """
    mode = draft.host.get("network_mode") or next(iter(draft.networks), None)
    if mode is None:
        mode = "default"
    else:
        draft.host["network_mode"] = mode
    first = _joined(mode, draft.networks.get(mode, {}), _nested(draft.endpoint))
    if "mac_address" in first and "mac_address" in draft.config:
        raise InvalidArgument(f"mac_address= and that of networks[{mode!r}] say the same: give one")
    if draft.host.get("links") and _is_users_own(mode):
        first.setdefault("links", draft.host["links"])
    endpoints = {mode: first, **{name: item for name, item in draft.networks.items() if name != mode}}
    if len(endpoints) > 1 and (alone := [name for name in endpoints if _is_alone(name)]):
        raise InvalidArgument(f"networks: {alone[0]!r} goes with no other network")
    if first or len(endpoints) > 1:  # an only one without wishes goes without saying
        draft.config["networking_config"] = {"endpoints_config": endpoints}


def _joined(network: str, one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    made = dict(one)
    for name, item in other.items():
        if isinstance(item, dict) and isinstance(made.get(name), dict):
            made[name] = _joined(network, made[name], item)
        elif name in made:
            raise InvalidArgument(
                f"networks: {network!r}: {name}: an option of its own says it, too: give one"
            )
        else:
            made[name] = item
    return made


def _is_users_own(mode: str) -> bool:
    return mode not in ("default", "bridge") and not _is_alone(mode)


def _is_alone(mode: str) -> bool:
    return mode in ("host", "none") or mode.startswith("container:")
