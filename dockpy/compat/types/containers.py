"""What a container is created with."""

from __future__ import annotations

from typing import Any

from dockpy.compat import errors
from dockpy.compat.types.healthcheck import Healthcheck
from dockpy.compat.types.host_config import (
    DeviceRequest,
    HostConfig,
    LogConfig,
    LogConfigTypesEnum,
    Ulimit,
    host_config_incompatible_error,
    host_config_type_error,
    host_config_value_error,
    host_config_version_error,
)
from dockpy.compat.utils.utils import format_environment, split_command, version_lt

__all__ = [
    "ContainerConfig",
    "DeviceRequest",
    "HostConfig",
    "LogConfig",
    "LogConfigTypesEnum",
    "Ulimit",
    "host_config_incompatible_error",
    "host_config_type_error",
    "host_config_value_error",
    "host_config_version_error",
]


class ContainerConfig(dict[str, Any]):
    """A container's own settings; those of its host are in `HostConfig`."""

    def __init__(
        self,
        version: str,
        image: str,
        command: str | list[str] | None,
        hostname: str | None = None,
        user: str | int | None = None,
        detach: bool = False,
        stdin_open: bool = False,
        tty: bool = False,
        ports: Any = None,
        environment: Any = None,
        volumes: Any = None,
        network_disabled: bool = False,
        entrypoint: str | list[str] | None = None,
        working_dir: str | None = None,
        domainname: str | None = None,
        host_config: Any = None,
        mac_address: str | None = None,
        labels: Any = None,
        stop_signal: str | int | None = None,
        networking_config: Any = None,
        healthcheck: Any = None,
        stop_timeout: int | None = None,
        runtime: str | None = None,
    ) -> None:
        _needs(version, "1.25", "stop_timeout", stop_timeout)
        _needs(version, "1.24", "healthcheck", healthcheck)
        _needs(version, "1.29", "healthcheck start period", (healthcheck or {}).get("StartPeriod"))
        attached = not detach
        super().__init__(
            {
                "Hostname": hostname,
                "Domainname": domainname,
                "ExposedPorts": _exposed(ports) if isinstance(ports, list) else ports,
                "User": None if user is None else str(user),
                "Tty": tty,
                "OpenStdin": stdin_open,
                "StdinOnce": bool(attached and stdin_open),
                "AttachStdin": bool(attached and stdin_open),
                "AttachStdout": attached,
                "AttachStderr": attached,
                "Env": format_environment(environment) if isinstance(environment, dict) else environment,
                "Cmd": split_command(command) if isinstance(command, str) else command,
                "Image": image,
                "Volumes": _volumes(volumes),
                "NetworkDisabled": network_disabled,
                "Entrypoint": split_command(entrypoint) if isinstance(entrypoint, str) else entrypoint,
                "WorkingDir": working_dir,
                "HostConfig": host_config,
                "NetworkingConfig": networking_config,
                "MacAddress": mac_address,
                "Labels": dict.fromkeys(labels, "") if isinstance(labels, list) else labels,
                "StopSignal": stop_signal,
                "Healthcheck": _healthcheck(healthcheck),
                "StopTimeout": stop_timeout,
                "Runtime": runtime,
            }
        )


def _needs(version: str, oldest: str, option: str, value: Any) -> None:
    if value is not None and version_lt(version, oldest):
        raise errors.InvalidVersion(f"{option} is not supported in API version < {oldest}")


def _exposed(ports: list[Any]) -> dict[str, dict[str, Any]]:
    exposed: dict[str, dict[str, Any]] = {}
    for port in ports:
        number, protocol = port if isinstance(port, tuple) and len(port) == 2 else (port, "tcp")
        exposed[f"{number[0] if isinstance(number, tuple) else number}/{protocol}"] = {}
    return exposed


def _volumes(volumes: Any) -> Any:
    names = [volumes] if isinstance(volumes, str) else volumes
    return {name: {} for name in names} if isinstance(names, list) else names


def _healthcheck(healthcheck: Any) -> Any:
    return Healthcheck(**healthcheck) if healthcheck and isinstance(healthcheck, dict) else healthcheck
