"""What is asked of networks, checked: what an engine refuses, in its words."""

from __future__ import annotations

import re
from ipaddress import ip_address, ip_interface, ip_network
from typing import TYPE_CHECKING, Any

from dockpy.fake.failure import Failure
from dockpy.fake.state.ipam import Subnet
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dockpy.fake.state.network import Network

__all__ = ["check_endpoint", "check_mac", "check_options", "read_subnets"]

_MAC = re.compile(r"([0-9a-fA-F]{2}[:-]){5}[0-9a-fA-F]{2}")
_NUMBERS = ("com.docker.network.driver.mtu",)
_FLAGS = (
    "com.docker.network.bridge.enable_icc",
    "com.docker.network.bridge.enable_ip_masquerade",
    "com.docker.network.bridge.inhibit_ipv4",
)
_BRIDGE_NAME = "com.docker.network.bridge.name"
_LONGEST_NAME = 15
_NEEDS_SUBNETS = (
    "user specified IP address is supported only when connecting to networks with user configured subnets"
)
_GO_BOOLS = ("1", "t", "T", "true", "TRUE", "True", "0", "f", "F", "false", "FALSE", "False")


def read_subnets(config: list[dict[str, Any]], api: str) -> list[Subnet]:
    """The subnets that are asked for.

    Args:
        config: ``IPAM.Config`` as it was asked for.
        api: the newest version that the engine speaks.

    Raises:
        Failure: they cannot be.
    """
    if at_least(api, "1.44"):
        problems = [problem for pool in config for problem in _problems(pool)]
        if problems:
            raise Failure(400, "invalid network config:\n" + _joined(problems))
        return [_subnet(pool) for pool in config]
    subnets = []
    for pool in config:
        subnet = pool.get("Subnet") or ""
        try:
            ip_interface(subnet if "/" in subnet else "")
        except ValueError:
            raise Failure(500, f"Invalid subnet {subnet} : invalid CIDR address: {subnet}") from None
        gateway = pool.get("Gateway") or ""
        if gateway and not _is_address(gateway):
            raise Failure(500, f"invalid gateway address {gateway} in Ipam configuration")
        try:
            subnets.append(_subnet(pool))
        except ValueError:
            text = f'"LocalDefault" pool "{subnet}" subpool "{pool.get("IPRange")}": Invalid Address SubPool'
            raise Failure(500, f"failed to parse pool request for address space {text}") from None
    return subnets


def _subnet(pool: Mapping[str, Any]) -> Subnet:
    return Subnet(pool["Subnet"], pool.get("IPRange") or None)


def _problems(pool: Mapping[str, Any]) -> Iterator[str]:
    text = pool.get("Subnet") or ""
    try:
        subnet = ip_interface(text if "/" in text else "")
    except ValueError:
        yield f"invalid subnet {text}: invalid CIDR block notation"
        return
    network = subnet.network
    if subnet.ip != network.network_address:
        yield f"invalid subnet {text}: it should be {network}"
    if text := pool.get("IPRange") or "":
        try:
            part = ip_network(text if "/" in text else "", strict=False)
        except ValueError:
            yield f"invalid ip-range {text}: invalid CIDR block notation"
        else:
            if part.version == network.version and part.prefixlen < network.prefixlen:
                yield f"invalid ip-range {text}: CIDR block is bigger than its parent subnet {network}"
            elif part.version != network.version or part.network_address not in network:
                yield f"invalid ip-range {text}: parent subnet {network} doesn't contain ip-range"
            elif str(part) != text:
                yield f"invalid ip-range {text}: it should be {part}"
    named = [("gateway", pool.get("Gateway") or "")]
    auxiliary = pool.get("AuxiliaryAddresses") or {}
    for what, address in [*named, *((f"auxiliary address {name}", auxiliary[name]) for name in auxiliary)]:
        shown = f"{what} {address}" if what == "gateway" else what
        if not address and what == "gateway":
            continue
        if not _is_address(address):
            yield f"invalid {shown}: invalid address"
        elif ip_address(address) not in network:
            yield f"invalid {shown}: parent subnet {network} doesn't contain this address"


