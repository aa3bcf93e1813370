"""The addresses of a network: subnets with what belongs to each, as the docker command's flags say them."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from dockpy.errors import InvalidArgument
from dockpy.options.values import is_text, label_map, string_list, typed

__all__ = ["ipam_request"]

_Network: TypeAlias = "ipaddress.IPv4Network | ipaddress.IPv6Network"


def ipam_request(
    *,
    subnet: str | Sequence[str] | None = None,
    gateway: str | Sequence[str] | None = None,
    ip_range: str | Sequence[str] | None = None,
    aux_addresses: Mapping[str, str] | None = None,
    driver: str | None = None,
    options: Mapping[str, str] | Sequence[str] | None = None,
) -> dict[str, Any] | None:
    """What is asked of a network's addresses, by the Python names of the wire's fields; None for nothing.

    Args:
        subnet: its subnets (``10.1.0.0/24``).
        gateway: the address of the gateway of each subnet that shall have one of its own.
        ip_range: the part of each subnet that addresses are given out of.
        aux_addresses: addresses that are taken already, by the names of the hosts.
        driver: the driver that manages the addresses.
        options: its options.

    Raises:
        InvalidArgument: one is no address, no subnet holds it, or two subnets overlap.
    """
    subnets = [(text, _network("subnet", text)) for text in _several("subnet", subnet)]
    for number, (text, network) in enumerate(subnets):
        for other, earlier in subnets[:number]:
            if network.version == earlier.version and network.overlaps(earlier):
                raise InvalidArgument(f"subnet={text!r}: it overlaps with {other!r}")
    configs: dict[str, dict[str, Any]] = {text: {"subnet": text} for text, _ in subnets}
    for option, field, values in (
        ("ip_range", "ip_range", _several("ip_range", ip_range)),
        ("gateway", "gateway", _several("gateway", gateway)),
    ):
        for value in values:
            config = configs[_holder(option, value, subnets)]
            if field in config:
                raise InvalidArgument(
                    f"{option}={value!r}: the subnet {config['subnet']} has {config[field]} already"
                )
            config[field] = value
    for name, value in _hosts(aux_addresses).items():
        config = configs[_holder("aux_addresses", value, subnets)]
        config.setdefault("auxiliary_addresses", {})[name] = value
    request: dict[str, Any] = {}
    if driver is not None:
        request["driver"] = typed("ipam_driver", driver, str)
    if options is not None:
        request["options"] = label_map(options)
    if configs:
        request["config"] = list(configs.values())
    return request or None


def _several(option: str, value: str | Sequence[str] | None) -> list[str]:
    return [] if value is None else string_list(option, value)


def _hosts(value: Mapping[str, str] | None) -> Mapping[str, str]:
    if value is None:
        return {}
    if not isinstance(value, Mapping) or not all(map(is_text, (*value, *value.values()))):
        raise InvalidArgument(f"aux_addresses={value!r}: it takes {{'router': '10.1.0.5'}}")
    return value


def _network(option: str, text: str) -> _Network:
    try:
        if "/" in text:
            return ipaddress.ip_network(text, strict=False)
    except ValueError:
        pass
    raise InvalidArgument(f"{option}={text!r}: it takes a subnet, such as '10.1.0.0/24' or 'fd00:1::/64'")


def _holder(option: str, text: str, subnets: Sequence[tuple[str, _Network]]) -> str:
    """The subnet that an address, or a part of it, belongs to."""
    if option == "ip_range":
        part = _network(option, text)
    else:
        try:
            part = ipaddress.ip_network(ipaddress.ip_address(text))
        except ValueError:
            raise InvalidArgument(f"{option}={text!r}: it takes an address, such as '10.1.0.1'") from None
    for name, network in subnets:
        if part.version == network.version and part.subnet_of(network):  # type: ignore[arg-type]  # versions are equal
            return name
    raise InvalidArgument(f"{option}={text!r}: no subnet holds it; name one with subnet=")
