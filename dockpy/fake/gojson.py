"""Whether a JSON body fits its model, as Go decodes it; what does not is refused in Go's words.

Engines up to API 1.41 name the innermost type and the path of its fields, those after it the outermost type,
and a path with indices and keys.
"""

from __future__ import annotations

import functools
import types
from typing import Any, Union, get_args, get_origin

__all__ = ["json_kind", "misfit", "type_of"]

_CREATE = ("runconfig.ContainerConfigWrapper", "container.CreateRequest")
_ROOTS = {  # of a body's model: its type in Go, of engines up to API 1.41, and of those after it
    "containers.ContainerCreateRequest": _CREATE,
    "containers.ContainerConfig": _CREATE,
    "containers.ContainerUpdateRequest": ("container.UpdateConfig", "container.UpdateConfig"),
    "exec.ExecCreateRequest": ("types.ExecConfig", "container.ExecOptions"),
    "exec.ExecStartRequest": ("types.ExecStartCheck", "container.ExecStartOptions"),
    "networks.NetworkCreateRequest": ("types.NetworkCreateRequest", "network.CreateRequest"),
    "networks.NetworkConnectRequest": ("types.NetworkConnect", "network.ConnectOptions"),
    "networks.NetworkDisconnectRequest": ("types.NetworkDisconnect", "network.DisconnectOptions"),
    "volumes.VolumeCreateRequest": ("volume.VolumeCreateBody", "volume.CreateOptions"),
    "auth.AuthConfig": ("types.AuthConfig", "registry.AuthConfig"),
}
_OF_SWARMS = {"services", "secrets", "configs", "nodes", "swarm"}
_UNNAMED = {"container.CreateRequest", "registry.AuthConfig"}  # Go 1.24's decoder does not know their names
_DURATIONS = {"Interval", "Timeout", "StartPeriod", "StartInterval"}
_INTS = {"StopTimeout", "MaximumRetryCount", "Retries", "OomScoreAdj"}
_NAMED = {
    **{name: f"container.{name}" for name in ("HostConfig", "RestartPolicy", "LogConfig", "NetworkMode")},
    **{name: f"container.{name}" for name in ("IpcMode", "PidMode", "UTSMode", "UsernsMode", "Isolation")},
    **dict.fromkeys(_DURATIONS, "time.Duration"),
    **dict.fromkeys(_INTS, "int"),
    "CgroupnsMode": "container.CgroupnsMode",
    "Healthcheck": "container.HealthConfig",
    "NetworkingConfig": "network.NetworkingConfig",
    "EndpointsConfig": "map[string]*network.EndpointSettings",
    "EndpointConfig": "network.EndpointSettings",
    "IPAMConfig": "network.EndpointIPAMConfig",
    "IPAM": "network.IPAM",
    "ExposedPorts": "nat.PortSet",
    "PortBindings": "nat.PortMap",
    "Volumes": "map[string]struct {}",
    "ConsoleSize": "[2]uint",
}
_NEWER = {"Healthcheck": "v1.HealthcheckConfig", "RestartPolicy.Name": "container.RestartPolicyMode"}
_INNER = {"PortBindings": "[]nat.PortBinding"}  # what the values of a map are
_STRUCTS = {
    "Healthcheck": "HealthConfig",
    "Mounts": "Mount",
    "PortBindings": "PortBinding",
    "Ulimits": "Ulimit",
}
_STRUCTS |= {
    "EndpointsConfig": "EndpointSettings",
    "EndpointConfig": "EndpointSettings",
    "Config": "IPAMConfig",
}
_STRUCTS |= {"IPAMConfig": "EndpointIPAMConfig"}
_LINES = {"Cmd", "Entrypoint", "Shell"}
"""One string will do for a list of one."""


def type_of(model: str | None, modern: bool) -> str:
    """What Go calls the type of a body."""
    if model in _ROOTS:
        return _ROOTS[model][modern]
    if model and model.partition(".")[0] in _OF_SWARMS:
        return f"swarm.{model.partition('.')[2]}"
    return f"container.{model.partition('.')[2].removeprefix('Container')}" if model else "interface {}"


def json_kind(value: Any) -> str:
    """What JSON calls a value."""
    match value:
        case bool():
            return "bool"
        case float():
            return f"number {value}"
        case int():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"


def misfit(value: dict[str, Any], model: str, modern: bool) -> str | None:
    """The first thing in a body that does not fit its model, in Go's words; None where all of it does."""
    from dockpy.wire.document import load_model

    root = type_of(model, modern)
    return _Check(root, modern).fields(value, load_model(model), [], root.rpartition(".")[2])


