"""Ports as the docker command writes them: ``[[ip:]published[-published]:]port[-port][/protocol]``."""

from __future__ import annotations

import re
from typing import Any

__all__ = ["PORT_SPEC", "add_port", "add_port_mapping", "build_port_bindings", "port_range", "split_port"]

PORT_SPEC: re.Pattern[str] = re.compile(
    r"^((\[?(?P<host>[a-fA-F\d.:]+)\]?:)?(?P<ext>\d*)(-(?P<ext_end>\d+))?:)?"
    r"(?P<int>\d+)(-(?P<int_end>\d+))?(?P<proto>/(udp|tcp|sctp))?$"
)

Bindings = dict[str, list[Any]]


def add_port_mapping(port_bindings: Bindings, internal_port: str, external: Any) -> None:
    """Add one published port of a container's port."""
    port_bindings.setdefault(internal_port, []).append(external)


def add_port(
    port_bindings: Bindings, internal_port_range: list[str], external_range: list[Any] | None
) -> None:
    """Add the published ports of a container's ports."""
    published = [None] * len(internal_port_range) if external_range is None else external_range
    for internal_port, external in zip(internal_port_range, published, strict=False):
        add_port_mapping(port_bindings, internal_port, external)


def build_port_bindings(ports: list[Any]) -> Bindings:
    """``["8080:80"]`` → ``{"80": ["8080"]}``."""
    bindings: Bindings = {}
    for port in ports:
        add_port(bindings, *split_port(port))
    return bindings


def port_range(
    start: str | None, end: str | None, proto: str, randomly_available_port: bool = False
) -> list[str] | None:
    """The ports of a range; a range for one port stays a text, and the engine picks one of it."""
    if not start:
        return start  # type: ignore[return-value]  # "" for no published port, None for none said
    if not end:
        return [start + proto]
    if randomly_available_port:
        return [f"{start}-{end}{proto}"]
    return [f"{port}{proto}" for port in range(int(start), int(end) + 1)]


def split_port(port: Any) -> tuple[list[str], list[Any] | None]:
    """A port's text → the container's ports, and the published ones.

    Raises:
        ValueError: it cannot be read, or the two ranges have not the same length.
    """
    port = str(port.legacy_repr() if hasattr(port, "legacy_repr") else port)
    match = PORT_SPEC.match(port)
    if match is None or any(int(match[name] or 0) > 65535 for name in ("int", "int_end", "ext", "ext_end")):
        raise ValueError(
            f'Invalid port "{port}", should be [[remote_ip:]remote_port[-remote_port]:]port[/protocol]'
        )
    internal = port_range(match["int"], match["int_end"], match["proto"] or "") or []
    external = port_range(match["ext"], match["ext_end"], "", len(internal) == 1)
    if match["host"] is not None:
        published: list[Any] = external or [None] * len(internal)
        _check_length(internal, published)
        return internal, [(match["host"], one) for one in published]
    if external is not None:
        _check_length(internal, external)
    return internal, external


def _check_length(internal: list[str], external: list[Any]) -> None:
    if len(internal) != len(external):
        raise ValueError("Port ranges don't match in length")
