"""Whether a daemon can take a container: looked at before anything is done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockpy.errors import InvalidArgument, NotFound
from dockpy.options.values import container_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dockpy.client import Client

__all__ = ["check_reception", "is_same_daemon"]

_ANY_ADDRESS = ("", "0.0.0.0", "::")  # noqa: S104 - to compare with


def is_same_daemon(to: Client, container_id: str) -> bool:
    """Whether a daemon is the one that has this container, by whatever address it is reached."""
    try:
        return to.containers.get(container_id).id == container_id
    except NotFound:
        return False


def check_reception(to: Client, name: str, attrs: Mapping[str, Any], source: Mapping[str, Any]) -> None:
    """Look whether a container can be made and run there.

    Args:
        to: the daemon.
        name: what it shall be called there.
        attrs: what its engine tells of it.
        source: what its engine tells of itself.

    Raises:
        InvalidArgument: the name is none or is taken, or the daemon lacks what it needs; all of that is said.
    """
    container_name(name)
    found = [*_name_taken(to, name), *_lacking(to, attrs, source), *_ports_taken(to, attrs)]
    if found:
        raise InvalidArgument(
            f"The daemon cannot take the container: {'; '.join(found)}",
            subject=f"container {name}",
            daemon=to.daemon,
        )


def _name_taken(to: Client, name: str) -> Iterator[str]:
    try:
        found = to.containers.get(name)
    except NotFound:
        return
    if found.name == name:
        yield f"the name {name} is in use there (name= gives another)"


def _lacking(to: Client, attrs: Mapping[str, Any], source: Mapping[str, Any]) -> Iterator[str]:
    info, host = to.info(), attrs.get("HostConfig") or {}
    for what, key in (("system", "OSType"), ("processor", "Architecture")):
        ours, theirs = source.get(key), info.get(key)
        if ours and theirs and ours != theirs:
            yield f"its {what} is {theirs}, and the container's {ours}"
    runtimes: Mapping[str, Any] = info.get("Runtimes") or {}
    if runtimes and (host.get("Runtime") or "runc") not in runtimes:
        yield f"it has no runtime {host['Runtime']}, but {', '.join(sorted(runtimes))}"
    drivers: list[str] = (info.get("Plugins") or {}).get("Log") or []
    driver = (host.get("LogConfig") or {}).get("Type")
    if drivers and driver and driver not in [*drivers, "none"]:
        yield f"it has no log driver {driver}, but {', '.join(drivers)}"


def _ports_taken(to: Client, attrs: Mapping[str, Any]) -> Iterator[str]:
    wanted = {
        (str(binding.get("HostPort")), port.partition("/")[2] or "tcp", binding.get("HostIp") or "")
        for port, bindings in ((attrs.get("HostConfig") or {}).get("PortBindings") or {}).items()
        for binding in bindings or []
        if binding.get("HostPort") not in (None, "", "0")
    }
    if not wanted:
        return
    for other in to.containers.list():
        for port, bindings in other.ports.items():
            for binding in bindings or []:
                for number, protocol, address in wanted:
                    same = number == str(binding.get("HostPort")) and protocol == port.partition("/")[2]
                    theirs = binding.get("HostIp") or ""
                    if same and (theirs == address or {theirs, address} & {*_ANY_ADDRESS}):
                        yield f"its port {number}/{protocol} is published by {other.name}"
