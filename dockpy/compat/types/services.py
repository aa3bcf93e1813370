"""Services: their tasks, and how these are placed, updated and reached."""

from __future__ import annotations

from typing import Any

from dockpy.compat import errors
from dockpy.compat.types.base import given
from dockpy.compat.types.container_spec import (
    ConfigReference,
    ContainerSpec,
    DNSConfig,
    DriverConfig,
    Mount,
    Privileges,
    SecretReference,
)
from dockpy.compat.utils.utils import convert_service_networks

__all__ = [
    "ConfigReference",
    "ContainerSpec",
    "DNSConfig",
    "DriverConfig",
    "EndpointSpec",
    "Mount",
    "NetworkAttachmentConfig",
    "Placement",
    "PlacementPreference",
    "Privileges",
    "Resources",
    "RestartConditionTypesEnum",
    "RestartPolicy",
    "RollbackConfig",
    "SecretReference",
    "ServiceMode",
    "TaskTemplate",
    "UpdateConfig",
    "convert_service_ports",
]


class TaskTemplate(dict[str, Any]):
    """What a service's tasks are made of."""

    def __init__(
        self,
        container_spec: Any,
        resources: Any = None,
        restart_policy: Any = None,
        placement: Any = None,
        log_driver: Any = None,
        networks: Any = None,
        force_update: int | None = None,
    ) -> None:
        if isinstance(placement, list) and placement:
            placement = Placement(constraints=placement)
        super().__init__({"ContainerSpec": container_spec})
        self.update(
            given(
                Resources=resources or None,
                RestartPolicy=restart_policy or None,
                Placement=placement or None,
                LogDriver=log_driver or None,
                Networks=convert_service_networks(networks) or None,
                ForceUpdate=force_update,
            )
        )
        if force_update is not None and not isinstance(force_update, int):
            raise TypeError("force_update must be an integer")

    @property
    def container_spec(self) -> Any:
        """``ContainerSpec``."""
        return self.get("ContainerSpec")

    @property
    def resources(self) -> Any:
        """``Resources``."""
        return self.get("Resources")

    @property
    def restart_policy(self) -> Any:
        """``RestartPolicy``."""
        return self.get("RestartPolicy")

    @property
    def placement(self) -> Any:
        """``Placement``."""
        return self.get("Placement")


class Resources(dict[str, Any]):
    """What a task may use at most, and what is kept for it."""

    def __init__(
        self,
        cpu_limit: int | None = None,
        mem_limit: int | None = None,
        cpu_reservation: int | None = None,
        mem_reservation: int | None = None,
        generic_resources: Any = None,
    ) -> None:
        super().__init__()
        limits = given(NanoCPUs=cpu_limit, MemoryBytes=mem_limit)
        reservations = given(NanoCPUs=cpu_reservation, MemoryBytes=mem_reservation)
        if generic_resources is not None:
            reservations["GenericResources"] = _generic_resources(generic_resources)
        self.update(given(Limits=limits or None, Reservations=reservations or None))


def _generic_resources(given_resources: Any) -> list[Any]:
    if isinstance(given_resources, list):
        return given_resources
    if not isinstance(given_resources, dict):
        raise errors.InvalidArgument(f"generic_resources takes a dict or a list, not {type(given_resources)}")
    resources = []
    for kind, value in given_resources.items():
        if not isinstance(value, (int, str)):
            raise errors.InvalidArgument(f"generic_resources: {kind!r} is an int or a str, not {value!r}")
        spec = "DiscreteResourceSpec" if isinstance(value, int) else "NamedResourceSpec"
        resources.append({spec: {"Kind": kind, "Value": value}})
    return resources


class UpdateConfig(dict[str, Any]):
    """How a service is updated. Durations are nanoseconds."""

    def __init__(
        self,
        parallelism: int = 0,
        delay: int | None = None,
        failure_action: str = "continue",
        monitor: int | None = None,
        max_failure_ratio: float | None = None,
        order: str | None = None,
    ) -> None:
        if failure_action not in ("pause", "continue", "rollback"):
            raise errors.InvalidArgument("failure_action must be one of `pause`, `continue`, `rollback`")
        if monitor is not None and not isinstance(monitor, int):
            raise TypeError("monitor must be an integer")
        if max_failure_ratio is not None:
            if not isinstance(max_failure_ratio, (float, int)):
                raise TypeError("max_failure_ratio must be a float")
            if not 0 <= max_failure_ratio <= 1:
                raise errors.InvalidArgument("max_failure_ratio must be a number between 0 and 1")
        if order not in (None, "start-first", "stop-first"):
            raise errors.InvalidArgument("order must be either `start-first` or `stop-first`")
        super().__init__({"Parallelism": parallelism, "FailureAction": failure_action})
        self.update(given(Delay=delay, Monitor=monitor, MaxFailureRatio=max_failure_ratio, Order=order))