class _Check:
    def __init__(self, root: str, modern: bool) -> None:
        self._root = root
        self._modern = modern

    def fields(self, value: dict[str, Any], model: Any, path: list[str], struct: str) -> str | None:
        known = _fields(model)
        for name, given in value.items():
            if given is None or name not in known:
                continue
            place = [*path, name]
            if name in _LINES and self._root in _CREATE:
                problem = self._line(given, struct, place)
            else:
                problem = self._value(given, known[name], place, struct, self._named(path, name))
            if problem:
                return problem
        return None

    def _named(self, path: list[str], name: str) -> str | None:
        if self._modern:
            newer = _NEWER.get(name) or _NEWER.get(f"{path[-1] if path else ''}.{name}")
            if newer:
                return newer
        if name == "Type" and path and (path[-1] == "Mounts" or path[-2:-1] == ["Mounts"]):
            return "mount.Type"
        return _NAMED.get(name)

    def _line(self, given: Any, struct: str, path: list[str]) -> str | None:
        if isinstance(given, str) or (isinstance(given, list) and all(isinstance(one, str) for one in given)):
            return None
        if self._modern:
            return f"json: cannot unmarshal {json_kind(given)} into Go value of type string"
        return self._refused(given, struct, path, "string")

    def _value(self, given: Any, wanted: Any, path: list[str], struct: str, named: str | None) -> str | None:
        """Check a value that is not null against a type of ours."""
        origin, inner = get_origin(wanted), get_args(wanted)
        if origin is list:
            if not isinstance(given, list):
                return self._refused(given, struct, path, named or f"[]{_go(inner[0], path[-1])}")
            return self._items(enumerate(given), inner[0], path, struct, in_list=True)
        if origin is dict:
            if not isinstance(given, dict):
                return self._refused(given, struct, path, named or f"map[string]{_go(inner[1], path[-1])}")
            return self._items(given.items(), inner[1], path, struct, in_list=False)
        if hasattr(wanted, "model_fields"):
            if not isinstance(given, dict):
                return self._refused(given, struct, path, named or _go(wanted, path[-1]))
            field = next((part for part in reversed(path) if part in _STRUCTS), None)
            here = path[-1] if not path[-1].isdigit() else path[-2]
            below = (
                _STRUCTS[field] if field and field != "Config" else _STRUCTS.get(here, str(wanted.__name__))
            )
            return self.fields(given, wanted, path, below)
        if wanted in (str, int, bool, float) and not _fits(given, wanted):
            return self._refused(given, struct, path, named or _go(wanted, path[-1]))
        return None

    def _items(self, items: Any, wanted: Any, path: list[str], struct: str, *, in_list: bool) -> str | None:
        named = _INNER.get(path[-1])
        for key, given in items:
            if given is None:
                continue
            below = [*path, str(key).replace("~", "~0").replace("/", "~1")] if self._modern else path
            if problem := self._value(given, _plain(wanted), below, struct, named):
                scalar = (
                    in_list and self._modern and problem.endswith(" of type string") and isinstance(key, int)
                )
                outer = len(below) == len(path) + 1 and f"{'.'.join(below)} of type" in problem
                return problem.replace("Go struct field ", "") if scalar and outer else problem
        return None

    def _refused(self, given: Any, struct: str, path: list[str], wanted: str) -> str:
        owner = struct if not self._modern else self._root.rpartition(".")[2]
        if self._modern and self._root in _UNNAMED:
            owner = ""
        place = f"{owner}.{'.'.join(path)}"
        return f"json: cannot unmarshal {json_kind(given)} into Go struct field {place} of type {wanted}"


def _fits(value: Any, wanted: type) -> bool:
    if wanted is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if wanted is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return isinstance(value, wanted)


def _go(wanted: Any, field: str) -> str:
    wanted = _plain(wanted)
    if get_origin(wanted) is list:
        return f"[]{_go(get_args(wanted)[0], field)}"
    if get_origin(wanted) is dict:
        return f"map[string]{_go(get_args(wanted)[1], field)}"
    plain = {str: "string", int: "int64", bool: "bool", float: "float64"}
    return plain.get(wanted) or f"container.{getattr(wanted, '__name__', 'interface {}')}"


@functools.cache
def _fields(model: Any) -> dict[str, Any]:
    """By JSON name, the types of a model's fields."""
    return {info.alias or name: _plain(info.annotation) for name, info in model.model_fields.items()}


def _plain(annotation: Any) -> Any:
    """A type without what it may be besides: null, metadata."""
    if hasattr(annotation, "__metadata__"):
        return _plain(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        inner = [arg for arg in get_args(annotation) if arg is not type(None)]
        return _plain(inner[0]) if len(inner) == 1 else object
    return annotation
