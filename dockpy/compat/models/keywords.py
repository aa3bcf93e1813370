"""The keywords of `run` and of services, and where each goes."""

from __future__ import annotations

import ntpath
from inspect import signature
from typing import TYPE_CHECKING, Any

from dockpy.compat.errors import create_unexpected_kwargs_error
from dockpy.compat.types import ContainerSpec, HostConfig, NetworkingConfig, Placement, TaskTemplate

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "CONTAINER_SPEC_KWARGS",
    "CREATE_SERVICE_KWARGS",
    "PLACEMENT_KWARGS",
    "RUN_CREATE_KWARGS",
    "RUN_HOST_CONFIG_KWARGS",
    "TASK_TEMPLATE_KWARGS",
    "container_arguments",
    "service_arguments",
]

RUN_CREATE_KWARGS = [
    *("command", "detach", "domainname", "entrypoint", "environment", "healthcheck", "hostname", "image"),
    *("labels", "mac_address", "name", "network_disabled", "platform", "stdin_open", "stop_signal", "tty"),
    *("use_config_proxy", "user", "working_dir"),
]
"""Those of `APIClient.create_container`."""

RUN_HOST_CONFIG_KWARGS = [
    name for name in signature(HostConfig).parameters if name not in ("binds", "port_bindings")
]
"""Those of `HostConfig`; what it calls otherwise are ``volumes`` and ``ports``."""

CONTAINER_SPEC_KWARGS = list(signature(ContainerSpec).parameters)
"""Those of `ContainerSpec`; its labels are ``container_labels``."""

TASK_TEMPLATE_KWARGS = ["networks", "resources", "restart_policy"]
"""Those of `TaskTemplate`."""

CREATE_SERVICE_KWARGS = ["name", "labels", "mode", "update_config", "rollback_config", "endpoint_spec"]
"""Those of `APIClient.create_service`."""

PLACEMENT_KWARGS = list(signature(Placement).parameters)
"""Those of `Placement`."""


def container_arguments(kwargs: dict[str, Any]) -> dict[str, Any]:
    """The arguments of `APIClient.create_container` for keywords of `run`."""
    rest = dict(kwargs)
    arguments = _take(rest, RUN_CREATE_KWARGS)
    host = _take(rest, RUN_HOST_CONFIG_KWARGS)
    if ports := rest.pop("ports", None):
        host["port_bindings"] = ports
    if volumes := rest.pop("volumes", None):
        host["binds"] = volumes
        arguments["volumes"] = (
            [volume.get("bind") for volume in volumes.values()]
            if isinstance(volumes, dict)
            else [_target(bind) for bind in volumes]
        )
    network, config = rest.pop("network", None), rest.pop("networking_config", None)
    if network:
        host["network_mode"] = network
        known = config and network in config
        arguments["networking_config"] = NetworkingConfig(config) if known else {network: None}
    if rest:
        raise create_unexpected_kwargs_error("run", rest)
    arguments["host_config"] = HostConfig(**host)
    if bindings := arguments["host_config"].get("PortBindings"):
        arguments["ports"] = [tuple(port.split("/", 1)) for port in sorted(bindings)]
    return arguments


def _target(bind: str) -> str:
    """Where in the container a bind such as ``/host:/inside:ro`` ends."""
    drive, rest = ntpath.splitdrive(bind)
    source, _, target = rest.partition(":")
    if target in ("", "ro", "rw"):
        return drive + source
    return target.removesuffix(":ro").removesuffix(":rw")


def service_arguments(func_name: str, kwargs: dict[str, Any]) -> dict[str, Any]:
    """The arguments of `APIClient.create_service` and `update_service` for keywords of a service."""
    rest = dict(kwargs)
    arguments = _take(rest, CREATE_SERVICE_KWARGS)
    container = _take(rest, CONTAINER_SPEC_KWARGS)
    template = _take(rest, TASK_TEMPLATE_KWARGS)
    template["placement"] = Placement(**_take(rest, PLACEMENT_KWARGS))
    if "container_labels" in rest:
        container["labels"] = rest.pop("container_labels")
    if "log_driver" in rest:
        template["log_driver"] = {
            "Name": rest.pop("log_driver"),
            "Options": rest.pop("log_driver_options", {}),
        }
    if func_name == "update":
        template |= _take(rest, ["force_update"])
        arguments["fetch_current_spec"] = rest.pop("fetch_current_spec", True)
    if rest:
        raise create_unexpected_kwargs_error(func_name, rest)
    arguments["task_template"] = TaskTemplate(container_spec=ContainerSpec(**container), **template)
    return arguments


def _take(kwargs: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Take the keywords of these names out of all."""
    return {name: kwargs.pop(name) for name in names if name in kwargs}