def _joined(problems: list[str]) -> str:
    return problems[0] if len(problems) == 1 else "\n".join(f"* {problem}" for problem in problems)


def check_options(options: Mapping[str, str], api: str) -> None:
    """The options of the driver ``bridge``.

    Args:
        options: by their names.
        api: the newest version that the engine speaks.

    Raises:
        Failure: one cannot be.
    """
    status = 400 if at_least(api, "1.46") else 500
    for name in _NUMBERS:
        value = options.get(name)
        if value is not None and not re.fullmatch(r"[+-]?\d+", value):
            problem = f'strconv.Atoi: parsing "{value}": invalid syntax'
            raise Failure(status, f"failed to parse {name} value: {value} ({problem})")
    if len(options.get(_BRIDGE_NAME) or "") > _LONGEST_NAME:
        where = "" if at_least(api, "1.42") else "failed to check bridge interface existence: "
        raise Failure(500, f"{where}numerical result out of range")
    for name in _FLAGS:
        value = options.get(name)
        if value is not None and value not in _GO_BOOLS:
            problem = f'strconv.ParseBool: parsing "{value}": invalid syntax'
            raise Failure(status, f"failed to parse {name} value: {value} ({problem})")


def check_mac(text: str) -> bool:
    """Whether it is a MAC address."""
    return _MAC.fullmatch(text) is not None


def check_endpoint(
    network: Network | None, asked: Mapping[str, Any], api: str, *, settled: bool, new: bool = False
) -> None:
    """What is asked of a container's place on a network.

    Args:
        network: the network; None where there is none such yet.
        asked: the endpoint's settings.
        api: the newest version that the engine speaks.
        settled: the container is about to be connected, the engines that look late look now.
        new: the container is being made.

    Raises:
        Failure: it cannot be.
    """
    early = at_least(api, "1.44")
    ipam = asked.get("IPAMConfig") or {}
    problems = [
        f"invalid {family} address: {address}"
        for name, family in (("IPv4Address", "IPv4"), ("IPv6Address", "IPv6"))
        if (address := ipam.get(name)) and not _is_address(address, 4 if family == "IPv4" else 6)
    ]
    if not early:
        if problems and new:
            raise Failure(400, problems[0])
        if problems:
            raise Failure(500, f"{problems[0].replace('invalid', 'Invalid', 1)})")
        if settled and network is not None and (late := _misplaced(network, asked)):
            raise Failure(400, late[0])
        return
    if network is None:
        return
    problems += _misplaced(network, asked)
    if network.user_defined and any(subnet.asked for subnet in network.subnets):
        for name in ("IPv4Address", "IPv6Address"):
            family = [
                subnet for subnet in network.subnets if (subnet.version == 6) == (name == "IPv6Address")
            ]
            if not (address := ipam.get(name)):
                continue
            chosen = [subnet for subnet in family if subnet.asked]
            if family and not any(_is_address(address) and address in subnet for subnet in chosen):
                problems.append(f"no configured subnet or ip-range contain the IP address {address}")
    mac = asked.get("MacAddress") or ""
    where = f"invalid config for network {network.name}: " if new else ""
    if mac and not check_mac(mac):
        raise Failure(400, f"{where}invalid MAC address {mac}")
    if problems:
        raise Failure(400, f"{where}invalid endpoint settings:\n{_joined(problems)}")


def _misplaced(network: Network, asked: Mapping[str, Any]) -> list[str]:
    """What the network does not have."""
    problems = []
    ipam = asked.get("IPAMConfig") or {}
    addresses = bool(ipam.get("IPv4Address") or ipam.get("IPv6Address"))
    if addresses and not network.user_defined:
        problems.append("user specified IP address is supported on user defined networks only")
    if asked.get("Aliases") and not network.user_defined:
        problems.append("network-scoped alias is supported only for containers in user defined networks")
    missing = [
        name
        for name, version in (("IPv4Address", 4), ("IPv6Address", 6))
        if ipam.get(name) and not any(one.asked and one.version == version for one in network.subnets)
    ]
    if missing:
        problems.append(_NEEDS_SUBNETS)
    return problems


def _is_address(text: str, version: int | None = None) -> bool:
    try:
        return version in (None, ip_address(text).version)
    except ValueError:
        return False