class RollbackConfig(UpdateConfig):
    """How a service is taken back to what it was."""


class RestartConditionTypesEnum:
    """When a task is started again."""

    _values = ("none", "on-failure", "any")
    NONE, ON_FAILURE, ANY = _values


class RestartPolicy(dict[str, Any]):
    """When and how often a task is started again. Durations are nanoseconds."""

    condition_types = RestartConditionTypesEnum

    def __init__(
        self,
        condition: str = RestartConditionTypesEnum.NONE,
        delay: int = 0,
        max_attempts: int = 0,
        window: int = 0,
    ) -> None:
        if condition not in self.condition_types._values:
            raise TypeError(f"Invalid RestartPolicy condition {condition}")
        super().__init__(
            {"Condition": condition, "Delay": delay, "MaxAttempts": max_attempts, "Window": window}
        )


class EndpointSpec(dict[str, Any]):
    """How a service is reached."""

    def __init__(self, mode: str | None = None, ports: Any = None) -> None:
        super().__init__()
        if ports:
            self["Ports"] = convert_service_ports(ports)
        if mode:
            self["Mode"] = mode


def convert_service_ports(ports: Any) -> list[Any]:
    """``{8080: (80, "tcp", "host")}`` → the engine's ``Ports`` of a service."""
    if isinstance(ports, list):
        return ports
    if not isinstance(ports, dict):
        raise TypeError("ports takes a dict or a list")
    result = []
    for published, target in ports.items():
        port, *rest = target if isinstance(target, tuple) else (target,)
        if len(rest) > 2:
            raise ValueError("A service's port is at most (target_port, protocol, mode)")
        protocol, mode = [*rest, None, None][:2]
        spec = {"Protocol": "tcp" if protocol is None else protocol, "PublishedPort": published}
        spec["TargetPort"] = port
        if len(rest) == 2:
            spec["PublishMode"] = mode
        result.append(spec)
    return result


_MODES = {
    "replicated": "replicated",
    "global": "global",
    "replicated-job": "ReplicatedJob",
    "global-job": "GlobalJob",
}


class ServiceMode(dict[str, Any]):
    """How many tasks a service has: ``replicated``, ``global``, ``replicated-job`` or ``global-job``."""

    def __init__(self, mode: str, replicas: int | None = None, concurrency: int | None = None) -> None:
        if mode not in _MODES:
            raise errors.InvalidArgument(f"mode must be one of {', '.join(_MODES)}")
        if mode.startswith("global") and replicas is not None:
            raise errors.InvalidArgument("replicas are for the modes replicated and replicated-job")
        if mode.startswith("global") and concurrency is not None:
            raise errors.InvalidArgument("concurrency is for the mode replicated-job")
        self.mode: str = _MODES[mode]
        settings: dict[str, Any] = {}
        if replicas is not None and mode == "replicated":
            settings = {"Replicas": replicas}
        elif replicas is not None:
            settings = {"MaxConcurrent": concurrency or 1, "TotalCompletions": replicas}
        super().__init__({self.mode: settings})

    @property
    def replicas(self) -> int | None:
        """How many tasks there are to be; None where the mode says it."""
        count: int | None = self.get("replicated", {}).get("Replicas")
        if "replicated" not in self:
            count = self.get("ReplicatedJob", {}).get("TotalCompletions")
        return count


class Placement(dict[str, Any]):
    """Where tasks may run."""

    def __init__(
        self,
        constraints: list[str] | None = None,
        preferences: list[Any] | None = None,
        platforms: list[Any] | None = None,
        maxreplicas: int | None = None,
    ) -> None:
        super().__init__(given(Constraints=constraints, MaxReplicas=maxreplicas))
        if preferences is not None:
            self["Preferences"] = [
                PlacementPreference(*one) if isinstance(one, tuple) else one for one in preferences
            ]
        if platforms:
            self["Platforms"] = [{"Architecture": one[0], "OS": one[1]} for one in platforms]


class PlacementPreference(dict[str, Any]):
    """How tasks are spread."""

    def __init__(self, strategy: str, descriptor: str) -> None:
        if strategy != "spread":
            raise errors.InvalidArgument(f'The strategy of a PlacementPreference is "spread", not {strategy}')
        super().__init__({"Spread": {"SpreadDescriptor": descriptor}})


class NetworkAttachmentConfig(dict[str, Any]):
    """A service's place in a network."""

    def __init__(
        self, target: str, aliases: list[str] | None = None, options: dict[str, str] | None = None
    ) -> None:
        super().__init__({"Target": target, "Aliases": aliases, "DriverOpts": options})
